"""A CSV file is read back exactly, each row with its physical line, and no line is lost."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connect_kit.engine import load_csv
from connect_kit.engine.csv_load import open_csv
from connect_kit.engine.csv_tidy import Tidy
from tests.engine.csv_roads import BROKEN, ENGINE, Read, as_read, csv_files, lines_of, opened_with, read, written


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(file=csv_files())
def test_what_python_writes_is_read_back_with_its_lines(file):
    table, delimiter, end, quoting, final = file
    delimiter = opened_with(table, delimiter)
    # Python does not quote a lone blank or a leading one; a value of blanks in front of a quote is its own test.
    text = written(table, delimiter, end, quoting, final)
    assert read(text) == Read(as_read(table, lines_of(table, end)), [])


@settings(max_examples=50, deadline=None)
@given(file=csv_files())
def test_the_three_roads_agree_on_a_good_file(file):
    table, delimiter, end, quoting, final = file
    text = written(table, opened_with(table, delimiter), end, quoting, final)
    assert read(text, "fast") == read(text, "slow") == read(text, "one by one")


@settings(max_examples=80, deadline=None)
@given(body=st.text(st.sampled_from([*'ab,"" ', "\n", "\n", "\x00", "é"]), max_size=30), columns=st.integers(1, 3))
def test_the_three_roads_agree_on_any_text(body, columns):
    text = ",".join(f"h{i}" for i in range(columns)) + "\n" + body
    # DuckDB 2.0 takes `  "b"` for quoted behind one blank, and for the text itself behind two; no record is lost by it.
    assume(not re.search(r'[,\n]  +"', text))
    assert read(text, "fast") == read(text, "slow") == read(text, "one by one")


@settings(max_examples=50, deadline=None)
@given(file=csv_files().filter(lambda file: len(file[0][0]) > 1), data=st.data())
def test_blank_lines_between_records_are_counted_and_move_the_lines(file, data):
    table, delimiter, end, quoting, _ = file
    text, lines, line, blanks = "", [], 1, 0
    for row in table:
        lines.append(line)
        record = written([row], delimiter, end, quoting, True)
        blank = data.draw(st.sampled_from(["", "", end, "  " + end, end + end]))
        text += record + blank
        line += record.count(end) + blank.count(end)
        blanks += blank.count(end)
    assert read(text) == Read(as_read(table, lines), [], blanks)


# A damaged line among good ones: its place in the file is known, so is everything around it.
DAMAGED = {
    "too few": ("{0},b", "2 fields where the header has 3"),
    "far too few": ("{0}", "1 field where the header has 3"),
    "too many": ("{0},b,c,d", "4 fields where the header has 3"),
    "an empty one too many": ("{0},b,c,", "4 fields where the header has 3"),
    "a quoted empty one too many": ('{0},b,c,""', "4 fields where the header has 3"),
    "delimiters only": (",,,", "4 fields where the header has 3"),
    "text behind a quote": ('{0},"b"x,c', BROKEN),
    "a quote not closed": ('{0},"b,c', BROKEN),
    "a quote not closed at the end": ('{0},b,"', BROKEN),
    "a quote not closed behind a blank": ('{0}, "b,c', BROKEN),
}


@settings(max_examples=120, deadline=None)
@given(
    # Two quotes left open at the ends of two lines are a value that holds a line break, so there is one at most.
    kinds=st.lists(st.one_of(st.just("good"), st.sampled_from(sorted(DAMAGED))), max_size=15).filter(
        lambda kinds: kinds.count("a quote not closed at the end") < 2
    ),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    final=st.booleans(),
)
def test_a_damaged_line_is_refused_alone(kinds, end, final):
    lines = [f"{i},Ann {i},é" if kind == "good" else DAMAGED[kind][0].format(i) for i, kind in enumerate(kinds)]
    text = end.join(["a,b,c", *lines]) + (end if final else "")
    good = [(i + 2, str(i), f"Ann {i}", "é") for i, kind in enumerate(kinds) if kind == "good"]
    bad = [i for i, kind in enumerate(kinds) if kind != "good"]
    found = read(text)
    assert found == Read(good, [(i + 2, lines[i]) for i in bad], 0, tuple(DAMAGED[kinds[i]][1] for i in bad))
    assert len(found.rows) + len(found.refused) == len(kinds)


# Lines that are not records, and records that are put right, among others: none is lost, and none is altered.
UNTIDY = {
    "good": lambda i: f"{i},Ann {i},é",
    "good, in quotes": lambda i: f'"{i}","A, ""{i}""",',
    "two lines": lambda i: f'{i},"Ann\n{i}",x',
    "surplus": lambda i: f"{i},Ann {i},é,,",
    "surplus, blank": lambda i: f'{i},"Ann, {i}",é, ,""',
    "surplus, two lines": lambda i: f'{i},"Ann\n{i}",x,,,',
    "short": lambda i: f"{i},Ann {i}",
    "too short": lambda i: f"{i}",
    "too long": lambda i: f"{i},b,c,d,",
    "open": lambda i: f'{i},"b,c',
    "commas": lambda i: ",,",
    "many commas": lambda i: ',"", ,,',
    "header": lambda i: "a, B ,c,",
    "empty": lambda i: "",
}


def read_tidily(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(text.encode())
        source = open_csv(path, Path(folder), ["a", "b", "c"], titles=True)
        schema = ENGINE.new_schema("file")
        loaded = load_csv(schema, "t", source, source.header, Tidy(source.header, source.delimiter, 2))
    return schema.execute("SELECT * FROM _all_t ORDER BY _line"), loaded


@settings(max_examples=120, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(sorted(UNTIDY)), max_size=12).filter(lambda kinds: kinds.count("open") < 2),
    end=st.sampled_from(["\n", "\r\n"]),
    above=st.sampled_from(["", "Users,,\n\n", "sep=,\n"]),
    footer=st.sampled_from(["", "Total records: 4\n", "---\n\nTotal,4\n"]),
)
def test_every_line_is_read_refused_or_set_aside(kinds, end, above, footer):
    made = [UNTIDY[kind](i) for i, kind in enumerate(kinds)]
    text = above + "a,b,c\n" + "".join(line + end for line in made) + footer
    rows, loaded = read_tidily(text)
    starts, line = [], above.count("\n") + 2
    for one in made:
        starts.append(line)
        line += 1 + one.count("\n")

    def of(*wanted):
        return [start for start, kind in zip(starts, kinds, strict=True) if kind in wanted]

    surplus, aside = of("surplus", "surplus, blank", "surplus, two lines"), of("commas", "many commas", "header")
    assert [row[0] for row in rows] == of(
        "good", "good, in quotes", "two lines", *(k for k in UNTIDY if k[:2] == "su"), "short"
    )
    assert loaded.refused["line"].to_pylist() == of("too short", "too long", "open")
    footers = [line + n for n, text in enumerate(footer.splitlines()) if text]
    assert [number for number, _, _ in loaded.aside] == sorted(aside + footers)
    assert (list(loaded.surplus), list(loaded.short), loaded.blank_lines) == (
        surplus,
        of("short"),
        kinds.count("empty") + footer.count("\n\n"),
    )
    values = {
        start: next(csv.reader(io.StringIO(one, newline="")))
        for start, one in zip(starts, made, strict=True)
        if one and '"b,c' not in one
    }
    for number, *found in rows:
        assert [value or "" for value in found] == [*values[number], ""][:3]


@pytest.mark.parametrize("kind", DAMAGED)
def test_each_damage_is_seen_where_no_other_line_is_damaged(kind):
    line, reason = DAMAGED[kind][0].format(7), DAMAGED[kind][1]
    text = f"a,b,c\n1,2,3\n{line}\n4,5,6\n"
    assert read(text) == Read([(2, "1", "2", "3"), (4, "4", "5", "6")], [(3, line)], 0, (reason,))


def test_a_trailing_comma_on_every_line_is_a_field_too_many_also_beside_quoted_commas():
    text = 'a,b\n"1,1",2,\n3,"4,4,4",\n5,6\n'
    assert read(text) == Read(
        [(4, "5", "6")], [(2, '"1,1",2,'), (3, '3,"4,4,4",')], 0, ("3 fields where the header has 2",) * 2
    )


def test_commas_inside_quotes_do_not_separate_fields():
    assert read('a,"b,b"\n"1,1",\n,"4,4,4"\n') == Read([(2, "1,1", None), (3, None, "4,4,4")], [])


@pytest.mark.parametrize(
    "text, rows",
    [
        ("a,b\r\n1,2\n3,4\r\n", [(2, "1", "2"), (3, "3", "4")]),
        ("a,b\n1,2\r\n3,4\r", [(2, "1", "2"), (3, "3", "4")]),
        ('a,b\r\n1,"x\ny"\r\n3,4\r\n', [(2, "1", "x\ny"), (4, "3", "4")]),
        ('a,b\n1,"x\r\ny"\n3,4\n', [(2, "1", "x\r\ny"), (4, "3", "4")]),
        ('a,b\n1,"x\ry"\n3,4\n', [(2, "1", "x\ry"), (4, "3", "4")]),
        ('a,b\r1,"x\ny"\r3,4\r', [(2, "1", "x\ny"), (4, "3", "4")]),
        ('a,b\n1,"x\r\ny\rz\n"\r\n3,4\r5,"6"', [(2, "1", "x\r\ny\rz\n"), (6, "3", "4"), (7, "5", "6")]),
    ],
    ids=[
        "CRLF and LF",
        "LF, CRLF and CR",
        "LF inside a CRLF file",
        "CRLF inside an LF file",
        "CR inside an LF file",
        "LF inside a CR file",
        "all of them",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_lines_may_end_in_any_way_and_values_keep_their_line_ends(text, rows, encoding):
    if encoding == "cp1252":
        text, rows = text.replace("3", "é"), [(line, a.replace("3", "é"), b) for line, a, b in rows]
    for road in ("fast", "slow", "one by one"):
        assert read(text.encode(encoding), road) == Read(rows, [])


def test_a_quote_that_is_not_closed_keeps_no_line_from_being_counted():
    found = read('a,b\n1,"x\n2,y\r\n3,z\r4,"w"\n')
    assert (found.rows, found.refused) == ([(3, "2", "y"), (4, "3", "z"), (5, "4", "w")], [(2, '1,"x')])


@pytest.mark.parametrize(
    "text, header, rows",
    [
        ('a,"b\nb"\n1,2\n', ("a", "b\nb"), [(3, "1", "2")]),
        ('a,"b\n1,2\n3,4\n', ("a", '"b'), [(2, "1", "2"), (3, "3", "4")]),
        ('a,"b\n1,2\n3,4"\n5,6\n', ("a", '"b'), [(2, "1", "2"), (3, "3", '4"'), (4, "5", "6")]),
        ('a,"b\n1,"2"\n', ("a", '"b'), [(2, "1", "2")]),
        ('"a" ,b\n1,2\n', ("a ", "b"), [(2, "1", "2")]),
        ("a\u2028,b\x85\n1,2\n", ("a\u2028", "b\x85"), [(2, "1", "2")]),
    ],
    ids=[
        "a name of two lines",
        "a quote not closed",
        "a quote closed by a later row",
        "a quote that a later row reopens",
        "a blank behind a quote",
        "separators of Unicode that end no line of a file",
    ],
)
def test_a_header_swallows_no_row(tmp_path, text, header, rows):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert open_csv(path, tmp_path).header == header
    assert read(text) == Read(rows, [])


@pytest.mark.parametrize("road", ["fast", "slow", "one by one"])
@pytest.mark.parametrize(
    "text, expected",
    [
        ("a,b\n", Read([], [])),
        ("a,b", Read([], [])),
        ("a,b\n1,2", Read([(2, "1", "2")], [])),
        ("a\n1\n2\n", Read([(2, "1"), (3, "2")], [])),
        ("a\n1\n\n2\n", Read([(2, "1"), (3, None), (4, "2")], [])),
        ('a\n""\n2\n', Read([(2, None), (3, "2")], [])),
        ("a,b\n1,2\x00\n\x00,4\n", Read([(2, "1", "2\x00"), (3, "\x00", "4")], [])),
        ('a,b\n1,x"y\n', Read([(2, "1", 'x"y')], [])),
        ('a,b\n "1" ,2\n', Read([(2, "1", "2")], [])),
        ("a,b\n 1 , 2\n", Read([(2, " 1 ", " 2")], [])),
        ("a,b\nNULL,#\n'1,\\\"\n", Read([(2, "NULL", "#"), (3, "'1", '\\"')], [])),
        ("a,b\n\ufeff1,2\n3,4\n", Read([(2, "\ufeff1", "2"), (3, "3", "4")], [])),
        ("a,b\n007,1e5\n", Read([(2, "007", "1e5")], [])),
    ],
    ids=[
        "header only",
        "header without line end",
        "no final line end",
        "one column",
        "one column with an empty line, which is a record",
        "one column with an empty value",
        "NUL bytes",
        "a quote inside a value",
        "blanks around quotes",
        "blanks around values",
        "words and marks that mean nothing here",
        "a byte order mark inside",
        "numbers that are text",
    ],
)
def test_reads_on_every_road(text, expected, road):
    assert read(text, road) == expected

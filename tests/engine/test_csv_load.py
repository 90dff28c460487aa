"""A CSV file is read back exactly, each row with its physical line, and no line is lost."""

from __future__ import annotations

import csv
import io
import random
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connect_kit.engine import DuckDBEngine, csv_load, load_csv
from connect_kit.engine.csv_lines import MOST_BYTES_A_LINE, MOST_LINES_A_RECORD
from connect_kit.engine.csv_load import open_csv
from connect_kit.engine.csv_tidy import Tidy

ENGINE = DuckDBEngine(threads=2)
BROKEN = "broken quoting: a quote is not closed, or text follows a closing quote"


@dataclass(frozen=True)
class Read:
    """What became of a file."""

    rows: list[tuple[Any, ...]]
    refused: list[tuple[int, str]]
    blank_lines: int = 0
    reasons: tuple[str, ...] = ()


def read(data, road="fast"):
    """Load a file by one of three roads, which must agree: where it lies, cut into records, and one by one."""
    refuses = {"fast": lambda clean: False, "slow": lambda clean: clean is None, "one by one": lambda clean: True}[road]
    usual = csv_load._reads

    def reads(schema, values, source, columns, clean=None):
        return not refuses(clean) and usual(schema, values, source, columns, clean)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_load, "_reads", reads)
        path = Path(folder) / "file.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        source = open_csv(path, Path(folder))
        schema = ENGINE.new_schema("file")
        loaded = load_csv(schema, "t", source, [f"c{i}" for i in range(len(source.header))])
        rows = schema.execute("SELECT * FROM _all_t ORDER BY _line")
        refused = loaded.refused.to_pylist()
    assert loaded.rows == len(rows)
    return Read(
        rows,
        [(line["line"], line["raw"]) for line in refused],
        loaded.blank_lines,
        tuple(line["reason"] for line in refused),
    )


def written(table, delimiter, end, quoting, final):
    """A table as Python's csv module writes it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(table)
    text = out.getvalue()
    return text if final else text.removesuffix(end)


def lines_of(table, end):
    """The physical line on which each row of a table begins, the header included."""
    line, found = 1, []
    for row in table:
        found.append(line)
        line += 1 + sum(value.count(end) for value in row)
    return found


TEXT = st.text(
    st.one_of(
        st.sampled_from([*"ab0 ,;\t\"'#\\", "é", "\u200b", "\ufeff", "\x00", "\u2028", "\x85", "😀"]),
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"),
    ),
    max_size=8,
)


@st.composite
def csv_files(draw):
    """A table, and how it is written."""
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    columns = draw(st.integers(1, 6))
    # Line breaks inside values are of the file's own kind; others make the file mixed, which has a test of its own.
    value = st.one_of(TEXT, st.just(""), st.lists(TEXT, min_size=2, max_size=4).map(end.join))
    header = [f"h{i}" for i in range(columns)]
    rows = draw(st.lists(st.lists(value, min_size=columns, max_size=columns), max_size=8))
    delimiter = draw(st.sampled_from(",;\t"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    final = draw(st.booleans())
    return [header, *rows], delimiter, end, quoting, final


def as_read(table, lines):
    return [(line, *(value or None for value in row)) for line, row in zip(lines, table, strict=True)][1:]


def opened_with(table, delimiter):
    """One column says nothing about the delimiter, so that the comma is taken."""
    return delimiter if len(table[0]) > 1 else ","


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


def test_all_lines_may_be_malformed():
    assert read("a,b\n1\n2\n") == Read([], [(2, "1"), (3, "2")], 0, ("1 field where the header has 2",) * 2)


def test_a_line_longer_than_allowed_is_refused_and_the_others_are_read():
    most = MOST_BYTES_A_LINE
    text = f"a,b\n1,{'x' * (most - 1000)}\n2,{'é' * most}\n3,4\n"
    found = read(text)
    assert [(row[0], row[1], len(row[2])) for row in found.rows] == [(2, "1", most - 1000), (4, "3", 1)]
    assert [(line, len(raw)) for line, raw in found.refused] == [(3, 2_000)]
    assert found.reasons == ("longer than 1,000,000 bytes",)


def test_bytes_not_characters_make_a_line_too_long():
    found = read(f"a,b\n1,{'é' * 600_000}\n3,4\n")
    assert ([row[0] for row in found.rows], found.reasons) == ([3], ("longer than 1,000,000 bytes",))


def test_a_value_far_longer_than_pythons_csv_module_takes_is_read_on_every_road():
    text = f'a,b\n1,"{"x" * 400_000}\n"\n'
    assert (
        read(text, "fast")
        == read(text, "slow")
        == read(text, "one by one")
        == Read([(2, "1", "x" * 400_000 + "\n")], [])
    )


def test_a_million_quotes_in_a_line_are_one_refused_line():
    found = read("a,b\n" + '"' * 999_999 + "\n1,2\n")
    assert (found.rows, [line for line, _ in found.refused], found.reasons) == ([(3, "1", "2")], [2], (BROKEN,))


def test_a_hundred_thousand_lines_of_one_quote_are_refused_each():
    found = read("a,b\n" + '"\n' * 100_000 + "1,2\n")
    assert (found.rows, [line for line, _ in found.refused]) == ([(100_002, "1", "2")], list(range(2, 100_002)))


def test_blanks_before_quotes_cost_no_more_than_other_blanks():
    columns = 40  # ways to read the fields would double with each of them
    text = (
        ",".join(f"h{i}" for i in range(columns))
        + "\n"
        + ' "a,b",' * (columns - 10)
        + '"x"y\n'
        + "1," * (columns - 1)
        + "1\n"
    )
    found = read(text)
    assert ([row[0] for row in found.rows], found.reasons) == ([3], (BROKEN,))


def test_every_value_of_many_lines_is_read_however_many_there_are():
    count = 70_000  # more than the attempts that are made to join lines in vain, three lines each
    text = "a,b\n" + "".join(f'{i},"x\ny\nz"\n' for i in range(count)) + "broken\n"
    found = read(text)
    assert found.rows == [(2 + 3 * i, str(i), "x\ny\nz") for i in range(count)]
    assert found.refused == [(2 + 3 * count, "broken")]


def test_a_quote_closed_too_many_lines_later_swallows_nothing():
    inner = "".join(f"{i},x\n" for i in range(MOST_LINES_A_RECORD))
    found = read(f'a,b\n0,"x\n{inner}99,y"\n')
    assert [row[0] for row in found.rows] == list(range(3, 4 + MOST_LINES_A_RECORD))
    assert found.refused == [(2, '0,"x')]


def test_lines_follow_through_the_pieces_that_duckdb_reads_in_parallel():
    rng = random.Random(7)
    rows, line, text = [], 2, ["a,b\n"]
    for i in range(60_000):
        value = "\n".join(["word " * rng.randint(1, 20)] * rng.randint(1, 3))
        rows.append((line, str(i), value))
        text.append(f'{i},"{value}"\n')
        line += 1 + value.count("\n")
    assert read("".join(text)).rows == rows


@pytest.mark.parametrize("columns", [1_000, 1_001, 1_002, 2_500])
def test_a_table_may_have_thousands_of_columns(columns):
    names, good = ",".join(f"h{i}" for i in range(columns)), ",".join("1" for _ in range(columns))
    found = read(f"{names}\n{good}\n1,2\n{good}\n")
    assert [(row[0], len(row)) for row in found.rows] == [(2, columns + 1), (4, columns + 1)]
    assert found.reasons == (f"2 fields where the header has {columns}",)


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_known_names_decide_between_the_delimiters(tmp_path, mark):
    path = tmp_path / "file.csv"
    others = "".join({",", ";", "\t"} - {mark}) * 3
    path.write_text(f"sourcedId{mark}role{mark}x{others}\n", encoding="utf-8")
    found = open_csv(path, tmp_path, ["sourcedId", "role"])
    assert (found.delimiter, found.header) == (mark, ("sourcedId", "role", f"x{others}"))


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"   \n", b"\xef\xbb\xbf"], ids=repr)
def test_a_file_without_text_has_no_header(tmp_path, data):
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    assert open_csv(path, tmp_path).header == ()


def test_an_endless_first_line_is_not_a_header(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a," * 1_000_000, encoding="utf-8")
    assert open_csv(path, tmp_path).header == ()


def test_the_reasons_name_no_value():
    found = read('a,b\n"Ann Lee"x,1\nAnn Lee\n')
    assert not any(re.search("Ann|Lee", reason) for reason in found.reasons)

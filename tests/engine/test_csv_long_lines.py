"""Lines that are very long, very many, or swallow others; delimiters and headers."""

from __future__ import annotations

import random
import re

import pytest

from connect_kit.engine.csv_lines import MOST_BYTES_A_LINE, MOST_LINES_A_RECORD
from connect_kit.engine.csv_load import open_csv
from tests.engine.csv_roads import BROKEN, Read, read


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

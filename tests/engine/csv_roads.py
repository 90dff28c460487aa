"""Files of any kind, and what becomes of them on each of three roads."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from connect_kit.engine import DuckDBEngine, csv_load, load_csv
from connect_kit.engine.csv_load import open_csv

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

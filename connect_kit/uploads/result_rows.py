"""The rows of a twin's own result files, as they come back from an upload."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit import connect
from connect_kit.display.excel import MOST_ROWS, plain, save_book, write_rows
from connect_kit.engine import DuckDBEngine, default_engine, load_csv, quoted
from connect_kit.engine.csv_load import open_csv
from connect_kit.engine.files import atomic_write
from connect_kit.errors import OutputError, ResultsError
from connect_kit.uploads.values import RESULT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.uploads.values import FileResult

_COLUMNS = ("file", "kind", "line", "sourcedId", "code", "message")
_PIECE = 50_000


@contextmanager
def loaded(path: Path, engine: DuckDBEngine | None = None) -> Iterator[tuple[Schema, tuple[str, ...]]]:
    """A result file as table ``_all_rows`` of a schema, and its columns.

    Those of the input that are called like the result's have other names here. ``_line`` is the line of the file sent,
    too.

    Raises
    ------
    ResultsError
        When the file is gone, or no longer what the upload wrote.
    """
    schema = (engine or default_engine()).new_schema("result")
    with tempfile.TemporaryDirectory(prefix="connect-kit-") as scratch:
        try:
            source = open_csv(path, Path(scratch))
        except OSError as error:
            raise ResultsError(f"{path}: cannot be read ({error.strerror or error}); upload again") from error
        if source.header[-len(RESULT_COLUMNS) :] != RESULT_COLUMNS:
            raise ResultsError(f"{path}: is no result file any more; upload again")
        # An attribute may be called code or result too: the last columns are what the twin says.
        own = source.header[: -len(RESULT_COLUMNS)]
        names = unique_names((*RESULT_COLUMNS, *own))
        columns = (*names[len(RESULT_COLUMNS) :], *RESULT_COLUMNS)
        load_csv(schema, "rows", source, columns)
    yield schema, columns


def refused_rows(results: Iterable[FileResult]) -> pd.DataFrame:
    """See :attr:`UploadResult.errors`."""
    import pandas as pd

    frames = []
    for one in results:
        name = one.file.name
        if one.outcome == "refused":
            whole = [(name, one.file.kind, None, "", one.code, one.message)]
            frames.append(pd.DataFrame(whole, columns=list(_COLUMNS)))
        elif one.errors and one.path is not None:
            with loaded(one.path) as (schema, header):
                key = connect.FILES[one.file.kind].key
                shown = f"coalesce({quoted(key)}, '')" if key in header else "''"
                found = schema.frame(
                    f"SELECT _line AS line, {shown} AS \"sourcedId\", coalesce(code, '') AS code, "
                    "coalesce(message, '') AS message FROM _all_rows WHERE result = 'ERROR' ORDER BY _line"
                )
            frames.append(found.assign(file=name, kind=one.file.kind)[list(_COLUMNS)])
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(_COLUMNS))
    return frame.astype({"line": "Int64"})


def refused_by_code(results: Iterable[FileResult]) -> dict[str, int]:
    """Rows refused, by code."""
    counts: dict[str, int] = {}
    for one in results:
        if one.outcome != "refused" and one.errors and one.path is not None:
            with loaded(one.path) as (schema, _):
                for code, count in schema.execute(
                    "SELECT coalesce(code, '') AS code, count(*) FROM _all_rows WHERE result = 'ERROR' GROUP BY ALL "
                    "ORDER BY code"
                ):
                    counts[code] = counts.get(code, 0) + count
    return counts


def save_workbook(path: Path, workbook: Path) -> None:
    """Write a result file as a workbook whose every cell is text.

    Raises
    ------
    OutputError
        When a sheet does not hold that many rows, or the workbook cannot be written.
    """
    with loaded(path) as (schema, header):
        if schema.count("_all_rows") > MOST_ROWS:
            raise OutputError(
                f"{workbook}: a sheet holds {MOST_ROWS:,} rows, and {path.name} has more; use the CSV file beside it"
            )
        with atomic_write(workbook) as part:
            part.chmod(0o600)  # children's data
            save_book(part, lambda book: _fill(book, schema, header))


def _fill(book: Any, schema: Schema, header: tuple[str, ...]) -> None:
    sheet = book.add_worksheet("result")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    for place, name in enumerate(header):
        sheet.write_string(0, place, plain(name), bold)
    sheet.freeze_panes(1, 0)
    chosen, first = ", ".join(map(quoted, header)), 1
    formats = dict.fromkeys(header, text)
    while not (
        frame := schema.frame(f"SELECT {chosen} FROM _all_rows ORDER BY _line LIMIT {_PIECE} OFFSET {first - 1}")
    ).empty:
        first = write_rows(sheet, first, frame, formats)


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header, each one once; a repeated one gets its place."""
    made: list[str] = []
    taken = {"_line"}
    for place, name in enumerate(header, 1):
        plain = name.strip(connect.BLANKS) or f"column {place}"
        chosen = plain if plain.casefold() not in taken else f"{plain} ({place})"
        taken.add(chosen.casefold())
        made.append(chosen)
    return tuple(made)

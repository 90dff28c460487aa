"""Guardians that Abandon disconnected, beside those of whom the dry run said so (decision 29); IDs only."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine import quoted
from connect_kit.engine.csv_load import csv_relation
from connect_kit.uploads.values import DISCONNECTED_COLUMNS, disconnected_path

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.results.data import ResultsData
    from connect_kit.uploads.values import FileResult

#: Verdicts that are not what was forecast.
DISCONNECTED_SURPRISES = ("not forecast", "not disconnected")
_COLUMNS = ", ".join(map(quoted, DISCONNECTED_COLUMNS))


def is_list(path: Path) -> bool:
    """Whether a file lists what Abandon disconnected."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(next(csv.reader(file), ())) == DISCONNECTED_COLUMNS
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def beside(path: Path) -> Iterable[Path]:
    """The list beside a single result file."""
    found = disconnected_path(path)
    return [found] if path.is_file() and found != path and is_list(found) else []


def load_disconnected(schema: Schema, lists: Sequence[Path], forecasts: Sequence[FileResult]) -> None:
    """Table ``disconnected``: the relationships, whether they are ``listed`` and ``forecast``; NULL where not known."""
    expected = [one for one in forecasts if one.file.abandon]
    rehearsed = [path for one in expected if (path := one.disconnected_path) is not None]
    schema.execute(
        f"CREATE TABLE disconnected AS SELECT {_COLUMNS}, "
        f"CASE WHEN {bool(lists)} THEN l.here IS NOT NULL END AS listed, "
        f"CASE WHEN {bool(rehearsed)} THEN f.here IS NOT NULL END AS forecast "
        f"FROM ({_read(lists)}) AS l FULL JOIN ({_read(rehearsed)}) AS f USING ({_COLUMNS})"
    )


def _read(paths: Sequence[Path]) -> str:
    # A guardian without ID has none in both lists, and NULLs join nothing.
    chosen = ", ".join(f"coalesce({quoted(column)}, '') AS {quoted(column)}" for column in DISCONNECTED_COLUMNS)
    if not paths:
        nothing = ", ".join(f"'' AS {quoted(column)}" for column in DISCONNECTED_COLUMNS)
        return f"SELECT {nothing}, true AS here LIMIT 0"
    selects = [f"SELECT {chosen} FROM {csv_relation(path, DISCONNECTED_COLUMNS)}" for path in paths]
    return f"SELECT DISTINCT *, true AS here FROM ({' UNION ALL '.join(selects)})"


def disconnected(results: ResultsData) -> pd.DataFrame:
    """Guardian relationships that Abandon removed, and what the dry run said of them. IDs only.

    Columns: ``connectStudentId``, ``studentId``, ``connectUserId``, ``guardianId``, ``connectSchoolId``, ``verdict``:
    ``as forecast``, ``not forecast`` (disconnected, and no dry run said so), ``not disconnected`` (a dry run said so),
    ``no forecast``, or ``not reported`` (forecast; the results do not list what was disconnected, as Connect's do not).
    """
    return results.schema.frame(
        f"SELECT {_COLUMNS}, CASE WHEN forecast IS NULL THEN 'no forecast' WHEN listed IS NULL THEN 'not reported' "
        "WHEN listed AND forecast THEN 'as forecast' WHEN listed THEN 'not forecast' ELSE 'not disconnected' END "
        "AS verdict FROM disconnected ORDER BY ALL"
    )

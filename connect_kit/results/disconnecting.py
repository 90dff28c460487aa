"""Whom an upload took away, beside those of whom the dry run said so (decision 29); IDs only.

Guardians that Abandon disconnected, and staff and children removed from schools that their rows no longer list.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine import quoted
from connect_kit.engine.csv_load import csv_relation
from connect_kit.uploads.values import (
    CHILDREN_REMOVED_COLUMNS,
    DISCONNECTED_COLUMNS,
    REMOVED_COLUMNS,
    children_removed_path,
    disconnected_path,
    removed_path,
)

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.results.data import ResultsData
    from connect_kit.uploads.values import FileResult


class _List(NamedTuple):
    """A list: its ``columns``, where it is ``beside`` a result file and in a ``forecast``; ``lost`` is its verb."""

    columns: tuple[str, ...]
    beside: Callable[[Path], Path]
    forecast: Callable[[FileResult], Path | None]
    lost: str


_LISTS: Mapping[str, _List] = {
    "disconnected": _List(DISCONNECTED_COLUMNS, disconnected_path, lambda one: one.disconnected_path, "disconnected"),
    "staff_removed": _List(REMOVED_COLUMNS, removed_path, lambda one: one.removed_path, "removed"),
    "children_removed": _List(
        CHILDREN_REMOVED_COLUMNS, children_removed_path, lambda one: one.children_removed_path, "removed"
    ),
}
#: Verdicts that are not what was forecast.
DISCONNECTED_SURPRISES = ("not forecast", *(f"not {one.lost}" for one in _LISTS.values()))

#: What is taken away, by the file that lists it.
TAKEN_AWAY: Mapping[str, str] = {
    "disconnected.csv": "Guardian relationships that Abandon disconnected",
    "staff-removed.csv": "Staff removed from schools that their rows no longer list",
    "children-removed.csv": "Children removed from one of several schools, which their rows no longer list",
}


def _header(path: Path) -> tuple[str, ...]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(next(csv.reader(file), ()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()


def is_list(path: Path) -> bool:
    """Whether a file lists whom an upload took away."""
    return _header(path) in [one.columns for one in _LISTS.values()]


def beside(path: Path) -> Iterable[Path]:
    """The lists beside a single result file."""
    places = [one.beside(path) for one in _LISTS.values()] if path.is_file() else []
    return [place for place in places if place != path and is_list(place)]


def load_lists(schema: Schema, lists: Sequence[Path], forecasts: Sequence[FileResult]) -> None:
    """Tables of the names of ``_LISTS``: rows, and whether ``listed`` and ``forecast``; NULL: not known."""
    for table, one in _LISTS.items():
        read = [path for path in lists if _header(path) == one.columns]
        rehearsed = [path for result in forecasts if (path := one.forecast(result)) is not None]
        columns = ", ".join(map(quoted, one.columns))
        schema.execute(
            f"CREATE TABLE {table} AS SELECT {columns}, "
            f"CASE WHEN {bool(read)} THEN l.here IS NOT NULL END AS listed, "
            f"CASE WHEN {_counted(table, forecasts)} THEN f.here IS NOT NULL END AS forecast "
            f"FROM ({_read(read, one.columns)}) AS l FULL JOIN ({_read(rehearsed, one.columns)}) AS f USING ({columns})"
        )


def _counted(table: str, forecasts: Sequence[FileResult]) -> bool:
    """Whether the dry run says whom it would take away: people are listed only where there are any."""
    if table != "disconnected":
        return any(one.file.kind == "users" and one.path is not None for one in forecasts)
    return any(one.disconnected_path is not None for one in forecasts)


def _read(paths: Sequence[Path], columns: Sequence[str]) -> str:
    # A guardian without ID has none in both lists, and NULLs join nothing.
    chosen = ", ".join(f"coalesce({quoted(column)}, '') AS {quoted(column)}" for column in columns)
    if not paths:
        nothing = ", ".join(f"'' AS {quoted(column)}" for column in columns)
        return f"SELECT {nothing}, true AS here LIMIT 0"
    selects = [f"SELECT {chosen} FROM {csv_relation(path, columns)}" for path in paths]
    return f"SELECT DISTINCT *, true AS here FROM ({' UNION ALL '.join(selects)})"


def _verdicts(results: ResultsData, table: str) -> pd.DataFrame:
    one = _LISTS[table]
    return results.schema.frame(
        f"SELECT {', '.join(map(quoted, one.columns))}, "
        "CASE WHEN forecast IS NULL THEN 'no forecast' WHEN listed IS NULL THEN 'not reported' "
        f"WHEN listed AND forecast THEN 'as forecast' WHEN listed THEN 'not forecast' ELSE 'not {one.lost}' END "
        f"AS verdict FROM {table} ORDER BY ALL"
    )


def disconnected(results: ResultsData) -> pd.DataFrame:
    """Guardian relationships that Abandon removed, and what the dry run said of them. IDs only.

    Columns: ``connectStudentId``, ``studentId``, ``connectUserId``, ``guardianId``, ``connectSchoolId``, ``verdict``:
    ``as forecast``, ``not forecast`` (disconnected, and no dry run said so), ``not disconnected`` (a dry run said so),
    ``no forecast``, or ``not reported`` (forecast; the results do not list what was disconnected, as Connect's do not).
    """
    return _verdicts(results, "disconnected")


def staff_removed(results: ResultsData) -> pd.DataFrame:
    """Staff removed from a school that their rows no longer list, and what the dry run said of them. IDs only.

    Columns: ``connectUserId``, ``staffId`` (several are separated by commas), ``connectSchoolId``, ``verdict``: as in
    :meth:`disconnected`, with ``not removed`` for those whom the dry run named in vain.
    """
    return _verdicts(results, "staff_removed")


def children_removed(results: ResultsData) -> pd.DataFrame:
    """Children of several schools removed from one that their rows no longer list, and what the dry run said of them.

    IDs only. Columns: ``connectStudentId``, ``studentId``, ``connectSchoolId``, ``verdict``: as in
    :meth:`staff_removed`.
    """
    return _verdicts(results, "children_removed")

"""The rows of result files, a page at a time: read from the files when they are looked at, and never held."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine import DuckDBEngine, literal
from connect_kit.errors import OutputError
from connect_kit.panels.queue import PAGE
from connect_kit.uploads.values import RESULT_COLUMNS

if TYPE_CHECKING:
    from connect_kit.uploads.values import FileResult

#: The columns that tell which record a row is about, as far as a file has them. IDs, and no names.
ID_COLUMNS = (
    "sourcedId", "sourceId", "studentSourcedId", "guardianSourcedId", "classSourcedId", "userSourcedId",
)  # fmt: skip

_LONGEST = 2**24  # bytes of a line


class ResultRow(NamedTuple):
    """A row of a result file; ``number`` is its record in the file, from 1."""

    file: str
    number: int
    ids: str
    result: str
    action: str
    code: str
    message: str


class ResultRows:
    """What stands in the result files of an upload, filtered and paged.

    How many rows there are is known from the tallies, so that a page needs those files only that it shows.

    Parameters
    ----------
    results : sequence of FileResult
    """

    def __init__(self, results: Sequence[FileResult] = ()) -> None:
        self._results = [result for result in results if result.path is not None]
        self.files = tuple(label(result) for result in self._results)
        self.page = 0
        self.file = self.result = self.action = ""
        self._read_last: tuple[tuple[object, ...], list[ResultRow]] = ((), [])

    def narrow(self, *, file: str = "", result: str = "", action: str = "") -> None:
        """Show only these; an empty text stands for all. Begins with the first page."""
        if (file, result, action) != (self.file, self.result, self.action):
            self.file, self.result, self.action = file, result, action
            self.page = 0

    def turn(self, by: int) -> bool:
        """Go to another page; False where there is none."""
        to = self.page + by
        if not 0 <= to < self.pages:
            return False
        self.page = to
        return True

    @property
    def count(self) -> int:
        """Rows that the filters leave."""
        return sum(self._counts())

    @property
    def pages(self) -> int:
        """How many pages they make."""
        return max(1, -(-self.count // PAGE))

    def _counts(self) -> list[int]:
        """Rows of each file that the filters leave."""
        return [
            sum(
                tally.rows
                for tally in result.tallies
                if self.result in ("", tally.result) and self.action in ("", tally.action)
            )
            if self.file in ("", name)
            else 0
            for name, result in zip(self.files, self._results, strict=True)
        ]

    def rows(self) -> list[ResultRow]:
        """The rows of the current page.

        Raises
        ------
        OutputError
            When a result file has gone.
        """
        asked = (self.page, self.file, self.result, self.action)
        if self._read_last[0] == asked:  # a panel draws at each letter that is typed into it
            return self._read_last[1]
        found: list[ResultRow] = []
        skip = self.page * PAGE
        for name, result, count in zip(self.files, self._results, self._counts(), strict=True):
            room = PAGE - len(found)
            if room and skip < count:
                found += self._read(name, result, skip, room)
            skip = max(0, skip - count)
        self._read_last = (asked, found)
        return found

    def _read(self, name: str, result: FileResult, skip: int, most: int) -> list[ResultRow]:
        path = result.path
        assert path is not None  # noqa: S101 - those without one are left out above
        try:
            with path.open(encoding="utf-8", newline="") as reading:
                columns = next(csv.reader(reading), [])
        except OSError as error:
            raise OutputError(
                f"{path}: the result file cannot be read ({error.strerror or error}); rehearse again"
            ) from error
        # By place, the last four being Connect's: a column of the input may be called result or code too.
        own = len(columns) - len(RESULT_COLUMNS)
        at = {name: f"c{own + place}" for place, name in enumerate(RESULT_COLUMNS)}
        typed = ", ".join(f"c{place}: 'VARCHAR'" for place in range(len(columns)))
        ids = ", ".join(f"nullif(trim(c{place}), '')" for place in range(own) if columns[place] in ID_COLUMNS)
        shown = [f"concat_ws(' / ', {ids})" if ids else "''", *(f"coalesce({column}, '')" for column in at.values())]
        wanted = [f"{at[column]} = ?" for column in ("result", "action") if getattr(self, column)]
        engine = DuckDBEngine()
        try:
            read = engine.execute(
                f"WITH read AS (SELECT row_number() OVER () AS number, * FROM read_csv({literal(path)}, header = true, "
                "auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\r\\n', "
                f"max_line_size = {_LONGEST}, columns = {{{typed}}})) "
                f"SELECT number, {', '.join(shown)} "
                f"FROM read WHERE {' AND '.join(wanted) or 'true'} LIMIT {most} OFFSET {skip}",
                [value for value in (self.result, self.action) if value],
            )
        finally:
            engine.close()
        return [ResultRow(name, int(row[0]), *map(str, row[1:])) for row in read]


def label(result: FileResult) -> str:
    """A file by its name, at school level with its school: ``users.csv, school 0104``."""
    name = f"{result.file.kind}.csv"
    return f"{name}, school {result.file.school}" if result.file.school else name

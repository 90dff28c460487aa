"""The rows of result files, a page at a time: read from the files when they are shown, and never kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine import default_engine, quoted
from connect_kit.errors import OutputError
from connect_kit.panels.queue import PAGE
from connect_kit.uploads.result_files import scan_own_result

if TYPE_CHECKING:
    from connect_kit.uploads.values import FileResult

#: The columns that show which record a row is about, if a file has them. IDs and no names.
ID_COLUMNS = ("sourcedId", "studentSourcedId", "guardianSourcedId", "classSourcedId", "userSourcedId")


class ResultRow(NamedTuple):
    """A row of a result file; ``number`` is its record number in the file, from 1."""

    file: str
    number: int
    ids: str
    result: str
    action: str
    code: str
    message: str


class ResultRows:
    """The rows of an upload's result files, filtered and paged.

    The tallies say how many rows there are, so that a page reads only the files that it shows.

    Parameters
    ----------
    results : sequence of FileResult
    """

    def __init__(self, results: Sequence[FileResult] = ()) -> None:
        self._results = [result for result in results if result.path is not None]
        self.files = tuple(result.file.name for result in self._results)
        self.page = 0
        self.file = self.result = self.action = ""
        self._read_last: tuple[tuple[object, ...], list[ResultRow]] = ((), [])

    def narrow(self, *, file: str = "", result: str = "", action: str = "") -> None:
        """Show only these rows, starting with the first page; an empty text stands for all."""
        if (file, result, action) != (self.file, self.result, self.action):
            self.file, self.result, self.action = file, result, action
            self.page = 0

    def turn(self, by: int) -> bool:
        """Go to another page; False where it does not exist."""
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
        """How many pages these rows fill."""
        return max(1, -(-self.count // PAGE))

    def _counts(self) -> list[int]:
        """Rows of each file that the filters leave."""
        return [
            sum(
                tally.rows
                for tally in result.tallies
                if self.file in ("", result.file.name)
                and self.result in ("", tally.result)
                and self.action in ("", tally.action)
            )
            for result in self._results
        ]

    def rows(self) -> list[ResultRow]:
        """The rows of the current page.

        Raises
        ------
        OutputError
            When a result file is gone.
        """
        asked = (self.page, self.file, self.result, self.action)
        if self._read_last[0] == asked:  # a panel draws after each letter typed into it
            return self._read_last[1]
        found: list[ResultRow] = []
        skip = self.page * PAGE
        for result, count in zip(self._results, self._counts(), strict=True):
            room = PAGE - len(found)
            if room and skip < count:
                found += self._read(result, skip, room)
            skip = max(0, skip - count)
        self._read_last = (asked, found)
        return found

    def _read(self, result: FileResult, skip: int, most: int) -> list[ResultRow]:
        path = result.path
        assert path is not None  # noqa: S101 - those without one are left out above
        try:
            relation, file = scan_own_result(path, result.file.kind)
        except OSError as error:
            raise OutputError(
                f"{path}: the result file cannot be read ({error.strerror or error}); make the dry run again"
            ) from error
        named = [quoted(column) for name, column in file.inputs.items() if name in ID_COLUMNS]
        ids = ", ".join(["NULL", *(f"nullif(trim({column}), '')" for column in named)])
        answer = {name: f"coalesce({quoted(column)}, '')" for name, column in file.answer.items()}
        wanted = {name: value for name in ("result", "action") if (value := getattr(self, name))}
        condition = " AND ".join(f"{answer[name]} = ?" for name in wanted) or "true"
        read = default_engine().execute(
            f"WITH read AS (SELECT row_number() OVER () AS _line, * FROM {relation}) "
            f"SELECT _line, concat_ws(' / ', {ids}), {', '.join(answer.values())} "
            f"FROM read WHERE {condition} LIMIT {most} OFFSET {skip}",
            list(wanted.values()),
        )
        return [ResultRow(result.file.name, int(row[0]), *map(str, row[1:])) for row in read]

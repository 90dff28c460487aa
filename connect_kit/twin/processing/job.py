"""One file on its way into a twin: what every step of the processing needs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_kit.engine import literal, statements
from connect_kit.errors import UploadCancelledError
from connect_kit.uploads.values import Progress

if TYPE_CHECKING:
    import threading

    import pyarrow as pa

    from connect_kit.twin.processing.loading import Given
    from connect_kit.twin.session import Session
    from connect_kit.twin.values import Settings
    from connect_kit.uploads.values import Disconnections, OnProgress, Removals

_PAUSE = 0.1  # seconds between two reports of one stage


@dataclass(eq=False)
class Job:
    """A file being processed, inside the transaction.

    Attributes
    ----------
    session : Session
    given : Given
    settings : Settings
    place : tuple of int
        Number of the file, and how many there are.
    progress, cancel
        As :meth:`connect_kit.twin.Twin.dry_run` was given them.
    """

    session: Session
    given: Given
    settings: Settings
    place: tuple[int, int] = (1, 1)
    progress: OnProgress | None = None
    cancel: threading.Event | None = None
    disconnections: Mapping[str, Disconnections] = field(default_factory=dict)
    removals: Mapping[str, Removals] = field(default_factory=dict)
    _reported: tuple[str, float] = ("", 0.0)

    @property
    def district(self) -> bool:
        """Whether this is a district-level upload."""
        return self.given.file.level == "district"

    @property
    def school(self) -> str:
        """The ``connectSchoolId`` that uploads; empty at district level."""
        return self.given.file.school or ""

    @property
    def row_school(self) -> str:
        """SQL of the school that a row counts for: its own (as ``s``), or the one that uploads."""
        return "s.connectSchoolId" if self.district else literal(self.school)

    def check(self) -> None:
        """Stop here if the upload was cancelled.

        Raises
        ------
        UploadCancelledError
        """
        if self.cancel is not None and self.cancel.is_set():
            raise UploadCancelledError(
                f"{self.given.file.path.name}: cancelled; the file left nothing behind, so it can be uploaded again"
            )

    def sql(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL, unless the upload was cancelled."""
        self.check()
        return self.session.execute(statement, parameters)

    def arrow(self, query: str) -> pa.Table:
        """Like :meth:`sql`, as an Arrow table."""
        self.check()
        return self.session.arrow(query)

    def exists(self, source: str) -> bool:
        """Whether a table, or another source after FROM, has a row."""
        return bool(self.sql(f"SELECT 1 FROM {source} LIMIT 1"))

    def script(self, file: str, **values: object) -> None:
        """Run the statements of an SQL file of this package; ``{name}`` stands for a value."""
        for statement in statements(__package__, file, **values):
            self.sql(statement)

    def next(self, kind: str) -> int:
        """Number of the next ID of a kind (CC, CS, CU)."""
        return int(self.sql("SELECT coalesce(max(next), 1) FROM counters WHERE kind = ?", [kind])[0][0])

    def advance_counter(self, kind: str, table: str) -> None:
        """Move the next number of a kind on, by one for each row of a table."""
        count = int(self.sql(f"SELECT count(*) FROM {table}")[0][0])
        self.sql("UPDATE counters SET next = next + ? WHERE kind = ?", [count, kind])

    def report_stage(self, stage: str, done: int = 0) -> None:
        """Report how far it is; at most ten times a second within a stage."""
        self.check()
        now = time.monotonic()
        if self.progress is None or (stage == self._reported[0] and now - self._reported[1] < _PAUSE):
            return
        self._reported = stage, now
        file = self.given.file
        self.progress(Progress(*self.place, file.kind, file.school, stage, done, self.given.rows))

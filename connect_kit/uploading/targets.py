"""Where an upload goes. A target takes files and says what gates need to know of it; today that is a twin."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from connect_kit.errors import SettingError, TwinBusyError
from connect_kit.twin import Twin, as_twin
from connect_kit.twin.database import opened

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.twin.values import FileResult, OnProgress, UploadFile

_uploading: set[Path] = set()
_guard = threading.Lock()


class School(NamedTuple):
    """A school of a target: its ``name``, ``school_id`` (None: not connected), and students.

    Those of several schools count at each: ``synced`` (with SIS ID) and ``unsynced`` (without, not archived).
    """

    name: str
    school_id: str | None
    synced: int = 0
    unsynced: int = 0


class Facts(NamedTuple):
    """What gates need to know: ``schools`` by connectSchoolId, and the district's ``synced`` and ``unsynced``."""

    schools: Mapping[str, School]
    synced: int
    unsynced: int


class Target(Protocol):
    """What an upload asks of where it goes."""

    @property
    def id(self) -> str:
        """Tells targets apart."""

    @property
    def district(self) -> str:
        """Its name."""

    def facts(self) -> Facts:
        """What gates need to know."""

    def rehearse(
        self, files: Sequence[UploadFile], results: Path, progress: OnProgress | None, cancel: threading.Event | None
    ) -> tuple[FileResult, ...]:
        """Dry run of all files; nothing is changed."""

    def send(
        self,
        file: UploadFile,
        results: Path,
        run: str,
        place: tuple[int, int],
        progress: OnProgress | None,
        cancel: threading.Event | None,
    ) -> FileResult:
        """Upload one file, unless this run has sent it before."""

    def runs(self, plan: str) -> tuple[str, ...]:
        """Runs of a plan, oldest first."""

    def sent(self, run: str) -> frozenset[str]:
        """Identities of the files that a run has sent."""

    def note(self, what: str) -> None:
        """Write what people decided about an upload to the log (decision 23)."""

    def vanishing(self, files: Sequence[UploadFile]) -> pd.DataFrame:
        """What a nightly sync of these files would archive."""

    def held(self) -> contextlib.AbstractContextManager[None]:
        """No other upload of this process comes between."""


@dataclass(frozen=True)
class TwinTarget:
    """A twin as a target."""

    twin: Twin

    @property
    def id(self) -> str:
        """The twin's own."""
        return self.twin.id

    @property
    def district(self) -> str:
        """The twin's."""
        return self.twin.district

    def facts(self) -> Facts:
        """See :class:`Facts`."""
        with opened(self.twin.path, "a look at it", write=False, of=self.twin.id) as session:
            schools = session.execute(
                "SELECT s.connectSchoolId, any_value(s.name), any_value(s.schoolId), count(p.sourcedId), "
                "count(p.connectStudentId) FILTER (p.sourcedId IS NULL AND p.studentId IS NULL AND NOT p.archived) "
                "FROM schools AS s LEFT JOIN student_schools AS b ON b.connectSchoolId = s.connectSchoolId "
                "LEFT JOIN students AS p ON p.connectStudentId = b.connectStudentId GROUP BY ALL ORDER BY ALL"
            )
            synced, unsynced = session.execute(
                "SELECT count(sourcedId), count(*) FILTER (sourcedId IS NULL AND studentId IS NULL AND NOT archived) "
                "FROM students"
            )[0]
        return Facts({one[0]: School(*one[1:]) for one in schools}, synced, unsynced)

    def rehearse(
        self, files: Sequence[UploadFile], results: Path, progress: OnProgress | None, cancel: threading.Event | None
    ) -> tuple[FileResult, ...]:
        """See :meth:`Twin.rehearse`."""
        return self.twin.rehearse(files, results, progress=progress, cancel=cancel)

    def send(
        self,
        file: UploadFile,
        results: Path,
        run: str,
        place: tuple[int, int],
        progress: OnProgress | None,
        cancel: threading.Event | None,
    ) -> FileResult:
        """See :meth:`Twin.send`."""
        return self.twin.send(file, results, run=run, place=place, progress=progress, cancel=cancel)

    def runs(self, plan: str) -> tuple[str, ...]:
        """See :meth:`Twin.runs`."""
        return self.twin.runs(plan)

    def sent(self, run: str) -> frozenset[str]:
        """See :meth:`Twin.sent`."""
        return self.twin.sent(run)

    def note(self, what: str) -> None:
        """Write it to the twin's activity log, as kind ``waiver``."""
        from connect_kit.twin.activity import log

        with opened(self.twin.path, "an upload", of=self.twin.id) as session, session.transaction():
            log(session, "waiver", what)

    def vanishing(self, files: Sequence[UploadFile]) -> pd.DataFrame:
        """See :meth:`Twin.vanishing`."""
        return self.twin.vanishing(files)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Refuse a second upload of this process while one is under way; another process's is refused by the file."""
        place = self.twin.path.resolve()
        with _guard:
            if place in _uploading:
                raise TwinBusyError(
                    f"{self.twin.path}: an upload to it is under way; wait until it has ended, or cancel it"
                )
            _uploading.add(place)
        try:
            yield
        finally:
            with _guard:
                _uploading.discard(place)


def as_target(thing: Target | Twin | str | Path) -> Target:
    """A target from itself, a twin, or the path of a twin.

    Raises
    ------
    SettingError
        For anything else.
    TwinError
        When there is no twin at the path.
    """
    if isinstance(thing, (Twin, str, Path)):
        return TwinTarget(as_twin(thing))
    if all(hasattr(thing, name) for name in ("facts", "rehearse", "send")):
        return thing
    raise SettingError(f"{type(thing).__name__} is no target of an upload; give a Twin, or the path of one")

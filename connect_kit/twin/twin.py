"""The twin: an embedded stand-in for a district's workspace on Connect."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.errors import TwinBusyError
from connect_kit.twin.activity import log
from connect_kit.twin.database import opened, remove
from connect_kit.uploads.targets import Facts, School

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import DuckDBEngine
    from connect_kit.merging import MergePlan
    from connect_kit.roster import Workspace
    from connect_kit.twin.values import Action, Change, Settings
    from connect_kit.uploads.values import FileResult, OnProgress, UploadFile

_uploading: set[Path] = set()
_guard = threading.Lock()


class Twin:
    """One district's workspace on Connect, in one DuckDB file.

    The file is open for the length of an operation only, so that a twin can be used from several notebooks, one after
    the other. It holds children's data: only its owner may read it.

    Parameters
    ----------
    path : str or Path
        An existing twin; see :meth:`new`, :meth:`fill` and :meth:`sample` for making one.

    Raises
    ------
    TwinError
        When there is no twin of this version at the path.
    TwinBusyError
        When it is in use.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with opened(self.path, "a look at it", write=False) as session:
            told = dict(session.execute("SELECT name, value FROM meta"))
        self.district: str = told["district"]
        self.id: str = told["id"]

    # Making one.

    @classmethod
    def new(cls, path: str | Path, district: str, schools: Mapping[str, str | None] | Sequence[str] = ()) -> Twin:
        """An empty workspace.

        Parameters
        ----------
        path : str or Path
        district : str
            Name of the district.
        schools : mapping of str to str, or sequence of str
            Names of its schools, each with its School ID or None.
        """
        from connect_kit.twin.filling import make

        make(Path(path), district, schools)
        return cls(path)

    @classmethod
    def fill(
        cls,
        path: str | Path,
        workspace: Workspace | str | Path,
        *,
        district: str | None = None,
        replace: bool = False,
    ) -> Twin:
        """A new twin with what a workspace holds: exported CSV files, or what :func:`read_workspace` made of them.

        A folder that a twin exported fills it with all that the twin held: several schools of a student, attributes,
        history and settings too. With ``replace``, a twin that stands at the path goes first, with all it holds; a file
        that is not a twin is left alone (TwinError).
        """
        from connect_kit.twin.filling import fill

        if replace:
            remove(Path(path))
        fill(Path(path), workspace, district)
        return cls(path)

    @classmethod
    def sample(
        cls, path: str | Path | None = None, *, students: int = 2000, seed: int = 1, replace: bool = False
    ) -> Twin:
        """The workspace of an invented district, with some history; in a temporary folder when no path is given.

        ``replace`` as for :meth:`fill`.
        """
        from connect_kit.twin.filling import sample

        if replace and path is not None:
            remove(Path(path))
        return cls(sample(None if path is None else Path(path), students, seed))

    # Looking.

    def workspace(self, *, engine: DuckDBEngine | None = None) -> Workspace:
        """The value that the other verbs take, as it is now."""
        from connect_kit.twin.exporting import workspace

        return workspace(self, engine)

    def export(self, folder: str | Path) -> None:
        """Write the workspace's CSV files, and beside them what these have no place for (see :meth:`fill`)."""
        from connect_kit.twin.exporting import export

        export(self, Path(folder))

    def table(self, name: str) -> pd.DataFrame:
        """A table of the twin, as a DataFrame. Holds names.

        ``students``, ``accounts``, ``classrooms``, ``schools``, ``relationships``, ``enrollments``, ``attributes``,
        ``history``, ``guardian_roles``, ``staff_roles``, ``student_schools``, ``staff_schools``.
        """
        from connect_kit.twin.exporting import table

        return table(self, name)

    def student(self, student: str) -> pd.DataFrame:
        """All that one student's record holds: ``what``, ``value``. Holds names.

        Parameters
        ----------
        student : str
            ``connectStudentId`` or ``studentId``.
        """
        from connect_kit.twin.exporting import student as told

        return told(self, student)

    @property
    def settings(self) -> Settings:
        """The workspace's settings; change them with an :class:`Action` ``change_settings``."""
        from connect_kit.twin.exporting import settings

        return settings(self)

    def activity(self) -> pd.DataFrame:
        """The log: ``number``, ``happened`` (UTC), ``kind``, ``what``, ``digest``, ``counts``, ``undone``. IDs only."""
        with opened(self.path, "a look at it", write=False, of=self.id) as session:
            return session.frame("SELECT * FROM activity ORDER BY number")

    def digest(self) -> str:
        """Tells whether two twins hold the same, whatever the order of their rows; the log is left aside."""
        from connect_kit.twin.exporting import digest

        return digest(self)

    def summary(self) -> pd.DataFrame:
        """What it holds: ``what``, ``count``, ``sis`` (with SIS ID), ``archived``."""
        from connect_kit.twin.exporting import summary

        return summary(self)

    # Uploading (the verbs connect_kit.uploads and plan_upload do more: gates, results, resuming).

    def rehearse(
        self,
        files: Sequence[UploadFile],
        results: str | Path,
        *,
        progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[FileResult, ...]:
        """Dry run: later files see what earlier ones would have done, then everything is taken back (decision 13)."""
        from connect_kit.twin.processing import rehearse

        return rehearse(self, files, Path(results), progress, cancel)

    def send(
        self,
        file: UploadFile,
        results: str | Path,
        *,
        run: str,
        place: tuple[int, int] = (1, 1),
        progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> FileResult:
        """Upload one file for real, in one transaction (decision 14).

        What was sent in this run is not sent again, unless every row of it was refused or another run came since.
        """
        from connect_kit.twin.processing import send

        return send(self, file, Path(results), run, place, progress, cancel)

    def sent(self, run: str) -> frozenset[str]:
        """Identities of the files that a run has sent and that were processed."""
        with opened(self.path, "a look at it", write=False, of=self.id) as session:
            rows = session.execute("SELECT identity FROM uploads WHERE run = ? AND outcome = 'processed'", [run])
        return frozenset(row[0] for row in rows)

    def runs(self, plan: str) -> tuple[str, ...]:
        """Runs of a plan (its digest), oldest first."""
        with opened(self.path, "a look at it", write=False, of=self.id) as session:
            rows = session.execute(
                "SELECT run FROM uploads WHERE starts_with(run, ? || ':') GROUP BY run ORDER BY min(activity)", [plan]
            )
        return tuple(row[0] for row in rows)

    def vanishing(self, files: Sequence[UploadFile]) -> pd.DataFrame:
        """What a nightly sync of these files would archive, against the deletion threshold (S20, S21).

        Columns: ``what`` (students, guardians, staff, classrooms), ``managed``, ``gone``, ``percent``, ``allowed``
        (floor(managed × threshold)), ``would_exceed``, ``threshold_needed`` (percent).
        """
        from connect_kit.twin.sync import vanishing

        return vanishing(self, files)

    def facts(self) -> Facts:
        """What the gates of an upload need to know of it."""
        with opened(self.path, "a look at it", write=False, of=self.id) as session:
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

    def note(self, what: str) -> None:
        """Write what people decided about an upload to the activity log, as kind ``waiver`` (decision 23)."""
        with opened(self.path, "an upload", of=self.id) as session, session.transaction():
            log(session, "waiver", what)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Refuse a second upload of this process while one is under way; another process's is refused by the file."""
        place = self.path.resolve()
        with _guard:
            if place in _uploading:
                raise TwinBusyError(f"{self.path}: an upload to it is under way; wait until it has ended, or cancel it")
            _uploading.add(place)
        try:
            yield
        finally:
            with _guard:
                _uploading.discard(place)

    # What people do by hand.

    def preview(self, action: Action) -> pd.DataFrame:
        """What an action would change: ``table``, ``id``, ``column``, ``before``, ``after``."""
        from connect_kit.twin.actions import preview

        return preview(self, action)

    def apply(self, action: Action) -> Change:
        """Do it, and write it to the activity log."""
        from connect_kit.twin.actions import apply

        return apply(self, action)

    def undo(self) -> Change:
        """Take back the last action or merge.

        Raises
        ------
        TwinError
            When there is none, or an upload has come since, which cannot be taken back.
        """
        from connect_kit.twin.actions import undo

        return undo(self)

    def merge(self, plan: MergePlan) -> Change:
        """Merge students (decision 21), and write what was merged and decided to the log."""
        from connect_kit.twin.merging import merge

        return merge(self, plan)

    def merge_moves(self, merges: pd.DataFrame) -> pd.DataFrame:
        """What moves to each survivor of some merges, see :meth:`MergePlan.moves`."""
        from connect_kit.twin.merging import moves

        return moves(self, merges)

    def merge_conflicts(self, merges: pd.DataFrame) -> pd.DataFrame:
        """Attributes that both records of a merge have and that differ, see :meth:`MergePlan.conflicts_on`."""
        from connect_kit.twin.merging import attribute_conflicts

        return attribute_conflicts(self, merges)

    def __repr__(self) -> str:
        return f"Twin({self.path.name!r}: {self.district})"

    def _repr_html_(self) -> str:
        import html

        from connect_kit.display.html import table_html

        return f"<p>Twin of {html.escape(self.district)}</p>" + table_html(self.summary())

    def __fspath__(self) -> str:
        return str(self.path)


def as_twin(thing: Any) -> Twin:
    """A twin from itself or from the path of one."""
    return thing if isinstance(thing, Twin) else Twin(thing)

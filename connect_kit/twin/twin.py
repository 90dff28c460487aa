"""The twin: an embedded stand-in for a district's workspace on Connect."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.html import table_html
from connect_kit.engine.arguments import checked
from connect_kit.engine.places import outside
from connect_kit.twin import filling
from connect_kit.twin.actions import apply, apply_all, preview
from connect_kit.twin.activity import activity, log
from connect_kit.twin.data import TwinData
from connect_kit.twin.database import replaced
from connect_kit.twin.exporting import digest, export, student, summary, table, workspace
from connect_kit.twin.merging import merge, merge_conflicts, merge_moves
from connect_kit.twin.processing.run import dry_run, send
from connect_kit.twin.state import changes_since, state
from connect_kit.twin.sync import sync_deletions
from connect_kit.twin.undo import undo
from connect_kit.uploads.targets import Facts, School

if TYPE_CHECKING:
    from connect_kit.roster import Workspace
    from connect_kit.twin.values import Settings


class Twin(TwinData):
    """One district's workspace on Connect, in one DuckDB file.

    The file is open for the length of an operation only, so that a twin can be used from several notebooks, one after
    the other. It holds children's data: only its owner may read it, and the hidden copy from before the last upload
    that lies beside it, by which :meth:`undo` takes that upload back.

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

    # Making one.

    @classmethod
    @checked()
    def new(cls, path: str | Path, district: str, schools: Mapping[str, str | None] | Sequence[str] = ()) -> Twin:
        """An empty workspace; its schools get the IDs ``S001`` and so on (kit decision).

        Parameters
        ----------
        path : str or Path
        district : str
            Name of the district.
        schools : mapping of str to str, or sequence of str
            Names of its schools, each with its School ID or None.

        Raises
        ------
        TwinError
            When the path is taken or cannot be written, a name is blank, or two schools have one School ID.
        """
        filling.make(Path(path), district, schools)
        return cls(path)

    @classmethod
    @checked()
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
        history and settings too. A guardian or member of staff with several SIS IDs has a line for each of them.

        Parameters
        ----------
        path : str or Path
        workspace : Workspace, str or Path
        district : str, optional
            By default the name that a twin has exported, or that of the folder.
        replace : bool
            Take the place of a twin that is at the path, once the new one is complete; a file of another kind is left
            alone.

        Raises
        ------
        WorkspaceError
            When the folder cannot be read, or its files do not fit together: IDs that are blank, repeated or unknown.
            Names the file and the line.
        TwinError
            When the path is taken or cannot be written.
        TwinBusyError
            When the twin that is to be replaced is in use.
        SettingError
            For a path inside the folder that it is filled from.
        """
        source = Path(workspace) if isinstance(workspace, str | Path) else workspace.path
        if source.expanduser().is_dir():
            outside(path, "the workspace's export", source)
        with replaced(Path(path)) if replace else contextlib.nullcontext():
            filling.fill(Path(path), workspace, district)
        return cls(path)

    @classmethod
    @checked()
    def sample(
        cls, path: str | Path | None = None, *, students: int = 2000, seed: int = 1, replace: bool = False
    ) -> Twin:
        """The workspace of an invented district, with some history; in a temporary folder when no path is given.

        ``replace`` as for :meth:`fill`.

        Raises
        ------
        SettingError
            For a number of students that no sample has.
        TwinError
            When the path is taken or cannot be written.
        """
        place = None if path is None else Path(path)
        with replaced(place) if replace and place is not None else contextlib.nullcontext():
            return cls(filling.sample(place, students, seed))

    # Looking.

    workspace = workspace
    export = export
    table = table
    student = student
    activity = activity
    digest = digest
    state = state
    changes_since = changes_since
    summary = summary

    @property
    def settings(self) -> Settings:
        """The workspace's settings; change them with an :class:`Action` ``change_settings``."""
        with self.reading() as session:
            return session.settings()

    # Uploading; connect_kit.uploads does more: gates, results, resuming.

    dry_run = dry_run
    send = send
    sync_deletions = sync_deletions

    def sent(self, run: str) -> frozenset[str]:
        """Identities of the files that a run has sent and that were processed."""
        with self.reading() as session:
            rows = session.execute("SELECT identity FROM uploads WHERE run = ? AND outcome = 'processed'", [run])
        return frozenset(row[0] for row in rows)

    def runs(self, plan: str) -> tuple[str, ...]:
        """Runs of a plan (its digest) that were not taken back, oldest first."""
        with self.reading() as session:
            rows = session.execute(
                "SELECT run FROM uploads WHERE starts_with(run, ? || ':') AND outcome = 'processed' "
                "GROUP BY run ORDER BY min(activity)",
                [plan],
            )
        return tuple(row[0] for row in rows)

    def new_run(self, plan: str) -> str:
        """A name for a new run of a plan; what was taken back keeps its own."""
        with self.reading() as session:
            rows = session.execute("SELECT DISTINCT run FROM uploads WHERE starts_with(run, ? || ':')", [plan])
        numbers = [int(run.rpartition(":")[2]) for (run,) in rows]
        return f"{plan}:{max(numbers, default=0) + 1}"

    def facts(self) -> Facts:
        """What the gates of an upload need to know of it."""
        with self.reading() as session:
            schools = session.execute(
                "SELECT s.connectSchoolId, any_value(s.name), any_value(s.schoolId), count(p.sourcedId), "
                "count(p.connectStudentId) FILTER (p.sourcedId IS NULL AND p.studentId IS NULL AND NOT p.archived) "
                "FROM schools AS s LEFT JOIN student_schools AS b ON b.connectSchoolId = s.connectSchoolId "
                "LEFT JOIN students AS p ON p.connectStudentId = b.connectStudentId GROUP BY ALL ORDER BY ALL"
            )
            counts = session.execute(
                "SELECT count(sourcedId), count(*) FILTER (sourcedId IS NULL AND studentId IS NULL AND NOT archived), "
                "count(*) FILTER (studentId IS NOT NULL AND NOT archived) FROM students"
            )[0]
        return Facts({one[0]: School(*one[1:]) for one in schools}, *counts)

    def note(self, what: str) -> None:
        """Write what people decided about an upload to the activity log, as kind ``waiver`` (decision 23)."""
        with self.writing("an upload") as session, session.transaction():
            log(session, "waiver", what)

    # What people do by hand.

    preview = preview
    apply = apply
    apply_all = apply_all
    undo = undo
    merge = merge
    merge_moves = merge_moves
    merge_conflicts = merge_conflicts

    def _repr_html_(self) -> str:
        return f"<p>Twin of {html.escape(self.district)}</p>" + table_html(self.summary())


def as_twin(thing: Any) -> Twin:
    """A twin from itself or from the path of one."""
    return thing if isinstance(thing, Twin) else Twin(thing)

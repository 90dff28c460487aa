"""The fields of what stays behind, and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from connect_kit.display.look import counted
from connect_kit.engine import literal
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError
from connect_kit.identity.staying import COLUMNS, KINDS, MERGE

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

_ORDER = "CASE l.kind " + " ".join(f"WHEN {literal(kind)} THEN {place}" for place, kind in enumerate(KINDS)) + " END"
_VALUES = (
    "l.kind", "l.connect_school", "s.school_id", "l.student", "l.student_id", "l.account", "l.user_id", "l.classroom",
    "l.class_id", "l.reason",
)  # fmt: skip
_ROWS = ", ".join(f'{value} AS "{name}"' for value, name in zip(_VALUES, COLUMNS, strict=True))
_FROM = (
    "FROM left_behind_rows AS l LEFT JOIN (SELECT connectSchoolId, min(schoolId) AS school_id, min(name) AS name "
    "FROM workspace_schools GROUP BY connectSchoolId) AS s ON s.connectSchoolId = l.connect_school"
)


@dataclass(frozen=True, eq=False)
class LeftBehindData:
    """The fields of what stays behind; see :class:`LeftBehind`."""

    roster: Roster = field(repr=False)
    workspace: Workspace = field(repr=False)
    schema: Schema = field(repr=False)
    not_judged: Mapping[str, str] = field(default_factory=dict)

    @checked()
    def table(self, kind: str | None = None) -> pd.DataFrame:
        """One row a record or relationship that stays behind, as in left_behind.csv: IDs only.

        Columns: ``kind``, ``connectSchoolId``, ``schoolId`` (as recorded on Connect), ``connectStudentId``,
        ``studentId``, ``connectUserId``, ``userId`` (guardian's or staff ID on Connect; several separated by commas),
        ``connectClassroomId``, ``classId``, ``reason``: ``not_named`` (guardian), ``not_delivered``,
        ``not_in_class`` (the class is delivered without the person), ``moved_school``, ``unclear`` (probably the same
        person under another ID) or ``merge`` (probably the same person is on Connect under the delivered ID as well).
        What a kind does not have is missing.

        Parameters
        ----------
        kind : str, optional
            ``guardian_relationships``, ``classroom_teachers``, ``staff``, ``classroom_students``, ``students`` or
            ``classrooms``; all by default.

        Raises
        ------
        SettingError
            For another kind.
        """
        if kind is not None and kind not in KINDS:
            raise SettingError(f"nothing of kind {kind!r} is left behind; expected one of {', '.join(KINDS)}")
        chosen = "true" if kind is None else f"l.kind = {literal(kind)}"
        order = f"{_ORDER}, l.connect_school, l.student, l.account, l.classroom"
        return self.schema.frame(f"SELECT {_ROWS} {_FROM} WHERE {chosen} ORDER BY {order}", also=self._also)

    def summary(self) -> pd.DataFrame:
        """One row a kind and school.

        Columns: ``kind``, ``connectSchoolId``, ``school`` (name), ``rows``, ``unclear`` and ``to_merge`` (of these
        rows), ``children``, ``adults``, ``classrooms`` (different ones among the rows), ``what_to_do`` (on Connect),
        ``source`` (article).
        """
        frame = self.schema.frame(
            'SELECT l.kind, l.connect_school AS "connectSchoolId", min(s.name) AS school, count(*) AS rows, '
            "count(*) FILTER (l.reason = 'unclear') AS unclear, count(*) FILTER (l.reason = 'merge') AS to_merge, "
            "count(DISTINCT l.student) AS children, "
            "count(DISTINCT l.account) AS adults, "
            f"count(DISTINCT l.classroom) AS classrooms {_FROM} "
            f"GROUP BY l.kind, l.connect_school ORDER BY {_ORDER}, l.connect_school",
            also=self._also,
        )
        merged = frame["to_merge"].eq(frame["rows"])
        frame["what_to_do"] = [
            MERGE if all_of_them else KINDS[kind].what_to_do
            for kind, all_of_them in zip(frame["kind"], merged, strict=True)
        ]
        frame["source"] = [KINDS[kind].source for kind in frame["kind"]]
        return frame

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by kind, as in summary.json: guardians of students, seats in classrooms, people, classrooms."""
        rows = dict(self.schema.execute("SELECT kind, count(*) FROM left_behind_rows GROUP BY kind"))
        return {kind: int(rows.get(kind, 0)) for kind in KINDS}

    @cached_property
    def unclear(self) -> dict[str, int]:
        """Of :attr:`counts`, the rows of people who are probably delivered under another ID: never acted on."""
        return self._of_reason("unclear")

    @cached_property
    def to_merge(self) -> dict[str, int]:
        """Of :attr:`counts`, the records of whom Connect has the delivered ID as well: merged, and never acted on."""
        return self._of_reason("merge")

    @property
    def merging(self) -> dict[str, str]:
        """What is to be merged, in words, and what is done about it."""
        found: dict[str, list[str]] = {}
        for kind, number in self.to_merge.items():
            if number:
                found.setdefault(KINDS[kind].merging, []).append(f"{counted(number, _ONE[kind])} {_OF[kind]}")
        return {"; ".join(parts): steps for steps, parts in found.items()}

    def _of_reason(self, reason: str) -> dict[str, int]:
        rows = dict(
            self.schema.execute("SELECT kind, count(*) FROM left_behind_rows WHERE reason = ? GROUP BY kind", [reason])
        )
        return {kind: int(rows.get(kind, 0)) for kind in KINDS}

    @cached_property
    def reach(self) -> dict[str, int]:
        """How many different ``children``, ``adults`` and ``classrooms`` are concerned, a kind each counted once."""
        found = self.schema.execute(
            "SELECT count(DISTINCT student), count(DISTINCT account), count(DISTINCT classroom) FROM left_behind_rows"
        )[0]
        return dict(zip(("children", "adults", "classrooms"), map(int, found), strict=True))

    @property
    def words(self) -> str:
        """The counts in words; ``nothing`` where there are none."""
        said = (
            f"{counted(n, _ONE[kind])} {_OF[kind]}"
            + (f" ({self.unclear[kind]:,} unclear)" if self.unclear[kind] else "")
            + (f" ({self.to_merge[kind]:,} to be merged)" if self.to_merge[kind] else "")
            for kind, n in self.counts.items()
            if n
        )
        return "; ".join(said) or "nothing"

    @property
    def _also(self) -> tuple[str, str]:
        return (self.roster.schema.name, self.workspace.schema.name)


_ONE = {
    "guardian_relationships": "guardian", "classroom_teachers": "seat", "staff": "member",
    "classroom_students": "seat", "students": "student", "classrooms": "classroom",
}  # fmt: skip
_OF = {
    "guardian_relationships": "still connected to a student", "classroom_teachers": "of teachers in classrooms",
    "staff": "of staff not delivered", "classroom_students": "of students in classrooms",
    "students": "not delivered", "classrooms": "not delivered",
}  # fmt: skip

"""How much of a school may go at once: beyond it, what stays behind looks like a delivery that lacks something."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine import run_sql
from connect_kit.errors import LimitError, SettingError
from connect_kit.identity.staying import KINDS
from connect_kit.oneroster import GRADES
from connect_kit.roster.grades import create_grade_ranks

if TYPE_CHECKING:
    from connect_kit.identity.left_data import LeftBehindData

#: Percent of a school's records of a kind, and how many are allowed whatever the percent, unless it is 0.
LIMIT, FEW = 10, 3
#: Where the year turns, students move away and staff change, more than at any other time.
_TURN = {"students": 20, "staff": 30}
#: Kinds that all go when the year turns: last year's classes are over.
_YEARLY = ("classrooms", "classroom_students", "classroom_teachers")


#: What is said where more would go than may.
TOO_MANY = "nothing was done: so many records would go that a part of a school may be missing from the delivery"


class Share(NamedTuple):
    """What stays behind of a kind at a school: ``number`` of ``whole``, and the percent that may go."""

    kind: str
    connect_school: str
    school: str
    number: int
    whole: int
    limit: float

    @property
    def percent(self) -> int:
        """Rounded up, so that it never reads as the limit where it is beyond it."""
        return math.ceil(100 * self.number / self.whole)

    @property
    def most(self) -> int:
        """How many may go: a few in any case, unless nothing may."""
        return max(FEW, int(self.limit * self.whole / 100)) if self.limit else 0

    @property
    def words(self) -> str:
        """``84 of 250 students at Willow Creek (34 %)``."""
        return f"{self.number:,} of {self.whole:,} {KINDS[self.kind].many} at {self.school} ({self.percent} %)"


def of_last_year(left: LeftBehindData, kind: str) -> bool:
    """Whether seats stay in last year's classrooms only: those of classes that are gone, where the year turns."""
    rooms = left.table("classrooms")["connectClassroomId"]
    turning = {own: turns for one, own, *_, turns in _shares(left) if one == kind}
    return bool(turning) and all(turning.values()) and bool(left.table(kind)["connectClassroomId"].isin(rooms).all())


def beyond(
    left: LeftBehindData, kinds: Collection[str], schools: Collection[str] | None, limit: float | None
) -> list[Share]:
    """Kinds of which more would go from a school than may; ``schools`` are connectSchoolIds."""
    if limit is not None and not 0 <= limit <= 100:
        raise SettingError(f"limit is {limit:g}; expected percent, 0 to 100")
    found = []
    for kind, own, name, number, whole, turning in _shares(left):
        if kind not in kinds or (schools is not None and own not in schools) or (turning and kind in _YEARLY):
            continue
        usual = _TURN.get(kind, LIMIT) if turning else LIMIT
        one = Share(kind, own, name or own, number, whole, usual if limit is None else limit)
        if number > (FEW if one.limit else 0) and 100 * number > one.limit * whole:
            found.append(one)
    return found


def require_within(
    left: LeftBehindData, kinds: Collection[str], schools: Collection[str] | None, limit: float | None
) -> None:
    """Raise where more would go than may.

    Raises
    ------
    LimitError
        Naming schools and kinds, with their numbers.
    """
    many = beyond(left, kinds, schools, limit)
    if many:
        raise LimitError(refused(many), tuple(one.words for one in many), enough(many))


def refused(many: Sequence[Share]) -> str:
    """What is refused, a line each."""
    lines = "".join(f"\n  {one.words}; at most {one.most:,} may go" for one in many)
    return f"{TOO_MANY}:{lines}"


def enough(many: Sequence[Share]) -> int:
    """A limit that lets all of them go, in tens."""
    return min(100, 10 * math.ceil(max(one.percent for one in many) / 10))


def _shares(left: LeftBehindData) -> list[tuple[str, str, str, int, int, bool]]:
    # What stays behind at some schools only holds its rows; the rest is in the schemas that it was made from.
    schema, also = left.schema, tuple(parent.name for parent in left.schema.parents)
    if not schema.columns("left_shares"):
        written = (
            "SELECT grades FROM users UNION ALL SELECT grades FROM classes "
            "UNION ALL SELECT grade FROM workspace_students UNION ALL SELECT grades FROM workspace_classrooms"
        )
        create_grade_ranks(schema, written, also)
        first, last = GRADES.index("KG"), GRADES.index("12")
        one_school = str(left.roster.level == "school").lower()
        run_sql(schema, __package__, "left_limit.sql", also, kindergarten=first, last=last, one_school=one_school)
    rows: list[tuple[str, str, str, int, int, bool]] = schema.execute(
        "SELECT kind, connect_school, (SELECT min(name) FROM workspace_schools WHERE connectSchoolId = connect_school),"
        " number, whole, turning FROM left_shares ORDER BY connect_school, kind",
        also=also,
    )
    places = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(rows, key=lambda row: (row[1], places[row[0]]))

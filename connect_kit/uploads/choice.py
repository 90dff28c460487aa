"""Which schools of a delivery are sent, where to, and why others are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_kit.decisions import read_decisions
from connect_kit.display import look as display
from connect_kit.errors import PlanError, SettingError
from connect_kit.roster.orgs import KNOWN_SCHOOLS, create_not_schools, doubtful_schools

if TYPE_CHECKING:
    from connect_kit.connect import Level
    from connect_kit.engine import Schema
    from connect_kit.matching.matches import SchoolMatches
    from connect_kit.roster import Roster, Workspace

_SHOWN = 20
_DELIVERED = """
    SELECT school FROM (
        SELECT DISTINCT trim(unnest(string_split(orgSourcedIds, ','))) AS school
        FROM (SELECT DISTINCT orgSourcedIds FROM users WHERE orgSourcedIds IS NOT NULL)
        UNION SELECT schoolSourcedId FROM classes UNION SELECT schoolSourcedId FROM enrollments
        EXCEPT SELECT school FROM not_schools
    ) WHERE school <> '' ORDER BY school
"""
_ROWS_OF = """
    SELECT school, count(*) FROM (
        SELECT DISTINCT _line, trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM users
        WHERE orgSourcedIds IS NOT NULL
        UNION ALL SELECT _line, schoolSourcedId FROM classes UNION ALL SELECT _line, schoolSourcedId FROM enrollments
    ) GROUP BY school
"""


@dataclass(frozen=True)
class Choice:
    """Which schools are sent.

    Attributes
    ----------
    schema : Schema
        Holds table ``not_schools``.
    delivered : tuple of str
        School IDs that the delivery names.
    takes_part : tuple of str
        Those of them that are sent, or would be if Connect knew them.
    homes : mapping of str to str
        Where each goes: School ID to ``connectSchoolId``, at school level; to '' at district level.
    open : bool
        Whether rows that name no School ID are sent.
    whole : bool
        Whether all rows are sent as delivered.
    named : bool
        Whether somebody named the schools, so that all others are left out on purpose.
    place_at : str or None
        School ID at which people of the district are placed.
    foreign : frozenset of str
        School IDs and connectSchoolIds of schools that take no part; findings about them do not block.
    not_shown : frozenset of str
        What stands as School ID and may be a name of a person.
    """

    schema: Schema = field(repr=False)
    delivered: tuple[str, ...]
    takes_part: tuple[str, ...]
    homes: Mapping[str, str]
    open: bool
    whole: bool
    named: bool
    place_at: str | None = None
    foreign: frozenset[str] = frozenset()
    not_shown: frozenset[str] = frozenset()

    @property
    def not_sent(self) -> tuple[str, ...]:
        """School IDs of the delivery that take no part."""
        return tuple(one for one in self.delivered if one not in set(self.takes_part))


class _Sides:
    """What delivery, Connect and decisions say about the schools."""

    def __init__(
        self, roster: Roster, workspace: Workspace | None, matches: SchoolMatches | None, exchanged: Schema | None
    ) -> None:
        self.roster, self.workspace = roster, workspace
        sources = (roster.schema,) if exchanged is None else (exchanged, roster.schema)
        self.schema = roster.schema.engine.new_schema("planned", sources)
        there = [] if workspace is None else [workspace.schema.name]
        self.also = (*(one.name for one in sources), *there)
        known = KNOWN_SCHOOLS if workspace is not None else "SELECT NULL::VARCHAR AS school WHERE false"
        create_not_schools(self.schema, roster, self.also, known)
        self.delivered = tuple(str(row[0]) for row in self.schema.execute(_DELIVERED, also=self.also))
        self.recorded = recorded(workspace)
        self.not_shown = doubtful_schools(self.schema, self.also, self.recorded)
        self.own: tuple[str, ...] = ()
        if workspace is not None:
            found = workspace.schema.execute("SELECT connectSchoolId FROM workspace_schools ORDER BY ALL")
            self.own = tuple(str(row[0]) for row in found)
        self.homes = dict(self.recorded)
        if matches is not None:
            pairs = matches.partners(out=True)[["school", "connect", "status"]].itertuples(index=False, name=None)
            self.homes |= {school: connect for school, connect, status in pairs if status in ("matched", "out")}
        decisions = read_decisions(roster) if matches is None else matches.decisions
        if decisions.path is not None:  # somebody may have decided since the schools were matched
            decisions = read_decisions(decisions.path)
        keys = decisions.out
        self.out = frozenset(
            one
            for one in {*self.delivered, *self.recorded}
            if f"roster:{one}" in keys or f"workspace:{self.homes.get(one)}" in keys
        )

    def named(self, name: str) -> tuple[str, ...]:
        """School IDs of the delivery that a School ID or connectSchoolId stands for."""
        found = tuple(one for one in self.delivered if name == one or self.homes.get(one) == name)
        if out := [one for one in found if one in self.out]:
            raise SettingError(f"school {out[0]} was decided not to take part", step="take_part", school=out[0])
        return found

    def counted(self, schools: Sequence[str]) -> str:
        """Schools with their rows, as in ``0101 (58 rows) and 0102 (3 rows)``."""
        counts = {str(school): int(rows) for school, rows in self.schema.execute(_ROWS_OF, also=self.also)}
        words = [
            f"{one} ({display.counted(counts.get(one, 0), 'row')})" for one in schools if one not in self.not_shown
        ]
        if hidden := len(schools) - len(words):
            words.append(not_shown_in_words(hidden))
        words = words if len(words) <= _SHOWN else [*words[:_SHOWN], f"{len(words) - _SHOWN:,} more"]
        return display.both(words)

    def foreign(self, takes_part: Sequence[str], named: bool) -> frozenset[str]:
        others = {*self.delivered, *self.recorded} - set(takes_part) if named else set(self.out)
        there = {self.homes[one] for one in takes_part if one in self.homes}
        return frozenset(others | ({self.homes[one] for one in others if one in self.homes} - there))

    def foreign_to(self, own: Sequence[str], connect: str) -> frozenset[str]:
        """The same for the one school ``connect``, to which the delivery's School IDs ``own`` belong."""
        ours = {connect, *own, *(one for one, there in self.recorded.items() if there == connect)}
        return frozenset({*self.own, *self.recorded, *self.delivered} - ours)


def recorded(workspace: Workspace | None) -> dict[str, str]:
    """School IDs recorded on Connect, to its own IDs."""
    if workspace is None:
        return {}
    rows = workspace.schema.execute(
        "SELECT schoolId, connectSchoolId FROM workspace_schools WHERE schoolId IS NOT NULL"
    )
    return {str(there): str(own) for there, own in rows}


def choose(
    roster: Roster,
    workspace: Workspace | None,
    matches: SchoolMatches | None,
    level: Level,
    *,
    school: str | None,
    schools: Sequence[str] | None,
    place_at: str | None,
    exchanged: Schema | None = None,
) -> Choice:
    """Which schools are sent, by what was named and decided; of tables with ``exchanged`` IDs, where these are sent.

    Raises
    ------
    SettingError
        For a school that is on neither side, or that was decided not to take part.
    PlanError
        Where it is not clear to which school a delivery belongs, or none of its schools is on Connect.
    """
    if school is not None and schools is not None:
        raise SettingError("one school and a list of schools were both given; name one school, or several")
    if schools is not None and not schools:
        raise SettingError("the list of schools is empty; name the schools that are sent, or leave it out to send all")
    sides = _Sides(roster, workspace, matches, exchanged)
    if level == "school" and workspace is None:
        raise PlanError("a school's upload needs to know the schools of Connect; give the workspace")
    if level == "school" and roster.level == "school":
        if schools is not None and len(schools) > 1:
            raise SettingError("a school-level delivery is one school's, and several were named", step="name_school")
        return _one_school(sides, school if schools is None else schools[0], place_at)
    wanted = None if school is None and schools is None else [school] if school is not None else list(schools or ())
    return _several(sides, level, wanted, place_at)


def _several(sides: _Sides, level: Level, wanted: Sequence[str | None] | None, place_at: str | None) -> Choice:
    takes_part = [one for one in sides.delivered if one not in sides.out]
    if wanted is not None:
        found: dict[str, None] = {}
        for name in map(str, wanted):
            ids = sides.named(name)
            if not ids and (name in sides.own or name in sides.recorded):
                raise SettingError(f"the delivery has no row of school {name!r}; {_listed(sides)}")
            if not ids:
                where = f"; Connect's are {', '.join(sides.own[:_SHOWN])}" if sides.own else ""
                raise SettingError(f"{name!r} is not a school of Connect or of the delivery; {_listed(sides)}{where}")
            found |= dict.fromkeys(ids)
        takes_part = [one for one in sides.delivered if one in found]
    if level == "school":
        homes = {one: sides.homes[one] for one in takes_part if one in sides.homes}
        if not homes:
            raise PlanError("no School ID of the delivery is on a school of Connect", step="match_schools")
    else:
        homes = dict.fromkeys(takes_part, "")
    if place_at is not None:
        at = [one for one in sides.named(place_at) if one in homes]
        if not at:
            raise SettingError(
                f"nobody can be placed at {place_at!r}; expected a school that is sent: {', '.join(homes)}"
            )
        place_at = at[0]
    strangers = bool(sides.schema.execute("SELECT 1 FROM not_schools LIMIT 1"))
    whole = level == "district" and not strangers and len(takes_part) == len(sides.delivered) and wanted is None
    return Choice(
        sides.schema,
        sides.delivered,
        tuple(takes_part),
        homes,
        open=wanted is None and level == "district",
        whole=whole,
        named=wanted is not None,
        place_at=place_at,
        foreign=sides.foreign(takes_part, wanted is not None),
        not_shown=sides.not_shown,
    )


def _one_school(sides: _Sides, school: str | None, place_at: str | None) -> Choice:
    """A school-level delivery: the named school's rows, or those of the one school that it can only be."""
    if place_at is not None:
        raise SettingError("people are placed in a district's delivery only; in a school's own files all are placed")
    delivered = [one for one in sides.delivered if one not in sides.out]
    known = {one: sides.homes[one] for one in delivered if one in sides.homes}
    if school is None:
        if len(delivered) > 1:
            raise PlanError(
                f"a school-level upload holds one school's rows, and the delivery those of {sides.counted(delivered)}",
                step="name_school",
            )
        there = set(known.values()) or ({sides.homes[""]} if "" in sides.homes else set())
        there = there or (set(sides.own) if len(sides.own) == 1 else set())
        if len(there) != 1:
            raise PlanError(
                f"Connect has {len(sides.own):,} schools, and the delivery does not say which one it belongs to",
                step="name_school",
            )
        return _choice_of_one(sides, delivered, there.pop(), named=False)
    sides.named(school)  # one that was decided not to take part is refused
    chosen = school if school in sides.own else sides.homes.get(school)
    if chosen is None:
        raise SettingError(f"{school!r} is not a school of Connect; its schools are {', '.join(sides.own[:_SHOWN])}")
    own = [one for one in delivered if known.get(one) == chosen]
    has_id = chosen in sides.recorded.values()
    if not own and len(delivered) == 1 and delivered[0] not in known and not has_id:
        own = delivered  # the School ID is optional there (S0)
    if not own and delivered:
        raise PlanError(
            f"the delivery has no row of school {school}: its rows are of {sides.counted(delivered)}",
            step="name_or_match",
        )
    return _choice_of_one(sides, own, chosen, named=True)


def _choice_of_one(sides: _Sides, own: Sequence[str], connect: str, *, named: bool) -> Choice:
    return Choice(
        sides.schema,
        sides.delivered,
        tuple(own),
        dict.fromkeys(own, connect) or {"": connect},
        open=True,
        whole=len(own) == len(sides.delivered),
        named=named,
        foreign=sides.foreign_to(own, connect),
        not_shown=sides.not_shown,
    )


def _listed(sides: _Sides) -> str:
    schools = [one for one in sides.delivered if one not in sides.not_shown]
    more = f" and {len(schools) - _SHOWN:,} more" if len(schools) > _SHOWN else ""
    hidden = f", {not_shown_in_words(len(sides.not_shown))}" if sides.not_shown else ""
    return f"its schools are {', '.join(schools[:_SHOWN])}{more}{hidden}"


def not_shown_in_words(number: int) -> str:
    """So many School IDs that are not shown."""
    return f"{display.counted(number, 'value')} that may be {'a name' if number == 1 else 'names'} (not shown)"

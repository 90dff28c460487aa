"""Changed IDs as a plan knows them: which there are, how they are exchanged for Connect's, and where nobody looked."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.engine import create_table, literal, quoted, run_sql, statements
from connect_kit.engine.files import atomic_write
from connect_kit.errors import PlanError, SettingError
from connect_kit.identity.patterns import OTHER_ZEROS
from connect_kit.identity.value import MASS_LEAST, MASS_SHARE, NUMBER, SURE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from connect_kit.engine import Schema
    from connect_kit.identity import IdChanges
    from connect_kit.roster import Roster, Workspace

#: The file of a plan's folder that says which IDs were exchanged; IDs only.
CROSSWALK = "crosswalk.csv"
#: Critical findings that say no more than that a School ID is not on Connect as it is delivered.
_UNKNOWN_SCHOOL = frozenset(
    f"{column}.{what}"
    for column in ("users.orgSourcedIds", "classes.schoolSourcedId", "enrollments.schoolSourcedId")
    for what in ("known_school", "leading_zero_lost")
)
#: Findings that compare the schools of both sides by their School IDs.
_BY_SCHOOL = frozenset(("workspace.schools.unmatched", "workspace.change.unusual", "workspace.change.by_school"))
_CROSSWALK = {"kind": "kind", "old_id": "oldId", "new_id": "newId", "pattern": "pattern"}
_OPTIONS = "HEADER, DELIMITER ',', NEW_LINE '\r\n', USE_TMP_FILE false"


@dataclass(frozen=True, slots=True)
class ChangedIds:
    """Records of one kind at one school that the delivery holds under another ID than Connect.

    Attributes
    ----------
    kind : {"schools", "students", "staff", "guardians", "classrooms"}
    school : str
        connectSchoolId; blank for schools.
    name : str
        Of the school.
    changed : int
    managed : int
        Records under the SIS there.
    pattern : str
        Code of the most frequent pattern.
    mass : bool
        Whether they are so many that a real upload waits for a decision.
    kept : int
        How many of them are prepared with the ID that Connect has.
    unsure : int
        Single ones of which it is not sure that they are the same; their IDs are not exchanged.
    undecided : int
        Not paired, as several have one name and nothing distinguishes them.
    """

    kind: str
    school: str
    name: str
    changed: int
    managed: int
    pattern: str
    mass: bool
    kept: int = 0
    unsure: int = 0
    undecided: int = 0

    @property
    def code(self) -> str:
        """Of the finding, which is also that of its waiver."""
        return code_of(self.kind)


def code_of(kind: str) -> str:
    """The code of the finding about changed IDs of a kind."""
    return f"workspace.{kind}.id_changed"


class Exchange(NamedTuple):
    """A roster's tables with exchanged IDs: their ``schema``, and how many by kind and connectSchoolId, ``kept``."""

    schema: Schema
    kept: dict[tuple[str, str], int]

    def exchanged(self, kind: str) -> list[str]:
        """IDs of the delivery in whose place Connect's own are sent."""
        return [row[0] for row in self.schema.execute("SELECT new_id FROM crosswalk WHERE kind = ?", [kind])]

    def write(self, folder: Path) -> None:
        """Write which IDs were exchanged: kind, oldId (which is sent), newId (which was delivered), pattern.

        Raises
        ------
        OutputError
            When it cannot be written.
        """
        rows = 'SELECT kind, old_id AS "oldId", new_id AS "newId", pattern FROM crosswalk ORDER BY kind, old_id, new_id'
        with atomic_write(folder / CROSSWALK, private=True, guarded=False) as part:
            self.schema.execute(f"COPY ({rows}) TO {literal(part)} ({_OPTIONS})")


def exchange_if_kept(roster: Roster, changes: IdChanges | None, *, keep_ids: bool, number: bool) -> Exchange | None:
    """The roster's tables with the IDs that Connect has, in every ID and reference; the roster stays as it is.

    Raises
    ------
    SettingError
        Where nobody knows which IDs have changed, or Connect has the student number as ID.
    """
    if not keep_ids:
        return None
    if changes is None:
        raise SettingError("nobody has compared the IDs of the delivery with those of Connect", step="compare_ids")
    if number and changes.counts["students"]:
        raise SettingError(
            "the IDs of Connect cannot be kept where it has student numbers as IDs: its exports do not hold the "
            "sourcedId by which it knows a student; record the new IDs on Connect, or archive these students first"
        )
    schema = _exchange(roster, changes.schema)
    rows = schema.execute("SELECT kind, connect_school, count(*) FROM crosswalk GROUP BY ALL")
    return Exchange(schema, {(str(kind), str(school)): int(count) for kind, school, count in rows})


def exchange_as_before(roster: Roster, folder: Path) -> Schema | None:
    """Another delivery's tables with the IDs that a plan exchanged, by its ``crosswalk.csv``; None where it has none.

    Raises
    ------
    PlanError
        For a crosswalk that is damaged.
    """
    path = folder / CROSSWALK
    if not path.is_file():
        return None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = {ours: [row[name] for row in rows] for ours, name in _CROSSWALK.items()}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise PlanError(f"{path}: cannot be read; prepare the files again with the IDs that Connect has") from error
    schema = roster.schema.engine.new_schema("crosswalk")
    create_table(schema, "listed", columns)
    schema.execute(
        "CREATE VIEW id_changes AS SELECT *, '' AS connect_school, true AS mass, 1.0 AS probability FROM listed"
    )
    return _exchange(roster, schema)


def _exchange(roster: Roster, changes: Schema) -> Schema:
    """The tables of exchange.sql, by the table ``id_changes`` of a schema."""
    schema = roster.schema.engine.new_schema("exchanged", (roster.schema, changes))
    run_sql(
        schema,
        __package__,
        "exchange.sql",
        (roster.schema.name, changes.name),
        roster=quoted(roster.schema.name),
        changes=f"{quoted(changes.name)}.id_changes",
        sure=SURE,
    )
    return schema


def changed_ids(
    changes: IdChanges, made: Exchange | None = None, foreign: Collection[str] = ()
) -> tuple[ChangedIds, ...]:
    """The changed IDs by kind and school, with how many of them an exchange has replaced.

    ``foreign`` holds the connectSchoolIds of schools that take no part. School IDs that differ in leading zeros only
    are a matter of the gate about schools, unless they were exchanged.
    """
    kept = {} if made is None else dict(made.kept)
    left = _not_exchanged(changes)
    names = ["kind", "connectSchoolId", "school", "changed", "managed", "pattern", "mass"]
    rows = changes.summary()[names].astype(object)
    found = []
    for kind, school, name, changed, managed, pattern, mass in rows.where(rows.notna(), "").itertuples(
        index=False, name=None
    ):
        own = [key for key in kept if key[0] == kind and (kind == "schools" or key[1] == school)]
        done = sum(kept.pop(key) for key in own)
        if (school and school in foreign) or (kind == "schools" and pattern in OTHER_ZEROS and not done):
            continue
        unsure, undecided = left.get((kind, school), (0, 0))
        found.append(
            ChangedIds(kind, school, name, int(changed), int(managed), pattern, bool(mass), done, unsure, undecided)
        )
    return tuple(found)


def _not_exchanged(changes: IdChanges) -> dict[tuple[str, str], tuple[int, int]]:
    """How many IDs are left as they are, by kind and connectSchoolId: of unsure single pairs, and those not paired."""
    rows = changes.schema.execute(
        "SELECT kind, CASE WHEN kind = 'schools' THEN '' ELSE coalesce(connect_school, '') END, "
        f"count(*) FILTER (new_id IS NOT NULL AND NOT mass AND probability < {SURE}), {NUMBER} - count(new_id) "
        "FROM id_changes GROUP BY ALL"
    )
    return {(str(kind), str(school)): (int(unsure), int(undecided)) for kind, school, unsure, undecided in rows}


def solved_codes(made_over: Exchange, delivered: tuple[str, ...], there: Mapping[str, str]) -> frozenset[str]:
    """Codes about School IDs that say nothing any more, where the files hold those that Connect has (``there``)."""
    if not any(kind == "schools" for kind, _ in made_over.kept) or not set(delivered) <= set(there):
        return frozenset()
    return _UNKNOWN_SCHOOL | (_BY_SCHOOL if set(there) <= set(delivered) else frozenset())


def possible_changes(roster: Roster, workspace: Workspace, foreign: Collection[str] = ()) -> dict[str, int]:
    """Schools, by name or connectSchoolId, where so many students came and went that IDs may have changed.

    ``foreign`` holds the connectSchoolIds of schools that take no part.
    """
    (sql,) = statements(__package__ or "", "turnover.sql", id=workspace.shown_id, share=MASS_SHARE, least=MASS_LEAST)
    rows = roster.schema.execute(sql, also=(workspace.schema.name,))
    return {str(name or school): int(turned) for school, name, turned, _ in rows if school not in foreign}

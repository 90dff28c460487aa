"""The verb :func:`left_behind`; a module of that name would hide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.decisions import read_decisions
from connect_kit.duplicates.nicknames import create_nicknames
from connect_kit.engine import create_table, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError
from connect_kit.identity.find import GRADES, SPELLINGS
from connect_kit.identity.left_value import LeftBehind
from connect_kit.identity.staying import KINDS, NO_SCHOOL
from connect_kit.roster.grades import create_grade_ranks
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.identity.value import IdChanges
    from connect_kit.matching.matches import SchoolMatches
    from connect_kit.roster import Roster, Workspace

#: The same person in every role has the same name, email and mobile number (S12), written however.
_PERSON = (
    "trim(lower(coalesce(givenName, '') || ' ' || coalesce(familyName, ''))) AS name, lower(email) AS address, "
    "CASE WHEN length(translate(sms, '+-(). /', '')) >= 7 THEN right(translate(sms, '+-(). /', ''), 10) END AS number"
)
#: Somebody at the school, or a class of it; that orgs.csv lists a school says nothing.
_NAMED_SCHOOLS = (
    "SELECT DISTINCT school FROM ("
    "SELECT trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM users WHERE _kind IN ('student', 'unknown') "
    "UNION ALL SELECT schoolSourcedId FROM classes) WHERE school <> ''"
)


@checked()
def left_behind(
    roster: Roster,
    workspace: Workspace,
    id_changes: IdChanges | None = None,
    *,
    schools: SchoolMatches | None = None,
) -> LeftBehind:
    """Find what stays behind on Connect when this delivery is uploaded: a manual upload archives nothing (decision 20).

    Only records under the SIS are looked at, those with an ID, at schools that take part: Connect's schools that a
    student or a class of the delivery names. What was made by hand, as a guardian without ID or a classroom without
    class ID, is not listed: the SIS does not know it, so it has not taken it away. Of other schools, as one that has
    closed or that does not take part, only children are listed who are delivered at a school that takes part, and are
    still in classrooms of the other one: that they have moved is certain.

    Of a student who names a guardian that neither the delivery nor Connect knows, no guardian is listed: it cannot be
    said who is meant. A guardian counts as named by the student, by the guardian's own ``agentSourcedIds`` or by
    guardians.csv, under one of the account's IDs, or as the same person (name, email and mobile number).

    Where the delivery holds somebody new of the same or a similar name in the same place (a guardian of the child,
    staff of the school, a student in a fitting grade), it is *unclear* whether anybody has left: probably it is the
    same person under another ID. They are listed with that reason, and never acted on. A student of whom Connect has
    a second record under the delivered ID, as after an upload of changed IDs, is to be *merged*, and never archived;
    so is an adult, and never disconnected or removed. Who was decided to be somebody else is neither of the two.

    Parameters
    ----------
    roster : Roster
        The delivery.
    workspace : Workspace
    id_changes : IdChanges, optional
        Records that come under new IDs; they are not left behind.
    schools : SchoolMatches, optional
        From :func:`connect_kit.match_schools`; schools that people decided to connect take part as well, and its
        decisions about pairs of people count. By default those beside the delivery.

    Returns
    -------
    LeftBehind
        Guardians first.

    Raises
    ------
    SettingError
        When the parts are of different deliveries or workspaces, or on different engines.
    """
    require_same_engine(roster, workspace)
    for name, value in (("id_changes", id_changes), ("schools", schools)):
        if value is not None and (value.roster is not roster or value.workspace is not workspace):
            raise SettingError(f"{name} are of another roster or workspace than these; make them from these two")
    schema = roster.schema.engine.new_schema("left", (roster.schema, workspace.schema))
    also = (roster.schema.name, workspace.schema.name)
    _changed_ids(schema, id_changes)
    _taking_part(schema, also, roster, schools)
    run_sql(schema, "connect_kit.engine", "forms.sql", also)
    create_nicknames(schema)
    run_sql(schema, __package__, "names.sql", also, **SPELLINGS)
    create_grade_ranks(schema, GRADES, also)
    one_school, shown = str(roster.level == "school").lower(), workspace.shown_id
    run_sql(schema, __package__, "left_behind.sql", also, shown=shown, person=_PERSON, one_school=one_school)
    _decided(schema, roster, schools)
    run_sql(schema, __package__, "unclear.sql", also)
    judged = {kind for (kind,) in schema.execute("SELECT kind FROM judged")}
    nowhere = not schema.count("taking_part")
    not_judged = {kind: NO_SCHOOL if nowhere else KINDS[kind].unjudged for kind in KINDS if kind not in judged}
    return LeftBehind(roster, workspace, schema, not_judged)


def _changed_ids(schema: Schema, id_changes: IdChanges | None) -> None:
    schema.execute("CREATE TABLE changed_ids (kind VARCHAR, connect_id VARCHAR, old_id VARCHAR, new_id VARCHAR)")
    if id_changes is not None:
        schema.execute(
            "INSERT INTO changed_ids SELECT kind, connect_id, old_id, new_id FROM id_changes",
            also=(id_changes.schema.name,),
        )


def _decided(schema: Schema, roster: Roster, schools: SchoolMatches | None) -> None:
    """Make ``decided``: what people said of pairs of students, and of adults."""
    known = read_decisions(roster) if schools is None else schools.decisions
    rows = [(one.about, one.left, one.right, one.decision) for one in known.about("students", "people")]
    names = ("about", "one", "other", "decision")
    create_table(schema, "decided", {name: [row[place] for row in rows] for place, name in enumerate(names)})


def _taking_part(schema: Schema, also: tuple[str, ...], roster: Roster, schools: SchoolMatches | None) -> None:
    """Make ``known_schools`` (``connect_school``, and ``school`` in the delivery), and of these ``taking_part``."""
    create_table(schema, "school_pairs", {"connect_school": [], "school": []})
    if schools is not None:
        pairs = schools.matched().table()
        columns = {"connect_school": pairs["workspace_id"].tolist(), "school": pairs["roster_id"].tolist()}
        create_table(schema, "school_pairs", columns)
    schema.execute(f"CREATE TABLE named_schools AS {_NAMED_SCHOOLS}", also=also)
    out = [] if schools is None else sorted(schools.decisions.out)
    create_table(schema, "out_schools", {"key": out})
    schema.execute(
        "CREATE TABLE known_schools AS SELECT connectSchoolId AS connect_school, schoolId AS school "
        "FROM workspace_schools WHERE schoolId IS NOT NULL UNION SELECT connect_school, school FROM school_pairs "
        "UNION SELECT connect_id, new_id FROM changed_ids WHERE kind = 'schools'",
        also=also,
    )
    schema.execute(
        "CREATE TABLE taking_part AS FROM known_schools SEMI JOIN named_schools USING (school) "
        "WHERE 'roster:' || school NOT IN (SELECT key FROM out_schools) "
        "AND 'workspace:' || connect_school NOT IN (SELECT key FROM out_schools)"
    )
    if roster.level == "school" and schema.count("taking_part") > 1:
        schema.execute("DELETE FROM taking_part")  # one school's own files, with rows of others: nobody knows whose
    elif roster.level == "school" and not schema.count("taking_part"):
        # School level: School IDs are optional (S0), so the only school there is is meant.
        schema.execute(
            "INSERT INTO taking_part SELECT min(connectSchoolId), "
            "(SELECT min(school) FROM named_schools HAVING count(*) = 1) FROM workspace_schools "
            "HAVING count(*) = 1 AND (SELECT count(*) FROM named_schools) <= 1",
            also=also,
        )

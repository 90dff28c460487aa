"""The verb :func:`match_schools`, and the schema that classrooms are matched in as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.decisions.value import Decisions, read_decisions
from connect_kit.engine import create_table, literal, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.matching.matches import SchoolMatches
from connect_kit.matching.score import collect_evidence, compare_words, create_spellings, spellings
from connect_kit.roster.grades import create_grade_ranks
from connect_kit.roster.orgs import create_not_schools
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

_ALL_PAIRS_UP_TO = 250_000  # pairs of schools without a common ID: if there are no more, all are compared
_MAX_SHARING = 20  # a student's name or a word that more schools have in common says nothing
_GRADES = (
    "SELECT grades FROM users WHERE _kind = 'student' UNION SELECT grade FROM workspace_students "
    "UNION SELECT unnest(string_split(grades, ',')) FROM classes "
    "UNION SELECT unnest(string_split(grades, ',')) FROM workspace_classrooms"
)


@checked()
def match_schools(roster: Roster, workspace: Workspace, *, decisions: Decisions | None = None) -> SchoolMatches:
    """Match the schools of a delivery with those on Connect.

    The School ID recorded on Connect decides (S9): the same ID is a match. An ID that lost its leading zeros, blanks or
    letter case is suggested where no other can be meant. The remaining schools are suggested by their names (orgs.csv),
    the students and classes whose IDs they have in common, and students with the same name and grade, one to one so
    that the total is highest. People's decisions override all of this; a school may be decided
    not to take part. The weights are in ``matching/model.json``.

    Parameters
    ----------
    roster : Roster
        Its schools are the values of ``orgSourcedIds`` and ``schoolSourcedId``, and rows of orgs.csv of type school,
        but for the district's own org and orgs of guardians only. At school level, rows without a School ID are one
        school.
    workspace : Workspace
    decisions : Decisions, optional
        By default, those beside the delivery.

    Returns
    -------
    SchoolMatches

    Raises
    ------
    SettingError
        When roster and workspace are on different engines.
    DecisionsError
        When the file of decisions has lines that cannot be read.
    """
    schema = new_matching_schema(roster, workspace)
    also = (roster.schema.name, workspace.schema.name)
    create_not_schools(schema, roster, also)
    run_sql(schema, __package__, "schools.sql", also, most=_MAX_SHARING)
    if roster.level == "school":
        _one_school(schema)
    create_spellings(schema, "schools")
    run_sql(schema, __package__, "words.sql", also)
    kinds = ", ".join(map(literal, spellings("kinds").split()))
    run_sql(schema, __package__, "schools_pairs.sql", also, kinds=kinds, everything=_ALL_PAIRS_UP_TO, most=_MAX_SHARING)
    compare_words(schema)
    run_sql(schema, __package__, "schools_evidence.sql", also)
    evidence = collect_evidence(
        schema,
        "schools",
        "SELECT id, title, students, classes, why FROM left_side ORDER BY n",
        "SELECT id, title, recorded, why FROM right_side ORDER BY n",
    )
    return SchoolMatches(roster, workspace, decisions or read_decisions(roster), evidence)


def new_matching_schema(roster: Roster, workspace: Workspace) -> Schema:
    """Make a schema for matching, with the normal forms of IDs and names, the ranks of grades and the default school.

    Raises
    ------
    SettingError
        When roster and workspace are on different engines.
    """
    require_same_engine(roster, workspace)
    schema = roster.schema.engine.new_schema("matching", (roster.schema, workspace.schema))
    also = (roster.schema.name, workspace.schema.name)
    run_sql(schema, "connect_kit.engine", "forms.sql", also)
    run_sql(schema, __package__, "match_forms.sql", also)
    create_grade_ranks(schema, _GRADES, also)
    _create_default_school(schema, also, roster)
    return schema


def _create_default_school(schema: Schema, also: tuple[str, ...], roster: Roster) -> None:
    """Make table ``default_school``: at school level, the school of rows without a School ID (the only one, or '')."""
    named = schema.execute(
        "SELECT DISTINCT trim(orgSourcedIds) FROM users "
        "WHERE orgSourcedIds IS NOT NULL AND NOT contains(orgSourcedIds, ',') "
        "UNION SELECT schoolSourcedId FROM classes WHERE schoolSourcedId IS NOT NULL "
        "UNION SELECT schoolSourcedId FROM enrollments WHERE schoolSourcedId IS NOT NULL LIMIT 2",
        also=also,
    )
    only = str(named[0][0]) if len(named) == 1 else ""
    create_table(schema, "default_school", {"school": [only if roster.level == "school" else None]})


def _one_school(schema: Schema) -> None:
    """At school level, match the one school on each side whatever ID is recorded: it is optional (S0)."""
    schema.execute("""
        INSERT INTO certain
        SELECT l.n, r.n, CASE WHEN l.id = '' OR r.recorded IS NULL THEN 'matched' ELSE 'suggested' END,
            'school level: one school in the delivery, one on Connect'
            || CASE WHEN l.id <> '' AND r.recorded IS NOT NULL
                THEN ', but School ID ''' || l.id || ''' is recorded there as ''' || r.recorded || '''' ELSE '' END
        FROM left_side AS l, right_side AS r
        WHERE (SELECT count(*) FROM left_side) = 1 AND (SELECT count(*) FROM right_side) = 1
            AND NOT EXISTS (SELECT 1 FROM certain)
    """)

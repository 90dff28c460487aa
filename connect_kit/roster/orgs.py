"""Orgs that people list and that are not schools: the district's own, and those of guardians only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import run_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from connect_kit.engine import Schema
    from connect_kit.roster.value import Roster

#: SQL of the School IDs recorded on Connect.
KNOWN_SCHOOLS = "SELECT schoolId AS school FROM workspace_schools WHERE schoolId IS NOT NULL"


def create_not_schools(schema: Schema, roster: Roster, also: Sequence[str], known: str = KNOWN_SCHOOLS) -> None:
    """Make table ``not_schools`` (school, what) in a schema.

    An org above the schools (orgs.csv says its type) is the district's; where no orgs.csv was delivered, so is the
    one ID that only staff have, that no class and no enrollment names, and that is on no school of Connect. An ID that
    only guardians have is not a school of the delivery either: guardians follow their students.

    Parameters
    ----------
    schema : Schema
    roster : Roster
    also : sequence of str
        Schemas that are read: the roster's among them.
    known : str
        SQL of the School IDs recorded on Connect, as ``school``.
    """
    run_sql(schema, __package__, "not_schools.sql", also, known=known, guess=roster.level == "district")


#: School IDs that may be names of people, as when columns are swapped: without a digit, in one of the files only, and
#: neither on Connect nor in orgs.csv.
_DOUBTFUL = """
    SELECT school FROM (
        SELECT DISTINCT 'users' AS file, trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM users
        WHERE orgSourcedIds IS NOT NULL
        UNION SELECT DISTINCT 'classes', schoolSourcedId FROM classes
        UNION SELECT DISTINCT 'enrollments', schoolSourcedId FROM enrollments
    ) WHERE school <> '' AND NOT regexp_matches(school, '[0-9]')
        AND school NOT IN (SELECT sourcedId FROM orgs WHERE sourcedId IS NOT NULL)
    GROUP BY school HAVING count(*) = 1
"""


def doubtful_schools(schema: Schema, also: Sequence[str], known: Collection[str]) -> frozenset[str]:
    """What stands as School ID and may be a name; it is not shown (decision 24). ``known``: School IDs on Connect."""
    return frozenset(str(row[0]) for row in schema.execute(_DOUBTFUL, also=also)) - set(known)

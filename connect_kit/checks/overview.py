"""Schools at a glance: counts, and where the failing rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.checks.findings import Findings

_BY_SCHOOL = """
WITH schools AS (
    SELECT school FROM school_status WHERE status NOT IN ('district', 'guardians')
    UNION SELECT school FROM known_schools
),
people AS (
    SELECT school, count(*) FILTER (_kind = 'student') AS students,
        count(*) FILTER (_kind IN ('teacher', 'administrator')) AS staff
    FROM user_schools GROUP BY school
), rooms AS (
    SELECT schoolSourcedId AS school, count(*) AS classes FROM classes GROUP BY ALL
), seats AS (
    SELECT schoolSourcedId AS school, count(*) AS enrollments FROM enrollments GROUP BY ALL
), no_guardian AS (
    SELECT f.line FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule AND r.code = 'users.student.no_guardian'
), alone AS ( -- one row without a line stands for all of them
    SELECT school, count(*) AS students_without_guardian FROM (
        SELECT u.school FROM no_guardian AS f JOIN user_schools AS u ON u._line = f.line
        UNION ALL
        SELECT school FROM user_schools WHERE _kind = 'student' AND EXISTS (FROM no_guardian WHERE line IS NULL)
    ) GROUP BY school
), rows AS (
    SELECT u.school, r.severity FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule AND r.tbl = 'users'
    JOIN user_schools AS u ON u._line = f.line
    UNION ALL
    SELECT c.schoolSourcedId, r.severity FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule AND r.tbl = 'classes'
    JOIN classes AS c ON c._line = f.line
    UNION ALL
    SELECT e.schoolSourcedId, r.severity FROM _failing AS f
    JOIN _rules AS r ON r.rule = f.rule AND r.tbl = 'enrollments' JOIN enrollments AS e ON e._line = f.line
), failing AS (
    SELECT school, count(*) FILTER (severity = 'critical') AS critical,
        count(*) FILTER (severity = 'warning') AS warning,
        count(*) FILTER (severity = 'info') AS info FROM rows GROUP BY school
), named AS (
    SELECT schoolId AS school, min(name) AS name FROM workspace_schools WHERE schoolId IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT sourcedId, min(name) FROM orgs WHERE type = 'school'
        AND sourcedId NOT IN (SELECT schoolId FROM workspace_schools WHERE schoolId IS NOT NULL) GROUP BY ALL
)
SELECT s.school AS "schoolId", n.name, coalesce(p.students, 0)::BIGINT AS students,
    coalesce(p.staff, 0)::BIGINT AS staff,
    coalesce(c.classes, 0)::BIGINT AS classes,
    coalesce(e.enrollments, 0)::BIGINT AS enrollments,
    coalesce(a.students_without_guardian, 0)::BIGINT AS students_without_guardian,
    coalesce(t.critical, 0)::BIGINT AS critical, coalesce(t.warning, 0)::BIGINT AS warning,
    coalesce(t.info, 0)::BIGINT AS info, s.school NOT IN (SELECT school FROM out_schools) AS takes_part
FROM schools AS s
LEFT JOIN people AS p ON p.school = s.school LEFT JOIN rooms AS c ON c.school = s.school
LEFT JOIN seats AS e ON e.school = s.school LEFT JOIN alone AS a ON a.school = s.school
LEFT JOIN failing AS t ON t.school = s.school LEFT JOIN named AS n ON n.school = s.school
ORDER BY s.school
"""


def by_school(findings: Findings) -> pd.DataFrame:
    """One row per school.

    Columns: ``schoolId``, ``name``, ``students``, ``staff``, ``classes``, ``enrollments``,
    ``students_without_guardian``, failing rows by severity: ``critical``, ``warning``, ``info``; and ``takes_part``,
    False where people decided that the school does not. The district's own org is not a school.
    """
    workspace = findings.workspace
    others = (findings.roster.schema.name, *([workspace.schema.name] if workspace else []))
    return findings.schema.frame(_BY_SCHOOL, also=others)

"""student_attributes.csv: a student's ID, and a column for each attribute (S0; decision 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import literal, quoted
from connect_kit.twin.processing.order import needs
from connect_kit.twin.processing.refusals import refuse

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def refused_whole(job: Job) -> tuple[str, str] | None:
    """Attributes are those of students who exist already."""
    return needs(job, "students")


def process(job: Job) -> None:
    """Refuse rows, then store; makes ``outcome`` and ``notes``."""
    refuse(job)
    job.sql(
        "CREATE TEMP TABLE attribute_rows AS SELECT g._line, s.connectStudentId AS id, "
        "s.connectStudentId IN (SELECT connectStudentId FROM attributes) AS known "
        "FROM given AS g ANTI JOIN refused AS x ON x._line = g._line "
        "JOIN students AS s ON s.sourcedId = g.studentSourcedId"
    )
    job.sql("CREATE TEMP TABLE wanted (_line BIGINT, id VARCHAR, name VARCHAR, value VARCHAR)")
    for name, column in job.given.attributes.items():
        job.sql(
            f"INSERT INTO wanted SELECT r._line, r.id, {literal(name)}, g.{quoted(column)} "
            f"FROM attribute_rows AS r JOIN given AS g ON g._line = r._line WHERE g.{quoted(column)} IS NOT NULL"
        )
    job.script("student_attributes.sql", school="s.connectSchoolId" if job.district else literal(job.school))

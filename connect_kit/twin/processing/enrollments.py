"""enrollments.csv: who is in which classroom (S3). Nobody is taken out of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.twin.processing.order import needs
from connect_kit.twin.processing.refusals import refuse

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def refused_whole(job: Job) -> tuple[str, str] | None:
    """Only after users.csv and classes.csv were uploaded successfully (S3)."""
    return needs(job, "users", "classes")


def process(job: Job) -> None:
    """Refuse rows, then enroll; makes ``outcome`` and ``notes``."""
    within = "true" if job.district else f"connectSchoolId = {literal(job.school)}"
    job.script(
        "enrollments.sql",
        within=within.replace("connectSchoolId", "c.connectSchoolId"),
        same_school="c.schoolId = g.schoolSourcedId" if job.district else "true",
    )
    if job.any("enrolled WHERE classroom IS NULL OR person IS NULL"):
        job.script("enrollments_strays.sql", within=within, district=job.district)
    else:
        job.sql(
            "CREATE TEMP TABLE strays (_line BIGINT, classId VARCHAR, userId VARCHAR, school VARCHAR, "
            "class_state VARCHAR, user_state VARCHAR, school_state VARCHAR)"
        )
    refuse(job)
    schools = "JOIN given AS g ON g._line = e._line LEFT JOIN schools AS s ON s.schoolId = g.schoolSourcedId"
    job.script(
        "enrollments_outcome.sql",
        school="s.connectSchoolId" if job.district else literal(job.school),
        join=schools if job.district else "",
    )

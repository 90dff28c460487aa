"""guardians.csv: one row a student and a guardian (S4, S5, S14); ``Abandon`` disconnects who is no longer named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.twin.processing.accounts import assign
from connect_kit.twin.processing.order import needs
from connect_kit.twin.processing.refusals import refuse

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def refused_whole(job: Job) -> tuple[str, str] | None:
    """Guardians are attached to students who exist already (S4)."""
    return needs(job, "students")


def process(job: Job) -> None:
    """Refuse rows, then create, update and connect; makes ``outcome`` and ``notes``."""
    refuse(job)
    job.script("guardians.sql")
    assign(job)
    job.script("guardians_pairs.sql")
    job.script("relationships.sql")
    if job.given.file.abandon:
        job.script("guardians_abandon.sql", district=job.district, school=literal(job.school))
        job.disconnected = int(job.sql("SELECT count(*) FROM abandoned")[0][0])
    job.script("guardians_outcome.sql", school="s.connectSchoolId" if job.district else literal(job.school))

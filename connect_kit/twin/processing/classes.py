"""classes.csv: classrooms, found by class ID within their school (S2, S14, S23; decision 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.twin.processing.one_school import several_schools
from connect_kit.twin.processing.refusals import refuse

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def refused_whole(job: Job) -> tuple[str, str] | None:
    """At school level the file must hold one school's classes (S0)."""
    schools = "(SELECT trim(schoolSourcedId) AS school FROM given WHERE schoolSourcedId IS NOT NULL)"
    return several_schools(job, "classes.schoolSourcedId.one_school", "classes", schools)


def process(job: Job) -> None:
    """Refuse rows, then create and update; makes ``outcome`` and ``notes``."""
    job.script("schools.sql", listed="given", column="schoolSourcedId")
    refuse(job)
    job.script(
        "classes.sql",
        first=job.next("CC"),
        school="s.connectSchoolId" if job.district else literal(job.school),
        unarchive=job.settings.unarchive_reappearing_classrooms,
    )
    job.given_out("CC", "new_classrooms")
    job.script("classes_outcome.sql", unarchive=job.settings.unarchive_reappearing_classrooms)

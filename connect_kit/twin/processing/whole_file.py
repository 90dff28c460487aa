"""What refuses a whole file once it has been read: the order of uploads (S0, S3), or rows of several schools (S0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job

#: What a twin holds once a file of that kind was uploaded with success, whenever and by whomever.
_TRACES: Mapping[str, str] = {
    "users": (
        "(SELECT 1 FROM students WHERE sourcedId IS NOT NULL "
        "UNION ALL SELECT 1 FROM staff_roles WHERE staffId IS NOT NULL)"
    ),
    "classes": "classrooms WHERE classId IS NOT NULL",
    "students": "students WHERE sourcedId IS NOT NULL",
}
#: What must have been uploaded before: files (S3), or any students with SIS ID (S4).
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "enrollments": ("users", "classes"),
    "guardians": ("students",),
    "student_attributes": ("students",),
}
#: Files that at school level hold one school's rows: the code, what the rows are, and SQL of their School IDs.
_ONE_SCHOOL: Mapping[str, tuple[str, str, str]] = {
    "users": ("users.orgSourcedIds.one_school", "people", "user_schools"),
    "classes": (
        "classes.schoolSourcedId.one_school",
        "classes",
        "(SELECT trim(schoolSourcedId) AS school FROM given WHERE schoolSourcedId IS NOT NULL)",
    ),
    "enrollments": (
        "enrollments.schoolSourcedId.one_school",
        "enrollments",
        "(SELECT trim(schoolSourcedId) AS school FROM given WHERE schoolSourcedId IS NOT NULL)",
    ),
}


def refused_whole(job: Job) -> tuple[str, str] | None:
    """Code and message where a file is refused as a whole."""
    file, name = job.given.file, job.given.file.path.name
    for kind in _NEEDS.get(file.kind, ()):
        if job.exists(_TRACES[kind]) or (kind != "students" and _uploaded(job, kind)):
            continue
        if kind == "students":
            return "upload.order", f"{name}: no student on Connect has a student ID yet; upload users.csv first"
        return "upload.order", f"{name}: {kind}.csv has not been uploaded successfully yet; upload it first (S3)"
    if file.kind in _ONE_SCHOOL and not job.district:
        code, what, schools = _ONE_SCHOOL[file.kind]
        found = [row[0] for row in job.sql(f"SELECT DISTINCT school FROM {schools} ORDER BY 1 LIMIT 2")]
        if len(found) == 2:
            return code, (
                f"{name} holds {what} of school {found[0]} and of school {found[1]}; a school-level file holds one "
                "school's: upload one file a school, or upload at district level"
            )
    return None


def _uploaded(job: Job, kind: str) -> bool:
    """Whether a file of a kind was uploaded, with a row that succeeded."""
    file = job.given.file
    return bool(
        job.sql(
            "SELECT 1 FROM uploads WHERE kind = ? AND level = ? AND coalesce(school, '') = ? AND outcome = 'processed' "
            "AND rows > errors LIMIT 1",
            [kind, file.level, file.school or ""],
        )
    )

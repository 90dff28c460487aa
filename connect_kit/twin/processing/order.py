"""What must have been uploaded before a file (S0, S3)."""

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


def needs(job: Job, *kinds: str) -> tuple[str, str] | None:
    """Code and message where a kind (``students``: any with SIS ID) was not uploaded yet, with a row that succeeded."""
    name = job.given.file.path.name
    for kind in kinds:
        if job.any(_TRACES[kind]) or (kind != "students" and _uploaded(job, kind)):
            continue
        if kind == "students":
            return "upload.order", f"{name}: no student on Connect has a student ID yet; upload users.csv first"
        return "upload.order", f"{name}: {kind}.csv has not been uploaded successfully yet; upload it first (S3)"
    return None


def _uploaded(job: Job, kind: str) -> bool:
    file = job.given.file
    return bool(
        job.sql(
            "SELECT 1 FROM uploads WHERE kind = ? AND level = ? AND coalesce(school, '') = ? AND outcome = 'processed' "
            "AND rows > errors LIMIT 1",
            [kind, file.level, file.school or ""],
        )
    )

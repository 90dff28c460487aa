"""A file at school level holds one school's rows (S0), or is refused as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def several_schools(job: Job, code: str, what: str, schools: str) -> tuple[str, str] | None:
    """Code and message where rows of two schools are in a file at school level.

    Parameters
    ----------
    job : Job
    code : str
    what : str
        Of what there are rows: "people", "classes".
    schools : str
        SQL behind FROM that gives ``school``, the School ID of a row.
    """
    if job.district:
        return None
    found = [row[0] for row in job.sql(f"SELECT DISTINCT school FROM {schools} ORDER BY 1 LIMIT 2")]
    if len(found) < 2:
        return None
    return code, (
        f"{job.given.file.path.name} holds {what} of school {found[0]} and of school {found[1]}; a school-level file "
        "holds one school's: upload one file a school, or upload at district level"
    )

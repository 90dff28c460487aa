"""Accounts of guardians and staff, for users.csv and guardians.csv alike (S12, S18; decision 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.twin.processing.job import Job


def assign(job: Job) -> None:
    """Give every row of ``persons`` its account and its role; see ``adults.sql`` for what that makes."""
    columns = {name: job.given.has(name) for name in ("email", "sms", "phone", "language")}
    if job.settings.phone_credential_column == "phone":  # ``given`` has exchanged the two
        columns["sms"], columns["phone"] = columns["phone"], columns["sms"]
    job.script("adults.sql", first=job.next("CU"), **columns)
    job.given_out("CU", "new_accounts")
    job.script("adults_roles.sql")
    job.sql("CREATE TEMP TABLE staff_ids AS SELECT _line, account AS id, fresh FROM assigned WHERE kind <> 'guardian'")

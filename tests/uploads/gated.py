"""Findings of a plan, and what one of its gates says."""

from __future__ import annotations

from connect_kit.uploads import Critical, UploadPlan

BAD_MAIL = Critical("users.email.format", "No address that can receive mail", 2)
NO_NAME = Critical("users.givenName.present", "No given name", 1)


def gate(plan: UploadPlan, name: str, target: object = None) -> tuple[str, str, str]:
    gates = plan.gates(target)
    row = gates[gates["gate"] == name].iloc[0]
    return row["state"], row["why"], row["how"]

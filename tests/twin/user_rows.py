"""Rows of a users.csv as Connect reads it."""

from __future__ import annotations

HEADER = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,phone,agentSourcedIds,grades\n"


def users(*rows: str) -> str:
    return HEADER + "".join(row + "\n" for row in rows)

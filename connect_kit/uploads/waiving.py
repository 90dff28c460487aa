"""Which critical findings a person may waive, and which never."""

from __future__ import annotations

from collections.abc import Mapping

from connect_kit.errors import SettingError

#: Codes that nobody can waive: why, and what is done instead.
NEVER: Mapping[str, str] = dict.fromkeys(
    ("users.orgSourcedIds.one_school", "classes.schoolSourcedId.one_school"),
    "it would send the rows of one school to another; name the one school that is sent: plan_upload(..., school=), or "
    "prepare --school",
)


def check_waiver(code: str, reason: object) -> None:
    """Refuse a waiver without a reason, or of what cannot be waived.

    Raises
    ------
    SettingError
    """
    if code in NEVER:
        raise SettingError(f"{code} cannot be waived: {NEVER[code]}")
    if not str(reason or "").strip():
        raise SettingError(f"waiving {code} needs a reason: who decided it, and why")

"""Which critical findings a person may waive, and which never."""

from __future__ import annotations

from collections.abc import Mapping

from connect_kit.errors import SettingError

#: Codes that nobody can waive, and why; the one school that is sent is named instead.
NEVER: Mapping[str, str] = dict.fromkeys(
    (
        "users.orgSourcedIds.one_school",
        "classes.schoolSourcedId.one_school",
        "enrollments.schoolSourcedId.one_school",
    ),
    "it would send the rows of one school to another",
)


def check_waiver(code: str, reason: object) -> None:
    """Refuse a waiver without a reason, or of what cannot be waived.

    Raises
    ------
    SettingError
    """
    if code in NEVER:
        raise SettingError(f"{code} cannot be waived: {NEVER[code]}", step="name_school")
    if not str(reason or "").strip():
        raise SettingError(f"waiving {code} needs a reason: who decided it, and why")

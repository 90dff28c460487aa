"""OneRoster 1.2: roles.csv that is missing or cannot be read, said once. Joining it to users is in ``tables``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from connect_kit.oneroster import LATER_COLUMNS
from connect_kit.roster.header import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What users.csv leaves to roles.csv.
OF_ROLES: Final = ("role", "orgSourcedIds")
#: Why a file as a whole gives nothing.
_OF_FILE: Final = ("file.empty", "file.undecodable", "header.missing_column", "header.repeated_column")


def one_cause(
    notices: Sequence[Notice], users: Sequence[str], *, version: str | None, delivered: str, why: str
) -> list[Notice]:
    """What is wrong with roles.csv, said once, instead of the columns that users.csv lacks for it.

    Parameters
    ----------
    notices : sequence of Notice
        All that was noticed.
    users : sequence of str
        Columns of users.csv.
    version : str or None
        Of OneRoster, as the manifest says.
    delivered : str
        Name of the file of roles; blank where there is none.
    why : str
        Why its rows cannot be used; blank where nothing but a column is missing.
    """
    lacking = [one for one in notices if _is_left_to_roles(one)]
    later = version == "1.2" or bool(set(LATER_COLUMNS["users"]) & set(users))
    if "role" in users or not lacking or not (delivered or later):
        return list(notices)
    kept = [one for one in notices if not _is_left_to_roles(one)]
    if not delivered:
        return [
            *kept,
            Notice("file.missing", "roles", "roles.csv", "roles.csv, which says who has which role, is missing"),
        ]
    raised = [replace(one, severity=None) if one.table == "roles" and one.code in _OF_FILE else one for one in kept]
    if any(one.table == "roles" and one.code in _OF_FILE for one in kept):
        return raised
    return [*raised, Notice("file.undecodable", "roles", delivered, why or "it does not say who has which role")]


def _is_left_to_roles(notice: Notice) -> bool:
    of_users = notice.table == "users" and notice.code == "header.missing_column"
    return of_users and notice.column in OF_ROLES

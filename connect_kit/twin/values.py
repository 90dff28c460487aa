"""The settings of a twin, and what a change by hand did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple

from connect_kit import connect
from connect_kit.errors import SettingError
from connect_kit.roster.action import Action, ActionKind

__all__ = ["Action", "ActionKind", "Change", "Settings"]

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a workspace that matter to an upload.

    Attributes
    ----------
    deletion_threshold : int
        Percent of the SIS-managed records of a type that one nightly sync may archive at most (S20).
    unarchive_reappearing_classrooms : bool
        Whether an archived classroom whose class is uploaded again is opened again (S14, decision 19).
    guardians_from : {"users", "guardians"}
        Which file manages guardians (S14). With ``"guardians"`` the guardians of users.csv are ignored.
    student_id : {"id", "number"}
        Whether students get their sourcedId or their identifier as ID on Connect (S14).
    phone_credential_column : {"sms", "phone"}
        The incoming column that supplies the mobile number; the other one is the home phone (S14).
    daily_sync : bool
        With a daily sync on, students under the SIS cannot be archived by hand (S22).
    """

    deletion_threshold: int = connect.DELETION_THRESHOLD_PERCENT
    unarchive_reappearing_classrooms: bool = False
    guardians_from: Literal["users", "guardians"] = "users"
    student_id: Literal["id", "number"] = "id"
    phone_credential_column: Literal["sms", "phone"] = "sms"
    daily_sync: bool = False

    def __post_init__(self) -> None:
        for part in fields(self):
            value, known = getattr(self, part.name), type(part.default)
            if type(value) is not known:
                words = {int: "a whole number", bool: "True or False"}.get(known, "text")
                raise SettingError(f"{part.name} is {value!r}; expected {words}")
        if not 0 <= self.deletion_threshold <= 100:
            raise SettingError(f"deletion_threshold is {self.deletion_threshold}; expected percent, 0 to 100")
        for name, allowed in (
            ("guardians_from", ("users", "guardians")),
            ("student_id", ("id", "number")),
            ("phone_credential_column", ("sms", "phone")),
        ):
            if getattr(self, name) not in allowed:
                raise SettingError(f"{name} is {getattr(self, name)!r}; expected one of {', '.join(allowed)}")

    def to_text(self) -> dict[str, str]:
        """Names and values as text; :meth:`from_text` gives the settings back."""
        values = ((part.name, getattr(self, part.name)) for part in fields(self))
        return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values}

    @classmethod
    def from_text(cls, values: Mapping[str, str]) -> Settings:
        """Settings from text; what is not named has its default.

        Raises
        ------
        SettingError
            For a name that no setting has, or a value that it cannot have.
        """
        known = {part.name: part.default for part in fields(cls)}
        found: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                raise SettingError(f"no setting is called {name!r}; settings are {', '.join(known)}")
            text = str(value).strip()
            if isinstance(known[name], bool):
                if text.lower() not in _YES + _NO:
                    raise SettingError(f"{name} is {value!r}; expected true or false")
                found[name] = text.lower() in _YES
            elif isinstance(known[name], int):
                try:
                    found[name] = int(text)
                except ValueError as error:
                    raise SettingError(f"{name} is {value!r}; expected a whole number") from error
            else:
                found[name] = text
        return cls(**found)


class Change(NamedTuple):
    """What an action, a merge or an undo did.

    Its ``number`` in the activity log, ``what`` in words, and ``counts``: rows by what became of them.
    """

    number: int
    what: str
    counts: Mapping[str, int]

"""Settings of a workspace as a twin stores them: names and values as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from connect_kit.errors import SettingError
from connect_kit.twin.values import Settings

if TYPE_CHECKING:
    from connect_kit.twin.database import Session

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")


def read_settings(session: Session) -> Settings:
    """The settings of an opened twin."""
    return parsed(dict(session.execute("SELECT name, value FROM settings")))


def spelled(settings: Settings) -> dict[str, str]:
    """Settings as text; :func:`parsed` gives them back."""
    values = ((part.name, getattr(settings, part.name)) for part in fields(Settings))
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values}


def parsed(values: Mapping[str, str]) -> Settings:
    """Settings from text; what is not named has its default.

    Raises
    ------
    SettingError
        For a name that no setting has, or a value it cannot have.
    """
    known = {part.name: part.default for part in fields(Settings)}
    told: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise SettingError(f"no setting is called {name!r}; settings are {', '.join(known)}")
        text = str(value).strip()
        if isinstance(known[name], bool):
            if text.lower() not in _YES + _NO:
                raise SettingError(f"{name} is {value!r}; expected true or false")
            told[name] = text.lower() in _YES
        elif isinstance(known[name], int):
            try:
                told[name] = int(text)
            except ValueError as error:
                raise SettingError(f"{name} is {value!r}; expected a whole number") from error
        else:
            told[name] = text
    return Settings(**told)

"""Arguments and options that several commands have."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from connect_kit.errors import SettingError

Delivery = Annotated[Path, typer.Argument(help="Folder or ZIP with the CSV files.", show_default=False)]
TwinFile = Annotated[Path, typer.Argument(help="The twin: a .duckdb file.", show_default=False)]
TwinOrFolder = Annotated[
    Path,
    typer.Argument(
        help="The twin; for the worksheet alone also the folder with the CSV files exported from Connect.",
        show_default=False,
    ),
]
Worksheet = Annotated[Path | None, typer.Option("--out", help="Folder for the worksheet to work through on Connect.")]
Names = Annotated[bool, typer.Option("--names", help="Names in the worksheet; only its owner may read it.")]
TwinOption = Annotated[Path, typer.Option("--twin", help="The twin of the district's workspace.", show_default=False)]
Waive = Annotated[
    list[str] | None, typer.Option("--waive", help="CODE=REASON lets findings or refused rows pass; may be repeated.")
]
ArchiveExisting = Annotated[
    bool | None,
    typer.Option(
        "--archive-existing/--keep-existing",
        help="Whether students who are on Connect without SIS ID are archived before the first upload.",
        show_default=False,
    ),
]
OneSchool = Annotated[
    str | None,
    typer.Option("--school", help="Send this school only: its connectSchoolId or School ID.", show_default=False),
]
SomeSchools = Annotated[
    str | None,
    typer.Option("--schools", help="Send these schools only: IDs separated by commas.", show_default=False),
]
StudentId = Annotated[
    Literal["id", "number"] | None,
    typer.Option(
        help="What students have as ID on Connect (its setting Student ID): sourcedId, or identifier.",
        show_default="as the workspace says",
    ),
]
Suites = Annotated[
    Path | None, typer.Option(help="The district's own suites: a JSON file, or a folder of them.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; otherwise it is only shown.")]


def bars() -> bool | None:
    """Whether progress bars are shown: as the library decides on a terminal, never elsewhere."""
    return None if sys.stderr.isatty() else False


def waivers(given: list[str] | None) -> dict[str, str]:
    """Reasons by code.

    Raises
    ------
    SettingError
        For what is not CODE=REASON, or has this very word as its reason.
    """
    pairs = [text.partition("=") for text in given or []]
    for text, (_, _, reason) in zip(given or [], pairs, strict=True):
        if not reason.strip():
            raise SettingError(f"{text!r} is not a waiver; give --waive CODE=REASON")
        if reason.strip() == "REASON":
            raise SettingError(f"{text!r}: REASON stands for your own words; say why this may pass")
        if not text.isprintable():
            raise SettingError(f"{text!r} holds characters that this terminal cannot write; give the reason in UTF-8")
    return {code.strip(): reason.strip() for code, _, reason in pairs}

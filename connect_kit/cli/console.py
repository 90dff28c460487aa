"""The console: every text can be printed to it, whatever characters it knows."""

from __future__ import annotations

import codecs
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

import typer

from connect_kit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What stands for the kit's own signs where the console does not know them: Windows' older ones, and pipes there.
_SIGNS = {
    "✔": "+", "✖": "x", "▲": "!", "ℹ": "i", "→": "->", "…": "...", "−": "-", "–": "-", "—": "-", "·": "-", "×": "x",
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ",
    "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "━": "-",
}  # fmt: skip


def _other_signs(error: UnicodeError) -> tuple[str, int]:
    """What is written in place of what a console cannot write: another sign, or the character's number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_SIGNS.get(one) or one.encode("ascii", "backslashreplace").decode() for one in found), error.end


codecs.register_error("connect-kit", _other_signs)


def open_console() -> None:
    """See to it that no character which is printed from now on ends the process."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):  # there is none, or it is not a file
            stream.reconfigure(errors="connect-kit")  # type: ignore[union-attr]


def echo(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text, to stderr with ``err``; without ``nl`` it ends no line.

    The stream is named, as typer would write UTF-8 to one that says that it is ASCII.
    """
    stream: TextIO | None = sys.stderr if err else sys.stdout
    if stream is not None:  # a program without a console has none
        encoding = getattr(stream, "encoding", None) or "utf-8"
        with _printing():
            typer.echo(str(text).encode(encoding, "connect-kit").decode(encoding), file=stream, nl=nl)


def close_console() -> None:
    """Let all that was printed reach the console."""
    if sys.stdout is not None:
        with _printing():
            sys.stdout.flush()


@contextmanager
def _printing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"what was done cannot be printed ({error.strerror or error}); it is done all the same: look at the "
            "folder that was named for it"
        ) from error

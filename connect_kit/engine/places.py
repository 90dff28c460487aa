"""Where results may be written: to a path that can be one, outside what people handed over."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from connect_kit.errors import SettingError


def unusable(path: Any) -> str:
    """What is expected in place of a path that none of this machine can be; '' for any other, and for what is none."""
    if not isinstance(path, str | os.PathLike):
        return ""
    text = os.fspath(path)
    if not text:
        return "a path, and not an empty text"
    if isinstance(text, bytes):
        return "a path as text, and not as bytes"
    if "\0" in text or any("\ud800" <= char <= "\udbff" for char in text):
        return "a path without NUL or half a character"
    if any("\udc80" <= char <= "\udcff" for char in text):  # how Python holds bytes that are no UTF-8
        return "a path whose bytes are UTF-8: rename that folder or file"
    try:
        text.encode()
        Path(text).expanduser().stat()
    except RuntimeError:
        return "a path whose home folder exists"
    except (ValueError, TypeError):
        return "a path without NUL or half a character"
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            return f"a path that this machine can open ({error.strerror})"
    return ""


def outside(place: Path | str, what: str, original: Path | None) -> Path:
    """The folder or file, unless it is an original, lies within one, or holds one that is a folder.

    What people handed over is never written to. A link, another case of the letters where that is the same folder, and
    a relative path are seen through.

    Raises
    ------
    SettingError
        Naming ``what`` the original is, and what could be given instead; or when the place can be no path.
    """
    given: Any = place
    if not isinstance(given, str | os.PathLike):
        shown = repr(given) if isinstance(given, int | float | None) else f"a {type(given).__name__}"
        raise SettingError(f"the folder is {shown}; expected a path (text or Path), such as 'results'")
    if expected := unusable(place):
        raise SettingError(f"the folder is {ascii(os.fspath(place))[:200]}; expected {expected}")
    chosen = Path(place).expanduser()
    if original is None:
        return chosen
    theirs = original.expanduser().resolve()
    if _within(chosen.resolve(), theirs):
        instead = theirs.with_name(f"{theirs.stem}-results")
        raise SettingError(f"{chosen}: is inside {what}, which is never written to; give another folder, as {instead}")
    if theirs.is_dir() and chosen.is_dir() and _within(theirs, chosen.resolve()):
        raise SettingError(
            f"{chosen}: contains {what}, which is never written to; give another folder, as {chosen / 'results'}"
        )
    return chosen


def _within(inner: Path, outer: Path) -> bool:
    return inner.is_relative_to(outer) or any(_same(one, outer) for one in (inner, *inner.parents))


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are of one file or folder, however they are written."""
    with suppress(OSError):
        return one.samefile(other)
    return False

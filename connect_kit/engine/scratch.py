"""Private temporary folders, and the sweeping of those that a killed run has left behind: they hold children's data."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connect_kit.engine.room import is_full, reason
from connect_kit.errors import OutputError

_PREFIX: Final = "connect-kit-"
#: The process that made a folder stands in its name.
_OURS: Final = re.compile(rf"{_PREFIX}(\d+)-[a-z0-9_]+\Z")
_swept = False
_lock = threading.Lock()


def make_scratch() -> str:
    """Make a folder that only this user can read; the first call sweeps what killed runs have left behind.

    Raises
    ------
    OutputError
        When there is no place for it.
    """
    global _swept
    with _lock:
        first, _swept = not _swept, True
    if first:
        sweep()
    try:
        folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    except OSError as error:
        raise _no_temporary(error) from error
    _hold(folder)
    return folder


def remove_scratch(folder: str) -> None:
    """Remove such a folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    _let_go(folder)


@contextmanager
def scratch_folder() -> Iterator[str]:
    """A folder that only this user can read, removed at the end.

    Raises
    ------
    OutputError
        When what is written to it finds no room.
    """
    folder = make_scratch()
    try:
        yield folder
    except OSError as error:
        if is_full(error):
            raise _no_temporary(error) from error
        raise
    finally:
        remove_scratch(folder)


def _no_temporary(error: OSError) -> OutputError:
    # Python names no folder where none could be written to.
    place = "" if isinstance(error, FileNotFoundError) else f" in {tempfile.gettempdir()}"
    return OutputError(
        f"temporary files cannot be written{place} ({reason(error)}), and what needs them was not done. Make room "
        "there, or name another folder in TMPDIR, and try again"
    )


def sweep() -> list[Path]:
    """Remove the kit's folders whose process has ended, and say which.

    Only folders of this user, for this user alone, and of a name that the kit gives. A folder in use is locked by its
    process, so that one of another container, whose number means nothing here, is left alone, too. Not on Windows,
    where no lock says whether a process still runs.
    """
    if os.name == "nt":
        return []
    removed = []
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(tempfile.gettempdir())):
            found = _OURS.match(entry.name)
            if found and _is_private(entry) and not _alive(int(found[1])) and not _held(entry.path):
                shutil.rmtree(entry.path, ignore_errors=True)
                removed.append(Path(entry.path))
    return removed


def _is_private(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, no link, of this user, that nobody else can enter."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == 0o700


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's
        return True
    return True


_locks: dict[str, int] = {}


def _hold(folder: str) -> None:
    """Lock a folder until it is removed or the process ends, however it ends."""
    if os.name == "nt":
        return
    import fcntl

    with contextlib.suppress(OSError):  # some file systems know no locks; the number of the process is left
        place = os.open(folder, os.O_RDONLY)
        _locks[folder] = place
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _let_go(folder: str) -> None:
    place = _locks.pop(folder, None)
    if place is not None:
        with contextlib.suppress(OSError):
            os.close(place)


def _held(folder: str) -> bool:
    """Whether some process has locked a folder."""
    import fcntl

    try:
        place = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(place)
    return False

"""Writing a file so that the one before it survives until the new one is whole."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}


def ensure_folder(path: Path | str) -> Path:
    """Make a folder for results, unless it is there.

    Raises
    ------
    OutputError
        When the operating system refuses.
    """
    target = Path(path).expanduser()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(_told(target, error)) from error
    return target


@contextmanager
def atomic_write(path: Path | str) -> Iterator[Path]:
    """Hand out a path to write to; once complete, it replaces ``path`` in one step.

    Yields
    ------
    Path
        An empty file in the folder of ``path``, gone again if the work fails.

    Raises
    ------
    OutputError
        When the operating system refuses: no room, no folder, no permission. A file that stood at
        ``path`` before is as it was.
    """
    # Through a link, the file it points to is replaced and not the link.
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder of this name is in the way")
        # A new file gets the permissions any new file gets here; a replaced one keeps its own.
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        yield beside
        _reach_the_disk(beside)
        beside.replace(target)
        _reach_the_disk(target.parent)
    except OSError as error:
        raise OutputError(_told(Path(path), error)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _reach_the_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder as a file.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _told(path: Path, error: OSError) -> str:
    kept = "; the file that was there is unchanged" if path.is_file() else ""
    place = f"{path.name} could not be written to {path.absolute().parent}"
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno in _NO_ROOM:
        return f"{place}: the disk is full{kept}. Make room, or name another folder, and write it again."
    if error.errno in _NOT_ALLOWED:
        return (
            f"{place}: not permitted{kept}. Close the file where it is open in another program, "
            "or name a folder that you may write to, and write it again."
        )
    if error.errno in _NO_FOLDER:
        return f"{place}: there is no such folder. Make it, or name another one, and write it again."
    return f"{place}: {reason}{kept}. Mend that, or name another folder, and write it again."

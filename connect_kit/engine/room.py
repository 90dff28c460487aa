"""No room: how the system and DuckDB say that a disk is full, and how the kit does."""

from __future__ import annotations

import errno
import re
from typing import Final

FULL: Final = "the disk is full"
_CODES: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: DuckDB gives no codes, but the system's words, or its own where its temporary files find no room.
_SAID: Final = re.compile(
    r"No space left on device|Disk quota exceeded|File too large|not enough space on the disk|"
    r"(?P<spilled>failed to offload data block)"
)
_FILE: Final = re.compile(r'file \\?"([^"\\]+)')


def is_full(error: BaseException | None) -> bool:
    """Whether an error says that a disk is full, or comes of one that does."""
    while error is not None:
        if (isinstance(error, OSError) and error.errno in _CODES) or _SAID.search(str(error)):
            return True
        error = error.__cause__
    return False


def reason(error: BaseException) -> str:
    """Why a file could not be written, in the few words that a message has room for."""
    if is_full(error):
        return FULL
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def in_words(text: str) -> str:
    """What DuckDB said of a full disk, in the kit's words with what to do next; '' where it said something else."""
    said = _SAID.search(text)
    if said is None:
        return ""
    file = _FILE.search(text)
    if said["spilled"] or file is None or "duckdb_temp" in file[1]:
        return f"{FULL}, and temporary files found no room there; make room, or name another folder in TMPDIR"
    return f"{FULL}, and {file[1]} could not be written; make room there, and try again"

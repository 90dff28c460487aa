"""What the kit wrote into a folder: it replaces those files, and no others."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from connect_kit.errors import OutputError

#: Lies hidden in every folder that the kit has written results to: the names of its files and their digests.
RECORD: Final = ".connect-kit.json"
#: Digests kept of a file: of the one that is there, and of the one that is about to replace it.
_KEPT = 2


def refuse_foreign(folder: Path, names: Iterable[str], planned: Mapping[str, str] | None = None) -> None:
    """See to it that files may be written to a folder under these names.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Paths within the folder, with ``/``.
    planned : mapping of str to str, optional
        Names of files that the kit wrote as well, and the SHA-256 of each; '' where it is not known.

    Raises
    ------
    OutputError
        When one of them is there and the kit did not write it, or it was changed since.
    """
    known, planned = _read(folder), planned or {}
    why = {name: _foreign(folder / name, known.get(name, ()), planned.get(name)) for name in names}
    foreign = [name for name, words in why.items() if words]
    if foreign:
        first, others = foreign[0], ", ".join(foreign[1:])
        raise OutputError(
            f"{folder / first}: {why[first]}, and is left as it is{f' (as are {others})' if others else ''}; nothing "
            f"was written there. Name another folder, or move {'these files' if others else 'that file'} away first"
        )


def _foreign(path: Path, known: Sequence[str], planned: str | None) -> str:
    """Why a file may not be replaced; '' where it may."""
    if path.is_symlink():
        return "is a link, which connect-kit did not make"
    if not path.is_file() or not path.stat().st_size or _digest(path) in known:
        return ""
    if planned and file_digest(path) == planned:
        return ""
    return "was changed after connect-kit wrote it" if known or planned else "was not written by connect-kit"


def written(folder: Path) -> tuple[str, ...]:
    """Names of the files that the kit wrote here and that are as it left them."""
    return tuple(
        name
        for name, digests in _read(folder).items()
        if (folder / name).is_file() and _digest(folder / name) in digests
    )


def note(folder: Path, files: Mapping[str, Path], *, private: bool = False) -> None:
    """Note files that are about to be put into a folder: the names that they will have there, and where they are now.

    Noted before they are moved, files are known whenever the work is broken off. A private record is its owner's only.
    """
    if (folder / RECORD).is_dir():
        raise OutputError(
            f"{folder / RECORD}: is a folder, and connect-kit notes there what it wrote; rename it, or name another "
            "folder for the results"
        )
    known = _read(folder)
    for name, path in files.items():
        known[name] = [*known.get(name, ()), _digest(path)][-_KEPT:]
    known = {name: digests for name, digests in known.items() if name in files or (folder / name).is_file()}
    part = folder / f"{RECORD}.{secrets.token_hex(4)}.part"
    try:
        part.touch(mode=0o600 if private else 0o666, exist_ok=False)
        part.write_text(json.dumps({"files": known}, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(folder / RECORD)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _read(folder: Path) -> dict[str, list[str]]:
    """By name: digests. A record that is gone or damaged knows of nothing."""
    try:
        files = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
        return {str(name): [str(one) for one in digests] for name, digests in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as plans give it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()

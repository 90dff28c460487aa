"""Writing files: whole or not at all, and for their owner only where they hold names."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.engine.room import FULL, is_full, reason
from connect_kit.engine.written import RECORD, note, refuse_foreign, written
from connect_kit.errors import EngineError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PRIVATE = 0o600
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOENT, errno.ENOTDIR}


def ensure_folder(path: Path | str, *, private: bool = False) -> Path:
    """Make a folder for results, unless it is there.

    Parameters
    ----------
    path : str or Path
    private : bool
        A folder that is made here is for its owner only; one that was there keeps its permissions.

    Raises
    ------
    OutputError
        When the operating system refuses.
    """
    target = Path(path).expanduser()
    try:
        target.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(_explain(target, error)) from error
    return target


def read_json(path: Path) -> Any:
    """What a JSON file holds; a byte order mark, which some editors add, is left out.

    Raises
    ------
    OSError
        When it cannot be read.
    ValueError
        When it is damaged: not JSON in UTF-8, or nested deeper than anything the kit writes.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


@contextmanager
def atomic_write(
    path: Path | str, *, private: bool = False, lasting: bool = True, guarded: bool = True
) -> Iterator[Path]:
    """Give a path to write to; once complete, the file replaces ``path`` in one step.

    Parameters
    ----------
    path : str or Path
    private : bool
        Only its owner may read the file, whatever the permissions of one that it replaces: it holds names of children.
        Otherwise a replaced file's permissions are kept.
    lasting : bool
        Whether it must be on the disk for good when this returns.
    guarded : bool
        Whether a file that the kit did not write may not be replaced (:mod:`connect_kit.engine.written`); not of files
        that people edit, and not in folders that are the kit's own.

    Yields
    ------
    Path
        An empty file in the folder of ``path``, gone again if the work fails.

    Raises
    ------
    OutputError
        When the operating system refuses: no room, no folder, no permission; or when it is guarded and the file that
        is there is not the kit's. A file that was at ``path`` before is unchanged.
    """
    # Through a link, the file it points to is replaced and not the link.
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder of this name is in the way")
        if guarded:
            refuse_foreign(target.parent, [target.name])
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE if private else 0o666))
        if target.exists() and not private:
            part.chmod(target.stat().st_mode & 0o777)
        yield part
        if private:
            part.chmod(_PRIVATE)  # the work may have copied other permissions along, or made the file anew
        if lasting:
            reach_the_disk(part)
        if guarded:
            note(target.parent, {target.name: part}, private=private)
        part.replace(target)
        if lasting:
            reach_the_disk(target.parent)
    except (OSError, EngineError) as error:
        if isinstance(error, EngineError) and part.name not in str(error):
            raise
        raise OutputError(_explain(Path(path), error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def replace_together(folder: Path | str, *, private: bool = False, whole: bool = False) -> Iterator[Path]:
    """Give a folder to write files to, and folders of files; once all are complete, they replace those of ``folder``.

    Parameters
    ----------
    folder : str or Path
        Made if it is not there; its other files are left alone.
    private : bool
        Only their owner may read the files.
    whole : bool
        Files that the kit wrote here before and that are not among the new ones go.

    Yields
    ------
    Path
        An empty folder within ``folder``, gone again afterwards.

    Raises
    ------
    OutputError
        When the operating system refuses, or files that are there are not the kit's
        (:mod:`connect_kit.engine.written`); if that is before the last file was complete, all are unchanged.
    """
    target, new = Path(folder).expanduser(), None
    made = next((one for one in (*reversed(target.parents), target) if not one.exists()), None)
    try:
        target.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        new = target / f".writing-{secrets.token_hex(4)}"  # named first, so that it goes whenever Ctrl-C comes
        new.mkdir(mode=0o700)
        yield new
        found = (path for path in sorted(new.rglob("*")) if path.is_file() and path.name != RECORD)
        paths = {path.relative_to(new).as_posix(): path for path in found}
        for name in paths:
            if (target / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{name} is a folder there")
        refuse_foreign(target, paths)
        stale = [name for name in written(target) if name not in paths] if whole else []
        if private:
            for path in paths.values():
                path.chmod(_PRIVATE)
        note(target, paths, private=private)
        _put(paths, target, new / ".before")
        for name in stale:
            (target / name).unlink()
        made = None
    except (OSError, EngineError, OutputError) as error:
        if not isinstance(error, OSError) and not (new and new.name in str(error) and is_full(error)):
            raise
        held = error.filename2 if isinstance(error, OSError) and error.errno in _NOT_ALLOWED else None
        where = f": {Path(held).name}" if held else ""
        step = "Make room" if is_full(error) else "Solve that"
        step = "Close that file where it is open, in Excel say" if held else step
        raise OutputError(
            f"{target}: the results could not be written ({reason(error)}{where}); what was there is "
            f"unchanged. {step}, or give another folder, and try again"
        ) from error
    finally:
        if new is not None:
            shutil.rmtree(new, ignore_errors=True)
        if made is not None:
            _without_empty(made, target)


def _put(files: Mapping[str, Path], target: Path, before: Path) -> None:
    """Put files into a folder under their names, all or none; what they replace is kept in ``before`` until then."""
    for name in files:
        if (target / name).exists():
            (before / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(target / name, before / name)
            except OSError:  # a disk without links
                shutil.copy2(target / name, before / name)
    done = []
    try:
        for name, path in files.items():
            (target / name).parent.mkdir(exist_ok=True)
            path.replace(target / name)
            done.append(name)
    except OSError:
        for name in done:
            if (before / name).exists():
                (before / name).replace(target / name)
            else:
                (target / name).unlink()
        raise


def _without_empty(first: Path, last: Path) -> None:
    """Remove folders that were made for nothing, from the last to the first; one that holds something stays."""
    with suppress(OSError):
        for place in (last, *last.parents):
            place.rmdir()
            if place == first:
                return


def reach_the_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder as a file.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explain(path: Path, error: OSError | EngineError) -> str:
    kept = "; the file that was there is unchanged" if path.is_file() else ""
    place = f"{path.name} could not be written to {path.absolute().parent}"
    number = getattr(error, "errno", None)
    if is_full(error):
        return f"{place}: {FULL}{kept}. Make room, or name another folder, and try again."
    if number in _NOT_ALLOWED:
        return (
            f"{place}: not permitted{kept}. Close the file where it is open in another program, "
            "or name a folder that you may write to, and try again."
        )
    if number in _NO_FOLDER:
        return f"{place}: there is no such folder. Make it, or name another one, and try again."
    return f"{place}: {reason(error)}{kept}. Solve that, or name another folder, and try again."

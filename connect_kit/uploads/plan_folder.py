"""The folder of a plan: prepared beside the plan that is there, which it replaces once all is written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from connect_kit.engine.files import atomic_write, ensure_folder, reach_the_disk, read_json
from connect_kit.engine.room import FULL, is_full, reason
from connect_kit.engine.written import RECORD, note, refuse_foreign, written
from connect_kit.errors import EngineError, OutputError, PlanError
from connect_kit.uploads.changed_ids import CROSSWALK
from connect_kit.uploads.plan_data import PlanData
from connect_kit.uploads.plan_file import NAME, plan_fields, write_json, write_sealed
from connect_kit.uploads.values import ORDER, UploadFile

Plan = TypeVar("Plan", bound=PlanData)

#: Where a plan is prepared, hidden in its folder, and after how many seconds what a killed preparation left goes.
_BESIDE, _HOUR = ".preparing-", 3_600
#: Files of a plan that were being written when the process was killed.
_WRITTEN = "|".join(map(re.escape, (NAME, CROSSWALK, *(f"{kind}.csv" for kind in ORDER))))
_BEGUN = re.compile(rf"\.({_WRITTEN})\.[0-9a-f]{{8}}\.part")


def copy_files(plan: PlanData, folder: Path) -> tuple[UploadFile, ...]:
    """Copy the prepared files into another folder.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    files = []
    try:
        for file in plan.files:
            path = folder / file.path.relative_to(plan.folder)
            ensure_folder(path.parent, private=True)
            with atomic_write(path, private=True, lasting=False, guarded=False) as part:
                shutil.copyfile(file.path, part)
            files.append(replace(file, path=path))
        if (plan.folder / CROSSWALK).is_file():
            with atomic_write(folder / CROSSWALK, private=True, guarded=False) as part:
                shutil.copyfile(plan.folder / CROSSWALK, part)
    except OSError as error:
        raise OutputError(f"{folder}: the plan could not be copied there ({reason(error)})") from error
    return tuple(files)


@contextmanager
def prepared_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder within a plan's folder to prepare files in; the plan that is there stays as it is.

    It is gone afterwards. What a killed preparation left goes at the next one, as it holds names; where two could
    prepare at once, not until an hour later.

    Raises
    ------
    OutputError
        When the folder holds other files than a plan, may not be written to, or has no room.
    """
    with _alone(folder) as surely:
        yield from _prepared(folder, 0 if surely else _HOUR)


def _prepared(folder: Path, old: int) -> Iterator[Path]:
    try:
        held = _held(folder)
        # Before work that may take minutes.
        refuse_foreign(folder, planned := _planned(folder), planned)
        for left in folder.glob(f"{_BESIDE}*"):
            if time.time() - left.stat().st_mtime >= old:
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_BESIDE, dir=folder))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to ({reason(error)}); give another folder") from error
    try:
        yield work
    except (OSError, EngineError, OutputError) as error:
        if not is_full(error):
            raise
        raise OutputError(
            f"{folder}: the plan could not be written ({FULL}); {_left(folder, held)}. Make room, or name another "
            "folder, and prepare again"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if not held:
            with suppress(OSError):
                folder.rmdir()  # unless a plan is there now


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Make the folder if need be, and see to it that nobody else prepares there: whether that is sure.

    Windows and some network drives have no such locks.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = None if os.name == "nt" else os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to ({reason(error)}); give another folder") from error
    if place is None:
        yield False
        return
    try:
        yield _locked(folder, place)
    finally:
        os.close(place)


def _locked(folder: Path, place: int) -> bool:
    import fcntl

    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(
            f"{folder}: files are being prepared there by another window or command; wait until that has ended"
        ) from error
    except OSError:
        return False
    return True


def _left(folder: Path, held: list[str]) -> str:
    """What is in a plan's folder after a preparation that failed."""
    if not held:
        return "nothing was written"
    try:
        plan_fields(folder)
    except PlanError:
        return "no plan is there now"
    return "the plan that was there is unchanged"


def settle(plan: Plan, work: Path) -> Plan:
    """Put files that were prepared in ``work`` in place of those of the former plan, and the plan with them.

    Raises
    ------
    OutputError
        When they cannot be written, or a file that the kit did not write is in their place.
    """
    plan = replace(plan, files=tuple(replace(one, path=plan.folder / one.path.relative_to(work)) for one in plan.files))
    write_sealed(plan, work)  # what needs room is written while the former plan is there
    made = {
        path.relative_to(work).as_posix(): path
        for path in sorted(work.rglob("*"))
        if path.is_file() and path != work / NAME
    }
    try:
        _clear(plan.folder, made)
        for name, path in (*made.items(), (NAME, work / NAME)):
            place = plan.folder / name
            place.parent.mkdir(mode=0o700, exist_ok=True)
            path.replace(place)
        reach_the_disk(plan.folder)
    except OSError as error:
        raise OutputError(f"{plan.folder}: cannot be written to ({reason(error)}); give another folder") from error
    return plan


def _clear(folder: Path, made: Mapping[str, Path]) -> None:
    """Make a folder ready for a plan: take away the files of the one before, and nothing that the kit did not write.

    A mark takes the plan's place until the new one is there: one that was broken off now leaves no plan.
    """
    for name in made:
        if wrong := _in_the_way(folder / name):
            raise OutputError(f"{folder}: cannot be written to ({wrong}); give another folder")
    planned = _planned(folder)
    refuse_foreign(folder, {**made, **planned}, planned)
    old = {*planned, *written(folder)}
    for part in (*folder.glob(".*.part"), *folder.glob("*/.*.part")):
        if _BEGUN.fullmatch(part.name):
            part.unlink()
    note(folder, made, private=True)  # first, so that what is put there is known whenever this is broken off
    write_json(folder / NAME, {"preparing": True})
    _remove(folder, sorted(old))


def _in_the_way(path: Path) -> str:
    """What stands in the place of a file, or of its folder, and cannot be replaced; '' for nothing."""
    if path.is_dir():
        return f"{path.name} is a folder"
    if os.path.lexists(path.parent) and not path.parent.is_dir():
        return f"{path.parent.name} is no folder"
    return ""


def _held(folder: Path) -> list[str]:
    """What the folder holds, unless that is something else than a plan."""
    held = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    if held and NAME not in held:  # somebody took the plan away, and may have left its files
        ours = {name.partition("/")[0] for name in written(folder)}
        if foreign := [name for name in held if name not in ours]:
            raise OutputError(
                f"{folder}: holds {foreign[0]} and no plan; give an empty folder, so that nothing of yours is replaced"
            )
    if held and not (folder / RECORD).is_file() and not _is_plan(folder / NAME):
        raise OutputError(
            f"{folder / NAME}: was not written by connect-kit; give an empty folder, so that nothing of yours is lost"
        )
    return held


def _is_plan(path: Path) -> bool:
    """Whether a file says itself that it is a plan, or one that was being prepared."""
    try:
        content = read_json(path)
    except ValueError:
        return False
    return isinstance(content, dict) and ("seal" in content or "preparing" in content)


def _planned(folder: Path) -> dict[str, str]:
    """Files that a plan names, with their digests as far as it has them; none where it cannot be read."""
    try:
        content = read_json(folder / NAME)
        files = {str(file["path"]): str(file["digest"]) for file in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if content.get("changed_ids"):
        files[CROSSWALK] = ""
    return {name: digest for name, digest in files.items() if "\0" not in name}


def _remove(folder: Path, names: list[str]) -> None:
    root = folder.resolve()
    for name in names:
        path = (folder / name).resolve()
        if path.is_relative_to(root) and path.suffix == ".csv" and (path.stem in ORDER or path.name == CROSSWALK):
            path.unlink(missing_ok=True)
            if path.parent != root and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()

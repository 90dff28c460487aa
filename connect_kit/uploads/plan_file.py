"""The plan as a file: ``plan.json`` beside the prepared files, sealed against edits by hand."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeVar

from connect_kit.checks import Verdict
from connect_kit.engine.files import atomic_write, ensure_folder, read_json
from connect_kit.errors import OutputError, PlanError
from connect_kit.uploads.changed_ids import CROSSWALK, ChangedIds
from connect_kit.uploads.plan_data import Cause, Critical, PlanData
from connect_kit.uploads.prepare import folder_name
from connect_kit.uploads.values import ORDER, Disconnections, UploadFile

Plan = TypeVar("Plan", bound=PlanData)

NAME = "plan.json"
_VERSION = 2
_AGAIN = "prepare the files again"
#: Where a plan is prepared, hidden in its folder, and after how many seconds what a killed preparation left goes.
_BESIDE, _HOUR = ".preparing-", 3_600
#: Files of a plan that were being written when the process was killed.
_WRITTEN = "|".join(map(re.escape, (NAME, CROSSWALK, *(f"{kind}.csv" for kind in ORDER))))
_BEGUN = re.compile(rf"\.({_WRITTEN})\.[0-9a-f]{{8}}\.part")


def plan_fields(folder: str | Path) -> dict[str, Any]:
    """What plan.json of a folder holds, by field of the plan; see :func:`read_plan`."""
    place = Path(folder).expanduser()
    place = place if place.name == NAME and not place.is_dir() else place / NAME
    try:
        content = read_json(place)
    except FileNotFoundError as error:
        raise PlanError(f"{place}: not found", step="plan_folder") from error
    except OSError as error:
        raise PlanError(f"{place}: cannot be read ({error.strerror or error}); {_AGAIN}") from error
    except ValueError as error:
        raise PlanError(f"{place}: is damaged; {_AGAIN}") from error
    if isinstance(content, dict) and content.get("preparing"):
        raise PlanError(f"{place.parent}: its preparation did not end; {_AGAIN}")
    if not isinstance(content, dict) or "seal" not in content:
        raise PlanError(f"{place}: is not an upload plan", step="plan_folder")
    if content.get("version") != _VERSION:
        raise PlanError(f"{place}: a plan of version {content.get('version')}, expected {_VERSION}; {_AGAIN}")
    seal = content.pop("seal")
    try:
        sealed = seal == _seal(content)
    except RecursionError:  # it could be read, and is nested too deeply to be written
        sealed = False
    if not sealed:
        raise PlanError(
            f"{place}: was edited by hand or is damaged; {_AGAIN} (waivers and answers are given with plan.waive and "
            "plan.answer)"
        )
    try:
        return _fields(content, place.parent)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(f"{place}: is damaged; {_AGAIN}") from error


def write_plan(plan: Plan) -> Plan:
    """Write plan.json in one step, and give the plan back."""
    content = _content(plan)
    write_json(plan.folder / NAME, {**content, "seal": _seal(content)})
    return plan


def write_json(path: Path, value: Any) -> None:
    """Write a small file of the plan's folder, for its owner only, in place of the one before.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    with atomic_write(path, private=True, guarded=False) as part, part.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def copy_files(plan: PlanData, folder: Path) -> tuple[UploadFile, ...]:
    """Copy the prepared files into another folder, which is made ready for a plan.

    Raises
    ------
    OutputError
        When the folder holds something else, or cannot be written.
    """
    clear(folder)
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
        raise OutputError(f"{folder}: the plan could not be copied there ({error.strerror or error})") from error
    return tuple(files)


@contextmanager
def prepared_beside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder within a plan's folder to prepare files in; the plan that is there stays as it is.

    It is gone afterwards. What a killed preparation left goes an hour later, at the next one: it holds names.

    Raises
    ------
    OutputError
        When the folder holds other files than a plan, or may not be written to.
    """
    try:
        held = _held(folder)
        for left in folder.glob(f"{_BESIDE}*"):
            if time.time() - left.stat().st_mtime > _HOUR:
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_BESIDE, dir=folder))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to ({error.strerror or error}); give another folder") from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if not held:
            with suppress(OSError):
                folder.rmdir()  # unless a plan is there now


def settle(plan: Plan, work: Path) -> Plan:
    """Put prepared files in place of those of the former plan, and write the plan.

    Raises
    ------
    OutputError
        When they cannot be written; no plan is there then.
    """
    clear(plan.folder)
    try:
        for path in sorted(path for path in work.rglob("*") if path.is_file()):
            place = plan.folder / path.relative_to(work)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            path.replace(place)
    except OSError as error:
        raise OutputError(f"{plan.folder}: cannot be written to ({error.strerror or error})") from error
    return write_plan(plan)


def clear(folder: Path) -> None:
    """Make a folder ready for a plan: a new one, an empty one, or one whose plan is replaced.

    A mark takes the plan's place until the new one is there: one that was broken off now leaves no plan.

    Raises
    ------
    OutputError
        When the folder holds other files, or may not be written to.
    """
    try:
        old = _planned(folder) if _held(folder) else []
        for part in (*folder.glob(".*.part"), *folder.glob("*/.*.part")):
            if _BEGUN.fullmatch(part.name):
                part.unlink()
        write_json(folder / NAME, {"preparing": True})
        _remove(folder, old)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written to ({error.strerror or error}); give another folder") from error


def _held(folder: Path) -> list[str]:
    """Make the folder if need be; what it holds, unless that is something else than a plan."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    if held and NAME not in held:
        raise OutputError(
            f"{folder}: holds {held[0]} and no plan; give an empty folder, so that nothing of yours is replaced"
        )
    return held


def _planned(folder: Path) -> list[str]:
    """Files of an earlier plan; of one that is damaged or did not end, all that could be its files."""
    try:
        names = [str(file["path"]) for file in read_json(folder / NAME)["files"]]
        if any("\0" in name for name in names):
            raise ValueError("a file's name holds a NUL character")
        return names
    except (ValueError, KeyError, TypeError):
        found = (path for kind in ORDER for path in (folder / f"{kind}.csv", *folder.glob(f"*/{kind}.csv")))
        return [path.relative_to(folder).as_posix() for path in found]


def _remove(folder: Path, names: list[str]) -> None:
    (folder / CROSSWALK).unlink(missing_ok=True)
    root = folder.resolve()
    for name in names:
        path = (folder / name).resolve()
        if path.is_relative_to(root) and path.stem in ORDER and path.suffix == ".csv":
            path.unlink(missing_ok=True)
            if path.parent != root and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


def _seal(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(f"connect-kit plan\n{text}".encode()).hexdigest()


#: Fields that plans of an earlier version do not have.
_LATER = {
    "undecided_schools": 0, "source": "", "managed": None, "new_students": None, "causes_elsewhere": 0,
    "causes_solved": 0, "first_schools": {}, "placed_by_kind": {}, "staying": {}, "unconnected": 0,
}  # fmt: skip
#: Fields of the plan that are in the file as they are; tuples of texts are lists there.
_PLAIN = ("delivery", "made", "level", "checked", "waivers", "left_out", "first_upload", "archive_existing",
          "undecided_classrooms", "ids_compared", "keep_ids", "possible_changes", "options", "named",
          "left_out_schools", "nowhere", "placed")  # fmt: skip
_LISTS = ("schools", "unmatched_schools", "takes_part")
#: Children by school; earlier plans do not have them.
_CHILDREN = ("doubled", "doubled_once_archived")


def _content(plan: PlanData) -> dict[str, Any]:
    files = [
        {
            "kind": file.kind,
            "school": file.school,
            "path": file.path.relative_to(plan.folder).as_posix(),
            "rows": rows,
            "digest": file.digest,
            "abandon": file.abandon,
        }
        for file, rows in zip(plan.files, plan.file_rows, strict=True)
    ]
    return {
        "version": _VERSION,
        "files": files,
        **({} if plan.verdict is None else plan.verdict.record()),
        "findings": [[finding.code, finding.title, finding.count, finding.remedy] for finding in plan.findings],
        "changed_ids": [asdict(one) for one in plan.changed_ids],
        "causes": [list(one) for one in plan.causes],
        "not_shown": list(plan.not_shown),
        "command": list(plan.command),
        "not_corrected": {file: list(lines) for file, lines in plan.not_corrected.items()},
        **{name: getattr(plan, name) for name in (*_PLAIN, *_LISTS, *_CHILDREN, *_LATER)},
        "abandon_limit": plan.abandon_limit,
        "disconnections": None if plan.disconnections is None else dict(plan.disconnections),
    }


def disconnections_of(content: Any) -> dict[str, Disconnections]:
    """What Abandon disconnects by school, as it was written."""
    return {
        str(school): Disconnections(int(relationships), int(children), int(connected), str(school_id))
        for school, (relationships, children, connected, school_id) in content.items()
    }


def _fields(content: dict[str, Any], folder: Path) -> dict[str, Any]:
    level, files = content["level"], []
    for one in content["files"]:
        expected = f"{one['kind']}.csv"
        expected = f"{folder_name(one['school'])}/{expected}" if one["school"] else expected
        if one["kind"] not in ORDER or one["path"] != expected:
            raise ValueError(f"file {one['path']!r}")
        files.append(UploadFile(one["kind"], folder / expected, one["digest"], level, one["school"], one["abandon"]))
    return {
        "folder": folder,
        "files": tuple(files),
        "file_rows": tuple(int(one["rows"]) for one in content["files"]),
        "findings": tuple(Critical(*finding) for finding in content["findings"]),
        "changed_ids": tuple(ChangedIds(**one) for one in content["changed_ids"]),
        "not_shown": tuple(map(str, content.get("not_shown", ()))),
        "command": tuple(map(str, content.get("command", ()))),
        "not_corrected": {
            str(file): tuple(map(int, lines)) for file, lines in content.get("not_corrected", {}).items()
        },
        "causes": tuple(Cause(*one) for one in content.get("causes", ())),
        "verdict": Verdict.of(content) if "verdict" in content else None,
        **{name: {str(own): int(n) for own, n in content.get(name, {}).items()} for name in _CHILDREN},
        # Plans of an earlier connect-kit have neither.
        "abandon_limit": content.get("abandon_limit", 10),
        "disconnections": (None if (lost := content.get("disconnections")) is None else disconnections_of(lost)),
        **{name: content[name] for name in _PLAIN},
        **{name: content.get(name, blank) for name, blank in _LATER.items()},
        **{name: tuple(content[name]) for name in _LISTS},
    }

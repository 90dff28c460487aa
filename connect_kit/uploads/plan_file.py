"""The plan as a file: ``plan.json`` beside the prepared files, sealed against edits by hand."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from connect_kit.checks import Verdict
from connect_kit.engine.files import atomic_write, read_json
from connect_kit.errors import PlanError
from connect_kit.uploads.changed_ids import ChangedIds
from connect_kit.uploads.plan_data import Cause, Critical, PlanData
from connect_kit.uploads.prepare import folder_name
from connect_kit.uploads.values import ORDER, Disconnections, UploadFile

Plan = TypeVar("Plan", bound=PlanData)

NAME = "plan.json"
_VERSION = 2
_AGAIN = "prepare the files again"


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
    write_sealed(plan, plan.folder)
    return plan


def write_sealed(plan: PlanData, folder: Path) -> None:
    """Write a plan's plan.json into a folder."""
    content = _content(plan)
    write_json(folder / NAME, {**content, "seal": _seal(content)})


def write_json(path: Path, value: Any) -> None:
    """Write a small file of the plan's folder, for its owner only, in place of the one before.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    with atomic_write(path, private=True, guarded=False) as part, part.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


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

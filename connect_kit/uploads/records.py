"""What a plan's folder remembers: dry runs of its files, and where the results of its runs lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.uploads.plan_file import write_json

if TYPE_CHECKING:
    from connect_kit.uploads.plan_data import PlanData

_REHEARSALS, _RUNS = "rehearsals.json", "runs.json"
_KEPT = 50  # the last ones


class Rehearsal(NamedTuple):
    """A dry run of all files of a plan.

    ``target`` (its id), ``plan`` (digest), ``files`` (their identities), ``when`` (UTC), ``refused`` (files refused as
    a whole, with the code), ``errors`` (rows refused, by code) and ``results`` (folder of its result files).
    """

    target: str
    plan: str
    files: tuple[str, ...]
    when: str
    refused: Mapping[str, str]
    errors: Mapping[str, int]
    results: str = ""


def rehearsals(folder: Path) -> list[Rehearsal]:
    """Dry runs that the folder knows, oldest first; none where the file is damaged: a dry run is soon repeated."""
    found = []
    for one in _read(folder / _REHEARSALS, list):
        try:
            found.append(
                Rehearsal(
                    one["target"], one["plan"], tuple(one["files"]), one["when"], dict(one["refused"]),
                    {str(code): int(rows) for code, rows in one["errors"].items()}, str(one.get("results", "")),
                )
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
    return found


def rehearsed(plan: PlanData, target: str) -> Rehearsal | None:
    """The last dry run of exactly these files against a target."""
    wanted = tuple(file.identity for file in plan.files)
    found = [
        one for one in rehearsals(plan.folder) if (one.target, one.plan, one.files) == (target, plan.digest, wanted)
    ]
    return found[-1] if found else None


def refused_codes(folder: Path) -> frozenset[str]:
    """Codes of rows that dry runs have refused."""
    return frozenset(code for one in rehearsals(folder) for code in one.errors)


def remember_rehearsal(folder: Path, rehearsal: Rehearsal) -> None:
    """Keep a dry run."""
    kept = [*rehearsals(folder), rehearsal][-_KEPT:]
    write_json(folder / _REHEARSALS, [{**one._asdict(), "files": list(one.files)} for one in kept])


def forecast_folder(plan: PlanData, results: Path) -> Path | None:
    """Where the result files of a dry run lie that is the forecast of an upload: the last one before it.

    Parameters
    ----------
    plan : UploadPlan
    results : Path
        The results that are compared. Where they are not those of an upload that the plan's folder knows, the last dry
        run counts, as it does where none came before the upload.
    """
    wanted = tuple(file.identity for file in plan.files)
    found = [
        one
        for one in rehearsals(plan.folder)
        if (one.plan, one.files) == (plan.digest, wanted) and one.results and Path(one.results).is_dir()
    ]
    here = results.expanduser().resolve()
    runs = [_run(value) for value in _read(plan.folder / _RUNS, dict).values()]
    begun = [when for place, when in runs if place and Path(place) in (here, *here.parents)] or [
        when for _, when in runs
    ]
    before = [one for one in found if not begun or one.when < max(begun)]
    return Path((before or found)[-1].results) if found else None


def results_of(folder: Path, run: str) -> Path | None:
    """Where the results of a run lie, if they are still there."""
    place, _ = _run(_read(folder / _RUNS, dict).get(run))
    return Path(place) if place and Path(place).is_dir() else None


def remember_run(folder: Path, run: str, results: Path, *, begun: str) -> None:
    """Keep when a run began and where its results lie, so that a run broken off goes on there."""
    runs = _read(folder / _RUNS, dict)
    begun = _run(runs.get(run))[1] or begun
    write_json(folder / _RUNS, {**runs, run: {"results": str(results.resolve()), "begun": begun}})


def _run(value: Any) -> tuple[str, str]:
    """Folder and beginning of a run; blank where they are not known."""
    known = value if isinstance(value, dict) else {"results": value}
    place, begun = known.get("results"), known.get("begun")
    return place if isinstance(place, str) else "", begun if isinstance(begun, str) else ""


def _read(path: Path, kind: type) -> Any:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return kind()
    return found if isinstance(found, kind) else kind()

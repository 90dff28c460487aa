"""What a plan's folder remembers: dry runs of its files, and where the results of its runs are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.engine.files import read_json
from connect_kit.uploads.plan_file import write_json
from connect_kit.uploads.values import FileResult

if TYPE_CHECKING:
    from connect_kit.uploads.plan_data import PlanData

_DRY_RUNS, _RUNS = "rehearsals.json", "runs.json"
_KEPT = 50  # the last ones


class DryRun(NamedTuple):
    """A dry run of all files of a plan.

    ``target`` (its id), ``plan`` (digest), ``files`` (their identities), ``when`` (UTC), ``refused`` (files refused as
    a whole, with the code), ``errors`` (rows refused, by code), ``results`` (folder of its result files) and
    ``result_files`` (their names, file by file; blank where there is none).
    """

    target: str
    plan: str
    files: tuple[str, ...]
    when: str
    refused: Mapping[str, str]
    errors: Mapping[str, int]
    results: str = ""
    result_files: tuple[str, ...] = ()


def _dry_runs(folder: Path) -> list[DryRun]:
    """Dry runs that the folder knows, oldest first; none where the file is damaged: a dry run is soon repeated."""
    found = []
    for one in _read(folder / _DRY_RUNS, list):
        try:
            found.append(
                DryRun(
                    str(one["target"]), str(one["plan"]), tuple(one["files"]), str(one["when"]), dict(one["refused"]),
                    {str(code): int(rows) for code, rows in one["errors"].items()},
                    str(one.get("results", "")), tuple(Path(str(name)).name for name in one.get("result_files", ())),
                )
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
    return found


def _of_plan(plan: PlanData) -> list[DryRun]:
    """Dry runs of exactly these files, oldest first."""
    wanted = (plan.digest, tuple(file.identity for file in plan.files))
    return [one for one in _dry_runs(plan.folder) if (one.plan, one.files) == wanted]


def last_dry_run(plan: PlanData, target: str) -> DryRun | None:
    """The last dry run of exactly these files against a target."""
    return next((one for one in reversed(_of_plan(plan)) if one.target == target), None)


def refused_codes(folder: Path) -> frozenset[str]:
    """Codes of rows that dry runs have refused."""
    return frozenset(code for one in _dry_runs(folder) for code in one.errors)


def remember_dry_run(folder: Path, made: DryRun) -> None:
    """Keep a dry run."""
    kept = [*_dry_runs(folder), made][-_KEPT:]
    write_json(folder / _DRY_RUNS, [one._asdict() for one in kept])


def recorded_forecast(plan: PlanData, results: Path) -> tuple[FileResult, ...]:
    """What the last dry run before an upload said of each file; empty where its result files are gone.

    Parameters
    ----------
    plan : UploadPlan
    results : Path
        The results that are compared. Where they are not those of an upload that the plan's folder knows, the last dry
        run counts, as it does where none came before the upload.
    """
    here = results.expanduser().resolve()
    runs = [_run(value) for value in _read(plan.folder / _RUNS, dict).values()]
    begun = [when for place, when in runs if place and Path(place) in (here, *here.parents)]
    begun = begun or [when for _, when in runs]
    uploaded = {place for place, _ in runs}
    # By folder: what is written there last takes the place of what was there before.
    written = {one.results: one for one in _of_plan(plan) if one.results and one.results not in uploaded}
    found = [(one, folder) for one in written.values() if (folder := _folder(plan, one.results))]
    before = [(one, folder) for one, folder in found if not begun or one.when < max(begun)]
    if not found:
        return ()
    last, folder = max(before or found, key=lambda one: one[0].when)
    return tuple(
        FileResult(file, "refused", dry_run=True, code=last.refused[file.name])
        if file.name in last.refused
        else FileResult(file, "processed", dry_run=True, path=folder / name if (folder / name).is_file() else None)
        for file, name in zip(plan.files, last.result_files, strict=False)
    )


def _folder(plan: PlanData, results: str) -> Path | None:
    """A folder of results, also where the plan's folder has been moved with it."""
    places = (Path(results), plan.folder / "results" / Path(results).name)
    return next((place for place in places if _is_folder(place)), None)


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except (OSError, ValueError):  # a text that no path can be
        return False


def results_of(folder: Path, run: str) -> Path | None:
    """Where the results of a run are, if they are still there."""
    place, _ = _run(_read(folder / _RUNS, dict).get(run))
    return Path(place) if place and _is_folder(Path(place)) else None


def newest_results(path: Path) -> Path:
    """The result files that a plan's folder, or a folder of several results, means: those of the last upload.

    Where nothing was uploaded yet, those of the last dry run; the path itself where it holds no further results.
    """
    place = path
    if (path / "plan.json").is_file():
        runs = [_run(value) for value in _read(path / _RUNS, dict).values()]
        there = [(when, Path(folder)) for folder, when in runs if folder and _is_folder(Path(folder))]
        if there:
            return max(there)[1]
        place = path / "results"
    for word in ("upload", "rehearsal"):
        if found := sorted(one for one in place.glob(f"*-{word}") if one.is_dir()):
            return found[-1]
    return path


def remember_run(folder: Path, run: str, results: Path, *, begun: str) -> None:
    """Keep when a run began and where its results are, so that an interrupted run goes on there."""
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
        found = read_json(path)
    except (OSError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()

"""What a plan's folder remembers: dry runs of its files, and where the results of its runs are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.engine.files import read_json
from connect_kit.uploads.plan_file import disconnections_of, write_json
from connect_kit.uploads.values import Disconnections, FileResult, Removals

if TYPE_CHECKING:
    from connect_kit.uploads.plan_data import PlanData

_DRY_RUNS, _RUNS, _RESENT = "rehearsals.json", "runs.json", "resent.json"
_KEPT = 50  # the last ones
#: How the folder of a dry run's results ends; an earlier connect-kit called it a rehearsal.
DRY_RUN = "dry-run"
_ENDS = (f"-{DRY_RUN}", "-rehearsal")


class DryRun(NamedTuple):
    """A dry run of all files of a plan.

    ``target`` (its id), ``plan`` (digest), ``files`` (their identities), ``when`` (UTC), ``refused`` (files refused as
    a whole, with the code), ``errors`` (rows refused, by code), ``results`` (folder of its result files),
    ``result_files`` (their names, file by file; blank where there is none), ``state`` (of the target, as the dry run
    saw it; blank in records of an earlier connect-kit) and ``schools`` (what it would do, by connectSchoolId; see
    :func:`connect_kit.uploads.expected.counts_by_school`).
    ``disconnections`` is what Abandon would disconnect, and ``taken_off`` staff and children who would be removed from
    schools, both by connectSchoolId; ``taken_off`` is None in records of an earlier connect-kit, which did not count
    them.
    """

    target: str
    plan: str
    files: tuple[str, ...]
    when: str
    refused: Mapping[str, str]
    errors: Mapping[str, int]
    results: str = ""
    result_files: tuple[str, ...] = ()
    state: str = ""
    schools: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    disconnections: Mapping[str, Disconnections] = MappingProxyType({})
    taken_off: Mapping[str, Removals] | None = None


class _Run(NamedTuple):
    """A run: folder of its ``results``, when it ``begun``, the ``state`` it began on, and the ``twin``'s path.

    Each is blank where it is not known.
    """

    results: str = ""
    begun: str = ""
    state: str = ""
    twin: str = ""


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
                    str(one.get("state", "")),
                    {str(own): {what: int(n) for what, n in of.items()} for own, of in one.get("schools", {}).items()},
                    disconnections_of(one.get("disconnections", {})),
                    None if (taken_off := one.get("taken_off")) is None else _removals_of(taken_off),
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
    written = []
    for one in kept:
        taken_off = None if one.taken_off is None else dict(one.taken_off)
        written.append({**one._asdict(), "disconnections": dict(one.disconnections), "taken_off": taken_off})
    write_json(folder / _DRY_RUNS, written)


def _removals_of(content: Any) -> dict[str, Removals]:
    return {
        str(school): Removals(int(staff), int(members), str(school_id), int(children), int(pupils))
        for school, (staff, members, school_id, children, pupils) in content.items()
    }


def recorded_forecast(plan: PlanData, results: Path) -> tuple[FileResult, ...]:
    """What the dry run of the state that an upload began on said of each file; empty where there is none.

    It is empty too where the dry run's result files are gone.

    Parameters
    ----------
    plan : UploadPlan
    results : Path
        The results that are compared. Where they are not those of an upload that the plan's folder knows, the last dry
        run counts, as it does where none came before the upload.
    """
    here = results.expanduser().resolve()
    runs = [_run(value) for value in _read(plan.folder / _RUNS, dict).values()]
    own = [run for run in runs if run.results and Path(run.results) in (here, *here.parents)] or runs
    upload = max(own, key=lambda run: run.begun, default=None)
    uploaded = {run.results for run in runs}
    # By folder: what is written there last takes the place of what was there before.
    written = {one.results: one for one in _of_plan(plan) if one.results and one.results not in uploaded}
    found = [(one, folder) for one in written.values() if (folder := _folder(plan, one.results))]
    if upload and upload.state:
        found = [(one, folder) for one, folder in found if one.state == upload.state]
    elif upload:  # an earlier connect-kit did not note the state
        found = [(one, folder) for one, folder in found if one.when < upload.begun] or found
    if not found:
        return ()
    last, folder = max(found, key=lambda one: one[0].when)
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
    place = _run(_read(folder / _RUNS, dict).get(run)).results
    return Path(place) if place and _is_folder(Path(place)) else None


def newest_results(path: Path) -> Path:
    """The result files that a plan's folder, or a folder of several results, means: those of the last upload.

    Where nothing was uploaded yet, those of the last dry run; the path itself where it holds no further results.
    """
    place = path
    if (path / "plan.json").is_file():
        runs = [_run(value) for value in _read(path / _RUNS, dict).values()]
        there = [(run.begun, Path(run.results)) for run in runs if run.results and _is_folder(Path(run.results))]
        if there:
            return max(there)[1]
        place = path / "results"
    for ends in (("-upload",), _ENDS):
        if found := sorted(one for end in ends for one in place.glob(f"*{end}") if one.is_dir()):
            return found[-1]
    return path


def of_dry_run(folder: Path) -> bool:
    """Whether a folder of results is named as that of a dry run."""
    return folder.name.endswith(_ENDS)


def state_of(folder: Path, run: str) -> str:
    """The state of the target that a run began on; blank where it is not known."""
    return _run(_read(folder / _RUNS, dict).get(run)).state


def last_upload(folder: Path) -> tuple[str, Path | None]:
    """When the last upload of a plan's folder began, and the twin it went to, if that is there.

    The time is blank where nothing was uploaded.
    """
    runs = [_run(value) for value in _read(folder / _RUNS, dict).values()]
    last = max(runs, key=lambda run: run.begun, default=_Run())
    return last.begun, Path(last.twin) if last.twin and Path(last.twin).is_file() else None


def sent_again(folder: Path) -> list[tuple[Path, str]]:
    """Plans that sent rows of a plan again after its last upload: their folders, and when they were uploaded."""
    last, _ = last_upload(folder)
    found = [(Path(one), last_upload(Path(one))[0]) for one in _read(folder / _RESENT, list) if isinstance(one, str)]
    return [(place, when) for place, when in found if when > last]


def remember_resent(folder: Path, made: Path) -> None:
    """Keep that a plan was made which sends rows of this folder's plan again."""
    known = [one for one in _read(folder / _RESENT, list) if isinstance(one, str)]
    write_json(folder / _RESENT, list(dict.fromkeys([*known, str(made.resolve())])))


def remember_run(
    folder: Path, run: str, results: Path, *, begun: str, state: str, again: bool, twin: Path | None = None
) -> None:
    """Keep when a run began, on which state and where its results are, so that an interrupted run goes on there.

    ``again``: the target has changed since the run was interrupted, so that it begins anew.
    """
    runs = _read(folder / _RUNS, dict)
    known = _run(runs.get(run))
    if known.begun and not again:
        begun, state = known.begun, known.state
    made = _Run(str(results.resolve()), begun, state, "" if twin is None else str(twin.resolve()))
    write_json(folder / _RUNS, {**runs, run: made._asdict()})


def _run(value: Any) -> _Run:
    known = value if isinstance(value, dict) else {"results": value}
    return _Run(*(text if isinstance(text := known.get(name), str) else "" for name in _Run._fields))


def _read(path: Path, kind: type) -> Any:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()

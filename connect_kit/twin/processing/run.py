"""From a file to its result: reading, one transaction, result file, log and ledger (decisions 13 to 15, 22)."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.engine.arguments import checked
from connect_kit.engine.scratch import scratch_folder
from connect_kit.errors import OutputError, SettingError, TwinError
from connect_kit.twin import activity, snapshots
from connect_kit.twin.processing import result_file
from connect_kit.twin.processing.job import Job
from connect_kit.twin.processing.loading import Given, load
from connect_kit.twin.processing.rows import PROCESS
from connect_kit.twin.processing.whole_file import refused_whole
from connect_kit.uploads.values import (
    CHILDREN_REMOVED_COLUMNS,
    DISCONNECTED_COLUMNS,
    ORDER,
    REMOVED_COLUMNS,
    Disconnections,
    FileResult,
    Removals,
    Tally,
    UploadFile,
    children_removed_path,
    disconnected_path,
    removed_path,
)

if TYPE_CHECKING:
    import threading

    from connect_kit.twin.data import TwinData
    from connect_kit.twin.session import Session
    from connect_kit.uploads.values import OnProgress


@checked()
def dry_run(
    twin: TwinData,
    files: Sequence[UploadFile],
    results: str | Path,
    *,
    progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> tuple[FileResult, ...]:
    """Dry run: later files see what earlier ones would have done, then everything is taken back (decision 13)."""
    found = []
    with twin.writing("a dry run") as session:
        jobs = list(_jobs(session, files, (1, len(files)), progress, cancel))
        paths = [result_file.result_path(Path(results), file, place) for place, file in enumerate(files, 1)]
        try:
            with session.transaction(keep=False):
                for job, path in zip(jobs, paths, strict=True):
                    done = _process(job, result_file.part_of(path), "dry run", dry_run=True)
                    found.append((done, path))
        except BaseException:
            for path in paths:
                result_file.remove_parts(path)
            raise
    return tuple(_named(done, path) for done, path in found)


@checked()
def send(
    twin: TwinData,
    file: UploadFile,
    results: str | Path,
    *,
    run: str,
    place: tuple[int, int] = (1, 1),
    progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> FileResult:
    """Upload one file for real, in one transaction (decision 14). Before the first of a run, the twin is copied.

    What was sent in this run is not sent again, unless every row of it was refused or another run came since.
    """
    path = result_file.result_path(Path(results), file, place[0])
    with twin.writing("an upload") as session:
        before = _sent_before(session, file, run)
        if before is not None:
            return _named(before, path)
        (job,) = _jobs(session, [file], place, progress, cancel)
        new = snapshots.before_run(session, twin, run)
        try:
            with session.transaction():
                done = _process(job, result_file.part_of(path), run, dry_run=False)
        except BaseException:
            # Nothing raises after a COMMIT that came through; so whatever is here was not uploaded.
            result_file.remove_parts(path)
            if new:
                snapshots.drop(session)
            raise
        if new:
            (snapshots.keep if done.outcome == "processed" else snapshots.drop)(session)
    return _named(done, path)


def _jobs(
    session: Session,
    files: Sequence[UploadFile],
    place: tuple[int, int],
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> Iterator[Job]:
    """Read the files, before the transaction: a transaction writes to one database only."""
    settings = session.settings()
    with scratch_folder() as scratch:
        for number, file in enumerate(files):
            _check(session, file)
            here = (place[0] + number, place[1])
            job = Job(session, Given(file), settings, here, progress, cancel)
            job.report_stage("reading")
            folder = Path(scratch) / str(number)
            folder.mkdir()
            job.given = load(session.engine, file, settings, folder)
            yield job


def _check(session: Session, file: UploadFile) -> None:
    """Raise where a file's kind, level or school is wrong."""
    if file.kind not in ORDER:
        raise SettingError(f"{file.path.name}: kind is {file.kind!r}; expected one of {', '.join(ORDER)}")
    if file.level not in ("district", "school"):
        raise SettingError(f"{file.path.name}: level is {file.level!r}; expected 'district' or 'school'")
    if file.level == "district" and file.school is None:
        return
    if file.level == "district":
        raise SettingError(
            f"{file.path.name}: school={file.school!r} belongs to an upload at level 'school'; leave it out"
        )
    if file.school is None:
        raise SettingError(f"{file.path.name}: an upload at level 'school' needs the school's connectSchoolId")
    if not session.execute("SELECT 1 FROM schools WHERE connectSchoolId = ?", [file.school]):
        known = ", ".join(row[0] for row in session.execute("SELECT connectSchoolId FROM schools ORDER BY 1 LIMIT 10"))
        raise TwinError(f"{file.path.name}: Connect does not have a school {file.school!r}; its schools are {known}")


def _process(job: Job, part: Path, run: str, *, dry_run: bool) -> FileResult:
    """Process one file inside the transaction and write its result."""
    started = time.monotonic()
    given = job.given
    refusal = given.refusal
    if given.schema is not None:
        job.session.set_search_path(given.schema.name)
        job.report_stage("checking")
        if given.file.kind == "users":
            job.script("lists.sql", most=connect.MOST_GUARDIANS)
        refusal = refused_whole(job)
    if refusal is not None:
        done = FileResult(given.file, "refused", dry_run, given.rows, *refusal)
    else:
        job.report_stage("processing")
        job.sql("CREATE TEMP TABLE notes (_line BIGINT, code VARCHAR, message VARCHAR)")
        PROCESS[given.file.kind](job)
        result_file.make_remarks(job)
        done = FileResult(
            given.file, "processed", dry_run, given.rows, tallies=result_file.tallies(job),
            refusals=result_file.refusals(job), disconnections=job.disconnections, removals=job.removals, path=part,
            disconnected=sum(one.relationships for one in job.disconnections.values()),
        )  # fmt: skip
        result_file.write(job, part, lasting=not dry_run)
        if given.file.abandon:
            place = disconnected_path(part)
            result_file.write_list(job, place, "disconnected", DISCONNECTED_COLUMNS, lasting=not dry_run)
        for number, place, table, columns in (
            (done.removed, removed_path(part), "staff_removed", REMOVED_COLUMNS),
            (done.children_removed, children_removed_path(part), "children_removed", CHILDREN_REMOVED_COLUMNS),
        ):
            if number:
                result_file.write_list(job, place, table, columns, lasting=not dry_run)
        _record(job, done, run)
    _drop_temp_tables(job)
    job.report_stage("done", given.rows)
    return replace(done, seconds=time.monotonic() - started)


def _record(job: Job, done: FileResult, run: str) -> None:
    """The log entry and the ledger's row; a dry run's are taken back with all the rest."""
    file = done.file
    counts = {name.lower(): count for name, count in done.counts.items() if count}
    if done.disconnected:
        counts["disconnected"] = done.disconnected
    if done.removed:
        counts["staff removed from schools"] = done.removed
    if done.children_removed:
        counts["children removed from schools"] = done.children_removed
    where = "district level" if file.level == "district" else f"school {file.school}"
    numbers = ", ".join(f"{count:,} {'refused' if name == 'error' else name}" for name, count in counts.items())
    number = activity.log(job.session, "upload", f"{file.path.name}, {where}: {numbers}", file.digest, counts)
    ledger = {
        "tallies": done.tallies, "refusals": dict(done.refusals), "disconnected": done.disconnected,
        "disconnections": done.disconnections, "removals": done.removals,
    }  # fmt: skip
    job.sql(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'processed', ?)",
        [run, file.identity, file.kind, file.level, file.school, file.digest, number, done.rows, done.errors,
         json.dumps(ledger)],
    )  # fmt: skip


def _drop_temp_tables(job: Job) -> None:
    """Make room for the next file of a dry run."""
    for (name,) in job.session.execute("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        job.session.execute(f'DROP TABLE temp."{name}"')
    job.session.set_search_path()


def _sent_before(session: Session, file: UploadFile, run: str) -> FileResult | None:
    """What became of a file that this run has sent already.

    None where every row was refused, for nothing came of that, and where another run has sent something since, which
    may have overwritten it.
    """
    rows = session.execute(
        "SELECT rows, counts FROM uploads AS u WHERE run = ? AND identity = ? AND outcome = 'processed' "
        "AND errors < rows AND NOT EXISTS (FROM uploads AS o WHERE o.run <> u.run AND o.activity > u.activity "
        "AND o.outcome = 'processed')",
        [run, file.identity],
    )
    if not rows:
        return None
    ledger = json.loads(rows[0][1])
    tallies = tuple(Tally(*tally) for tally in ledger["tallies"])
    return FileResult(
        file, "done before", False, int(rows[0][0]), tallies=tallies, refusals=ledger.get("refusals", {}),
        disconnected=int(ledger["disconnected"]),
        disconnections={
            school: Disconnections(*counts) for school, counts in ledger.get("disconnections", {}).items()
        },
        removals={school: Removals(*counts) for school, counts in ledger.get("removals", {}).items()},
    )  # fmt: skip


def _named(done: FileResult, path: Path) -> FileResult:
    """Give the result file its name; after a crash behind the COMMIT, this happens when the run is resumed."""
    part = result_file.part_of(path)
    if done.outcome == "refused":
        return done
    try:
        for new, named in (
            (one(part), one(path)) for one in (Path, disconnected_path, removed_path, children_removed_path)
        ):
            with contextlib.suppress(FileNotFoundError):
                new.replace(named)
    except OSError as error:
        raise OutputError(f"{part}: cannot be renamed to {path.name} ({error.strerror}); rename it by hand") from error
    return replace(done, path=path if path.is_file() else None)

"""From a file to its result: reading, one transaction, result file, log and ledger (decisions 13 to 15, 22)."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.errors import OutputError, SettingError, TwinError
from connect_kit.twin import activity
from connect_kit.twin.database import Session, opened
from connect_kit.twin.processing import classes, enrollments, guardians, results, student_attributes, users
from connect_kit.twin.processing.job import Job
from connect_kit.twin.processing.loading import Given, load
from connect_kit.twin.stored_settings import read_settings
from connect_kit.uploads.values import ORDER, FileResult, Tally, UploadFile

if TYPE_CHECKING:
    import threading

    from connect_kit.twin.twin import Twin
    from connect_kit.uploads.values import OnProgress


class Steps(NamedTuple):
    """What a module of a file kind does: whether the file is refused as a whole, and its rows."""

    refused_whole: Callable[[Job], tuple[str, str] | None]
    process: Callable[[Job], None]


_STEPS: Mapping[str, Steps] = {
    "users": Steps(users.refused_whole, users.process),
    "classes": Steps(classes.refused_whole, classes.process),
    "enrollments": Steps(enrollments.refused_whole, enrollments.process),
    "guardians": Steps(guardians.refused_whole, guardians.process),
    "student_attributes": Steps(student_attributes.refused_whole, student_attributes.process),
}


def rehearse(
    twin: Twin,
    files: Sequence[UploadFile],
    folder: Path,
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> tuple[FileResult, ...]:
    """See :meth:`connect_kit.twin.Twin.rehearse`."""
    found = []
    with opened(twin.path, "a dry run", of=twin.id) as session:
        jobs = list(_jobs(session, files, (1, len(files)), progress, cancel))
        paths = [results.result_path(folder, file, place) for place, file in enumerate(files, 1)]
        try:
            with session.transaction(keep=False):
                for job, path in zip(jobs, paths, strict=True):
                    done = _process(job, results.part_of(path), "rehearsal", dry_run=True)
                    found.append((done, path))
        except BaseException:
            for path in paths:
                results.remove(results.part_of(path))
            raise
    return tuple(_named(done, path) for done, path in found)


def send(
    twin: Twin,
    file: UploadFile,
    folder: Path,
    run: str,
    place: tuple[int, int],
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> FileResult:
    """See :meth:`connect_kit.twin.Twin.send`."""
    path = results.result_path(folder, file, place[0])
    with opened(twin.path, "an upload", of=twin.id) as session:
        before = _sent_before(session, file, run)
        if before is not None:
            return _named(before, path)
        (job,) = _jobs(session, [file], place, progress, cancel)
        try:
            with session.transaction():
                done = _process(job, results.part_of(path), run, dry_run=False)
        except BaseException:
            # After a COMMIT that came through nothing raises; so whatever is here was not uploaded.
            results.remove(results.part_of(path))
            raise
    return _named(done, path)


def _jobs(
    session: Session,
    files: Sequence[UploadFile],
    place: tuple[int, int],
    progress: OnProgress | None,
    cancel: threading.Event | None,
) -> Iterator[Job]:
    """Read the files, before the transaction: a transaction writes to one database only."""
    settings = read_settings(session)
    with tempfile.TemporaryDirectory(prefix="connect-kit-") as scratch:
        for number, file in enumerate(files):
            _check(session, file)
            here = (place[0] + number, place[1])
            job = Job(session, Given(file), settings, here, progress, cancel)
            job.at("reading")
            folder = Path(scratch) / str(number)
            folder.mkdir()
            job.given = load(session.engine, file, settings, folder)
            yield job


def _check(session: Session, file: UploadFile) -> None:
    """Whether a file's kind, level and school can be."""
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
        raise TwinError(f"{file.path.name}: there is no school {file.school!r} on Connect; there are {known}")


def _process(job: Job, part: Path, run: str, *, dry_run: bool) -> FileResult:
    """Process one file inside the transaction and write its result."""
    started = time.monotonic()
    given = job.given
    refusal = given.refusal
    if refusal is None and given.schema is not None:
        job.session.look_in(given.schema.name)
        job.at("checking")
        steps = _STEPS[given.file.kind]
        refusal = steps.refused_whole(job)
        if refusal is None:
            job.at("processing")
            steps.process(job)
            results.told(job)
    if refusal is not None:
        _forget(job)
        job.at("done", given.rows)
        return FileResult(given.file, "refused", dry_run, given.rows, *refusal, seconds=time.monotonic() - started)
    tallies = results.tallies(job)
    results.write(job, part, lasting=not dry_run)
    done = FileResult(
        given.file, "processed", dry_run, given.rows, tallies=tallies, refusals=results.refusals(job),
        disconnected=job.disconnected, path=part,
    )  # fmt: skip
    _record(job, done, run)
    _forget(job)
    job.at("done", given.rows)
    return FileResult(**{**vars(done), "seconds": time.monotonic() - started})


def _record(job: Job, done: FileResult, run: str) -> None:
    """The log entry and the ledger's row; a dry run's are taken back with all the rest."""
    file = done.file
    counts = {name.lower(): count for name, count in done.counts.items() if count}
    if done.disconnected:
        counts["disconnected"] = done.disconnected
    where = "district level" if file.level == "district" else f"school {file.school}"
    told = ", ".join(f"{count:,} {'refused' if name == 'error' else name}" for name, count in counts.items())
    number = activity.log(job.session, "upload", f"{file.path.name}, {where}: {told}", file.digest, counts)
    ledger = {"tallies": done.tallies, "refusals": dict(done.refusals), "disconnected": done.disconnected}
    job.sql(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'processed', ?)",
        [run, file.identity, file.kind, file.level, file.school, file.digest, number, done.rows, done.errors,
         json.dumps(ledger)],
    )  # fmt: skip


def _forget(job: Job) -> None:
    """Drop the temporary tables, for the next file of a rehearsal."""
    for (name,) in job.session.execute("SELECT table_name FROM duckdb_tables() WHERE temporary"):
        job.session.execute(f'DROP TABLE temp."{name}"')
    job.session.look_in()


def _sent_before(session: Session, file: UploadFile, run: str) -> FileResult | None:
    """What became of a file that this run has sent already.

    Not where every row was refused, for nothing came of that; nor where another run has sent something since, which may
    have overwritten it.
    """
    rows = session.execute(
        "SELECT rows, counts FROM uploads AS u WHERE run = ? AND identity = ? AND outcome = 'processed' "
        "AND errors < rows AND NOT EXISTS (FROM uploads AS o WHERE o.run <> u.run AND o.activity > u.activity)",
        [run, file.identity],
    )
    if not rows:
        return None
    ledger = json.loads(rows[0][1])
    tallies = tuple(Tally(*tally) for tally in ledger["tallies"])
    return FileResult(
        file, "done before", False, int(rows[0][0]), tallies=tallies, refusals=ledger.get("refusals", {}),
        disconnected=int(ledger["disconnected"]),
    )  # fmt: skip


def _named(done: FileResult, path: Path) -> FileResult:
    """Give the result file its name; after a crash behind the COMMIT, that is done when the run is resumed."""
    part = results.part_of(path)
    if done.outcome == "refused":
        return done
    try:
        with contextlib.suppress(FileNotFoundError):
            part.replace(path)
    except OSError as error:
        raise OutputError(f"{part}: cannot be renamed to {path.name} ({error.strerror}); rename it by hand") from error
    return FileResult(**{**vars(done), "path": path if path.is_file() else None})

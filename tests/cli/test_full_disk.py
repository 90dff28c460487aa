"""A disk that is really full, at several points of the verbs: what was there stays whole, and what was done is said."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.engine.room import in_words
from connect_kit.errors import OutputError, TwinError
from connect_kit.twin import Action, Twin
from connect_kit.uploads.plan_file import write_plan

_PAGE = 4096


class SmallDisk:
    """A disk of its own, with room for so many pages; ``fill`` leaves so many of them free."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self, free: int) -> None:
        room = os.statvfs(self.place).f_bavail - free
        (self.place / ".filler").write_bytes(b"x" * (room * _PAGE))

    def free(self) -> None:
        (self.place / ".filler").unlink()

    def holds(self) -> dict[str, bytes]:
        found = (path for path in self.place.rglob("*") if path.is_file() and path.name != ".filler")
        return {str(path.relative_to(self.place)): path.read_bytes() for path in sorted(found)}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.name == "nt" or os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ck.SampleDistrict:
    return ck.sample_roster(tmp_path_factory.mktemp("small"), students=60, schools=3, faults="none")


@pytest.fixture(scope="module")
def ready(small: ck.SampleDistrict, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ck.UploadPlan]:
    """A twin and a plan for it, as one that was checked."""
    twin = Twin.fill(tmp_path_factory.mktemp("ready") / "t.duckdb", small.workspace, district="Maple")
    plan = ck.plan_upload(ck.read_roster(small.delivery), twin.workspace(), folder=twin.path.parent / "plan")
    return twin.path, write_plan(replace(plan, checked=True, ids_compared=True))


@pytest.mark.parametrize("free", [0, 4, 9])
def test_a_sample_and_a_roster_are_written_whole_or_not_at_all(
    small: ck.SampleDistrict, disk: SmallDisk, free: int
) -> None:
    roster, out = ck.read_roster(small.delivery), disk.place / "out"
    roster.save(out)
    before = disk.holds()
    disk.fill(free)
    message = (
        r"the disk is full\); what was there is unchanged\. Make room, or (give|name) another folder, and try again"
    )
    for write in (lambda: roster.save(out), lambda: ck.sample_roster(disk.place / "new", students=60, schools=3)):
        with pytest.raises(OutputError, match=message):
            write()
        assert disk.holds() == before


@pytest.mark.parametrize("free", [0, 4, 8])
def test_of_a_twin_that_finds_no_room_nothing_is_left(small: ck.SampleDistrict, disk: SmallDisk, free: int) -> None:
    disk.fill(free)
    with pytest.raises(TwinError, match=r"t\.duckdb: cannot be made \(the disk is full\); nothing of it is left"):
        Twin.fill(disk.place / "t.duckdb", small.workspace)
    assert disk.holds() == {}


@pytest.mark.parametrize("free", [0, 3])
def test_a_twin_on_a_full_disk_is_as_it_was_and_can_be_changed_later(
    ready: tuple[Path, ck.UploadPlan], disk: SmallDisk, free: int
) -> None:
    twin = Twin(shutil.copy(ready[0], disk.place))
    before, action = twin.digest(), Action("archive_students")
    disk.fill(free)
    with pytest.raises(
        OutputError, match=r"t\.duckdb: the twin's file cannot be written \(the disk is full\); nothing"
    ):
        twin.apply(action)
    assert twin.digest() == before
    disk.free()
    twin.apply(action)
    assert twin.digest() != before
    twin.undo()
    assert twin.digest() == before


def test_a_change_whose_log_finds_room_is_made_and_not_denied(
    ready: tuple[Path, ck.UploadPlan], disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its log is large, DuckDB would also tidy up the file at a COMMIT, and fail though the change is there."""
    connect = duckdb.connect
    small_log = {"checkpoint_threshold": "1KB"}
    monkeypatch.setattr(duckdb, "connect", lambda path, config: connect(path, config={**config, **small_log}))
    twin = Twin(shutil.copy(ready[0], disk.place))
    before = twin.digest()
    disk.fill(16)
    twin.apply(Action("archive_students"))
    assert twin.digest() != before
    disk.free()
    twin.undo()
    assert twin.digest() == before


@pytest.mark.parametrize("free", [0, 5, 9])
def test_the_former_plan_stays_until_the_new_one_is_complete(
    ready: tuple[Path, ck.UploadPlan], disk: SmallDisk, free: int
) -> None:
    plan, place = ready[1], disk.place / "plan"
    disk.fill(free)
    with pytest.raises(
        OutputError, match=r"plan: the plan could not be written \(the disk is full\); nothing was written"
    ):
        plan.save(place)
    disk.free()
    assert not place.exists()
    plan.save(place)
    before = disk.holds()
    disk.fill(free)
    with pytest.raises(OutputError, match=r"\(the disk is full\); the plan that was there is unchanged\. Make room"):
        plan.save(place)
    assert disk.holds() == before


def test_a_dry_run_without_room_for_results_leaves_no_folder_of_them(
    ready: tuple[Path, ck.UploadPlan], disk: SmallDisk
) -> None:
    twin, plan = ready
    plan.save(disk.place / "plan")
    disk.fill(1)
    with pytest.raises(OutputError, match=r"\(the disk is full\); the file changed nothing on Connect"):
        ck.upload(ck.read_plan(disk.place / "plan"), twin)
    assert list((disk.place / "plan" / "results").iterdir()) == []


def test_a_dry_run_that_no_upload_counts_says_so(ready: tuple[Path, ck.UploadPlan], disk: SmallDisk) -> None:
    twin, plan = ready
    plan.save(disk.place / "plan")
    disk.fill(0)
    with pytest.raises(
        OutputError, match=r"the disk is full.*The dry run was made, and its result files are in .*tried"
    ):
        ck.upload(ck.read_plan(disk.place / "plan"), twin, results=disk.place.parent / "tried")


def test_a_file_that_was_uploaded_is_named_where_its_results_could_not_be_noted(
    ready: tuple[Path, ck.UploadPlan], disk: SmallDisk, tmp_path: Path
) -> None:
    twin, plan = Twin(shutil.copy(ready[0], tmp_path)), ready[1]
    plan.save(tmp_path / "plan")
    plan = ck.read_plan(tmp_path / "plan")
    tried = ck.upload(plan, twin).files[0].path
    assert tried is not None
    disk.fill(-(-tried.stat().st_size // _PAGE))
    message = (
        r"disk: the result files are there, .*\(the disk is full\)\. .*Before that, users\.csv was uploaded; another"
    )
    with pytest.raises(OutputError, match=message):
        ck.upload(plan, twin, dry_run=False, results=disk.place)
    assert list(disk.holds()) == ["01-users-result.csv"]
    disk.free()
    done = ck.upload(plan, twin, dry_run=False, results=tmp_path / "others")
    assert done.succeeded and done.files[0].outcome == "done before"


def test_a_zip_that_finds_no_room_for_temporary_files_is_not_blamed(
    small: ck.SampleDistrict, disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "delivery.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in small.delivery.iterdir():
            archive.write(path, path.name)
    monkeypatch.setattr(tempfile, "tempdir", str(disk.place))
    disk.fill(2)
    message = r"temporary files cannot be written in .*disk \(the disk is full\).* name another folder in TMPDIR"
    with pytest.raises(OutputError, match=message):
        ck.read_roster(packed)
    assert disk.holds() == {}


def test_a_decision_that_finds_no_room_leaves_the_file_of_decisions(small: ck.SampleDistrict, disk: SmallDisk) -> None:
    delivery = shutil.copytree(small.delivery, disk.place / "delivery")
    matches = ck.match_schools(ck.read_roster(delivery), ck.read_workspace(small.workspace))
    school = matches.table()["roster_id"].dropna().iloc[0]
    matches.decide(school, None, "out")
    before = disk.holds()
    disk.fill(0)
    with pytest.raises(
        OutputError, match=r"could not be written \(the disk is full\); the file is unchanged\. Make room"
    ):
        matches.decide(school, None, "in")
    assert disk.holds() == before


def test_a_full_disk_that_no_verb_expects_is_one_line(
    small: ck.SampleDistrict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere")

    monkeypatch.setattr(ck, "audit", full)
    assert run(["audit", str(small.delivery), "--out", str(tmp_path / "out")]) == 2
    said = "the disk is full, and somewhere could not be written; the command did not end. Make room, and give it again"
    assert capsys.readouterr().err == f"connect-kit: {said}\n"


def test_what_duckdb_says_of_a_full_disk_is_said_in_plain_words() -> None:
    said = 'Async write failed for range [offset=0]: {"exception_message":"Could not write file \\"/o/a.csv\\": {}"}'
    for why in ("No space left on device", "Disk quota exceeded", "File too large"):
        assert in_words(said.replace("{}", why)) == (
            "the disk is full, and /o/a.csv could not be written; make room there, and try again"
        )
    spilled = "Out of Memory Error: failed to offload data block of size 256.0 KiB (0 bytes/0 bytes used)."
    assert "temporary files found no room there" in in_words(spilled)
    assert in_words("Binder Error: no such column") == ""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from connect_kit.engine.files import atomic_write
from connect_kit.errors import OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_replaces_the_former_file(tmp_path):
    target = tmp_path / "report.html"
    target.write_text("former")
    with atomic_write(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "former"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["report.html"]


def test_work_that_fails_leaves_the_former_file_and_nothing_beside_it(tmp_path):
    target = tmp_path / "report.html"
    target.write_text("former")
    with pytest.raises(ZeroDivisionError), atomic_write(target) as beside:
        beside.write_text("half")
        1 / 0  # noqa: B018
    assert target.read_text() == "former"
    assert names(tmp_path) == ["report.html"]


def test_a_missing_folder_is_named_with_the_next_step(tmp_path):
    expected = r"report\.html could not be written to .*absent: there is no such folder\. Make it"
    with pytest.raises(OutputError, match=expected), atomic_write(tmp_path / "absent" / "report.html"):
        pass


def test_a_folder_of_the_same_name_is_not_replaced(tmp_path):
    (tmp_path / "report.html").mkdir()
    expected = "a folder of this name is in the way"
    with pytest.raises(OutputError, match=expected), atomic_write(tmp_path / "report.html") as beside:
        beside.write_text("new")
    assert (tmp_path / "report.html").is_dir()
    assert names(tmp_path) == ["report.html"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither such rights nor such links")
def test_rights_and_links_are_kept(tmp_path):
    kept, link = tmp_path / "kept.html", tmp_path / "link.html"
    kept.write_text("former")
    kept.chmod(0o640)
    link.symlink_to(kept)
    with atomic_write(link) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert kept.read_text() == "new"
    assert kept.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("name", ["report.html", "findings.xlsx"])
def test_a_disk_that_fills_up_leaves_the_former_file(tmp_path, name):
    target = tmp_path / name
    target.write_text("former")
    # The limit holds for the whole process, so the writing happens in one of its own.
    program = textwrap.dedent(
        f"""
        import resource
        import pandas as pd
        from connect_kit import Roster, check_roster, write_report, write_workbook
        from connect_kit.errors import OutputError

        users = pd.DataFrame({{"sourcedId": ["1", "2"], "role": "pupil", "givenName": "A"}})
        findings = check_roster(Roster.from_frames({{"users": users}}), progress=False)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
        write = write_report if {name!r} == "report.html" else write_workbook
        try:
            write(findings, {str(target)!r})
        except OutputError as error:
            print(error)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    assert f"{name} could not be written to {tmp_path}: the disk is full" in done.stdout, done.stderr
    assert "the file that was there is unchanged. Make room" in done.stdout
    assert target.read_text() == "former"
    assert names(tmp_path) == [name]
    assert "Traceback" not in done.stderr


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 64 kB; made where the tests may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("name", ["report.html", "findings.xlsx"])
def test_a_really_full_disk_leaves_the_former_file(full_disk, faulty, name):
    from connect_kit import write_report, write_workbook

    target = full_disk / name
    target.write_text("former")
    write = write_report if name == "report.html" else write_workbook
    with pytest.raises(OutputError, match="the disk is full; the file that was there is unchanged"):
        write(faulty.findings, target)
    assert target.read_text() == "former"
    assert names(full_disk) == [name]


def test_an_error_of_another_kind_is_told_in_the_systems_words(tmp_path):
    with pytest.raises(OutputError, match="Input/output error"), atomic_write(tmp_path / "x"):
        raise OSError(errno.EIO, "Input/output error")

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from connect_kit.engine.files import atomic_write
from connect_kit.engine.written import RECORD
from connect_kit.errors import OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != RECORD)


@pytest.mark.thorough
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
    with atomic_write(target) as part:
        part.write_text("former")
    write = write_report if name == "report.html" else write_workbook
    with pytest.raises(OutputError, match="the disk is full; the file that was there is unchanged"):
        write(faulty.findings, target)
    assert target.read_text() == "former"
    assert names(full_disk) == [name]

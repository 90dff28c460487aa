import errno
import os
import shutil
import stat
import subprocess
from contextlib import contextmanager

import pytest

from connect_kit.engine.files import atomic_write, ensure_folder, replace_together
from connect_kit.engine.written import RECORD
from connect_kit.errors import OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != RECORD)


def former(path, text="former"):
    """A file that the kit wrote before."""
    with atomic_write(path) as part:
        part.write_text(text)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_replaces_the_former_file(tmp_path):
    target = tmp_path / "report.html"
    former(target)
    with atomic_write(target) as beside:
        beside.write_text("new")
        assert target.read_text() == "former"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["report.html"]


def test_work_that_fails_leaves_the_former_file_and_nothing_beside_it(tmp_path):
    target = tmp_path / "report.html"
    former(target)
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


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither such permissions nor such links")
def test_permissions_and_links_are_kept(tmp_path):
    kept, link = tmp_path / "kept.html", tmp_path / "link.html"
    former(kept)
    kept.chmod(0o640)
    link.symlink_to(kept)
    with atomic_write(link) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert kept.read_text() == "new"
    assert kept.stat().st_mode & 0o777 == 0o640


def test_an_error_of_another_kind_is_given_in_the_systems_words(tmp_path):
    with pytest.raises(OutputError, match="Input/output error"), atomic_write(tmp_path / "x"):
        raise OSError(errno.EIO, "Input/output error")


no_permissions = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


@no_permissions
@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o600])
def test_a_private_file_is_for_its_owner_only_whatever_the_one_before_was(tmp_path, before):
    target = tmp_path / "users.csv"
    if before:
        former(target)
        target.chmod(before)
    with atomic_write(target, private=True) as part:
        assert mode(part) == 0o600  # already while it is written
        part.write_text("Ada Brook")
    assert target.read_text() == "Ada Brook"
    assert mode(target) == 0o600


@no_permissions
def test_a_private_file_stays_so_where_the_work_copies_permissions_or_makes_it_anew(tmp_path):
    source = tmp_path / "source.csv"
    source.write_text("Ada Brook")
    source.chmod(0o644)
    with atomic_write(tmp_path / "copied.csv", private=True) as part:
        shutil.copy2(source, part)
    with atomic_write(tmp_path / "anew.csv", private=True) as part:
        part.unlink()
        part.write_text("Ada Brook")
    assert {mode(tmp_path / name) for name in ("copied.csv", "anew.csv")} == {0o600}


@no_permissions
def test_a_private_folder_is_for_its_owner_only_unless_it_was_there(tmp_path):
    assert mode(ensure_folder(tmp_path / "new", private=True)) == 0o700
    (tmp_path / "shared").mkdir(mode=0o755)
    assert mode(ensure_folder(tmp_path / "shared", private=True)) == 0o755


def test_files_written_together_replace_the_former_ones_and_leave_others_alone(tmp_path):
    former(tmp_path / "a.csv", "former a")
    (tmp_path / "mine.txt").write_text("mine")
    with replace_together(tmp_path, private=True) as new:
        (new / "a.csv").write_text("a")
        (new / "b.csv").write_text("b")
        assert (tmp_path / "a.csv").read_text() == "former a"
    texts = {name: (tmp_path / name).read_text() for name in names(tmp_path)}
    assert texts == {"a.csv": "a", "b.csv": "b", "mine.txt": "mine"}
    if os.name != "nt":
        assert mode(tmp_path / "a.csv") == mode(tmp_path / "b.csv") == 0o600


def test_files_written_together_are_all_as_they_were_where_the_work_fails(tmp_path):
    (tmp_path / "a.csv").write_text("former a")
    with pytest.raises(OutputError, match="what was there is unchanged"), replace_together(tmp_path) as new:
        (new / "a.csv").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "former a"}


def test_files_written_together_are_all_as_they_were_where_a_folder_has_the_name_of_one(tmp_path):
    (tmp_path / "b.csv").mkdir()
    (tmp_path / "a.csv").write_text("former a")
    message = r"b\.csv is a folder there\); what was there is unchanged"
    with pytest.raises(OutputError, match=message), replace_together(tmp_path) as new:
        for name in ("a.csv", "b.csv"):
            (new / name).write_text("new")
    assert (tmp_path / "a.csv").read_text() == "former a"


@contextmanager
def held(path):
    """A file that nobody can replace, as one that is open in Excel; skips the test where the disk knows no such."""
    lock = shutil.which("chattr")
    if lock is None or subprocess.run([lock, "+i", path], capture_output=True).returncode:
        pytest.skip("no file can be made immutable here")
    try:
        yield
    finally:
        subprocess.run([lock, "-i", path], check=True)


def test_files_written_together_are_all_as_they_were_where_one_is_held_by_another_program(tmp_path):
    for name in ("a.csv", "b.xlsx"):
        former(tmp_path / name)
    message = r"b\.xlsx\); what was there is unchanged\. Close that file where it is open, in Excel say"
    with held(tmp_path / "b.xlsx"), pytest.raises(OutputError, match=message), replace_together(tmp_path) as new:
        for name in ("a.csv", "a.new", "b.xlsx"):
            (new / name).write_text("new")
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == {"a.csv": "former", "b.xlsx": "former"}

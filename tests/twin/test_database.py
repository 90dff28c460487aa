"""The file of a twin: private, open for one operation at a time, not mistaken for other files."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack

import duckdb
import pytest

from connect_kit.errors import TwinBusyError, TwinError, WorkspaceError
from connect_kit.twin import Action, Twin
from connect_kit.twin.database import open_session
from tests.twin.holding import held_elsewhere


@pytest.fixture
def twin(tmp_path):
    return Twin.new(tmp_path / "maple.duckdb", "Maple Valley", {"North School": "010", "South School": None})


@pytest.fixture
def exported(twin, tmp_path):
    """The folder of the workspace that the twin holds."""
    twin.export(tmp_path / "exported")
    return tmp_path / "exported"


@pytest.fixture
def other_process(twin):
    """Another process that has the twin open."""

    with ExitStack() as processes:
        yield lambda how: processes.enter_context(held_elsewhere(twin.path, how))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_twin_has_its_schools_and_a_line_in_its_log(twin):
    assert twin.table("schools").fillna("-").values.tolist() == [
        ["S001", "North School", "010"],
        ["S002", "South School", "-"],
    ]
    assert twin.activity()["kind"].tolist() == ["made"]
    assert (twin.district, len(twin.id)) == ("Maple Valley", 32)


def test_only_its_owner_may_read_a_twin(twin):
    assert mode(twin.path) == 0o600


def test_the_log_of_a_transaction_is_private_too_and_the_process_keeps_its_own_file_modes(twin, tmp_path):
    own = os.umask(0o022)
    try:
        with (
            open_session(twin.path, "a test") as session,
            open_session(Twin.new(tmp_path / "other.duckdb", "Other").path, "a test"),
        ):
            session.execute("INSERT INTO schools VALUES ('S9', 'East School', NULL)")
            assert mode(twin.path.with_name("maple.duckdb.wal")) == 0o600
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(own)


def test_nothing_is_left_beside_a_twin_that_is_closed(twin):
    twin.digest()
    assert [path.name for path in twin.path.parent.iterdir()] == ["maple.duckdb"]


def test_a_path_that_is_taken_is_refused_and_what_stands_there_stays(tmp_path):
    path = tmp_path / "notes.duckdb"
    path.write_text("mine")
    with pytest.raises(TwinError, match=r"notes\.duckdb: a file is there already; open it with Twin"):
        Twin.new(path, "Maple Valley")
    assert path.read_text() == "mine"


def test_a_twin_is_replaced_only_when_that_is_asked(twin, exported):
    with pytest.raises(TwinError, match="a file is there already"):
        Twin.fill(twin.path, exported, district="Another")
    again = Twin.fill(twin.path, exported, district="Another", replace=True)
    assert (again.district, again.path) == ("Another", twin.path)
    assert again.id != twin.id


def test_nothing_but_a_twin_is_replaced(exported, tmp_path):
    notes = tmp_path / "notes.duckdb"
    notes.write_text("my own notes")
    for make in (lambda: Twin.fill(notes, exported, replace=True), lambda: Twin.sample(notes, replace=True)):
        with pytest.raises(TwinError, match=r"notes\.duckdb"):
            make()
    assert notes.read_text() == "my own notes"


@pytest.mark.parametrize("district", ["  ", None])
def test_a_twin_stays_where_its_replacement_cannot_be_made(twin, exported, tmp_path, district):
    with pytest.raises((TwinError, WorkspaceError)):
        Twin.fill(twin.path, tmp_path / "nowhere" if district is None else exported, district=district, replace=True)
    assert Twin(twin.path).id == twin.id
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_log_of_another_file_is_left_alone(tmp_path):
    log = tmp_path / "new.duckdb.wal"
    log.write_text("my own notes")
    with pytest.raises(TwinError, match=r"a file new\.duckdb\.wal is there already"):
        Twin.new(tmp_path / "new.duckdb", "Maple Valley")
    assert log.read_text() == "my own notes"


def test_a_twin_in_use_is_not_replaced(twin, exported, other_process):
    process = other_process("read")
    with pytest.raises(TwinBusyError):
        Twin.fill(twin.path, exported, replace=True)
    process.communicate()
    assert Twin(twin.path).id == twin.id


def test_a_twin_that_cannot_be_filled_leaves_no_file(tmp_path):
    with pytest.raises(TwinError, match="has no name"):
        Twin.new(tmp_path / "blank.duckdb", "  ")
    assert list(tmp_path.iterdir()) == []


def test_a_path_without_a_twin_says_how_to_make_one(tmp_path):
    with pytest.raises(TwinError, match=r"no such twin; make one with Twin\.new"):
        Twin(tmp_path / "nowhere.duckdb")


@pytest.mark.parametrize(
    "content", [b"", b"sourcedId,role\n1,student\n", bytes(range(256)) * 64], ids=["empty", "csv", "junk"]
)
def test_a_file_of_another_kind_is_not_a_twin(tmp_path, content):
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    with pytest.raises(TwinError, match=r"users\.csv: is not a twin, but another kind of file"):
        Twin(path)
    assert path.read_bytes() == content


def test_a_damaged_twin_is_not_said_to_be_in_use_wherever_it_lies(twin, tmp_path):
    (tmp_path / "blocks").mkdir()
    damaged = tmp_path / "blocks" / "lock.duckdb"
    damaged.write_bytes(twin.path.read_bytes()[:16] + bytes(range(256)) * 40)
    with pytest.raises(TwinError, match=r"lock\.duckdb: cannot be opened \(DuckDB: .*give the \.duckdb file") as error:
        Twin(damaged)
    assert not isinstance(error.value, TwinBusyError)


def test_a_database_of_something_else_is_not_a_twin(tmp_path):
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE meta (name VARCHAR, value VARCHAR)")
    with pytest.raises(TwinError, match=r"shop\.duckdb: is a database, but not a twin"):
        Twin(tmp_path / "shop.duckdb")


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("2", "made by a later connect-kit (schema 2); update connect-kit"),
        (
            "0",
            "made by an earlier connect-kit (schema 0, now 1); export it with that one (python -m",
        ),
        ("x", "made by an earlier connect-kit (schema x, now 1)"),
    ],
)
def test_a_twin_of_another_version_is_refused_with_the_next_step(twin, version, message):
    with duckdb.connect(str(twin.path)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'schemaVersion'", [version])
    with pytest.raises(TwinError, match=re.escape(message)):
        Twin(twin.path)


def test_another_process_that_writes_keeps_everybody_out_and_is_named(twin, other_process):
    process = other_process("write")
    for use in (twin.digest, lambda: twin.apply(Action("archive_students"))):
        with pytest.raises(
            TwinBusyError, match=rf"maple\.duckdb: in use by process {process.pid}, perhaps another notebook"
        ):
            use()
    process.communicate()
    assert twin.apply(Action("archive_students")).number == 2


def test_two_processes_can_look_at_a_twin_at_once_but_not_change_it_meanwhile(twin, other_process):
    other_process("read")
    assert len(twin.table("schools")) == 2
    with pytest.raises(TwinBusyError, match="in use by"):
        twin.apply(Action("archive_students"))


def test_a_second_operation_of_this_process_waits_for_the_first(twin):
    done = []
    with open_session(twin.path, "an upload") as session:
        second = threading.Thread(target=lambda: done.append(twin.summary()))
        second.start()
        session.execute("INSERT INTO schools VALUES ('S9', 'East School', NULL)")
    second.join()
    assert done[0].set_index("what").loc["schools", "count"] == 3


def test_an_operation_that_would_wait_too_long_says_what_it_waits_for(twin, monkeypatch):
    monkeypatch.setattr("connect_kit.twin.database._PATIENCE", 0.01)
    errors = []

    def look():
        with pytest.raises(TwinBusyError, match="in use by an upload; wait until it has ended, or cancel it") as error:
            twin.digest()
        errors.append(error)

    with open_session(twin.path, "an upload"):
        second = threading.Thread(target=look)
        second.start()
        second.join()
    assert len(errors) == 1


def test_many_threads_on_one_twin_lose_nothing(twin):
    threads = [threading.Thread(target=twin.apply, args=[Action("archive_students")]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert twin.activity()["number"].tolist() == list(range(1, 8))


def test_what_was_committed_before_a_process_was_killed_is_there_afterwards(twin):
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom connect_kit.twin.database import open_session\n"
        "with open_session(Path(sys.argv[1]), 'a test') as session:\n"
        "    with session.transaction():\n"
        "        session.execute(\"INSERT INTO schools VALUES ('S8', 'East School', NULL)\")\n"
        "    session.execute('BEGIN TRANSACTION')\n"
        "    session.execute(\"INSERT INTO schools VALUES ('S9', 'West School', NULL)\")\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(twin.path)], check=False).returncode == -9
    assert twin.table("schools")["name"].tolist() == ["North School", "South School", "East School"]


def test_a_copy_of_the_file_is_the_same_twin(twin, tmp_path):
    shutil.copy(twin.path, tmp_path / "copy.duckdb")
    copy = Twin(tmp_path / "copy.duckdb")
    assert (copy.id, copy.digest()) == (twin.id, twin.digest())


def test_a_twin_in_hand_is_not_mistaken_for_another_that_was_put_in_its_place(twin):
    twin.path.unlink()
    other = Twin.new(twin.path, "Cedar Hills", {"East": "1"})
    before = other.digest()
    archiving = Action("archive_students")
    for operation in (twin.workspace, twin.activity, twin.digest, twin.undo, lambda: twin.apply(archiving),
                      lambda: twin.preview(archiving), lambda: twin.runs("x")):  # fmt: skip
        with pytest.raises(TwinError, match=r"another twin is there now \(district Cedar Hills\), so nothing was done"):
            operation()
    assert other.digest() == before
    assert len(other.activity()) == 1


def test_what_fails_inside_a_transaction_is_taken_back(twin):
    before = twin.digest()

    def interrupted():
        with open_session(twin.path, "a test") as session, session.transaction():
            session.execute("DELETE FROM schools")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert twin.digest() == before


def test_a_full_disk_takes_back_what_was_done_and_says_what_to_do(tmp_path):
    twin = Twin.sample(tmp_path / "twin.duckdb", students=300)
    before = twin.digest()
    code = f"""
import resource, sys
import connect_kit as ck
from connect_kit.errors import OutputError
twin = ck.Twin({str(twin.path)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))  # as on a disk with so little room
try:
    twin.apply(ck.Action("archive_students"))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "nothing was changed. Make room on its disk, and try again" in done.stdout, done.stderr
    assert twin.digest() == before

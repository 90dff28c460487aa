"""What a twin holds is given whole: as a workspace, as files that fill an equal twin, as a digest."""

from __future__ import annotations

import errno
import shutil
import stat
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import DuckDBEngine
from connect_kit.errors import OutputError, TwinError
from connect_kit.roster import read_workspace
from connect_kit.twin import Action, Twin
from connect_kit.twin.database import STATE, open_session


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return Twin.sample(tmp_path_factory.mktemp("sample") / "sample.duckdb", students=80)


@pytest.fixture
def twin(sample, tmp_path):
    shutil.copy(sample.path, tmp_path / "mine.duckdb")
    return Twin(tmp_path / "mine.duckdb")


def test_the_workspace_of_a_twin_is_what_its_exported_files_hold(sample, tmp_path):
    engine = DuckDBEngine(threads=1)
    made = sample.workspace(engine=engine)
    sample.export(tmp_path)
    read = read_workspace(tmp_path, engine=engine)
    assert made.rows == read.rows
    for name in WORKSPACE_FILES:
        pd.testing.assert_frame_equal(getattr(made, name), getattr(read, name))


def test_a_workspace_is_read_on_the_engine_that_is_given(sample):
    engine = DuckDBEngine(threads=1)
    assert sample.workspace(engine=engine).schema.engine is engine
    assert sample.workspace().schema.engine is not engine


def test_an_exported_sample_fills_an_equal_twin(twin, tmp_path):
    twin.apply(Action("change_settings", values={"deletion_threshold": "35", "daily_sync": "yes"}))
    twin.export(tmp_path / "out")
    again = Twin.fill(tmp_path / "again.duckdb", tmp_path / "out")
    assert (again.digest(), again.district, again.settings) == (twin.digest(), twin.district, twin.settings)


def test_only_their_owner_may_look_into_a_new_folder_of_exported_files(sample, tmp_path):
    (tmp_path / "mine").mkdir(mode=0o755)
    for name, mode in (("new", 0o700), ("mine", 0o755)):
        sample.export(tmp_path / name)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode


def test_only_their_owner_may_read_exported_files(sample, tmp_path):
    sample.export(tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert {path.stem for path in tmp_path.iterdir()} >= set(WORKSPACE_FILES)


def test_an_export_that_cannot_be_written_leaves_what_stood_there(twin, tmp_path, monkeypatch):
    twin.export(tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    twin.apply(Action("archive_students"))

    def full(self, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(
        OutputError,
        match=r"out: the results could not be written \(the disk is full\); what was there is unchanged",
    ):
        twin.export(tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_file_in_the_way_of_the_folder_is_reported(sample, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match=r"out: the results could not be written \(File exists\)"):
        sample.export(tmp_path / "out")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE students SET grade = '12' WHERE connectStudentId = (SELECT min(connectStudentId) FROM students)",
        "UPDATE students SET givenName = familyName, familyName = givenName "
        "WHERE connectStudentId = (SELECT min(connectStudentId) FROM students)",
        "INSERT INTO relationships SELECT * FROM relationships LIMIT 1",
        "DELETE FROM history WHERE historyId = (SELECT min(historyId) FROM history)",
        "UPDATE counters SET next = next + 1 WHERE kind = 'CS'",
        "UPDATE settings SET value = '11' WHERE name = 'deletion_threshold'",
        "UPDATE accounts SET language = '' WHERE connectUserId = (SELECT min(connectUserId) FROM accounts)",
    ],
)
def test_the_digest_shows_every_change(twin, change):
    before = twin.digest()
    with open_session(twin.path, "a test") as session:
        session.execute(change)
    assert twin.digest() != before


def test_the_digest_knows_neither_the_order_of_rows_nor_the_log(twin):
    before = twin.digest()
    with open_session(twin.path, "a test") as session:
        for table in STATE:
            session.execute(f"CREATE TEMP TABLE turned AS SELECT * FROM {table} ORDER BY rowid DESC")
            session.execute(f"DELETE FROM twin.main.{table}")
            session.execute(f"INSERT INTO twin.main.{table} SELECT * FROM turned")
            session.execute("DROP TABLE turned")
        session.execute("DELETE FROM activity")
    assert twin.digest() == before


def test_all_that_a_students_record_holds_is_listed(sample):
    chosen = sample.table("history")["connectStudentId"].iloc[0]
    found = sample.student(chosen)
    assert found["what"].tolist()[:3] == ["connectStudentId", "studentId", "sourcedId"]
    assert found["value"].iloc[0] == chosen
    kinds = sample.table("history").query("connectStudentId == @chosen")["kind"].tolist()
    assert sorted(found["what"].iloc[-len(kinds) :]) == sorted(kinds)


def test_a_student_is_found_by_student_id_too(sample):
    first = sample.table("students").dropna(subset="studentId").iloc[0]
    assert sample.student(first["studentId"])["value"].iloc[0] == first["connectStudentId"]


def test_an_unknown_student_is_an_error(sample):
    with pytest.raises(TwinError, match=r"no student has the ID 'nobody'; give a connectStudentId or a studentId"):
        sample.student("nobody")


def test_an_unknown_table_is_an_error(sample):
    with pytest.raises(TwinError, match="a twin has no table 'pupils'; its tables are accounts, attributes"):
        sample.table("pupils")


def test_a_twin_shows_itself_without_names_of_people(sample):
    shown = repr(sample) + sample._repr_html_()
    assert "Sample District" in shown
    assert not any(name in shown for name in sample.table("students")["familyName"].unique())


# Any state that a twin can be in survives an export. A value is never empty, nor is one of blanks (decision 1).
# A carriage return comes back as a line feed, as it does from every delivery (decision 3).
LETTERS = st.sampled_from(" \",;'\n\té0aN") | st.characters(exclude_categories=["Cs", "Cc", "Cn"])
TEXT = st.text(LETTERS, min_size=1, max_size=6).filter(str.strip)
MAYBE = st.none() | TEXT
SCHOOLS, ROOMS, STUDENTS, USERS = (
    ("S1", "S2", "CS3"),
    ("CC1", "CC00000002"),
    ("CS00000005", "P 1", 'P"2'),
    ("CU2", "U1", "U2", "U3"),
)


def rows_of(*keys, **parts):
    """Lists of rows with distinct keys."""
    row = st.tuples(*keys, *parts.values())
    return st.lists(row, max_size=5, unique_by=lambda row: row[: len(keys)])


@st.composite
def states(draw):
    """Rows of every table of a twin, hanging together."""
    school, student, user = map(st.sampled_from, (SCHOOLS, STUDENTS, USERS))
    state = {
        "counters": [(kind, draw(st.integers(100, 10**8))) for kind in ("CC", "CS", "CU")],
        "schools": [(school, draw(TEXT), draw(st.none() | st.just(f"0{n}"))) for n, school in enumerate(SCHOOLS)],
        "classrooms": [
            (room, draw(school), draw(MAYBE), draw(MAYBE), draw(st.none() | st.just(f" c{n}")), draw(st.booleans()))
            for n, room in enumerate(ROOMS)
        ],
        "accounts": [(user, *(draw(MAYBE) for _ in range(6))) for user in USERS],
        "attributes": draw(rows_of(student, TEXT, value=TEXT)),
        "history": [(f"H{n}", draw(student), "backpack", "2025-01-02") for n in range(draw(st.integers(0, 3)))],
        "relationships": draw(rows_of(student, user, managed=st.booleans())),
        "student_schools": draw(rows_of(student, st.integers(1, 3), school=school)),
        "staff_schools": draw(rows_of(user, school, place=st.integers(1, 4))),
    }  # fmt: skip
    state["student_schools"] = [(student, school, place) for student, place, school in state["student_schools"]]
    members = draw(rows_of(st.sampled_from(ROOMS), st.sampled_from(STUDENTS + USERS)))
    state["enrollments"] = [(room, who, "student" if who in STUDENTS else "teacher") for room, who in members]
    students, guardians, staff = [], [], []
    for n, pupil in enumerate(STUDENTS):
        known = draw(st.sampled_from((None, f"00{n} ", f" {n}")))
        sourced = draw(st.sampled_from((known, f"s{n}"))) if known else None
        students.append(
            (pupil, draw(MAYBE), draw(MAYBE), draw(MAYBE), draw(MAYBE), known, sourced, draw(st.booleans()))
        )
    for n, adult in enumerate(USERS):
        ids = (None, f"G{n}", f" g,{n}")
        guardians += [(adult, found) for found in draw(st.lists(st.sampled_from(ids), unique=True))]
        for found in draw(st.lists(st.sampled_from((None, f"T{n}", f"t {n}")), unique=True)):
            staff.append((adult, draw(st.sampled_from(("teacher", "admin"))), found))
    return {**state, "students": students, "guardian_roles": guardians, "staff_roles": staff}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(states())
def test_whatever_a_twin_holds_an_export_of_it_fills_an_equal_one(state):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        twin = Twin.new(place / "a.duckdb", "Maple Valley")
        with open_session(twin.path, "a test") as session, session.transaction():
            session.execute("DELETE FROM counters")
            for table, rows in state.items():
                for row in rows:
                    session.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        twin.export(place / "out")
        again = Twin.fill(place / "b.duckdb", place / "out")
        if again.digest() != twin.digest():
            for table in state.keys() - {"counters"}:
                pd.testing.assert_frame_equal(again.table(table), twin.table(table))
            pytest.fail("settings or counters differ")


def test_an_export_replaces_an_earlier_one_and_no_other_files(sample, tmp_path):
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "enrollments.csv").write_text("classSourcedId,userSourcedId\n")
    with pytest.raises(OutputError, match=r"enrollments\.csv: was not written by connect-kit"):
        sample.export(tmp_path / "delivery")
    assert [path.name for path in (tmp_path / "delivery").iterdir()] == ["enrollments.csv"]
    for _ in range(2):
        sample.export(tmp_path / "export")

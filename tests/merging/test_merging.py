"""Merging duplicate records of students on Connect: planned, done and taken back (decision 21)."""

from __future__ import annotations

import pytest

from connect_kit.errors import SettingError, TwinError
from connect_kit.twin import Twin
from connect_kit.twin.database import open_session
from tests.merging.small import ADA, ADA_TOO, BEN, contents, plan_for


def test_the_survivor_takes_over_history_attributes_and_classrooms_and_keeps_its_own(twin):
    """Decision 21."""
    change = twin.merge(plan_for(twin, ADA, ADA_TOO, BEN))
    assert contents(twin, "students", "connectStudentId", "givenName", "grade", "archived") == {
        ("CS04", "Cal", "07", False), ("CS11", "Adah", "06", False), ("CS12", "Ben", "06", False),
        ("CS13", "Dee", "06", False),
    }  # fmt: skip
    assert contents(twin, "history", "historyId", "connectStudentId") == {
        ("H1", "CS11"), ("H2", "CS11"), ("H3", "CS11"), ("H4", "CS11"), ("H5", "CS12"),
    }  # fmt: skip
    assert contents(twin, "attributes", "connectStudentId", "name", "value") == {
        ("CS11", "Bus", "9"), ("CS11", "Locker", "21"), ("CS11", "House", "Red"), ("CS12", "Bus", "1"),
    }  # fmt: skip
    assert contents(twin, "enrollments", "connectClassroomId", "connectUserId", "role") == {
        ("CC01", "CS11", "student"), ("CC02", "CS11", "student"), ("CC03", "CS11", "student"),
        ("CC04", "CS12", "student"),
    }  # fmt: skip
    assert contents(twin, "relationships", "connectStudentId", "connectUserId") == {("CS11", "CU2")}
    assert len(twin.table("accounts")) == 3
    assert {row[0] for row in contents(twin, "student_schools", "connectStudentId")} == {"CS04", "CS11", "CS12", "CS13"}
    assert change.what == "3 students merged into 2: CS01 into CS11, CS02 into CS11, CS03 into CS12"
    assert change.counts == {"merged": 3, "history": 4, "attributes": 3, "classrooms": 2, "guardians_disconnected": 2}


def test_a_plan_for_another_district_merges_nobody_though_ids_are_alike(twin, folder, tmp_path):
    students = folder / "students.csv"
    students.write_text(students.read_text().replace(",0011,", ",9911,"))
    other = Twin.fill(tmp_path / "other.duckdb", folder, district="Cedar Hills")
    before = other.digest()
    with pytest.raises(TwinError, match="student CS11 has another SIS ID than in the plan, so nothing was merged"):
        other.merge(plan_for(twin, ADA))
    assert other.digest() == before


def test_a_merge_is_taken_back_whole(twin):
    before = twin.digest()
    twin.merge(plan_for(twin, ADA, ADA_TOO, BEN))
    assert twin.digest() != before
    twin.undo()
    assert twin.digest() == before
    assert len(twin.table("students")) == 7


def test_merging_again_after_undo_gives_the_same(twin):
    plan = plan_for(twin, ADA, BEN)
    twin.merge(plan)
    merged = twin.digest()
    twin.undo()
    twin.merge(plan)
    assert twin.digest() == merged


def test_the_log_holds_ids_and_no_names(twin):
    twin.merge(plan_for(twin, ADA, ADA_TOO, BEN))
    last = twin.activity().iloc[-1]
    assert last["kind"] == "merge"
    assert "CS01 into CS11" in last["what"]
    assert not any(name in last.to_string() for name in ("Ada", "Ashford", "Ben", "Birchwood", "maple.example"))


def test_what_was_lost_is_kept_with_the_entry_of_the_log(twin):
    change = twin.merge(plan_for(twin, ADA, ADA_TOO))
    with open_session(twin.path, "a test", write=False) as session:
        rows = session.execute("SELECT * EXCLUDE (activity) FROM merges WHERE activity = ?", [change.number])
    assert set(rows) == {
        ("CS11", "CS01", None, None, None),
        ("CS11", "CS02", None, None, None),
        ("CS11", "CS01", "givenName", "Adah", "Ada"),
        ("CS11", "CS02", "givenName", "Adah", "Ada M"),
        ("CS11", "CS01", "grade", "06", "05"),
        ("CS11", "CS02", "grade", "06", "05"),
        ("CS11", "CS01", "email", None, "ada@maple.example"),
        ("CS11", "CS01", "archived", "false", "true"),
        ("CS11", "CS02", "archived", "false", "true"),
        ("CS11", "CS01", "attribute Bus", "9", "7"),
        ("CS11", "CS02", "attribute Locker", "21", "22"),
        ("CS11", "CS01", "guardian", None, "CU1"),
    }


class TestRefused:
    def test_merging_twice(self, twin):
        plan = plan_for(twin, ADA)
        twin.merge(plan)
        before = twin.digest()
        with pytest.raises(TwinError, match="student CS01 is not on the twin, perhaps merged already, so nothing"):
            twin.merge(plan)
        assert twin.digest() == before

    def test_one_gone_student_stops_the_whole_merge(self, twin):
        plan = plan_for(twin, ADA, BEN)
        twin.merge(plan.only("CS11"))
        with pytest.raises(TwinError, match="plan the merge again from the twin's workspace as it is now"):
            twin.merge(plan)
        assert "CS03" in twin.table("students")["connectStudentId"].tolist()

    def test_a_record_that_got_a_sis_id_meanwhile(self, twin):
        plan = plan_for(twin, ADA)
        with open_session(twin.path, "a test") as session:
            session.execute(
                "UPDATE students SET studentId = '0099', sourcedId = '0099' WHERE connectStudentId = 'CS01'"
            )
        with pytest.raises(TwinError, match="student CS01 has a SIS ID now"):
            twin.merge(plan)

    def test_a_plan_without_merges(self, twin):
        plan = plan_for(twin, ("CS13", "CS11"))
        with pytest.raises(TwinError, match="holds nothing that can be merged"):
            twin.merge(plan)

    def test_one_record_into_two_students(self, twin):
        with pytest.raises(SettingError, match="CS01 is to be merged into two students; name one"):
            plan_for(twin, ADA, ("CS12", "CS01"))

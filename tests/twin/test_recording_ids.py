"""School IDs and class IDs that are recorded by hand, one or many."""

from __future__ import annotations

import re

import pytest

from connect_kit.errors import TwinError
from connect_kit.twin import Action
from tests.twin.acted import rows


class TestRecordingIds:
    """New IDs in place of those that the twin has: nobody is a second time on Connect afterwards."""

    @pytest.fixture
    def desk(self, tmp_path):
        from tests.twin.uploads import Desk

        return Desk.started(tmp_path)

    def ids(self, desk):
        twin = desk.twin
        students = twin.table("students")[["connectStudentId", "studentId", "sourcedId"]]
        return (
            students.astype(object).to_numpy().tolist(),
            sorted(twin.table("guardian_roles")["guardianId"]),
            sorted(twin.table("staff_roles")["staffId"]),
        )

    def test_all_three_kinds_are_recorded_logged_and_undone(self, desk):
        twin = desk.twin
        one, two = sorted(twin.table("students")["connectStudentId"])
        before = twin.digest()
        actions = [
            Action("record_student_ids", values={one: "S2", two: "S1"}),
            Action("record_staff_ids", values={"T1": "new-1"}),
            Action("record_guardian_ids", values={"G1": "new-2", "G2": "G1"}),
        ]
        shown = twin.preview(actions[0])
        assert set(shown["column"]) == {"studentId", "sourcedId"} and len(shown) == 4
        of_guardians = sorted(rows(twin.preview(actions[2])[["column", "before", "after"]]))
        assert of_guardians == [("guardianId", "G1", "new-2"), ("guardianId", "G2", "G1")]
        assert twin.digest() == before
        changes = [twin.apply(action) for action in actions]
        assert self.ids(desk) == ([[one, "S2", "S2"], [two, "S1", "S1"]], ["G1", "new-2"], ["T2", "new-1"])
        assert [change.counts for change in changes] == [
            {"recorded": 2, "unchanged": 0}, {"recorded": 1, "unchanged": 0}, {"recorded": 2, "unchanged": 0},
        ]  # fmt: skip
        assert changes[0].what == "new IDs of students recorded (2)"
        for _ in actions:
            twin.undo()
        assert twin.digest() == before

    def test_where_connect_shows_the_student_number_it_stays(self, desk):
        desk.set(student_id="number")
        one = min(desk.twin.table("students")["connectStudentId"])
        desk.twin.apply(Action("record_student_ids", values={one: "new"}))
        assert self.ids(desk)[0][0] == [one, "S1", "new"]

    @pytest.mark.parametrize(
        ("action", "message"),
        [
            (Action("record_student_ids", values={"CS00000001": "S2"}), "the ID 'S2' would be that of CS00000001, CS0"),
            (Action("record_guardian_ids", values={"G1": "G2"}), "the ID 'G2' would be that of G1, G2; an ID belongs"),
            (Action("record_staff_ids", values={"T1": "x", "T2": "x"}), "the ID 'x' would be that of T1, T2"),
            (Action("record_student_ids", values={"CS77": "x"}), "connectStudentId 'CS77': not among the students"),
            (Action("record_staff_ids", values={"T9": "x"}), "staffId 'T9': not among the staff_roles"),
            (
                Action("record_guardian_ids", values={"G1": " "}),
                "'G1' has no new ID; give one, or leave the record out",
            ),
        ],
        ids=["taken student", "taken guardian", "twice new", "unknown student", "unknown staff", "blank"],
    )
    def test_what_cannot_be_recorded_is_refused_and_nothing_changes(self, desk, action, message):
        before = desk.twin.digest()
        for doing in (desk.twin.preview, desk.twin.apply):
            with pytest.raises(TwinError, match=re.escape(message)):
                doing(action)
        assert desk.twin.digest() == before

"""Actions on pairs, and several actions as one entry of the log."""

from __future__ import annotations

import shutil

import pytest

from connect_kit.errors import SettingError, TwinError
from connect_kit.twin import Action, Twin
from tests.twin.acted import rows


@pytest.mark.parametrize(
    ("action", "table", "left", "counts"),
    [
        (
            Action("disconnect_guardians", pairs=(("P1", "U1"), ("P3", "U1"), ("P1", "U1"))),
            "relationships", [("P2", "U1"), ("P3", "U2")], {"disconnected": 1, "not connected before": 1},
        ),
        (
            Action("remove_from_classrooms", pairs=(("R1", "A1"), ("R3", "P3"), ("R2", "P3"))),
            "enrollments", [("R1", "P1"), ("R2", "P1"), ("R3", "A1")], {"removed": 2, "not there before": 1},
        ),
        (
            Action("remove_staff_from_schools", pairs=(("A1", "S2"), ("A1", "S3"))),
            "staff_schools", [("A1", "S1")], {"removed": 1, "not there before": 1, "seats in classrooms": 1},
        ),
    ],
    ids=["guardians", "classrooms", "staff"],
)  # fmt: skip
def test_pairs_are_previewed_taken_apart_and_put_together_again(peopled, action, table, left, counts):
    before = peopled.digest()
    previewed = peopled.preview(action)
    assert peopled.digest() == before
    change = peopled.apply(action)
    assert rows(peopled.table(table).iloc[:, :2]) == left
    assert change.counts == counts
    assert len(previewed) == sum(n for name, n in counts.items() if "before" not in name)
    said = {
        "relationships": ("connected", "disconnected"),
        "enrollments": ("in the classroom", "not in the classroom"),
        "staff_schools": ("at the school", "not at the school"),
    }
    assert {row[:1] + row[2:] for row in rows(previewed)} <= {(name, "", *words) for name, words in said.items()}
    assert table in set(previewed["table"])
    assert change.what.endswith(f"({len(set(action.pairs))})")
    peopled.undo()
    assert peopled.digest() == before


def test_staff_removed_from_a_school_leave_its_classrooms(peopled):
    peopled.apply(Action("remove_staff_from_schools", pairs=(("A1", "S2"),)))
    assert rows(peopled.table("enrollments").iloc[:, :2]) == [("R1", "A1"), ("R1", "P1"), ("R2", "P1"), ("R3", "P3")]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (Action("disconnect_guardians"), "disconnect_guardians needs pairs"),
        (Action("disconnect_guardians", pairs=(("P1", "U9"),)), "connectUserId 'U9': not among the accounts"),
        (Action("remove_from_classrooms", pairs=(("R9", "P1"),)), "connectClassroomId 'R9': not among the classrooms"),
        (Action("remove_staff_from_schools", pairs=(("A1", "S9"),)), "connectSchoolId 'S9': not among the schools"),
        (
            Action("disconnect_guardians", pairs=("P1",)),  # type: ignore[arg-type]
            "pairs holds 'P1'; expected pairs of IDs",
        ),
        (Action("archive_students", pairs=(("P1", "U1"),)), "archive_students does not take pairs"),
        (Action("disconnect_guardians", pairs=(("P1", "U1"),), ids=("P1",)), "disconnect_guardians does not take ids"),
    ],
    ids=["none", "unknown adult", "unknown classroom", "unknown school", "not a pair", "not taken", "ids"],
)
def test_pairs_that_cannot_be_are_refused(peopled, action, message):
    before = peopled.digest()
    with pytest.raises((SettingError, TwinError), match=message):
        peopled.apply(action)
    assert peopled.digest() == before


# ---- several as one


SEVERAL = [
    Action("disconnect_guardians", pairs=(("P1", "U1"), ("P2", "U1"))),
    Action("archive_students", ids=("P1",)),
    Action("archive_students", school="S1"),
    Action("remove_staff_from_schools", pairs=(("A1", "S2"),)),
    Action("change_settings", values={"deletion_threshold": "20"}),
]


def test_several_actions_are_one_entry_and_are_taken_back_as_one(peopled):
    before = peopled.digest()
    apart = Twin(shutil.copy(peopled.path, peopled.path.with_name("apart.duckdb")))
    for action in SEVERAL:
        apart.apply(action)
    change = peopled.apply_all(SEVERAL, "tidied up")
    assert change.what == (
        "tidied up: guardians disconnected (2); students archived (1); students archived of school S1; "
        "staff removed from schools (1); settings changed: deletion_threshold = 20"
    )
    assert peopled.digest() == apart.digest() != before
    assert change.counts["students archived: archived"] == 2  # of the two that archive
    assert change.counts["guardians disconnected: disconnected"] == 2
    assert peopled.activity()["kind"].tolist() == ["made", "actions"]
    assert peopled.undo().what == f"taken back: entry 2, {change.what}"
    assert peopled.digest() == before
    with pytest.raises(TwinError, match="there is no action, merge or upload to take back"):
        peopled.undo()


@pytest.mark.parametrize("place", range(len(SEVERAL) + 1))
def test_where_one_of_several_actions_fails_none_is_done(peopled, place):
    before = (peopled.digest(), len(peopled.activity()))
    fails = Action("archive_classrooms", ids=("R9",))
    with pytest.raises(TwinError, match="connectClassroomId 'R9': not among the classrooms"):
        peopled.apply_all([*SEVERAL[:place], fails, *SEVERAL[place:]])
    assert (peopled.digest(), len(peopled.activity())) == before


def test_a_later_action_sees_what_an_earlier_one_did(peopled):
    values = {"S1": "", "S2": ""}
    peopled.apply_all([Action("connect_schools", values=values), Action("connect_schools", values={"S3": "020"})])
    assert peopled.table("schools")["schoolId"].dropna().tolist() == ["020"]


def test_one_of_several_is_written_as_one_alone_and_none_is_refused(peopled):
    change = peopled.apply_all([SEVERAL[0]])
    assert peopled.activity()["kind"].tolist() == ["made", "disconnect_guardians"]
    assert change.counts == {"disconnected": 2, "not connected before": 0}
    with pytest.raises(SettingError, match="there is no action to carry out"):
        peopled.apply_all([])

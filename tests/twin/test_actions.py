"""What people do by hand on a twin is previewed, done, logged and taken back."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.errors import SettingError, TwinError
from connect_kit.twin import Action, Settings, Twin, connections
from connect_kit.twin.activity import log
from connect_kit.twin.database import open_session
from connect_kit.twin.undo import preview_change, record_change
from tests.twin.acted import FILES, archived, rows


@pytest.mark.parametrize(
    ("action", "expected", "counts"),
    [
        (Action("archive_students"), ["P1", "P2", "P3", "P4"], (3, 1, 0)),
        (Action("archive_students", school="S1"), ["P1", "P2", "P4"], (2, 0, 0)),
        (Action("archive_students", unsynced=True), ["P2", "P4"], (1, 1, 0)),
        (Action("archive_students", ids=("P3", "P4")), ["P3", "P4"], (1, 1, 0)),
        (Action("archive_students", school="S1", ids=("P1", "P3")), ["P1", "P4"], (1, 0, 0)),
        (Action("archive_students", school="S3"), ["P4"], (0, 0, 0)),
    ],
    ids=["all", "of a school", "not under the SIS", "chosen", "chosen of a school", "none"],
)
def test_students_are_archived_by_hand(twin, action, expected, counts):
    """S22."""
    change = twin.apply(action)
    assert archived(twin) == expected
    assert change.counts == dict(zip(("archived", "archived before", "skipped"), counts, strict=True))


def test_students_under_a_daily_sync_cannot_be_archived_by_hand(twin):
    """S22: select all and archive; only unsynced students change."""
    twin.apply(Action("change_settings", values={"daily_sync": "true"}))
    change = twin.apply(Action("archive_students"))
    assert archived(twin) == ["P2", "P4"]
    assert change.counts == {"archived": 1, "archived before": 1, "skipped": 2}


def test_archived_students_are_unarchived(twin):
    assert twin.apply(Action("unarchive_students")).counts == {"unarchived": 1, "unarchived before": 3, "skipped": 0}
    assert archived(twin) == []


def test_a_student_of_two_schools_is_archived_by_either(twin):
    with open_session(twin.path, "a test") as session:
        session.execute("INSERT INTO student_schools VALUES ('P1', 'S2', 2)")
    twin.apply(Action("archive_students", school="S2"))
    assert archived(twin) == ["P1", "P3", "P4"]


def test_archiving_keeps_schools_classrooms_and_guardians(twin):
    """S22: an archived student stays assigned to school and classrooms; guardians keep their access."""
    before = {name: rows(twin.table(name)) for name in ("student_schools", "enrollments", "relationships")}
    twin.apply(Action("archive_students"))
    assert {name: rows(twin.table(name)) for name in before} == before


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action("archive_classrooms"), ["R1", "R2", "R3", "R4"]),
        (Action("archive_classrooms", school="S1", unsynced=True), ["R2", "R4"]),
        (Action("archive_classrooms", ids=("R3",)), ["R3", "R4"]),
        (Action("unarchive_classrooms", school="S1"), ["R4"]),
        (Action("unarchive_classrooms"), []),
    ],
)
def test_classrooms_are_archived_and_unarchived_by_hand(twin, action, expected):
    """S10, S23."""
    twin.apply(action)
    assert archived(twin, "classrooms") == expected


def test_guardians_are_removed_from_students_and_keep_their_accounts(twin):
    """S12."""
    change = twin.apply(Action("remove_guardians", school="S1"))
    assert rows(twin.table("relationships")) == [("P3", "U2", False)]
    assert len(twin.table("accounts")) == 2
    assert change.counts == {"relationships removed": 2, "students": 2}


def test_school_ids_are_connected_removed_and_exchanged_at_once(twin):
    """S9."""
    change = twin.apply(Action("connect_schools", values={"S1": "020", "S2": " ", "S3": "010"}))
    assert twin.table("schools").set_index("connectSchoolId")["schoolId"].fillna("-").to_dict() == {
        "S1": "020", "S2": "-", "S3": "010",
    }  # fmt: skip
    assert change.counts == {"connected": 2, "removed": 1, "unchanged": 0}


def test_class_ids_are_connected_within_a_school(twin):
    """S10: R3 of the other school has c-1 too."""
    twin.apply(Action("connect_classrooms", values={"R1": "", "R2": "c-1", "R4": "007"}))
    assert twin.table("classrooms").set_index("connectClassroomId")["classId"].fillna("-").to_dict() == {
        "R1": "-", "R2": "c-1", "R3": "c-1", "R4": "007",
    }  # fmt: skip


def test_settings_are_changed_by_name(twin):
    change = twin.apply(Action("change_settings", values={"deletion_threshold": "25", "guardians_from": "guardians"}))
    assert twin.settings == Settings(deletion_threshold=25, guardians_from="guardians")
    assert change.what == "settings changed: deletion_threshold = 25, guardians_from = guardians"


WRONG = [
    (Action("connect_schools", values={"S3": "010"}), TwinError, "School ID '010' would be on the schools S1, S3"),
    (
        Action("connect_schools", values={"S1": "7", "S3": "7"}),
        TwinError,
        "School ID '7' would be on the schools S1, S3",
    ),
    (
        Action("connect_schools", values={"S9": "7"}),
        TwinError,
        "connectSchoolId 'S9': not among the schools of this twin",
    ),
    (Action("connect_classrooms", values={"R2": "c-1"}), TwinError, "would be on the classrooms R1, R2 of school S1"),
    (
        Action("connect_classrooms", values={"R8": "1", "R9": ""}),
        TwinError,
        "connectClassroomId 'R8' and 1 more: not among",
    ),
    (Action("archive_students", ids=("P9",)), TwinError, "connectStudentId 'P9': not among the students of this twin"),
    (Action("archive_classrooms", ids=("P1",)), TwinError, "connectClassroomId 'P1': not among the classrooms"),
    (Action("remove_guardians", school="North School"), TwinError, "'North School' is not a school of this twin"),
    (
        Action("change_settings", values={"threshold": "1"}),
        SettingError,
        "no setting is called 'threshold'; settings are",
    ),
    (Action("change_settings", values={"deletion_threshold": "101"}), SettingError, "expected percent, 0 to 100"),
    (Action("change_settings", values={"daily_sync": "perhaps"}), SettingError, "expected true or false"),
    (
        Action("change_settings", school="S1", values={"daily_sync": "1"}),
        SettingError,
        "change_settings does not take school",
    ),
    # A blank school is a slip of whoever calls, and not the whole district.
    (Action("archive_students", school=""), TwinError, "'' is not a school of this twin"),
    (Action("archive_students", ids="P1"), SettingError, "ids is 'P1'; expected a sequence of IDs"),  # type: ignore[arg-type]
    (Action("archive_students", values={"P1": "x"}), SettingError, "archive_students does not take values"),
    (Action("connect_schools"), SettingError, "connect_schools needs values"),
    (Action("delete_students"), SettingError, "kind 'delete_students' is not known; expected one of"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("action", "error", "message"), WRONG, ids=[message for _, _, message in WRONG])
def test_an_action_that_cannot_be_changes_nothing(twin, action, error, message):
    before = (twin.digest(), len(twin.activity()))
    for verb in (twin.preview, twin.apply):
        with pytest.raises(error, match=re.escape(message)):
            verb(action)
    assert (twin.digest(), len(twin.activity())) == before


def test_a_preview_shows_every_value_that_would_change_and_changes_none(twin):
    before = (twin.digest(), len(twin.activity()))
    changes = twin.preview(Action("archive_students", school="S1"))
    assert list(changes.columns) == ["table", "id", "column", "before", "after"]
    assert rows(changes) == [
        ("students", "P1", "archived", "active", "archived"),
        ("students", "P2", "archived", "active", "archived"),
    ]
    assert rows(twin.preview(Action("connect_schools", values={"S2": "", "S3": "020"}))) == [
        ("schools", "S2", "schoolId", "020", None),
        ("schools", "S3", "schoolId", None, "020"),
    ]
    assert rows(twin.preview(Action("remove_guardians", ids=("P2",)))) == [
        ("relationships", "P2 U1", "", "connected", "disconnected")
    ]
    assert (twin.digest(), len(twin.activity())) == before


def test_every_action_is_logged_with_what_it_did_and_without_names(twin):
    """Decision 22."""
    twin.apply(Action("archive_students", school="S1", unsynced=True))
    twin.apply(Action("connect_schools", values={"S3": "030"}))
    log_of = twin.activity()
    assert log_of["what"].tolist()[1:] == [
        "students archived of school S1, only those not under the SIS",
        "School IDs connected (1)",
    ]
    assert json.loads(log_of["counts"].iloc[1]) == {"archived": 1, "archived before": 0, "skipped": 0}
    assert log_of["happened"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00").all()


def test_actions_are_taken_back_the_last_one_first(twin):
    digests = [twin.digest()]
    for action in (
        Action("archive_students"),
        Action("remove_guardians"),
        Action("connect_schools", values={"S1": ""}),
    ):
        twin.apply(action)
        digests.append(twin.digest())
    assert twin.undo().what == "taken back: entry 4, School IDs connected (1)"
    assert twin.digest() == digests[2]
    twin.apply(Action("archive_classrooms"))
    for expected in (digests[2], digests[1], digests[0]):
        twin.undo()
        assert twin.digest() == expected
    with pytest.raises(TwinError, match=r"there is no action, merge or upload to take back; Twin\.activity\(\) lists"):
        twin.undo()


def test_the_log_says_which_entry_took_another_back(twin):
    twin.apply(Action("archive_students"))
    twin.undo()
    assert rows(twin.activity()[["number", "kind", "undone"]]) == [
        (1, "made", None),
        (2, "archive_students", 3),
        (3, "undo", None),
    ]


@pytest.mark.parametrize("outcome", ["processed", "refused"])
def test_what_was_done_before_an_upload_cannot_be_taken_back_unless_it_was_refused(twin, outcome):
    twin.apply(Action("archive_students"))
    with open_session(twin.path, "a test") as session, session.transaction():
        number = log(session, "upload", "users.csv, district level", "0" * 64, {"CREATED": 1})
        session.execute(
            "INSERT INTO uploads VALUES ('run', 'identity', 'users', 'district', NULL, ?, ?, 1, 0, ?, '{}')",
            ["0" * 64, number, outcome],
        )
    if outcome == "refused":
        assert twin.undo().number == 4
    else:
        with pytest.raises(TwinError, match="the upload of entry 3 cannot be taken back, because the copy of the twin"):
            twin.undo()
        twin.apply(Action("unarchive_students"))
        assert twin.undo().number == 5


def test_a_table_that_was_changed_without_the_log_is_not_damaged_further(twin):
    twin.apply(Action("archive_students"))
    with open_session(twin.path, "a test") as session:
        session.execute("DELETE FROM students WHERE connectStudentId = 'P1'")
    before = twin.digest()
    with pytest.raises(TwinError, match="the table students was changed since without a log entry"):
        twin.undo()
    assert twin.digest() == before


def test_rows_that_are_equal_in_everything_are_counted_when_they_are_taken_back(twin):
    with open_session(twin.path, "a test") as session:
        session.execute("INSERT INTO attributes VALUES ('P1', 'bus', NULL), ('P1', 'bus', NULL)")
    before = twin.digest()
    with open_session(twin.path, "a test") as session:

        def act():
            session.execute("INSERT INTO attributes VALUES ('P1', 'bus', NULL), ('P2', 'bus', '7')")

        change = record_change(session, "merge", "a test", ["attributes"], act)
    assert change.counts == {"attributes": 2}
    twin.undo()
    assert twin.digest() == before


def test_what_fails_while_it_is_done_leaves_nothing(twin):
    before = (twin.digest(), len(twin.activity()))
    with open_session(twin.path, "a test") as session:

        def act():
            session.execute("DELETE FROM students")
            raise TwinError("no")

        for attempt in (
            lambda: record_change(session, "merge", "a test", ["students"], act),
            lambda: preview_change(session, ["students"], act),
        ):
            with pytest.raises(TwinError, match="no"):
                attempt()
    assert (twin.digest(), len(twin.activity())) == before


def test_decisions_about_schools_and_classrooms_become_actions(tmp_path):
    sample = ck.sample_roster(tmp_path, students=200, faults="none", existing=True)
    twin = Twin.fill(tmp_path / "t.duckdb", sample.workspace)
    roster, workspace = ck.read_roster(sample.delivery), twin.workspace()
    schools = ck.match_schools(roster, workspace)
    assert connections(schools) == []
    for action in connections(schools, suggested=True):
        twin.apply(action)
    suggested = schools.suggested().table()
    assert len(suggested)
    ids = twin.table("schools").set_index("connectSchoolId")["schoolId"]
    assert ids[suggested["workspace_id"]].tolist() == suggested["roster_id"].tolist()

    classes = ck.match_classrooms(roster, workspace)
    table = classes.table()
    first = table[table["status"] == "suggested"].iloc[0]
    alone = table[table["status"] == "unmatched_workspace"].iloc[0]["workspace_id"]
    decided = classes.decide(first["roster_id"], first["workspace_id"], "connect").decide(None, alone, "archive")
    connect, archive = connections(decided)
    assert connect == Action("connect_classrooms", values={first["workspace_id"]: first["roster_id"]})
    assert archive == Action("archive_classrooms", ids=(alone,))


ACTIONS = st.sampled_from(
    [
        Action("archive_students"),
        Action("archive_students", school="S2"),
        Action("unarchive_students", ids=("P1", "P4")),
        Action("archive_classrooms", unsynced=True),
        Action("unarchive_classrooms"),
        Action("remove_guardians", school="S1"),
        Action("connect_schools", values={"S1": "020", "S2": "010"}),
        Action("connect_schools", values={"S1": "", "S2": ""}),
        Action("connect_classrooms", values={"R1": "", "R2": "c-9"}),
        Action("change_settings", values={"daily_sync": "1"}),
    ]
)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTIONS | st.just("undo"), max_size=5))
def test_any_sequence_of_actions_is_taken_back_step_by_step(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("steps")
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    twin = Twin.fill(tmp_path_factory.mktemp("twin") / "t.duckdb", folder)
    past = [twin.digest()]
    for step in steps:
        if step != "undo":
            twin.apply(step)
            past.append(twin.digest())
        elif len(past) > 1:
            twin.undo()
            past.pop()
            assert twin.digest() == past[-1]
    while len(past) > 1:
        twin.undo()
        past.pop()
        assert twin.digest() == past[-1]


def test_archiving_100_000_students_is_taken_back_whole(tmp_path):
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", {"North School": "010"})
    with open_session(twin.path, "a test") as session, session.transaction():
        session.execute(
            "INSERT INTO students SELECT printf('CS%08d', i), 'Ada', 'Brook', '03', NULL, "
            "CASE WHEN i % 2 = 0 THEN i::VARCHAR END, CASE WHEN i % 2 = 0 THEN i::VARCHAR END, i % 7 = 0 "
            "FROM range(100000) AS r(i)"
        )
    before = twin.digest()
    assert twin.apply(Action("archive_students")).counts == {"archived": 85714, "archived before": 14286, "skipped": 0}
    assert len(archived(twin)) == 100_000
    twin.undo()
    assert twin.digest() == before

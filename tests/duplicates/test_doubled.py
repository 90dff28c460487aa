"""Children who would be doubled: one function, whose every row is planted here."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.duplicates import count_doubled, doubled_by_school
from connect_kit.errors import SettingError

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,grades\n"
STUDENTS = {
    "S1": "0101", "S2": "0102", "S3": "0102", "S4": "0101", "S5": "0101", "S6": "0101", "S7": "0101", "S8": "0101",
}  # fmt: skip
CONNECT = "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
#: Decided, so that nothing here depends on what the model thinks.
DECIDED = (
    ("roster:S1", "roster:S2"),  # one child three times in the delivery, nowhere on Connect
    ("roster:S2", "roster:S3"),
    ("roster:S4", "workspace:C4"),  # made by hand on Connect
    ("roster:S5", "workspace:C5"),  # the same, but archived there
    ("roster:S6", "roster:S7"),  # S6 is on Connect under its ID
    ("roster:S8", "workspace:C8"),  # on Connect under another SIS ID
)


@pytest.fixture
def duplicates(tmp_path: Path) -> ck.Duplicates:
    return planted(tmp_path, known=True)


def planted(folder: Path, *, known: bool) -> ck.Duplicates:
    delivery, connect = folder / "delivery", folder / "connect"
    delivery.mkdir()
    connect.mkdir()
    rows = "".join(f"{own},{school},student,Given{own},Family{own},03\n" for own, school in STUDENTS.items())
    (delivery / "users.csv").write_text(USERS + rows, encoding="utf-8")
    (connect / "schools.csv").write_text("connectSchoolId,name,schoolId\nK1,North,0101\nK2,South,0102\n")
    (connect / "students.csv").write_text(
        CONNECT
        + "C4,K1,Ana,Bee,03,,,false\nC5,K1,Cal,Dee,03,,,TRUE\nC6,K1,Eve,Fay,03,,S6,false\nC8,K1,Gil,Hay,03,,OLD8,\n",
        encoding="utf-8",
    )
    there = [f"{pair[0]},{pair[1]}" for pair in DECIDED if known or "workspace" not in pair[1]]
    lines = [f"students,{pair},same,ada,2026-08-15T08:00:00Z,\n" for pair in there]
    (folder / "connect-kit-decisions.csv").write_text("about,left,right,decision,who,when,note\n" + "".join(lines))
    return ck.find_duplicates(ck.read_roster(delivery), ck.read_workspace(connect) if known else None)


def rows(found: object) -> set[tuple[str, ...]]:
    return set(found[["id", "school", "why"]].itertuples(index=False, name=None))  # type: ignore[index]


def test_each_way_of_being_doubled_is_counted_and_an_archived_record_doubles_nobody(duplicates: ck.Duplicates) -> None:
    found = duplicates.doubled()
    assert found.columns.tolist() == ["id", "school", "cluster_id", "why"]
    assert rows(found) == {
        ("S2", "0102", "delivery"), ("S3", "0102", "delivery"), ("S4", "0101", "connect"), ("S7", "0101", "connect"),
        ("S8", "0101", "connect"),
    }  # fmt: skip
    assert count_doubled(found) == (4, 5)
    assert doubled_by_school(found) == {"0101": 3, "0102": 1}


def test_without_a_workspace_only_the_delivery_doubles(tmp_path: Path) -> None:
    found = planted(tmp_path, known=False).doubled()
    assert rows(found) == {
        ("S2", "0102", "delivery"), ("S3", "0102", "delivery"), ("S7", "0101", "delivery"),
    }  # fmt: skip


def test_a_dry_run_says_who_is_created(duplicates: ck.Duplicates) -> None:
    # S1 and S3, the other rows of S2's child, are refused: they come to no record.
    assert rows(duplicates.doubled(["S2", "S4", "S5"])) == {("S4", "0101", "connect")}
    assert rows(duplicates.doubled(["S1", "S2", "S7"])) == {("S2", "0102", "delivery"), ("S7", "0101", "connect")}
    assert duplicates.doubled([]).empty


def test_a_row_that_is_sent_with_the_id_that_connect_has_is_there(duplicates: ck.Duplicates) -> None:
    assert rows(duplicates.doubled(["S2", "S3"], kept=["S1"])) == {
        ("S2", "0102", "connect"), ("S3", "0102", "connect"),
    }  # fmt: skip


def test_adults_are_not_doubled_children(tmp_path: Path) -> None:
    adults = ck.find_duplicates(planted(tmp_path, known=False).roster, kind="people")
    with pytest.raises(SettingError, match="duplicates are of adults"):
        adults.doubled()

"""Which school is which: by ID, by an ID changed along the way, by name, and by who goes there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.matching.data import COLUMNS
from connect_kit.matching.matches import SchoolMatches
from connect_kit.matching.schools import match_schools

Row = tuple[str, str, str]
GIVEN = "Mina Teo Ada Lee Noor Ines Karl Jae Ruth Omar".split()
FAMILY = "Okafor Brandt Rivera Lund Haddad Silva Novak Park Stone Diallo".split()


def person(number: int) -> tuple[str, str]:
    return GIVEN[number % 10], FAMILY[number // 10 % 10] + "abcdefghij"[number // 100]


def roster(
    *users: Row, orgs: list[Row] | None = None, level: str = "district", classes: list[Row] | None = None
) -> ck.Roster:
    """Students as (ID, School ID, grade), named after their number; orgs and classes as tuples."""
    names = [person(int(user[0].lstrip("P"))) for user in users]
    frames = {
        "users": pd.DataFrame(
            {
                "sourcedId": [user[0] for user in users],
                "orgSourcedIds": [user[1] for user in users],
                "role": "student",
                "givenName": [given for given, _ in names],
                "familyName": [family for _, family in names],
                "grades": [user[2] for user in users],
            },
            dtype=object,
        ).replace("", None)
    }
    if orgs is not None:
        frames["orgs"] = pd.DataFrame(orgs, columns=["sourcedId", "name", "type"])
    if classes is not None:
        frames["classes"] = pd.DataFrame(classes, columns=["sourcedId", "title", "schoolSourcedId"])
    return ck.Roster.from_frames(frames, level=level)  # type: ignore[arg-type]


def workspace(folder: Path, schools: list[Row], **files: list[str]) -> ck.Workspace:
    folder.mkdir(exist_ok=True)
    headers = {
        "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
        "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived",
    }
    lines = ["connectSchoolId,name,schoolId", *(",".join(f'"{value}"' for value in row) for row in schools)]
    (folder / "schools.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text("\n".join([headers[name], *rows]) + "\n", encoding="utf-8")
    return ck.read_workspace(folder)


def pupil(number: int, school: str, grade: str, known: bool = False) -> str:
    given, family = person(number)
    return f"W{number},{school},{given},{family},{grade},,{f'P{number}' if known else ''},"


def rows(matches: SchoolMatches) -> list[list[object]]:
    table = matches.table()
    assert list(table.columns) == list(COLUMNS)
    return table.drop(columns=["roster_title", "workspace_title"]).fillna("").to_numpy().tolist()


def test_the_same_id_is_a_match_and_a_changed_one_a_suggestion(tmp_path: Path) -> None:
    found = match_schools(
        roster(("P1", "0104", "03"), ("P2", "00123,AB 1", "03"), ("P3", "0777", "03")),
        workspace(
            tmp_path, [("S1", "One", "0104"), ("S2", "Two", "123"), ("S3", "Three", "ab1"), ("S4", "Four", "0999")]
        ),
    )
    assert rows(found) == [
        ["matched", "0104", "S1", 1.0, "same School ID"],
        ["suggested", "00123", "S2", 0.98, "School ID '00123' lost its leading zeros on Connect: '123'"],
        ["suggested", "AB 1", "S3", 0.98, "School ID 'AB 1' is written in different letter case on Connect: 'ab1'"],
        ["unmatched_roster", "0777", "", 0.0, "no similar Connect school"],
        ["unmatched_workspace", "", "S4", 0.0, "School ID '0999' is not in the delivery"],
    ]
    assert found.counts == {"matched": 1, "suggested": 2, "unmatched": 2}


def test_an_id_that_two_schools_could_mean_is_not_suggested(tmp_path: Path) -> None:
    found = match_schools(
        roster(("P1", "0104", "03"), ("P2", "00104", "03")), workspace(tmp_path, [("S1", "One", "104")])
    )
    assert [row[0] for row in rows(found)] == ["unmatched_roster", "unmatched_roster", "unmatched_workspace"]


def test_an_id_recorded_on_two_connect_schools_is_left_to_a_person(tmp_path: Path) -> None:
    found = match_schools(
        roster(("P1", "0104", "03")), workspace(tmp_path, [("S1", "One", "0104"), ("S2", "Two", "0104")])
    )
    assert rows(found)[0] == [
        "unmatched_roster", "0104", "", 0.0,
        "2 Connect schools are equally likely: S1, S2 (School ID recorded on 2 Connect schools)",
    ]  # fmt: skip


def test_schools_are_recognised_by_name_whatever_the_abbreviation(tmp_path: Path) -> None:
    names = {
        "1": ("Lincoln Elem.", "Lincoln Elementary School"),
        "2": ("Lincoln HS", "Lincoln High School"),
        "3": ("St. Mary Jr. High", "Saint Mary Middle School"),
        "4": ("Mt. Vernon Primary Sch", "Mount Vernon Elementary"),
        "5": ("PS 12", "P.S. 12"),
        "6": ("Peña Academy", "Pena Acad"),
        "7": ("Washington Middle", "Washingtn Middle School"),
    }
    found = match_schools(
        roster(orgs=[(number, name, "school") for number, (name, _) in names.items()]),
        workspace(tmp_path, [(f"S{number}", name, "") for number, (_, name) in names.items()]),
    ).suggested()
    assert {row[1]: row[2] for row in rows(found)} == {number: f"S{number}" for number in names}
    assert {row[4] for row in rows(found)} == {"same name", "almost the same name"}


def test_another_kind_or_number_of_school_is_another_school(tmp_path: Path) -> None:
    found = match_schools(
        roster(
            orgs=[("1", "Lincoln Elementary", "school"), ("2", "PS 12", "school"), ("9", "Maple Valley", "district")]
        ),
        workspace(tmp_path, [("S1", "Lincoln High", ""), ("S2", "PS 21", ""), ("S9", "Maple Valley", "")]),
    )
    assert found.counts == {"matched": 0, "suggested": 0, "unmatched": 5}


def test_a_school_without_id_and_name_is_recognised_by_its_students(tmp_path: Path) -> None:
    here = [(f"P{n}", "0104", "04") for n in range(40)] + [(f"P{n}", "0105", "04") for n in range(100, 140)]
    without_ids = [pupil(n, "S1", "03" if n % 2 else "04") for n in range(0, 40, 2)] + [
        pupil(n, "S1", "03") for n in range(900, 910)
    ]
    connected = [pupil(n, "S2", "04", known=True) for n in range(100, 120)]
    found = match_schools(
        roster(*here), workspace(tmp_path, [("S1", "", ""), ("S2", "", "")], students=without_ids + connected)
    )
    assert rows(found) == [
        ["suggested", "0105", "S2", 0.9697, "20 of 20 students with an ID in common"],
        ["suggested", "0104", "S1", 0.9412, "20 of 30 students with the same name and grade"],
    ]


def test_students_of_another_grade_are_not_the_same(tmp_path: Path) -> None:
    found = match_schools(
        roster(*((f"P{n}", "0104", "09") for n in range(40))),
        workspace(tmp_path, [("S1", "", "")], students=[pupil(n, "S1", "03") for n in range(40)]),
    )
    assert found.counts == {"matched": 0, "suggested": 0, "unmatched": 2}


def test_a_school_is_recognised_by_its_class_ids(tmp_path: Path) -> None:
    found = match_schools(
        roster(classes=[(f"C{n}", "Choir", "0104" if n < 4 else "0105") for n in range(8)]),
        workspace(tmp_path, [("S1", "", "")], classrooms=[f"R{n},S1,Choir,,C{n}," for n in range(4)]),
    ).suggested()
    assert rows(found) == [["suggested", "0104", "S1", 0.9412, "4 of 4 class IDs in common"]]


def test_the_best_total_wins_not_the_best_single_pair(tmp_path: Path) -> None:
    found = match_schools(
        roster(orgs=[("1", "Lincoln", "school"), ("2", "Lincoln Park", "school")]),
        workspace(tmp_path, [("S1", "Lincoln Park", ""), ("S2", "Lincoln", "")]),
    )
    assert {row[1]: row[2] for row in rows(found)} == {"1": "S2", "2": "S1"}


@pytest.mark.parametrize(
    ("named", "recorded", "expected"),
    [
        ("", "", ["matched", "", "S1", 1.0, "school level: one school in the delivery, one on Connect"]),
        ("", "0104", ["matched", "", "S1", 1.0, "school level: one school in the delivery, one on Connect"]),
        ("0104", "", ["matched", "0104", "S1", 1.0, "school level: one school in the delivery, one on Connect"]),
        ("0104", "0104", ["matched", "0104", "S1", 1.0, "same School ID"]),
        (
            "0104",
            "0105",
            ["suggested", "0104", "S1", 0.98,
             "school level: one school in the delivery, one on Connect, "
             "but School ID '0104' is recorded there as '0105'"],
        ),
    ],
)  # fmt: skip
def test_at_school_level_the_file_is_one_school(
    tmp_path: Path, named: str, recorded: str, expected: list[object]
) -> None:
    found = match_schools(roster(("P1", named, "03"), level="school"), workspace(tmp_path, [("S1", "One", recorded)]))
    assert rows(found) == [expected]


def test_the_consequences_name_what_happens_and_its_source(tmp_path: Path) -> None:
    found = match_schools(
        roster(("P1", "0104", "03"), ("P2", "0777", "03")),
        workspace(tmp_path, [("S1", "One", "0104"), ("S4", "Four", "0999"), ("S5", "Five", "")]),
    )
    message = found.consequences().set_index("outcome")
    assert message["count"].to_dict() == {"matched": 1, "unmatched_roster": 1, "other ID": 1, "unmatched_workspace": 1}
    assert message.loc["other ID", "source"] == "S20"
    assert "schools to sync are not found" in str(message.loc["other ID", "what"])
    assert "left out" in str(message.loc["unmatched_roster", "what"])


def test_decisions_override_everything_and_can_be_undone(tmp_path: Path) -> None:
    found = match_schools(
        roster(("P1", "0104", "03"), ("P2", "00123", "03")),
        workspace(tmp_path, [("S1", "One", "0104"), ("S2", "Two", "123"), ("S3", "Three", "")]),
    )
    other = found.decide("00123", "S3", "connect")
    assert rows(other)[0] == ["matched", "00123", "S3", 1.0, "decided: connect"]
    assert rows(other)[2][:3] == ["unmatched_workspace", "", "S2"]
    assert "Record the School ID" in other.consequences()["what"].to_list()[0]
    rejected = found.decide("00123", "S2", "different")
    assert rejected.counts == {"matched": 1, "suggested": 0, "unmatched": 3}
    assert rows(rejected.undo()) == rows(found)
    accepted = found.accept()
    assert accepted.counts == {"matched": 2, "suggested": 0, "unmatched": 1}
    assert rows(accepted.undo()) == rows(found)


def test_a_later_delivery_finds_the_decisions_beside_it(tmp_path: Path) -> None:
    for day in ("2026-08-15", "2026-09-15"):
        (tmp_path / day).mkdir()
        text = "sourcedId,orgSourcedIds,role,givenName,familyName\nP1,0104,student,Mina,Okafor\n"
        (tmp_path / day / "users.csv").write_text(text, encoding="utf-8")
    there = workspace(tmp_path / "w", [("S1", "One", "")])
    match_schools(ck.read_roster(tmp_path / "2026-08-15"), there).decide("0104", "S1", "connect", who="ada")
    assert match_schools(ck.read_roster(tmp_path / "2026-09-15"), there).counts["matched"] == 1


@pytest.mark.parametrize(
    ("roster_id", "workspace_id", "decision", "message"),
    [
        ("9", "S1", "connect", "'9' is not an ID of schools in the delivery"),
        ("0104", "S9", "connect", "'S9' is not an ID of schools in the workspace"),
        (None, "S1", "connect", "needs the ID in the delivery as well"),
        ("0104", "S1", "archive", "'archive' is not one of connect, out, in, different"),
    ],
)
def test_a_decision_about_an_unknown_id_is_refused(
    tmp_path: Path, roster_id: str | None, workspace_id: str, decision: str, message: str
) -> None:
    found = match_schools(roster(("P1", "0104", "03")), workspace(tmp_path, [("S1", "One", "0104")]))
    with pytest.raises(SettingError, match=message):
        found.decide(roster_id, workspace_id, decision)


def test_nothing_on_either_side_is_not_an_error(tmp_path: Path) -> None:
    nobody = roster()
    assert match_schools(nobody, workspace(tmp_path / "a", [])).table().empty
    assert match_schools(nobody, workspace(tmp_path / "b", [("S1", "One", "")])).counts["unmatched"] == 1
    assert match_schools(roster(("P1", "0104", "03")), workspace(tmp_path / "c", [])).counts["unmatched"] == 1
    match_schools(nobody, workspace(tmp_path / "d", [])).chart().to_dict()


def test_two_engines_are_refused(tmp_path: Path) -> None:
    engine = ck.DuckDBEngine()
    other = ck.Roster.from_frames({"users": pd.DataFrame({"sourcedId": ["1"], "role": ["student"]})}, engine=engine)
    with pytest.raises(SettingError, match="different engines"):
        match_schools(other, workspace(tmp_path, [("S1", "One", "")]))


def test_the_saved_file_has_the_documented_columns(tmp_path: Path) -> None:
    found = match_schools(roster(("P1", "0104", "03")), workspace(tmp_path / "w", [("S1", "One, or two", "0104")]))
    found.save(tmp_path / "out")
    text = (tmp_path / "out" / "schools.csv").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "status,roster_id,roster_title,workspace_id,workspace_title,score,reason",
        'matched,0104,,S1,"One, or two",1.0,same School ID',
    ]


def test_every_school_occurs_once_on_each_side(tmp_path: Path) -> None:
    schools = [
        (str(n), f"{name} {kind}", "school")
        for n, (name, kind) in enumerate([(n, k) for n in FAMILY for k in ("Elementary", "Middle", "High")])
    ]
    there = [
        (f"S{n}", name.replace("Elementary", "Elem") if n % 3 else name, "")
        for n, (_, name, _) in enumerate(schools)
        if n % 7
    ]
    table = match_schools(roster(orgs=schools), workspace(tmp_path, there)).table()
    assert sorted(table["roster_id"].dropna()) == sorted(row[0] for row in schools)
    assert sorted(table["workspace_id"].dropna()) == sorted(row[0] for row in there)
    paired = table[table["status"] == "suggested"]
    assert (paired["workspace_id"] == "S" + paired["roster_id"]).all()
    assert len(paired) == len(there)


def test_a_school_id_without_the_zeros_that_connect_has_is_never_accepted(tmp_path: Path) -> None:
    delivered = [(f"P{n}", school, "03") for n, school in enumerate(["101", "0102", "103"])]
    known = workspace(tmp_path / "known", [("S1", "", "0101"), ("S2", "", "102"), ("S3", "", "103")])
    found = match_schools(roster(*delivered), known)
    assert found.counts == {"matched": 1, "suggested": 2, "unmatched": 0}
    assert found.undecided == 1
    assert found.other_zeros().to_numpy().tolist() == [["101", "0101"]]
    accepted = found.accept()
    assert accepted.matched().table()["roster_id"].tolist() == ["0102", "103"]
    (action,) = ck.connections(found, suggested=True)
    assert action.values == {"S2": "0102"}
    assert ck.connections(found.decide("101", "S1", "connect"))[0].values == {"S1": "101"}  # a person may

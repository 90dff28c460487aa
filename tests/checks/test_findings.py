"""Findings: complete rows, causes first, what could not be checked kept apart, no names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.checks import Findings
from connect_kit.checks.provided import MISSING_INPUTS
from connect_kit.display.svg import to_svg
from connect_kit.errors import SettingError

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades"
CLASSES = "sourcedId,title,grades,schoolSourcedId"
ENROLLMENTS = "classSourcedId,schoolSourcedId,userSourcedId,role"


def deliver(folder: Path, **files: str) -> ck.Roster:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return ck.read_roster(folder)


def small(folder: Path, *, school: str = "0104", users: str = USERS, blank_role: bool = False) -> ck.Roster:
    """Two students, a guardian and a teacher in one class of one school."""
    role = "" if blank_role else "student"
    return deliver(
        folder,
        users=f"{users}\n0001,{school},{role},Mina,Okafor,,,G1,03\n0002,{school},{role},Teo,Okafor,,,G1,03\n"
        f"G1,{school},{role and 'guardian'},Ada,Okafor,ada@example.org,,,\n"
        f"T1,{school},{role and 'teacher'},Lee,Brandt,lee@example.org,,,\n",
        classes=f"{CLASSES}\nC1,Room 3,03,{school}\n",
        enrollments=f"{ENROLLMENTS}\nC1,{school},0001,student\nC1,{school},0002,student\nC1,{school},T1,teacher\n",
    )


def connected(folder: Path, *schools: str) -> ck.Workspace:
    folder.mkdir(exist_ok=True)
    lines = "".join(f"K{i},School {i},{school}\n" for i, school in enumerate(schools))
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\n" + lines, encoding="utf-8")
    return ck.read_workspace(folder)


def test_a_clean_delivery_is_fit_to_send(tmp_path: Path) -> None:
    findings = ck.check_roster(small(tmp_path), connected(tmp_path / "w", "0104"))
    assert findings.fit
    assert findings.table().empty
    assert findings.causes().empty


def test_one_unknown_school_is_one_cause_that_explains_all_files(tmp_path: Path) -> None:
    findings = ck.check_roster(small(tmp_path, school="0999"), connected(tmp_path / "w", "0104"))
    causes = findings.causes()
    schools = causes[causes["severity"] == "critical"]
    assert list(schools["cause"]) == [
        "School 0999 is not a School ID recorded on Connect",
        "School 0104 is recorded on Connect but not in the delivery: the sync fails",
    ]
    assert schools["explains"].iloc[0] == "1 in classes, 3 in enrollments, 4 in users, 1 on Connect"
    assert schools["rows"].iloc[0] == 9


def test_zeros_lost_in_one_column_are_one_cause(tmp_path: Path) -> None:
    roster = small(tmp_path)
    damaged = roster.enrollments.assign(userSourcedId=["1", "2", "T1"])
    findings = ck.check_roster(roster.replace(enrollments=damaged))
    table = findings.table()
    lost = table[table["code"] == "enrollments.userSourcedId.leading_zero_lost"]
    assert list(zip(lost["line"], lost["message"], strict=True)) == [
        (2, "user 1 is in users.csv with leading zeros"),
        (3, "user 2 is in users.csv with leading zeros"),
    ]
    causes = findings.causes()
    assert causes["cause"].to_list() == [
        "IDs of users that have lost leading zeros (userSourcedId)",
        "enrollments.csv: a table that is not as it was delivered",
    ]
    assert causes["explains"].to_list() == [
        "2 in enrollments",
        "1 in enrollments",
    ]  # and nobody is said to be in no class


def test_a_blank_column_is_one_cause(tmp_path: Path) -> None:
    causes = ck.check_roster(small(tmp_path, blank_role=True)).causes()
    assert "Column role of users.csv is blank throughout" in set(causes["cause"])


def test_a_missing_column_leaves_its_rules_unchecked_instead_of_failed(tmp_path: Path) -> None:
    findings = ck.check_roster(small(tmp_path, users=USERS.replace("role", "post")))
    assert "header.missing_column" in set(findings.summary()["code"])
    unchecked = findings.unchecked().set_index("code")["reason"]
    assert unchecked["users.role.known"] == "column role is missing in users.csv"
    assert "users.role.known" not in set(findings.table()["code"])


def test_without_a_workspace_the_school_rules_are_named_as_not_checked(tmp_path: Path) -> None:
    unchecked = ck.check_roster(small(tmp_path)).unchecked().set_index("code")["reason"]
    assert unchecked["users.orgSourcedIds.known_school"] == "no workspace was given"


def test_rows_gives_the_failing_rows_as_delivered(faulty_findings: Findings) -> None:
    rows = faulty_findings.rows("users.grades.known")
    assert list(rows.columns[:3]) == ["file", "line", "sourcedId"]
    users = faulty_findings.roster.users
    assert (users.loc[rows["line"].to_list(), "grades"] == rows["grades"].to_list()).all()


def test_rows_of_an_unknown_code_is_refused_with_the_codes_there_are(clean_findings: Findings) -> None:
    with pytest.raises(SettingError, match=r"no finding has the code 'users\.nope'"):
        clean_findings.rows("users.nope")


def test_the_csv_holds_every_row_of_the_table(faulty_findings: Findings, tmp_path: Path) -> None:
    faulty_findings.save(tmp_path)
    written = pd.read_csv(tmp_path / "findings.csv", dtype=str)
    table = faulty_findings.table()
    assert list(written.columns) == list(table.columns)
    assert len(written) == len(table) == sum(faulty_findings.counts.values())


def test_the_table_comes_in_pieces_too(faulty_findings: Findings) -> None:
    pieces = pd.concat(list(faulty_findings.iter_table(7)), ignore_index=True)
    pd.testing.assert_frame_equal(pieces, faulty_findings.table())


def test_findings_hold_ids_and_no_names(faulty_findings: Findings) -> None:
    users = faulty_findings.roster.users
    names = set(users["givenName"].dropna()) | set(users["familyName"].dropna()) | set(users["email"].dropna())
    names = {name for name in names if len(name) > 4}
    shown = " ".join(faulty_findings.table()["message"]) + " ".join(faulty_findings.causes()["cause"])
    assert {name for name in names if name in shown} == set()


def test_rows_to_be_deleted_are_left_out_of_every_other_check(tmp_path: Path) -> None:
    roster = deliver(
        tmp_path,
        users=f"{USERS.replace('sourcedId', 'sourcedId,status', 1)}\n0001,tobedeleted,,pupil,,,,,,99\n"
        "0002,,0104,student,Teo,Okafor,,,,03\n"
        "T1,,0104,teacher,Lee,Brandt,,,,\n",
        classes=f"{CLASSES}\nC1,Room 3,03,0104\n",
        enrollments=f"{ENROLLMENTS}\nC1,0104,0001,student\nC1,0104,0002,student\nC1,0104,T1,teacher\n",
    )
    table = ck.check_roster(roster).table()
    assert set(table.loc[(table["table"] == "users") & (table["line"] == 2), "code"]) == {"users.status.tobedeleted"}
    gone = table[table["code"] == "enrollments.userSourcedId.known_user"]
    assert list(gone["line"]) == [2], "whoever is not uploaded cannot be enrolled"


def test_the_school_overview_counts_people_classes_and_trouble(tmp_path: Path) -> None:
    schools = (
        ck.check_roster(small(tmp_path), connected(tmp_path / "w", "0104", "0105")).by_school().set_index("schoolId")
    )
    counts = [schools.at["0104", name] for name in ("students", "staff", "classes", "enrollments")]
    assert counts == [2, 1, 1, 3]
    assert schools.at["0105", "students"] == 0


def test_a_school_level_delivery_may_leave_out_the_school_columns(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    small(folder)
    for name in ("users", "classes", "enrollments"):
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str)
        frame.drop(columns=[c for c in frame if c in ("orgSourcedIds", "schoolSourcedId")]).to_csv(
            folder / f"{name}.csv", index=False
        )
    findings = ck.check_roster(ck.read_roster(folder, level="school"))
    assert findings.fit
    assert set(findings.unchecked()["reason"]) <= set(MISSING_INPUTS.values())


def test_roster_and_workspace_of_different_engines_are_refused(tmp_path: Path) -> None:
    roster = small(tmp_path)
    folder = tmp_path / "w"
    connected(folder, "0104")
    workspace = ck.read_workspace(folder, engine=ck.DuckDBEngine())
    with pytest.raises(SettingError, match="different engines"):
        ck.check_roster(roster, workspace)


def test_one_query_on_two_tables_lists_each_tables_own_rows(tmp_path: Path) -> None:
    roster = small(tmp_path).replace(
        guardians=pd.DataFrame(
            {
                "studentSourcedId": ["0001", "nobody"],
                "givenName": "Ada",
                "familyName": "Okafor",
                "email": "a@example.org",
            }
        ),
        student_attributes=pd.DataFrame({"studentSourcedId": ["0001", "0002"], "bus": ["1", "2"]}),
    )
    table = ck.check_roster(roster).table()
    assert list(table.loc[table["code"] == "guardians.studentSourcedId.known_student", "line"]) == [3]
    assert table.loc[table["code"] == "student_attributes.studentSourcedId.known_student"].empty


def test_rows_of_a_header_finding_say_what_is_wrong_instead_of_showing_a_row(faulty_findings: Findings) -> None:
    rows = faulty_findings.rows("header.alias")
    assert list(rows.columns) == ["file", "line", "sourcedId", "message"]
    assert set(rows["line"]) == {1}


def test_findings_show_themselves_with_verdict_totals_and_the_first_causes(faulty_findings: Findings) -> None:
    shown = faulty_findings._repr_html_()
    assert "✖ Not fit to send" in shown and "critical findings concern" in shown
    assert "more: <code>findings.causes()</code>" in shown
    assert faulty_findings.causes()["cause"].iloc[0] in shown


NUMBERS = {
    "+12025550143": True,
    "(202) 555-0143": True,
    "202.555.0143": True,
    "1-202-555-0143": True,
    "+44 20 7946 0958": True,
    "555-0143": False,
    "12345": False,
    "call home": False,
    "000-000-0000": False,
    "2025550143" * 4: False,
}


def test_a_mobile_number_is_one_that_can_be_dialled_from_everywhere(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "sourcedId": [f"G{i}" for i in range(len(NUMBERS))],
            "role": "guardian",
            "email": "a@example.org",
            "sms": list(NUMBERS),
        }
    )
    table = ck.check_roster(ck.Roster.from_frames({"users": frame})).table()
    bad = set(table.loc[table["code"].isin(["users.sms.format", "users.sms.placeholder"]), "line"])
    assert bad == {line for line, good in enumerate(NUMBERS.values(), 2) if not good}


def test_a_column_of_ten_thousand_different_schools_is_one_cause_a_file(tmp_path: Path) -> None:
    count = 10_000
    frame = pd.DataFrame({"sourcedId": [f"T{i:05}" for i in range(count)], "role": "teacher"})
    frame["orgSourcedIds"] = [f"S{i}" for i in range(count)]
    findings = ck.check_roster(ck.Roster.from_frames({"users": frame}), connected(tmp_path / "w", "0104"))
    causes = findings.causes()
    assert len(causes) < 20
    assert "People of a school that Connect does not know: 10,000 different ones" in set(causes["cause"])


def test_a_chart_shows_the_findings_by_rule_file_or_school(faulty_findings: Findings) -> None:
    assert "Rows with a finding, by rule" in to_svg(faulty_findings.chart())
    assert "users.csv" in to_svg(faulty_findings.chart("files"))
    assert "Students without a guardian" in to_svg(faulty_findings.chart("schools"))
    with pytest.raises(SettingError, match="there is no chart 'grades'; expected 'rules', 'files' or 'schools'"):
        faulty_findings.chart("grades")  # type: ignore[arg-type]

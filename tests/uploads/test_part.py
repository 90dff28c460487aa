"""Part of a delivery: one school, some schools, schools that take no part, people of the district."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.errors import PlanError, SettingError
from connect_kit.twin import Twin
from connect_kit.uploads import plan_upload, read_plan, upload
from tests.uploads import parts
from tests.uploads.parted import ONE_SCHOOL, blocking, checked, counted, gate, schools_of, sent


@pytest.fixture
def twin(tmp_path: Path) -> Twin:
    return parts.new_twin(tmp_path / "maple.duckdb")


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return parts.deliver(tmp_path / "d")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A school's own delivery that holds a second school's rows."""
    return parts.deliver(tmp_path / "own", **parts.school_s())


# Two schools in a school-level delivery.


@pytest.mark.thorough
def test_a_school_level_delivery_of_two_schools_is_refused_naming_both_with_their_rows(own: Path, twin: Twin) -> None:
    named = r"those of 0101 \(7 rows\) and 0102 \(9 rows\); name the one school that is sent"
    with pytest.raises(PlanError, match=named):
        plan_upload(checked(own, twin, "school"))


@pytest.mark.parametrize("named", ["0101", "S001"])
def test_of_two_schools_in_a_file_only_the_named_one_is_sent(own: Path, twin: Twin, named: str) -> None:
    plan = plan_upload(checked(own, twin, "school"), school=named, archive_existing=False)
    assert sent(plan, "users") == ["1", "2", "g1", "t1"]  # Bea is at both; Gwen follows Ann
    assert sent(plan, "classes") == ["c1"]
    assert sent(plan, "enrollments", "userSourcedId") == ["1", "2", "t1"]
    assert sent(plan, "student_attributes", "studentSourcedId") == ["1"]
    assert plan.left_out == {"users": 3, "classes": 1, "enrollments": 3, "student_attributes": 1}
    assert {file.school for file in plan.files} == {"S001"}
    assert gate(plan, "schools_matched")["state"] == "met"
    assert "of 0101; left out: 3 of users" in gate(plan, "schools_matched")["why"]
    assert "0102: 7 rows" in gate(plan, "schools_matched")["why"]
    assert blocking(plan) == []  # that there are two schools is solved


def test_rows_without_a_school_id_belong_to_the_named_school(tmp_path: Path, twin: Twin) -> None:
    users = parts.school_s()["users"].replace("1,0101,", "1,,").replace("t1,0101,", "t1,,")
    classes = "sourcedId,title,grades\nc1,Art,03\nc2,Music,03\n"
    enrollments = "classSourcedId,userSourcedId,role\nc1,1,student\nc1,t1,teacher\nc2,3,student\nc2,t2,teacher\n"
    delivery = parts.deliver(tmp_path / "d", users=users, classes=classes, enrollments=enrollments)
    plan = plan_upload(checked(delivery, twin, "school"), school="0101")
    assert sent(plan, "users") == ["1", "2", "g1", "t1"]
    # Everybody in c2 is of 0102, so the class is too.
    assert sent(plan, "classes") == ["c1"]
    assert sent(plan, "enrollments", "userSourcedId") == ["1", "t1"]


def test_files_of_another_school_are_not_sent_to_the_named_one(tmp_path: Path, twin: Twin) -> None:
    users = "sourcedId,orgSourcedIds,role,givenName,familyName\n1,0102,student,Ann,Lee\n"
    delivery = parts.deliver(tmp_path / "d", users=users, classes="", enrollments="", student_attributes="")
    with pytest.raises(PlanError, match=r"no row of school S001: its rows are of 0102 \(1 row\)"):
        plan_upload(ck.read_roster(delivery, level="school"), twin.workspace(), school="S001")


@pytest.mark.parametrize("code", [ONE_SCHOOL, "classes.schoolSourcedId.one_school"])
def test_two_schools_in_one_file_can_never_be_waived(own: Path, twin: Twin, code: str) -> None:
    audit = checked(own, twin, "school")
    with pytest.raises(SettingError, match=f"{code} cannot be waived: .* name the one school"):
        plan_upload(audit, school="0101", waivers={code: "agreed"})
    with pytest.raises(SettingError, match="cannot be waived"):
        plan_upload(audit, school="0101").waive(code, "agreed")


def test_a_class_of_a_second_school_is_critical_at_school_level(tmp_path: Path, twin: Twin) -> None:
    users = "sourcedId,orgSourcedIds,role,givenName,familyName\n1,0101,student,Ann,Lee\n"
    delivery = parts.deliver(tmp_path / "d", users=users)
    found = checked(delivery, twin, "school").findings
    rows = found.table()
    rows = rows[rows["code"] == "classes.schoolSourcedId.one_school"]
    assert rows["line"].tolist() == [3, 4]
    assert set(rows["severity"]) == {"critical"}


def test_the_command_line_sends_the_named_school_and_no_child_of_the_other(
    own: Path, twin: Twin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plan"
    command = ["prepare", str(own), "--workspace", str(twin.path), "--level", "school", "--out", str(folder)]
    assert run(command) == 2
    assert "0101 (7 rows) and 0102 (9 rows)" in capsys.readouterr().err
    assert run([*command, "--school", "0101", "--keep-existing"]) == 0
    assert "left out: 3 of users" in capsys.readouterr().out
    assert run(["upload", str(folder), "--twin", str(twin.path)]) == 0
    words = f"Maple Valley {read_plan(folder).rows}"
    assert run(["upload", str(folder), "--twin", str(twin.path), "--real", "--confirm", words]) == 0
    assert counted(twin, tmp_path / "after", "students", "connectSchoolId") == {"S001": 2}
    assert counted(twin, tmp_path / "again", "classrooms", "connectSchoolId") == {"S001": 1}


@pytest.mark.thorough
def test_a_delivery_without_school_ids_goes_to_the_school_that_the_command_names(tmp_path: Path, twin: Twin) -> None:
    users = "sourcedId,role,givenName,familyName,grades\n1,student,Ann,Lee,03\n2,student,Bo,Lee,04\n"
    classes = "sourcedId,title,grades\nc1,Art,03\n"
    enrollments = "classSourcedId,userSourcedId,role\nc1,1,student\nc1,2,student\n"
    delivery = parts.deliver(tmp_path / "d", users=users, classes=classes, enrollments=enrollments,
                             student_attributes="studentSourcedId,house\n1,red\n")  # fmt: skip
    folder = tmp_path / "plan"
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--level", "school", "--out", str(folder)]
    assert run([*command, "--keep-existing"]) == 2
    assert run([*command, "--keep-existing", "--school", "0102"]) == 0
    assert upload(read_plan(folder), twin).succeeded
    assert upload(read_plan(folder), twin, dry_run=False).succeeded
    assert counted(twin, tmp_path / "after", "students", "connectSchoolId") == {"S002": 2}


# Some schools of a district.


def test_a_pilot_sends_its_schools_and_needs_no_waiver(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    audit = checked(delivery, twin)
    whole = plan_upload(audit, folder=tmp_path / "whole", archive_existing=False)
    assert "self-check: users.orgSourcedIds.known_school" in blocking(whole, twin)
    plan = plan_upload(audit, schools=["0101"], archive_existing=False)
    assert blocking(plan, twin) == []
    assert (plan.takes_part, plan.unmatched_schools) == (("0101",), ())
    assert sent(plan, "users") == ["1", "2", "g1", "t1"]
    assert sent(plan, "users", "orgSourcedIds") == ["0101", "0101", "0101", "0101"]
    assert sent(plan, "classes") == ["c1"]
    assert sent(plan, "enrollments", "schoolSourcedId") == ["0101"] * 3
    assert sent(plan, "student_attributes", "studentSourcedId") == ["1"]
    assert plan.left_out == {"users": 6, "classes": 2, "enrollments": 6, "student_attributes": 2}
    assert plan.placed == 2  # Bea, and Gwen, who lists 0102 only
    assert read_plan(plan.folder) == plan


@pytest.mark.thorough
def test_two_schools_are_named_in_either_form_and_staff_go_with_their_classes(delivery: Path, twin: Twin) -> None:
    plan = plan_upload(checked(delivery, twin), schools=["S002", "0101"])
    assert sent(plan, "users") == ["1", "2", "3", "g1", "g2", "t1", "t2"]
    assert sent(plan, "users", "orgSourcedIds")[1] == "0101,0102"
    assert sent(plan, "users", "orgSourcedIds")[-1] == "0102"  # Una's other school does not take part
    assert sent(plan, "enrollments", "classSourcedId") == ["c1"] * 3 + ["c2"] * 3


@pytest.mark.thorough
def test_the_same_schools_may_be_sent_school_by_school(delivery: Path, twin: Twin) -> None:
    plan = plan_upload(checked(delivery, twin), schools=["0101", "0102"], level="school")
    assert [(file.school, file.kind) for file in plan.files if file.kind == "users"] == [
        ("S001", "users"),
        ("S002", "users"),
    ]
    assert blocking(plan.answer(archive_existing=False), twin) == []
    assert plan.left_out["users"] == 3


@pytest.mark.thorough
def test_what_is_wrong_in_a_school_that_takes_no_part_blocks_nothing(tmp_path: Path, twin: Twin) -> None:
    users = parts.USERS.replace("4,0103,student,Dot", "4,0103,student,").replace(
        "1,0101,student,Ann", "1,0101,student,"
    )
    audit = checked(parts.deliver(tmp_path / "d", users=users), twin)
    assert {one.code: one.count for one in plan_upload(audit, schools=["0101"]).critical} == {
        "users.givenName.present": 1
    }
    assert plan_upload(audit, schools=["0102"]).critical == ()


def test_a_file_s_own_trouble_blocks_whatever_takes_part(tmp_path: Path, twin: Twin) -> None:
    audit = checked(parts.deliver(tmp_path / "d", classes="sourcedId,title,schoolSourcedId\nc1,Art,0101\n"), twin)
    assert "header.missing_column" in {one.code for one in plan_upload(audit, schools=["0101"]).critical}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("schools", "words"),
    [
        (["0999"], "is not a school of Connect or of the delivery"),
        ([], "the list of schools is empty"),
        ("0101", "schools is '0101'"),
    ],
)
def test_a_school_that_is_not_there_is_refused(delivery: Path, twin: Twin, schools: list[str], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        plan_upload(checked(delivery, twin), schools=schools)


@pytest.mark.thorough
def test_the_command_line_uploads_a_pilot_to_the_end(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--out", str(folder), "--keep-existing"]
    assert run(command) == 1
    assert run([*command, "--schools", "0101, 0102"]) == 0
    assert run(["upload", str(folder), "--twin", str(twin.path)]) == 0
    words = f"Maple Valley {read_plan(folder).rows}"
    assert run(["upload", str(folder), "--twin", str(twin.path), "--real", "--confirm", words]) == 0
    assert counted(twin, tmp_path / "a", "students", "connectSchoolId") == {"S001": 2, "S002": 1}
    assert counted(twin, tmp_path / "b", "staff", "connectSchoolIds") == {"S001": 1, "S002": 1}
    assert counted(twin, tmp_path / "c", "guardians", "guardianId") == {"g1": 1, "g2": 1}


# People who are on Connect at a school that does not take part.


@pytest.fixture
def shared(tmp_path: Path, three: Twin) -> tuple[Path, Twin]:
    """Bea and Una are on Connect at both of their schools; Tom and Ann have come to 0102 since."""
    delivery = parts.deliver(tmp_path / "d")
    whole = plan_upload(checked(delivery, three), folder=tmp_path / "whole", archive_existing=False)
    upload(whole, three)
    assert upload(whole, three, dry_run=False).succeeded
    users = parts.USERS.replace("t1,0101,", 't1,"0101,0102",').replace("1,0101,student", '1,"0101,0102",student')
    return parts.deliver(delivery, users=users), three


@pytest.mark.thorough
def test_who_is_on_connect_at_a_school_that_takes_no_part_stays_there(
    shared: tuple[Path, Twin], tmp_path: Path
) -> None:
    delivery, three = shared
    plan = plan_upload(checked(delivery, three), schools=["0101"], archive_existing=False)
    there = dict(zip(sent(plan, "users"), sent(plan, "users", "orgSourcedIds"), strict=True))
    assert there == {"1": "0101", "2": "0101,0102", "g1": "0101", "t1": "0101"}
    assert plan.staying == {"0102": {"students": 1}}
    assert plan.placed_by_kind == {"guardians": 1, "staff": 1, "students": 1}
    why = gate(plan, "schools_matched", three)["why"]
    assert (
        "; 1 staff member, 1 guardian and 1 student are sent without School IDs that do not take part, and come to "
        "none of these schools; sent with schools that do not take part, as Connect has them there already"
    ) in why
    assert why.endswith("would take them off: 0102: 1 student")
    assert read_plan(plan.folder) == plan
    before = three.table("staff_schools"), three.table("student_schools")
    upload(plan, three)
    assert upload(plan, three, dry_run=False).succeeded
    pd.testing.assert_frame_equal(three.table("staff_schools"), before[0])
    pd.testing.assert_frame_equal(three.table("student_schools"), before[1])
    three.export(tmp_path / "exported")
    exported = plan_upload(
        ck.read_roster(delivery), ck.read_workspace(tmp_path / "exported"), schools=["0101"], folder=tmp_path / "again"
    )
    assert exported.staying == plan.staying
    unaware = plan_upload(ck.read_roster(delivery), schools=["0101"], folder=tmp_path / "unaware")
    assert sent(unaware, "users", "orgSourcedIds") == ["0101"] * 4
    assert "takes staff and students off these schools" in gate(unaware, "schools_matched", three)["why"]


@pytest.mark.thorough
def test_who_stays_at_a_school_stays_there_when_the_corrected_row_is_sent_again(
    shared: tuple[Path, Twin], tmp_path: Path
) -> None:
    delivery, three = shared
    right = (delivery / "users.csv").read_text(encoding="utf-8")
    (delivery / "users.csv").write_text(right.replace(",Bea,", ",,"), encoding="utf-8")
    waivers = {"users.givenName.present": "comes later"}
    plan = plan_upload(checked(delivery, three), schools=["0101"], archive_existing=False, waivers=waivers)
    upload(plan, three)
    done = upload(plan, three, dry_run=False)
    assert done.errors["sourcedId"].tolist() == ["2"]
    assert done.folder is not None
    (delivery / "users.csv").write_text(right, encoding="utf-8")
    again = ck.plan_resend(ck.read_results(done.folder, plan), plan, corrected=delivery)
    assert sent(again, "users") == ["2"]
    assert sent(again, "users", "orgSourcedIds") == ["0101,0102"]


@pytest.mark.thorough
def test_staff_made_by_hand_at_a_school_that_takes_no_part_stay_there(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nK2,Elm,0102\nK3,Fir,0103\n", encoding="utf-8")
    (folder / "staff.csv").write_text(
        "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
        'U1,"K3,K2",Una,Poe,una@school.example.org,,teacher,\n',
        encoding="utf-8",
    )
    by_hand = Twin.fill(tmp_path / "hand.duckdb", folder, district="Maple Valley")
    plan = plan_upload(checked(parts.deliver(tmp_path / "d"), by_hand), schools=["0102"], archive_existing=False)
    assert sent(plan, "users", "orgSourcedIds")[-1] == "0102,0103"
    assert plan.staying == {"0103": {"staff": 1}}
    upload(plan, by_hand)
    assert upload(plan, by_hand, dry_run=False).succeeded
    schools = by_hand.table("staff_schools")
    assert sorted(schools.loc[schools["connectUserId"] == "U1", "connectSchoolId"]) == ["K2", "K3"]


# A school that does not take part.


@pytest.mark.thorough
def test_a_decision_leaves_a_delivered_school_out_of_audit_and_upload(delivery: Path, twin: Twin) -> None:
    schools_of(checked(delivery, twin)).decide("0103", None, "out", who="ada", note="joins next year")
    audit = checked(delivery, twin)
    found = audit.findings.summary().set_index("code")
    assert not any("known_school" in code or code == "workspace.schools.unmatched" for code in found.index)
    assert found.loc["workspace.schools.out", "severity"] == "info"
    assert schools_of(audit).counts == {"matched": 2, "suggested": 0, "unmatched": 0, "out": 1}
    assert audit.findings.by_school().set_index("schoolId")["takes_part"].to_dict() == {
        "0101": True, "0102": True, "0103": False,
    }  # fmt: skip
    plan = plan_upload(audit, archive_existing=False)
    assert blocking(plan, twin) == []
    assert sent(plan, "users") == ["1", "2", "3", "g1", "g2", "t1", "t2"]
    assert plan.left_out_schools == {"0103": 7}


@pytest.mark.thorough
def test_a_decision_leaves_a_connect_school_out_although_its_id_is_recorded(delivery: Path, twin: Twin) -> None:
    schools = schools_of(checked(delivery, twin)).decide("0103", None, "out").decide(None, "S002", "out")
    table = schools.table()
    assert table[table["status"] == "out"][["roster_id", "workspace_id"]].fillna("").to_numpy().tolist() == [
        ["0102", "S002"], ["0103", ""],
    ]  # fmt: skip
    plan = plan_upload(checked(delivery, twin))
    assert plan.takes_part == ("0101",)
    with pytest.raises(SettingError, match="0102 was decided not to take part"):
        plan_upload(checked(delivery, twin), schools=["0102"])
    schools.decide(None, "S002", "in")
    assert plan_upload(checked(delivery, twin)).takes_part == ("0101", "0102")


@pytest.mark.thorough
def test_what_was_decided_after_the_audit_counts_in_the_plan(delivery: Path, twin: Twin) -> None:
    audit = checked(delivery, twin)
    schools_of(audit).decide("0103", None, "out")
    assert plan_upload(audit).takes_part == ("0101", "0102")


@pytest.mark.thorough
def test_the_command_line_decides_and_prepares_without_a_waiver(
    delivery: Path, twin: Twin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--out", str(tmp_path / "p"), "--keep-existing"]
    assert run(command) == 1
    assert run(["decide-school", str(delivery), "0103", "--workspace", str(twin.path), "--out"]) == 0
    assert "School 0103: does not take part" in capsys.readouterr().out
    assert run(command) == 0
    assert run(["audit", str(delivery), "--workspace", str(twin.path), "--out", str(tmp_path / "a")]) == 0
    assert "1 not taking part" in capsys.readouterr().out
    assert run(["decide-school", str(delivery), "0103", "--workspace", str(twin.path), "--in"]) == 0
    assert run(command) == 1

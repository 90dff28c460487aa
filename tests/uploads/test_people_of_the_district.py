"""People of the district's own org: placed, or left out and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from connect_kit.cli import run
from connect_kit.twin import Twin
from connect_kit.uploads import plan_upload, read_plan
from tests.marks import some
from tests.uploads import parts
from tests.uploads.parted import blocking, checked, counted, gate, schools_of, sent

# People of the district.

ORGS = """
sourcedId,name,type
0101,Ash,school
0102,Elm,school
0103,Fir,school
9000,Maple Valley,district
"""
OF_DISTRICT = """d1,9000,administrator,Wes,Kay,wes@district.example.org,,
d2,"9000,0101",administrator,Xia,Kay,xia@district.example.org,,
d3,9000,teacher,Yul,Kay,yul@district.example.org,,
"""
CODE = "users.orgSourcedIds.district_org"


@pytest.fixture(params=some(["orgs.csv", "none"]))
def with_district(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Three schools on Connect, and three people of the district; Yul teaches at 0102."""
    files = {"users": parts.USERS + OF_DISTRICT, "enrollments": parts.ENROLLMENTS + "c2,0102,d3,teacher\n"}
    if request.param == "orgs.csv":
        files["orgs"] = ORGS
    return parts.deliver(tmp_path / "d", **files)


def test_people_of_the_district_are_one_warning_and_no_unmatched_school(with_district: Path, three: Twin) -> None:
    audit = checked(with_district, three)
    assert audit.fit
    rows = audit.findings.table()
    rows = rows[rows["code"] == CODE]
    assert dict(zip(rows["sourcedId"], rows["severity"], strict=True)) == {"d1": "warning", "d2": "info", "d3": "info"}
    assert schools_of(audit).counts == {"matched": 3, "suggested": 0, "unmatched": 0}
    assert set(audit.findings.by_school()["schoolId"]) == {"0101", "0102", "0103"}


def test_they_are_placed_by_their_other_school_or_their_classes_or_left_out_and_counted(
    with_district: Path, three: Twin, tmp_path: Path
) -> None:
    plan = plan_upload(checked(with_district, three), archive_existing=False)
    placed = dict(zip(sent(plan, "users"), sent(plan, "users", "orgSourcedIds"), strict=True))
    assert (placed["d2"], placed["d3"], placed["t2"]) == ("0101", "0102", "0102,0103")
    assert "d1" not in placed
    assert (plan.left_out, plan.nowhere, plan.placed) == ({"users": 1}, 1, 2)
    assert blocking(plan, three) == []
    assert "1 person of the district's own org without a school" in gate(plan, "schools_matched", three)["why"]
    at = plan_upload(checked(with_district, three), place_at="0101", folder=tmp_path / "at")
    placed = dict(zip(sent(at, "users"), sent(at, "users", "orgSourcedIds"), strict=True))
    assert (placed["d1"], at.left_out) == ("0101", {})


@pytest.mark.thorough
def test_a_district_with_its_own_people_is_uploaded_to_the_end(
    with_district: Path, three: Twin, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    command = ["prepare", str(with_district), "--workspace", str(three.path), "--out", str(folder), "--keep-existing"]
    assert run([*command, "--place-at", "0101"]) == 0
    assert run(["upload", str(folder), "--twin", str(three.path)]) == 0
    words = f"Maple Valley {read_plan(folder).rows}"
    assert run(["upload", str(folder), "--twin", str(three.path), "--real", "--confirm", words]) == 0
    assert counted(three, tmp_path / "a", "staff", "connectSchoolIds") == {
        "S001": 3, "S002": 1, "S002,S003": 1, "S003": 1,
    }  # fmt: skip


@pytest.mark.thorough
def test_a_student_of_the_district_alone_is_still_critical_and_never_left_out_silently(
    tmp_path: Path, three: Twin
) -> None:
    users = parts.USERS + "5,9000,student,Eve,Orr,,,03\n"
    audit = checked(parts.deliver(tmp_path / "d", users=users, orgs=ORGS), three)
    rows = audit.findings.table()
    assert rows.loc[rows["code"] == "users.orgSourcedIds.known_school", "sourcedId"].tolist() == ["5"]
    plan = plan_upload(audit)
    assert {one.code for one in plan.critical} == {"users.orgSourcedIds.known_school"}
    assert "5" in sent(plan, "users")


def test_students_who_list_the_district_beside_their_school_are_placed_by_the_school(
    tmp_path: Path, three: Twin
) -> None:
    users = parts.USERS.replace("1,0101,student", '1,"0101,9000",student')
    audit = checked(parts.deliver(tmp_path / "d", users=users, orgs=ORGS), three)
    assert audit.fit
    assert set(sent(plan_upload(audit), "users", "orgSourcedIds")) == {"0101", "0101,0102", "0102", "0103", "0102,0103"}


@pytest.mark.thorough
def test_an_org_that_only_guardians_have_is_no_unmatched_school(tmp_path: Path, three: Twin) -> None:
    users = parts.USERS.replace("g3,0103,guardian", "g3,org9,guardian")
    orgs = ORGS + "org9,A private school,school\n"
    audit = checked(parts.deliver(tmp_path / "d", users=users, orgs=orgs), three)
    assert audit.fit
    assert schools_of(audit).counts == {"matched": 3, "suggested": 0, "unmatched": 0}
    plan = plan_upload(audit)
    assert dict(zip(sent(plan, "users"), sent(plan, "users", "orgSourcedIds"), strict=True))["g3"] == "0103"


@pytest.mark.thorough
def test_a_school_id_that_lost_its_zero_is_not_the_district(tmp_path: Path, three: Twin) -> None:
    users = parts.USERS + "d1,101,administrator,Wes,Kay,wes@district.example.org,,\n"
    codes = set(checked(parts.deliver(tmp_path / "d", users=users), three).findings.summary()["code"])
    assert "users.orgSourcedIds.leading_zero_lost" in codes
    assert CODE not in codes


@pytest.mark.thorough
def test_the_roles_of_oneroster_1_2_say_the_schools(tmp_path: Path, three: Twin) -> None:
    users = "sourcedId,givenName,familyName,email,grades\n1,Ann,Lee,,03\nd1,Wes,Kay,wes@district.example.org,\n"
    roles = (
        "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,1,primary,student,0101\nr2,1,secondary,student,9000\n"
        "r3,d1,primary,districtAdministrator,9000\n"
    )
    audit = checked(parts.deliver(tmp_path / "d", users=users, roles=roles, orgs=ORGS), three)
    rows = audit.findings.table()
    rows = rows[rows["code"] == CODE]
    assert dict(zip(rows["sourcedId"], rows["severity"], strict=True)) == {"1": "info", "d1": "warning"}
    plan = plan_upload(audit)
    assert (sent(plan, "users"), sent(plan, "users", "orgSourcedIds")) == (["1"], ["0101"])

"""Prepared files: what Connect asks for, byte for byte (decisions 8-10)."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit import connect
from connect_kit.errors import EngineError, OutputError, PlanError, SettingError
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, plan_upload
from connect_kit.uploads.prepare import folder_name, prepare
from tests.uploads.small import FILES, ROWS, deliver


def text(plan: UploadPlan, name: str) -> str:
    return (plan.folder / name).read_bytes().decode("utf-8")


def ids(plan: UploadPlan, name: str, column: str = "sourcedId") -> list[str]:
    with (plan.folder / name).open(newline="", encoding="utf-8") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_a_prepared_file_has_connects_columns_that_were_delivered_and_quotes_where_needed(plan: UploadPlan) -> None:
    assert text(plan, "users.csv") == (
        "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades\r\n"
        '0001,0104,student,Ada,Quill,,,"9001,9002",03\r\n'
        "0002,0105,student,Bo,Quill,,,9001,06\r\n"
        '0003,"0104, 0105",student,Cleo,"Marsh, Jr",,,,06\r\n'
        "9001,0104,parent,Dina,Quill,dina@mail.example.org,,,\r\n"
        '9002,0104,guardian,"Hal ""Bud"" Jay",Quill,,+15035550192,,\r\n'
        "9003,0105,guardian,Gil,Thorn,gil@mail.example.org,,,\r\n"
        "7001,0104,teacher,Ezra,Thorn,ezra@school.example.org,,,\r\n"
    )
    assert text(plan, "classes.csv") == (
        "sourcedId,title,grades,schoolSourcedId\r\nc1,Homeroom,03,0104\r\nc2,Math,06,0105\r\n"
    )
    assert text(plan, "guardians.csv") == (
        "studentSourcedId,guardianSourcedId,givenName,familyName,email,language\r\n"
        "0001,9001,Dina,Quill,dina@mail.example.org,en\r\n0002,9001,Dina,Quill,dina@mail.example.org,en\r\n"
    )


def test_every_further_column_of_student_attributes_is_an_attribute_but_for_housekeeping(plan: UploadPlan) -> None:
    assert text(plan, "student_attributes.csv") == "studentSourcedId,house\r\n0001,red\r\n0003,\r\n"


def test_the_plan_lists_the_files_in_the_documented_order_with_rows_and_digests(plan: UploadPlan) -> None:
    table = plan.table()
    assert table["file"].tolist() == [
        "users.csv", "classes.csv", "enrollments.csv", "guardians.csv", "student_attributes.csv",
    ]  # fmt: skip
    assert tuple(table["rows"]) == ROWS
    assert plan.rows == sum(ROWS)
    assert table["digest"][0] == hashlib.sha256((plan.folder / "users.csv").read_bytes()).hexdigest()


def test_the_delivery_stays_as_it_is_and_the_folder_lies_beside_it(delivery: Path, twin: Twin) -> None:
    before = {path.name: path.read_bytes() for path in delivery.iterdir()}
    plan = plan_upload(ck.read_roster(delivery), twin.workspace())
    assert plan.folder == delivery.parent / "2026-08-15-upload"
    assert {path.name: path.read_bytes() for path in delivery.iterdir()} == before


def test_children_s_data_are_for_their_owner_only(plan: UploadPlan) -> None:
    assert [path.stat().st_mode & 0o077 for path in (plan.folder, *plan.folder.glob("*.*"))] == [0] * 8


def test_prepared_files_are_for_their_owner_only_where_those_before_were_open(plan: UploadPlan, twin: Twin) -> None:
    for path in plan.folder.glob("*.csv"):
        path.chmod(0o644)
    roster = ck.read_roster(plan.folder.parent / "2026-08-15")
    prepare(roster, plan.folder, "district", {})
    assert [path.stat().st_mode & 0o077 for path in plan.folder.glob("*.csv")] == [0] * 5


def test_a_prepared_file_is_whole_or_as_it_was(plan: UploadPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in plan.folder.glob("*.csv")}
    roster = ck.read_roster(plan.folder.parent / "2026-08-15")
    monkeypatch.setattr("connect_kit.uploads.prepare._OPTIONS", "HEADER, NO_SUCH_OPTION")
    with pytest.raises(EngineError, match="no_such_option"):
        prepare(roster, plan.folder, "district", {})
    assert {path.name: path.read_bytes() for path in plan.folder.glob("*.csv")} == before


def test_other_spellings_of_a_column_are_sent_in_onerosters(twin: Twin, tmp_path: Path) -> None:
    users = FILES["users"].replace("sourcedId,status", "sourceId,status")
    plan = plan_upload(ck.read_roster(deliver(tmp_path / "d", users=users)), twin.workspace())
    assert text(plan, "users.csv").startswith("sourcedId,orgSourcedIds,role,")


def test_a_bom_and_another_encoding_do_not_reach_the_prepared_file(twin: Twin, tmp_path: Path) -> None:
    folder = deliver(tmp_path / "d")
    (folder / "users.csv").write_bytes(FILES["users"].lstrip().replace("Ada", "Åda").encode("utf-16"))
    plan = plan_upload(ck.read_roster(folder), twin.workspace())
    assert text(plan, "users.csv").splitlines()[1] == '0001,0104,student,Åda,Quill,,,"9001,9002",03'


def test_a_file_without_rows_is_not_sent(twin: Twin, tmp_path: Path) -> None:
    # An empty guardians.csv with Abandon would disconnect everybody.
    guardians = "studentSourcedId,givenName,familyName\n"
    folder = deliver(tmp_path / "d", guardians=guardians, student_attributes=None)
    plan = plan_upload(ck.read_roster(folder), twin.workspace(), abandon=True)
    assert [file.kind for file in plan.files] == ["users", "classes", "enrollments"]


def test_the_identifier_is_sent_only_where_the_setting_asks_for_it(twin: Twin, tmp_path: Path) -> None:
    users = "sourcedId,orgSourcedIds,role,givenName,familyName,identifier\n0001,0104,student,Ada,Quill,77\n"
    roster = ck.read_roster(deliver(tmp_path / "d", users=users))
    usual = plan_upload(roster, twin.workspace(), folder=tmp_path / "a")
    asked = plan_upload(roster, twin.workspace(), folder=tmp_path / "b", student_id="number")
    assert "identifier" not in text(usual, "users.csv")
    assert text(asked, "users.csv").endswith("familyName,identifier\r\n0001,0104,student,Ada,Quill,77\r\n")


def test_a_row_whose_only_column_is_blank_is_not_a_blank_line(twin: Twin, tmp_path: Path) -> None:
    roster = ck.read_roster(deliver(tmp_path / "d"))
    frame = pd.DataFrame({"studentSourcedId": ["0001", None, "0002"]}, dtype="object")
    plan = plan_upload(roster.replace(student_attributes=frame), twin.workspace())
    assert text(plan, "student_attributes.csv") == "studentSourcedId\r\n0001\r\n0002\r\n"
    assert plan.file_rows[-1] == 2


@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), min_size=1, max_size=8),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_name_holds_reads_back_as_it_was(names: list[str], twin: Twin, tmp_path: Path) -> None:
    users = pd.DataFrame({"sourcedId": [f"{n:04}" for n in range(len(names))], "role": "student", "givenName": names})
    users["orgSourcedIds"], users["familyName"] = "0104", "Quill"
    plan = plan_upload(ck.Roster.from_frames({"users": users}), twin.workspace(), folder=tmp_path / "plan")
    expected = ["" if not name.strip(" \t\r\n\u00a0\u200b\ufeff") else name for name in names]
    assert ids(plan, "users.csv", "givenName") == expected


# School level: one set a school.


@pytest.fixture
def by_school(delivery: Path, twin: Twin, tmp_path: Path) -> UploadPlan:
    return plan_upload(ck.read_roster(delivery), twin.workspace(), folder=tmp_path / "schools", level="school")


def own_id(twin: Twin, name: str) -> str:
    schools = twin.table("schools")
    return str(schools.loc[schools["name"] == name, "connectSchoolId"].item())


def test_each_school_gets_its_own_set_without_school_columns(by_school: UploadPlan, twin: Twin) -> None:
    north = own_id(twin, "North")
    assert text(by_school, f"{north}/users.csv").startswith("sourcedId,role,givenName,")
    assert text(by_school, f"{north}/classes.csv") == "sourcedId,title,grades\r\nc1,Homeroom,03\r\n"
    assert text(by_school, f"{north}/enrollments.csv") == "classSourcedId,userSourcedId,role\r\nc1,0001,student\r\n"


def test_guardians_go_with_the_students_who_name_them_and_people_of_two_schools_to_both(
    by_school: UploadPlan, twin: Twin
) -> None:
    north, south = own_id(twin, "North"), own_id(twin, "South")
    assert ids(by_school, f"{north}/users.csv") == ["0001", "0003", "9001", "9002", "7001"]
    # Dina is listed at North, but a student of South names her; Gil, whom nobody names, is listed at South; Ezra, of
    # North, teaches a class of South.
    assert ids(by_school, f"{south}/users.csv") == ["0002", "0003", "9001", "9003", "7001"]
    assert ids(by_school, f"{north}/guardians.csv", "studentSourcedId") == ["0001"]
    assert ids(by_school, f"{south}/guardians.csv", "studentSourcedId") == ["0002"]
    assert ids(by_school, f"{north}/student_attributes.csv", "studentSourcedId") == ["0001", "0003"]
    assert ids(by_school, f"{south}/student_attributes.csv", "studentSourcedId") == ["0003"]


def test_school_after_school_each_in_the_documented_order(by_school: UploadPlan, twin: Twin) -> None:
    kinds = ["users", "classes", "enrollments", "guardians", "student_attributes"]
    expected = [(school, kind) for school in sorted((own_id(twin, "North"), own_id(twin, "South"))) for kind in kinds]
    assert [(file.school, file.kind) for file in by_school.files] == expected


def test_rows_of_a_school_that_is_not_on_connect_are_left_out_and_counted(delivery: Path, tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "north.duckdb", "Maple Valley", {"North": "0104"})
    plan = plan_upload(ck.read_roster(delivery), twin.workspace(), level="school")
    assert plan.unmatched_schools == ("0105",)
    # Bo, and Gil; the class of South with its two enrollments; a guardian's row and no attribute.
    assert plan.left_out == {"users": 2, "classes": 1, "enrollments": 2, "guardians": 1}


def test_a_school_that_is_named_goes_alone(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    roster, south = ck.read_roster(delivery), own_id(twin, "South")
    for named in (south, "0105"):
        plan = plan_upload(roster, twin.workspace(), level="school", school=named, folder=tmp_path / named)
        assert {file.school for file in plan.files} == {south}
        assert (plan.unmatched_schools, plan.takes_part) == ((), ("0105",))
        # Ada and Hal go with North, as its class, its enrollment, and the rows of Ada's guardian and attributes do.
        assert plan.left_out == {"users": 2, "classes": 1, "enrollments": 1, "guardians": 1, "student_attributes": 1}
        assert plan.left_out_schools == {"0104": 4}


def test_matched_schools_count_although_no_school_id_is_recorded(delivery: Path, tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", {"North": None, "South": "0105"})
    workspace, roster = twin.workspace(), ck.read_roster(delivery)
    north = own_id(twin, "North")
    matched = ck.match_schools(roster, workspace).decide("0104", north, "connect", who="test")
    plan = plan_upload(roster, workspace, schools=matched, level="school", folder=tmp_path / "plan")
    assert plan.unmatched_schools == ()
    assert ids(plan, f"{north}/classes.csv") == ["c1"]


def test_a_school_s_own_delivery_goes_to_the_only_school(tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", ["North"])
    users = "sourcedId,role,givenName,familyName\n0001,student,Ada,Quill\n"
    classes = "sourcedId,title,grades\nc1,Homeroom,03\n"
    folder = deliver(tmp_path / "d", users=users, classes=classes, enrollments=None)
    plan = plan_upload(ck.read_roster(folder, level="school"), twin.workspace())
    assert {file.school for file in plan.files} == {own_id(twin, "North")}


def test_a_school_s_own_delivery_asks_which_of_several_schools_it_is(twin: Twin, tmp_path: Path) -> None:
    users = "sourcedId,role,givenName,familyName\n0001,student,Ada,Quill\n"
    folder = deliver(tmp_path / "d", users=users, classes=None, enrollments=None)
    roster = ck.read_roster(folder, level="school")
    with pytest.raises(PlanError, match=r"2 schools.*name the one school that is sent: plan_upload\(\.\.\., school=\)"):
        plan_upload(roster, twin.workspace())
    assert {file.school for file in plan_upload(roster, twin.workspace(), school="0105").files} == {
        own_id(twin, "South")
    }


@pytest.mark.parametrize(("school", "folder"), [("S001", "S001"), ("../x", "..%2Fx"), ("..", "%2E%2E"), ("a b", "a b")])
def test_a_school_s_folder_never_leads_elsewhere(school: str, folder: str) -> None:
    assert folder_name(school) == folder


# What cannot be.


def test_a_folder_that_holds_other_things_is_not_written_to(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds letter\.txt and no plan; give an empty folder"):
        plan_upload(ck.read_roster(delivery), twin.workspace(), folder=tmp_path / "mine")


def test_the_delivery_itself_is_not_a_place_for_prepared_files(delivery: Path, twin: Twin) -> None:
    with pytest.raises(SettingError, match="is inside the delivery, which is never written to"):
        plan_upload(ck.read_roster(delivery), twin.workspace(), folder=delivery / "plan")


def test_prepared_files_that_are_the_delivery_are_not_replaced(twin: Twin, by_school: UploadPlan) -> None:
    north = by_school.folder / "S001"
    before = (north / "users.csv").read_bytes()
    roster = ck.read_roster(north, level="school")
    with pytest.raises(SettingError, match="contains the delivery, which is never written to"):
        plan_upload(roster, twin.workspace(), folder=by_school.folder, school="S001")
    assert (north / "users.csv").read_bytes() == before


def test_a_new_plan_replaces_the_old_one_s_files(delivery: Path, twin: Twin, by_school: UploadPlan) -> None:
    plan = plan_upload(ck.read_roster(delivery), twin.workspace(), folder=by_school.folder)
    left = sorted(path.relative_to(plan.folder).as_posix() for path in plan.folder.rglob("*") if path.is_file())
    assert left == sorted([*(f"{kind}.csv" for kind in connect.FILES), "plan.json", ".connect-kit.json"])


def test_a_roster_from_frames_needs_a_folder(twin: Twin) -> None:
    users = pd.DataFrame({"sourcedId": ["1"], "role": ["student"], "givenName": ["Ada"], "familyName": ["Quill"]})
    roster = ck.Roster.from_frames({"users": users})
    with pytest.raises(SettingError, match=r"name one: plan_upload\(\.\.\., folder=\)"):
        plan_upload(roster, twin.workspace())


def test_a_school_s_delivery_without_school_ids_cannot_go_at_district_level(twin: Twin, tmp_path: Path) -> None:
    users = "sourcedId,role,givenName,familyName\n0001,student,Ada,Quill\n"
    roster = ck.read_roster(deliver(tmp_path / "d", users=users), level="school")
    with pytest.raises(PlanError, match=r"users\.csv: column 'orgSourcedIds' is missing"):
        plan_upload(roster, twin.workspace(), level="district")


@pytest.mark.thorough
def test_findings_of_another_roster_are_refused(clean_findings, delivery: Path, twin: Twin) -> None:
    with pytest.raises(SettingError, match="findings are of another roster"):
        plan_upload(ck.read_roster(delivery), twin.workspace(), clean_findings)

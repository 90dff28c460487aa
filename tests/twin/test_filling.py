"""A twin is made empty, from a workspace, or invented; a workspace that does not hang together fills none."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from connect_kit.engine import DuckDBEngine
from connect_kit.errors import TwinError, WorkspaceError
from connect_kit.roster import read_workspace
from connect_kit.twin import Settings, Twin

FILES = {
    "schools": "connectSchoolId,name,schoolId\nS1,North School,010\nS2,South School,\n",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\n"
    'CC00000041,S1,Reading,"03,04",c-1,false\nR2,S2,Homeroom,,,TRUE\n',
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
    "CS00000007,S1,Ada,Brook,03,,00017,false\nP2,S2,Zoë,Castle,KG,,,yes\nP3,,Lia,Dunn,,,00019,\n",
    "guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n"
    'CU9,Ivo,Brook,ivo@home.example,,+13035550101,G1,"CS00000007, P2"\n'
    "U3,Eva,Castle,eva@home.example,,,,P2\n",
    "staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
    'U2,"S2,S1",Uma,Dale,uma.dale@school.example,,aide,T-1\n'
    "CU9,S1,Ivo,Brook,ivo@home.example,,administrator,T-2\n",
    "enrollments": "connectClassroomId,connectUserId,role\nCC00000041,U2,aide\nCC00000041,CS00000007,student\n",
}


@pytest.fixture
def exported(tmp_path):
    """A workspace's folder with files changed, added, or taken away (None)."""

    def export(**files):
        folder = tmp_path / "export"
        folder.mkdir()
        for name, text in (FILES | files).items():
            if text is not None:
                (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return export


def rows(frame):
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False)]


def test_a_workspace_fills_a_twin(exported, tmp_path):
    twin = Twin.fill(tmp_path / "t.duckdb", exported(), district="Maple Valley")
    assert rows(twin.table("schools")) == [("S1", "North School", "010"), ("S2", "South School", None)]
    assert rows(twin.table("classrooms")) == [
        ("CC00000041", "S1", "Reading", "03,04", "c-1", False),
        ("R2", "S2", "Homeroom", None, None, True),
    ]
    assert rows(twin.table("students")) == [
        ("CS00000007", "Ada", "Brook", "03", None, "00017", "00017", False),
        ("P2", "Zoë", "Castle", "KG", None, None, None, True),
        ("P3", "Lia", "Dunn", None, None, "00019", "00019", False),
    ]
    assert rows(twin.table("student_schools")) == [("CS00000007", "S1", 1), ("P2", "S2", 1)]
    assert (twin.district, twin.settings) == ("Maple Valley", Settings())


def test_one_account_may_be_guardian_and_staff(exported, tmp_path):
    twin = Twin.fill(tmp_path / "t.duckdb", exported())
    assert rows(twin.table("accounts")) == [
        ("CU9", "Ivo", "Brook", "ivo@home.example", None, "+13035550101", None),
        ("U2", "Uma", "Dale", "uma.dale@school.example", None, None, None),
        ("U3", "Eva", "Castle", "eva@home.example", None, None, None),
    ]
    assert rows(twin.table("guardian_roles")) == [("CU9", "G1"), ("U3", None)]
    assert rows(twin.table("staff_roles")) == [("CU9", "admin", "T-2"), ("U2", "teacher", "T-1")]
    assert rows(twin.table("staff_schools")) == [("CU9", "S1", 1), ("U2", "S1", 2), ("U2", "S2", 1)]


def test_guardians_with_sis_id_are_managed_where_the_student_has_one_too(exported, tmp_path):
    twin = Twin.fill(tmp_path / "t.duckdb", exported())
    assert rows(twin.table("relationships")) == [("CS00000007", "CU9", True), ("P2", "CU9", False), ("P2", "U3", False)]


def test_members_of_classrooms_are_students_or_teachers(exported, tmp_path):
    twin = Twin.fill(tmp_path / "t.duckdb", exported())
    assert rows(twin.table("enrollments")) == [
        ("CC00000041", "CS00000007", "student"),
        ("CC00000041", "U2", "teacher"),
    ]


def test_the_ids_that_the_twin_will_give_begin_above_those_there_are(exported, tmp_path):
    twin = Twin.fill(tmp_path / "t.duckdb", exported())
    twin.export(tmp_path / "out")
    assert (tmp_path / "out" / "counters.csv").read_text().splitlines()[1:] == ["CC,42", "CS,8", "CU,10"]


def test_a_guardian_with_two_sis_ids_has_two_lines(exported, tmp_path):
    folder = exported(guardians=FILES["guardians"] + "CU9,Ivo,Brook,ivo@home.example,,+13035550101,G2,P3\n")
    twin = Twin.fill(tmp_path / "t.duckdb", folder)
    assert rows(twin.table("guardian_roles")) == [("CU9", "G1"), ("CU9", "G2"), ("U3", None)]
    assert len(twin.table("accounts")) == 3
    again = twin.workspace().guardians
    assert rows(again[again["connectUserId"] == "CU9"][["guardianId", "connectStudentIds"]]) == [
        ("G1", "CS00000007,P2,P3"),
        ("G2", "CS00000007,P2,P3"),
    ]


@pytest.mark.parametrize("engine", ["its own", "the twin's"])
def test_a_workspace_that_was_read_fills_the_same_twin_as_its_folder(exported, tmp_path, engine):
    folder = exported()
    read = read_workspace(folder, engine=DuckDBEngine(threads=1) if engine == "its own" else None)
    assert Twin.fill(tmp_path / "a.duckdb", read).digest() == Twin.fill(tmp_path / "b.duckdb", folder).digest()


def test_a_folder_with_some_files_fills_a_twin_with_what_they_hold(exported, tmp_path):
    folder = exported(classrooms=None, guardians=None, staff=None, enrollments=None)
    counts = Twin.fill(tmp_path / "t.duckdb", folder).summary().set_index("what")["count"]
    assert counts[counts > 0].to_dict() == {"schools": 2, "students": 3}


SCHOOLS = "connectSchoolId,name,schoolId\nS1,A,1\n"
WRONG = [
    ("schools", SCHOOLS + "S1,B,2\nS2,C,\n", "line 3: connectSchoolId 'S1' is repeated"),
    ("schools", SCHOOLS + "S2,B,1\n", "line 3: schoolId '1' is repeated"),
    ("schools", SCHOOLS + "S2,B,\n,C,3\n", "line 4: connectSchoolId is blank"),
    ("schools", SCHOOLS + 'S2,B,\n"S3,4",C,3\n', "line 4: connectSchoolId 'S3,4' holds a comma"),
    ("classrooms", "R3,S1,Mathematics,03,c-1,\n", "line 4: classId 'c-1' is repeated in school 'S1'"),
    ("classrooms", "R3,S7,Mathematics,03,c-2,\n", "line 4: connectSchoolId 'S7' is in no file of schools"),
    ("classrooms", "R3,S1,Mathematics,03,c-2,maybe\n", "line 4: archived is 'maybe'; expected true or false"),
    ("students", "P4,S1,Ben,Oak,03,,00017,\n", "line 5: studentId '00017' is repeated"),
    ("students", "U3,S1,Ben,Oak,03,,5,\n", "line 5: connectStudentId 'U3' is the connectUserId of an account too"),
    ("guardians", "U8,Kim,Lee,,+13035550102,,,P9\n", "line 4: connectStudentIds 'P9' is in no file of students"),
    ("guardians", "U8,Kim,Lee,,+13035550102,,G1,P3\n", "line 4: guardianId 'G1' is repeated"),
    ("guardians", "U3,Eva,Castle,,,,,P3\n", "line 4: connectUserId 'U3' is repeated without guardianId"),
    (
        "staff",
        "U3,S1,Eva,Castle,eva@school.example,,teacher,T-3\n",
        "line 4: connectUserId 'U3' has another name, email",
    ),
    ("staff", "U7,S1,Kim,Lee,,,teacher,T-1\n", "line 4: staffId 'T-1' is repeated"),
    ("enrollments", "CC00000041,U77,student\n", "line 4: connectUserId 'U77' is in no file of students, guardians or"),
    ("enrollments", ",U2,teacher\n", "line 4: connectClassroomId is blank"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_a_workspace_that_does_not_fit_together_fills_no_twin(exported, tmp_path, name, text, message):
    folder = exported(**{name: text if name == "schools" else FILES[name] + text})
    with pytest.raises(WorkspaceError, match=re.escape(f"{name}.csv, {message}")) as error:
        Twin.fill(tmp_path / "t.duckdb", folder)
    again = "read it again" if message.startswith("line 4: archived") else "fill the twin again"
    assert f"correct it there or on Connect, and {again}" in str(error.value)
    assert not any(name in str(error.value) for name in ("Eva", "Castle", "eva@"))
    assert not (tmp_path / "t.duckdb").exists()


def test_further_problems_are_counted(exported, tmp_path):
    folder = exported(schools="connectSchoolId,name,schoolId\nS1,A,1\n")
    with pytest.raises(WorkspaceError, match=r"connectSchoolId 'S2' is in no file of schools \(2 more of the kind\)"):
        Twin.fill(tmp_path / "t.duckdb", folder)


def test_a_folder_without_a_workspace_fills_no_twin(tmp_path):
    with pytest.raises(WorkspaceError, match="no such folder"):
        Twin.fill(tmp_path / "t.duckdb", tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_an_impossible_setting_is_named_with_its_file(exported, tmp_path):
    folder = exported(settings="name,value\ndeletion_threshold,much\n")
    with pytest.raises(WorkspaceError, match=r"settings\.csv: deletion_threshold is 'much'; expected a whole number"):
        Twin.fill(tmp_path / "t.duckdb", folder)


def test_a_school_id_belongs_to_one_school_of_a_new_twin(tmp_path):
    with pytest.raises(TwinError, match="School ID '010' is given to two schools"):
        Twin.new(tmp_path / "t.duckdb", "Maple Valley", {"North": "010", "South": "010"})


def test_schools_of_a_new_twin_need_no_school_id(tmp_path):
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", ["North", "South"])
    assert rows(twin.table("schools")) == [("S001", "North", None), ("S002", "South", None)]


def test_the_same_sample_is_drawn_again(tmp_path):
    twins = [Twin.sample(tmp_path / f"{name}.duckdb", students=60, seed=3) for name in "ab"]
    assert twins[0].digest() == twins[1].digest()
    assert twins[0].id != twins[1].id


def test_students_of_a_sample_who_were_made_by_hand_have_a_history(tmp_path):
    twin = Twin.sample(students=60)
    by_hand = set(twin.table("students").query("studentId.isna()")["connectStudentId"])
    assert by_hand
    assert set(twin.table("history")["connectStudentId"]) == by_hand
    assert set(twin.table("attributes")["connectStudentId"]) <= by_hand
    assert twin.path.exists()

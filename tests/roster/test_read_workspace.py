"""The exported Connect workspace is read whole or not at all."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.connect import WORKSPACE_FILES
from connect_kit.engine import DuckDBEngine
from connect_kit.errors import WorkspaceError
from connect_kit.roster import read_workspace
from tests.identity import small

FILES = {
    "schools": "connectSchoolId,name,schoolId\nS1,North School,010\nS2,South School,\n",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\nR1,S1,Reading,03,c-1,false\n",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
    "P1,S1,Ada,Brook,03,,00017,false\nP2,S1,Zoë,Castle,KG,,,false\n",
    "guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n"
    'U1,Ivo,Brook,ivo@home.example,,,G1,"P1,P2"\n',
    "staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
    'U2,"S1,S2",Uma,Dale,uma.dale@school.example,,teacher,T-1\n',
    "enrollments": "connectClassroomId,connectUserId,role\nR1,U2,teacher\n",
}


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine(threads=1)


@pytest.fixture
def exported(tmp_path):
    """An exported workspace with files changed, added, or taken away (None)."""

    def export(**files):
        for name, text in (FILES | files).items():
            if text is not None:
                (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return export


def rows(frame):
    return [
        (line, *(None if pd.isna(value) else value for value in row))
        for line, row in zip(frame.index, frame.itertuples(index=False), strict=True)
    ]


def test_every_file_is_read_as_text_with_its_lines(exported, engine):
    workspace = read_workspace(exported(), engine=engine)
    assert rows(workspace.schools) == [(2, "S1", "North School", "010"), (3, "S2", "South School", None)]
    assert rows(workspace.students) == [
        (2, "P1", "S1", "Ada", "Brook", "03", None, "00017", "false"),
        (3, "P2", "S1", "Zoë", "Castle", "KG", None, None, "false"),
    ]
    assert rows(workspace.guardians)[0][-1] == "P1,P2"
    assert workspace.rows == {
        "schools": 2,
        "classrooms": 1,
        "students": 2,
        "guardians": 1,
        "staff": 1,
        "enrollments": 1,
    }
    assert workspace.summary().values.tolist() == [list(pair) for pair in workspace.rows.items()]
    assert repr(workspace) == "Workspace(schools 2, classrooms 1, students 2, guardians 1, staff 1, enrollments 1)"
    for name, columns in WORKSPACE_FILES.items():
        assert tuple(getattr(workspace, name).columns) == columns


def test_a_missing_file_is_an_empty_table(exported, engine):
    workspace = read_workspace(exported(guardians=None, staff=None), engine=engine)
    assert (workspace.rows["guardians"], workspace.rows["staff"]) == (0, 0)
    assert (list(workspace.staff.columns), len(workspace.staff)) == (list(WORKSPACE_FILES["staff"]), 0)


def test_a_file_of_a_header_only_is_an_empty_table(exported, engine):
    assert read_workspace(exported(staff=FILES["staff"].splitlines()[0]), engine=engine).rows["staff"] == 0


@pytest.mark.parametrize(
    "data",
    [
        FILES["students"].encode("utf-8-sig"),
        FILES["students"].encode("utf-16"),
        FILES["students"].encode("cp1252"),
        FILES["students"].replace("\n", "\r\n").encode(),
        FILES["students"].replace("\n", "\r").encode(),
        FILES["students"].replace(",", ";").encode(),
        FILES["students"].replace("Castle", '"Castle"').replace(",KG", ", KG ").encode(),
    ],
    ids=["BOM", "UTF-16", "Windows-1252", "CRLF", "CR", "semicolons", "quotes and blanks"],
)
def test_a_file_may_have_been_saved_by_a_spreadsheet(exported, engine, data):
    assert rows(read_workspace(exported(students=data), engine=engine).students)[1] == (
        3, "P2", "S1", "Zoë", "Castle", "KG", None, None, "false",
    )  # fmt: skip


@pytest.mark.parametrize("extra", ["note", "rowid", "_line", "", 'a "b"', "line"], ids=repr)
def test_a_further_column_of_any_name_is_passed_over(exported, engine, extra):
    title = '"' + extra.replace('"', '""') + '"'
    text = f"{title},connectSchoolId,name,schoolId\nx,S1,North School,010\ny,S2,South School,\n"
    workspace = read_workspace(exported(schools=text), engine=engine)
    assert rows(workspace.schools) == [(2, "S1", "North School", "010"), (3, "S2", "South School", None)]


def test_columns_may_stand_in_any_order(exported, engine):
    text = "schoolId,name,connectSchoolId\n010,North School,S1\n"
    assert rows(read_workspace(exported(schools=text), engine=engine).schools) == [(2, "S1", "North School", "010")]


@pytest.mark.parametrize(
    "files, message",
    [
        (
            {"schools": "connectSchoolId,name\nS1,North\n"},
            r"schools\.csv: column 'schoolId' is missing; expected connectSchoolId,name,schoolId$",
        ),
        ({"schools": "connectSchoolId,name,schoolId,name\nS1,a,b,c\n"}, r"schools\.csv: a column is repeated"),
        ({"schools": "connectSchoolId,name,schoolId,Name\nS1,a,b,c\n"}, r"schools\.csv: a column is repeated"),
        ({"staff": b""}, r"staff\.csv: is not a CSV text file; export it from Connect again$"),
        ({"staff": b"\x81\x00\xff" * 20}, r"staff\.csv: is not a CSV text file"),
        (
            {"schools": FILES["schools"] + "S3,South\n"},
            r"schools\.csv, line 4: 2 fields where the header has 3; export it",
        ),
        ({"schools": FILES["schools"] + 'S3,"South,\n'}, r"schools\.csv, line 4: broken quoting"),
    ],
    ids=[
        "a column missing",
        "a column twice",
        "a column twice but for case",
        "no bytes",
        "no text",
        "a short line",
        "an open quote",
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused_with_its_name(exported, engine, files, message):
    with pytest.raises(WorkspaceError, match=message):
        read_workspace(exported(**files), engine=engine)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere", r"no such folder; give the folder with Connect's schools\.csv"),
        ("~nobody-of-that-name/x", "cannot be read; expected a path whose home folder exists"),
    ],
)
def test_a_folder_that_is_not_there_is_refused(path, words):
    with pytest.raises(WorkspaceError, match=words):
        read_workspace(path)


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "users.csv").write_text("sourcedId\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"holds none of schools\.csv, classrooms\.csv"):
        read_workspace(tmp_path)


def test_an_unknown_table_is_named_with_the_known_ones(exported, engine):
    with pytest.raises(AttributeError, match="a workspace has no 'users'; its tables are schools, classrooms"):
        _ = read_workspace(exported(), engine=engine).users


def test_the_exported_files_are_not_written_to(exported, engine):
    folder = exported(students=FILES["students"].encode("utf-16"))
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    read_workspace(folder, engine=engine)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()} == before


def test_the_tables_go_with_the_workspace(exported):
    engine = DuckDBEngine(threads=1)
    workspace = read_workspace(exported(), engine=engine)
    schemas = "SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'workspace%'"
    assert engine.execute(schemas) == [(workspace.schema.name,)]
    del workspace
    gc.collect()
    assert engine.execute(schemas) == []


ARCHIVED = ["true", "TRUE", " True ", "t", "yes", "Y", "1", "x", "archived", "Archived"]
ACTIVE = ["false", "False", "F", "no", "n", "0", "", " ", "active", "ACTIVE"]


@pytest.mark.parametrize(("spellings", "read"), [(ARCHIVED, "true"), (ACTIVE, "false")], ids=["archived", "active"])
def test_whether_a_record_is_archived_is_read_in_every_usual_spelling(
    tmp_path: Path, spellings: list[str], read: str
) -> None:
    pupils = [f"P{n},S1,Ada,Oak,03,,A{n},{word}" for n, word in enumerate(spellings)]
    rooms = [f"R{n},S1,Art,03,c-{n},{word}" for n, word in enumerate(spellings)]
    known = small.workspace(tmp_path, students=pupils, classrooms=rooms)
    assert known.students["archived"].tolist() == known.classrooms["archived"].tolist() == [read] * len(spellings)
    twin = ck.Twin.fill(tmp_path.parent / f"{tmp_path.name}.duckdb", tmp_path)
    assert set(twin.table("students")["archived"]) == set(twin.table("classrooms")["archived"]) == {read == "true"}


@pytest.mark.parametrize("value", ["maybe", "2", "true?", "archiv", "wahr"])
@pytest.mark.parametrize("table", ["students", "classrooms"])
def test_any_other_spelling_of_archived_is_refused_by_file_line_and_value(
    tmp_path: Path, table: str, value: str
) -> None:
    rows = {
        "students": [f"P1,S1,Ada,Oak,03,,A1,{value}", "P2,S1,Bo,Elm,03,,A2,odd"],
        "classrooms": [f"R1,S1,Art,03,c-1,{value}", "R2,S1,Art,03,c-2,odd"],
    }
    said = re.escape(f"{table}.csv, line 2: archived is '{value}'; expected true or false (1 more of the kind)")
    with pytest.raises(WorkspaceError, match=said):
        small.workspace(tmp_path, ("S1,Alder School,0101",), **{table: rows[table]})

"""No cell of a CSV file for people runs as a formula, and each is exact again for whoever reads it by a program."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.display.formulas import exact, guarded, guarded_sql, without_formulas

RUNNING = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "\uff1d1"]
AT_REST = ["", "0104", "-17", "+15035550192", "-1.5", "a=b", "'quoted'", " =1"]
texts = st.text(st.sampled_from("'=+-@\t\r0a1 \uff1d"), max_size=6)


def runs(cell: str) -> bool:
    """As a spreadsheet sees it: said once more, without the kit's own expressions."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"}
    return cell[:1] in {"\t", "\r"}


def test_what_would_run_has_an_apostrophe_before_it_and_all_else_is_as_it_is() -> None:
    assert [guarded(text) for text in RUNNING] == [f"'{text}" for text in RUNNING]
    assert [guarded(text) for text in AT_REST] == AT_REST


@given(texts)
def test_each_cell_rests_and_is_exact_again(text: str) -> None:
    assert exact(guarded(text)) == text
    assert not runs(guarded(text))


def test_tables_and_the_engine_do_the_same() -> None:
    frame = pd.DataFrame({"a": [*RUNNING, *AT_REST], "n": range(len(RUNNING) + len(AT_REST))})
    frame = pd.concat([frame, frame["a"]], axis=1)  # two columns of one name
    expected = [guarded(text) for text in frame.iloc[:, 0]]
    made = without_formulas(frame)
    assert made.iloc[:, 0].tolist() == made.iloc[:, 2].tolist() == expected
    assert made["n"].tolist() == frame["n"].tolist()
    with duckdb.connect() as engine:
        rows = engine.execute(
            f"SELECT {guarded_sql('t')} FROM (SELECT unnest(?) AS t)", [[*frame.iloc[:, 0]]]
        ).fetchall()
    assert [text for (text,) in rows] == expected


def write(path: Path, *rows: list[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Everything that is saved of a district whose every ID, title and name would run, and its audit."""
    place = tmp_path_factory.mktemp("formulas")
    delivery, workspace = place / "delivery", place / "workspace"
    head = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email", "grades", "=extra"]
    write(
        delivery / "users.csv", head,
        ["=S1", "@0104", "student", "=Ada", "+Quill", "ada@school.example.org", "03", ""],
        ["-S2+1", "@0104", "student", "=Ada", "+Quill", "ada@school.example.org", "03", ""],
        ["=NEW", "@0104", "student", "Zoe", "Thorn", "zoe@school.example.org", "=grade", "@x"],
        ["+T1", "\t0105", "=teacher", "Eve", "Ito", "=mail", "", ""],
    )  # fmt: skip
    write(
        delivery / "classes.csv", ["sourcedId", "title", "grades", "schoolSourcedId"], ["=c1", "=Home", "03", "@0104"]
    )
    enrollments = ["classSourcedId", "schoolSourcedId", "userSourcedId", "role"]
    write(delivery / "enrollments.csv", enrollments, ["=c1", "@0104", "=S1", "student"], ["=c9", "@0104", "=S9", "=x"])
    write(
        workspace / "schools.csv", ["connectSchoolId", "name", "schoolId"],
        ["=C1", "=Oak", "@0104"], ["-C2-", "+Elm", ""],
    )  # fmt: skip
    write(
        workspace / "students.csv",
        ["connectStudentId", "connectSchoolId", "givenName", "familyName", "grade", "email", "studentId", "archived"],
        ["=P1", "=C1", "=Ada", "+Quill", "03", "ada@school.example.org", "", ""],
        ["=P2", "=C1", "Zoe", "Thorn", "03", "zoe@school.example.org", "@OLD", ""],
        ["=P3", "=C1", "Gil", "Frost", "03", "", "@GONE", ""],
    )  # fmt: skip
    rooms = ["connectClassroomId", "connectSchoolId", "title", "grades", "classId", "archived"]
    write(
        workspace / "classrooms.csv",
        rooms,
        ["=R1", "=C1", "=Home", "03", "", ""],
        ["@R2", "=C1", "-x-", "03", "=old", ""],
    )
    twin = ck.Twin.fill(place / "twin.duckdb", workspace, district="=Maple")
    audit: Any = ck.audit(delivery, twin, progress=False)
    audit.save(place / "out" / "audit")
    plan = ck.plan_upload(audit, folder=place / "plan")
    ck.forecast_upload(plan, twin, left_behind=audit.left_behind).save(place / "out" / "forecast")
    result = ck.upload(plan, twin, progress=False)
    assert result.folder is not None
    ck.read_results(result.folder, plan).save(place / "out" / "results")
    ck.plan_merge(audit.duplicates, audit.workspace).save(place / "out" / "merges", names=True)
    audit.left_behind.save(place / "out" / "left", names=True)
    return audit, place


def test_no_cell_of_any_csv_file_for_people_runs(saved: tuple[Any, Path]) -> None:
    found = sorted((saved[1] / "out").rglob("*.csv"))
    assert {"findings.csv", "duplicates.csv", "schools.csv", "classrooms.csv", "id_changes.csv", "left_behind.csv",
            "forecast.csv", "results.csv", "corrections.csv", "merges.csv", "merge-worksheet.csv",
    } <= {path.name for path in found}  # fmt: skip
    running = {(path.name, cell) for path in found for row in cells(path) for cell in row if runs(cell)}
    assert running == set()
    assert {path.name for path in found if any("'=" in cell for row in cells(path) for cell in row)} >= {
        "findings.csv", "duplicates.csv", "schools.csv", "classrooms.csv", "left_behind.csv",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["findings", "duplicates", "schools", "classrooms", "left_behind"])
def test_the_ids_of_each_file_are_exact_again(name: str, saved: tuple[Any, Path]) -> None:
    audit, place = saved
    rows = [[exact(cell) for cell in row] for row in cells(place / "out" / "audit" / f"{name}.csv")]
    table = getattr(audit, name).table()
    columns = [column for column in table if re.search("Id$|_id$|sourcedId|^left$|^right$", column)]
    assert columns
    for column in columns:
        at = rows[0].index(column)
        assert [row[at] for row in rows[1:]] == table[column].astype(object).fillna("").astype(str).tolist()


def test_files_for_connect_and_of_the_twin_hold_every_text_as_it_is(saved: tuple[Any, Path], tmp_path: Path) -> None:
    audit, place = saved
    users = (place / "plan" / "users.csv").read_text(encoding="utf-8")
    assert "=S1,@0104,student,=Ada,+Quill" in users and "'=" not in users
    audit.roster.save(tmp_path / "roster")
    assert ck.read_roster(tmp_path / "roster").users.equals(audit.roster.users)
    ck.Twin(place / "twin.duckdb").export(tmp_path / "export")
    again = ck.read_workspace(tmp_path / "export")
    assert again.students.equals(ck.Twin(place / "twin.duckdb").workspace().students)


def test_a_note_is_exact_again_and_does_not_run(tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    for place, note in enumerate([*RUNNING, *AT_REST]):
        decided = ck.read_decisions(file)
        decided.decide("students", f"roster:{place}", "workspace:P1", "different", note=note)
    assert [row.note for row in ck.read_decisions(file).rows] == [*RUNNING, *AT_REST]
    assert not any(runs(row[-1]) for row in cells(file)[1:])

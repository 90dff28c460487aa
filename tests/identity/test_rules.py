"""Changed IDs in findings, causes, the audit's files and the report."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.cli import run
from tests.identity.small import HEADERS, USERS, name, pupil, student

COUNT = 24


def write(folder: Path, users: list[str], students: list[str], **more: list[str]) -> tuple[Path, Path]:
    """A delivery of users, with a class for each grade, and a workspace."""
    delivery, space = folder / "delivery", folder / "workspace"
    delivery.mkdir(parents=True)
    space.mkdir()
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row.split("|")) for row in users]
    (delivery / "users.csv").write_text("\n".join([",".join(USERS), *lines, ""]), encoding="utf-8")
    (delivery / "classes.csv").write_text("sourcedId,title,grades,schoolSourcedId\nc1,3A,03,0101\n", encoding="utf-8")
    seats = [f"c1,0101,{row.split('|')[0]},{row.split('|')[2]}" for row in users if "|guardian|" not in row]
    seats = ["classSourcedId,schoolSourcedId,userSourcedId,role", *seats, ""]
    (delivery / "enrollments.csv").write_text("\n".join(seats), encoding="utf-8")
    files = {"schools": ["S1,Alder School,0101"], "students": students, "classrooms": ["R1,S1,3A,03,c1,false"], **more}
    for table, rows in files.items():
        (space / f"{table}.csv").write_text("\n".join([HEADERS[table], *rows, ""]), encoding="utf-8")
    return delivery, space


TEACHER = ["T1|0101|teacher|Zoe|Quill|zoe@example.org|||"]
STAFF = ["U9,S1,Zoe,Quill,zoe@example.org,,teacher,T1"]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> ck.Audit:
    """All children of a school under IDs without zeros, and one more whom somebody made by hand on Connect."""
    folder = tmp_path_factory.mktemp("moved")
    users = [student(n, str(100 + n)) for n in range(COUNT)] + [student(40, "00900")] + TEACHER
    there = [pupil(n, f"00{100 + n}") for n in range(COUNT)] + [pupil(40, "")]
    return ck.audit(*write(folder, users, there, staff=STAFF))


def rows(audit: ck.Audit, code: str) -> list[tuple[object, ...]]:
    table = audit.table()
    shown = table.loc[table["code"] == code, ["severity", "file", "line", "sourcedId", "message"]].astype(object)
    return list(shown.where(shown.notna(), None).itertuples(index=False, name=None))


@pytest.mark.thorough
def test_a_school_under_new_ids_is_critical_row_by_row(moved: ck.Audit) -> None:
    assert rows(moved, "workspace.students.id_changed") == [
        ("critical", "users.csv", 2 + n, str(100 + n), f"is on Connect under ID 00{100 + n}: leading zeros lost")
        for n in range(COUNT)
    ]
    assert not moved.fit


def test_one_cause_a_pattern_stands_first_and_doubled_children_follow_from_it(moved: ck.Audit) -> None:
    causes = moved.causes()
    first = causes.iloc[0]
    assert first["cause"] == f"{COUNT} of {COUNT} students of school 0101 come under new IDs: leading zeros lost"
    assert first["severity"] == "critical"
    assert f"{COUNT} × students who will be added beside an existing one" in first["explains"]
    assert "workspace.students.duplicates_expected" in first["codes"]
    assert "prepare --keep-ids" in first["remedy"] and "twin record-ids" in first["remedy"]
    alone = causes[causes["codes"].str.startswith("workspace.students.duplicates_expected")]
    assert alone["rows"].tolist() == [1]  # the child who was made by hand is not explained by new IDs


def test_single_ones_are_warnings_of_every_kind(tmp_path: Path) -> None:
    agents = {0: "H1"}
    users = [student(n, "x7" if n == 0 else f"A{100 + n}", agents=agents.get(n, "")) for n in range(60)]
    users += ["T2|0101|teacher|Zoe|Quill|zoe@example.org|||", "H1|0101|guardian|Ana|Lopez|ana@example.org|||"]
    there = [pupil(n, f"A{100 + n}") for n in range(60)]
    family = ["U1,Ana,Lopez,ana@example.org,,,G1,P0"]
    audit = ck.audit(*write(tmp_path, users, there, staff=STAFF, guardians=family))
    assert rows(audit, "workspace.students.id_changed") == [
        ("warning", "users.csv", 2, "x7", "is on Connect under ID A100: another ID altogether")
    ]
    assert rows(audit, "workspace.staff.id_changed") == [
        ("warning", "users.csv", 62, "T2", "is on Connect under ID T1: another ID altogether")
    ]
    assert rows(audit, "workspace.guardians.id_changed") == [
        ("warning", "users.csv", 63, "H1", "is on Connect under ID G1: another ID altogether")
    ]
    assert audit.fit
    causes = audit.causes().set_index("cause")["rows"]
    assert causes["1 student comes under new IDs: another ID altogether"] == 1


def test_an_audit_saves_and_shows_them_with_ids_only(moved: ck.Audit, tmp_path: Path) -> None:
    moved.save(tmp_path)
    with (tmp_path / "id_changes.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["kind"], line["oldId"], line["newId"]) for line in lines] == [
        ("students", f"00{100 + n}", str(100 + n)) for n in range(COUNT)
    ]
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["id_changes"] == {"schools": 0, "students": COUNT, "staff": 0, "guardians": 0, "classrooms": 0}
    assert "ID changes" in summary["seconds"]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="changes">Changed IDs</h2>' in page and "100.0 %" in page
    sheet = openpyxl.load_workbook(tmp_path / "findings.xlsx")["Changed IDs"]
    assert sheet.max_row == 1 + COUNT
    texts = page + (tmp_path / "id_changes.csv").read_text(encoding="utf-8")
    assert not any(" ".join(name(n)) in texts or name(n)[1] in texts for n in range(COUNT))


@pytest.mark.thorough
def test_the_command_says_how_many_come_under_new_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users = [student(n, str(100 + n)) for n in range(COUNT)] + TEACHER
    delivery, space = write(tmp_path, users, [pupil(n, f"00{100 + n}") for n in range(COUNT)], staff=STAFF)
    asked = ["audit", str(delivery), "--workspace", str(space), "--out", str(tmp_path / "out")]
    assert run(asked) == 1
    printed = capsys.readouterr().out
    assert f"Under new IDs       {COUNT} students" in printed
    assert "24 of 24 students of school 0101 come under new IDs: leading zeros lost" in printed
    assert str(tmp_path / "out" / "id_changes.csv") in printed


# ---- turnover


def unusual(tmp_path: Path, users: list[str], there: list[str]) -> list[str]:
    delivery, space = write(tmp_path, users + TEACHER, there, staff=STAFF)
    table = ck.check_roster(ck.read_roster(delivery), ck.read_workspace(space)).table()
    found: list[str] = table.loc[table["code"] == "workspace.change.unusual", "message"].tolist()
    return found


@pytest.mark.thorough
def test_as_many_added_as_removed_are_not_no_change(tmp_path: Path) -> None:
    there = [pupil(n, f"A{n}") for n in range(40)]
    users = [student(n, f"A{n}" if n < 31 else f"B{n}") for n in range(40)]
    assert unusual(tmp_path / "nine", users, there) == ["School 0101: students from 40 to 40, 9 added and 9 removed"]
    users = [student(n, f"A{n}" if n < 36 else f"B{n}") for n in range(40)]
    assert unusual(tmp_path / "four", users, there) == []


@pytest.mark.thorough
def test_a_summer_is_not_unusual_but_half_of_the_school_gone_is(tmp_path: Path) -> None:
    grades = ["KG", "01", "02", "03", "04", "05", "06"]
    there = [pupil(n, f"A{n}", grade=grades[n % 6]) for n in range(120)]
    stay = [n for n in range(120) if n % 6 < 5]
    users = [student(n, f"A{n}", grade=grades[n % 6 + 1]) for n in stay if n % 12 != 4]
    users += [student(n + 120, f"N{n}", grade="KG" if n < 20 else "03") for n in range(30)]
    assert unusual(tmp_path / "summer", users, there) == []
    users = [student(n, f"A{n}", grade=grades[n % 6 + 1]) for n in stay if n % 2]
    users += [student(n + 120, f"N{n}", grade="KG" if n < 20 else "03") for n in range(80)]
    assert unusual(tmp_path / "swapped", users, there) == [
        "School 0101: students from 120 to 120, 80 added and 80 removed"
    ]

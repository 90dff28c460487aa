"""What a rule counts, case by case: schools that differ, people rather than rows, and what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.checks import Findings
from connect_kit.connect import Level

USERS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,agentSourcedIds,grades
1,0010,student,Ann,Lee,,3,03
2,0010,student,Bob,Lee,,3,03
3,0010,guardian,Cy,Lee,cy@example.org,,
4,0010,teacher,Di,Poe,di@example.org,,
"""
CLASSES = """sourcedId,title,grades,schoolSourcedId
c1,Math,03,0010
"""
ENROLLMENTS = """classSourcedId,schoolSourcedId,userSourcedId,role
c1,0010,1,student
c1,0010,2,student
c1,0010,4,teacher
"""
CLEAN = {"users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS}


def checked(
    folder: Path, files: Mapping[str, str], *, level: Level = "district", connect: Mapping[str, str] | None = None
) -> Findings:
    """Findings of a clean delivery with these files in place of its own; ``connect``: files of a workspace."""
    delivery = folder / "delivery"
    delivery.mkdir()
    for name, text in {**CLEAN, **files}.items():
        (delivery / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = None
    if connect is not None:
        (folder / "workspace").mkdir()
        for name, text in connect.items():
            (folder / "workspace" / f"{name}.csv").write_text(text, encoding="utf-8")
        workspace = ck.read_workspace(folder / "workspace")
    return ck.check_roster(ck.read_roster(delivery, level=level), workspace)


def schools(*ids: str) -> dict[str, str]:
    rows = [f"K{n},School {n},{school}" for n, school in enumerate(ids)]
    return {"schools": "\n".join(["connectSchoolId,name,schoolId", *rows, ""])}


def rows(findings: Findings, *parts: str) -> list[tuple[str, str, int | None]]:
    """Code, severity and line of what is found, of codes with one of the parts in them."""
    table = findings.table()
    found = table[["code", "severity", "line"]].astype(object).itertuples(index=False, name=None)
    return [
        (code, severity, None if line != line or line is None else int(line))
        for code, severity, line in found
        if not parts or any(part in code for part in parts)
    ]


SAME = "enrollments.schoolSourcedId.same_as_class"


def test_a_clean_delivery_has_no_finding(tmp_path: Path) -> None:
    assert rows(checked(tmp_path, {})) == []


@pytest.mark.parametrize("known", [None, ("0010",), ("0010", "10"), ("10",), ("77",)])
def test_an_enrollment_at_another_school_than_its_class_is_found_whatever_connect_has(
    tmp_path: Path, known: tuple[str, ...] | None
) -> None:
    files = {"classes": CLASSES.replace("0010", "10")}
    findings = checked(tmp_path, files, connect=None if known is None else schools(*known))
    assert rows(findings, SAME) == [(SAME, "critical", line) for line in (2, 3, 4)]


def test_without_a_workspace_an_enrollment_at_a_school_with_another_name_is_found(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")})
    assert rows(findings, "enrollments.") == [(SAME, "critical", 3)]
    message = findings.table().set_index("code").loc[SAME, "message"]
    assert message == "the class belongs to another school than North"


def test_a_school_that_connect_does_not_know_stays_one_cause(tmp_path: Path) -> None:
    files = {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")}
    causes = checked(tmp_path, files, connect=schools("0010")).causes()
    [cause] = causes[causes["severity"] == "critical"].itertuples()
    assert cause.cause == "School North is not a School ID recorded on Connect"
    assert cause.explains == "1 in enrollments, 1 on Connect"


def seats(*rows: tuple[str, str, str]) -> str:
    """enrollments.csv of these classes, people and roles, all at one school."""
    lines = [f"{class_id},0010,{user},{role}" for class_id, user, role in rows]
    return "\n".join(["classSourcedId,schoolSourcedId,userSourcedId,role", *lines, ""])


def people(number: int, role: str = "student", start: int = 0) -> str:
    """users.csv with so many children and a teacher."""
    head, *_ = USERS.splitlines()
    names = [f"s{n}" for n in range(start, start + number)]
    lines = [
        f"{name},0010,{role},Kid{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]},Poe,,g,03" for n, name in enumerate(names)
    ]
    return "\n".join(
        [head, *lines, "g,0010,guardian,Al,Poe,al@example.org,,", "t,0010,teacher,Bo,Roe,bo@example.org,,", ""]
    )


def test_a_class_has_people_not_rows(tmp_path: Path) -> None:
    twice = [("c1", f"s{n}", "student") for n in range(31) for _ in range(2)]
    files = {
        "users": people(31),
        "classes": CLASSES + "c2,Art,03,0010\nc3,Gym,03,0010\n",
        "enrollments": seats(
            *twice, *[("c1", "s0", "student")] * 16, ("c1", "t", "teacher"), ("c2", "s1", "student"),
            ("c2", "s1", "student"), ("c2", "t", "teacher"), ("c3", "", "student"), ("c3", "t", "teacher"),
        ),
    }  # fmt: skip
    findings = checked(tmp_path, files)
    assert rows(findings, "size", "many", "schedule", "no_student") == [
        ("classes.enrollment.no_student", "warning", 4),
        ("classes.enrollment.size", "warning", 3),
    ]
    message = findings.table().set_index("code").loc["classes.enrollment.size", "message"]
    assert message == "1 student; 2 to 60 is usual"
    pairs = rows(findings, "pair.unique")
    assert len(pairs) == 62 + 16 + 2


def test_a_student_is_in_classes_not_in_rows(tmp_path: Path) -> None:
    many = [(f"c{n}", "s0", "student") for n in range(16)]
    files = {
        "users": people(40),
        "classes": CLASSES + "".join(f"c{n},Art {n},03,0010\n" for n in (0, *range(2, 16))),
        "enrollments": seats(
            *many, *[("c1", "s1", "student")] * 20, *[("c2", f"s{n}", "student") for n in range(2, 40)] * 2,
            *[(f"c{n}", "t", "teacher") for n in range(16)],
        ),
    }  # fmt: skip
    findings = checked(tmp_path, files)
    assert rows(findings, "many", "schedule") == [("enrollments.student.many", "info", 2)]
    assert findings.table().set_index("code").loc["enrollments.student.many", "message"].startswith("student in 16 ")


def test_strangers_of_a_class_are_people_not_rows(tmp_path: Path) -> None:
    files = {
        "users": USERS.replace("1,0010,student", "1,20,student") + "5,0010,student,Eve,Lee,,3,03\n",
        "classes": CLASSES + "c2,Art,03,20\n",
        "enrollments": ENROLLMENTS + "c1,0010,1,student\n" * 5 + "c1,0010,5,student\nc2,20,1,student\n",
    }
    findings = checked(tmp_path, files)
    assert rows(findings, "differs_from_members") == []
    assert [line for *_, line in rows(findings, "user_belongs")] == [2, *range(5, 10)]


def test_one_person_in_two_roles_is_a_student_and_a_teacher_of_the_class(tmp_path: Path) -> None:
    files = {"enrollments": ENROLLMENTS.replace("4,teacher", "1,teacher")}
    found = rows(checked(tmp_path, files), "size", "no_teacher", "no_student", "pair.unique")
    assert found == [("enrollments.pair.unique", "warning", 2), ("enrollments.pair.unique", "warning", 4)]

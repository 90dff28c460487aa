"""Three verdicts: each reason alone has its own, and numbers of one thing agree wherever they are shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.checks import Reason, Verdict
from connect_kit.checks.verdict import ALONE
from connect_kit.cli import run
from tests.marks import some

USERS = """sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades
0001,0104,student,Mina,Okafor,,,G1,03
0002,0104,student,Teo,Lind,,,G2,03
G1,0104,guardian,Ada,Okafor,ada@example.org,,,
G2,0104,guardian,Eva,Lind,eva@example.org,,,
T1,0104,teacher,Lee,Brandt,lee@example.org,,,
"""
CLASSES = "sourcedId,title,grades,schoolSourcedId\n0011,Room 3,03,0104\n"
SEATS = """classSourcedId,schoolSourcedId,userSourcedId,role
0011,0104,0001,student
0011,0104,0002,student
0011,0104,T1,teacher
"""
SCHOOLS = "connectSchoolId,name,schoolId\nK1,Maple School,0104\n"
STUDENTS = """connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived
C1,K1,Mina,Okafor,03,,0001,false
C2,K1,Teo,Lind,03,,0002,false
"""
DECISIONS = "about,left,right,decision,who,when,note\n"
BROKEN = {
    "type": "unexpected_rows_expectation",
    "kwargs": {"unexpected_rows_query": "SELECT nope FROM users"},
    "meta": {"code": "users.own.lunch", "title": "Lunch codes"},
}
NEEDY = {
    "type": "expect_column_values_to_not_be_null",
    "kwargs": {"column": "lunch"},
    "meta": {"code": "users.own.lunch", "title": "Lunch codes"},
}


class District:
    """A tiny district on disk, clean as it is."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.delivery, self.connect = place / "delivery", place / "connect"
        self.write(self.delivery, users=USERS, classes=CLASSES, enrollments=SEATS)
        self.write(self.connect, schools=SCHOOLS, students=STUDENTS)

    def write(self, folder: Path, **files: str) -> None:
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")

    def decide(self, left: str, right: str) -> None:
        """Two records are the same child."""
        text = f"{DECISIONS}students,{left},{right},same,ada,2026-08-15T08:00:00Z,\n"
        (self.place / "connect-kit-decisions.csv").write_text(text, encoding="utf-8")

    def audit(self, *, alone: bool = False, **more: Any) -> ck.Audit:
        return ck.audit(self.delivery, None if alone else self.connect, progress=False, **more)

    def suite(self, expectation: dict[str, Any], severity: str) -> Path:
        """A suite of the district's own with one rule."""
        path = self.place / "users.json"
        one = {**expectation, "severity": severity}
        path.write_text(json.dumps({"name": "users", "expectations": [one]}), encoding="utf-8")
        return path


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path)


def reasons(audit: ck.Audit) -> dict[str, dict[str, int]]:
    return {reason.code: dict(reason.counts) for reason in audit.judgement.reasons}


def another_row(district: District) -> None:
    more = "0003,0104,student,Minna,Okafor,,,G1,03\n"
    district.write(district.delivery, users=USERS + more, enrollments=SEATS + "0011,0104,0003,student\n")
    district.decide("roster:0001", "roster:0003")


def a_record_made_by_hand(district: District) -> None:
    by_hand = STUDENTS.replace("C2,K1,Teo,Lind,03,,0002,false", "C2,K1,Teo,Lind,03,,,false")
    district.write(district.connect, students=by_hand)
    district.decide("roster:0002", "workspace:C2")


def test_a_clean_delivery_is_fit_and_has_no_reason(district: District) -> None:
    found = district.audit()
    assert (found.verdict, found.fit, found.judgement) == ("fit", True, Verdict())
    assert str(found.judgement) == "✔ Fit to send: no critical finding, and nothing to decide."


@pytest.mark.parametrize("make", [another_row, a_record_made_by_hand])
def test_a_child_who_would_be_doubled_is_to_be_decided_first(make: Any, district: District) -> None:
    make(district)
    found = district.audit()
    assert (found.verdict, found.fit) == ("fit, but decide first", True)
    assert reasons(found) == {"doubled": {"children": 1, "rows": 1}}
    assert str(found.judgement) == "▲ Fit, but decide first: 1 child would be doubled."


def test_an_adult_under_another_id_is_to_be_decided_first(district: District) -> None:
    staff = "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
    district.write(district.connect, staff=staff + "U1,K1,Lee,Brandt,lee@example.org,,teacher,OLD1\n")
    found = district.audit()
    assert (found.verdict, reasons(found)) == ("fit, but decide first", {"id_changed": {"adults": 1}})
    assert found.judgement.sentence == "1 adult would come under another ID."


@pytest.mark.thorough
def test_a_child_under_another_id_would_be_doubled_too(district: District) -> None:
    district.write(district.connect, students=STUDENTS.replace("0002,false", "OLD2,false"))
    district.decide("roster:0002", "workspace:C2")
    found = district.audit()
    assert found.verdict == "fit, but decide first"
    assert [reasons(found)[code] for code in ("doubled", "id_changed")] == [{"children": 1, "rows": 1}, {"children": 1}]


STAYING = {
    "left_behind.guardian_relationships": (
        {"guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n"
         "U9,Una,Okafor,una@example.org,,,G9,C1\n"},
        {"children": 1},
    ),
    "left_behind.staff": (
        {"staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
         "U8,K1,Ian,Stone,ian@example.org,,teacher,T8\n"},
        {"adults": 1},
    ),
    "left_behind.students": ({"students": STUDENTS + "C3,K1,Zoe,Ash,12,,0009,false\n"}, {"children": 1}),
    "left_behind.classrooms": (
        {"classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\n"
         "R9,K1,Last year,12,0099,false\n"},
        {"classrooms": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", STAYING)
def test_whatever_stays_behind_is_to_be_decided_first(code: str, district: District) -> None:
    files, counts = STAYING[code]
    district.write(district.connect, **files)
    found = district.audit(duplicates=False)
    assert (found.verdict, found.fit) == ("fit, but decide first", True)
    assert reasons(found) == {"duplicates_unknown": {"children": 0}, code: counts}


@pytest.mark.thorough
def test_an_archived_record_doubles_nobody(district: District) -> None:
    a_record_made_by_hand(district)
    district.write(district.connect, students=STUDENTS.replace("0002,false", ",true"))
    assert district.audit().verdict == "fit"


@pytest.mark.thorough
def test_a_critical_finding_makes_it_unfit_and_the_children_concerned_are_counted(district: District) -> None:
    district.write(district.delivery, users=USERS.replace("0001,0104,student", "0001,0104,pupil"))
    found = district.audit()
    assert (found.verdict, found.fit) == ("not fit", False)
    assert next(iter(reasons(found))) == "critical"

    # A guardian's row concerns the child who names her, and a class everybody in it.
    district.write(district.delivery, users=USERS.replace("eva@example.org", ""))
    assert reasons(district.audit())["critical"]["children"] == 1
    district.write(district.delivery, users=USERS, classes=CLASSES.replace("0104", "0999"))
    assert reasons(district.audit())["critical"]["children"] == 2


@pytest.mark.thorough
def test_a_file_that_is_missing_concerns_every_child(district: District) -> None:
    (district.delivery / "enrollments.csv").unlink()
    assert reasons(district.audit())["critical"]["children"] == 2


@pytest.mark.thorough
def test_lines_that_cannot_be_read_are_named_among_the_reasons(district: District) -> None:
    district.write(district.delivery, enrollments=SEATS + "0011,0104\n")
    found = district.audit()
    assert reasons(found)["lines_refused"] == {"rows": 1}
    assert "1 line cannot be read" in found.judgement.sentence


@pytest.mark.thorough
def test_a_rule_that_broke_is_to_be_decided_first_and_a_critical_one_makes_it_unfit(district: District) -> None:
    warning = district.audit(suites=district.suite(BROKEN, "warning"))
    assert (warning.verdict, reasons(warning)) == ("fit, but decide first", {"rules_broken": {"rules": 1}})
    critical = district.audit(suites=district.suite(BROKEN, "critical"))
    assert (critical.verdict, reasons(critical)) == ("not fit", {"critical_not_run": {"rules": 1}})


@pytest.mark.thorough
def test_a_rule_whose_column_is_missing_is_to_be_decided_first(district: District) -> None:
    found = district.audit(suites=district.suite(NEEDY, "critical"))
    assert (found.verdict, reasons(found)) == ("fit, but decide first", {"rules_unchecked": {"rules": 1}})


def test_without_a_workspace_the_verdict_is_of_the_delivery_alone_and_says_what_that_leaves_open(
    district: District,
) -> None:
    a_record_made_by_hand(district)
    found = district.audit(alone=True)
    assert (found.verdict, found.judgement.of_delivery_alone) == ("fit", True)
    assert found.judgement.left_open == ALONE
    shown = found._repr_html_()
    assert "✔ Fit to send, judged by the delivery alone" in shown
    for open_ in ("School IDs", "who is on Connect already", "duplicates with Connect", "changed IDs", "left behind"):
        assert open_ in shown
    another_row(district)
    assert district.audit(alone=True).verdict == "fit, but decide first"


@pytest.mark.thorough
@pytest.mark.parametrize("make", some([another_row, lambda _: None]))
def test_duplicates_that_nobody_looked_for_are_left_open_and_to_be_decided_first(
    make: Any, district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    make(district)
    found = district.audit(duplicates=False)
    assert (found.verdict, found.fit) == ("fit, but decide first", True)
    assert reasons(found) == {"duplicates_unknown": {"children": 0}}
    assert found.judgement.left_open == ("duplicates", "changed_ids")
    words = "Fit, but decide first: nobody looked for duplicate students. Not known: duplicate students, changed IDs."
    assert str(found.judgement) == f"▲ {words}"
    assert Verdict.of(json.loads(json.dumps(found.judgement.record()))) == found.judgement

    out = district.place / "out"
    sides = [str(district.delivery), "--workspace", str(district.connect), "--no-duplicates"]
    command = ["audit", *sides, "--out", str(out)]
    assert (run(command), run([*command, "--strict"])) == (0, 1)
    first = "▲ FIT, BUT DECIDE FIRST: nobody looked for duplicate students."
    assert capsys.readouterr().out.splitlines()[0] == first
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["verdict"], summary["verdict_reasons"]) == (
        "fit, but decide first", [{"code": "duplicates_unknown", "children": 0}],
    )  # fmt: skip
    assert run(["prepare", *sides, "--out", str(district.place / "plan"), "--keep-existing"]) == 0
    assert first in capsys.readouterr().out.splitlines()
    kept = json.loads((district.place / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert kept["verdict_reasons"] == [{"code": "duplicates_unknown", "children": 0}]
    alone = district.audit(alone=True, duplicates=False)  # nobody can know it of the delivery alone
    assert (alone.verdict, alone.judgement.reasons) == ("fit", ())


@pytest.mark.thorough
def test_findings_show_the_verdict_on_what_the_check_was_given(district: District) -> None:
    another_row(district)
    roster = ck.read_roster(district.delivery)
    workspace = ck.read_workspace(district.connect)
    duplicates = ck.find_duplicates(roster, workspace)
    findings = ck.check_roster(roster, workspace, duplicates=duplicates)
    assert "▲ Fit, but decide first" in findings._repr_html_() and "1 child would be doubled" in findings._repr_html_()
    assert repr(findings).startswith("Findings(fit, but decide first: ")
    unknown = ck.check_roster(roster, workspace)
    assert repr(unknown).startswith("Findings(fit, but decide first: ")
    assert "▲ Fit, but decide first" in unknown._repr_html_() and "nobody looked for dup" in unknown._repr_html_()
    assert repr(ck.check_roster(roster)).startswith("Findings(fit: ")


def test_a_verdict_is_read_again_as_it_was_written() -> None:
    verdict = Verdict((Reason("doubled", {"children": 2, "rows": 3}),), of_delivery_alone=True, left_open=ALONE)
    assert Verdict.of(json.loads(json.dumps(verdict.record()))) == verdict


@pytest.mark.parametrize(
    ("make", "strict", "code", "verdict"),
    [
        pytest.param(None, False, 0, "fit", marks=pytest.mark.thorough),
        pytest.param(None, True, 0, "fit", marks=pytest.mark.thorough),
        pytest.param(another_row, False, 0, "fit, but decide first", marks=pytest.mark.thorough),
        (another_row, True, 1, "fit, but decide first"),
    ],
    ids=["clean", "clean, strict", "doubled", "doubled, strict"],
)
def test_the_command_line_ends_as_the_verdict_says(
    make: Any, strict: bool, code: int, verdict: str, district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    if make:
        make(district)
    out = district.place / "out"
    command = ["audit", str(district.delivery), "--workspace", str(district.connect), "--out", str(out)]
    assert run([*command, *(["--strict"] if strict else [])]) == code
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["verdict"], summary["of_delivery_alone"]) == (verdict, False)
    doubled = [{"code": "doubled", "children": 1, "rows": 1}] if make else []
    assert summary["verdict_reasons"] == doubled
    first = capsys.readouterr().out.splitlines()[0]
    clean = "✔ FIT TO SEND: no critical finding, and nothing to decide."
    assert first == ("▲ FIT, BUT DECIDE FIRST: 1 child would be doubled." if make else clean)


@pytest.mark.thorough
@pytest.mark.parametrize("strict", [[], ["--strict"]], ids=["", "strict"])
def test_what_is_not_fit_ends_with_1_either_way(
    strict: list[str], district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    district.write(district.delivery, users=USERS.replace("eva@example.org", ""))
    out = district.place / "out"
    assert run(["audit", str(district.delivery), "--out", str(out), "--workspace", str(district.connect), *strict]) == 1
    assert capsys.readouterr().out.startswith("✖ NOT FIT TO SEND: critical findings concern 1 child")
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["verdict"] == "not fit"


@pytest.mark.thorough
def test_what_is_unfit_and_waived_is_said_to_be_waived_and_ends_with_0(
    district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    district.write(district.delivery, users=USERS.replace("eva@example.org", ""))
    folder = district.place / "plan"
    command = ["prepare", str(district.delivery), "--workspace", str(district.connect), "--out", str(folder)]
    command.append("--keep-existing")
    assert run(command) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("✖ NOT FIT TO SEND: critical findings concern 1 child")]
    plan = ck.read_plan(folder)
    codes = [one.code for one in plan.critical]
    assert codes and repr(plan).partition(": ")[2].startswith("not fit; ")

    waived = [part for code in codes for part in ("--waive", f"{code}=Ms Alder: it is known")]
    assert run([*command, *waived]) == 0
    head = next(line for line in capsys.readouterr().out.splitlines() if "FIT TO SEND" in line)
    assert head.startswith("✖ NOT FIT TO SEND, BUT WAIVED BY NAME: critical findings concern 1 child")
    assert head.endswith(f"; waived: {', '.join(codes)}.")
    plan = ck.read_plan(folder)
    assert plan.verdict is not None and (plan.verdict.text, plan.verdict.waived) == ("not fit", ())
    assert repr(plan).partition(": ")[2].startswith("not fit, waived by name; ")
    assert "✖ Not fit to send, but waived by name" in plan._repr_html_()
    twin = ck.Twin.fill(district.place / "twin.duckdb", district.connect, district="Maple Valley")
    assert "✖ Not fit to send, but waived by name" in ck.UploadPanel(plan, twin).head.text

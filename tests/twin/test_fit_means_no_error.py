"""The self-check and the twin agree: what is fit is taken without an error, and what is refused was a finding."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import connect_kit as ck
from connect_kit.checks.suites import load_suites
from connect_kit.connect import FILES, Level
from connect_kit.samples.catalogue import known_faults
from connect_kit.twin import Twin
from tests.marks import some
from tests.twin.model_files import File
from tests.twin.strategies import write, write_workspace

#: What a reference leads to, by kind and column: the kinds whose refused rows take those with them that refer to them.
REFERENCES = {
    ("enrollments", "userSourcedId"): "users",
    ("enrollments", "classSourcedId"): "classes",
    ("guardians", "studentSourcedId"): "users",
    ("student_attributes", "studentSourcedId"): "users",
}
#: Codes by which a row is refused because of what it refers to.
CONSEQUENCES = (
    "known_user", "known_class", "known_student", "leading_zero_lost", "same_as_class", "at_most_six",
)  # fmt: skip


class Sent(NamedTuple):
    """A row that was uploaded: its file's kind, its line in the delivery, its values, its result and code."""

    kind: str
    line: int
    values: dict[str, str]
    result: str
    code: str


class Comparison(NamedTuple):
    """A delivery, checked and tried: whether it is fit, critical findings (kind, code, line), its rows' fate."""

    fit: bool
    critical: set[tuple[str, str, int]]
    rows: list[Sent]
    refused: list[tuple[str, str]]


def compare_invented(folder: Path, *, split: bool = False, **sample: Any) -> Comparison:
    """Invent a district, check it, prepare it and make a dry run on the twin of its workspace."""
    district = ck.sample_roster(folder / "sample", **sample)
    return compare(folder, district.delivery, district.workspace, level=sample.get("level", "district"), split=split)


def compare(folder: Path, delivery: Path, known: Path, *, level: Level = "district", split: bool = False) -> Comparison:
    """Check a delivery, prepare it and make a dry run on the twin of a workspace."""
    roster, workspace = ck.read_roster(delivery, level=level), ck.read_workspace(known)
    findings = ck.check_roster(roster, workspace)
    twin = Twin.fill(folder / "twin.duckdb", known)
    schools = workspace.schools["schoolId"].dropna()
    plan = ck.plan_upload(
        roster,
        workspace,
        findings,
        folder=folder / "plan",
        level="school" if split else None,
        school=schools.iloc[0] if level == "school" else None,
    )
    done = twin.dry_run(plan.files, folder / "results")
    table = findings.table()
    table = table[table["severity"] == "critical"]
    critical = set(zip(table["table"], table["code"], table["line"].fillna(0).astype(int), strict=True))
    gone = left_out(findings)
    rows = [
        row
        for result in done
        if result.path
        for row in rows_of(result.file.kind, result.path, roster, split=split, gone=gone)
    ]
    refused: list[tuple[str, str]] = [(result.file.kind, result.code) for result in done if result.outcome == "refused"]
    return Comparison(findings.fit, critical, rows, refused)


def left_out(findings: ck.Findings) -> set[tuple[str, int]]:
    """Table and line of the rows that are not sent: of a second school, and of people of the district."""
    codes = (
        "users.orgSourcedIds.one_school",
        "classes.schoolSourcedId.one_school",
        "enrollments.schoolSourcedId.one_school",
        "users.orgSourcedIds.district_org",
    )
    table = findings.table()
    table = table[table["code"].isin(codes) & (table["severity"] != "info")]
    return set(zip(table["table"], table["line"].astype(int), strict=True))


def rows_of(kind: str, path: Path, roster: ck.Roster, *, split: bool, gone: set[tuple[str, int]]) -> Iterator[Sent]:
    """The rows of a result file, with the lines they have in the delivery; split by school lines are not known."""
    frame = getattr(roster, kind)
    if "status" in frame.columns:
        frame = frame[frame["status"].fillna("").str.strip().str.lower() != "tobedeleted"]
    frame = frame[[(kind, line) not in gone for line in frame.index]]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert split or len(rows) == len(frame)
    lines: Iterable[int] = [0] * len(rows) if split else frame.index
    for line, row in zip(lines, rows, strict=True):
        yield Sent(kind, int(line), row, row["result"], row["code"])


def follows(row: Sent, gone: set[tuple[str, str]]) -> bool:
    """Whether a row was refused because a row that it refers to was refused in an earlier file."""
    return row.code.endswith(CONSEQUENCES) and any(
        (of, row.values.get(column, "")) in gone for (kind, column), of in REFERENCES.items() if kind == row.kind
    )


def check_both_ways(seen: Comparison) -> None:
    """Every refused row was a critical finding of the same code; every such finding refuses its row."""
    shared = shared_codes()
    gone = {(row.kind, row.values.get("sourcedId", "")) for row in seen.rows if row.result == "ERROR"}
    for row in seen.rows:
        codes = {code for kind, code, line in seen.critical if kind == row.kind and line == row.line}
        if row.result == "ERROR":
            assert row.code in codes or follows(row, gone), f"{row.kind}.csv line {row.line}: {row.code} was no finding"
        else:
            if "," in (row.values.get("orgSourcedIds") or ""):  # a school that Connect knows places the row
                codes -= {"users.orgSourcedIds.known_school"}
            assert not codes & shared, f"{row.kind}.csv line {row.line}: {codes & shared}, but the twin took it"


def shared_codes() -> set[str]:
    """Codes that both the self-check and the twin have."""
    text = resources.files("connect_kit.twin.processing").joinpath("refusals.json").read_text(encoding="utf-8")
    return {entry["code"] for entries in json.loads(text).values() for entry in entries}


@pytest.mark.parametrize(
    ("seed", "sample"),
    some(
        [
            (1, {"guardians": "users"}),
            (2, {"level": "school", "guardians": "file", "layout": "oneroster11"}),
            (4, {"split": True, "guardians": "users"}),
        ]
    ),
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_a_fit_delivery_is_uploaded_without_one_error(tmp_path: Path, seed: int, sample: dict[str, Any]) -> None:
    seen = compare_invented(tmp_path, students=200, seed=seed, faults="none", **sample)
    assert seen.fit
    assert not seen.refused
    assert {row.kind for row in seen.rows} >= {kind for kind, file in FILES.items() if file.needed}
    assert [row for row in seen.rows if row.result != "SUCCESS"] == []


@pytest.mark.parametrize(
    ("seed", "sample"),
    some(
        [
            (1, {"guardians": "users"}),
            (2, {"guardians": "file"}),
            (4, {"level": "school", "guardians": "file"}),
        ]
    ),
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_what_the_twin_refuses_was_a_critical_finding_and_the_other_way_round(
    tmp_path: Path, seed: int, sample: dict[str, Any]
) -> None:
    seen = compare_invented(tmp_path, students=400, seed=seed, faults="all", **sample)
    assert not seen.fit
    assert any(row.result == "ERROR" for row in seen.rows)
    check_both_ways(seen)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "code", ["users.sourcedId.unique", "enrollments.userSourcedId.leading_zero_lost", "guardians.student.at_most_six"]
)
def test_a_single_fault_refuses_the_rows_that_the_self_check_names(tmp_path: Path, code: str) -> None:
    seen = compare_invented(tmp_path, students=500, faults=[code])
    assert {row.code for row in seen.rows if row.result == "ERROR"} >= {code}
    check_both_ways(seen)


@pytest.mark.thorough
def test_a_guardian_whom_only_connect_knows_is_enrolled_neither_here_nor_there(tmp_path: Path) -> None:
    """S3: only students and teachers are enrolled. G1 is not a row of users.csv, but a guardian of the workspace."""
    write_workspace(tmp_path / "workspace")
    (tmp_path / "delivery").mkdir()
    for file in (
        File(
            "users",
            ("sourcedId", "role", "givenName", "familyName", "orgSourcedIds", "grades"),
            (("N1", "student", "Ann", "Poe", "001", "01"),),
        ),
        File("classes", ("sourcedId", "title", "grades", "schoolSourcedId"), (("C5", "Art", "01", "001"),)),
        File(
            "enrollments",
            ("classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
            (("C5", "001", "N1", "student"), ("C5", "001", "G1", "teacher"), ("C5", "001", "P1", "teacher")),
        ),
    ):
        write(file, tmp_path / "delivery" / f"{file.kind}.csv")
    seen = compare(tmp_path, tmp_path / "delivery", tmp_path / "workspace")
    assert [(row.line, row.code) for row in seen.rows if row.result == "ERROR"] == [(3, "enrollments.role.guardian")]
    assert ("enrollments", "enrollments.role.guardian", 3) in seen.critical
    check_both_ways(seen)


def test_every_fault_of_a_code_that_the_twin_knows_is_critical() -> None:
    """A row is refused for nothing less, unless the code is also that of a rule that warns."""
    ruled = {(rule.code, rule.severity) for rule in load_suites()}
    assert {code for code in shared_codes() if (code, "critical") not in ruled} == set()
    lesser = {fault.code for fault in known_faults() if fault.severity != "critical"} & shared_codes()
    assert {code for code in lesser if (code, "warning") not in ruled} == set()

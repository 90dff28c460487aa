"""The order of causes, and that their number is the same wherever it is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import connect_kit as ck
from connect_kit.checks.causes import causes_in_words
from connect_kit.cli import app

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades"


def delivery(folder: Path, doubled: int, *, bad_roles: int = 1) -> ck.Roster:
    """So many children twice, some rows with an unknown role, and 60 children without a guardian."""
    folder.mkdir()
    rows = [f"d{n}{'ab'[k]},0104,student,Ann{n},Poe,,,,01" for n in range(doubled) for k in (0, 1)]
    rows += [f"s{n},0104,student,Teo,Lind{n},,,,01" for n in range(60)]
    rows += [f"x{n},0104,pupil,Mia,Fox{n},,,,01" for n in range(bad_roles)]
    rows += ["t1,0104,teacher,Lee,Brandt,lee@example.org,,,"]
    (folder / "users.csv").write_text("\n".join([USERS, *rows, ""]), encoding="utf-8")
    (folder / "classes.csv").write_text("sourcedId,title,grades,schoolSourcedId\nc1,Room,01,0199\n", encoding="utf-8")
    seats = [f"c1,0199,{row.split(',')[0]},student" for row in rows[:-1]]
    heads = "classSourcedId,schoolSourcedId,userSourcedId,role"
    (folder / "enrollments.csv").write_text("\n".join([heads, *seats, ""]), encoding="utf-8")
    return ck.read_roster(folder)


def places(folder: Path, doubled: int, **more: int) -> list[str]:
    """The codes of the causes in their order."""
    roster = delivery(folder / "d", doubled, **more)
    workspace = folder / "w"
    workspace.mkdir()
    (workspace / "schools.csv").write_text("connectSchoolId,name,schoolId\nK1,Maple,0104\n", encoding="utf-8")
    known = ck.read_workspace(workspace)
    pairs = ck.find_duplicates(roster, known)
    for n in range(doubled):
        pairs = pairs.decide(f"d{n}a", f"d{n}b", "same", who="ada")
    return [code.split(",")[0] for code in ck.check_roster(roster, known, duplicates=pairs).causes()["codes"]]


DOUBLED = "users.student.entered_twice"


@pytest.mark.thorough
def test_many_doubled_children_stand_before_a_few_refused_rows_and_behind_the_school(tmp_path: Path) -> None:
    order = places(tmp_path, doubled=30)
    school = next(n for n, code in enumerate(order) if code.endswith(".known_school"))
    assert school < order.index(DOUBLED) < order.index("users.role.known")


@pytest.mark.thorough
def test_one_doubled_child_stands_behind_what_is_critical_and_before_larger_warnings(tmp_path: Path) -> None:
    order = places(tmp_path, doubled=1)
    assert order.index("users.role.known") < order.index(DOUBLED) < order.index("users.student.no_guardian")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the audit of a faulty district printed, and its folder of results."""
    folder = tmp_path_factory.mktemp("causes")
    sample = ck.sample_roster(folder / "district", students=500)
    out = folder / "out"
    command = ["audit", str(sample.delivery), "--workspace", str(sample.workspace), "--out", str(out)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1, done.output
    return done.stdout, out


@pytest.mark.thorough
def test_console_report_and_workbook_count_the_same_causes(printed: tuple[str, Path]) -> None:
    text, out = printed
    sheet = openpyxl.load_workbook(out / "findings.xlsx", read_only=True)
    severities = [row[1] for row in sheet["Causes"].iter_rows(min_row=2, values_only=True)]
    notes = sum(str(severity).endswith("info") for severity in severities)
    critical = sum(str(severity).endswith("critical") for severity in severities)
    words = f"{critical} causes to fix, {len(severities) - notes - critical} worth a look, {notes} for information"
    assert notes and critical and f"  {words}:\n" in text
    assert words in " ".join((out / "report.html").read_text(encoding="utf-8").split())
    assert ("Causes", words) in [row[:2] for row in sheet["Read me"].iter_rows(values_only=True)]
    shown = len(re.findall(r"^  [✖▲] (?:critical|warning) ", text, re.M))
    assert f"… and {len(severities) - notes - shown} more to fix or look at; the report lists all of them" in text


def test_the_summary_counts_possible_pairs_apart(printed: tuple[str, Path]) -> None:
    text, out = printed
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert set(summary["duplicates"]) == {"pairs", "clusters", "possible"}
    possible = summary["duplicates"]["possible"]
    assert ("Possible pairs" in text) == (possible > 0)
    assert not possible or f"{possible} pair{'s' * (possible > 1)} for a person to decide" in text


def test_causes_without_notes_are_counted_in_one_phrase(tmp_path: Path) -> None:
    findings = ck.check_roster(delivery(tmp_path / "d", 0))
    causes = findings.causes()
    causes = causes[causes["severity"] != "info"]
    critical, warning = (causes[causes["severity"] == severity] for severity in ("critical", "warning"))
    assert len(critical) and len(warning)
    assert causes_in_words(critical.head(1)) == "1 cause to fix"
    assert causes_in_words(critical) == f"{len(critical)} cause{'s' * (len(critical) > 1)} to fix"
    assert causes_in_words(warning.head(1)) == "1 cause worth a look"
    assert causes_in_words(causes.head(0)) == "no causes"


def test_a_file_with_only_a_header_is_said_to_have_no_rows(tmp_path: Path) -> None:
    roster = delivery(tmp_path / "d", 0)
    (tmp_path / "d" / "users.csv").write_text(USERS + "\n", encoding="utf-8")
    roster = ck.read_roster(tmp_path / "d")
    reasons = set(ck.check_roster(roster).unchecked()["reason"])
    assert "users.csv has a header but no rows" in reasons
    assert not [reason for reason in reasons if "could not be read" in reason]
    with pytest.raises(AttributeError, match=r"users\.csv has a header but no rows"):
        _ = roster.users

"""What people read: one number of one thing in every output, words instead of codes, and both sides by name."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

import connect_kit as ck
from connect_kit.checks import Verdict
from connect_kit.checks.verdict import Reason
from connect_kit.checks.verdict_words import sentence
from connect_kit.cli import run
from connect_kit.display.headings import heading, without_rare
from connect_kit.panels import upload_view
from tests.accidents.road import Road, rewrite
from tests.accidents.years import District

Lay = Callable[[Path, Path], Road]


class Said(NamedTuple):
    """What an audit printed and wrote."""

    printed: str
    out: Path

    @property
    def report(self) -> str:
        page = (self.out / "report.html").read_text(encoding="utf-8")
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())

    def sheet(self, name: str) -> list[tuple[object, ...]]:
        book = openpyxl.load_workbook(self.out / "findings.xlsx", read_only=True)
        return list(book[name].iter_rows(values_only=True))

    @property
    def summary(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def header_only(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A delivery whose enrollments.csv holds its header alone, and the workspace."""
    folder = tmp_path_factory.mktemp("header")
    made = District(60, schools=2, seed=3).write(folder)
    path = made.delivery / "enrollments.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    return made.delivery, made.workspace


def audited(capsys: pytest.CaptureFixture[str], out: Path, *words: object) -> Said:
    capsys.readouterr()
    assert run(["audit", *map(str, words), "--out", str(out)]) in (0, 1)
    return Said(capsys.readouterr().out, out)


@pytest.mark.thorough
def test_rules_that_could_not_be_checked_are_one_number_everywhere(
    header_only: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery, workspace = header_only
    said = audited(capsys, tmp_path / "out", delivery, "--workspace", workspace)
    reasons = {one["code"]: one for one in said.summary["verdict_reasons"]}  # type: ignore[attr-defined]
    number = reasons["rules_unchecked"]["rules"]
    assert number > 10
    words = f"{number} rules could not be checked"
    assert set(re.findall(r"\d+ rules (?:could|were) not be? ?checked", said.printed)) == {words}
    assert said.printed.count(words) == 2  # the verdict, and why
    assert f"  {words}: enrollments.csv has a header but no rows\n" in said.printed
    assert f"{words}, because a file or column is missing or damaged. See which, and why" in said.report
    assert len(said.summary["not_checked"]) == number  # type: ignore[arg-type]
    rows = said.sheet("Not checked")[1:]
    assert len({row[0] for row in rows}) == len(rows) == number
    read_me = {row[0]: row[1] for row in said.sheet("Read me")}
    assert read_me["Could not be checked"] == f"{words}, because a file or column is missing or damaged"
    audit = ck.audit(delivery, workspace, progress=False)
    assert len(audit.findings.unchecked()) == number
    assert f"{words}, because a file or column is missing or damaged: <code>" in audit._repr_html_()
    plan = ck.plan_upload(audit, folder=tmp_path / "plan")
    assert plan.judgement is not None and words in plan.judgement.sentence
    assert words in str(upload_view.verdict(plan.judgement))


def test_what_was_not_given_is_counted_apart_from_what_is_missing(
    header_only: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = audited(capsys, tmp_path / "out", header_only[0], "--no-duplicates")
    missing = re.search(r"^  (\d+) rules could not be checked: enrollments\.csv", said.printed, re.M)
    given = re.search(r"^  (\d+) rules were not checked: (.*)$", said.printed, re.M)
    assert missing is not None and given is not None
    assert "no workspace was given" in given[2]
    total = int(missing[1]) + int(given[1])
    assert len(said.summary["not_checked"]) == total  # type: ignore[arg-type]
    assert f"{given[1]} rules were not checked." in said.report
    assert "pass duplicates=" not in said.report
    assert not [cell for row in said.sheet("Not checked") for cell in row if "pass " in str(cell)]


@pytest.mark.thorough
def test_a_fit_delivery_with_a_warning_has_nothing_to_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = District(60, schools=2, seed=3).write(tmp_path / "d")
    child = next(iter(made.this.children.values())).id
    rewrite(
        made.delivery / "users.csv",
        lambda row: {**row, "givenName": f" {row['givenName']}"} if row["sourcedId"] == child else row,
    )
    said = audited(capsys, tmp_path / "out", made.delivery, "--workspace", made.workspace)
    assert said.printed.startswith("✔ FIT TO SEND: no critical finding, and nothing to decide.")
    assert re.search(r"^  \d causes? worth a look(, \d+ for information)?:$", said.printed, re.M)
    for text in (said.printed, said.report, str(said.sheet("Read me"))):
        assert "to fix" not in text.replace("in which to fix them", "")
    assert "worth a look" in said.report and "worth a look" in str(said.sheet("Read me"))


@pytest.fixture
def summer(tmp_path: Path) -> tuple[Path, Path]:
    district = District(260, schools=3, seed=2)
    last = district.summer()
    made = district.write(tmp_path / "district", last)
    return made.delivery, made.workspace


@pytest.mark.thorough
def test_what_has_no_partner_is_counted_on_each_side(
    summer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery, workspace = summer
    said = audited(capsys, tmp_path / "out", delivery, "--workspace", workspace)
    found = ck.match_classrooms(ck.read_roster(delivery), ck.read_workspace(workspace)).table()["status"]
    here, there = (int((found == f"unmatched_{side}").sum()) for side in ("roster", "workspace"))
    assert here > 10 and there > 10
    words = f"0 matched, 0 suggested, {here} only in the delivery, {there} only on Connect"
    assert f"  {'Classrooms':<20}{words}\n" in said.printed
    assert words in said.report
    assert "without a partner" not in said.printed + said.report
    numbers = ck.audit(delivery, workspace, progress=False).summary().set_index("what")["count"]
    assert numbers["Classes only in the delivery"] == here and numbers["Classrooms only on Connect"] == there
    assert said.summary["classrooms"] == {"matched": 0, "suggested": 0, "unmatched": here + there}  # for scripts


@pytest.mark.thorough
def test_where_the_year_turns_children_stay_in_last_year_s_classrooms(
    summer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = audited(capsys, tmp_path / "out", summer[0], "--workspace", summer[1])
    assert re.search(r"\d+ children would stay in last year's classrooms", said.printed)
    assert "would stay in last year's classrooms" in said.report
    assert "not theirs any more" not in said.printed + said.report


def test_within_the_year_a_classroom_is_not_last_year_s() -> None:
    left = Verdict((Reason("left_behind.classroom_students", {"children": 2}),))
    assert sentence(left) == "2 children would stay in classrooms that are not theirs any more."
    record = Reason("left_behind.classroom_students", {"children": 2, "last_year": 2}).record()
    assert sentence(Verdict((Reason.of(record),))) == "2 children would stay in last year's classrooms."


@pytest.mark.thorough
def test_each_written_file_is_named_in_full_words(
    summer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    said = audited(capsys, out, summer[0], "--workspace", summer[1])
    named = dict(
        re.split(r": +", line, maxsplit=1)
        for line in said.printed.splitlines()
        if f"{out}/" in line and not line.startswith(" ")
    )
    assert {words: Path(path).name for words, path in named.items()} == {
        "Report": "report.html",
        "Workbook": "findings.xlsx",
        "All failing rows": "findings.csv",
        "Pairs of duplicate students": "duplicates.csv",
        "Schools on both sides": "schools.csv",
        "Classes and classrooms": "classrooms.csv",
        "Left behind on Connect": "left_behind.csv",
    }
    assert all(Path(path).is_file() for path in named.values())


def test_headings_are_words_for_people_and_codes_for_scripts(
    summer: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    said = audited(capsys, out, summer[0], "--workspace", summer[1])
    for name in ("Left behind", "Classrooms", "Schools", "Changed IDs", "Duplicates", "School matches"):
        assert not [head for head in said.sheet(name)[0] if "_" in str(head)], name
    head = (out / "left_behind.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head.startswith("kind,connectSchoolId,schoolId,")
    assert "connectSchoolId" not in said.report
    capsys.readouterr()
    assert run(["twin", "new", str(tmp_path / "t.duckdb"), "--workspace", str(summer[1])]) == 0
    assert "count with SIS ID archived" in capsys.readouterr().out
    assert [heading(name) for name in ("not_in_result", "other_action", "sourcedId")] == [
        "missing from the result file", "other action than in the dry run", "sourcedId",
    ]  # fmt: skip


def test_a_column_that_seldom_holds_anything_is_shown_where_it_does() -> None:
    import pandas as pd

    frame = pd.DataFrame({"rows": [0, 0], "skipped": [0, 2], "staff_removed": [0, 0], "note": ["", None]})
    assert list(without_rare(frame)) == ["rows", "skipped"]


@pytest.mark.thorough
def test_dry_runs_of_an_earlier_kit_are_found_in_their_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = District(60, schools=2, seed=3).write(tmp_path / "d")
    road = Road(tmp_path, capsys, made.delivery, made.workspace)
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    [now] = (road.plan / "results").iterdir()
    assert now.name.endswith("-dry-run")
    old = now.with_name(now.name.replace("-dry-run", "-rehearsal").replace("20", "19", 1))
    now.rename(old)
    assert road.run("results", road.plan, "--out", road.out) == 0, road.said
    assert f"Results: {old} (of a dry run)\n" in road.said
    assert road.run("resend", road.plan) == 2
    assert "nothing was uploaded yet" in road.said
    assert road.rehearse() == 0, road.said  # the new one is the newest of both
    assert road.run("results", road.plan, "--out", road.out) == 0, road.said
    assert re.search(r"Results: \S+-dry-run \(of a dry run\)", road.said)

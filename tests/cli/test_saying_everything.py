"""What ``prepare``, ``twin connect``, ``forecast``, ``results`` and ``resend`` say and write, on a whole district."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

import connect_kit as ck
from connect_kit.checks.causes import causes_in_words
from connect_kit.cli import run
from tests.uploads.small import deliver, new_twin


class Road(NamedTuple):
    """An invented district with doubled children and classrooms made by hand; its twin, nothing decided."""

    delivery: Path
    twin: Path
    plan: Path


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    folder = tmp_path_factory.mktemp("saying")
    sample = ck.sample_roster(folder / "district", students=300, faults="none", existing=True, duplicates=0.05)
    ck.Twin.fill(folder / "twin.duckdb", sample.workspace, district="Maple Valley")
    return Road(sample.delivery, folder / "twin.duckdb", folder / "plan")


@pytest.fixture(scope="module")
def prepared(road: Road) -> tuple[str, ck.Audit]:
    """What prepare printed, and the audit of the same."""
    from typer.testing import CliRunner

    from connect_kit.cli import app

    done = CliRunner().invoke(
        app, ["prepare", str(road.delivery), "--workspace", str(road.twin), "--out", str(road.plan), "--keep-existing"]
    )
    assert done.exit_code in (0, 1), done.output
    return done.stdout, ck.audit(road.delivery, ck.Twin(road.twin))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.thorough
def test_prepare_names_the_doubled_children_of_each_school(prepared: tuple[str, ck.Audit]) -> None:
    printed, audit = prepared
    assert audit.duplicates is not None
    found = audit.duplicates.doubled()
    children = found["cluster_id"].nunique()
    assert children > 1
    assert f"▲ {children} children would be doubled:" in printed
    lines = printed.splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("would be doubled:"))
    by_school = {}
    for line in lines[at + 1 :]:
        if not line.strip()[0].isdigit():
            break
        count, school = line.split(maxsplit=1)
        by_school[school.rpartition("(")[2].rstrip(")")] = int(count)
    first = found.drop_duplicates("cluster_id")
    assert by_school == first.groupby("school").size().to_dict()


def test_prepare_counts_what_nobody_decided_and_says_how_to_accept_it(
    road: Road, prepared: tuple[str, ck.Audit]
) -> None:
    printed, audit = prepared
    assert audit.schools is not None and audit.classrooms is not None
    schools, classrooms = audit.schools.counts["suggested"], audit.classrooms.counts["suggested"]
    assert schools and classrooms > 1
    words = f"{schools} school{'s' * (schools > 1)} and {classrooms} classrooms"
    assert f"▲ Not decided: {words} of Connect have a suggested partner." in printed
    assert f"python -m connect_kit twin connect {road.twin} {road.delivery} --suggested --yes" in printed
    plan = ck.read_plan(road.plan)
    assert (plan.undecided_schools, plan.undecided_classrooms) == (schools, classrooms)


def test_prepare_prints_the_first_causes_with_their_number(prepared: tuple[str, ck.Audit]) -> None:
    printed, audit = prepared
    causes = audit.causes()
    assert len(causes) and f"  {causes_in_words(causes)}:\n" in printed
    for cause in causes[causes["severity"] != "info"]["cause"].head(10):
        assert cause in printed


def test_connect_says_what_is_suggested_and_how_to_accept_it(
    road: Road, prepared: tuple[str, ck.Audit], capsys: pytest.CaptureFixture[str]
) -> None:
    _, audit = prepared
    assert audit.schools is not None and audit.classrooms is not None
    assert run(["twin", "connect", str(road.twin), str(road.delivery)]) == 0
    printed = capsys.readouterr().out
    assert "There is nothing to do." not in printed
    assert printed.startswith("Not decided: ")
    assert f"{audit.classrooms.counts['suggested']} classrooms." in printed
    command = f"python -m connect_kit twin connect {road.twin} {road.delivery} --suggested --yes"
    assert f"To accept them all:\n  {command}\n" in printed


def test_a_preview_says_how_many_changes_it_does_not_show(
    road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = Path(shutil.copy(road.twin, tmp_path))
    capsys.readouterr()
    assert run(["twin", "archive-students", str(twin)]) == 0
    printed = capsys.readouterr().out
    changes = int(printed.partition(": ")[2].split()[0].replace(",", ""))
    assert changes > 20
    assert f"… and {changes - 20:,} more" in printed


@pytest.mark.thorough
def test_a_plan_counts_suggestions_as_they_are_decided_now(road: Road, tmp_path: Path) -> None:
    delivery = Path(shutil.copytree(road.delivery, tmp_path / "delivery"))
    audit = ck.audit(delivery, ck.Twin(road.twin), duplicates=False)
    assert audit.classrooms is not None
    before = audit.classrooms.counts["suggested"]
    chosen = audit.classrooms.suggested().table().iloc[0]
    # The panel's value is another one than the audit's; both are decided beside the delivery.
    audit.classrooms.decide(chosen["roster_id"], chosen["workspace_id"], "connect", who="ada")
    plan = ck.plan_upload(audit, folder=tmp_path / "plan")
    again = ck.audit(delivery, ck.Twin(road.twin), duplicates=False)
    assert again.classrooms is not None
    assert plan.undecided_classrooms == again.classrooms.counts["suggested"] < before


@pytest.mark.thorough
def test_a_forecast_by_school_counts_doubled_children_of_the_plan_s_own_delivery(
    road: Road, prepared: tuple[str, ck.Audit], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    command = ["forecast", str(road.plan), "--twin", str(road.twin), "--out", str(tmp_path / "out")]
    before = ck.Twin(road.twin).digest()
    assert run(command) == 0
    printed = capsys.readouterr().out
    assert "not looked for" not in printed
    written = rows(tmp_path / "out" / "forecast.csv")
    plan, twin = ck.read_plan(road.plan), ck.Twin(road.twin)
    expected = ck.forecast_upload(plan, twin, duplicates=prepared[1].duplicates).table()
    students = expected[expected["what"] == "students"].set_index("connectSchoolId")["doubled"].astype(str).to_dict()
    assert {row["connectSchoolId"]: row["doubled"] for row in written if row["what"] == "students"} == students
    assert {row["doubled"] for row in written if row["what"] != "students"} == {""}
    assert ck.Twin(road.twin).digest() == before


@pytest.mark.thorough
def test_a_forecast_without_the_delivery_says_that_nobody_looked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery, twin = deliver(tmp_path / "d"), new_twin(tmp_path / "maple.duckdb")
    ck.plan_upload(ck.read_roster(delivery), twin.workspace(), folder=tmp_path / "plan")
    delivery.rename(tmp_path / "elsewhere")
    command = ["forecast", str(tmp_path / "plan"), "--twin", str(twin.path), "--out", str(tmp_path)]
    assert run(command) == 0
    printed = capsys.readouterr().out
    assert f"Doubled children were not looked for: the delivery {delivery} is not there; give --delivery" in printed
    doubled = {row["doubled"] for row in rows(tmp_path / "forecast.csv") if row["what"] == "students"}
    assert doubled == {"not looked for"}
    assert run([*command, "--delivery", str(tmp_path / "elsewhere")]) == 0
    doubled = {row["doubled"] for row in rows(tmp_path / "forecast.csv") if row["what"] == "students"}
    assert doubled == {"0"}


# ---- results and resend


@pytest.mark.thorough
def test_only_what_failed_is_sent_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row that the twin refused, because its class was not there, is sent alone once the class is there."""
    delivery = deliver(tmp_path / "d", guardians=None, student_attributes=None)
    twin = new_twin(tmp_path / "maple.duckdb")
    enrollments = delivery / "enrollments.csv"
    enrollments.write_text(enrollments.read_text(encoding="utf-8") + "e4,c9,0105,0002,student\n", encoding="utf-8")
    plan, code = tmp_path / "plan", "enrollments.classSourcedId.known_class"
    command = ["prepare", str(delivery), "--workspace", str(twin.path), "--out", str(plan), "--keep-existing"]
    run(command)
    waived = [part for one in ck.read_plan(plan).critical for part in ("--waive", f"{one.code}=the office knows")]
    assert run([*command, *waived]) == 0
    send = ["upload", str(plan), "--twin", str(twin.path)]
    assert run(["resend", str(plan)]) == 2
    assert "nothing was uploaded yet" in capsys.readouterr().err
    assert run(send) == 1
    assert run([*send, "--real", "--confirm", f"Maple Valley {ck.read_plan(plan).rows}"]) == 1

    assert run(["results", str(plan), "--out", str(tmp_path / "read")]) == 1
    printed = capsys.readouterr().out
    assert "-upload" in printed
    found = rows(tmp_path / "read" / "results.csv")
    assert [row["code"] for row in found if row["result"] == "ERROR"] == [code]
    assert {row["verdict"] for row in found} == {"as forecast"}
    assert run(["results", str(plan / "results"), "--out", str(tmp_path / "read2")]) == 1
    assert rows(tmp_path / "read2" / "results.csv") == found

    capsys.readouterr()
    assert run(["resend", str(plan)]) == 0
    assert f"Failed: 1 row of {ck.read_plan(plan).rows}, according to " in capsys.readouterr().out
    again = tmp_path / "plan-resend"
    assert (again / "enrollments.csv").read_bytes() == (
        b"classSourcedId,schoolSourcedId,userSourcedId,role\r\nc9,0105,0002,student\r\n"
    )
    assert [file.kind for file in ck.read_plan(again).files] == ["enrollments"]

    # The class comes to Connect; then the row is taken, and nothing is left to resend.
    more = deliver(
        tmp_path / "more", users=None, enrollments=None, guardians=None, student_attributes=None,
        classes="sourcedId,title,grades,schoolSourcedId\nc9,Art,06,0105\n",
    )  # fmt: skip
    late = ck.plan_upload(ck.read_roster(more), twin.workspace(), folder=tmp_path / "late")
    twin.dry_run(late.files, tmp_path / "late-results")
    assert twin.send(late.files[0], tmp_path / "late-sent", run="late").errors == 0
    send = ["upload", str(again), "--twin", str(twin.path)]
    assert run(send) == 0
    assert run([*send, "--real", "--confirm", "Maple Valley 1"]) == 0
    assert run(["resend", str(again)]) == 2
    assert capsys.readouterr().err.endswith("nothing failed, so there is nothing to resend\n")

"""What prepare says is about what is sent, with the commands that come next as they can be typed."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import pytest

import connect_kit as ck
from tests.accidents.road import Lay, Road, rewrite
from tests.accidents.years import District


@pytest.fixture
def migrated(tmp_path: Path, lay: Lay) -> Road:
    """The first of two schools comes under new IDs; the delivery's folder has a blank in its name."""
    district = District(160, schools=2, seed=1)
    last = district.copy()
    district.change_ids("number_to_guid", school=0)
    made = district.write(tmp_path / "my district", last)
    return lay(made.delivery, made.workspace)


@pytest.mark.thorough
def test_what_kept_ids_solve_is_counted_and_not_listed(migrated: Road) -> None:
    road = migrated
    assert road.prepare() == 1
    assert "✔ met       self-check: the critical findings are those of changed IDs, see below\n" in road.said
    assert "come under new IDs: number to GUID" in road.said
    assert "children under new IDs: keep the IDs that Connect has, or record the new ones" in road.said
    assert "archive the existing students first" not in road.said  # nobody was made by hand
    record = f"python -m connect_kit twin record-ids {road.twin} {shlex.quote(str(road.delivery))} --yes"
    assert f"or record the new IDs, and prepare again:\n{' ' * 18}{record}\n" in road.said
    assert "TWIN" not in road.said and "DELIVERY" not in road.said
    upload = f"python -m connect_kit upload {road.plan} --twin {road.twin}"
    assert f"→ make the dry run:\n{' ' * 18}{upload}\n" in road.said
    twice = "let it pass, with your own words in place of REASON (every such child will be on Connect twice):"
    assert f"{twice}\n{' ' * 18}{upload} --waive workspace.students.id_changed=REASON\n" in road.said
    assert road.prepare("--keep-ids") == 0, road.said
    assert "exported as text" not in road.said
    assert "✔ Solved by keeping the IDs that Connect has: 1 cause" in road.said
    assert "come under new IDs" not in road.said
    assert "✔ FIT TO SEND" in road.said
    assert f"Which ID stands for which: {road.plan / 'crosswalk.csv'}" in road.said
    until = "▲ Every later delivery needs this, until the new IDs are recorded on Connect"
    assert f"{until}: --keep-ids again, or record them:" in road.said
    assert record in road.said


@pytest.mark.thorough
def test_a_plan_for_one_school_says_nothing_of_the_other(migrated: Road) -> None:
    road = migrated
    assert road.prepare("--schools", "0102") == 0, road.said
    assert "FIT TO SEND: no critical finding" in road.said or "FIT TO SEND: no" in road.said, road.said
    assert "In what is sent:" in road.said
    assert "critical" not in road.said.partition("In what is sent:")[2].partition("Before a real upload")[0]
    assert "new IDs: number" not in road.said
    plan = ck.read_plan(road.plan)
    causes = (
        "1 cause; audit lists it" if plan.causes_elsewhere == 1 else f"{plan.causes_elsewhere} causes; audit lists them"
    )
    assert f"Only in what is not sent: {causes}\n" in road.said
    first = "nothing to decide, as this is not the first users.csv: Connect has students with SIS ID"
    assert f"students added by hand: {first}\n" in road.said
    assert "dry run: not made yet\n" in road.said
    assert plan.verdict is not None and plan.verdict.text == "fit"
    assert plan.causes_elsewhere >= 1
    assert road.prepare("--schools", "0101") == 1
    assert "come under new IDs: number to GUID" in road.said


@pytest.mark.thorough
def test_what_stays_behind_elsewhere_is_not_counted(tmp_path: Path, lay: Lay) -> None:
    made = District(160, schools=2, seed=1).write(tmp_path / "district")
    gone = [c.id for c in made.this.children.values() if c.school == 0][:6]
    rewrite(made.delivery / "users.csv", lambda row: None if row["sourcedId"] in gone else row)
    rewrite(made.delivery / "enrollments.csv", lambda row: None if row["userSourcedId"] in gone else row)
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 0, road.said
    assert "6 children would stay" in road.said
    assert road.prepare("--schools", "0102") == 0, road.said
    assert "would stay" not in road.said
    assert road.prepare("--upload-level", "school", "--school", "0101") == 0, road.said
    assert "6 children would stay" in road.said


@pytest.mark.thorough
def test_a_one_school_delivery_is_not_compared_with_other_schools(tmp_path: Path, lay: Lay) -> None:
    made = District(160, schools=2, seed=1).write(tmp_path / "district")
    rewrite(made.delivery / "users.csv", lambda row: row if row["orgSourcedIds"] == "0101" else None)
    for name in ("classes", "enrollments"):
        rewrite(made.delivery / f"{name}.csv", lambda row: row if row["schoolSourcedId"] == "0101" else None)
    road = lay(made.delivery, made.workspace)
    road.audit("--level", "school")
    assert not road.found("workspace.change.unusual")
    road.prepare("--level", "school", "--school", "0101")
    assert "0102" not in road.said
    assert "a fifth is added or removed" not in road.said


@pytest.mark.thorough
def test_without_a_look_at_duplicates_it_is_to_be_decided_first(migrated: Road) -> None:
    road = migrated
    assert road.prepare("--no-duplicates", "--schools", "0102") == 0, road.said
    assert "▲ FIT, BUT DECIDE FIRST: nobody looked for duplicate students." in road.said
    assert "nobody has compared the IDs with Connect's, but too few children are new or missing" in road.said
    assert "the School ID is on Connect; " in road.said
    assert road.prepare("--no-duplicates") == 1
    assert "these may be the same children under new IDs" in road.said
    assert "→ compare the IDs: prepare again without --no-duplicates:" in road.said
    again = f"{shlex.quote(str(road.delivery))} --workspace {road.twin} --out {road.plan}\n"
    assert f"{' ' * 18}python -m connect_kit prepare {again}" in road.said


@pytest.fixture
def new_school(tmp_path: Path, lay: Lay) -> Road:
    """One school came by upload; at the other one all students were made by hand."""
    made = District(160, schools=2, seed=1).write(tmp_path / "district")
    here = {c.id for c in made.this.children.values() if c.school == 1}
    rewrite(made.workspace / "students.csv", lambda row: {**row, "studentId": ""} if row["studentId"] in here else row)
    return lay(made.delivery, made.workspace)


@pytest.mark.thorough
def test_the_first_upload_is_judged_school_by_school(new_school: Road) -> None:
    road = new_school
    by_hand = road.count("SELECT count(*) FROM students WHERE studentId IS NULL")
    active = road.count("SELECT count(*) FROM students WHERE archived = 'false'")
    assert road.prepare() == 1
    assert "this is the first users.csv of K2; Connect recommends archiving" in road.said
    archive = f"python -m connect_kit twin archive-students {road.twin} --school K2 --unsynced --yes"
    assert f"→ archive the existing students first:\n      {archive}\n" in road.said
    assert road.prepare("--archive-existing") == 0, road.said
    assert "✔ No child would be doubled." in road.said  # they are archived before the upload
    assert road.rehearse() == 0, road.said
    assert road.upload() == 1
    assert f"answered: yes, but {by_hand} active students have no SIS ID at School 0102 (K2)" in road.said
    assert f"→ archive them, and make the dry run again:\n{' ' * 18}{archive}\n" in road.said
    assert road.run(*shlex.split(archive)[3:]) == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert road.count("SELECT count(*) FROM students WHERE archived = 'false'") == active


@pytest.mark.thorough
def test_archiving_that_has_no_effect_is_said(new_school: Road) -> None:
    road = new_school
    assert road.prepare("--archive-existing", "--schools", "0101") == 0, road.said
    words = "--archive-existing has no effect: no school that is sent gets its first users.csv."
    assert f"▲ {words}" in road.said
    assert f"python -m connect_kit twin archive-students {road.twin} --school ID --unsynced --yes" in road.said
    assert "answered: yes, which has no effect: every school that is sent has students with SIS ID" in road.said
    assert "archive_existing has no effect" in repr(ck.read_plan(road.plan))
    assert road.prepare("--schools", "0101") == 0, road.said
    assert "has no effect" not in road.said
    assert "archive_existing" not in repr(ck.read_plan(road.plan))
    assert road.rehearse("--archive-existing") == 0, road.said
    assert f"▲ {words}" in road.said


@pytest.mark.thorough
def test_the_forecast_shows_no_missing_values_and_says_what_it_counts(new_school: Road) -> None:
    road = new_school
    road.prepare("--keep-existing")
    assert road.run("forecast", road.plan, "--twin", road.twin) == 0, road.said
    assert "<NA>" not in road.said and "nan" not in road.said
    assert "Rows of the files, by school; doubled: children:\n" in road.said  # columns that are not shown are not named


def renumbered(column: str, old: str, row: dict[str, str]) -> dict[str, str]:
    return {**row, column: "NEW-77"} if row[column] == old else row


@pytest.mark.thorough
def test_a_single_child_under_a_new_id_comes_with_the_commands(tmp_path: Path, lay: Lay) -> None:
    made = District(160, schools=2, seed=1).write(tmp_path / "my district")
    old = next(c.id for c in made.this.children.values() if c.school == 0)
    for name, column in (("users", "sourcedId"), ("enrollments", "userSourcedId")):
        rewrite(made.delivery / f"{name}.csv", partial(renumbered, column, old))
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 0, road.said
    assert "1 child under new IDs: keep the IDs that Connect has, or record the new ones; see" in road.said
    gate = road.said.partition("✔ met       IDs as Connect has them: ")[2].splitlines()
    assert gate[0] == "only single records come under new IDs: 1"
    delivery = shlex.quote(str(road.delivery))
    keep = f"python -m connect_kit prepare {delivery} --workspace {road.twin} --out {road.plan} --keep-ids"
    record = f"python -m connect_kit twin record-ids {road.twin} {delivery} --yes"
    assert [line.strip() for line in gate[1:5]] == [
        "→ keep the IDs that Connect has:", keep, "or record the new IDs, and prepare again:", record,
    ]  # fmt: skip
    assert "see the warnings" not in road.said
    for line in road.said.splitlines():
        assert not line.strip().startswith("→ or "), line
    assert road.run(*shlex.split(keep)[3:]) == 0, road.said
    assert "With the ID that Connect has: 1 student" in road.said

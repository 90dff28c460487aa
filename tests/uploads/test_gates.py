"""The conditions of an upload that a plan names (decision 23)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import GateError
from connect_kit.twin import Action, Twin
from connect_kit.uploads import Critical, UploadPlan, plan_upload, read_plan, upload
from connect_kit.uploads.plan_file import _seal, write_plan
from tests.uploads.gated import BAD_MAIL, gate
from tests.uploads.small import deliver, plan_of, states

# Gates.


def test_a_delivery_that_was_not_checked_is_not_ready(delivery: Path, twin: Twin) -> None:
    plan = plan_upload(ck.read_roster(delivery), twin.workspace())
    assert gate(plan, "self-check")[:2] == ("blocking", "the delivery was not checked")


def test_each_critical_finding_is_a_gate_of_its_own_and_a_waiver_meets_it(
    delivery: Path, twin: Twin, tmp_path: Path
) -> None:
    plan = plan_of(delivery, twin, tmp_path / "plan", BAD_MAIL, Critical("users.role.known", "Unknown role", 1))
    assert gate(plan, "self-check: users.email.format") == (
        "blocking",
        "No address that can receive mail (2 rows)",
        "Fix it in the SIS. Then prepare again, or plan.waive('users.email.format', reason)",
    )
    waived = plan.waive("users.email.format", "agreed")
    state, why, _ = gate(waived, "self-check: users.email.format")
    assert (state, why) == ("met", "No address that can receive mail (2 rows); waived: agreed")
    assert gate(waived, "self-check: users.role.known")[0] == "blocking"


def test_a_school_id_that_is_not_on_connect_blocks_until_it_is_recorded(delivery: Path, tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", {"North": "0104", "South": None})
    plan = plan_of(delivery, twin, tmp_path / "plan")
    assert gate(plan, "schools matched")[:2] == ("blocking", "on no school of Connect: 0105")
    assert gate(plan, "schools matched", twin)[0] == "blocking"
    schools = twin.table("schools")
    south = str(schools.loc[schools["name"] == "South", "connectSchoolId"].item())
    twin.apply(Action("connect_schools", values={south: "0105"}))
    assert gate(plan, "schools matched", twin)[:2] == ("met", "both School IDs are on Connect")


def test_rows_left_out_at_school_level_are_a_gate(delivery: Path, tmp_path: Path) -> None:
    twin = Twin.new(tmp_path / "t.duckdb", "Maple Valley", {"North": "0104"})
    plan = plan_of(delivery, twin, tmp_path / "plan", level="school")
    state, why, _ = gate(plan, "schools matched", twin)
    assert state == "blocking"
    assert why == (
        "no school of Connect for 0105; rows left out, as they belong to none of the schools: 2 of users, "
        "1 of classes, 2 of enrollments, 1 of guardians"
    )
    alone = plan_of(delivery, twin, tmp_path / "alone", level="school", school="0104")
    assert gate(alone, "schools matched", twin)[:2] == (
        "met",
        "1 school of Connect; 10 rows sent, of 0104; left out: 2 of users, 1 of classes, 2 of enrollments, "
        "1 of guardians (0105: 5 rows)",
    )


def test_the_first_users_file_asks_whether_existing_students_are_archived(
    delivery: Path, twin: Twin, tmp_path: Path
) -> None:
    plan = plan_of(delivery, twin, tmp_path / "plan", archive_existing=None)
    assert gate(plan, "students added by hand", twin)[0] == "blocking"
    assert gate(plan.answer(archive_existing=False), "students added by hand", twin)[0] == "met"


def test_answered_yes_waits_until_the_students_made_by_hand_are_archived(delivery: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    folder.mkdir()
    (folder / "schools.csv").write_text("connectSchoolId,name,schoolId\nS1,North,0104\nS2,South,0105\n")
    (folder / "students.csv").write_text(
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
        "CS00000001,S1,Ada,Quill,03,,,false\nCS00000002,S2,Bo,Quill,06,,,true\n"
    )
    twin = Twin.fill(tmp_path / "t.duckdb", folder, district="Maple Valley")
    plan = plan_of(delivery, twin, tmp_path / "plan", archive_existing=True)
    state, why, how = gate(plan, "students added by hand", twin)
    assert (state, why) == ("blocking", "answered: yes, but 1 active student has no SIS ID")
    assert how == 'target.apply(Action("archive_students", unsynced=True))'
    twin.apply(Action("archive_students", unsynced=True))
    assert gate(plan, "students added by hand", twin)[0] == "met"


def test_only_a_dry_run_of_these_bytes_on_this_target_meets_its_gate(
    delivery: Path, twin: Twin, plan: UploadPlan, tmp_path: Path
) -> None:
    assert states(plan, twin)["dry run"] == "blocking"
    upload(plan, twin)
    assert states(plan, twin)["dry run"] == "met"
    assert plan.ready(twin)
    assert states(plan)["dry run"] == "blocking"
    another = Twin.new(tmp_path / "other.duckdb", "Oak Hill", {"North": "0104", "South": "0105"})
    assert gate(plan, "dry run", another)[:2] == ("blocking", "these files had no dry run on Oak Hill")
    changed = plan_of(deliver(tmp_path / "d", student_attributes=None), twin, plan.folder)
    assert states(changed, twin)["dry run"] == "blocking"


def test_a_dry_run_that_refused_rows_meets_its_gate_once_their_codes_are_waived(twin: Twin, tmp_path: Path) -> None:
    enrollments = "classSourcedId,schoolSourcedId,userSourcedId,role\nc1,0104,0001,student\nc9,0104,0001,student\n"
    delivery = deliver(tmp_path / "d", enrollments=enrollments)
    plan = plan_of(delivery, twin, tmp_path / "plan")
    upload(plan, twin)
    code = "enrollments.classSourcedId.known_class"
    assert gate(plan, "dry run", twin)[:2] == ("blocking", f"the dry run refused rows: {code}: 1")
    waived = plan.waive(code, "the class is new; it comes next week")
    assert states(waived, twin)["dry run"] == "met"


def test_a_damaged_note_of_dry_runs_blocks_the_gate_and_hurts_nothing_else(plan: UploadPlan, twin: Twin) -> None:
    upload(plan, twin)
    note = plan.folder / "rehearsals.json"
    endless = note.read_text().replace('"errors": {}', '"errors": {"x": 1e400}')
    assert "1e400" in endless
    for text in (endless, '[{"target": 1}, 7]'):
        note.write_text(text)
        assert states(plan, twin)["dry run"] == "blocking"
    upload(plan, twin)
    assert states(plan, twin)["dry run"] == "met"


def test_a_real_upload_names_every_blocking_gate_and_sends_nothing(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    plan = plan_of(delivery, twin, tmp_path / "plan", BAD_MAIL, archive_existing=None)
    before = twin.digest()
    with pytest.raises(GateError, match="Maple Valley: nothing was sent, as gates are blocking") as caught:
        upload(plan, twin, dry_run=False)
    assert caught.value.gates == ("self-check: users.email.format", "students added by hand", "dry run")
    lines = str(caught.value).splitlines()
    assert [line.strip().partition(": ")[0] for line in lines[1::2]] == [
        "self-check",
        "students added by hand",
        "dry run",
    ]
    assert lines[2] == (
        "    to meet it: Fix it in the SIS. Then prepare again, or plan.waive('users.email.format', reason)"
    )
    assert twin.digest() == before


def test_a_gate_repeats_the_remedy_of_its_finding_also_from_the_plan_s_file(plan: UploadPlan) -> None:
    remedy = "Correct the School ID on Connect; leave the files as they are."
    kept = write_plan(replace(plan, findings=(Critical("users.orgSourcedIds.known_school", "Unknown", 3, remedy),)))
    read = read_plan(kept.folder)
    assert read.findings[0].remedy == remedy
    gates = read.gates().set_index("subject")
    assert gates.loc["users.orgSourcedIds.known_school", "remedy"] == remedy
    assert str(gates.loc["users.orgSourcedIds.known_school", "how"]).startswith(
        f"{remedy} Then prepare again, or plan.w"
    )


def test_a_plan_written_before_findings_had_a_remedy_is_read(plan: UploadPlan) -> None:
    write_plan(replace(plan, findings=(BAD_MAIL,)))
    path = plan.folder / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop("seal")
    content["findings"] = [one[:3] for one in content["findings"]]
    path.write_text(json.dumps({**content, "seal": _seal(content)}), encoding="utf-8")
    assert read_plan(plan.folder).findings == (BAD_MAIL,)


def test_school_ids_without_their_zeros_are_not_to_be_recorded_on_connect(
    delivery: Path, twin: Twin, tmp_path: Path
) -> None:
    lost = Critical("users.orgSourcedIds.leading_zero_lost", "Zeros", 1, "Export again.")
    plan = replace(plan_of(delivery, twin, tmp_path / "plan", lost), takes_part=("104", "105"))
    _, why, how = gate(plan, "schools matched", twin)
    assert why == "on no school of Connect: 104, 105"
    assert how.startswith("Export again. Then ")
    assert "School IDs that differ in more than zeros are recorded on Connect" in how


def test_gates_are_a_table_with_their_codes(plan: UploadPlan) -> None:
    gates = plan.gates()
    assert isinstance(gates, pd.DataFrame)
    assert gates.columns.tolist() == ["code", "gate", "state", "why", "how", "step", "subject", "remedy"]

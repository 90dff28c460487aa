"""Records that come under new IDs: kept under those that Connect has, a gate of their own, a waiver (decision 26)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import PlanError, SettingError
from connect_kit.identity.value import TABLES
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, plan_upload, prepare_again, read_plan, upload
from tests.marks import some
from tests.uploads.small import FILES, deliver, plan_of

#: Connect's ID and the delivery's, by kind.
NEW = {
    "students": {"0001": "s-1", "0002": "s-2", "0003": "s-3"},
    "guardians": {"9001": "g-1", "9002": "g-2"},
    "staff": {"7001": "t-1"},
    "classrooms": {"c1": "k-1", "c2": "k-2"},
    "schools": {"0104": "N-104", "0105": "N-105"},
}


def renumbered(*kinds: str) -> dict[str, str]:
    """The small delivery with new IDs of these kinds; lists of schools have no blank, as exchanged ones have none."""
    new = {old: new for kind in kinds for old, new in NEW[kind].items()}
    made = {}
    for name, text in FILES.items():
        lines = list(csv.reader(text.replace("0104, 0105", "0104,0105").strip().splitlines()))
        quoted = [
            ['"' + ",".join(new.get(one, one) for one in value.split(",")).replace('"', '""') + '"' for value in line]
            for line in lines[1:]
        ]
        made[name] = "\n".join([",".join(lines[0]), *(",".join(line) for line in quoted)]) + "\n"
    return made


def planted(
    roster: ck.Roster, workspace: ck.Workspace, *kinds: str, mass: bool = True, only: str | None = None
) -> ck.IdChanges:
    """What find_id_changes finds in such a delivery."""
    schema = roster.schema.engine.new_schema("identity", (roster.schema, workspace.schema))
    schema.execute(TABLES)
    for kind in kinds:
        pairs = {old: new for old, new in NEW[kind].items() if only in (None, old)}
        for old, new in pairs.items():
            schema.execute(
                "INSERT INTO id_changes VALUES (?, '0104', ?, ?, ?, ?, 'unrelated', 0.99, ?)",
                [kind, "" if kind == "schools" else "S001", f"{kind}-{old}", old, new, mass],
            )
        place = ("", "") if kind == "schools" else ("S001", "North")
        schema.execute(
            "INSERT INTO id_shares VALUES (?, '0104', ?, ?, ?, ?, ?, 'unrelated')",
            [kind, *place, len(NEW[kind]) + 1, len(pairs), mass],
        )
    return ck.IdChanges(roster, workspace, schema)


def gates(plan: UploadPlan, code: str = "id_changes") -> list[tuple[str, str, str, str]]:
    found = plan.gates()
    rows = found.loc[found["code"] == code, ["state", "why", "step", "subject"]]
    return list(rows.itertuples(index=False, name=None))


def bytes_of(plan: UploadPlan) -> dict[str, bytes]:
    return {file.path.relative_to(plan.folder).as_posix(): file.path.read_bytes() for file in plan.files}


class TestKeptIds:
    @pytest.mark.parametrize("level", ["district", "school"])
    @pytest.mark.parametrize(
        "kinds",
        some([(tuple(NEW),), *(((kind,),) for kind in NEW)], 2),
        ids=["all of them", *NEW],
    )
    def test_the_files_are_as_if_no_id_had_changed(self, twin: Twin, tmp_path: Path, kinds, level) -> None:
        before = deliver(tmp_path / "before" / "d", **renumbered())
        old = plan_upload(ck.read_roster(before), twin.workspace(), folder=tmp_path / "old", level=level)
        roster = ck.read_roster(deliver(tmp_path / "after" / "d", **renumbered(*kinds)))
        changes = planted(roster, twin.workspace(), *kinds)
        plan = plan_upload(
            roster, twin.workspace(), folder=tmp_path / "kept", level=level, id_changes=changes, keep_ids=True
        )
        assert bytes_of(plan) == bytes_of(old)
        assert plan.file_rows == old.file_rows
        assert plan.kept_ids == {kind: len(NEW[kind]) for kind in NEW if kind in kinds}
        with (plan.folder / "crosswalk.csv").open(newline="", encoding="utf-8") as file:
            rows = {tuple(row.values()) for row in csv.DictReader(file)}
        assert rows == {(kind, old, new, "unrelated") for kind in kinds for old, new in NEW[kind].items()}
        assert (plan.folder / "crosswalk.csv").stat().st_mode & 0o777 == 0o600
        assert read_plan(plan.folder) == plan
        assert roster.path is not None
        assert set(roster.users["sourcedId"]) == set(ck.read_roster(roster.path).users["sourcedId"])

    def test_an_id_that_another_row_has_is_not_exchanged_and_keeps_the_gate_blocking(
        self, twin: Twin, tmp_path: Path
    ) -> None:
        users = renumbered("students")["users"] + '"0002","","0105","student","Eve","Oak","","","","06",""\n'
        roster = ck.read_roster(deliver(tmp_path / "d", **{**renumbered("students"), "users": users}))
        changes = planted(roster, twin.workspace(), "students")
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, keep_ids=True)
        with (plan.folder / "users.csv").open(newline="", encoding="utf-8") as file:
            sent = [row["sourcedId"] for row in csv.DictReader(file) if row["role"] == "student"]
        assert sorted(sent) == ["0001", "0002", "0003", "s-2"]
        assert gates(plan) == [
            (
                "blocking",
                "1 child could not be given the ID that Connect has, as another row of the delivery has it",
                "ids_taken",
                "workspace.students.id_changed",
            ),
            ("met", "prepared with the IDs that Connect has: 2 students", "", ""),
        ]

    def test_single_pairs_that_are_not_sure_are_left_as_delivered_and_counted(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students", "guardians")))
        changes = planted(roster, twin.workspace(), "students", "guardians", mass=False)
        changes.schema.execute("UPDATE id_changes SET probability = 0.97 WHERE old_id IN ('0001', '9001', '9002')")
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, keep_ids=True)
        assert plan.kept_ids == {"students": 2}
        why = (
            "prepared with the IDs that Connect has: 2 students; left as delivered, as it is not sure that they are "
            "the same: 1 student, 2 guardians"
        )
        assert gates(plan) == [("met", why, "", "")]
        many = planted(roster, twin.workspace(), "students")
        many.schema.execute("UPDATE id_changes SET probability = 0.97")
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=many, keep_ids=True)
        assert plan.kept_ids == {"students": 3}

    def test_children_who_are_not_paired_stay_blocking_with_what_is_left_to_do(
        self, twin: Twin, tmp_path: Path
    ) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        changes = planted(roster, twin.workspace(), "students")
        changes.schema.execute(
            "UPDATE id_changes SET new_id = NULL, pattern = 'undecided', probability = 1 WHERE old_id <> '0001'"
        )
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, keep_ids=True)
        why = (
            "2 children cannot be given the ID that Connect has, as several have one name and nothing distinguishes "
            "them"
        )
        subject = "workspace.students.id_changed"
        assert gates(plan) == [
            ("blocking", why, "archive_undecided", subject),
            ("met", "prepared with the IDs that Connect has: 1 student", "", ""),
        ]
        assert plan.undecided_ids == {subject: 2}
        assert [row[0] for row in gates(plan.waive(subject, "Mrs Alder compares them"))] == ["met", "met"]

    def test_preparing_again_without_keeping_takes_the_crosswalk_away(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        changes = planted(roster, twin.workspace(), "students")
        plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, keep_ids=True).save(
            tmp_path / "copy"
        )
        assert (tmp_path / "copy" / "crosswalk.csv").is_file()
        plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes)
        assert not (tmp_path / "p" / "crosswalk.csv").exists()

    def test_keeping_needs_to_know_the_changes_and_the_sourced_id(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        with pytest.raises(
            SettingError, match="nobody has compared the IDs of the delivery with those of Connect; keep_ids needs"
        ):
            plan_upload(roster, twin.workspace(), folder=tmp_path / "p", keep_ids=True)
        changes = planted(roster, twin.workspace(), "students")
        with pytest.raises(SettingError, match="the IDs of Connect cannot be kept where it has student numbers as IDs"):
            plan_upload(
                roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, keep_ids=True, student_id="number"
            )
        assert roster.path is not None
        with pytest.raises(SettingError, match="id_changes are of another roster"):
            plan_upload(ck.read_roster(roster.path), folder=tmp_path / "p", id_changes=changes)
        assert not (tmp_path / "p").exists()


class TestGate:
    def test_many_new_ids_block_with_their_number_school_and_pattern_until_they_are_waived(
        self, twin: Twin, tmp_path: Path
    ) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students", "staff")))
        changes = planted(roster, twin.workspace(), "students")
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes)
        why = "3 of 4 children at North come under new IDs (another ID altogether)"
        subject = "workspace.students.id_changed"
        assert gates(plan) == [("blocking", why, "keep_record_or_archive", subject)]
        (how,) = plan.gates().loc[lambda found: found["code"] == "id_changes", "how"]
        for way in ("keep_ids=True", "save_worksheet(folder)", "archive=True", f"plan.waive('{subject}', reason)"):
            assert way in how
        assert plan.undecided_ids == {subject: 3}
        waived = plan.waive(subject, "Mrs Alder: a new school year with new children")
        assert gates(waived) == [("met", f"{why}; waived: Mrs Alder: a new school year with new children", "", subject)]
        assert waived.undecided_ids == {}
        assert gates(read_plan(plan.folder)) == gates(waived)
        assert waived.waive(subject, "again").waivers == {subject: "again"}

    def test_staff_guardians_and_schools_cannot_be_archived_first(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered(*NEW)))
        changes = planted(roster, twin.workspace(), *NEW)
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes)
        found = plan.gates().set_index("subject")
        steps = {subject: found.loc[subject, "step"] for subject in found.index if subject}
        assert steps == {
            "workspace.schools.id_changed": "keep_or_record",
            "workspace.students.id_changed": "keep_record_or_archive",
            "workspace.staff.id_changed": "keep_or_record",
            "workspace.guardians.id_changed": "keep_or_record",
            "workspace.classrooms.id_changed": "keep_record_or_archive",
        }
        why = found["why"].to_dict()
        assert why["workspace.schools.id_changed"].startswith("2 of 3 schools come under new IDs")
        assert "1 of 2 members of staff at North" in why["workspace.staff.id_changed"]

    def test_single_new_ids_do_not_block(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        changes = planted(roster, twin.workspace(), "students", mass=False, only="0001")
        plan = plan_upload(roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes)
        assert [row[0] for row in gates(plan)] == ["met"]
        assert gates(plan) == [("met", "only single records come under new IDs: 1", "keep_or_record_single", "")]

    @pytest.mark.thorough
    def test_the_finding_of_changed_ids_is_not_a_gate_of_the_self_check_too(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        known = twin.workspace()
        changes = planted(roster, known, "students")
        findings = ck.check_roster(roster, known, id_changes=changes)
        code = "workspace.students.id_changed"
        assert findings.summary().set_index("code").loc[code, "severity"] == "critical"
        plan = plan_upload(roster, known, findings, folder=tmp_path / "p", id_changes=changes)
        assert code not in {subject for *_, subject in gates(plan, "self_check")}
        assert [subject for *_, subject in gates(plan)] == [code]

    def test_a_waiver_is_written_to_the_log_of_the_target(self, twin: Twin, tmp_path: Path) -> None:
        roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
        changes = planted(roster, twin.workspace(), "students")
        plan = plan_upload(
            roster, twin.workspace(), folder=tmp_path / "p", id_changes=changes, archive_existing=False,
            waivers={"workspace.students.id_changed": "Mrs Alder"},
        )  # fmt: skip
        plan = plan_of_checked(plan)
        upload(plan, twin, dry_run=True)
        upload(plan, twin, dry_run=False)
        (note,) = twin.activity().query("kind == 'waiver'")["what"]
        assert "workspace.students.id_changed: Mrs Alder" in note

    def test_a_plan_that_does_not_say_what_it_knows_of_ids_is_damaged(self, plan: UploadPlan) -> None:
        content = json.loads((plan.folder / "plan.json").read_text())
        assert {"changed_ids", "ids_compared", "keep_ids", "possible_changes", "options"} <= set(content)
        content["keep_ids"] = True
        (plan.folder / "plan.json").write_text(json.dumps(content))
        with pytest.raises(PlanError, match="was edited by hand or is damaged"):
            read_plan(plan.folder)


def plan_of_checked(plan: UploadPlan) -> UploadPlan:
    from connect_kit.uploads.plan_file import write_plan

    return write_plan(replace(plan, checked=True))


class TestNobodyLooked:
    """A plan that was made without looking for changed IDs."""

    @pytest.fixture
    def grown(self, delivery: Path, twin: Twin, tmp_path: Path) -> Twin:
        """Connect after the upload of a delivery with ten children at North."""
        lines = "".join(f"1{n:03d},,0104,student,Kim{n},Oak,,,,03,\n" for n in range(10))
        plan = plan_of(deliver(tmp_path / "first", users=FILES["users"] + lines), twin, tmp_path / "first-plan")
        upload(plan, twin, dry_run=True)
        assert upload(plan, twin, dry_run=False).succeeded
        return twin

    def plan(self, twin: Twin, tmp_path: Path, gone: int, new: int) -> UploadPlan:
        lines = "".join(f"1{n:03d},,0104,student,Kim{n},Oak,,,,03,\n" for n in range(gone, 10))
        lines += "".join(f"2{n:03d},,0104,student,Lee{n},Ash,,,,03,\n" for n in range(new))
        return plan_of(deliver(tmp_path / "d", users=FILES["users"] + lines), twin, tmp_path / "p")

    @pytest.mark.thorough
    def test_children_who_came_and_went_in_numbers_ask_to_look(self, grown: Twin, tmp_path: Path) -> None:
        plan = self.plan(grown, tmp_path, gone=3, new=4)
        subject = "workspace.students.id_changed"
        why = (
            "nobody has compared the IDs with Connect's; at North up to 3 children are new in the files while others "
            "are missing there: these may be the same children under new IDs"
        )
        assert gates(plan) == [("blocking", why, "compare_ids", subject)]
        waived = plan.waive(subject, "compared by hand")
        assert gates(waived) == [("met", f"{why}; waived: compared by hand", "", subject)]

    @pytest.mark.parametrize(("gone", "new"), [(0, 5), (5, 0), (2, 5), (5, 2)])
    def test_children_who_only_came_or_only_went_do_not(self, grown: Twin, tmp_path: Path, gone: int, new: int) -> None:
        assert [row[0] for row in gates(self.plan(grown, tmp_path, gone, new))] == ["met"]


@pytest.mark.thorough
def test_a_plan_is_prepared_again_with_its_answers_and_options(twin: Twin, tmp_path: Path) -> None:
    roster = ck.read_roster(deliver(tmp_path / "d", **renumbered("students")))
    findings = ck.check_roster(roster, twin.workspace())
    changes = planted(roster, twin.workspace(), "students")
    from connect_kit.checks import AuditData

    audit = AuditData(findings)
    waivers = dict.fromkeys(("workspace.students.id_changed",), "known")
    plan = plan_upload(
        roster, twin.workspace(), findings, folder=tmp_path / "p", id_changes=changes, archive_existing=True,
        waivers=waivers, abandon=True,
    )  # fmt: skip
    again = prepare_again(plan, audit, id_changes=changes, keep_ids=True)
    assert again.folder == plan.folder
    assert (again.archive_existing, again.options, again.waivers) == (True, plan.options, waivers)
    assert [file.abandon for file in again.files] == [file.abandon for file in plan.files]
    assert again.kept_ids == {"students": 3}
    other = AuditData(ck.check_roster(ck.read_roster(deliver(tmp_path / "other"))))
    with pytest.raises(SettingError, match="the plan is of d, and the audit of another delivery"):
        prepare_again(plan, other, id_changes=changes)

"""The plan as a value and as a file; the conditions it names (decision 23)."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import EngineError, OutputError, PlanError, SettingError
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, confirmation, plan_upload, read_plan
from connect_kit.uploads.plan_file import write_plan
from connect_kit.uploads.plan_folder import prepared_beside
from tests.uploads.gated import BAD_MAIL, NO_NAME
from tests.uploads.small import deliver, plan_of


def test_a_plan_reads_back_as_it_was_made(plan: UploadPlan) -> None:
    again = read_plan(plan.folder)
    assert again == plan
    assert again.digest == plan.digest
    assert read_plan(plan.folder / "plan.json") == plan
    again.verify()


def test_waivers_and_answers_stay_in_the_folder(plan: UploadPlan, tmp_path: Path) -> None:
    found = replace(plan, findings=(BAD_MAIL,))
    found.waive("users.email.format", "Mrs Alder, by mail: mended next week").answer(archive_existing=True)
    again = read_plan(plan.folder)
    assert again.waivers == {"users.email.format": "Mrs Alder, by mail: mended next week"}
    assert again.archive_existing is True
    assert again.critical == ()


def test_the_digest_changes_with_other_bytes_and_another_way_of_sending_but_not_waivers(
    delivery: Path, twin: Twin, plan: UploadPlan, tmp_path: Path
) -> None:
    abandoning = plan_of(delivery, twin, tmp_path / "abandon", abandon=True)
    other = plan_of(deliver(tmp_path / "d", guardians=None), twin, tmp_path / "other")
    assert len({plan.digest, abandoning.digest, other.digest}) == 3
    assert plan.answer(archive_existing=True).digest == plan.digest


def test_a_changed_file_is_named(plan: UploadPlan) -> None:
    with (plan.folder / "classes.csv").open("a") as file:
        file.write("c3,Art,03,0104\r\n")
    with pytest.raises(PlanError, match=r"classes\.csv: changed since it was planned; prepare the files again"):
        plan.verify()


def test_a_missing_file_is_named(plan: UploadPlan) -> None:
    (plan.folder / "classes.csv").unlink()
    with pytest.raises(PlanError, match=r"classes\.csv: cannot be read .*; prepare the files again"):
        plan.verify()


def test_a_plan_edited_by_hand_is_refused(plan: UploadPlan) -> None:
    place = plan.folder / "plan.json"
    content = json.loads(place.read_text())
    content["waivers"] = {"users.email.format": "because"}
    place.write_text(json.dumps(content))
    with pytest.raises(PlanError, match=r"edited by hand or is damaged; prepare the files again.*plan\.waive"):
        read_plan(plan.folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "\udcff", '{"seal": 1}', '{"version": 1, "seal": "x"}'])
def test_a_damaged_plan_is_one_clear_error(plan: UploadPlan, text: str) -> None:
    (plan.folder / "plan.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PlanError, match=r"plan\.json: "):
        read_plan(plan.folder)


def test_a_folder_without_plan_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="not found; give the folder that plan_upload wrote"):
        read_plan(tmp_path)


def test_a_preparation_that_cannot_write_leaves_the_plan_and_can_be_begun_again(
    delivery: Path, twin: Twin, plan: UploadPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = ck.read_roster(delivery)
    with monkeypatch.context() as patch:
        patch.setattr("connect_kit.uploads.prepare._OPTIONS", "HEADER, NO_SUCH_OPTION")  # the writing itself fails
        with pytest.raises(EngineError, match="no_such_option"):
            plan_upload(roster, twin.workspace(), folder=plan.folder)
    assert read_plan(plan.folder) == plan
    assert plan_upload(roster, twin.workspace(), folder=plan.folder).digest == plan.digest


def test_a_folder_in_the_way_of_a_file_is_one_clear_error(delivery: Path, twin: Twin, plan: UploadPlan) -> None:
    (plan.folder / "enrollments.csv").unlink()
    (plan.folder / "enrollments.csv").mkdir()
    with pytest.raises(OutputError, match=r"cannot be written to .*; give another folder"):
        plan_upload(ck.read_roster(delivery), twin.workspace(), folder=plan.folder)


@pytest.mark.parametrize("damage", [None, b"", b"\0" * 40], ids=["stopped", "empty", "zeros"])
def test_the_next_preparation_clears_away_what_is_left_of_a_plan_and_nothing_else(
    delivery: Path, twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    broken = tmp_path / "broken"
    plan = plan_of(delivery, twin, broken)
    (broken / "S9").mkdir()
    (broken / "S9" / "users.csv").write_text("sourcedId\n")
    settling = [one.path.name for one in plan.files][:2]
    replace = Path.replace

    def stop(path: Path, target: Path) -> Path:
        if path.name == settling[1]:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            plan_of(delivery, twin, broken)
    with pytest.raises(PlanError, match="its preparation did not end"):
        read_plan(broken)
    if damage is not None:
        (broken / "plan.json").write_bytes(damage)
    again = plan_of(delivery, twin, broken)
    assert again.digest == plan.digest
    again.verify()
    assert (broken / "S9" / "users.csv").read_text() == "sourcedId\n"
    assert [path.name for path in broken.glob(".*")] == [".connect-kit.json"]
    again.save(broken)
    read_plan(broken).verify()


FOREIGN = {
    "a list": "[1,2]",
    "nothing": "",
    "a plan of lessons": '{"name": "lesson plan", "files": [{"path": "sub/users.csv"}, {"path": "guardians.csv"}]}',
    "a plan that was begun": '{"preparing": true}',
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_files_that_the_kit_did_not_write_are_neither_replaced_nor_removed(
    plan: UploadPlan, tmp_path: Path, text: str
) -> None:
    place = tmp_path / "mine"
    (place / "sub").mkdir(parents=True)
    files = {"plan.json": text, "users.csv": "mine", "guardians.csv": "mine", "sub/users.csv": "mine"}
    for name, content in {**files, "crosswalk.csv": "mine"}.items():
        (place / name).write_text(content)
    with pytest.raises(OutputError, match=r"was not written by connect-kit"):
        plan.save(place)
    assert {name: (place / name).read_text() for name in files} == files


def test_files_beside_a_plan_that_it_does_not_name_stay(delivery: Path, twin: Twin, plan: UploadPlan) -> None:
    for name in ("crosswalk.csv", "sub/users.csv"):
        (plan.folder / name).parent.mkdir(exist_ok=True)
        (plan.folder / name).write_text("mine")
    plan_of(delivery, twin, plan.folder).save(plan.folder)
    assert [(plan.folder / name).read_text() for name in ("crosswalk.csv", "sub/users.csv")] == ["mine", "mine"]


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("edit", ["by hand", "by a link"])
def test_a_prepared_file_that_somebody_changed_is_neither_replaced_nor_removed(
    delivery: Path, twin: Twin, plan: UploadPlan, tmp_path: Path, recorded: bool, edit: str
) -> None:
    file = plan.folder / "classes.csv"
    if edit == "by hand":
        file.write_text(file.read_text() + "c3,Art,03,0104\n")
    else:
        file.rename(tmp_path / "elsewhere.csv")
        file.symlink_to(tmp_path / "elsewhere.csv")
    text = file.read_text()
    if not recorded:
        (plan.folder / ".connect-kit.json").unlink()
    why = "was changed after connect-kit wrote it" if edit == "by hand" else "is a link"
    with pytest.raises(OutputError, match=rf"classes\.csv: {why}"):
        plan_of(delivery, twin, plan.folder)
    other = plan_of(deliver(tmp_path / "d", classes=None, enrollments=None), twin, tmp_path / "other")
    with pytest.raises(OutputError, match=rf"classes\.csv: {why}"):
        other.save(plan.folder)
    assert file.read_text() == text
    file.unlink()
    plan_of(delivery, twin, plan.folder).verify()


def test_files_of_a_plan_that_was_deleted_are_replaced_and_others_stay(
    delivery: Path, twin: Twin, plan: UploadPlan
) -> None:
    (plan.folder / "plan.json").unlink()
    plan_of(delivery, twin, plan.folder).verify()
    (plan.folder / "plan.json").unlink()
    (plan.folder / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds notes\.txt and no plan"):
        plan_of(delivery, twin, plan.folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_two_do_not_prepare_in_one_folder_at_once(delivery: Path, twin: Twin, plan: UploadPlan) -> None:
    with prepared_beside(plan.folder), pytest.raises(OutputError, match="being prepared there by another window"):
        plan_of(delivery, twin, plan.folder)
    plan_of(delivery, twin, plan.folder).verify()


def test_a_folder_in_the_place_of_a_file_leaves_the_plan_as_it_is(
    delivery: Path, twin: Twin, plan: UploadPlan, tmp_path: Path
) -> None:
    plan.save(tmp_path / "copy")
    (tmp_path / "copy" / "classes.csv").unlink()
    (tmp_path / "copy" / "classes.csv").mkdir()
    text = (tmp_path / "copy" / "users.csv").read_text()
    with pytest.raises(OutputError, match=r"cannot be written to \(classes\.csv is a folder\)"):
        plan_of(delivery, twin, tmp_path / "copy")
    assert (tmp_path / "copy" / "users.csv").read_text() == text
    assert read_plan(tmp_path / "copy").digest == plan.digest


def test_a_folder_in_the_place_of_the_record_is_named(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "plan" / ".connect-kit.json").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"\.connect-kit\.json: is a folder, .*; rename it"):
        plan_of(delivery, twin, tmp_path / "plan")


def test_a_plan_of_an_earlier_version_gives_way_to_a_new_one(delivery: Path, twin: Twin, plan: UploadPlan) -> None:
    (plan.folder / ".connect-kit.json").unlink()
    plan_of(delivery, twin, plan.folder).verify()


def test_a_plan_saved_over_one_whose_preparation_did_not_end_is_whole(plan: UploadPlan, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plan.json").write_text('{"preparing": true}')
    plan.save(tmp_path / "broken")
    read_plan(tmp_path / "broken").verify()


def test_a_saved_plan_stands_on_its_own(plan: UploadPlan, tmp_path: Path) -> None:
    plan.save(tmp_path / "copy")
    copied = read_plan(tmp_path / "copy")
    assert copied.digest == plan.digest
    assert copied.files[0].path == tmp_path / "copy" / "users.csv"
    copied.verify()


def test_the_files_of_a_saved_plan_are_for_their_owner_only(plan: UploadPlan, tmp_path: Path) -> None:
    for file in plan.files:
        file.path.chmod(0o644)
    plan.save(tmp_path / "copy")
    copied = read_plan(tmp_path / "copy")
    assert {file.path.stat().st_mode & 0o777 for file in copied.files} == {0o600}


def test_a_plan_saved_into_its_own_folder_loses_nothing(plan: UploadPlan) -> None:
    plan.save(plan.folder)
    again = read_plan(plan.folder)
    again.verify()
    assert again == plan


def test_a_plan_in_hand_does_not_overwrite_the_one_that_replaced_it(
    plan: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    newer = plan_of(deliver(tmp_path / "newer", guardians=None), twin, plan.folder)
    for change in (
        lambda: plan.answer(archive_existing=True),
        lambda: replace(plan, findings=(BAD_MAIL,)).waive(BAD_MAIL.code, "Mrs Alder"),
    ):
        with pytest.raises(PlanError, match="another plan is there now"):
            change()
    with pytest.raises(PlanError):
        plan.save(plan.folder)
    assert read_plan(plan.folder) == newer


def test_waivers_and_answers_given_beside_each_other_are_all_kept(plan: UploadPlan) -> None:
    found = write_plan(replace(plan, archive_existing=None, findings=(BAD_MAIL, NO_NAME)))
    found.waive(BAD_MAIL.code, "Mrs Alder")
    found.answer(archive_existing=False)
    last = found.waive(NO_NAME.code, "Mr Birch")
    assert last.waivers == {BAD_MAIL.code: "Mrs Alder", NO_NAME.code: "Mr Birch"}
    assert last.archive_existing is False
    assert read_plan(plan.folder) == last


@pytest.mark.parametrize("value", ["no", "False", 0, None])
def test_the_answer_is_yes_or_no_and_nothing_that_looks_like_it(plan: UploadPlan, value: object) -> None:
    with pytest.raises(SettingError, match=r"archive_existing is .*; expected True or False"):
        plan.answer(archive_existing=value)  # type: ignore[arg-type]
    assert read_plan(plan.folder) == plan


@pytest.mark.parametrize(
    ("option", "expected"), [("archive_existing", "True, False or None"), ("abandon", "True or False")]
)
def test_options_of_a_plan_are_yes_or_no(
    delivery: Path, twin: Twin, tmp_path: Path, option: str, expected: str
) -> None:
    with pytest.raises(SettingError, match=f"{option} is 'no'; expected {expected}"):
        plan_of(delivery, twin, tmp_path / "other", **{option: "no"})
    assert not (tmp_path / "other").exists()


def test_a_waiver_needs_a_reason_and_a_code_that_is_there(plan: UploadPlan) -> None:
    found = replace(plan, findings=(BAD_MAIL,))
    with pytest.raises(SettingError, match=r"waiving users\.email\.format needs a reason"):
        found.waive("users.email.format", " ")
    with pytest.raises(SettingError, match=r"waiving users\.email\.format needs a reason"):
        found.waive("users.email.format", None)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"'users\.role\.known' needs no waiver; .* here: users\.email\.format"):
        found.waive("users.role.known", "because")


@pytest.mark.parametrize("waivers", [{"nonsense": "because"}, {"users.email.format": " "}])
def test_a_preparation_that_fails_leaves_the_plan_that_is_there(
    waivers: dict[str, str], delivery: Path, twin: Twin, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    made = plan_of(delivery, twin, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SettingError):
        plan_of(delivery, twin, folder, waivers=waivers)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert read_plan(folder) == made


def test_a_preparation_that_fails_leaves_no_new_folder(delivery: Path, twin: Twin, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'nonsense' needs no waiver"):
        plan_of(delivery, twin, tmp_path / "other", waivers={"nonsense": "because"})
    assert not (tmp_path / "other").exists()


def test_a_plan_shows_itself_without_names(plan: UploadPlan) -> None:
    shown = plan._repr_html_() + repr(plan) + plan.table().to_string() + plan.gates().to_string()
    for name in ("Ada", "Quill", "Cleo", "Marsh", "Ezra"):
        assert name not in shown
    assert repr(plan) == "UploadPlan(2026-08-15: district level, 5 files, 16 rows)"
    assert plan.chart().to_dict()["description"].startswith("Rows to send, by file: users.csv 7 rows")


def test_the_typed_confirmation_names_the_district_and_the_rows(plan: UploadPlan) -> None:
    assert confirmation(plan, "Maple Valley") == "Maple Valley 16"


@pytest.mark.thorough
def test_criticals_of_the_self_check_are_taken_into_the_plan(
    faulty_findings, faulty: ck.SampleDistrict, tmp_path: Path
) -> None:
    plan = plan_upload(faulty_findings.roster, faulty_findings.workspace, faulty_findings, folder=tmp_path / "plan")
    summary = faulty_findings.summary()
    expected = summary[summary["severity"] == "critical"].groupby("code")["count"].sum().to_dict()
    assert {one.code: one.count for one in plan.critical} == expected
    assert plan.checked

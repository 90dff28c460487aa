"""Files that the kit keeps and reads again, damaged in every way: a plain error, or read as if there were none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import DecisionsError, OutputError, PlanError
from tests.marks import some
from tests.uploads import small

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "truncated": lambda data: data[: len(data) // 2],
    "a number": lambda data: b"5",
    "null": lambda data: b"null",
    "a text": lambda data: b'"x"',
    "an empty list": lambda data: b"[]",
    "an empty object": lambda data: b"{}",
    "a list of numbers": lambda data: b"[5, null]",
    "a list of lists": lambda data: b"[[], [1]]",
    "objects with nothing in them": lambda data: b'[{}, {"target": 5}]',
    "an object of other things": lambda data: b'{"seal": "x", "version": 1, "files": 5, "x": [1]}',
    "numbers in place of texts": lambda data: data.replace(b'"', b"7"),
    "NUL bytes": lambda data: bytes(len(data)),
    "a NUL byte within": lambda data: data[:40] + b"\0" + data[40:],
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda data: data.decode().encode("utf-16-le"),
    "another encoding": lambda data: data + "\u00e9".encode("latin-1"),
    "100,000 brackets": lambda data: b"[" * 100_000,
    "100,000 braces": lambda data: b'{"a":' * 100_000,
    "900 brackets": lambda data: b'{"version": 1, "seal": "x", "a": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of 5,000 digits": lambda data: b"9" * 5_000,
    "not bytes of a text": lambda data: bytes(range(128, 256)) * 9,
}
damages = pytest.mark.parametrize("damage", some(DAMAGES.values(), 4), ids=DAMAGES)


@pytest.fixture
def twin(tmp_path: Path) -> ck.Twin:
    return small.new_twin(tmp_path / "maple.duckdb")


@pytest.fixture
def plan(tmp_path: Path, twin: ck.Twin) -> ck.UploadPlan:
    return small.plan_of(small.deliver(tmp_path / "2026-08-15"), twin, tmp_path / "plan")


@damages
def test_a_damaged_plan_is_named_with_the_next_step_and_can_be_prepared_again(
    plan: ck.UploadPlan, twin: ck.Twin, damage: Callable[[bytes], bytes]
) -> None:
    path = plan.folder / "plan.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(PlanError) as error:
        ck.read_plan(plan.folder)
    said = str(error.value)
    assert said.startswith(str(path))
    assert "prepare the files again" in said or "give the folder that plan_upload wrote" in said
    assert not any(word in said for word in ("codec", "char ", "recursion", "NoneType", "object"))
    roster = ck.read_roster(plan.folder.parent / "2026-08-15")
    assert ck.plan_upload(roster, twin.workspace(), folder=plan.folder).files


@damages
def test_damaged_records_of_dry_runs_count_as_none_and_the_next_dry_run_writes_them_anew(
    plan: ck.UploadPlan, twin: ck.Twin, damage: Callable[[bytes], bytes]
) -> None:
    ck.upload(plan, twin)
    path = plan.folder / "rehearsals.json"
    path.write_bytes(damage(path.read_bytes()))
    gates = plan.gates(twin).set_index("code")["state"]
    assert gates["dry_run"] == "blocking"
    assert ck.upload(plan, twin).succeeded
    assert plan.gates(twin).set_index("code")["state"]["dry_run"] == "met"
    assert isinstance(json.loads(path.read_text(encoding="utf-8")), list)


@damages
def test_damaged_records_of_runs_do_not_stop_an_upload_or_the_reading_of_its_results(
    plan: ck.UploadPlan, twin: ck.Twin, damage: Callable[[bytes], bytes]
) -> None:
    ck.upload(plan, twin)
    result = ck.upload(plan, twin, dry_run=False)
    assert result.folder is not None
    path = plan.folder / "runs.json"
    path.write_bytes(damage(path.read_bytes()))
    assert len(ck.read_results(result.folder, plan).errors) == 0
    ck.upload(plan, twin)
    assert ck.upload(plan, twin, dry_run=False).succeeded
    assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)


@damages
def test_damaged_decisions_are_named_with_the_line_and_left_as_they_are(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "connect-kit-decisions.csv"
    ck.read_decisions(path).decide("students", "roster:1", "roster:2", "same", who="Mrs Alder")
    data = damage(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    path.write_bytes(data)
    try:
        read = ck.read_decisions(path)
    except DecisionsError as error:
        assert str(error).startswith(str(path))
        assert error.problems
        assert all(problem.startswith("line ") for problem in error.problems)
        with pytest.raises(DecisionsError):
            replace(ck.read_decisions(None), path=path).decide("students", "roster:1", "roster:3", "same")
        assert path.read_bytes() == data
    else:
        assert {decision.pair for decision in read.rows} <= {("students", "roster:1", "roster:2")}


@damages
def test_a_damaged_summary_is_left_as_it_is_and_named(
    clean_audit: ck.Audit, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "summary.json"
    damaged = damage(b'{"fit": true}' * 9)
    path.write_bytes(damaged)
    if damaged:  # nothing is lost with an empty one
        with pytest.raises(OutputError, match=r"summary\.json: was not written by connect-kit, and is left as it is"):
            clean_audit.save(tmp_path)
        assert path.read_bytes() == damaged
        path.unlink()
    clean_audit.save(tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["fit"] is True


@pytest.fixture(scope="module")
def clean_audit(clean: ck.SampleDistrict) -> ck.Audit:
    return ck.audit(clean.delivery, clean.workspace, duplicates=False, progress=False)


def test_a_byte_order_mark_before_what_the_kit_wrote_is_no_damage(plan: ck.UploadPlan, twin: ck.Twin) -> None:
    ck.upload(plan, twin)
    ck.upload(plan, twin, dry_run=False)
    ck.upload(plan, twin)
    for name in ("plan.json", "rehearsals.json", "runs.json"):
        path = plan.folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert ck.read_plan(plan.folder) == plan
    assert plan.gates(twin).set_index("code")["state"]["dry_run"] == "met"


@pytest.mark.parametrize("name", ["plan.json", "rehearsals.json", "runs.json"])
def test_a_folder_in_place_of_a_file_of_the_plan_is_one_clear_error(
    plan: ck.UploadPlan, twin: ck.Twin, name: str
) -> None:
    (plan.folder / name).unlink(missing_ok=True)
    (plan.folder / name).mkdir()
    with pytest.raises(ck.ConnectKitError, match=name.replace(".", r"\.")):
        ck.upload(ck.read_plan(plan.folder), twin)
        ck.upload(plan, twin, dry_run=False)

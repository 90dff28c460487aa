"""What an upload leaves: a value that is saved, counted and shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan, upload
from connect_kit.uploads.plan_file import write_plan
from tests.uploads.counting import KINDS, results
from tests.uploads.small import ROWS

# The result as a value.


def test_a_result_is_saved_as_connect_gives_it_with_guardians_as_a_workbook_of_texts(
    plan: UploadPlan, twin: Twin, tmp_path: Path
) -> None:
    result = upload(plan, twin)
    result.save(tmp_path / "saved", excel=True)
    for name, content in results(result).items():
        assert (tmp_path / "saved" / name).read_bytes() == content
    sheet = openpyxl.load_workbook(tmp_path / "saved" / "04-guardians-result.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (
        "studentSourcedId", "guardianSourcedId", "givenName", "familyName", "email", "language",
        "result", "action", "code", "message",
    )  # fmt: skip
    assert [row[0] for row in rows[1:]] == ["0001", "0002"]
    assert [row[6] for row in rows[1:]] == ["SUCCESS", "SUCCESS"]


def test_saved_results_are_for_their_owner_only(plan: UploadPlan, twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open" / "04-guardians-result.csv").touch(mode=0o644)
    (tmp_path / "open" / "04-guardians-result.xlsx").touch(mode=0o644)
    upload(plan, twin).save(tmp_path / "open", excel=True)
    assert len(list((tmp_path / "open").glob("[!.]*"))) == len(KINDS) + 1
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "open").iterdir()} == {0}


def test_a_result_counts_by_school_and_kind(plan: UploadPlan, twin: Twin) -> None:
    table = upload(plan, twin).table()
    users = table[table["file"] == "users.csv"].groupby("what")["count"].sum().to_dict()
    assert users == {"students": 3, "guardians": 3, "staff": 1}
    assert table["count"].sum() == sum(ROWS)


def test_a_result_shows_itself(plan: UploadPlan, twin: Twin) -> None:
    result = upload(plan, twin)
    assert repr(result) == "UploadResult(dry run on Maple Valley: succeeded, 17 rows, 0 refused)".replace(
        "17", str(sum(ROWS))
    )
    assert "users.csv 7 created; classes.csv 2 created" in result.chart().to_dict()["description"]


@pytest.mark.thorough
def test_a_plan_written_again_is_still_the_same_run(tried: UploadPlan, twin: Twin) -> None:
    upload(tried, twin, dry_run=False)
    upload(tried, twin)
    again = write_plan(replace(tried, archive_existing=True))
    assert upload(again, twin, dry_run=False).run == f"{tried.digest}:2"

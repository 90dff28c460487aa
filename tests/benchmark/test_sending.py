"""The benchmark of the upload reports time and memory of each step, and that nothing was refused."""

import json

import pytest

from connect_kit.errors import SettingError
from tests.benchmark import run_upload_bench


@pytest.mark.thorough
def test_every_step_of_an_upload_is_measured_and_a_second_one_changes_nothing(tmp_path):
    lines: list[str] = []
    seconds = run_upload_bench(students=60, folder=tmp_path, report=lines.append)
    written = json.loads((tmp_path / "upload.json").read_text(encoding="utf-8"))
    steps = {step["step"]: step for step in written["figures"]}
    assert list(steps) == list(seconds)
    assert list(steps)[2:] == ["dry run on an empty twin", "real upload", "dry run of the same files again"]
    again = steps["dry run of the same files again"]
    assert again["rows"] == again["unchanged"] == steps["real upload"]["rows"] > 0
    assert steps["real upload"]["errors"] == 0
    assert any("peak memory" in line for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["upload.json"]  # the district is gone


def test_fewer_students_than_a_district_has_are_refused(tmp_path):
    with pytest.raises(SettingError, match="at least 20"):
        run_upload_bench(students=5, folder=tmp_path, report=print)

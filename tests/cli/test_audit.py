"""The command line's contract: files, exit codes, one clear line, nothing written half."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import connect_kit as ck

OUTPUTS = {
    "summary.json", "findings.csv", "duplicates.csv", "schools.csv", "classrooms.csv", "id_changes.csv",
    "left_behind.csv",
    "report.html",
    "findings.xlsx",
}  # fmt: skip
ROOT = Path(__file__).parents[2]


def connect_kit(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "connect_kit", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300, check=False, **more,
    )  # fmt: skip


def test_a_clean_district_ends_with_0_and_writes_exactly_the_contracts_files(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    done = connect_kit("audit", clean.delivery, "--workspace", clean.workspace, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").glob("[!.]*")} == OUTPUTS
    assert "FIT TO SEND" in done.stdout


def test_critical_findings_end_with_1_and_the_summary_counts_them(faulty: ck.SampleDistrict, tmp_path: Path) -> None:
    done = connect_kit("audit", faulty.delivery, "--workspace", faulty.workspace, "--out", tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["fit"] is False
    assert summary["level"] == "district"
    # Nothing broke: what was not checked lacked something.
    assert {row["failed"] for row in summary["not_checked"]} <= {False}
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == "code severity table file line sourcedId column message".split()
    assert sum(finding["count"] for finding in summary["findings"]) == len(rows)
    assert set(summary["findings"][0]) == {"code", "severity", "table", "column", "count", "title"}
    assert summary["tables"]["users"] == {"rows": len(ck.read_roster(faulty.delivery).users), "refused": 0}


def folder_of_junk(path: Path) -> Path:
    path.mkdir()
    (path / "users.csv").write_bytes(os.urandom(5_000_000))
    return path


def zip_that_leaves(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../users.csv", "sourcedId\n1\n")
    return path


def zip_bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("users.csv", "w", force_zip64=True) as out,
    ):
        for _ in range(100):
            out.write(b"0" * 1_000_000)
    return path


def empty_folder(path: Path) -> Path:
    path.mkdir()
    return path


def no_zip(path: Path) -> Path:
    path.write_text("hello", encoding="utf-8")
    return path


def column_of_quotes(path: Path) -> Path:
    path.mkdir()
    (path / "users.csv").write_text("sourcedId,role\n" + '"' * 1_000_001 + ",student\n", encoding="utf-8")
    return path


BAD = {
    "a path that is not there": (lambda path: path, "not found"),
    "an empty folder": (empty_folder, "holds no roster file"),
    "a ZIP that is none": (no_zip, "not a ZIP file"),
    "a path leaving the folder": (zip_that_leaves, "leads out of the delivery's folder"),
    "a ZIP bomb": (zip_bomb, "times its packed size"),
    "garbage": (folder_of_junk, "not text in any accepted encoding"),
    "a million quotes": (column_of_quotes, "none of its 1 lines can be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_ends_with_2_one_clear_line_and_no_output(name: str, tmp_path: Path) -> None:
    make, message = BAD[name]
    done = connect_kit("audit", make(tmp_path / "delivery"), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_a_full_disk_leaves_the_former_results_as_they_were(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    connect_kit("audit", clean.delivery, "--out", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    done = connect_kit("audit", clean.delivery, "--out", tmp_path, preexec_fn=little_room)
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_faulty_suite_is_reported_in_one_line(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "users.json").write_text("{", encoding="utf-8")
    done = connect_kit("audit", clean.delivery, "--suites", tmp_path / "suites", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "users.json: is not JSON" in done.stderr


@pytest.mark.thorough
def test_other_files_in_the_output_folder_are_left_alone(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    connect_kit("audit", clean.delivery, "--out", tmp_path)
    assert {path.name for path in tmp_path.glob("[!.]*")} == OUTPUTS | {"notes.txt"}
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.thorough
def test_a_zip_is_audited_like_its_folder(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as archive:
        for path in clean.delivery.iterdir():
            archive.write(path, f"export/{path.name}")
    done = connect_kit("audit", tmp_path / "delivery.zip", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr


def test_the_sample_command_writes_a_district_with_its_truth(tmp_path: Path) -> None:
    done = connect_kit(
        "sample", "--out", tmp_path, "--students", 500, "--faults", "users.role.known,users.grades.known"
    )
    assert done.returncode == 0, done.stderr
    assert "users.role.known" in (tmp_path / "truth.csv").read_text(encoding="utf-8")
    for name in ("people", "classrooms", "schools"):
        assert (tmp_path / f"truth_{name}.csv").is_file()


def test_the_sample_command_says_that_records_made_by_hand_are_not_fit_even_without_faults(tmp_path: Path) -> None:
    made = connect_kit("sample", "--out", tmp_path / "by hand", "--students", 500, "--faults", "none", "--existing")
    assert "the district is not fit: a School ID that was recorded by hand on Connect lacks its zeros" in made.stdout
    clean = connect_kit("sample", "--out", tmp_path / "clean", "--students", 500, "--faults", "none")
    assert "not fit" not in clean.stdout
    assert "with --faults none such a" in " ".join(connect_kit("sample", "--help").stdout.replace("│", " ").split())


@pytest.mark.parametrize(
    "arguments",
    [("--duplicates", "0", "--no-existing"), ("--level", "school", "--duplicates", "0"), ("--faults", "none")],
    ids=["switched off", "school level", "without faults"],
)
def test_the_sample_command_can_leave_out_duplicate_students(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = connect_kit("sample", "--out", tmp_path, "--students", 500, *arguments)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("truth_*.csv"))


@pytest.mark.thorough
def test_the_sample_without_faults_is_fit(tmp_path: Path) -> None:
    assert connect_kit("sample", "--out", tmp_path, "--students", 500, "--faults", "none").returncode == 0
    done = connect_kit("audit", tmp_path / "delivery", "--workspace", tmp_path / "workspace", "--out", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["verdict"] == "fit", done.stdout


@pytest.mark.thorough
def test_a_reader_that_goes_away_early_leaves_no_noise(clean: ck.SampleDistrict, tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m connect_kit audit "{clean.delivery}" --out "{tmp_path}" | true'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr == ""
    assert {path.name for path in tmp_path.glob("[!.]*")} == OUTPUTS


def test_a_result_with_remarks_is_left_as_it_is_and_the_audit_does_not_begin(
    clean: ck.SampleDistrict, tmp_path: Path
) -> None:
    assert connect_kit("audit", clean.delivery, "--out", tmp_path).returncode == 0
    with (tmp_path / "findings.csv").open("a", encoding="utf-8") as file:
        file.write("my remark\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = connect_kit("audit", clean.delivery, "--out", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "findings.csv: was changed after connect-kit wrote it, and is left as it is" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

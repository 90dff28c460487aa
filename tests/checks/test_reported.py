"""Small deliveries rebuilt from what districts and vendors report, each with the findings that are right for it.

A case is ``reported/00_clean`` with one trouble: files that its folder lacks are those of the clean one, unless it
brings classes.csv. Cases ``ws_*`` are audited with the workspace ``reported/_ws``, ``*_level_*`` as the files of one
school. Cases about dates are in test_dates.py, where they are written relative to today.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.checks.cases import checked, said
from tests.marks import some

FOLDER = Path(__file__).parent / "reported"
CASES = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and folder.name != "_ws")
#: One of each kind runs in every run of the tests.
OFTEN = (
    "00_clean", "agents_reversed", "count_enrollment_at_other_school", "count_phone_forms", "delta_refs_outside",
    "excel_float_ids", "header_typos", "list_separators", "null_names", "question_marks", "v12_ext_role", "ws_clean",
)  # fmt: skip
Right = list[tuple[str, str, str, str, str]]


def right_values() -> dict[str, Right]:
    """By case: severity, code, file, lines (with blanks between them) and the message of the first of them."""
    found: dict[str, Right] = {case: [] for case in CASES}
    with (FOLDER / "right_values.csv").open(encoding="utf-8", newline="") as file:
        for case, *values in list(csv.reader(file))[1:]:
            found[case].append((values[0], values[1], values[2], values[3], values[4]))
    return found


def found_values(folder: Path, case: str) -> Right:
    """What the self-check says of a case, critical findings and warnings only, in the same form."""
    shutil.copytree(FOLDER / case, folder / case)
    if not (folder / case / "classes.csv").exists():
        for clean in (FOLDER / "00_clean").iterdir():
            if not (folder / case / clean.name).exists():
                shutil.copy(clean, folder / case)
    workspace = FOLDER / "_ws" if case.startswith("ws_") else None
    findings = checked(folder / case, workspace, level="school" if "_level_" in case else "district")
    rows: dict[tuple[str, str, str], tuple[list[str], str]] = {}
    for severity, code, file, line, message in said(findings, infos=False):
        lines, _ = rows.setdefault((severity, code, file or ""), ([], message))
        lines.append("" if line is None else str(line))
    return [(*key, " ".join(lines), message) for key, (lines, message) in rows.items()]


@pytest.mark.parametrize("case", some((*OFTEN, *(case for case in CASES if case not in OFTEN)), len(OFTEN)))
def test_a_reported_delivery_has_the_findings_that_are_right_for_it(tmp_path: Path, case: str) -> None:
    assert found_values(tmp_path, case) == right_values()[case]

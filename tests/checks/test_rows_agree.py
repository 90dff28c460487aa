"""Numbers of one thing agree wherever they stand: rows are rows, and School IDs are called School IDs."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.checks.test_school_zeros import district

GUARDIANS = 7


@pytest.fixture
def audit(tmp_path: Path) -> ck.Audit:
    """Both schools have lost their zeros in users.csv, where seven guardians are at both; a third is unknown."""
    roster, workspace = district(
        tmp_path, users="101", classes="0101", enrollments="0101", connect="0101", others=("102",),
        connect_others=("0102",),
    )  # fmt: skip
    assert roster.path is not None and workspace is not None
    users = roster.path / "users.csv"
    more = [f'g{n},"101,102",guardian,Zoe,Poe{n},zoe{n}@example.org,,,' for n in range(GUARDIANS)]
    users.write_text(users.read_text(encoding="utf-8") + "\n".join([*more, ""]), encoding="utf-8")
    for name in ("classes", "enrollments"):
        file = roster.path / f"{name}.csv"
        file.write_text(file.read_text(encoding="utf-8").replace(",102", ",0102"), encoding="utf-8")
    return ck.audit(roster.path, workspace)


@pytest.mark.thorough
def test_a_gate_counts_the_rows_that_the_verdict_counts(audit: ck.Audit, tmp_path: Path) -> None:
    code = "users.orgSourcedIds.leading_zero_lost"
    rows = 8 + GUARDIANS  # three children and a teacher at each school
    table = audit.table()
    lines = table.loc[table["code"] == code, "line"]
    assert (len(lines), lines.nunique()) == (8 + 2 * GUARDIANS, rows)
    assert [reason.counts["rows"] for reason in audit.judgement.reasons if reason.code == "critical"] == [rows]
    plan = ck.plan_upload(audit, folder=tmp_path / "plan")
    [gate] = [one for one in plan.gates().itertuples() if one.code == "self_check" and one.subject == code]
    assert f"({rows} rows)" in str(gate.why)
    by_school = audit.causes().set_index("cause")["rows"]
    zeros = by_school[by_school.index.str.contains("without its leading zeros")]
    assert zeros.tolist() == [4 + GUARDIANS, 4 + GUARDIANS]  # a guardian at two schools has two causes


@pytest.mark.thorough
def test_schools_on_one_side_only_are_counted_as_school_ids(tmp_path: Path) -> None:
    roster, workspace = district(
        tmp_path, users="0101", classes="0101", enrollments="0101", connect="0101", others=("0102", "0103"),
        connect_others=("0777", "0778"),
    )  # fmt: skip
    plan = ck.plan_upload(ck.audit(roster, workspace), folder=tmp_path / "plan")
    gates = plan.gates().set_index("subject")["why"]
    assert gates["workspace.schools.unmatched"] == "Schools that exist on one side only (4 School IDs)"
    assert gates["users.orgSourcedIds.known_school"].endswith("(8 rows)")

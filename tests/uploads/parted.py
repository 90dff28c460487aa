"""What is asked of a plan for a part of a district."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import connect_kit as ck
from connect_kit.matching import SchoolMatches
from connect_kit.twin import Twin
from connect_kit.uploads import UploadPlan

ONE_SCHOOL = "users.orgSourcedIds.one_school"


def sent(plan: UploadPlan, kind: str, column: str = "sourcedId") -> list[str]:
    """Values of a column in the prepared files of a kind, in their order."""
    paths = [file.path for file in plan.files if file.kind == kind]
    return [value for path in paths for value in pd.read_csv(path, dtype=str, keep_default_na=False)[column]]


def checked(delivery: Path, twin: Twin, level: str = "district") -> ck.Audit:
    return ck.audit(delivery, twin, level=level, duplicates=False)  # type: ignore[arg-type]


def gate(plan: UploadPlan, code: str, target: object = None) -> pd.Series:
    gates = plan.gates(target)
    return gates[gates["code"] == code].iloc[0]


def blocking(plan: UploadPlan, target: object = None) -> list[str]:
    gates = plan.gates(target)
    return gates.loc[(gates["state"] == "blocking") & (gates["code"] != "dry_run"), "gate"].tolist()


def counted(twin: Twin, folder: Path, table: str, column: str) -> dict[str, int]:
    """Rows of an exported file by the values of a column."""
    twin.export(folder)
    values = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)[column]
    return {str(value): int(count) for value, count in values.value_counts().items()}


def schools_of(audit: ck.Audit) -> SchoolMatches:
    assert audit.schools is not None
    return audit.schools

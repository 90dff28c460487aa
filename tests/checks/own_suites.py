"""Suites of a district, written by the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import connect_kit as ck

NOT_NULL = "expect_column_values_to_not_be_null"
SQL = "unexpected_rows_expectation"


def suite(folder: Path, *expectations: Any, name: str = "users", **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"name": name, "expectations": list(expectations), **more}), encoding="utf-8")
    return path


def rule(kind: str = NOT_NULL, severity: str = "critical", meta: Any = None, **kwargs: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": severity,
        "meta": {"code": "users.own.rule"} if meta is None else meta,
    }


def query(sql: str, severity: str = "critical") -> dict[str, Any]:
    return rule(SQL, severity, unexpected_rows_query=sql)


def kits_own(findings: ck.Findings) -> list[tuple[str, str, int]]:
    frame = findings.summary()
    frame = frame[~frame["code"].str.contains(r"\.own\.")]
    return [
        (str(code), str(severity), int(count))
        for code, severity, count in frame[["code", "severity", "count"]].itertuples(index=False, name=None)
    ]


TABLES = frozenset(("users", "classes", "enrollments", "_all_users"))

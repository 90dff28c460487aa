"""Bytes that are not text are named with their lines, and do not spoil what stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import WorkspaceError
from tests.checks.small import changed, check, deliver, rows


def test_one_byte_that_is_not_utf_8_is_named_and_the_other_names_stay(tmp_path: Path) -> None:
    folder = deliver(tmp_path, users=changed("users", ("Avery", "Zoë"), ("Blake", "Ren#e")))
    path = folder / "users.csv"
    path.write_bytes(path.read_bytes().replace(b"Ren#e", b"Ren\xe9e"))
    findings = check(folder)
    assert "Zoë" in set(findings.roster.users["givenName"])
    found = [(severity, code, line) for severity, code, _, line, _ in rows(findings, infos=False)]
    assert found == [("critical", "users.names.damaged", 4), ("warning", "file.encoding", 4)]


def test_a_file_that_is_not_text_says_where(tmp_path: Path) -> None:
    path = deliver(tmp_path) / "classes.csv"
    path.write_bytes(path.read_bytes() + b"k9,Caf\x81,07,org1\n")
    messages = [message for _, code, _, _, message in rows(check(tmp_path)) if code == "file.undecodable"]
    assert len(messages) == 1
    assert "in any accepted encoding (first on line 3: byte 81); open it" in messages[0]


def test_a_manifest_with_such_a_byte_still_says_what_is_a_delta(tmp_path: Path) -> None:
    folder = deliver(tmp_path)
    lines = [
        "propertyName,value",
        "manifest.version,1.0",
        "oneroster.version,1.1",
        "source.systemName,Zo\u00eb #",
        "file.users,delta",
    ]
    (folder / "manifest.csv").write_bytes("\n".join([*lines, ""]).encode().replace(b"#", b"\xe9"))
    assert ("delivery.delta", "manifest") in set(
        check(folder).table()[["code", "table"]].itertuples(index=False, name=None)
    )


def test_a_workspace_with_such_a_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"
    path.write_bytes("connectSchoolId,name,schoolId\nK1,Zo\u00eb,1\nK2,Ren#e,2\n".encode().replace(b"#", b"\xe9"))
    with pytest.raises(WorkspaceError, match=r"schools\.csv, line 3: the bytes E9 are not UTF-8"):
        ck.read_workspace(tmp_path)

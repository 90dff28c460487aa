"""Bytes that are no text are named with their lines, and do not spoil what stands beside them."""

from __future__ import annotations

from pathlib import Path

from tests.checks.small import changed, check, deliver, rows


def test_one_byte_that_is_not_utf_8_is_named_and_the_other_names_stay(tmp_path: Path) -> None:
    folder = deliver(tmp_path, users=changed("users", ("Avery", "Zoë"), ("Blake", "Ren#e")))
    path = folder / "users.csv"
    path.write_bytes(path.read_bytes().replace(b"Ren#e", b"Ren\xe9e"))
    findings = check(folder)
    assert "Zoë" in set(findings.roster.users["givenName"])
    found = [(severity, code, line) for severity, code, _, line, _ in rows(findings, infos=False)]
    assert found == [("critical", "users.names.damaged", 4), ("warning", "file.encoding", 4)]


def test_a_file_that_is_no_text_says_where(tmp_path: Path) -> None:
    path = deliver(tmp_path) / "classes.csv"
    path.write_bytes(path.read_bytes() + b"k9,Caf\x81,07,org1\n")
    messages = [message for _, code, _, _, message in rows(check(tmp_path)) if code == "file.undecodable"]
    assert len(messages) == 1
    assert "in any accepted encoding (first on line 3: byte 81); open it" in messages[0]

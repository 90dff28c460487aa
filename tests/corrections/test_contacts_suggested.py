"""What is suggested in place of an address or a number: the whole of it, and only where nothing else is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import connect_kit as ck
from tests.checks.cases import CLEAN, deliver

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FIRST = {
    "users": "p{},org1,parent,Casey,Jones,{},{},,,true",
    "guardians": "s1,g{},Casey,Jones,{},{}",
}


def suggested(folder: Path, table: str, column: str, values: Iterable[str]) -> dict[str, str | None]:
    """By value: what is suggested for a guardian called Casey Jones who has it."""
    values = list(values)
    quoted = ['"' + value.replace('"', '""') + '"' for value in values]
    pairs = [(value, "") if column == "email" else ("", value) for value in quoted]
    lines = [FIRST[table].format(10 + n, *pair) for n, pair in enumerate(pairs)]
    head = CLEAN["users"] if table == "users" else ["studentSourcedId,guardianSourcedId,givenName,familyName,email,sms"]
    found = ck.suggest_corrections(ck.read_roster(deliver(folder, **{table: [*head, *lines]})))
    rows = found.table()
    rule = f"{table}.{column}.format"
    assert set(rows["rule"]) <= {rule}
    assert set(rows["column"]) <= {column}
    corrected = ck.check_roster(found.accept().apply()).table()
    new = {line - len(head) - 1: text for line, text in zip(rows["line"], rows["new"], strict=True)}
    assert not set(corrected["line"][corrected["code"] == rule]) & set(rows["line"])
    return {value: new.get(number) for number, value in enumerate(values)}


@pytest.mark.parametrize("table", FIRST)
def test_an_address_loses_what_stands_around_it(tmp_path: Path, table: str) -> None:
    right = {
        "mailto:cs@example.com": "cs@example.com",
        "Casey <cs@example.com>": "cs@example.com",
        "Casey Jones <ann@example.com>": "ann@example.com",
        "cs@example.com; dd@example.com": "cs@example.com",
        "casey": None,
        "n/a": None,
        "(_ann@example.com)": "_ann@example.com",
        "mailto:_ann@example.com": "_ann@example.com",
        "Casey <_ann@example.com>": "_ann@example.com",
        "ann@example.com (work)": "ann@example.com",
        "noemail@example.com; ann@example.com": "ann@example.com",
        "None <none@none.com>": None,
        "<noemail@noemail.com>": None,
        "mailto:noreply@school.org": None,
        "no@email.com; ann@example.com": "ann@example.com",
        "_ann@example.com; bob@example.com": "_ann@example.com",
        "'ann@example.com": "ann@example.com",
        "“ann@example.com”": "ann@example.com",
        "ann@example.com(work)": "ann@example.com",
        "E-mail: ann@example.com": "ann@example.com",
        "'robin@example.com'": "robin@example.com",
        "nina@example.net,": "nina@example.net",
        "tim@example.fr; ": "tim@example.fr",
    }
    assert suggested(tmp_path, table, "email", right) == right


def test_an_address_of_which_more_is_said_is_not_suggested(tmp_path: Path) -> None:
    more = [
        "ann@old.example.com (do not use)",
        "Bad address <ann@example.com>",
        "(old) ann@example.com",
        "ann.<smith@example.com>",
        "Dana Smith <ann@example.com>",
        "ann smith@example.com; bob@example.com",
        "o’neil@example.com; bob@example.com",
        "ann@example.com (old); bob@example.com",
        "(❌) ann@example.com",
    ]
    assert suggested(tmp_path, "guardians", "email", more) == dict.fromkeys(more)


@pytest.mark.parametrize("table", FIRST)
def test_a_number_loses_what_stands_around_it(tmp_path: Path, table: str) -> None:
    right = {
        "202-555-0144 (cell)": "2025550144",
        "Mom: +1 (202) 555-0144": "+12025550144",
        "202-555-0144 / 202-555-0145": "202-555-0144",
        "202-555-0144 ext. 9": None,
        "123": None,
        "+522225550144 or +522225550145": "+522225550144",
        "Casey: 615-327-2466": "6153272466",
        "cell 615-327-2466": "6153272466",
        "6153272466.0": "6153272466",
        "+442079460958 (mom)": "+442079460958",
    }
    assert suggested(tmp_path, table, "sms", right) == right


def test_a_number_of_which_more_is_said_is_not_suggested(tmp_path: Path) -> None:
    more = [
        "no texts 615-327-2466",
        "wrong number 6153272466",
        "do not use 615-327-2466",
        "615-327-2466 inactive",
        "615-327-2466 (opted out)",
        "dnc 615-327-2466",
        "ex-husband 615-327-2466",
        "615-327-2466 fax",
        "615-327-2466 (home)",
        "615-327-2466 n/a",
        "no usar 615-327-2466",
        "615-327-2466?",
        "cell 555-2144 202",
        "615-327-2466 or 327-2467",
        "615-327-2466 / 615-327-2467 (old)",
        "615-327-2466 Dana",
        "❌ 615-327-2466",
        "+77777777777",
    ]
    assert suggested(tmp_path, "guardians", "sms", more) == dict.fromkeys(more)

"""Files of thousands of columns are answered at once: read up to a limit, refused in words beyond it."""

from __future__ import annotations

import pytest

from connect_kit.checks import check_roster
from connect_kit.engine import DuckDBEngine
from connect_kit.roster import read_roster
from connect_kit.roster.reader import MOST_COLUMNS

COLUMNS = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName"]
ROW = ["1", "010", "student", "Ada", "Brook"]


@pytest.fixture
def checked(tmp_path):
    def check(count):
        more = count - len(COLUMNS)
        header = ",".join([*COLUMNS, *(f"extra{i}" for i in range(more))])
        row = ",".join([*ROW, *("x" for _ in range(more))])
        (tmp_path / "users.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
        (tmp_path / "classes.csv").write_text(
            "sourcedId,title,grades,schoolSourcedId\nc,Art,01,010\n", encoding="utf-8"
        )
        roster = read_roster(tmp_path, engine=DuckDBEngine(threads=2))
        return roster, check_roster(roster).table()

    return check


def test_five_thousand_columns_are_refused_in_words(checked):
    roster, found = checked(5_000)
    assert roster.unreadable == {"users": "it has 5,000 columns; a roster's file has at most 1,000"}
    (message,) = found.loc[found["code"] == "header.too_many", "message"]
    assert message == "it has 5,000 columns; a roster's file has at most 1,000"
    assert "header.unknown_column" not in set(found["code"])


def test_as_many_columns_as_allowed_are_read(checked):
    roster, found = checked(MOST_COLUMNS)
    assert len(roster.users.columns) == MOST_COLUMNS
    (message,) = found.loc[found["code"] == "header.unknown_column", "message"]
    assert message == "995 columns are not of the standard: extra0, extra1, extra2, extra3, extra4 and so on"

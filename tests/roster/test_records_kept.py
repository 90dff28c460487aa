"""A line that has what every record has is one, wherever it stands and whatever it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connect_kit.roster import Roster, read_roster
from tests.checks.cases import CLEAN, deliver

if TYPE_CHECKING:
    from pathlib import Path


def named(roster: Roster) -> tuple[list[int], list[int]]:
    """Lines of users.csv that are refused, and those that are set aside."""
    return [int(line) for line in roster.refused["line"]], [int(line) for line in roster.aside["line"]]


def test_rows_above_the_header_are_refused_and_not_passed_over(tmp_path: Path) -> None:
    lines = ["Roster of 2026", "s8,org1,student,Ann,Newa,,,p1,07,true", *CLEAN["users"]]
    roster = read_roster(deliver(tmp_path, users=lines))
    assert named(roster) == ([2], [1])
    assert roster.refused["reason"].tolist() == ["it stands above the header, although it looks like a row"]
    assert roster.info["users"].refused == 1


@pytest.mark.parametrize(
    ("table", "header", "line"),
    [
        ("users", "sourcedId,orgSourcedIds,role,givenName,familyName,email", "End,org1,teacher,Zed,Zole"),
        ("users", "familyName,givenName,sourcedId,role,orgSourcedIds,email", "Total,Ann,S9,student,org1"),
        ("classes", "title,sourcedId,grades,location,schoolSourcedId,periods", "Total Fitness,k2,07,r,org1"),
        ("classes", "title,sourcedId,grades,location,schoolSourcedId,periods", "Records: 4,k2,07,r,org1"),
        ("guardians", "familyName,givenName,studentSourcedId,guardianSourcedId,email,sms", "Total,B,s1,G2,b@x.org"),
        ("student_attributes", "team,studentSourcedId,colour", "Total,s2"),
    ],
)
def test_a_short_last_row_is_no_footer_for_what_it_begins_with(
    tmp_path: Path, table: str, header: str, line: str
) -> None:
    roster = read_roster(deliver(tmp_path, **{table: [header, line]}))
    assert roster.aside.empty
    assert [roster.info[table].rows, roster.info[table].refused] == [1, 0]


@pytest.mark.parametrize("footer", ["Total records: 4", "(4 rows)", "Generated on August 1, 2026, 6:00 AM", "Total,4"])
def test_a_footer_is_still_one(tmp_path: Path, footer: str) -> None:
    roster = read_roster(deliver(tmp_path, users=[*CLEAN["users"], footer]))
    assert named(roster) == ([], [6])


TITLE = "Springfield USD, Class Roster, August 1, 2026, School Year"


@pytest.mark.parametrize("table", ["users", "classes", "enrollments", "guardians", "orgs"])
def test_a_title_with_as_many_commas_as_the_header_is_no_row(tmp_path: Path, table: str) -> None:
    lines = {
        **CLEAN,
        "guardians": ["studentSourcedId,guardianSourcedId,givenName,familyName,email", "s1,g1,Ann,Oak,a@example.org"],
        "orgs": ["sourcedId,name,type,identifier,parentSourcedId", "org1,Elm Street School,school,,"],
    }[table]
    roster = read_roster(deliver(tmp_path, **{table: [TITLE, *lines]}))
    assert named(roster) == ([], [1])


@pytest.mark.parametrize(
    "line", ["Report generated on August 1, 2026", "Page 1, of 1", "Generated on August 1, 2026, 6:00 AM", "Total,"]
)
@pytest.mark.parametrize("place", [0, 2])
def test_a_line_about_the_export_is_no_row_of_two_columns_either(tmp_path: Path, line: str, place: int) -> None:
    lines = ["studentSourcedId,team", "s1,Blue"]
    roster = read_roster(deliver(tmp_path, student_attributes=[*lines[:place], line, *lines[place:]]))
    assert named(roster) == ([], [place + 1])

"""Rosters made from frames, saved and drawn."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.display.svg import to_svg
from connect_kit.errors import SettingError
from connect_kit.roster import Roster, read_roster
from tests.roster.reading import USERS, checked, notices, rows

# Rosters made from frames


def test_a_roster_of_frames_is_like_the_one_that_was_read(read, engine):
    roster = read("clean")
    made = Roster.from_frames({name: roster.frame(name) for name in roster.tables}, engine=engine)
    for name in roster.tables:
        assert rows(made.frame(name)) == rows(roster.frame(name))
    assert (made.path, notices(made)) == (None, [])


def test_another_index_than_line_is_numbered_from_two(engine):
    frame = pd.DataFrame({"sourcedId": ["1", "2"]}, index=[7, 9])
    assert Roster.from_frames({"users": frame}, engine=engine).users.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    "values",
    [[1, 2], [1.0, None], pd.Series([1, None], dtype="object"), pd.Series(["01", 2], dtype="object"), [True, False]],
    ids=["integers", "floats", "integers among nothing", "an integer among text", "booleans"],
)
def test_numbers_are_refused(engine, values):
    frame = pd.DataFrame({"sourcedId": values})
    with pytest.raises(SettingError, match=r"users\.sourcedId is a column of numbers.*read it with dtype=str"):
        Roster.from_frames({"users": frame}, engine=engine)


@pytest.mark.parametrize(
    "frames, message",
    [
        (
            {"pupils": pd.DataFrame({"sourcedId": ["1"]})},
            "'pupils' is not a table of a roster; expected one of users, classes",
        ),
        (
            {"users": pd.DataFrame([["1", "2"]], columns=["sourcedId", "SourcedID"])},
            "users: the frame has a repeated column",
        ),
        (
            {"users": pd.DataFrame({"colour": ["red"]})},
            "users: the frame has a repeated column, or none that a roster knows",
        ),
    ],
    ids=["unknown table", "repeated column", "no known column"],
)
def test_frames_that_are_not_tables_are_refused(engine, frames, message):
    with pytest.raises(SettingError, match=message):
        Roster.from_frames(frames, engine=engine)


def test_replacing_a_table_gives_a_new_roster_and_leaves_the_old(read):
    old = read("clean")
    edited = old.users
    edited.loc[3, "grades"] = "01"
    new = old.replace(users=edited.drop(index=6))
    assert rows(old.users) == USERS
    assert [(row[0], row[-1]) for row in rows(new.users)] == [(2, "03"), (3, "01"), (4, None), (5, None)]
    assert rows(new.classes) == rows(old.classes)
    assert (new.path, new.level) == (old.path, old.level)
    changed = "after it was read: 1 value changed (grades; line 3), 1 row taken out"
    assert notices(new) == [("file.changed_here", "users.csv", None, None, changed)]


def test_replacing_one_table_keeps_what_was_noted_of_the_others(read, changed):
    old = read(
        changed(classes="sourcedId,Title,grades,schoolSourcedId\nc-1,Art,  ,010\nbroken\n", guardians=b"\x81\x00")
    )
    new = old.replace(users=old.users)
    assert notices(new) == notices(old)
    assert {note[0] for note in notices(new)} >= {
        "file.malformed_line",
        "header.alias",
        "file.blank_field",
        "file.undecodable",
    }
    assert new.refused.equals(old.refused)
    assert (new.info["classes"], new.unreadable) == (old.info["classes"], old.unreadable)


def test_a_refused_line_stays_refused_until_a_row_of_that_line_is_given(read):
    old = read("broken-quotes")
    assert old.replace(users=old.users).refused.equals(old.refused)
    corrected = old.users
    corrected.loc[5] = ["00020", "010", "student", "Bo", "Moor", None, None, None, "04"]
    new = old.replace(users=corrected)
    assert new.refused["line"].tolist() == [3, 8]
    assert [note[2] for note in notices(new, "file.malformed_line")] == [3, 8]
    assert (new.info["users"].rows, new.info["users"].refused) == (7, 2)


def test_replacing_after_1_2_joins_the_roles_again(read):
    old = read("oneroster-1-2")
    new = old.replace(classes=old.classes)
    assert checked(new, "_line, sourcedId, role, orgSourcedIds") == checked(
        old, "_line, sourcedId, role, orgSourcedIds"
    )


def test_other_roles_fill_anew_what_the_users_leave_to_them(engine):
    users = pd.DataFrame({"sourcedId": ["1", "2"], "role": ["student", None], "orgSourcedIds": ["020", None]})
    roles = pd.DataFrame({"userSourcedId": ["1", "2"], "role": ["student", "student"], "orgSourcedId": ["020", "010"]})
    old = Roster.from_frames({"users": users, "roles": roles}, engine=engine)
    new = old.replace(roles=roles.assign(role="teacher"))
    assert checked(new, "sourcedId, role, orgSourcedIds") == [("1", "student", "020"), ("2", "teacher", "010")]
    assert list(ck.check_roster(new).rows("roles.role.same_as_users")["line"]) == [2]
    assert checked(new.replace(roles=roles), "sourcedId, role") == [("1", "student"), ("2", "student")]


@pytest.mark.parametrize("columns", [["role"], ["userSourcedId"]], ids=["without users", "without roles"])
def test_frames_of_roles_that_say_nothing_leave_the_users_without_role(engine, columns):
    users = pd.DataFrame({"sourcedId": ["1"], "givenName": ["Ada"], "familyName": ["Brook"]})
    roles = pd.DataFrame({name: ["student"] for name in columns})
    made = Roster.from_frames({"users": users, "roles": roles}, engine=engine)
    assert checked(made, "sourcedId, role") == [("1", None)]
    assert "role" in made.info["users"].missing


def test_a_saved_roster_reads_the_same_and_is_for_its_owner_only(read, engine, tmp_path):
    roster = read("clean")
    (tmp_path / "users.csv").touch(mode=0o644)
    roster.save(tmp_path)
    again = read_roster(tmp_path, engine=engine, progress=False)
    assert rows(again.users) == rows(roster.users)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("*.csv")} == {0}


@pytest.mark.parametrize(("delivery", "roles"), [("clean", {"student", "teacher", "guardian", "parent"})])
def test_a_chart_counts_the_people_of_each_role_as_delivered(read, delivery, roles):
    roster = read(delivery)
    assert roles <= set(re.findall(r">([^<>]+)</text>", to_svg(roster.chart("roles"))))
    assert "users.csv" in to_svg(roster.chart())
    with pytest.raises(SettingError, match="there is no chart 'ages'; expected 'files' or 'roles'"):
        roster.chart("ages")


def test_a_delivery_without_roles_has_no_chart_of_them():
    roster = Roster.from_frames({"classes": pd.DataFrame({"sourcedId": ["C1"], "title": ["Room 3"]})})
    with pytest.raises(SettingError, match="no file of this delivery says who has which role"):
        roster.chart("roles")

"""What is suggested, what accepting it changes, and that nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.checks.suites import load_suites
from connect_kit.corrections.suggest import TWICE, decoded_twice
from connect_kit.errors import SettingError
from tests.checks.cases import CLEAN, deliver, users

if TYPE_CHECKING:
    from pathlib import Path

GUARDIANS = "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms"


def suggested(folder: Path, **files: list[str]) -> ck.Corrections:
    return ck.suggest_corrections(ck.read_roster(deliver(folder, **files)))


def said(corrections: ck.Corrections) -> list[tuple[str, int, str, str, str | None, str]]:
    rows = corrections.table()[["file", "line", "column", "rule", "old", "new"]]
    return [(*row[:4], None if pd.isna(row[4]) else row[4], row[5]) for row in rows.itertuples(index=False)]


def test_a_clean_delivery_needs_none(tmp_path: Path) -> None:
    found = suggested(tmp_path)
    assert len(found) == 0
    assert found.summary().empty
    assert found.accept().apply() is found.roster


def test_relationships_on_guardians_rows_are_turned_round(tmp_path: Path) -> None:
    lines = [line.replace(",p1,07,", ",,07,") for line in CLEAN["users"][:4]]
    more = [
        'p1,org1,parent,Casey,Smith,casey.smith@example.com,,"s1, s2",,true',
        "p2,org1,parent,Drew,Smith,drew.smith@example.com,,s1,,true",
    ]
    found = suggested(tmp_path, users=[*lines, *more])
    rule = "users.agentSourcedIds.on_guardian_only"
    assert said(found) == [
        ("users.csv", 3, "agentSourcedIds", rule, None, "p1,p2"),
        ("users.csv", 4, "agentSourcedIds", rule, None, "p1"),
    ]
    codes = set(ck.check_roster(found.accept(at_least=0.9).apply()).summary()["code"])
    assert not codes & {rule, "users.student.no_guardian", "users.guardian.no_student"}


def test_text_that_was_encoded_twice_is_decoded_and_a_line_break_goes(tmp_path: Path) -> None:
    twice = "José Núñez".encode().decode("cp1252")
    given, family = twice.split(" ")
    title = "Español".encode().decode("cp1252")
    found = suggested(
        tmp_path,
        users=[
            *CLEAN["users"],
            f"s8,org1,student,{given},{family},,,p1,07,true",
            '"s9",org1,student,"Av\nery",Oak,,,p1,07,true',
        ],
        classes=[*CLEAN["classes"], f"k2,{title},07,org1"],
        guardians=[GUARDIANS, f"s1,g1,{given},Jones,gj@example.com,"],
    )
    assert said(found) == [
        ("classes.csv", 3, "title", "classes.title.damaged", title, "Español"),
        ("guardians.csv", 2, "givenName", "guardians.names.damaged", given, "José"),
        ("users.csv", 6, "familyName", "users.names.damaged", family, "Núñez"),
        ("users.csv", 6, "givenName", "users.names.damaged", given, "José"),
        ("users.csv", 7, "givenName", "users.names.damaged", "Av\nery", "Av ery"),
    ]
    codes = set(ck.check_roster(found.accept().apply()).summary()["code"])
    assert not codes & {"users.names.damaged", "classes.title.damaged", "guardians.names.damaged"}


ALPHABETS = [
    st.characters(min_codepoint=first, max_codepoint=last, categories=["Lu", "Ll", "Lo"])
    for first, last in ((0xC0, 0x17F), (0x370, 0x3CF), (0x400, 0x481), (0x5D0, 0x5EA), (0x620, 0x64A), (0x1EA0, 0x1EF9))
]


@given(text=st.sampled_from(ALPHABETS).flatmap(lambda letters: st.text(letters, min_size=1, max_size=12)))
def test_what_was_encoded_twice_comes_back_as_it_was(text: str) -> None:
    once = "".join(bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())
    assert decoded_twice(once) == text


@given(text=st.text(st.sampled_from("ÃÂâéñüßÑabc’'- "), max_size=8))
def test_what_is_right_is_left_or_was_encoded_twice(text: str) -> None:
    decoded = decoded_twice(text)
    assert decoded is None or decoded.encode().decode("cp1252") == text


def test_quotes_around_ids_go_where_nobody_else_can_be_meant(tmp_path: Path) -> None:
    found = suggested(
        tmp_path,
        users=[*CLEAN["users"], "“s8”,org1,student,Ann,Newa,,,\u2018p1\u2019,07,true"],
        enrollments=[*CLEAN["enrollments"], "'k1',org1,s8,student"],
    )
    assert said(found) == [
        ("enrollments.csv", 5, "classSourcedId", "enrollments.values.quotes", "'k1'", "k1"),
        ("users.csv", 6, "agentSourcedIds", "users.agentSourcedIds.known", "\u2018p1\u2019", "p1"),
        ("users.csv", 6, "sourcedId", "users.sourcedId.characters", "“s8”", "s8"),
    ]
    assert ck.check_roster(found.accept().apply()).fit


def test_what_a_spreadsheet_puts_before_ids_goes_too(tmp_path: Path) -> None:
    more = ["'0s8,org1,student,Ann,Newa,,,'p1,07,true", '"=""0s9""",org1,student,Bea,Newb,,,p1,07,true']
    seats = ["k1,org1,0s8,student", "k1,org1,0s9,student", '"=""k1""",org1,p9,student']
    found = suggested(
        tmp_path,
        users=[*CLEAN["users"], *more, "p9,org1,student,Cy,Newc,,,p1,07,true"],
        enrollments=[*CLEAN["enrollments"], *seats],
    )
    assert said(found) == [
        ("enrollments.csv", 7, "classSourcedId", "enrollments.values.quotes", '="k1"', "k1"),
        ("users.csv", 6, "agentSourcedIds", "users.agentSourcedIds.known", "'p1", "p1"),
        ("users.csv", 6, "sourcedId", "users.sourcedId.characters", "'0s8", "0s8"),
        ("users.csv", 7, "sourcedId", "users.sourcedId.characters", '="0s9"', "0s9"),
    ]
    assert ck.check_roster(found.accept().apply()).fit


PARENT = "org1,parent,{},Oak,{}@example.com,,,,true"
ANN, BEA = PARENT.format("Ann", "ann"), PARENT.format("Bea", "bea")
CHILD = "s8,org1,student,Cal,Oak,,,{},07,true"


@pytest.mark.parametrize(
    "lines",
    [
        [f"'5',{ANN}", f"5,{BEA}", CHILD.format("'5'")],
        [f"'5',{ANN}", f"“5”,{BEA}", CHILD.format("\"'5',“5”\"")],
        [f"'5',{ANN}", CHILD.format("'5'")],
        [f"'5',{ANN}", "5,org1,parent,Bea,Oak,b@example.com,,,,true,too many", CHILD.format("5")],
        [f"s1,{ANN}", CHILD.format("'s1'")],
    ],
    ids=["of another", "of two", "in both places", "on a line that cannot be read", "of two rows"],
)
def test_quotes_stay_where_the_id_without_them_may_be_somebody_elses(tmp_path: Path, lines: list[str]) -> None:
    assert said(suggested(tmp_path, users=[*CLEAN["users"], *lines])) == []


@pytest.mark.parametrize(
    "files",
    [
        {"users": [*CLEAN["users"], CHILD.format("'s1'")]},
        {"users": [*CLEAN["users"], f"5,{ANN},too many", f"5,{BEA}", CHILD.format("'5'")]},
        {"enrollments": [*CLEAN["enrollments"], "'k1',org1,s1,student"]},
        {"enrollments": [*CLEAN["enrollments"], "k1,org1,'p1',student"]},
        {"users": [*CLEAN["users"], CHILD.format("\"p1,'p1'\"")]},
        {"guardians": [GUARDIANS, "s1,g1,Cy,Jones,cy@example.com,", "'s1',g1,Cy,Jones,cy@example.com,"]},
        {"guardians": [GUARDIANS, "'p1',g1,Cy,Jones,cy@example.com,"]},
        {"student_attributes": ["studentSourcedId,schoolAttribute1", "s1,A", "'s1',B"]},
    ],
    ids=[
        "a student as guardian",
        "on a line that cannot be read",
        "a seat twice",
        "a guardian's seat",
        "a guardian twice",
        "a relationship twice",
        "a guardian as student",
        "attributes twice",
    ],
)
def test_a_reference_keeps_its_quotes_where_without_them_it_would_be_wrong(
    tmp_path: Path, files: dict[str, list[str]]
) -> None:
    assert said(suggested(tmp_path, **files)) == []


@pytest.mark.parametrize(
    "files",
    [
        {"demographics": ["sourcedId,birthDate", "'s8',2013-05-01"]},
        {"guardians": [GUARDIANS, "s1,'s8',Cy,Jones,cy@example.com,"]},
        {"roles": ["userSourcedId,roleType,role,orgSourcedId", "'s8',primary,student,org1"]},
    ],
    ids=list,
)
def test_an_id_keeps_its_quotes_where_another_file_names_it_with_them(
    tmp_path: Path, files: dict[str, list[str]]
) -> None:
    quoted = [*CLEAN["users"], "'s8',org1,student,Cal,Oak,,,p1,07,true"]
    found = suggested(tmp_path, users=quoted, enrollments=[*CLEAN["enrollments"], "k1,org1,s8,student"], **files)
    assert [row for row in said(found) if row[2] == "sourcedId"] == []


G = "g{0},org1,parent,Gus{1},Oak,g{0}@example.com,,{2},,true"
SIX = [G.format(n, chr(96 + n) * 2, "") for n in range(1, 7)]


@pytest.mark.parametrize(
    "lines",
    [
        [CHILD.format(""), CHILD.format("").replace("Cal", "Eve"), G.format(9, "", "s8")],
        [CHILD.format(""), G.format(9, "", "s8"), G.format(9, "x", "")],
        [*SIX, CHILD.format('"g1,g2,g3,g4,g5,g6"'), G.format(9, "", "s8")],
        [CHILD.format("p1;g9"), G.format(9, "", "s8")],
        [CHILD.format("G9"), G.format(9, "", "s8")],
        [CHILD.format('"p1,"'), G.format(9, "", "s8")],
        [CHILD.format(""), G.format(9, "", "s8").replace("g9,", "'g9',")],
    ],
    ids=["a student's ID twice", "a guardian's ID twice", "six", "semicolons", "another case", "a comma", "quotes"],
)
def test_nothing_is_turned_round_that_would_not_be_right(tmp_path: Path, lines: list[str]) -> None:
    assert said(suggested(tmp_path, users=[*CLEAN["users"], *lines])) == []


def test_a_name_that_is_right_is_never_decoded(tmp_path: Path) -> None:
    names = "MÍŠA LÍŠKA KÜŠ RÉŽA JOSÉ\u2019S PEÑ\u00adA PEÑ\u00a0A CAFÉ\u2014BAR Café\u00a0» Nuñez CAFÈ® ESPAÑ¢".split(
        " "
    )
    names.append("LE CAFÉ™ Ø£")
    found = suggested(
        tmp_path,
        users=[*CLEAN["users"], *(f"s8{n},org1,student,{name},Oak,,,p1,07,true" for n, name in enumerate(names))],
        classes=[*CLEAN["classes"], *(f"k2{n},{name},07,org1" for n, name in enumerate(names))],
    )
    assert said(found) == []


def test_a_name_of_any_alphabet_that_was_encoded_twice_is_found_and_decoded(tmp_path: Path) -> None:
    names = "García Nguyễn Matěj Łukasz Y\u0131lmaz Ștefan Иван François Zoë Søren À Đorđe".split()
    twice = [
        "".join(bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in name.encode())
        for name in names
    ]
    lines = [f"s8{n},org1,student,{name},Oak,,,p1,07,true" for n, name in enumerate(twice)]
    found = suggested(tmp_path, users=[*CLEAN["users"], *lines])
    assert [row[5] for row in said(found)] == names
    rows = ck.check_roster(found.roster).table().query("line >= 6 and severity != 'info'")
    damaged = rows[rows["code"].str.startswith("users.")].sort_values("line")
    assert damaged[["code", "line"]].to_numpy().tolist() == [
        ["users.names.damaged", line] for line in range(6, 6 + len(names))
    ]


def test_the_rules_and_the_suggestions_know_the_same_text_for_one_that_was_encoded_twice() -> None:
    for rule in load_suites():
        if rule.code.endswith(("names.damaged", "title.damaged")) and "encoded twice" in str(rule.expectation):
            assert rule.expectation
            assert rule.expectation["kwargs"]["unexpected_rows_query"].count(TWICE) == 2


def test_only_what_is_accepted_changes_and_nothing_but_that(tmp_path: Path) -> None:
    found = suggested(
        tmp_path / "in", users=users(("casey.smith@example.com,", "Casey <cs@example.com>,2025550144 (cell)"))
    )
    before = {path.name: path.read_bytes() for path in (tmp_path / "in").iterdir()}
    found.roster.save(tmp_path / "as-delivered")
    accepted = found.accept("*.email.*").reject("users.sms.format")
    assert repr(accepted) == "Corrections(0 open, 1 accepted, 1 rejected)"
    assert repr(found) == "Corrections(2 open, 0 accepted, 0 rejected)"
    accepted.apply().save(tmp_path / "corrected")
    for path in sorted((tmp_path / "as-delivered").glob("*.csv")):
        text = path.read_text(encoding="utf-8").replace("Casey <cs@example.com>", "cs@example.com")
        assert (tmp_path / "corrected" / path.name).read_text(encoding="utf-8") == text
    assert {path.name: path.read_bytes() for path in (tmp_path / "in").iterdir()} == before
    assert len(ck.suggest_corrections(found.accept().apply())) == 0


def test_a_suggestion_is_named_by_rule_confidence_or_number(tmp_path: Path) -> None:
    lines = users(("casey.smith@example.com,", "a@example.com; b@example.com,2025550144 (cell)"))
    found = suggested(tmp_path, users=lines)
    assert found.accept(at_least=0.9).table()["state"].tolist() == ["open", "accepted"]
    assert found.accept(rows=[0]).table()["state"].tolist() == ["accepted", "open"]
    assert found.accept("users.sms.*", at_least=0.99).table()["state"].tolist() == ["open", "open"]
    with pytest.raises(
        SettingError, match=r"no suggestion is of a rule 'users\.names\.damaged'; those that are: users"
    ):
        found.accept("users.names.damaged")
    with pytest.raises(SettingError, match="there is no suggestion 7; they are numbered 0 to 1"):
        found.accept(rows=[0, 7])
    with pytest.raises(SettingError, match=r"at_least is 90; expected a share between 0 and 1, such as 0\.9"):
        found.accept(at_least=90)
    assert "users.sms.format" in found._repr_html_()
    assert "2025550144" not in found._repr_html_()


@pytest.mark.parametrize("layout", ["connect", "oneroster11", "oneroster12"])
def test_a_clean_district_needs_none_in_any_layout(tmp_path: Path, layout: str) -> None:
    district = ck.sample_roster(tmp_path, students=200, faults="none", layout=layout)  # type: ignore[arg-type]
    assert len(ck.suggest_corrections(ck.read_roster(district.delivery))) == 0


def test_a_check_says_what_was_changed_after_the_files_were_read(tmp_path: Path) -> None:
    found = suggested(tmp_path, users=users(("casey.smith@example.com,", "Casey <cs@example.com>,2025550144 (cell)")))

    def changes(roster: ck.Roster) -> list[tuple[object, ...]]:
        rows = ck.check_roster(roster).table().query("code == 'file.changed_here'")
        return [(row.severity, row.file, row.message) for row in rows.itertuples()]

    assert changes(found.roster) == []
    both = [("info", "users.csv", "after it was read: 2 values changed (email, sms; line 5)")]
    assert changes(found.accept().apply()) == both
    email = found.accept("*.email.*").apply()
    again = ck.suggest_corrections(email).accept().apply()
    first, second = (
        ("info", "users.csv", f"after it was read: 1 value changed ({column}; line 5)") for column in ("email", "sms")
    )
    assert changes(again) == [first, second]
    frame = again.frame("users")
    fewer = again.replace(users=frame.iloc[:-1].assign(homeroom="A"))
    last = ("info", "users.csv", "after it was read: 1 row taken out, 1 column added")
    assert sorted(changes(fewer)) == sorted([first, second, last])
    assert changes(found.roster.replace(users=found.roster.frame("users"))) == []

"""Rows that no registrar would believe: nothing breaks, nothing is lost, and nothing takes long."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.decisions.value import NAME
from connect_kit.duplicates.data import COLUMNS
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.model import Kind
from connect_kit.duplicates.value import Duplicates
from connect_kit.errors import DecisionsError
from tests.duplicates.kinds import District, PairsOf, Row

SCRIPT = "<script>alert('id')</script>"
IMAGE = "<img src=x onerror=alert(1)>"
AGAIN = {"orgSourcedIds": "A", "grades": "04", "birthDate": "2014-02-26"}
#: Children entered twice under unusual names: the two IDs, and what is the same.
ODD: dict[str, tuple[str, str, Row]] = {
    "emoji": ("E1", "E2", {"givenName": "🦄Zelda✨", "familyName": "🔥Fireheart🔥"}),
    "emoji alone": ("E3", "E4", {"givenName": "🐢🐇", "familyName": "🏔️🌋"}),
    "Arabic": ("R1", "R2", {"givenName": "فاطمة", "familyName": "الزهراني"}),
    "Hebrew with marks of direction": ("R3", "R4", {"givenName": "\u200fשרה\u200f", "familyName": "\u202bאשכנז\u202c"}),
    "Chinese": ("R5", "R6", {"givenName": "明华", "familyName": "欧阳"}),
    "ten thousand characters": ("L1", "L2", {"givenName": "Wolfe" * 2_000, "familyName": "Schlegelstein" * 770}),
    "a word of SQL": ("Q1", "Q2", {"givenName": "Robert'); DROP TABLE people;--", "familyName": '"; SELECT 1'}),
    "HTML": (SCRIPT, IMAGE, {"givenName": "<b>Bold</b>", "familyName": "<i>Italic</i>&amp;"}),
    "an ID that looks like a key": ("roster:K1", "workspace:K1", {"givenName": "Isadora", "familyName": "Keyes"}),
}  # fmt: skip
NONSENSE = ("0000-00-00", "tomorrow", "2014-13-45", "31/31/2014", "2014-02-30", "🎂", "1")
#: Dates that exist, but on which no pupil was born.
FAR = ("99999-01-01", "-4712-01-01", "1066-10-14", "9999-12-31", "infinity", "-infinity")


@pytest.fixture(scope="module")
def odd(district: District) -> Duplicates:
    rows: list[Row] = []
    for first, second, name in ODD.values():
        rows += [{**AGAIN, **name, "sourcedId": first}, {**AGAIN, **name, "sourcedId": second}]
    for number, born in enumerate(NONSENSE):
        rows.append(
            {"sourcedId": f"B{number:02}", "givenName": "Tycho", "familyName": f"Almanac{number}x", "birthDate": born}
        )
    rows += [
        {"sourcedId": "S000", "givenName": "Another", "familyName": "Child"},  # repeated: the first row counts
        {"sourcedId": "S000", "givenName": "Yet", "familyName": "Another"},
        {"givenName": "Nameless", "familyName": "Number", "grades": "03"},  # without sourcedId
        {"givenName": "Nameless", "familyName": "Number", "grades": "03"},
        {"sourcedId": "BL1", "givenName": "", "familyName": ""},
        {"sourcedId": "BL2", "givenName": " ", "familyName": "-"},
        {"sourcedId": "BL3", "givenName": "??", "familyName": ".", "grades": "not a grade"},
    ]
    return find_duplicates(district(*rows))


@pytest.mark.parametrize("case", [case for case in ODD if case != "emoji alone"])
def test_a_name_in_any_script_is_compared(case: str, odd: Duplicates, pairs_of: PairsOf) -> None:
    assert frozenset(ODD[case][:2]) in pairs_of(odd.table())


def test_nothing_else_among_them_is_found(odd: Duplicates, pairs_of: PairsOf) -> None:
    assert pairs_of(odd.table()) <= {frozenset(case[:2]) for case in ODD.values()}


def test_a_repeated_id_is_one_record_and_a_blank_id_is_none(odd: Duplicates) -> None:
    people = odd.schema.frame("SELECT id, given FROM people")
    assert people["id"].is_unique
    assert people["id"].notna().all()
    assert people.set_index("id").loc["S000", "given"] == "liam"


def test_nonsense_is_not_a_birth_date(odd: Duplicates) -> None:
    born = odd.schema.frame("SELECT id, born FROM people WHERE id ~ '^B[0-9]+$'").set_index("id")["born"]
    assert len(born) == len(NONSENSE)
    assert born.isna().all()


def test_an_impossible_date_is_not_a_birth_date(district: District) -> None:
    rows = [
        {"sourcedId": f"B{number}", "givenName": "Tycho", "familyName": f"Almanac{number}x", "birthDate": born}
        for number, born in enumerate(FAR)
    ]
    found = find_duplicates(district(*rows))
    assert found.table().empty
    born = found.schema.frame("SELECT id, born FROM people WHERE id ~ '^B[0-9]+$'").set_index("id")["born"]
    assert len(born) == len(FAR)
    assert born.isna().all()


def test_hostile_values_are_shown_as_text(odd: Duplicates) -> None:
    shown = odd._repr_html_() + odd.explain(SCRIPT, IMAGE)._repr_html_()
    assert "<script>" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


def test_a_key_that_could_be_an_id_finds_the_record(odd: Duplicates, pairs_of: PairsOf) -> None:
    explained = odd.explain("roster:roster:K1", "roster:workspace:K1")
    assert (explained.left, explained.right) == ("roster:roster:K1", "roster:workspace:K1")
    decided = odd.decide("roster:roster:K1", "roster:workspace:K1", "different", who="ada")
    assert frozenset({"roster:K1", "workspace:K1"}) not in pairs_of(decided.table())


def test_long_and_hostile_names_are_shown_for_review(odd: Duplicates, tmp_path: Path) -> None:
    shown = odd.pairs()
    assert {SCRIPT, "L1", "R1"} <= set(shown["left_id"]) | set(shown["right_id"])
    assert odd.fields("L1", "L2").set_index("field").loc["given name", "agreement"] == "same"
    odd.save(tmp_path)
    assert pd.read_csv(tmp_path / "duplicates.csv", dtype=str).shape == (len(odd), len(COLUMNS))


@pytest.mark.parametrize(
    ("role", "kind"),
    [("teacher", "students"), ("student", "students"), ("teacher", "people")],
    ids=["no students", "one student", "one teacher"],
)
def test_one_person_is_not_a_pair(role: str, kind: Kind, district: District, tmp_path: Path) -> None:
    only = {"sourcedId": "T1", "role": role, "givenName": "Ada", "familyName": "Blackwood"}
    found = find_duplicates(district(only, alone=True), kind=kind)
    assert tuple(found.table().columns) == COLUMNS
    assert [len(part) for part in (found, found.pairs(), found.clusters, found.conflicts, found.capped)] == [0] * 5
    assert found.counts == {"pairs": 0, "clusters": 0, "possible": 0}
    assert found.summary()["count"].max() <= 1
    assert found.chart("weights") is not None
    assert found.chart("schools") is not None
    assert "<table" in found._repr_html_()
    found.save(tmp_path)
    assert (tmp_path / "duplicates.csv").read_bytes() == ",".join(COLUMNS).encode() + b"\r\n"


def test_a_roster_without_users_has_no_duplicates() -> None:
    orgs = pd.DataFrame({"sourcedId": ["A"], "name": ["Alder School"], "type": ["school"]})
    assert find_duplicates(ck.Roster.from_frames({"orgs": orgs})).table().empty


def test_children_without_names_are_not_duplicates(district: District) -> None:
    """Twins would agree in all the rest: without a given name nobody can know."""
    rows = [
        {"sourcedId": f"{n}", "orgSourcedIds": "A", "grades": "01", "birthDate": f"2018-0{1 + n % 4}-11"}
        for n in range(40)
    ]  # fmt: skip
    found = find_duplicates(district(*rows, alone=True))
    assert found.table().empty
    assert not found.evidence.set_index("field").loc[["given name", "family name"], "used"].any()


def test_twenty_thousand_of_one_name_are_capped_reported_and_quick(strangers: list[Row], pairs_of: PairsOf) -> None:
    count = 20_000
    users = pd.DataFrame(
        {
            "sourcedId": [f"X{n}" for n in range(count)], "role": "student", "givenName": "Test",
            "familyName": "Student", "orgSourcedIds": "A", "grades": "03", "email": None,
        }
    )  # fmt: skip
    twice = [
        {"sourcedId": n, "role": "student", "givenName": "Perpetua", "familyName": "Quartermaine", "grades": "05",
         "email": "perpetua@example.com"}
        for n in ("C", "D")
    ]  # fmt: skip
    users = pd.concat([users, pd.DataFrame([*strangers, *twice])[users.columns]])
    began = time.process_time()
    found = find_duplicates(ck.Roster.from_frames({"users": users.where(users.notna(), None)}))
    assert pairs_of(found.table()) == {frozenset({"C", "D"})}
    assert time.process_time() - began < 30
    capped = found.capped.set_index("rule").loc["both names, in any order"]
    assert capped["records"] == count
    assert capped["comparisons_left_out"] == count * (count - 1) // 2
    assert found.summary().set_index("what")["count"]["comparisons left out of oversized blocks"] >= count


def test_a_number_that_five_hundred_share_says_nothing_about_a_family(district: District) -> None:
    """The school's own number, entered wherever none was known."""
    rows = [
        {"sourcedId": f"F{n}", "givenName": "Emma" if n % 2 else "Noah", "familyName": f"Fam{chr(97 + n % 26)}{n}ovic",
         "grades": "03", "orgSourcedIds": "A", "sms": "+1 555 010 0000", "email": "office@school.example.org"}
        for n in range(500)
    ]  # fmt: skip
    found = find_duplicates(district(*rows, alone=True))
    assert found.table().empty
    assert found.schema.execute("SELECT count(*) FROM people WHERE contacts IS NOT NULL") == [(0,)]


def test_a_broken_line_in_the_decisions_stops_the_work_and_loses_nothing(district: District, tmp_path: Path) -> None:
    delivery = tmp_path / "delivery"
    district().save(delivery)
    broken = (
        "about,left,right,decision,who,when,note\r\n"
        "students,roster:S001,roster:S002,same,ada,2026-08-15T09:30:00Z,\r\n"
        "students,S003,roster:S004,sane,ada,soon,\r\n"
    )
    (tmp_path / NAME).write_bytes(broken.encode())
    with pytest.raises(
        DecisionsError, match="line 3, column decision: 'sane' is not one of same, different, unsure"
    ) as explained:
        find_duplicates(ck.read_roster(delivery))
    assert NAME in str(explained.value)
    assert "column when: 'soon' is not a date" in str(explained.value)
    assert (tmp_path / NAME).read_bytes() == broken.encode()

"""Duplicate students: children entered a second time are found; twins, siblings and namesakes are left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates
from connect_kit.engine import DuckDBEngine
from connect_kit.errors import SettingError
from tests.duplicates.kinds import District, PairsOf, Row

#: Children entered twice: what both rows have, and how the second one differs.
ENTERED_TWICE: dict[str, tuple[Row, Row]] = {
    "nothing differs but the sourcedId": ({"givenName": "Perpetua", "familyName": "Quartermaine"}, {}),
    "a typing error in the given name": (
        {"givenName": "Marguerite", "familyName": "Delacroix"},
        {"givenName": "Margeurite"},
    ),
    "a typing error in the family name": (
        {"givenName": "Anneliese", "familyName": "Hofstetter"},
        {"familyName": "Hofsteter"},
    ),
    "given and family name swapped": (
        {"givenName": "Tamsin", "familyName": "Whitlock"},
        {"givenName": "Whitlock", "familyName": "Tamsin"},
    ),
    "a nickname": ({"givenName": "Alexander", "familyName": "Ashdown"}, {"givenName": "Sasha"}),
    "one half of a hyphenated family name": (
        {"givenName": "Ines", "familyName": "Calderon-Vega"},
        {"familyName": "Calderon"},
    ),
    "the other half of a double family name": (
        {"givenName": "Joaquin", "familyName": "Escobedo Zamora"},
        {"familyName": "Zamora"},
    ),
    "the middle name inside the given name": (
        {"givenName": "Leonie", "middleName": "Marie", "familyName": "Osterberg"},
        {"givenName": "Leonie Marie", "middleName": ""},
    ),
    "the middle name as an initial": (
        {"givenName": "Cormac", "middleName": "Declan", "familyName": "Fitzsimmons"},
        {"middleName": "D."},
    ),
    "day and month swapped": (
        {"givenName": "Bronwyn", "familyName": "Llewellyn", "birthDate": "2014-03-07"},
        {"birthDate": "2014-07-03"},
    ),
    "one digit of the birth date": (
        {"givenName": "Thaddeus", "familyName": "Ackroyd", "birthDate": "2013-10-21"},
        {"birthDate": "2013-10-24"},
    ),
    "no accents": (
        {"givenName": "Zoë", "familyName": "Núñez-Ibáñez"},
        {"givenName": "Zoe", "familyName": "Nunez-Ibanez"},
    ),
    "capitals, blanks and hyphens": (
        {"givenName": "Ji-hoon", "familyName": "de la Fuente"},
        {"givenName": " JIHOON", "familyName": "DELAFUENTE"},
    ),
    "no apostrophe": ({"givenName": "Siobhan", "familyName": "O'Shaughnessy"}, {"familyName": "OShaughnessy"}),
    "a generational suffix": ({"givenName": "Ignatius", "familyName": "Pemberton"}, {"familyName": "Pemberton Jr."}),
    "another school and the next grade": (
        {"givenName": "Calliope", "familyName": "Stavros", "grades": "03"},
        {"orgSourcedIds": "B", "grades": "04"},
    ),
    "a sourcedId that lost its zeros": (
        {"sourcedId": "0004711", "givenName": "Ottoline", "familyName": "Vanderbeek"},
        {"sourcedId": "4711"},
    ),
    "another given name, but the same identifier": (
        {"givenName": "Wilhelmina", "familyName": "Rutherford", "identifier": "884213590"},
        {"givenName": "Jocelyn"},
    ),
}  # fmt: skip
#: Two children: what both rows have, and how the second one differs.
APART: dict[str, tuple[Row, Row]] = {
    "twins": ({"givenName": "Adam", "familyName": "Greenhalgh"}, {"givenName": "Julian"}),
    "twins of one initial": ({"givenName": "Lena", "familyName": "Rosenthal"}, {"givenName": "Laura"}),
    "twins whose names are similar": ({"givenName": "Mia", "familyName": "Tremblay"}, {"givenName": "Maya"}),
    "twins of one first name and two middle names": (
        {"givenName": "Ana", "middleName": "Belen", "familyName": "Arriaga"},
        {"middleName": "Lucrecia"},
    ),
    "twins without a guardian": (
        {"givenName": "Ivan", "familyName": "Sokolov", "agentSourcedIds": ""},
        {"givenName": "Boris"},
    ),
    "siblings": (
        {"givenName": "Freya", "familyName": "Halvorsen"},
        {"givenName": "Tobias", "birthDate": "2012-01-19", "grades": "06"},
    ),
    "siblings of one grade": (
        {"givenName": "Rashid", "familyName": "Al-Masri", "birthDate": "2014-09-02"},
        {"givenName": "Yasmin", "birthDate": "2015-08-21"},
    ),
    "siblings whose names are similar": (
        {"givenName": "Marcus", "familyName": "Ellingham"},
        {"givenName": "Marcia", "birthDate": "2011-02-27", "grades": "07"},
    ),
    "one birth date and one given name": (
        {"givenName": "Emma", "familyName": "Thornbury", "agentSourcedIds": ""},
        {"familyName": "Magnusson", "orgSourcedIds": "B"},
    ),
    "one birth date and one family name": (
        {"givenName": "Dimitri", "familyName": "Papadakis", "agentSourcedIds": ""},
        {"givenName": "Nikos"},
    ),
}  # fmt: skip
#: Names that sound the same, each in use: twins or a misspelling, and nobody can tell.
DOUBTFUL: dict[str, tuple[Row, Row]] = {
    "Caitlin and Kaitlyn": ({"givenName": "Caitlin", "familyName": "Abernathy"}, {"givenName": "Kaitlyn"}),
    "Jon and John": ({"givenName": "Jon", "familyName": "Bellweather"}, {"givenName": "John"}),
}
#: A name as common as a name can be, in all grades and both schools; the last two are at one school in one grade.
NAMESAKES = tuple(
    {"sourcedId": f"N{n}", "givenName": "Maria", "familyName": "Garcia", "birthDate": born, "grades": grade,
     "orgSourcedIds": "AB"[n % 2]}
    for n, (born, grade) in enumerate(
        [("2010-11-03", "09"), ("2012-06-17", "07"), ("2016-01-29", "02"), ("2013-08-08", "05"), ("2011-04-12", "08"),
         ("2018-10-30", "01"), ("2014-02-11", "04"), ("2013-12-24", "05"), ("2014-07-19", "04"), ("2015-03-05", "04")]
    )
)  # fmt: skip
NAMESAKES[-1]["orgSourcedIds"] = NAMESAKES[-2]["orgSourcedIds"]


def two(number: int, both: Row, differs: Row, *, family: bool) -> tuple[list[Row], frozenset[str]]:
    """Both rows of a case, its guardian when they are a family, and the pair."""
    born = f"{2010 + number % 8}-{1 + number * 7 % 12:02}-{1 + number * 11 % 28:02}"
    first = {
        "sourcedId": f"C{number:02}", "orgSourcedIds": "A", "grades": "03", "birthDate": born,
        **({"agentSourcedIds": f"G{number:02}"} if family else {}), **both,
    }  # fmt: skip
    second = {**first, "sourcedId": f"D{number:02}", **differs}
    guardian = {
        "sourcedId": f"G{number:02}", "role": "guardian", "givenName": "Robin", "familyName": both["familyName"],
        "sms": f"+1 555 70{number:02} {900 - number}", "orgSourcedIds": "A",
    }  # fmt: skip
    rows = [guardian, first, second] if family else [first, second]
    return rows, frozenset({first["sourcedId"], second["sourcedId"]})


def town() -> tuple[list[Row], dict[str, frozenset[str]]]:
    """Every case in one district: its rows, and the pair of each case."""
    rows: list[Row] = []
    pairs = {}
    for number, (name, (both, differs)) in enumerate({**ENTERED_TWICE, **APART, **DOUBTFUL}.items()):
        more, pairs[name] = two(number, both, differs, family=name not in ENTERED_TWICE)
        rows += more
    return rows, pairs


ROWS, PAIRS = town()


@pytest.fixture(scope="module")
def dated(district: District) -> Duplicates:
    return find_duplicates(district(*ROWS))


@pytest.fixture(scope="module")
def undated(district: District) -> Duplicates:
    """Without birth dates, and every child with its guardian."""
    with_guardians = [row for n, case in enumerate(ENTERED_TWICE.values()) for row in two(n, *case, family=True)[0]]
    kept = {row["sourcedId"] for row in with_guardians}
    rows = [*with_guardians, *(row for row in ROWS if row["sourcedId"] not in kept)]
    return find_duplicates(district(*rows, without=["birthDate"]))


@pytest.mark.parametrize("case", ENTERED_TWICE)
def test_a_child_entered_twice_is_found_by_its_birth_date(case: str, dated: Duplicates, pairs_of: PairsOf) -> None:
    assert PAIRS[case] in pairs_of(dated.table())


@pytest.mark.parametrize("case", [case for case in ENTERED_TWICE if "birth" not in case and "day" not in case])
def test_a_child_entered_twice_is_found_by_its_family(case: str, undated: Duplicates, pairs_of: PairsOf) -> None:
    assert PAIRS[case] in pairs_of(undated.table())


@pytest.mark.parametrize("case", APART)
def test_two_children_stay_two(case: str, dated: Duplicates, pairs_of: PairsOf) -> None:
    assert PAIRS[case] not in pairs_of(dated.table())


@pytest.mark.parametrize("case", APART)
def test_two_children_stay_two_without_birth_dates(case: str, undated: Duplicates, pairs_of: PairsOf) -> None:
    assert PAIRS[case] not in pairs_of(undated.table())


@pytest.mark.parametrize("without", [[], ["birthDate"]], ids=["birth dates", "no birth dates"])
def test_a_common_name_is_not_a_match_even_in_one_grade_and_school(without: list[str], district: District) -> None:
    found = find_duplicates(district(*NAMESAKES, without=without))
    assert found.table().empty
    assert found.clusters.empty
    assert found.conflicts.empty
    assert found.capped.empty


@pytest.mark.parametrize("found", ["dated", "undated"])
@pytest.mark.parametrize("case", DOUBTFUL)
def test_names_that_sound_the_same_in_one_family_are_left_for_review(
    case: str, found: str, request: pytest.FixtureRequest, pairs_of: PairsOf
) -> None:
    duplicates = request.getfixturevalue(found)
    assert PAIRS[case] not in pairs_of(duplicates.table())
    shown = duplicates.pairs()
    of_case = shown[[frozenset(pair) == PAIRS[case] for pair in zip(shown["left_id"], shown["right_id"], strict=True)]]
    assert of_case["match_probability"].tolist() == pytest.approx([0.5])


def test_nothing_else_is_found(dated: Duplicates, undated: Duplicates, pairs_of: PairsOf) -> None:
    again = {PAIRS[case] for case in ENTERED_TWICE}
    assert pairs_of(dated.table()) == again
    assert pairs_of(undated.table()) <= again


def test_two_runs_give_the_same_table(dated: Duplicates, district: District) -> None:
    assert find_duplicates(district(*ROWS)).table().equals(dated.table())


def test_each_pair_is_named_once_and_the_strongest_comes_first(dated: Duplicates) -> None:
    table = dated.table()
    assert table["match_weight"].is_monotonic_decreasing
    assert (table["match_probability"] >= dated.threshold).all()
    assert (table["left_id"] < table["right_id"]).all()
    assert set(table["left_source"]) == set(table["right_source"]) == {"roster"}


def test_a_sourced_id_that_lost_its_zeros_is_evidence(dated: Duplicates) -> None:
    parts: Any = dated.explain("0004711", "4711").table().set_index("field")
    assert parts.loc["sourcedId", "level"] == "same but for zeros, case or blanks"
    assert float(parts["match_weight"]["sourcedId"]) > 10


@pytest.mark.parametrize(
    "without",
    [
        ["email", "sms"],
        ["agentSourcedIds", "email"],
        ["identifier", "email", "sms", "grades", "orgSourcedIds", "birthDate"],
    ],
    ids=["no email or phone", "no guardians and email", "names and guardians only"],
)
def test_a_child_is_found_whatever_columns_are_missing(
    without: list[str], district: District, twice: list[Row], pairs_of: PairsOf
) -> None:
    found = find_duplicates(district(*twice, without=without))
    assert pairs_of(found.table()) == {frozenset({"P1", "P2"})}
    unused = found.evidence[~found.evidence["used"]].set_index("field")["why"]
    field = {"agentSourcedIds": "family contacts"}.get(without[0], without[0])
    assert unused[field] == "blank in these files"


def test_twenty_children_are_enough(
    district: District, twice: list[Row], pairs_of: PairsOf, strangers: list[Row]
) -> None:
    few = [row for row in strangers if row["role"] == "student"][:18]
    found = find_duplicates(district(*few, *twice, alone=True))
    assert pairs_of(found.table()) == {frozenset({"P1", "P2"})}


def test_the_evidence_says_what_was_used_and_why_not(undated: Duplicates) -> None:
    found: Any = undated.evidence.set_index("field")
    assert list(found.columns) == ["filled", "used", "why"]
    assert not found.loc["birth date", "used"]
    assert found.loc["birth date", "filled"] == 0
    assert found.loc["given name", "filled"] == 1
    assert found.loc["given name", "used"]
    assert found.loc["family name", "why"] == "Double names are shortened; names are mistyped, and they change."


def test_a_field_in_which_all_are_the_same_is_not_used(district: District) -> None:
    rows = [
        {"sourcedId": f"{n}", "givenName": name, "familyName": "Solberg", "grades": "01", "orgSourcedIds": "A"}
        for n, name in enumerate(["Una", "Vera", "Wanda"])
    ]
    found: Any = find_duplicates(district(*rows, alone=True)).evidence.set_index("field")
    assert not found.loc[["grade", "school"], "used"].any()
    assert set(found.loc[["grade", "school"], "why"]) == {"the same for everybody"}


@pytest.mark.parametrize("born", [["1914-05-01"], ["1900-01-01"] * 12], ids=["a typing error", "a placeholder"])
def test_a_wrong_birth_date_does_not_make_a_school_of_adults(
    born: list[str], district: District, pairs_of: PairsOf
) -> None:
    """Among pupils another given name is another child; among people of all ages it may be the same person's."""
    twin = {"familyName": "Sokolovsky", "birthDate": "2014-05-06", "grades": "03"}
    rows = [
        {"sourcedId": f"Z{n}", "givenName": f"Tycho{n}", "familyName": f"Alm{n}anac", "birthDate": day}
        for n, day in enumerate(born)
    ]
    twins = [
        {**twin, "sourcedId": number, "givenName": name, "orgSourcedIds": school}
        for number, name, school in (("C", "Wolfram", "A"), ("D", "Boris", "B"))
    ]
    found = find_duplicates(district(*rows, *twins))
    assert "true" in found.model.sibling_guard.levels[1].sql
    assert frozenset({"C", "D"}) not in pairs_of(found.pairs())


def test_two_rosters_on_one_engine_do_not_disturb_each_other(dated: Duplicates, undated: Duplicates) -> None:
    """Splink looked columns up by table name in all schemas: the second roster had the first one's fields."""
    assert dated.schema.engine is undated.schema.engine
    assert "birth date" in set(dated.explain("C01", "D01").table()["field"])
    assert "birth date" not in set(undated.explain("C01", "D01").table()["field"])
    assert "birth date" in set(dated.explain("C01", "D01").table()["field"])


@pytest.mark.parametrize("threshold", [0, 1, -1, 1.5, float("nan")])
def test_a_threshold_is_a_probability(threshold: float, dated: Duplicates) -> None:
    with pytest.raises(SettingError, match="expected a probability between 0 and 1"):
        find_duplicates(dated.roster, threshold=threshold)
    with pytest.raises(SettingError, match="expected a probability between 0 and 1"):
        dated.at(threshold)


def test_an_unknown_kind_is_refused(dated: Duplicates) -> None:
    with pytest.raises(SettingError, match="kind is 'pupils'; expected 'students' or 'people'"):
        find_duplicates(dated.roster, kind="pupils")  # type: ignore[arg-type]


def test_a_workspace_on_another_engine_is_refused(
    dated: Duplicates, workspace_at: Callable[..., ck.Workspace], tmp_path: Path
) -> None:
    with pytest.raises(SettingError, match="on different engines; pass the same engine= to both readers"):
        find_duplicates(dated.roster, workspace_at(tmp_path / "w", [], engine=DuckDBEngine()))

"""Which pairs are compared: whoever agrees in something specific, never all, never a block that explodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import connect_kit as ck
from connect_kit.duplicates import blocking
from connect_kit.duplicates.blocking import build_pairs
from connect_kit.duplicates.model import Model, read_model
from connect_kit.duplicates.people import build_people
from connect_kit.engine import Schema
from tests.duplicates.kinds import District, Row

#: Two records that agree in one thing only: the rule by which they are compared, and their values.
ALONE: dict[str, tuple[Row, Row]] = {
    "identifier": (
        {"givenName": "Wilhelmina", "familyName": "Rutherford", "identifier": "0088-42"},
        {"givenName": "Jocelyn", "familyName": "Pryce", "identifier": "88-42"},
    ),
    "sourcedId in another form": (
        {"sourcedId": "00A77", "givenName": "Ottoline", "familyName": "Vanderbeek"},
        {"sourcedId": "a77", "givenName": "Otto", "familyName": "Beek"},
    ),
    "email": (
        {"givenName": "Ellery", "familyName": "Quist", "email": "eq@example.org"},
        {"givenName": "Ellerie", "familyName": "Strand", "email": "EQ@example.org"},
    ),
    "guardian": (
        {"givenName": "Torvald", "familyName": "Hegstad", "agentSourcedIds": "M000"},
        {"givenName": "Torvaldd", "familyName": "Xu", "agentSourcedIds": "M000,M001"},
    ),
    "number of the family": (
        {"givenName": "Ludmila", "familyName": "Horakova", "agentSourcedIds": "GA"},
        {"givenName": "Ludmilla", "familyName": "Smid", "agentSourcedIds": "GB"},
    ),
    "both names, in the other order": (
        {"givenName": "Tamsin", "familyName": "Whitlock"},
        {"givenName": "Whitlock", "familyName": "Tamsin"},
    ),
    "birth date": (
        {"givenName": "Beatrix", "familyName": "Thornbury", "birthDate": "2013-02-14"},
        {"givenName": "Beatrice", "familyName": "Oduya", "birthDate": "2013-02-14"},
    ),
    "sound of both names": (
        {"givenName": "Kathryn", "familyName": "Zuckermann"},
        {"givenName": "Cathryn", "familyName": "Sukerman"},
    ),
    "nickname and family name": (
        {"givenName": "Alexander", "familyName": "Ashdown"},
        {"givenName": "Sasha", "familyName": "Ashdown"},
    ),
    "given name and a part of the family name": (
        {"givenName": "Joaquin", "familyName": "Escobedo Zamora"},
        {"givenName": "Joaquin", "familyName": "Zamora"},
    ),
    "day and month swapped": (
        {"givenName": "Bronwyn", "familyName": "Llewellyn", "birthDate": "2014-03-07"},
        {"givenName": "Bronwin", "familyName": "Pugh", "birthDate": "2014-07-03"},
    ),
    "beginnings of both names": (
        {"givenName": "Konstantin", "familyName": "Wisniewski"},
        {"givenName": "Konsztantyn", "familyName": "Wiszniewsky"},
    ),
}  # fmt: skip
NUMBERS = [
    {"sourcedId": f"G{side}", "role": "guardian", "givenName": name, "familyName": "Horakova", "sms": sms}
    for side, name, sms in (("A", "Jana", "+1 (555) 010-8800"), ("B", "Petr", "15550108800"))
]


def compared(schema: Schema, model: Model) -> set[frozenset[str]]:
    build_pairs(schema, model)
    found = schema.execute(
        "SELECT a.id, b.id FROM pairs JOIN people AS a ON a.unique_id = join_key_l "
        "JOIN people AS b ON b.unique_id = join_key_r"
    )
    return {frozenset(pair) for pair in found}


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model("students").for_people(100, years=12.0, unused=frozenset())


@pytest.fixture(scope="module")
def case_pairs(district: District, model: Model) -> Iterator[tuple[Schema, set[frozenset[str]]]]:
    rows = [
        {"sourcedId": f"{side}{number:02}", "orgSourcedIds": school, "grades": grade, **row}
        for number, both in enumerate(ALONE.values())
        for side, school, grade, row in zip("CD", "AB", ("03", "08"), both, strict=True)
    ]
    schema = build_people(district(*rows, *NUMBERS), None, model)
    yield schema, compared(schema, model)


@pytest.mark.parametrize("rule", ALONE)
def test_two_records_are_compared_when_they_agree_in(rule: str, case_pairs: tuple[Schema, set[frozenset[str]]]) -> None:
    number = list(ALONE).index(rule)
    pair = frozenset(row.get("sourcedId", f"{side}{number:02}") for side, row in zip("CD", ALONE[rule], strict=True))
    assert pair in case_pairs[1]


def test_a_pair_is_compared_once_and_nobody_with_themselves(case_pairs: tuple[Schema, set[frozenset[str]]]) -> None:
    schema, pairs = case_pairs
    assert schema.count("pairs") == len(pairs)
    assert schema.execute("SELECT count(*) FROM pairs WHERE join_key_l >= join_key_r") == [(0,)]


def test_few_of_all_pairs_are_compared(case_pairs: tuple[Schema, set[frozenset[str]]]) -> None:
    schema, pairs = case_pairs
    people = schema.count("people")
    assert len(pairs) < people * (people - 1) / 2 / 20
    assert schema.count("capped") == 0


def test_brothers_and_sisters_need_not_be_compared(district: District, model: Model) -> None:
    family = {"familyName": "Greenhalgh", "agentSourcedIds": "M000", "birthDate": "2014-05-06", "grades": "03"}
    rows = [{**family, "sourcedId": name, "givenName": name} for name in ("Adam", "Julian", "Siobhan")]
    schema = build_people(district(*rows), None, model)
    assert not [pair for pair in compared(schema, model) if pair <= {"Adam", "Julian", "Siobhan"}]


def test_two_students_on_connect_are_not_compared(
    district: District, model: Model, workspace_at: Callable[..., ck.Workspace], tmp_path: Path
) -> None:
    name = {"givenName": "Cassian", "familyName": "Drummond"}
    existing = [{"connectStudentId": number, **name} for number in ("W1", "W2")]
    schema = build_people(district({"sourcedId": "R1", **name}), workspace_at(tmp_path / "w", existing), model)
    assert {pair for pair in compared(schema, model) if "W1" in pair or "W2" in pair} == {
        frozenset({"R1", "W1"}), frozenset({"R1", "W2"}),
    }  # fmt: skip


@pytest.fixture
def one_name(district: District) -> ck.Roster:
    """Three hundred of one name in thirty grades and schools, and two children entered twice."""
    rows = [
        {"sourcedId": f"{n}", "givenName": "Test", "familyName": "Student", "orgSourcedIds": f"{n % 3}",
         "grades": f"{1 + n % 10:02}"}
        for n in range(300)
    ]  # fmt: skip
    more = [{"sourcedId": n, "givenName": "Perpetua", "familyName": "Quartermaine", "grades": "03"} for n in ("C", "D")]
    return district(*rows, *more, alone=True)


def test_a_block_that_is_too_large_is_taken_apart_by_a_narrower_key(
    one_name: ck.Roster, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "_MIN_BUDGET", 2_000)
    schema = build_people(one_name, None, model)
    pairs = compared(schema, model)
    same_class = 30 * 10 * 9 // 2
    assert frozenset({"C", "D"}) in pairs
    assert len(pairs) == same_class + 1  # not the 44,850 of one name
    assert schema.count("capped") == 0


def test_a_block_that_no_key_takes_apart_is_left_out_and_reported(
    one_name: ck.Roster, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "_MIN_BUDGET", 1_000)
    schema = build_people(one_name, None, model)
    assert compared(schema, model) == {frozenset({"C", "D"})}
    capped: Any = schema.frame("FROM capped").set_index("rule")
    assert capped.loc["both names, in any order"].to_dict() == {"records": 300, "comparisons_left_out": 30 * 45}


def test_the_same_people_give_the_same_pairs(one_name: ck.Roster, model: Model) -> None:
    first, second = (compared(build_people(one_name, None, model), model) for _ in range(2))
    assert first == second


def test_the_quick_test_leaves_out_no_pair_that_the_model_keeps(district: District, model: Model) -> None:
    names = "Ana Aln Lan Una Kai Aki Bo Maria Margaret Peggy Sasha Alexander Ji-hoon".split()
    variants = set(names)
    for name in names:
        for place in range(len(name)):
            variants |= {
                name[:place] + name[place + 1 :],
                name[:place] + "x" + name[place + 1 :],
                name[:place] + name[place + 1 : place + 2] + name[place : place + 1] + name[place + 2 :],
            }
    families = ("Lopez", "Maria", "Margaert", "Alexandr", "Xai")
    rows = [
        {"sourcedId": f"{number:03}", "givenName": given + second, "familyName": families[number % len(families)]}
        for number, (given, second) in enumerate((g, s) for g in sorted(variants) for s in ("", " Maria", " J"))
        if given
    ]
    schema = build_people(district(*rows), None, model)
    every = "SELECT a.unique_id AS l, b.unique_id AS r FROM people AS a JOIN people AS b ON a.unique_id < b.unique_id"
    joined = f"SELECT l, r FROM ({every})"
    kept = f"{joined} {blocking._both_sides(model.ruled_out)} WHERE NOT coalesce({model.ruled_out}, false)"
    passed = f"{joined} {blocking._both_sides(blocking._QUICK_TEST, blocking._HASHED)} WHERE {blocking._QUICK_TEST}"
    assert schema.execute(f"SELECT count(*) > 1000 FROM ({kept})") == [(True,)]
    assert schema.execute(f"SELECT count(*) FROM ({kept}) WHERE (l, r) NOT IN ({passed})") == [(0,)]


def test_contacts_of_a_single_guardian_say_no_more_than_the_guardian(district: District, model: Model) -> None:
    phone = {"role": "guardian", "givenName": "Jana", "familyName": "Horakova", "sms": "+1 555 010 8800"}
    rows = [
        *({**phone, "sourcedId": g} for g in ("GA", "GB")),
        {**phone, "sourcedId": "GC", "sms": "+1 555 010 8811"},
        *({"sourcedId": f"S{g}", "givenName": "Ludmila", "agentSourcedIds": f"G{g}"} for g in "ABC"),
        {"sourcedId": "SD", "givenName": "Ludmila"},
    ]
    schema = build_people(district(*rows, alone=True), None, model)
    contacts = schema.execute("SELECT id, len(contacts) FROM people ORDER BY id")
    assert contacts == [("SA", 1), ("SB", 1), ("SC", 0), ("SD", None)]


def test_nobody_is_in_a_block_twice(district: District, model: Model) -> None:
    rows = [{"sourcedId": f"{n:03}", "givenName": "Sasha Alexander", "familyName": f"Family{n:03}"} for n in range(3)]
    schema = build_people(district(*rows, alone=True), None, model)
    for rule in model.blocking:
        for key in rule.keys:
            twice = f"SELECT {key} AS key, unique_id FROM people WHERE contacts IS NULL AND ties IS NULL"
            assert not schema.execute(
                f"SELECT 1 FROM ({twice}) WHERE key IS NOT NULL GROUP BY key, unique_id HAVING count(*) > 1"
            )

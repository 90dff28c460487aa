"""Why two records are, or are not, the same person."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from connect_kit.duplicates.explain import Explanation
from connect_kit.duplicates.value import Duplicates
from connect_kit.engine.weights import probability, weight
from connect_kit.errors import SettingError

Explain = Callable[[str, str], Explanation]
PAIRS = [("P1", "P2"), ("T1", "T3"), ("H1", "H2"), ("S001", "S042")]


@pytest.fixture(scope="module")
def explain(found: Duplicates) -> Explain:
    """Explains each pair once."""
    return cache(found.explain)


@pytest.mark.thorough
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_parts_add_up_to_the_match_weight(pair: tuple[str, str], explain: Explain, found: Duplicates) -> None:
    explained = explain(*pair)
    table = explained.table()
    assert list(table.columns) == ["field", "left", "right", "level", "match_weight"]
    assert table["field"].tolist()[0] == "before any comparison"
    assert table["field"].tolist()[1:] == [comparison.field for comparison in found.model.comparisons]
    assert float(table["match_weight"].sum()) == pytest.approx(explained.match_weight)
    assert explained.match_probability == pytest.approx(probability(explained.match_weight))


def test_the_explanation_has_the_same_weight_as_the_table(explain: Explain, found: Duplicates) -> None:
    by_pair = found.pairs(0.0001).set_index(["left_id", "right_id"])["match_weight"]
    for pair in [("P1", "P2"), ("X1", "X2"), ("H1", "H2")]:
        assert explain(*pair).match_weight == pytest.approx(by_pair[pair])


@pytest.mark.parametrize("pair", PAIRS[:2], ids="-".join)
def test_the_order_of_the_two_records_does_not_matter(pair: tuple[str, str], explain: Explain) -> None:
    there, back = explain(*pair), explain(*reversed(pair))
    assert (there.left, there.right) == (back.right, back.left)
    assert there.table()["left"].tolist() == back.table()["right"].tolist()
    assert there.summary().equals(back.summary())
    assert there.words == back.words


def test_a_pair_that_was_never_compared_is_explained(explain: Explain) -> None:
    explained = explain("S001", "S042")
    assert explained.match_weight < -20
    assert explained.decision is None
    assert explained.table().set_index("field").loc["another child", "level"] == "a different given name"


def test_an_undecidable_pair_stays_at_even_odds_and_says_so(explain: Explain) -> None:
    explained = explain("H1", "H2")
    assert explained.match_probability == pytest.approx(0.5)
    assert explained.match_weight == pytest.approx(0, abs=1e-9)
    last: Any = explained.table().iloc[-1]
    assert (
        last["level"] == "two names that sound the same, each in use, in one family or school: twins, or a misspelling"
    )
    assert last["match_weight"] < -10


def test_twins_are_distinguished_by_their_middle_names(explain: Explain) -> None:
    parts: Any = explain("T1", "T3").table().set_index("field")
    assert parts.loc["middle name", "level"] == "different"
    assert parts.loc["another child", "match_weight"] < -50


def test_the_first_line_is_the_chance_of_two_people_picked_at_random(explain: Explain, found: Duplicates) -> None:
    first: Any = explain("P1", "P2").table().iloc[0]
    assert first["match_weight"] == pytest.approx(weight(found.model.prior))
    assert re.fullmatch(r"about one pair in [\d,]+ is one person", first["level"])


def test_the_values_are_shown_and_the_summary_and_the_words_leave_them_out(explain: Explain) -> None:
    explained = explain("P1", "P2")
    table = explained.table().set_index("field")
    assert (table.at["given name", "left"], table.at["given name", "right"]) == ("Marguerite", "Margeurite")
    assert list(explained.summary().columns) == ["field", "level", "match_weight"]
    assert explained.words.startswith(f"Match weight {explained.match_weight:+.1f}, probability 1.000: ")
    assert "Margeurite" not in explained.words + explained.summary().to_string() + explained.chart().to_json()


@pytest.mark.parametrize("unknown", ["nobody", "workspace:P1", "roster:", "", "1 OR 1=1", "M000"])
def test_an_unknown_id_is_refused(unknown: str, found: Duplicates) -> None:
    with pytest.raises(
        SettingError, match=re.escape(f"no record in the delivery has the ID {unknown!r}; give a sourcedId")
    ):
        found.explain("P1", unknown)


def test_a_record_is_not_compared_with_itself(found: Duplicates) -> None:
    with pytest.raises(SettingError, match="are the same record; give two IDs"):
        found.explain("P1", "roster:P1")


def test_keys_and_ids_mean_the_same(explain: Explain) -> None:
    assert explain("roster:P1", "roster:P2").table().equals(explain("P1", "P2").table())

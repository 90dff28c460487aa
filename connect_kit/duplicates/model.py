"""The default models as data: which fields are compared, at which levels, and the match weight of each level.

The model is Fellegi and Sunter's (1969): a level's match weight is log2(m / u), where m is its share among pairs of
records of one person and u its share among pairs of two people. ``model.json`` holds the shares that are assumed where
a delivery is too small to learn from.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from connect_kit.engine import package_text

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["students", "people"]
KINDS: tuple[Kind, ...] = ("students", "people")

#: Birth dates spread over more years than this are not those of pupils alone: there, two given names do not suggest
#: twins first.
_YEARS_OF_PUPILS = 25


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison.

    Attributes
    ----------
    label : str
    sql : str
        Condition on the two records' columns, ``<column>_l`` and ``<column>_r``; ``ELSE`` for the last one.
    m, u : float
        Share among pairs of one person, and among pairs of two people.
    null : bool
        There is nothing to compare; the weight is 0.
    fixed : bool, "m" or "u"
        Neither share is fitted to a delivery, or the one named is not.
    each : float
        In place of ``u``: with how many others a person agrees by chance, however many people there are. A child has
        about as many brothers and sisters in a large district as in a small one.
    missing : bool
        The value is missing on one side. Some are missing in every list: ``m`` is the share missing beyond those.
    tf : str
        Column whose own frequency takes the place of ``u``: a rare name in common counts more than a common one.
    tf_weight : float
        How much of that adjustment is made.
    least : float or "u"
        The smallest frequency that is believed; ``"u"`` where a value can be commoner than others, never rarer.
    undecidable : bool
        The fields cannot decide: such a pair is kept at even odds for people to decide.
    names_only : bool
        Only the given names decide: what applies to one person applies to everybody with the same name.
    rules_out : bool
        Such a pair need not be compared in the other fields.
    """

    label: str
    sql: str
    m: float = 0.0
    u: float = 0.0
    null: bool = False
    fixed: bool | Literal["m", "u"] = False
    each: float = 0.0
    missing: bool = False
    tf: str = ""
    tf_weight: float = 1.0
    least: float | Literal["u"] = 0.0
    undecidable: bool = False
    names_only: bool = False
    rules_out: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field and its levels, the strongest first; ``namesake`` marks a field in which namesakes agree as well."""

    field: str
    column: str
    why: str
    levels: tuple[Level, ...]
    fixed: bool = False
    namesake: bool = False

    @property
    def name(self) -> str:
        """The field as part of a column name."""
        return self.field.replace(" ", "_")

    @property
    def values(self) -> tuple[tuple[int, Level], ...]:
        """Levels other than the null level, each with Splink's comparison vector value."""
        compared = [level for level in self.levels if not level.null]
        return tuple((len(compared) - 1 - place, level) for place, level in enumerate(compared))

    def level(self, value: int) -> Level:
        """The level of a comparison vector value; -1 is the null level."""
        return next(level for level in self.levels if level.null) if value < 0 else dict(self.values)[value]


@dataclass(frozen=True, slots=True)
class Rule:
    """A blocking rule, by which pairs are found.

    Attributes
    ----------
    name : str
    keys : tuple of str
        SQL expressions on ``people``, from wide to narrow; people with the same value form a block.
    families : bool
        Blocks are families, and small.
    wide : bool
        Other rules compare the people left over, so they are not reported.
    """

    name: str
    keys: tuple[str, ...]
    families: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Model:
    """The model of one kind of people.

    Attributes
    ----------
    kind : {"students", "people"}
    comparisons : tuple of Comparison
    blocking : tuple of Rule
        How pairs are found.
    expected : float
        Share of people assumed to have a second record.
    prior : float
        Chance that two records picked at random are one person.
    pupils : bool
        Whether all were born within so few years that a different given name means a different child.
    namesakes : str
        SQL condition that a pair agrees in nothing but names; ``false`` where the model has none.
    surely_namesakes : str
        The same, where ``family_bits`` alone shows that the two families have nothing in common.
    family : int
        A guardian or contact shared by more people than this says nothing about a family.
    established : int
        How often a given name must occur to count as established and not as a misspelling.
    """

    kind: Kind
    comparisons: tuple[Comparison, ...]
    blocking: tuple[Rule, ...]
    expected: float
    family: int
    established: int
    namesakes: str = "false"
    surely_namesakes: str = "false"
    prior: float = 1e-6
    pupils: bool = True

    @property
    def term_frequencies(self) -> tuple[str, ...]:
        """Columns whose own frequency counts."""
        return tuple(dict.fromkeys(lv.tf for comparison in self.comparisons for lv in comparison.levels if lv.tf))

    @property
    def ruled_out(self) -> str:
        """The condition under which a pair is not one person, whatever else agrees; blank when the model has none."""
        level = next((level for level in self.sibling_guard.levels if level.rules_out), None)
        null = next(level.sql for level in self.sibling_guard.levels if level.null)
        return f"({level.sql}) AND NOT coalesce({null}, false)" if level else ""

    @property
    def sibling_guard(self) -> Comparison:
        """The comparison that recognises another member of the family."""
        return self.comparisons[-1]

    def for_people(self, people: int, *, years: float | None, unused: frozenset[str]) -> Model:
        """The model for this many people, born within this many years, without the unused fields."""
        pupils = years is None or years <= _YEARS_OF_PUPILS
        pairs = max(people * (people - 1) / 2, 1.0)
        prior = min(max(self.expected * people, 0.5) / pairs, 0.2)
        kept = tuple(
            replace(c, levels=tuple(_level(level, people, pupils=pupils, years=years) for level in c.levels))
            for c in self.comparisons
            if c.field not in unused
        )
        return replace(self, comparisons=kept, prior=prior, pupils=pupils)

    def settings(self) -> dict[str, Any]:
        """The model as Splink's settings."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "unique_id",
            "comparisons": [_comparison(comparison) for comparison in self.comparisons],
            "probability_two_random_records_match": self.prior,
            "blocking_rules_to_generate_predictions": [],
            "retain_matching_columns": True,
            "retain_intermediate_calculation_columns": True,
        }


def _level(level: Level, people: int, *, pupils: bool, years: float | None) -> Level:
    made = replace(level, sql=level.sql.replace("{pupils}", str(pupils).lower()))
    if level.each:
        made = replace(made, u=min(level.each / max(people, 1), 0.05))
    if level.tf == "born" and years is not None:
        made = replace(made, u=1.0 / (365.25 * max(years, 1.0)))  # every day of these years is equally likely
    return made


def _comparison(comparison: Comparison) -> dict[str, Any]:
    levels = []
    for level in comparison.levels:
        made: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.label}
        if level.null:
            made["is_null_level"] = True
        else:
            made |= {"m_probability": level.m, "u_probability": level.u}
        if level.tf:
            made |= {
                "tf_adjustment_column": level.tf,
                "tf_adjustment_weight": level.tf_weight,
                "tf_minimum_u_value": level.u if level.least == "u" else level.least,
                "disable_tf_exact_match_detection": True,
            }
        levels.append(made)
    return {
        "output_column_name": comparison.name,
        "comparison_description": comparison.field,
        "comparison_levels": levels,
    }


def read_model(kind: Kind) -> Model:
    """The default model of a kind, from ``model.json``."""
    data = json.loads(package_text(__package__, "model.json"))
    conditions = data["conditions"] | data[kind]["conditions"]
    data = data[kind]
    comparisons = []
    for made in data["comparisons"]:
        levels = [Level(**{**level, "sql": _expanded(level["sql"], conditions)}) for level in made["levels"]]
        comparisons.append(Comparison(**{**made, "levels": tuple(levels)}))
    blocking = tuple(Rule(**{**rule, "keys": tuple(rule["keys"])}) for rule in data["blocking"])
    nothing_shared = _expanded(data.get("namesakes", "false"), conditions | {"household": "false"})
    return Model(
        kind,
        tuple(comparisons),
        blocking,
        expected=data["expected"],
        family=data["family"],
        established=data["established"],
        namesakes=_expanded(data.get("namesakes", "false"), conditions),
        surely_namesakes=f"CASE WHEN (family_bits_l & family_bits_r) <> 0 THEN false ELSE {nothing_shared} END",
    )


def _expanded(sql: str, conditions: Mapping[str, str]) -> str:
    """Replace the names of conditions with their SQL; ``{pupils}`` is known later."""
    while re.search(r"\{(?!pupils)", sql):
        sql = re.sub(r"\{(?!pupils)(\w+)\}", lambda found: f"({conditions[found[1]]})", sql)
    return sql

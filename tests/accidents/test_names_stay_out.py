"""Whatever stands in the columns of IDs, prepare shows no name of a person, on the console or in a log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.accidents.road import Lay, Road, read, rewrite
from tests.accidents.years import District
from tests.marks import some

Row = dict[str, str]


def swapped(one: str, other: str) -> Callable[[Row], Row]:
    return lambda row: {**row, one: row[other], other: row[one]}


def full_name(row: Row) -> Row:
    return {**row, "sourcedId": f"{row['givenName']} {row['familyName']}"}


ATTACKS: dict[str, Callable[[Row], Row]] = {
    "family names as School IDs": swapped("orgSourcedIds", "familyName"),
    "given names as School IDs": swapped("orgSourcedIds", "givenName"),
    "full names as IDs": full_name,
    "full names as guardians": lambda row: {**row, "agentSourcedIds": f"{row['givenName']} {row['familyName']}"},
    "family names as roles": lambda row: {**row, "role": row["familyName"]} if row["sourcedId"][-1] == "0" else row,
    "given names as grades": lambda row: {**row, "grades": row["givenName"]} if row["sourcedId"][-1] == "0" else row,
    "one child's name as School ID": lambda row: {
        **row, "orgSourcedIds": row["familyName"] if row["sourcedId"].endswith("77") else row["orgSourcedIds"],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("attack", "level"), some([(attack, level) for level in ("district", "school") for attack in ATTACKS])
)
def test_prepare_shows_no_name(
    attack: str, level: str, tmp_path: Path, lay: Lay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = District(150, schools=2, seed=6).write(tmp_path / "district")
    people = read(made.delivery / "users.csv")
    names = {row[part] for row in people for part in ("givenName", "familyName")}
    road: Road = lay(made.delivery, made.workspace)
    rewrite(made.delivery / "users.csv", ATTACKS[attack])
    assert road.prepare("--level", level, *(("--school", "0102") if level == "school" else ())) in (0, 1, 2)
    seen = f"{road.said}\n{caplog.text}".replace(str(tmp_path), "")
    shown = {name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", seen)}
    assert not shown, seen

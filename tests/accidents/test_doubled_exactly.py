"""Children who would be doubled are exactly those whom the upload of the plan adds beside an active record."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.twin import Action
from tests.accidents.road import Lay, Road, read, rewrite
from tests.accidents.years import District, Written
from tests.marks import some

#: Children with a new record beside another active one, old or new, by the child's own name (made unique below).
_ADDED = """
    SELECT count(DISTINCT n.familyName) FROM students AS n JOIN students AS o
    ON o.familyName = n.familyName AND o.connectStudentId <> n.connectStudentId AND o.archived = 'false'
    WHERE n.archived = 'false' AND n.connectStudentId NOT IN (SELECT connectStudentId FROM before_students)
"""


def unique(number: int) -> str:
    """A family name that nobody else has, of letters only."""
    letters = ""
    while True:
        letters += "bdfgklmnprst"[number % 12] + "aeiou"[number % 5]
        number //= 12
        if not number:
            return f"Quill{letters}".ljust(12, "o")


def with_name(names: dict[str, str], column: str, row: dict[str, str]) -> dict[str, str]:
    return {**row, "familyName": names.get(row[column], row["familyName"])}


def named(made: Written) -> None:
    """Give every child a family name of its own, the same on both sides."""
    names = {child.id: unique(n) for n, child in made.last.children.items()}
    names |= {child.id: unique(n) for n, child in made.this.children.items()}
    for path, column in ((made.delivery / "users.csv", "sourcedId"), (made.workspace / "students.csv", "studentId")):
        rewrite(path, partial(with_name, names, column))


@pytest.fixture
def half_by_hand(tmp_path: Path, lay: Lay) -> Road:
    """Every third child was made by hand, every ninth of them archived; every seventh child is delivered twice."""
    made = District(180, schools=2, seed=4).write(tmp_path / "district")
    named(made)
    place = {child.id: n for n, child in enumerate(made.this.children.values())}

    def by_hand(row: dict[str, str]) -> dict[str, str]:
        n = place[row["studentId"]]
        if n % 3:
            return row
        return {**row, "studentId": "", "archived": "true" if n % 9 == 0 else "false"}

    rewrite(made.workspace / "students.csv", by_hand)
    again = [row for row in read(made.delivery / "users.csv") if place.get(row["sourcedId"], 1) % 7 == 0]
    text = (made.delivery / "users.csv").read_text(encoding="utf-8")
    more = "".join(
        ",".join([f"9{one['sourcedId']}", *(f'"{v}"' for k, v in one.items() if k != "sourcedId")]) + "\n"
        for one in again
    )
    (made.delivery / "users.csv").write_text(text + more, encoding="utf-8")
    return lay(made.delivery, made.workspace)


def said(road: Road) -> int:
    """Children who would be doubled, as prepare said; the verdict says the same."""
    if "No child would be doubled" in road.said:
        assert "would be doubled" not in road.said.splitlines()[1]
        return 0
    found = re.search(r"▲ (\d+) child(?:ren)? would be doubled:", road.said)
    assert found is not None, road.said
    verdict = re.search(r"(\d+) child(?:ren)? would be doubled", road.said)
    assert verdict is not None and verdict[1] == found[1], road.said
    return int(found[1])


def added(road: Road) -> int:
    """What the upload of the plan really adds beside an active record, counted on the exported files."""
    before = road.folder / "before"
    assert run(["twin", "export", str(road.twin), "--out", str(before)]) == 0
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    exported = road.folder / "exported"
    exported.mkdir(exist_ok=True)
    sql = _ADDED.replace("before_students", f"read_csv('{before / 'students.csv'}', all_varchar = true, header = true)")
    return int(road.count(sql))


WAYS: dict[str, tuple[str, ...]] = {
    "whole": (),
    "one school": ("--schools", "0101"),
    "school level": ("--upload-level", "school"),
    "school level, one school": ("--upload-level", "school", "--school", "0102"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("way", some(reversed(WAYS), 2))
def test_prepare_counts_whom_the_upload_adds_beside_an_active_record(way: str, half_by_hand: Road) -> None:
    road = half_by_hand
    assert road.prepare("--keep-existing", *WAYS[way]) == 0, road.said
    expected = said(road)
    assert expected > 10
    assert expected == added(road)
    assert road.prepare("--keep-existing", *WAYS[way]) == 0, road.said
    assert said(road) == 0  # everybody is on Connect now


@pytest.mark.thorough
def test_the_finding_counts_the_same_rows_as_the_verdict(half_by_hand: Road) -> None:
    road = half_by_hand
    assert road.audit() == 0, road.said
    doubled = next(one for one in road.summary["verdict_reasons"] if one["code"] == "doubled")
    found = road.found("workspace.students.duplicates_expected")
    delivered_twice = ck.audit(road.delivery, road.twin, progress=False).duplicates.doubled()  # type: ignore[union-attr]
    assert found == (delivered_twice["why"] == "connect").sum()
    assert doubled["rows"] == len(delivered_twice)


@pytest.mark.thorough
def test_a_school_that_was_decided_out_doubles_nobody(half_by_hand: Road) -> None:
    road = half_by_hand
    assert road.run("decide-school", road.delivery, "0101", "--workspace", road.twin, "--out") == 0, road.said
    assert road.prepare("--keep-existing") == 0, road.said
    expected = said(road)
    assert 0 < expected == added(road)


Change = Callable[[Road], None]


def archive(road: Road) -> None:
    ck.Twin(road.twin).apply(Action("archive_students", unsynced=True))


def record(road: Road) -> None:
    assert road.run("twin", "record-ids", road.twin, road.delivery, "--yes") == 0, road.said


@pytest.mark.thorough
@pytest.mark.parametrize("change", some([archive, record]))
def test_archived_records_and_recorded_ids_double_nobody(change: Change, tmp_path: Path, lay: Lay) -> None:
    district = District(180, schools=2, seed=1)
    last = district.copy()
    district.change_ids("number_to_guid", school=0)
    made = district.write(tmp_path / "district", last)
    if change is archive:
        rewrite(made.workspace / "students.csv", lambda row: {**row, "studentId": ""})
    road = lay(made.delivery, made.workspace)
    road.prepare("--keep-existing")
    assert said(road) > 50
    change(road)
    assert road.prepare("--keep-existing") == 0, road.said
    assert said(road) == 0


@pytest.mark.thorough
def test_children_who_are_sent_with_the_ids_of_connect_are_not_doubled(tmp_path: Path, lay: Lay) -> None:
    district = District(180, schools=2, seed=1)
    last = district.copy()
    district.change_ids("number_to_guid", school=0)
    made = district.write(tmp_path / "district", last)
    named(made)
    road = lay(made.delivery, made.workspace)
    assert road.prepare("--keep-ids") == 0, road.said
    assert said(road) == added(road) == 0

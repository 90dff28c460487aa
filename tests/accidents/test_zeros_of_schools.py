"""School IDs that lost their zeros in all files: Connect's stay, and nothing that the kit advises shortens them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accidents.road import ACTIVE, Lay, Road, rewrite
from tests.accidents.years import District

RECORDED = "SELECT string_agg(schoolId, ' ' ORDER BY schoolId) FROM schools"


def shorten(path: Path, column: str) -> None:
    rewrite(path, lambda row: {**row, column: ",".join(one.lstrip("0") for one in row[column].split(","))})


def district(folder: Path, lay: Lay, *, schools: int = 4, connect: bool = False) -> Road:
    """A district whose files, or whose schools on Connect, have lost the zeros of all School IDs."""
    made = District(160, schools=schools, seed=4).write(folder / "district")
    if connect:
        shorten(made.workspace / "schools.csv", "schoolId")
    else:
        for name in ("users", "classes", "enrollments"):
            shorten(made.delivery / f"{name}.csv", "orgSourcedIds" if name == "users" else "schoolSourcedId")
    return lay(made.delivery, made.workspace)


@pytest.mark.thorough
@pytest.mark.parametrize("schools", [2, 4])
def test_no_advice_of_the_command_line_shortens_the_ids_on_connect(schools: int, tmp_path: Path, lay: Lay) -> None:
    road = district(tmp_path, lay, schools=schools)
    before = road.count(RECORDED)
    assert before.startswith("0101 0102")
    assert road.audit() == 1
    assert not road.found("workspace.schools.id_changed")  # one cause a school
    assert road.prepare() == 1
    assert "--suggested" not in road.said
    assert "record-ids" not in road.said
    assert (
        f"{schools} School IDs have lost leading zeros that they have on Connect: 101 (0101), 102 (0102)" in road.said
    )
    gate = road.said.partition("schools matched: ")[2].splitlines()
    assert "export the files again with School IDs as text" in gate[1]
    assert gate[2].strip().startswith("→ then prepare again")
    for command in (("connect", "--suggested"), ("record-ids",)):
        assert road.run("twin", command[0], road.twin, road.delivery, *command[1:], "--yes") == 0, road.said
        assert "These are not recorded: export the files again with School IDs as text." in road.said
        assert road.count(RECORDED) == before


@pytest.mark.thorough
def test_the_school_ids_that_connect_has_are_written_where_they_are_kept(tmp_path: Path, lay: Lay) -> None:
    road = district(tmp_path, lay)
    before = road.count(RECORDED), road.count(ACTIVE)
    assert road.prepare("--keep-ids") == 0, road.said
    assert "fifth is added or removed" not in road.said  # the same schools under their own IDs
    assert "until School IDs are exported as text, with their zeros:\n" in road.said
    assert f"--out {road.plan} --keep-ids\n" in road.said
    assert "record-ids" not in road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    assert (road.count(RECORDED), road.count(ACTIVE)) == before


def test_zeros_that_connect_has_lost_are_corrected_there(tmp_path: Path, lay: Lay) -> None:
    road = district(tmp_path, lay, schools=2, connect=True)
    assert road.prepare() == 1
    assert "Correct the School ID on the Connect school" in road.said.partition("schools matched: ")[2]
    assert "--suggested --yes" in road.said
    assert road.rehearse() == 1
    assert "Nothing shows for certain which side is right" not in road.said  # the gate of the dry run says so, too
    assert road.run("twin", "connect", road.twin, road.delivery, "--suggested", "--yes") == 0, road.said
    assert road.count(RECORDED) == "0101 0102"
    assert road.prepare() == 0, road.said

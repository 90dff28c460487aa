"""Changed IDs as a value: what it shows, counts and saves."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.identity.patterns import KINDS, PATTERNS
from connect_kit.identity.value import TABLES

ROWS = [
    ("students", "0101", "S001", "C1", "00123", "123", "zeros_lost", 0.999, True),
    ("students", "0101", "S001", "C2", "00124", "124", "zeros_lost", 0.998, True),
    ("students", "0101", "S001", "C3", "00125", "125", "zeros_lost", 0.997, True),
    ("staff", "0102", "S002", "U1", "T9", "9d3c1a", "unrelated", 0.98, False),
]


@pytest.fixture
def changes(tmp_path: Path) -> ck.IdChanges:
    place = tmp_path / "connect"
    place.mkdir()
    (place / "schools.csv").write_text("connectSchoolId,name,schoolId\nS001,Alder,0101\n", encoding="utf-8")
    workspace = ck.read_workspace(place)
    roster = ck.Roster.from_frames({"users": pd.DataFrame({"sourcedId": ["123"], "role": ["student"]}, dtype=object)})
    schema = roster.schema.engine.new_schema("identity", (roster.schema, workspace.schema))
    schema.execute(TABLES)
    for row in ROWS:
        schema.execute(f"INSERT INTO id_changes VALUES ({', '.join('?' * len(row))})", row)
    schema.execute("INSERT INTO id_shares VALUES ('students', '0101', 'S001', 'Alder', 12, 3, true, 'zeros_lost')")
    return ck.IdChanges(roster, workspace, schema)


def test_the_table_says_the_pattern_in_words(changes: ck.IdChanges) -> None:
    table = changes.table()
    assert table["words"].tolist() == ["leading zeros lost"] * 3 + ["another ID altogether"]
    assert table["old_id"].tolist() == ["00123", "00124", "00125", "T9"]
    assert table["mass"].tolist() == [True, True, True, False]


def test_the_summary_gives_the_share_of_a_school(changes: ck.IdChanges) -> None:
    assert changes.summary().to_dict("records") == [
        {
            "kind": "students", "connectSchoolId": "S001", "school": "Alder", "managed": 12, "changed": 3,
            "percent": 25.0, "mass": True, "pattern": "zeros_lost",
        }
    ]  # fmt: skip


def test_the_crosswalk_leads_from_connects_id_to_the_deliverys(changes: ck.IdChanges) -> None:
    assert changes.crosswalk("staff").to_numpy().tolist() == [["T9", "9d3c1a"]]
    assert changes.crosswalk("guardians").empty
    with pytest.raises(SettingError, match="there are no changed IDs of 'pupils'; expected one of schools, students"):
        changes.crosswalk("pupils")


def test_it_counts_and_is_shown_by_kind(changes: ck.IdChanges) -> None:
    assert changes.counts == {"schools": 0, "students": 3, "staff": 1, "guardians": 0, "classrooms": 0}
    assert tuple(changes.counts) == KINDS
    assert repr(changes) == "IdChanges(3 students, 1 staff)"
    assert "leading zeros lost" in changes._repr_html_()
    assert len(changes) == 4


def test_it_is_saved_with_ids_and_without_names(changes: ck.IdChanges, tmp_path: Path) -> None:
    changes.save(tmp_path / "saved")
    with (tmp_path / "saved" / "id_changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["kind", "connectSchoolId", "connectId", "oldId", "newId", "pattern", "match_probability"]
    assert rows[1] == ["students", "S001", "C1", "00123", "123", "zeros_lost", "0.999"]
    assert len(rows) == 1 + len(ROWS)


def test_every_pattern_has_words_of_its_own() -> None:
    assert len(set(PATTERNS.values())) == len(PATTERNS) == 16

"""Real findings, made once: of an invented district, of a clean one, and of a hostile one."""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from connect_kit import (
    Findings,
    Roster,
    SampleDistrict,
    check_roster,
    find_duplicates,
    find_id_changes,
    left_behind,
    match_classrooms,
    match_schools,
    read_roster,
    read_workspace,
    sample_roster,
)
from tests.report.hostile import HOSTILE


class Audit(NamedTuple):
    """A sample district, and what was found in it; ``matched`` is what views are given besides the findings."""

    sample: SampleDistrict
    findings: Findings
    matched: dict[str, Any]


def audit(folder: Path, **options: Any) -> Audit:
    sample = sample_roster(folder, **options)
    roster, workspace = read_roster(sample.delivery), read_workspace(sample.workspace)
    schools = match_schools(roster, workspace)
    matched: dict[str, Any] = {
        # So high that the pairs are sure ones, whatever the model makes of namesakes.
        "duplicates": find_duplicates(roster, workspace, threshold=0.999),
        "schools": schools,
        "classrooms": match_classrooms(roster, workspace, schools=schools),
        "left_behind": left_behind(roster, workspace, schools=schools),
    }
    matched["id_changes"] = find_id_changes(
        roster, workspace, matched["duplicates"], schools=schools, classrooms=matched["classrooms"]
    )
    given = {name: matched[name] for name in ("duplicates", "classrooms", "id_changes", "left_behind")}
    return Audit(sample, check_roster(roster, workspace, progress=False, **given), matched)


@pytest.fixture(scope="session")
def faulty(tmp_path_factory) -> Audit:
    return audit(tmp_path_factory.mktemp("faulty"), students=600)


@pytest.fixture(scope="session")
def clean(tmp_path_factory) -> Audit:
    return audit(tmp_path_factory.mktemp("clean"), students=300, faults="none")


@pytest.fixture(scope="session")
def doubled(tmp_path_factory) -> Audit:
    """A district with students entered twice, and a school whose students and classrooms were made by hand."""
    return audit(
        tmp_path_factory.mktemp("doubled"), students=400, faults="none", duplicates=0.05, existing=True, seed=3
    )


@pytest.fixture(scope="session")
def hostile() -> Findings:
    users = pd.DataFrame(
        {
            "sourcedId": list(HOSTILE.values()),
            "orgSourcedIds": "0104",
            "role": "pupil",
            "givenName": "Ada",
            "familyName": "Quill",
        }
    )
    return check_roster(Roster.from_frames({"users": users}), progress=False)


class People(NamedTuple):
    """What identifies a person: full names, addresses and numbers of a delivery."""

    marks: frozenset[str]

    def seen_in(self, text: str) -> list[str]:
        return sorted(mark for mark in self.marks if mark in text)


@pytest.fixture(scope="session")
def people(faulty, doubled) -> People:
    return People(people_of(faulty.sample).marks | people_of(doubled.sample).marks)


def people_of(sample: SampleDistrict) -> People:
    users = pd.read_csv(sample.delivery / "users.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    marks = {f"{g} {f}" for g, f in zip(users["givenName"], users["familyName"], strict=True)}
    for column in ("email", "sms", "phone"):
        marks |= set(users[column])
    # A short mark ("T X") would be found by chance.
    return People(frozenset(mark for mark in marks if len(mark.strip()) > 6))

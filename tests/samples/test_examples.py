"""What the suites have as ``meta.example`` can be planted."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from connect_kit.errors import SuiteError
from connect_kit.samples import Fault, catalogue, known_faults
from connect_kit.samples.actions import ACTIONS

FAULTS = known_faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.order} {fault.code}")
def test_an_example_names_an_action_and_gives_it_what_it_takes(fault: Fault) -> None:
    inspect.signature(ACTIONS[fault.plant]).bind(None, **fault.values)


def test_every_action_is_used_by_an_example() -> None:
    assert {fault.plant for fault in FAULTS} == set(ACTIONS)


def test_examples_are_planted_in_one_order() -> None:
    assert [fault.order for fault in FAULTS] == sorted({fault.order for fault in FAULTS})


def test_examples_of_one_rule_differ_in_their_words() -> None:
    assert len({(fault.code, fault.title) for fault in FAULTS}) == len(FAULTS)


def test_what_is_wrong_is_said_without_a_full_stop_because_the_page_sets_it() -> None:
    assert [fault.title for fault in FAULTS if fault.title != fault.title.strip(" .")] == []


@pytest.mark.parametrize(
    ("fault", "layouts"),
    [
        ("users.role.form", ("connect", "oneroster11")),
        ("classes.classType.known", ("oneroster11", "oneroster12")),
        ("orgs.name.present", ("oneroster11", "oneroster12")),
        ("users.givenName.present", ("connect", "oneroster11", "oneroster12")),
    ],
)
def test_a_fault_fits_the_layouts_that_write_its_column(fault: str, layouts: tuple[str, ...]) -> None:
    assert {one.layouts for one in FAULTS if one.code == fault} == {layouts}


@pytest.mark.parametrize(
    ("example", "reason"),
    [({"text": "x", "order": 1}, "'plant'"), ("x", "'str' object"), ([7], "'int' object")],
    ids=["no action", "text only", "a number"],
)
def test_an_example_that_cannot_be_planted_is_refused_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Any, reason: str
) -> None:
    rule = {"type": "x", "kwargs": {}, "severity": "info", "meta": {"code": "users.x.y", "example": example}}
    (tmp_path / "users.json").write_text(json.dumps({"name": "users", "expectations": [rule]}), encoding="utf-8")
    monkeypatch.setattr(catalogue, "suites_folder", lambda: tmp_path)
    with pytest.raises(SuiteError, match=f"users.json: an example cannot be read.*{reason}.*expected text, order and"):
        known_faults.__wrapped__()

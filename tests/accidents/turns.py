"""A year that has turned, and what its audit must not say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import connect_kit as ck
from tests.accidents.road import audited
from tests.accidents.years import District, Written

SEATS = "workspace.staff.contact_of_another"


def turned(
    folder: Path,
    seed: int,
    change: Callable[[District], object] = lambda _: None,
    *,
    before: Callable[[District], object] = lambda _: None,
    summer: bool = False,
    students: int = 150,
    schools: int = 1,
) -> Written:
    """A district that is made ready ``before`` Connect has it, and changed since; over the summer, or within a year."""
    made = District(students, schools=schools, seed=seed)
    before(made)
    last = made.summer() if summer else made.copy()
    change(made)
    return made.write(folder / "district", last)


def is_not_unfit(made: Written) -> ck.Audit:
    audit = audited(made)
    assert audit.verdict != "not fit", audit.causes().to_string()
    return audit

"""The verdict on files as they are prepared: without what Connect's own IDs or the choice of schools have solved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connect_kit.checks.verdict import Reason
from connect_kit.uploads.abandoning import CODE, beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_kit.checks import Verdict
    from connect_kit.uploads.plan_data import PlanData

#: What is counted of each kind of changed IDs.
_COUNTED = {
    "students": "children", "staff": "adults", "guardians": "adults", "classrooms": "classrooms", "schools": "schools",
}  # fmt: skip


def as_prepared(verdict: Verdict, plan: PlanData) -> Verdict:
    """The verdict on a delivery, without reasons that no longer hold for the files of a plan."""
    kept = [now for reason in verdict.reasons if (now := _now(reason, plan)) is not None]
    return replace(verdict, reasons=(*_disconnected(plan), *kept))


def _disconnected(plan: PlanData) -> Iterator[Reason]:
    """Children whom Abandon takes a guardian from; a critical reason beyond the limit."""
    lost = plan.disconnections or {}
    children = sum(one.children for one in lost.values())
    if beyond(lost, plan.abandon_limit):
        yield Reason("critical", {"children": children})
    if children:
        yield Reason("disconnected", {"children": children})


def _now(reason: Reason, plan: PlanData) -> Reason | None:
    if reason.code == "critical":
        open_ids = any(one.mass and one.changed > one.kept for one in plan.changed_ids)
        return reason if open_ids or any(one.code != CODE for one in plan.findings) else None
    if reason.code == "doubled":
        children = sum(plan.doubled.values())
        if children == reason.children:
            return reason
        return Reason("doubled", {"children": children}) if children else None
    if reason.code == "id_changed":
        counts: dict[str, int] = {}
        for one in plan.changed_ids:
            if one.changed > one.kept:
                counts[_COUNTED[one.kind]] = counts.get(_COUNTED[one.kind], 0) + one.changed - one.kept
        return Reason("id_changed", counts) if counts else None
    return reason

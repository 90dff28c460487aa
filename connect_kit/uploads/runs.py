"""Which run of a plan goes on, and whether a dry run still holds on what a target is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.targets import Done, Target


def run_of(plan: PlanData, target: Target) -> tuple[str, bool]:
    """The run to go on with, if one was interrupted, or a new one; and whether it has begun."""
    runs = target.runs(plan.digest)
    if runs and not {file.identity for file in plan.files} <= target.sent(runs[-1]):
        return runs[-1], True
    return target.new_run(plan.digest), False


def changes_by_others(plan: PlanData, target: Target, state: str) -> tuple[Done, ...] | None:
    """What was done to a target since a state, without what an interrupted run of this plan has sent itself.

    None where the target was never in that state.
    """
    done = target.changes_since(state)
    if not done:
        return done
    run, begun = run_of(plan, target)
    return tuple(one for one in done if not (begun and one.run == run))

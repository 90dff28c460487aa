"""Whether the target is still what a plan was made for: the students whom it knew there, and those who were new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.display.look import children

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace
    from connect_kit.uploads.choice import Choice
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.records import DryRun
    from connect_kit.uploads.targets import Facts, Target

_MANAGED = """
    SELECT count(*) FROM workspace_students
    WHERE studentId IS NOT NULL AND archived IS DISTINCT FROM 'true'
"""


def seen_students(roster: Roster, workspace: Workspace, choice: Choice, exchanged: Schema | None) -> tuple[int, int]:
    """Students under the SIS on Connect, not archived; and students that are sent whom Connect does not have."""
    also = (*([] if exchanged is None else [exchanged.name]), roster.schema.name, workspace.schema.name)
    sent = "" if choice.whole else "AND u._line IN (SELECT _line FROM part_users)"
    new = choice.schema.execute(
        "SELECT count(DISTINCT u.sourcedId) FROM users AS u "
        f"WHERE u._kind = 'student' AND u.sourcedId IS NOT NULL {sent} "
        f"AND {workspace.shown_id} NOT IN (SELECT studentId FROM workspace_students WHERE studentId IS NOT NULL)",
        also=also,
    )
    return int(workspace.schema.execute(_MANAGED)[0][0]), int(new[0][0])


def stale(plan: PlanData, target: Target, facts: Facts, last: DryRun | None) -> str:
    """Why the plan has to be made again, as the target has other students than it was made for; '' where it has not.

    An upload of the plan itself, which may have broken off, makes no plan stale.
    """
    if plan.managed is None or plan.new_students is None or target.runs(plan.digest):
        return ""
    if facts.active is not None and facts.active != plan.managed:
        return (
            f"Connect had {children(plan.managed)} under the SIS when these files were prepared, and has "
            f"{facts.active:,} now"
        )
    created = 0 if last is None else sum(counts.get("children_created", 0) for counts in last.schools.values())
    if created > plan.new_students:
        return (
            f"the dry run would create {children(created)}, and only {plan.new_students:,} were new when these files "
            "were prepared"
        )
    return ""

"""Preparing the files of a plan again, in the same way but for its IDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.errors import SettingError
from connect_kit.uploads.planning import plan_upload

if TYPE_CHECKING:
    from connect_kit.checks import AuditData
    from connect_kit.identity import IdChanges
    from connect_kit.roster import Workspace
    from connect_kit.uploads.plan import UploadPlan


def prepare_again(
    plan: UploadPlan,
    audit: AuditData,
    *,
    workspace: Workspace | None = None,
    id_changes: IdChanges | None = None,
    keep_ids: bool = False,
    school: str | None = None,
) -> UploadPlan:
    """Prepare a plan's files again in its folder, with its answers and those of its waivers that still matter.

    Parameters
    ----------
    plan : UploadPlan
    audit : AuditData
        Of the delivery that was planned.
    workspace : Workspace, optional
        As it is now; by default the audit's.
    id_changes : IdChanges, optional
        As they are now; by default the audit's.
    keep_ids : bool
        See :func:`plan_upload`.
    school : str, optional
        The one school that is sent from now on, at school level; by default the plan's schools and level.

    Raises
    ------
    SettingError
        For the audit of another delivery.
    """
    path = audit.roster.path
    if (path.name if path is not None else "roster") != plan.delivery:
        raise SettingError(f"the plan is of {plan.delivery}, and the audit of another delivery; audit {plan.delivery}")
    options = dict(plan.options)
    named = options.pop("schools", None)
    if school is not None:
        options["school"], named = school, None
    made = plan_upload(
        audit.roster,
        audit.workspace if workspace is None else workspace,
        audit.findings,
        audit.schools if named is None else named,
        audit.classrooms,
        folder=plan.folder,
        level=plan.level if school is None else "school",
        archive_existing=plan.archive_existing,
        id_changes=audit.id_changes if id_changes is None else id_changes,
        keep_ids=keep_ids,
        **options,
    )
    known = {*(one.code for one in made.findings), *made.id_codes}
    for code, reason in plan.waivers.items():
        if code in known:
            made = made.waive(code, reason)
    return made

"""The choice of the school that a school-level upload is prepared for."""

from __future__ import annotations

from connect_kit.checks import AuditData
from connect_kit.display.characters import drawable
from connect_kit.display.look import counted
from connect_kit.errors import NEXT, PlanError
from connect_kit.panels.upload_layout import UploadLayout
from connect_kit.uploads import UploadPlan, plan_upload, prepare_again, unprepared_plan


def planned(plan: UploadPlan | AuditData) -> tuple[UploadPlan, str]:
    """A plan, made from an audit where one was given; and what is unclear, where it has no files for that reason."""
    if not isinstance(plan, AuditData):
        return plan, ""
    try:
        return plan_upload(plan), ""
    except PlanError as error:
        return unprepared_plan(plan), error.in_words({**NEXT, "name_school": "choose the one school that is sent"})


class SchoolChoice(UploadLayout):
    """What prepares a school-level plan again, for the school that a person chooses."""

    audit: AuditData | None

    def _offer_schools(self) -> None:
        if self.audit is None or self.audit.workspace is None:
            return
        there = self.audit.workspace.schools[["connectSchoolId", "name", "schoolId"]].fillna("")
        self.school.options = [
            (drawable(f"{name} ({own}{', School ID ' if recorded else ''}{recorded})", 200), own)
            for own, name, recorded in there.itertuples(index=False, name=None)
        ]
        sent = {file.school for file in self._value.files}
        self.school.value = next((own for _, own in self.school.options if own in sent), None)

    def _prepare_again(self) -> None:
        """Prepare the files for the chosen school; answers and waivers that still apply are kept."""
        if self.audit is None or not self.school.value:
            self._status = "Choose a school first."
            return
        before = self._value
        plan = prepare_again(before, self.audit, keep_ids=before.keep_ids, school=self.school.value)
        self._set_value(plan)
        self._reload()
        self._status = f"Prepared for {self.school.value}: {counted(plan.rows, 'row')}."

"""The parts of the upload panel: its buttons, fields and views, from top to bottom."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets

from connect_kit.panels.base import Command, PanelBase
from connect_kit.panels.html_view import HtmlView
from connect_kit.panels.upload_view import ANSWERS
from connect_kit.uploads import UploadPlan
from connect_kit.uploads.values import ACTIONS


class UploadLayout(PanelBase[UploadPlan]):
    """What :class:`~connect_kit.panels.upload.UploadPanel` is made of."""

    title: ClassVar[str] = "Upload"
    commands: ClassVar[Mapping[str, Command]] = {
        "yes": Command(ANSWERS[True], "", "Existing students without a SIS ID are archived before the upload"),
        "no": Command(ANSWERS[False], "", "Existing students stay; the file's students are added beside them"),
        "archive": Command(
            "Archive them now", "", "Archive the students without a SIS ID; this is logged and can be undone", True
        ),
        "waive": Command("Waive", "", "Let this finding pass; the reason is logged", True),
        "dry_run": Command("Dry run", "r", "See what the upload would do; nothing is changed", True),
        "cancel": Command("Cancel", "c", "Stop the current run; the file in progress leaves nothing behind"),
        "check": Command("Check again", "g", "Bring the conditions and the log up to date"),
        "upload": Command("Upload for real", "", "Send the files, once the text is typed", True),
        "save": Command("Save with Excel", "", "Copy the result files to this folder, guardians as a workbook too"),
        "worksheet": Command("Save what stays behind", "", "Write the worksheet and left_behind.csv: IDs, no names"),
        "log": Command("Activity log", "l", "Show or hide what was done in the workspace"),
    }

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        self.head = HtmlView(role="region", label="Files and target")
        self.checklist = HtmlView(role="region", label="Conditions of a real upload")
        self.question = HtmlView()
        self.finding = ipywidgets.Dropdown(options=[], description="Finding", layout={"width": "460px"})
        self.reason = ipywidgets.Text(description="Reason", placeholder="who decided it, and why")
        self.bars = HtmlView(role="region", label="Progress")
        self.outlook = HtmlView(role="region", label="Forecast")
        self.behind = HtmlView(role="region", label="What stays behind")
        self.ask = HtmlView()
        self.confirm = ipywidgets.Text(description="Confirmation", placeholder="as section 3 asks for")
        self.confirm.observe(lambda _: self._run(), "value")
        self.outcome = HtmlView(role="region", label="Results")
        self.file = self._dropdown("File", [("all files", "")], self._filter)
        results = [("all", ""), ("✔ SUCCESS", "SUCCESS"), ("✖ ERROR", "ERROR")]
        self.results = self._dropdown("Result", results, self._filter)
        self.action = self._dropdown("Action", [("all", ""), *((one, one) for one in ACTIONS)], self._filter)
        self.folder = ipywidgets.Text(description="Folder", continuous_update=False, layout={"width": "620px"})
        self.rows = HtmlView(self._on_message, role="region", label="Rows of the result files", focusable=True)
        self.rows.add_class("ck-list")
        self.log = HtmlView(role="region", label="Activity log")
        self._question = self._row("yes", "no", "archive")
        self._waiving = self._row(self.finding, self.reason, "waive")
        self._filters = self._row(self.file, self.results, self.action)
        self._saving = self._row(self.folder, "save")
        self._behind = self._row("worksheet")
        return (
            self.head,
            self.status,
            self.alert,
            self.checklist,
            self.question,
            self._question,
            self._waiving,
            self._row("dry_run", "cancel", "check", "log"),
            self.bars,
            self.outlook,
            self.behind,
            self._behind,
            self.ask,
            self._row(self.confirm, "upload"),
            self.outcome,
            self._filters,
            self.rows,
            self._saving,
            self.log,
        )

    @abstractmethod
    def _filter(self) -> None:
        """Narrow the rows of the results by the filters."""

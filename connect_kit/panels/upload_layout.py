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
        "keep_ids": Command("Use Connect's IDs", "", "Prepare the files again with the IDs that Connect has", True),
        "list_ids": Command(
            "Save list for recording",
            "",
            "Save a workbook that says which new ID is recorded on which record of Connect",
        ),
        "archive_ids": Command(
            "Archive these first", "", "Archive the records that come under new IDs; asks before it does", True
        ),
        "archive_sure": Command("Yes, archive them", "", "Archive them now; this is logged and can be undone", True),
        "archive_not": Command("No, leave them as they are", "", "Archive nothing"),
        "prepare": Command(
            "Prepare for this school", "", "Prepare the files again, with the rows of this school only", True
        ),
        "waive": Command("Waive", "", "Let this finding pass; the reason is logged", True),
        "dry_run": Command("Dry run", "r", "See what the upload would do; nothing is changed", True),
        "cancel": Command("Cancel", "c", "Stop the current run; the file in progress leaves nothing behind"),
        "check": Command("Check again", "g", "Bring the conditions and the log up to date"),
        "upload": Command("Upload for real", "", "Send the files, once the text is typed", True),
        "save": Command("Save with Excel", "", "Copy the result files to this folder, guardians as a workbook too"),
        "undo": Command("Undo this upload", "", "Take back all files of this upload; the log keeps them", True),
        "worksheet": Command("Save what stays behind", "", "Write the worksheet and left_behind.csv: IDs, no names"),
        "tidy": Command(
            "Act on it on the twin", "", "Disconnect, remove and archive what stays behind; asks before it does", True
        ),
        "tidy_sure": Command("Yes, do all of it", "", "Do it now; this is logged and can be undone as one", True),
        "tidy_not": Command("No, leave it as it is", "", "Do nothing"),
        "log": Command("Activity log", "l", "Show or hide what was done in the workspace"),
    }

    def _parts(self) -> Sequence[ipywidgets.Widget]:
        self.head = HtmlView(role="region", label="Files and target")
        self.checklist = HtmlView(role="region", label="Conditions of a real upload")
        self.changes = HtmlView(role="region", label="Changed IDs")
        self.sure = HtmlView()
        self.school = ipywidgets.Dropdown(options=[], description="School", layout={"width": "460px"})
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
        self._changing = self._row("keep_ids", "list_ids", "archive_ids")
        self._surely = self._row("archive_sure", "archive_not")
        self._choosing = self._row(self.school, "prepare")
        self._question = self._row("yes", "no", "archive")
        self._waiving = self._row(self.finding, self.reason, "waive")
        self._filters = self._row(self.file, self.results, self.action)
        self._saving = self._row(self.folder, "save")
        self._undoing = self._row("undo")
        self.limit = ipywidgets.Text(description="Limit in %", placeholder="10; in the summer 20, staff 30")
        self.tidy = HtmlView()
        self._behind = self._row("worksheet", self.limit, "tidy")
        self._surely_tidy = self._row("tidy_sure", "tidy_not")
        return (
            self.head,
            self.status,
            self.alert,
            self.checklist,
            self.changes,
            self._changing,
            self.sure,
            self._surely,
            self._choosing,
            self.question,
            self._question,
            self._waiving,
            self._row("dry_run", "cancel", "check", "log"),
            self.bars,
            self.outlook,
            self.behind,
            self._behind,
            self.tidy,
            self._surely_tidy,
            self.ask,
            self._row(self.confirm, "upload"),
            self.outcome,
            self._undoing,
            self._filters,
            self.rows,
            self._saving,
            self.log,
        )

    @abstractmethod
    def _filter(self) -> None:
        """Narrow the rows of the results by the filters."""

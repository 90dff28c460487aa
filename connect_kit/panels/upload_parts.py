"""The parts of the upload panel: its buttons, fields and sheets, from top to bottom."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets

from connect_kit.panels.board import Board, Press
from connect_kit.panels.sheet import Sheet
from connect_kit.uploads import UploadPlan
from connect_kit.uploads.values import ACTIONS


class UploadParts(Board[UploadPlan]):
    """What :class:`~connect_kit.panels.upload.UploadPanel` is made of."""

    title: ClassVar[str] = "Upload"
    presses: ClassVar[Mapping[str, Press]] = {
        "yes": Press("Yes, archive them first", "", "Existing students without SIS ID are archived before the upload"),
        "no": Press("No, leave them", "", "Existing students stay as they are; students of the file come beside them"),
        "archive": Press(
            "Archive them now", "", "Archive the students without SIS ID; it is logged, and can be undone", True
        ),
        "waive": Press("Waive", "", "Let this finding pass, with the reason, which is logged", True),
        "rehearse": Press("Rehearse (dry run)", "r", "See what the upload would do; nothing is changed", True),
        "cancel": Press("Cancel", "c", "Stop what is under way; the file in hand leaves nothing behind"),
        "look": Press("Look again", "g", "Look at the conditions and the log as they are now"),
        "upload": Press("Upload for real", "", "Send the files, after the text beside is typed", True),
        "save": Press("Save with Excel", "", "Copy the result files to this folder, guardians as a workbook too"),
        "log": Press("Activity log", "l", "Show or hide what was done with the workspace"),
    }

    def _arranged(self) -> Sequence[ipywidgets.Widget]:
        self.head = Sheet(role="region", label="What is uploaded, and where to")
        self.checklist = Sheet(role="region", label="Conditions of a real upload")
        self.question = Sheet()
        self.finding = ipywidgets.Dropdown(options=[], description="Waive", layout={"width": "460px"})
        self.reason = ipywidgets.Text(description="Reason", placeholder="who decided it, and why")
        self.bars = Sheet(role="region", label="How far it is")
        self.outlook = Sheet(role="region", label="Forecast")
        self.ask = Sheet()
        self.confirm = ipywidgets.Text(description="Type the text", placeholder="district and rows")
        self.confirm.observe(lambda _: self._run(), "value")
        self.outcome = Sheet(role="region", label="Results")
        self.file = ipywidgets.Dropdown(options=[("all files", "")], description="File")
        results = [("all", ""), ("✔ SUCCESS", "SUCCESS"), ("✖ ERROR", "ERROR")]
        self.results = ipywidgets.Dropdown(options=results, description="Result")
        self.action = ipywidgets.Dropdown(options=[("all", ""), *((one, one) for one in ACTIONS)], description="Action")
        for filter_ in (self.file, self.results, self.action):
            filter_.observe(lambda _: self._run(self._filter), "value")
        self.folder = ipywidgets.Text(description="Folder", continuous_update=False, layout={"width": "620px"})
        self.rows = Sheet(self._heard, role="region", label="Rows of the result files", focusable=True)
        self.rows.add_class("ck-list")
        self.log = Sheet(role="region", label="Activity log")
        button = self.buttons
        self._question = self._row(button["yes"], button["no"], button["archive"])
        self._waiving = self._row(self.finding, self.reason, button["waive"])
        self._real = self._row(self.confirm, button["upload"])
        self._filters = self._row(self.file, self.results, self.action)
        self._saving = self._row(self.folder, button["save"])
        return (
            self.head,
            self.status,
            self.alert,
            self.checklist,
            self.question,
            self._question,
            self._waiving,
            self._row(button["rehearse"], button["cancel"], button["look"], button["log"]),
            self.bars,
            self.outlook,
            self.ask,
            self._real,
            self.outcome,
            self._filters,
            self.rows,
            self._saving,
            self.log,
        )

    @abstractmethod
    def _filter(self) -> None:
        """Narrow the rows of the results by what the filters say."""

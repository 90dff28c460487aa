"""The part of the upload panel that is about changed IDs: what has changed, and a button for each way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.identity.patterns import kinds_in_words
from connect_kit.identity.worksheet import NAME
from connect_kit.panels import upload_view as view
from connect_kit.panels.upload_layout import UploadLayout
from connect_kit.twin import connections
from connect_kit.uploads import prepare_again

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.checks import AuditData
    from connect_kit.identity import IdChanges
    from connect_kit.twin import Twin

CODE = "id_changes"  # of the gate
#: Buttons of this part.
BUTTONS = ("keep_ids", "list_ids", "archive_ids", "archive_sure", "archive_not")


class UploadIds(UploadLayout):
    """Changed IDs in the upload panel; :class:`~connect_kit.panels.upload.UploadPanel` has the rest."""

    target: Twin
    audit: AuditData | None
    gates: pd.DataFrame | None
    _asking: bool = False

    @property
    def _changes(self) -> IdChanges | None:
        return None if self.audit is None else self.audit.id_changes

    def _change_ids(self, name: str) -> None:
        """What a button of :data:`BUTTONS` asks for."""
        self._asking = name == "archive_ids"
        if self.audit is None or self._changes is None:
            self._status = view.NO_AUDIT
        elif name == "keep_ids":
            now = self._changes.still(self.target.workspace())  # some may be recorded or archived meanwhile
            self._set_value(prepare_again(self._value, self.audit, id_changes=now, keep_ids=True))
            self._reload()
            kept = kinds_in_words(self._value.kept_ids)
            self._status = f"Prepared with the IDs that Connect has: {kept}. Dry run again."
        elif name == "list_ids":
            folder = self._value.folder.with_name(f"{self._value.folder.name}-ids")
            self._changes.still(self.target.workspace()).save_worksheet(folder)
            self._status = f"Saved: {folder / NAME}. Record the new IDs on Connect, export it, and prepare again."
        elif name == "archive_sure":
            self._archive_changed(self.audit, self._changes)
        elif name == "archive_not":
            self._status = "Nothing was archived."

    def _archive_changed(self, audit: AuditData, changes: IdChanges) -> None:
        actions = connections(changes.still(self.target.workspace()), archive=True)
        done = f"{self.target.apply_all(actions).what}." if actions else ""
        known = self.target.workspace()
        self._set_value(prepare_again(self._value, audit, workspace=known, id_changes=changes.still(known)))
        self._reload()
        self._status = f"{done} Prepared again; dry run again." if done else "There is nothing to archive."

    def _to_archive(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for one in self._value.changed_ids:
            if one.kind in ("students", "classrooms") and one.changed > one.kept:
                counts[one.kind] += one.changed - one.kept
        return counts

    def _draw_ids(self, *, running: bool) -> None:
        plan, gates = self._value, self.gates
        blocking = gates is not None and bool(((gates["code"] == CODE) & (gates["state"] == "blocking")).any())
        there = blocking and bool(plan.changed_ids)
        known = there and self._changes is not None
        self._asking = self._asking and known
        self.changes.show(*(view.changed_ids(plan, known=known) if there else ()))
        self.sure.show(*([view.archive_question(self._to_archive())] if self._asking else ()))
        self._changing.layout.display = None if known else "none"
        self._surely.layout.display = None if self._asking else "none"
        self.buttons["archive_ids"].layout.display = None if self._to_archive() else "none"
        for name in BUTTONS:
            self.buttons[name].disabled = running
        self.buttons["keep_ids"].disabled = running or plan.keep_ids

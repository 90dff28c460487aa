"""What people handed over, and is never written to: a delivery, and the export of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine.places import outside

if TYPE_CHECKING:
    from connect_kit.roster.value import Roster
    from connect_kit.roster.workspace import Workspace


def outside_originals(folder: str | Path, roster: Roster | None, workspace: Workspace | None) -> Path:
    """The folder or file, unless it lies inside the delivery or the workspace's export.

    Raises
    ------
    SettingError
        Naming which of them.
    """
    place = outside(folder, "the delivery", None if roster is None else roster.path)
    return outside(place, "the workspace's export", None if workspace is None else workspace.path)

"""Both sides read: deliveries as :class:`Roster`, exports of Connect as :class:`Workspace`."""

from connect_kit.roster.reader import read_roster
from connect_kit.roster.tables import Table
from connect_kit.roster.value import Roster
from connect_kit.roster.workspace import Workspace, read_workspace

__all__ = ["Roster", "Table", "Workspace", "read_roster", "read_workspace"]

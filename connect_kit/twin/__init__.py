"""The twin of a district's Connect workspace: it takes uploads by the documented rules, and people's actions."""

from connect_kit.twin.actions import connections
from connect_kit.twin.twin import Twin, as_twin
from connect_kit.twin.values import Action, Change, Settings

__all__ = ["Action", "Change", "Settings", "Twin", "as_twin", "connections"]

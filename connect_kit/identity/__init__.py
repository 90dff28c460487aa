"""Changed IDs: records on Connect that the delivery holds under another ID."""

from __future__ import annotations

from connect_kit.identity.find import find_id_changes
from connect_kit.identity.value import IdChanges

__all__ = ["IdChanges", "find_id_changes"]

"""Which records of Connect are meant by the delivery: changed IDs, and what stays behind."""

from __future__ import annotations

from connect_kit.identity.find import find_id_changes
from connect_kit.identity.left_find import left_behind
from connect_kit.identity.left_value import LeftBehind
from connect_kit.identity.value import IdChanges

__all__ = ["IdChanges", "LeftBehind", "find_id_changes", "left_behind"]

"""Duplicate students and adults: blocked, scored, clustered, explained. What people decide is kept in ``decisions``."""

from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates

__all__ = ["Duplicates", "find_duplicates"]

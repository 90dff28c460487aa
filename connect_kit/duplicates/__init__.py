"""Duplicate students and adults: blocked, scored, clustered, explained. Schools and classrooms are in ``matching``."""

from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates

__all__ = ["Duplicates", "find_duplicates"]

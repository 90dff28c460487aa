"""Duplicate students and adults: blocked, scored, clustered, explained. Schools and classrooms are in ``matching``."""

from connect_kit.duplicates.doubled import Doubled, count_doubled, doubled_by_school, member_numbers, pairs_in_words
from connect_kit.duplicates.find import find_duplicates
from connect_kit.duplicates.value import Duplicates

__all__ = [
    "Doubled",
    "Duplicates",
    "count_doubled",
    "doubled_by_school",
    "find_duplicates",
    "member_numbers",
    "pairs_in_words",
]

"""Schools and classrooms of Connect matched with those of the delivery; duplicate students are in ``duplicates``."""

from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
from connect_kit.matching.schools import match_schools

__all__ = ["ClassroomMatches", "SchoolMatches", "match_classrooms", "match_schools"]

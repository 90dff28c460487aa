"""Which schools and classrooms of Connect a delivery's schools and classes are; duplicate students are elsewhere."""

from connect_kit.matching.classrooms import match_classrooms
from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
from connect_kit.matching.schools import match_schools

__all__ = ["ClassroomMatches", "SchoolMatches", "match_classrooms", "match_schools"]

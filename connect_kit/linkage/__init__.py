"""Who is here twice, and which schools and classrooms belong together."""

from connect_kit.linkage.classrooms import match_classrooms
from connect_kit.linkage.decisions import Decisions, read_decisions
from connect_kit.linkage.duplicates import Duplicates
from connect_kit.linkage.find import find_duplicates
from connect_kit.linkage.schools import match_schools

__all__ = ["Decisions", "Duplicates", "find_duplicates", "match_classrooms", "match_schools", "read_decisions"]

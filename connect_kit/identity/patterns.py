"""How an ID changed, as codes, and each code in words; and whose IDs changed, as counts in words."""

from __future__ import annotations

from collections.abc import Mapping

#: What happened on the way from Connect's ID to the delivery's, by code.
PATTERNS: Mapping[str, str] = {
    "zeros_lost": "leading zeros lost",
    "zeros_gained": "leading zeros added",
    "prefix_added": "prefix added",
    "prefix_removed": "prefix removed",
    "suffix_added": "suffix added",
    "suffix_removed": "suffix removed",
    "case": "letter case changed",
    "separators": "blanks or hyphens added or removed",
    "decimal": "'.0' added by a spreadsheet",
    "rounded": "digits rounded by a spreadsheet",
    "characters_lost": "characters lost",
    "quotes_added": "quotes added",
    "number_to_guid": "number to GUID",
    "guid_to_number": "GUID to number",
    "unrelated": "another ID altogether",
    "undecided": "not paired (several of one name)",
}
#: Patterns of IDs that are damaged in the files, and never to be recorded on Connect.
DAMAGED = ("characters_lost", "quotes_added")
#: Of School IDs a finding of their own (school_zeros), which says on which side the zeros are missing.
OTHER_ZEROS = ("zeros_lost", "zeros_gained")
#: What IDs belong to, in the order in which they are shown: a changed School ID explains the others.
KINDS = ("schools", "students", "staff", "guardians", "classrooms")
#: One of each kind.
_ONE: Mapping[str, str] = {
    "schools": "school", "students": "student", "staff": "staff", "guardians": "guardian", "classrooms": "classroom",
}  # fmt: skip


def kinds_in_words(counts: Mapping[str, int]) -> str:
    """How many of each kind: ``1 school, 1,200 students``; ``none`` where there are none."""
    return ", ".join(f"{n:,} {_ONE[kind] if n == 1 else kind}" for kind, n in counts.items() if n) or "none"

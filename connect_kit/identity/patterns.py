"""How an ID changed, as codes, and each code in words."""

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
    "decimal": "'.0' added by a spreadsheet",
    "rounded": "digits rounded by a spreadsheet",
    "number_to_guid": "number to GUID",
    "guid_to_number": "GUID to number",
    "unrelated": "another ID altogether",
}
#: What IDs belong to, in the order in which they are shown: a changed School ID explains the others.
KINDS = ("schools", "students", "staff", "guardians", "classrooms")

"""What an audit has counted: in plain words, and as summary.json holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.connect import SEVERITIES
from connect_kit.matching.data import MatchesData

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from connect_kit.checks import AuditData

#: What is counted, as a person calls it.
_COUNTED = {
    "duplicates": {"pairs": "Pairs of duplicate students", "clusters": "Children with more than one record",
        "possible": "Possible pairs, for a person",
    },
    "schools": {
        "matched": "Schools matched", "suggested": "Schools suggested",
        "unmatched_roster": "Schools only in the delivery", "unmatched_workspace": "Schools only on Connect",
        "out": "Schools that do not take part",
    },
    "classrooms": {
        "matched": "Classrooms matched", "suggested": "Classrooms suggested",
        "unmatched_roster": "Classes only in the delivery", "unmatched_workspace": "Classrooms only on Connect",
        "out": "Classes and classrooms of schools that do not take part",
    },
    "id_changes": {
        "schools": "Schools under new IDs", "students": "Students under new IDs", "staff": "Staff under new IDs",
        "guardians": "Guardians under new IDs", "classrooms": "Classes under new IDs",
    },
    "left_behind": {
        "guardian_relationships": "Guardians still connected to a student, and not delivered for the student",
        "classroom_teachers": "Seats of teachers in classrooms, not delivered",
        "staff": "Staff on Connect, not delivered",
        "classroom_students": "Seats of students in classrooms, not delivered",
        "students": "Students on Connect, not delivered",
        "classrooms": "Active classrooms, not delivered",
    },
}  # fmt: skip


def summary(audit: AuditData) -> pd.DataFrame:
    """The numbers: ``what``, in plain words, and ``count``."""
    import pandas as pd

    rows = [(f"Rows of {table.file}", table.rows) for table in audit.roster.info.values()]
    rows += [(f"Failing rows, {severity}", audit.findings.total(severity)) for severity in SEVERITIES]
    for name, counts in _counts(audit).items():
        if isinstance(matches := getattr(audit, name), MatchesData):
            counts = matches.sides
        rows += [(_COUNTED[name][part], count) for part, count in (counts or {}).items()]
        if name == "duplicates" and counts is not None:
            rows.append(("Children who would be doubled", audit.judgement.children("doubled")))
    if audit.left_behind is not None:
        unclear = sum(audit.left_behind.unclear.values())
        rows.append(("Left behind, of which probably the same person under another ID", unclear))
        rows.append(("Left behind, of which to be merged", sum(audit.left_behind.to_merge.values())))
    return pd.DataFrame(rows, columns=["what", "count"])


def summary_record(audit: AuditData, seconds: Mapping[str, float]) -> dict[str, Any]:
    """What summary.json holds; what was not looked for, such as duplicates, is null."""
    frame = audit.findings.summary()[["code", "severity", "table", "column", "count", "title"]]
    return {
        "fit": audit.fit,
        **audit.judgement.record(),
        "level": audit.findings.level,
        "tables": {name: {"rows": t.rows, "refused": t.refused} for name, t in audit.roster.info.items()},
        "findings": frame.to_dict("records"),
        "not_checked": audit.findings.unchecked()[["code", "reason", "failed"]].to_dict("records"),
        **_counts(audit),
        "left_behind_unclear": None if audit.left_behind is None else audit.left_behind.unclear,
        "left_behind_to_merge": None if audit.left_behind is None else audit.left_behind.to_merge,
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
    }


def _counts(audit: AuditData) -> dict[str, dict[str, int] | None]:
    found = {name: getattr(audit, name) for name in _COUNTED}
    return {name: value.counts if value is not None else None for name, value in found.items()}

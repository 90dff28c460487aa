"""A verdict in words; its codes and numbers are in :mod:`connect_kit.checks.verdict`."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from connect_kit.checks.unchecked import WHY
from connect_kit.display.look import SYMBOLS, both, children, counted

if TYPE_CHECKING:
    from connect_kit.checks.verdict import Reason, Verdict

#: Each reason in words, around the things that it counts.
REASONS: Final[Mapping[str, str]] = {
    "critical": "critical findings concern {}",
    "critical_not_run": WHY["critical_broken"],
    "doubled": "{} would be doubled",
    "duplicates_unknown": "nobody looked for duplicate students",
    "disconnected": "{} would lose a guardian through Abandon",
    "other_family": "{} would get a guardian of another family",
    "names_swapped": "{} would have given and family name the other way round",
    "id_reused": "{} would be written over somebody else",
    "other_school": "{} would be taken off a school on Connect",
    "other_role": "{} have another role than on Connect",
    "emptied": "{} would lose values that Connect has, because their cells are blank",
    "none_named": "{} with guardians on Connect have none in the delivery",
    "left_out": "{} would be in no class, though others of their grade are",
    "earlier_grades": "{} would be in the grade of an earlier year",
    "other_grades": "{} would rise or fall by other grades than is usual",
    "no_teachers": "{} would come without a teacher",
    "on_guardian_only": "{} would be left out, because no student names them",
    "other_teachers": "{} would get the teachers of other classrooms",
    "id_changed": "{} would come under another ID",
    "left_behind.guardian_relationships": "{} would keep a guardian whom the delivery does not name",
    "left_behind.classroom_teachers": "{} would stay in classrooms that are not theirs any more",
    "left_behind.staff": "{} would stay on Connect although not delivered",
    "left_behind.classroom_students": "{} would stay in classrooms that are not theirs any more",
    "left_behind.students": "{} would stay on Connect although not delivered",
    "left_behind.classrooms": "{} would stay active although not delivered",
    "lines_refused": "{} cannot be read",
    "files_unreadable": "{} cannot be read",
    "rules_broken": WHY["broken"],
    "rules_unchecked": WHY["lacking"],
}
#: Of seats that stay in classrooms, where the year turns and the classes are gone.
LAST_YEAR: Final = "{} would stay in last year's classrooms"
#: What is not known, by its code.
LEFT_OPEN: Final[Mapping[str, str]] = {
    "school_ids": "whether Connect knows the School IDs",
    "existing_students": "who is on Connect already",
    "connect_duplicates": "duplicates with Connect",
    "changed_ids": "changed IDs",
    "left_behind": "what would be left behind on Connect",
    "duplicates": "duplicate students",
}
_HEADS: Final = {"not fit": "not fit to send", "fit, but decide first": "fit, but decide first", "fit": "fit to send"}
_LOOKS: Final = {"not fit": "critical", "fit, but decide first": "warning", "fit": "good"}
#: What is counted: people and places are named together, and of the others the first that is there.
_WHO: Final = {"children": "child", "adults": "adult", "classrooms": "classroom", "schools": "school"}
_ELSE: Final = {"rows": "row", "files": "file", "rules": "rule"}
_SPECIAL: Final = {
    ("lines_refused", "rows"): "line", ("critical_not_run", "rules"): "critical rule",
}  # fmt: skip


def look(verdict: str) -> str:
    """The look of a verdict, as its colour and symbol are called: ``critical``, ``warning``, ``good``."""
    return _LOOKS[verdict]


def reason_words(reason: Reason) -> str:
    """A reason in words: ``588 children would be doubled (590 rows)``."""
    counts = {what: number for what, number in reason.counts.items() if number}
    who = [children(counts[what]) if what == "children" else counted(counts[what], thing)
           for what, thing in _WHO.items() if what in counts]  # fmt: skip
    rows = counts.get("rows", 0)
    if who:
        words = (LAST_YEAR if counts.get("last_year") else REASONS[reason.code]).format(both(who))
        return words + (f" ({counted(rows, 'row')})" if rows not in (0, reason.children) else "")
    what = next((what for what in _ELSE if what in counts), "rows")
    return REASONS[reason.code].format(counted(counts.get(what, 0), _SPECIAL.get((reason.code, what), _ELSE[what])))


def headline(verdict: Verdict) -> str:
    """The verdict with its symbol: ``▲ Fit, but decide first``, ``✖ Not fit to send, but waived by name``."""
    alone = ", judged by the delivery alone" if verdict.of_delivery_alone else ""
    head = _HEADS[verdict.text] + (", but waived by name" if verdict.waived else "")
    return f"{SYMBOLS[look(verdict.text)]} {head[0].upper()}{head[1:]}{alone}"


def sentence(verdict: Verdict) -> str:
    """The reasons as a sentence that begins small, to go on after the headline."""
    reasons = ", ".join(reason.words for reason in verdict.reasons) or "no critical finding, and nothing to decide"
    return f"{reasons}; waived: {', '.join(verdict.waived)}." if verdict.waived else f"{reasons}."


def left_open(verdict: Verdict) -> str:
    """What nobody looked at, as a sentence; blank where all was."""
    left = [LEFT_OPEN[code] for code in verdict.left_open]
    return f"Not known: {', '.join(left)}." if left else ""


def in_full(verdict: Verdict) -> str:
    """The verdict, its reasons, and what is not known, in one line."""
    return " ".join(filter(None, (f"{headline(verdict)}: {sentence(verdict)}", left_open(verdict))))


def verdict_html(verdict: Verdict, more: str = "") -> str:
    """The verdict as a paragraph of HTML; ``more`` is HTML that follows."""
    rest = " ".join(filter(None, (sentence(verdict), left_open(verdict))))
    return f"<p><strong>{html.escape(headline(verdict))}</strong>: {html.escape(rest)}{more}</p>"

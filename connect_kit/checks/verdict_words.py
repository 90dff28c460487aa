"""A verdict in words; its codes and numbers are in :mod:`connect_kit.checks.verdict`."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from connect_kit.display.look import SYMBOLS, children, counted

if TYPE_CHECKING:
    from connect_kit.checks.verdict import Reason, Verdict

#: Each reason in words, by the first of the things that it counts: ``{}`` is their number.
REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "critical": {
        "children": "critical findings concern {}",
        "rows": "critical findings concern {}",
        "rules": "{} broken",
    },
    "critical_not_run": {"rules": "{} could not run"},
    "doubled": {"children": "{} would be doubled"},
    "disconnected": {"children": "{} would lose a guardian"},
    "lines_refused": {"rows": "{} cannot be read"},
    "files_unreadable": {"files": "{} cannot be read"},
    "rules_broken": {"rules": "{} broke and could not be checked"},
    "rules_unchecked": {"rules": "{} could not be checked, because a file or column is missing or damaged"},
}
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
_THINGS: Final = {"rules": "rule", "rows": "row", "files": "file", "adults": "adult", "classrooms": "classroom",
                  "schools": "school"}  # fmt: skip
_SPECIAL: Final = {("lines_refused", "rows"): "line", ("critical", "rules"): "critical rule",
                   ("critical_not_run", "rules"): "critical rule"}  # fmt: skip


def look(verdict: str) -> str:
    """The look of a verdict, as its colour and symbol are called: ``critical``, ``warning``, ``good``."""
    return _LOOKS[verdict]


def reason_words(reason: Reason) -> str:
    """A reason in words: ``588 children would be doubled (590 rows)``."""
    texts = REASONS[reason.code]
    what = next((thing for thing in texts if reason.counts.get(thing)), next(iter(texts)))
    words = texts[what].format(_counted(reason, what))
    rows = reason.counts.get("rows", 0)
    return f"{words} ({counted(rows, 'row')})" if what == "children" and rows not in (0, reason.children) else words


def _counted(reason: Reason, what: str) -> str:
    number = reason.counts.get(what, 0)
    return children(number) if what == "children" else counted(number, _SPECIAL.get((reason.code, what), _THINGS[what]))


def headline(verdict: Verdict) -> str:
    """The verdict with its symbol: ``▲ Fit, but decide first``, ``✔ Fit to send, of the delivery alone``."""
    alone = ", of the delivery alone" if verdict.of_delivery_alone else ""
    head = _HEADS[verdict.text]
    return f"{SYMBOLS[look(verdict.text)]} {head[0].upper()}{head[1:]}{alone}"


def sentence(verdict: Verdict) -> str:
    """The reasons as a sentence that begins small, to go on after the headline."""
    return (", ".join(reason.words for reason in verdict.reasons) or "no critical finding, and nothing to decide") + "."


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

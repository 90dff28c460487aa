"""The verdict on a delivery: one of three, with its reasons as data (decision 25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from connect_kit.checks import verdict_words as words
from connect_kit.checks.unchecked import unchecked_counts
from connect_kit.duplicates import count_doubled
from connect_kit.engine import package_text
from connect_kit.identity.left_limit import of_last_year
from connect_kit.identity.patterns import OTHER_ZEROS

if TYPE_CHECKING:
    from connect_kit.checks.findings import Findings
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind

Text = Literal["not fit", "fit, but decide first", "fit"]
#: Reasons that make a delivery unfit; every other one is for a person to decide.
UNFIT: Final = ("critical", "critical_not_run")
#: What nobody can know from the delivery alone.
ALONE: Final = ("school_ids", "existing_students", "connect_duplicates", "changed_ids", "left_behind")
#: What is counted of each kind that stays behind.
_LEFT: Final[Mapping[str, Mapping[str, str]]] = {
    "guardian_relationships": {"children": "connectStudentId"},
    "classroom_teachers": {"adults": "connectUserId"},
    "staff": {"adults": "connectUserId"},
    "classroom_students": {"children": "connectStudentId"},
    "students": {"children": "connectStudentId"},
    "classrooms": {"classrooms": "connectClassroomId"},
}
#: Kinds that are seats in classrooms.
SEATS: Final = ("classroom_teachers", "classroom_students")
#: Findings that are reasons of their own even where they are not critical: the end of the code is the reason's.
_OF_RECORDS: Final = (
    "other_family", "id_reused", "names_swapped", "other_school", "other_role", "emptied", "none_named", "left_out",
    "earlier_grades", "other_grades", "no_teachers", "other_teachers", "on_guardian_only",
)  # fmt: skip
#: Of the findings: who is concerned, by what is counted.
_CONCERNED = """
    SELECT CASE WHEN r.code IN ('workspace.guardians.other_family', 'workspace.guardians.none_named')
            OR starts_with(r.code, 'workspace.students.') OR starts_with(r.code, 'enrollments.student.') THEN 'children'
        WHEN r.tbl = 'classes' THEN 'classrooms' ELSE 'adults' END AS what, count(DISTINCT (r.code, f.id))
    FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule WHERE ends_with(r.code, '.' || ?)
    GROUP BY what ORDER BY what DESC
"""
#: School IDs that differ in leading zeros only: a critical finding says on which side, and no school has a new ID.
_OTHER_ZEROS: Final = f"SELECT count(*) FROM id_changes WHERE kind = 'schools' AND pattern IN {OTHER_ZEROS}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a delivery is not simply fit.

    Attributes
    ----------
    code : str
        See :data:`connect_kit.checks.verdict_words.REASONS`.
    counts : mapping of str to int
        How many ``children`` it concerns, and how many of what else: ``adults``, ``classrooms``, ``schools``, ``rows``,
        ``files``, ``rules``; ``last_year``: of those who stay in classrooms, all of them, where these are last year's.
    """

    code: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def children(self) -> int:
        """Children concerned."""
        return self.counts.get("children", 0)

    @property
    def unfit(self) -> bool:
        """Whether the delivery is not fit for this reason."""
        return self.code in UNFIT

    @property
    def words(self) -> str:
        """In words: ``588 children would be doubled (590 rows)``."""
        return words.reason_words(self)

    def record(self) -> dict[str, Any]:
        """As summary.json and plan.json hold it: ``code``, ``children``, and the other counts."""
        return {"code": self.code, "children": self.children, **self.counts}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Reason:
        """From what :meth:`record` gave."""
        return cls(str(record["code"]), {str(name): int(n) for name, n in record.items() if name != "code"})


@dataclass(frozen=True)
class Verdict:
    """Whether a delivery may be sent.

    Attributes
    ----------
    reasons : tuple of Reason
        The gravest first; none where the delivery is fit.
    of_delivery_alone : bool
        No workspace was given.
    left_open : tuple of str
        Codes of what was not looked at: ``school_ids``, ``existing_students``, ``connect_duplicates``,
        ``changed_ids``, ``left_behind``, ``duplicates``.
    waived : tuple of str
        Of a plan, where everything critical is waived: the codes. They are kept with the plan's waivers.
    """

    reasons: tuple[Reason, ...] = ()
    of_delivery_alone: bool = False
    left_open: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()

    @property
    def text(self) -> Text:
        """``not fit``, ``fit, but decide first`` or ``fit``."""
        if any(reason.unfit for reason in self.reasons):
            return "not fit"
        return "fit, but decide first" if self.reasons else "fit"

    def children(self, code: str) -> int:
        """Children concerned by a reason; 0 where it is none."""
        return sum(reason.children for reason in self.reasons if reason.code == code)

    @property
    def headline(self) -> str:
        """With its symbol: ``▲ Fit, but decide first``."""
        return words.headline(self)

    @property
    def sentence(self) -> str:
        """The reasons, to go on after the headline: ``588 children would be doubled.`` and the like."""
        return words.sentence(self)

    def record(self) -> dict[str, Any]:
        """As summary.json and plan.json hold it."""
        return {
            "verdict": self.text,
            "verdict_reasons": [reason.record() for reason in self.reasons],
            "of_delivery_alone": self.of_delivery_alone,
            "not_known": list(self.left_open),
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Verdict:
        """From what :meth:`record` gave."""
        reasons = tuple(Reason.of(one) for one in record["verdict_reasons"])
        return cls(reasons, bool(record["of_delivery_alone"]), tuple(map(str, record["not_known"])))

    def __str__(self) -> str:
        return words.in_full(self)


def judge(
    findings: Findings,
    duplicates: Duplicates | None = None,
    id_changes: IdChanges | None = None,
    left_behind: LeftBehind | None = None,
) -> Verdict:
    """The verdict on the parts of an audit.

    Parameters
    ----------
    findings : Findings
    duplicates : Duplicates, optional
        Of the students; by default those that the findings were made with, as all that follow.
    id_changes : IdChanges, optional
    left_behind : LeftBehind, optional
    """
    duplicates = findings.duplicates if duplicates is None else duplicates
    id_changes = findings.id_changes if id_changes is None else id_changes
    left_behind = findings.left_behind if left_behind is None else left_behind
    alone = findings.workspace is None
    looked = {"duplicates": duplicates, "changed_ids": id_changes, "left_behind": left_behind}
    of_children = (
        *_doubled(duplicates, alone=alone),
        *_of_records(findings),
        *_changed(id_changes),
        *_left(left_behind),
    )
    reasons = (*_unfit(findings), *of_children, *_damaged(findings))
    left_open = dict.fromkeys((*(ALONE if alone else ()), *(code for code, found in looked.items() if found is None)))
    return Verdict(reasons, of_delivery_alone=alone, left_open=tuple(left_open))


def _unfit(findings: Findings) -> Iterator[Reason]:
    if any(rule.severity == "critical" for rule in findings.rules):
        others = (findings.roster.schema.name, *([findings.workspace.schema.name] if findings.workspace else []))
        query = package_text(__package__, "concerned.sql")
        children, rows, schools = findings.schema.execute(query, also=others)[0]
        rules = len({rule.code for rule in findings.rules if rule.severity == "critical"})
        counts = {"children": int(children), "rows": int(rows), "rules": rules}
        yield Reason("critical", counts | ({"schools": int(schools)} if schools else {}))
    if broken := unchecked_counts(findings).get("critical_broken"):
        yield Reason("critical_not_run", {"rules": broken})


def _doubled(duplicates: Duplicates | None, *, alone: bool) -> Iterator[Reason]:
    if duplicates is None and not alone:
        yield Reason("duplicates_unknown", {"children": 0})  # nobody knows how many; nor of changed IDs
    if duplicates is not None:
        children, rows = count_doubled(duplicates.doubled())
        if children:
            yield Reason("doubled", {"children": children, "rows": rows})


def _of_records(findings: Findings) -> Iterator[Reason]:
    """Children and adults whose records would be mixed with those of others, critical or not."""
    for reason in _OF_RECORDS:
        found = any(rule.code.endswith(f".{reason}") for rule in findings.rules)
        rows = findings.schema.execute(_CONCERNED, [reason]) if found else []
        if rows:
            yield Reason(reason, {str(what): int(number) for what, number in rows})


def _changed(id_changes: IdChanges | None) -> Iterator[Reason]:
    if id_changes is not None:
        found = id_changes.counts
        other_zeros = int(id_changes.schema.execute(_OTHER_ZEROS)[0][0])
        counts = {
            "children": found["students"],
            "adults": found["staff"] + found["guardians"],
            "classrooms": found["classrooms"],
            "schools": found["schools"] - other_zeros,
        }
        if any(counts.values()):
            yield Reason("id_changed", {what: number for what, number in counts.items() if number})


def _left(left_behind: LeftBehind | None) -> Iterator[Reason]:
    """What stays behind, by kind: different children, adults and classrooms, over all schools."""
    if left_behind is None:
        return
    for kind, rows in left_behind.counts.items():
        if rows:
            found = left_behind.table(kind)
            counts = {what: int(found[column].nunique()) for what, column in _LEFT[kind].items()}
            if kind in SEATS and of_last_year(left_behind, kind):
                counts["last_year"] = sum(counts.values())
            yield Reason(f"left_behind.{kind}", {what: number for what, number in counts.items() if number})


def _damaged(findings: Findings) -> Iterator[Reason]:
    """What the rules need and could not see: lines, files, columns."""
    refused = sum(table.refused for table in findings.roster.info.values())
    if refused:
        yield Reason("lines_refused", {"rows": refused})
    if findings.roster.unreadable:
        yield Reason("files_unreadable", {"files": len(findings.roster.unreadable)})
    # What was not given to the check is left open; what was not delivered is missing.
    counts = unchecked_counts(findings)
    for code, why in (("rules_broken", "broken"), ("rules_unchecked", "lacking")):
        if why in counts:
            yield Reason(code, {"rules": counts[why]})

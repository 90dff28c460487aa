"""Gates on the console: what a real upload needs, and the commands that are next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from connect_kit.cli.commands import Places, command
from connect_kit.cli.console import echo

if TYPE_CHECKING:
    import pandas as pd

    import connect_kit as ck

_MARKS = {"blocking": "▲ blocking", "met": "✔ met     "}
_INDENT = " " * 14  # what belongs to a gate stands beneath its name
#: So many waivers are put into one command; more of them nobody gives at once.
_MOST_WAIVERS = 5
_MOST_SCHOOLS = 5
_MOST_FINDINGS = 10


class Way(NamedTuple):
    """One way out: what it does, and the commands that do it, one after the other."""

    words: str
    commands: Sequence[str] = ()


class _Next(NamedTuple):
    """What the ways out are about: the places, the codes of the findings, and what comes of a waiver."""

    at: Places
    codes: Sequence[str]
    waived: str

    def correct(self, words: str = "prepare again") -> Way:
        return Way(words, [self.at.prepare(corrected=True)])

    def waive(self) -> Way:
        codes, many = self.codes, len(self.codes) > _MOST_WAIVERS
        shown = codes[:1] if many else codes
        options = [word for code in shown for word in ("--waive", f"{code}=REASON")]
        it = "it" if len(codes) == 1 else "all of them"
        words = f"let {it} pass, with your own words in place of REASON"
        if many:
            words = "let some of them pass, with your own words in place of REASON and a --waive for each"
        return Way(words + (f" ({self.waived})" if self.waived else ""), [*self.at.new_twin, self.at.upload(*options)])

    def keep(self) -> Way:
        return Way("keep the IDs that Connect has", [self.at.prepare("--keep-ids")])

    def record(self) -> Way:
        if self.at.of_folder:
            words = "write the list for recording the new IDs on Connect; then export Connect, and prepare again"
            return Way(words, [self.at.worksheet("record-ids")])
        return Way("record the new IDs, and prepare again", [self.at.on_twin("record-ids", "--yes"), self.at.prepare()])

    def archive_first(self) -> Way:
        steps = [*self.at.new_twin, self.at.on_twin("archive-changed", "--yes"), self.at.prepare(on_twin=True)]
        return Way("archive these records first, and prepare again", steps)

    def try_out(self, words: str = "make the dry run") -> Way:
        return Way(words, [*self.at.new_twin, self.at.upload()])

    def correct_and_try(self) -> Way:
        words = "correct it, prepare again, and make the dry run"
        return Way(words, [self.at.prepare(corrected=True), *self.at.new_twin, self.at.upload()])

    def schools(self) -> list[Way]:
        plan = self.at.plan
        unknown = [one for one in plan.unmatched_schools if one not in plan.not_shown]
        known = ",".join(one for one in plan.takes_part if one not in plan.unmatched_schools) or "ID,ID"
        ways = []
        if self.at.of_folder:
            words = "record the School IDs on Connect (S9), export it, and prepare again"
            ways.append(Way(words, [self.at.prepare(corrected=True)]))
        else:
            words = "see which School IDs would be recorded on the twin (S9), and prepare again once they are"
            ways.append(Way(words, [self.at.on_twin("connect"), self.at.prepare(corrected=True)]))
        part = self.at.prepare("--schools", known, corrected=True, without=("--school", "--schools"))
        ways.append(Way("send only the schools that take part", [part]))
        return ways + self.leave_out(unknown)

    def leave_out(self, schools: Sequence[str]) -> list[Way]:
        where = ("--workspace", self.at.workspace or "WORKSPACE")
        out = [
            command("decide-school", self.at.delivery, one, *where, *self.at.level, "--out")
            for one in schools[:_MOST_SCHOOLS]
        ]
        words = "decide that such a school does not take part, and prepare again"
        return [Way(words, [*out, self.at.prepare()])] if out else []

    def zeros(self) -> list[Way]:
        words = "prepare again; School IDs that differ in more than zeros are recorded on Connect (S9)"
        plan = self.at.plan
        others = [one for one in plan.unmatched_schools if one in self.codes and one not in plan.not_shown]
        return [self.correct(words), *self.leave_out(others)]

    def one_school(self) -> Way:
        known = next((one for one in (*self.at.plan.takes_part, *self.at.plan.schools)), "ID")
        more = "" if known == "ID" else f" ({known}, say)"
        named = self.at.prepare("--school", known, corrected=True, without=("--school", "--schools"))
        return Way(f"name the one school that is sent{more}", [named])

    def answers(self) -> list[Way]:
        yes, no = (self.at.upload(f"--{answer}-existing") for answer in ("archive", "keep"))
        return [
            Way("yes, archive them before the upload; a dry run follows", [*self.at.new_twin, yes]),
            Way("no, leave them: whoever is in the files too will be on Connect twice", [*self.at.new_twin, no]),
        ]

    def abandon(self) -> list[Way]:
        without = self.at.prepare(corrected=True, without=("--abandon",))
        return [
            self.correct("deliver all guardians, and prepare again"),
            Way("prepare without Abandon", [without]),
            self.waive(),
        ]

    def compare(self) -> list[Way]:
        words = "compare the IDs: prepare again without --no-duplicates"
        return [Way(words, [self.at.prepare(without=("--no-duplicates",))]), self.waive()]

    def look_and_archive(self) -> list[Way]:
        words = "look at each of them (id_changes.csv of the audit lists them), record the new IDs by hand, and prepare"
        return [Way(f"{words} again", [self.at.prepare()]), self.archive_first(), self.waive()]

    def archive_now(self) -> Way:
        words = "archive them, and make the dry run again"
        return Way(words, [*self.at.new_twin, *self.at.archive(), self.at.upload()])


#: The ways out, by the code of a gate's step.
_STEPS: Mapping[str, Callable[[_Next], list[Way]]] = {
    "check": lambda to: [to.correct("prepare it, which checks the delivery")],
    "fix_or_waive": lambda to: [to.correct(), to.waive()],
    "keep_record_or_archive": lambda to: [to.keep(), to.record(), to.archive_first(), to.waive()],
    "keep_or_record": lambda to: [to.keep(), to.record(), to.waive()],
    "keep_or_record_single": lambda to: [to.keep(), to.record()],
    "archive_undecided": _Next.look_and_archive,
    "prepare_again": lambda to: [to.correct()],
    "ids_taken": lambda to: [
        to.correct("give each of these records an ID of its own in the SIS, and prepare again"), to.waive(),
    ],
    "compare_ids": _Next.compare,
    "deliver_schools": lambda to: [to.correct("deliver orgSourcedIds and schoolSourcedId, and prepare again")],
    "correct_zeros": _Next.zeros,
    "record_schools": _Next.schools,
    "choose_school": lambda to: [to.one_school(), *to.schools()],
    "name_school": lambda to: [to.one_school()],
    "choose_target": lambda to: [Way("give the district's own twin, or prepare again with its workspace")],
    "answer": _Next.answers,
    "archive": lambda to: [to.archive_now()],
    "name_target": lambda to: [to.try_out()],
    "run_dry": lambda to: [to.try_out()],
    "rehearse_again": lambda to: [to.try_out("make the dry run again")],
    "fix_and_run_dry": lambda to: [to.correct_and_try()],
    "abandon": _Next.abandon,
    "fix_or_waive_rows": lambda to: [to.correct_and_try(), to.waive()],
}  # fmt: skip


def print_gates(gates: pd.DataFrame, places: Places) -> None:
    """Print what a real upload needs, what of it is still to be done, and how."""
    echo("")
    echo(f"Before a real upload, {_still(gates)}:")
    if places.plan.waivers:
        echo(f"  {_let_pass(places.plan)}")
    columns = ["gate", "state", "why", "step", "subject", "remedy"]
    rows = gates[columns].itertuples(index=False, name=None)
    # Findings that are corrected or waived alike stand together, with one way out for all of them.
    for (step, _), group in groupby(rows, key=lambda row: (row[3], "" if row[3] == "fix_or_waive" else row[4])):
        listed = list(group)
        for gate, state, why, _, _, remedy in listed[:_MOST_FINDINGS]:
            echo(f"  {_MARKS[state]}  {gate}: {why}")
            for line in remedy.splitlines():
                echo(f"{_INDENT}{line}")
        if len(listed) > _MOST_FINDINGS:
            more = len(listed) - _MOST_FINDINGS
            echo(f"{_INDENT}… and {more:,} more findings that block; the report of the audit lists them")
        if step:
            subjects = [one for row in listed for one in row[4].split()]
            _print_ways(_STEPS[step](_next(places, subjects)), "then " if listed[-1][5] else "")


def _let_pass(plan: ck.UploadPlan) -> str:
    return f"Let pass (waived): {', '.join(sorted(plan.waivers))}."


def _next(places: Places, codes: Sequence[str]) -> _Next:
    from connect_kit.uploads.gate import waived  # late, so that --help is quick

    twice = waived(codes[0]) if len(codes) == 1 and codes[0].endswith(".id_changed") else ""
    return _Next(places, codes, twice)


def _print_ways(ways: Sequence[Way], then: str) -> None:
    for place, way in enumerate(ways):
        lead = f"→ {then}" if not place else "  or "
        echo(f"{_INDENT}{lead}{way.words}{':' if way.commands else ''}")
        for one in way.commands:
            echo(f"{_INDENT}    {one}")


def print_next(plan: ck.UploadPlan, target: ck.Twin, places: Places) -> None:
    """Print what comes after a dry run: the command of the real upload, or what still blocks it."""
    from connect_kit.uploads import confirmation, expected_upload  # late, so that --help is quick

    gates = plan.gates(target)
    blocking = gates[gates["state"] == "blocking"]
    if len(blocking):
        print_gates(blocking, places)
        return
    words = confirmation(plan, target.district, expected_upload(plan, target))
    echo("")
    passed = f" {_let_pass(plan)}" if plan.waivers else ""
    echo(f"Nothing is blocking.{passed} Next, the real upload:")
    echo(f"  {places.upload('--real')} --confirm {shlex.quote(words)}")


def print_after(places: Places, *, results: bool = True) -> None:
    """Print what comes after a real upload: its results, what stays behind, who is to be merged, and the way back."""
    plan = places.plan
    reasons = () if plan.verdict is None else tuple(one.code for one in plan.verdict.reasons)
    steps = [("What became of every row", places.results())] if results else []
    known = places.workspace is not None and str(places.delivery) != "DELIVERY" and places.delivery.exists()
    if known and any(code.startswith("left_behind.") for code in reasons):
        steps.append(("What stays behind on Connect, with a worksheet", places.worksheet("left-behind")))
    if known and any(code in ("doubled", "id_changed", "duplicates_unknown") for code in reasons):
        steps.append(("Children who are on Connect twice, to be merged", places.merge()))
    if results and places.workspace is not None:
        steps.append(("To take the upload back", command("twin", "undo", places.twin)))
    if steps:
        echo("")
        echo("Next:")
    for words, one in steps:
        echo(f"  {words}:")
        echo(f"    {one}")


def _still(gates: pd.DataFrame) -> str:
    """What is blocking, by name: the verdict is of the delivery, and a fit one is not yet uploaded."""
    blocking = list(dict.fromkeys(gates.loc[gates["state"] == "blocking", "code"]))
    if not blocking:
        return "nothing is blocking"
    if blocking == ["dry_run"]:
        return "only the dry run is still to be made"
    return f"{len(blocking):,} {'condition is' if len(blocking) == 1 else 'conditions are'} blocking"

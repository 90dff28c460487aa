"""What the commands print on the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.checks.causes import causes_in_words
from connect_kit.checks.unchecked import unchecked_counts, unchecked_in_words, unchecked_reasons
from connect_kit.checks.verdict_words import left_open
from connect_kit.cli.console import echo
from connect_kit.cli.errors import reason_words
from connect_kit.display.headings import heading, without_rare
from connect_kit.display.look import counted
from connect_kit.duplicates import pairs_in_words
from connect_kit.duplicates.data import EVEN
from connect_kit.identity.patterns import kinds_in_words
from connect_kit.identity.staying import KINDS

if TYPE_CHECKING:
    import pandas as pd

    import connect_kit as ck
    from connect_kit.checks import Verdict
    from connect_kit.uploads import Expected

_MARKS = {"critical": "✖", "warning": "▲", "info": "i"}
_MOST_CAUSES = 10
_MOST_ROWS = 20
#: Columns of a preview, in words.
_OF_CHANGES = {"table": "list on Connect", "id": "record", "column": "person, place or field"}
_LEFT_BEHIND = "to list it, with a worksheet for Connect"


def print_verdict(verdict: Verdict) -> None:
    """Print the verdict with its reasons, and what it leaves open."""
    echo(f"{verdict.headline.upper()}: {verdict.sentence}")
    if verdict.left_open:
        echo(f"  {left_open(verdict)}")
    if verdict.reasons and all(one.code.startswith("left_behind.") for one in verdict.reasons):
        echo("  The upload need not wait for this: send the files, and work through what stays behind.")


def print_audit(audit: ck.Audit, out: Path, left_behind: str = "") -> None:
    """Print the verdict, the first causes, where the files are, and the command about what is left behind."""
    roster, findings = audit.roster, audit.findings
    print_verdict(audit.judgement)
    echo("")
    echo(f"{roster.path} ({findings.level} level)")
    for name, table in roster.info.items():
        refused = f", {counted(table.refused, 'line')} refused" if table.refused else ""
        echo(f"  {name:<20}{table.rows:>12,} row{'' if table.rows == 1 else 's'}{refused}")
    echo("")
    causes = findings.causes()
    for code in dict.fromkeys(rule.code for rule in findings.failed if rule.severity == "critical"):
        echo(f"  ✖ critical  {code}: could not run, so nobody knows whether the delivery keeps it")
    print_causes(causes)
    for why, words in zip(unchecked_counts(findings), unchecked_in_words(findings), strict=True):
        reasons = ", ".join(dict.fromkeys(map(reason_words, unchecked_reasons(findings, why))))
        echo(f"  {words.partition(', because ')[0]}: {reasons}")
    _print_matched(audit)
    if audit.left_behind is not None and len(audit.left_behind):
        echo(f"  {'Left behind':<20}{audit.left_behind.words}")
        echo(f"    → {_LEFT_BEHIND}:")
        echo(f"      {left_behind}")
    echo("")
    written = [("Report", "report.html"), ("Workbook", "findings.xlsx"), ("All failing rows", "findings.csv")]
    if audit.duplicates is not None:
        written.append(("Pairs of duplicate students", "duplicates.csv"))
    if audit.id_changes is not None and len(audit.id_changes):
        written.append(("Old and new IDs", "id_changes.csv"))
    if audit.classrooms is not None:
        written += [("Schools on both sides", "schools.csv"), ("Classes and classrooms", "classrooms.csv")]
    if audit.left_behind is not None and len(audit.left_behind):
        written.append(("Left behind on Connect", "left_behind.csv"))
    for what, name in written:
        echo(f"{what + ':':<29}{out / name}")
    echo("")


def print_plan_causes(plan: ck.UploadPlan, audit: str) -> None:
    """Print the causes in what is sent, how many others there are in the delivery, and the command that lists all."""
    import pandas as pd

    if print_causes(pd.DataFrame(plan.causes, columns=["severity", "rows", "cause"]), "an audit"):
        echo(f"      {audit}")
    if plan.causes_solved:
        echo(f"  ✔ Solved by keeping the IDs that Connect has: {counted(plan.causes_solved, 'cause')}")
    if plan.causes_elsewhere:
        them = "it" if plan.causes_elsewhere == 1 else "them"
        echo(f"  Only in what is not sent: {counted(plan.causes_elsewhere, 'cause')}; audit lists {them}")


def print_causes(causes: pd.DataFrame, whole: str = "the report") -> bool:
    """Print how many causes there are, and the first of those to fix; returns whether ``whole`` lists more."""
    to_fix = causes[causes["severity"] != "info"]
    words = causes_in_words(causes)
    echo(f"  {words[0].upper()}{words[1:]}" + (":" if len(to_fix) else "."))
    for _, row in to_fix.head(_MOST_CAUSES).iterrows():
        echo(f"  {_MARKS[row['severity']]} {row['severity']:<9}{row['rows']:>9,}  {row['cause']}")
    if len(to_fix):
        echo("  The numbers are rows, lines or School IDs; a row with several causes counts in each.")
    if len(to_fix) > _MOST_CAUSES:
        more = len(to_fix) - _MOST_CAUSES
        echo(f"  … and {more:,} more to fix or look at; {whole} lists all of them in the order to fix them")
    return len(to_fix) > _MOST_CAUSES


def _print_matched(audit: ck.Audit) -> None:
    if audit.duplicates is not None or audit.schools is not None:
        echo("")
    if audit.duplicates is not None:
        echo(f"  {'Duplicate students':<20}{pairs_in_words(audit.duplicates)}")
    if audit.id_changes is not None and len(audit.id_changes):
        echo(f"  {'Under new IDs':<20}{kinds_in_words(audit.id_changes.counts)}")
    for name, value in (("Schools", audit.schools), ("Classrooms", audit.classrooms)):
        if value is not None:
            echo(f"  {name:<20}{value.words}")
    print_possible(audit.duplicates)


def print_possible(duplicates: ck.Duplicates | None) -> None:
    """Print how many pairs are likelier one child than two, but do not count as duplicates."""
    if duplicates is not None and (possible := duplicates.counts["possible"]):
        limits = f"match probability {EVEN:g} to {duplicates.threshold:g}"
        echo(f"  {'Possible pairs':<20}{counted(possible, 'pair')} for a person to decide ({limits})")


def print_staying(left: ck.LeftBehind | None, command: str) -> None:
    """Print that something stays behind on Connect, and the command that lists it."""
    if left is not None and len(left):
        echo(f"  ▲ Stays behind on Connect: {left.words}.")
        echo(f"    → {_LEFT_BEHIND}:")
        echo(f"      {command}")


def print_left_behind(left: ck.LeftBehind, merge: str) -> None:
    """Print what stays behind, what to do about it on Connect, what was not judged, and the command that merges."""
    echo(f"What stays behind: {left.words}.")
    frame = left.summary()
    if len(frame):
        shown = frame.drop(columns=["what_to_do", "source"])
        _print_rows(without_rare(shown).assign(kind=shown["kind"].map(lambda kind: KINDS[kind].many)))
    for kind, number in left.counts.items():
        if number:
            echo(f"  {KINDS[kind].title}. {KINDS[kind].what_to_do} ({KINDS[kind].source})")
    if unclear := sum(left.unclear.values()):
        echo(f"  Unclear, probably the same person under another ID, and never acted on: {counted(unclear, 'line')}.")
    for merged in left.merging:
        echo(f"  To be merged, as Connect has the delivered ID too, and never acted on: {merged}.")
    if left.to_merge["students"]:
        echo("  See both records of a student, and merge them:")
        echo(f"    {merge}")
    for kind, why in left.not_judged.items():
        echo(f"  {KINDS[kind].title}: not judged, because {why}.")


def print_expected(expected: Expected) -> None:
    """Print what a real upload will do, school by school, before it is confirmed."""
    echo(f"What the upload will do, by school, as the dry run of {expected.when[:19]}Z has it:")
    found = expected.table()
    if len(found):
        _print_rows(found)
    else:
        echo("  nothing is created, updated, disconnected or removed")
    for words in expected.sentences:
        echo(f"  {words}")


def print_upload(result: ck.UploadResult) -> None:
    """Print what an upload did, or a dry run would do."""
    if result.cancelled:
        done = "" if result.dry_run else ", ".join(one.file.name for one in result.files)
        on = f"uploaded were {done}; to go on with the rest, give the command again"
        echo(f"Stopped: {on if done else 'nothing was changed'}.")
    elif result.dry_run:
        echo("Dry run: nothing was changed.")
    else:
        echo("Uploaded." if result.succeeded else "Not all was uploaded.")
    print_tables(result.summary(), result.errors_by_cause())
    if result.disconnections:
        from connect_kit.uploads.abandoning import by_school, total_of  # late, so that --help is quick

        word = "would disconnect" if result.dry_run else "disconnected"
        echo(f"▲ Abandon {word} {total_of(result.disconnections.values())}: {by_school(result.disconnections)}")
        for path in (one.disconnected_path for one in result.files):
            if path is not None:
                echo(f"Disconnected, by ID: {path}")
    if result.removals:
        from connect_kit.uploads.removing import removed_in_words  # late, so that --help is quick

        echo(f"▲ {removed_in_words(result.removals, dry_run=result.dry_run)}")
        for path in (path for one in result.files for path in one.removed_lists):
            echo(f"Removed, by ID: {path}")
    if result.stopped:
        echo(f"Stopped: {result.stopped}")
    echo(f"Result files: {result.folder}")


def print_tables(summary: pd.DataFrame, causes: pd.DataFrame | None = None) -> None:
    """Print a table whole, and beneath it the first causes of errors, if there are any."""
    _print_rows(without_rare(summary))
    if causes is not None and len(causes):
        echo("")
        _print_rows(causes.head(_MOST_ROWS))
        if len(causes) > _MOST_ROWS:
            echo(f"  … and {len(causes) - _MOST_ROWS:,} more")


def print_changes(action: str, changes: pd.DataFrame) -> None:
    """Print what an action would change."""
    echo(f"{action}: {counted(len(changes), 'change')}")
    if len(changes):
        shown = changes.head(_MOST_ROWS)
        _print_rows(shown.assign(table=shown["table"].map(heading)).rename(columns=_OF_CHANGES))
    if len(changes) > _MOST_ROWS:
        echo(f"… and {len(changes) - _MOST_ROWS:,} more")


def _print_rows(frame: pd.DataFrame) -> None:
    if frame.empty:
        return
    frame = frame.astype(object).where(frame.notna(), "")  # to_string shows missing numbers otherwise
    frame = frame.rename(columns=heading)
    for line in frame.to_string(index=False, na_rep="").splitlines():
        echo(f"  {line.rstrip()}")

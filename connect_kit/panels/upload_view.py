"""How an upload looks: conditions, progress, forecast, results and log. IDs and counts, no names of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from connect_kit.checks.verdict_words import left_open
from connect_kit.display.headings import without_rare
from connect_kit.display.look import counted
from connect_kit.identity.patterns import PATTERNS, kinds_in_words
from connect_kit.panels.elements import MOST, Node, el, frame_table, number, pager, table
from connect_kit.uploads.abandoning import by_school, total_of
from connect_kit.uploads.removing import removed_in_words

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.checks import Verdict
    from connect_kit.panels.result_rows import ResultRow, ResultRows
    from connect_kit.twin import Twin
    from connect_kit.uploads import Expected, Forecast, UploadPlan, UploadResult
    from connect_kit.uploads.values import Progress, UploadFile

#: Files whose bars are shown at a time.
MOST_BARS = 10
#: The stages of a file in order, and how full its bar is at the start of each.
_STAGES: Mapping[str, float] = {"reading": 0.0, "checking": 0.25, "processing": 0.5, "writing": 0.75, "done": 1.0}
#: The answers to the question of a first upload.
ANSWERS: Mapping[bool, str] = {True: "Yes, archive them first", False: "No, leave them"}
_TAKEN_BACK = "Archiving loses nothing: it is logged, and can be undone."
_TWICE = "every such record will be on Connect twice"
#: What to do next, by the code of a gate's step, as this panel offers it.
_STEPS: Mapping[str, str] = {
    "check": "Prepare the upload from a checked delivery.",
    "fix_or_waive": "Prepare again, or waive it below, with a reason.",
    "keep_record_or_archive": "Press Use Connect's IDs, Save list for recording or Archive these first; or waive it "
    f"below, with a reason: {_TWICE}.",
    "keep_or_record": "Press Use Connect's IDs or Save list for recording; or waive it below, with a reason: "
    f"{_TWICE}.",
    "keep_or_record_single": "If they are the same, prepare again with keep_ids=True, or record the new IDs on "
    "Connect.",
    "archive_undecided": "Press Save list for recording and look at each of them, or Archive these first; or waive it "
    f"below, with a reason: {_TWICE}.",
    "prepare_again": "Audit the delivery against this target again, and prepare the upload from that.",
    "ids_taken": "Give each of these records an ID of its own in the SIS and prepare again, or waive it below, with a "
    "reason.",
    "compare_ids": "Prepare the upload from an audit with the workspace, or waive it below, with a reason.",
    "deliver_schools": "Ask for files with orgSourcedIds and schoolSourcedId.",
    "correct_zeros": "Prepare again from an audit of the corrected side. School IDs that differ in more than zeros are "
    "recorded on Connect (S9).",
    "record_schools": "Match the schools, and record the School IDs on Connect (S9).",
    "choose_school": "Match the schools and prepare again, or prepare for the one school that is sent.",
    "name_school": "Choose the one school that is sent, below.",
    "choose_target": "Choose the district's own target, or prepare again with its workspace.",
    "answer": "Answer the question below.",
    "archive": "Press Archive them now.",
    "name_target": "Open the panel with a target.",
    "run_dry": "Press Dry run.",
    "rehearse_again": "Press Dry run.",
    "fix_and_run_dry": "Fix it, prepare again, and press Dry run.",
    "abandon": "Deliver all guardians, or prepare without Abandon; or waive it below, with a reason.",
    "fix_or_waive_rows": "Prepare again, or waive each of them below, with a reason.",
}
#: Steps whose buttons are there only where the panel knows the audit.
_OF_AUDIT = frozenset(("keep_record_or_archive", "keep_or_record", "archive_undecided"))
#: Where the panel cannot do anything about changed IDs.
NO_AUDIT = "Open the panel with the audit to use the ways out: UploadPanel(plan, target, audit=audit)."
_RESULTS: Mapping[str, str] = {"SUCCESS": "✔ SUCCESS", "ERROR": "✖ ERROR"}


def step(words: str) -> Node:
    """A heading within the panel."""
    return el("p", words, class_="ck-step")


def head(plan: UploadPlan, target: Twin) -> list[Node]:
    """What is uploaded, and where to."""
    words = (f"Upload of {plan.delivery} to ", el("strong", target.district), f", {plan.level} level")
    where = el("p", "Target: twin ", el("code", str(target.path)), ". Prepared files: ", el("code", str(plan.folder)))
    files, schools = plan.summary().drop(columns="place"), len({file.school for file in plan.files})
    if plan.level == "district":
        files = files.drop(columns="school")
    elif schools > 1:  # five lines a school would fill the screen
        files = files.groupby("file", sort=False).agg(files=("rows", "size"), rows=("rows", "sum")).reset_index()
    caption = "Files to be sent" + (f" for {schools:,} schools" if schools > 1 else "")
    judged = [] if plan.judgement is None else verdict(plan.judgement, "Verdict on what is sent: ")
    made = [el("p", el("strong", *words)), *judged, where, *frame_table(caption, files, class_="ck-figures ck-narrow")]
    if plan.undecided_classrooms:
        warning = (
            f"Suggested and not decided: {counted(plan.undecided_classrooms, 'classroom')} on Connect; the upload "
            "creates a second classroom beside each (S10)."
        )
        made.append(el("p", el("strong", "▲ "), warning, class_="ck-warning"))
    return made


def changed_ids(plan: UploadPlan, *, known: bool) -> list[Node]:
    """What comes under new IDs, by kind and school."""
    rows = [
        [
            one.kind,
            one.name or one.school,
            number(f"{one.changed - one.kept:,}"),
            number(f"{one.managed:,}"),
            PATTERNS.get(one.pattern, one.pattern),
        ]
        for one in plan.changed_ids
        if one.changed > one.kept
    ]
    head: list[Node] = ["kind", "school", number("under new IDs"), number("of"), "how the ID changed"]
    most = f" The first {MOST:,} of {len(rows):,} lines." if len(rows) > MOST else ""
    words = f"Connect would take these records for new ones and add each a second time.{most}"
    made: list[Node] = [table("Records under new IDs", head, rows[:MOST], class_="ck-figures ck-narrow")]
    made.append(el("p", el("strong", "▲ "), words, class_="ck-warning"))
    return made if known else [*made, el("p", NO_AUDIT)]


def archive_question(counts: Mapping[str, int]) -> Node:
    """What is asked before records that come under new IDs are archived; ``counts`` by kind."""
    words = (
        " The delivery holds these records under new IDs. The upload then adds each again under its new ID; "
        "messages, history and classrooms stay with the archived ones until they are merged. "
    )
    asked = f"Archive {kinds_in_words(counts)} on Connect, before the upload?"
    return el("p", el("strong", asked), words, _TAKEN_BACK)


def verdict(judged: Verdict, of: str = "") -> list[Node]:
    """The verdict, ``of`` what: symbol, word, and the reasons with their children."""
    words = " ".join(filter(None, (_sentence(judged.sentence), left_open(judged))))
    class_ = None if judged.text == "fit" else "ck-warning"
    return [el("p", el("strong", of, judged.headline, ": "), words, class_=class_)]


def question(answer: bool | None, count: int) -> Node:
    """The question of a first upload (S0, S12), and how it is answered; ``count`` are the students concerned."""
    if not count:
        asked, words = "Archive existing students, before the upload?", " Connect has none that no SIS manages."
    else:
        who = "the 1 student" if count == 1 else f"all {count:,} students"
        asked = f"Archive {who} on Connect that no SIS manages, before the upload?"
        words = (
            " They were added by hand and have no SIS ID, so the upload does not recognize them: it creates the file's "
            "students beside them, and whoever is in both stands on Connect twice. Answer No only if they are to stay. "
            + _TAKEN_BACK
        )
    answered = "" if answer is None else f" Answered: {ANSWERS[answer]}."
    return el("p", el("strong", asked), words, answered)


def asking(
    plan: UploadPlan, district: str, text: str, forecast: Forecast | None, expected: Expected | None, *, ready: bool
) -> list[Node]:
    """What a real upload asks for."""
    words = [f"{counted(len(plan.files), 'file')} with {counted(plan.rows, 'row')} will be sent to {district}. "]
    if forecast is not None:
        counts = forecast.table()[["created", "updated", "unchanged", "skipped", "refused"]].sum()
        words.append(f"According to the dry run: {', '.join(f'{count:,} {name}' for name, count in counts.items())}. ")
        if forecast.result.disconnections:
            words.append(f"Abandon would disconnect {total_of(forecast.result.disconnections.values())}. ")
    ask: tuple[object, ...] = ("Not yet: conditions are blocking; see section 1.",)
    if ready:
        ask = (
            "To continue, type ",
            el("code", text),
            " and press Upload for real. Until the next upload, a twin can take it back as a whole.",
        )
    shown = [] if expected is None or not ready else _expected(expected)
    return [step("3. Upload for real"), *shown, el("p", *words, *ask)]


def _expected(expected: Expected) -> list[Node]:
    """What is confirmed, school by school."""
    caption = f"What the upload will do, by school, as the dry run of {expected.when[:19]}Z has it"
    made = frame_table(caption, expected.table())
    words = " ".join(expected.sentences)
    alarm = expected.doubled != 0 or expected.disconnected or expected.staff_removed or expected.children_removed
    mark = [el("strong", "▲ ")] if alarm else []
    return [*made, el("p", *mark, words, class_="ck-warning" if alarm else None)]


def checklist(gates: pd.DataFrame, *, known: bool) -> list[Node]:
    """The conditions of a real upload: each is met or blocking, with the reason and what to do next.

    ``known``: the panel knows the audit.
    """
    made = []
    columns = ["gate", "state", "why", "step", "remedy"]
    for gate, state, why, next_step, remedy in gates[columns].itertuples(index=False, name=None):
        mark = "✖ blocking: " if state == "blocking" else "✔ met: "
        words: list[object] = [el("strong", mark), gate if gate.endswith("?") else f"{gate}:", " ", _sentence(why)]
        words += [el("p", line) for line in remedy.splitlines()] or [" "]
        if next_step:
            what = _STEPS[next_step] if known or next_step not in _OF_AUDIT else f"{NO_AUDIT} Or waive it below."
            words += [el("strong", "Next: "), what]
        made.append(el("li", *words, class_=f"ck-{state}"))
    blocking = int((gates["state"] == "blocking").sum())
    summary = f"{blocking} of {len(gates)} conditions {'is' if blocking == 1 else 'are'} blocking"
    if set(gates.loc[gates["state"] == "blocking", "code"]) == {"dry_run"}:
        summary = "only the dry run is still to be made"
    return [step(f"1. Conditions of a real upload: {summary if blocking else 'all are met'}"), el("ul", *made)]


def what_is_next(gates: pd.DataFrame | None) -> str:
    """What comes after a dry run."""
    names = [] if gates is None else list(dict.fromkeys(gates.loc[gates["state"] == "blocking", "gate"]))
    if names:
        return f"Next: section 1 says what is done about {', '.join(names)}."
    return "Next: type the text of section 3, and press Upload for real."


def _sentence(text: object) -> str:
    words = str(text).strip()
    return words if not words or words.endswith((".", "?", "!")) else words + "."


def bars(files: Sequence[UploadFile], progress: Mapping[int, Progress], *, dry_run: bool, state: str) -> list[Node]:
    """The progress of each file; of many files, those around the one in progress."""
    at = max(progress, default=1) - 1
    first = 0 if len(files) <= MOST_BARS else at // MOST_BARS * MOST_BARS
    shown = files[first : first + MOST_BARS]
    rows = [_bar(place, file.name, progress.get(place)) for place, file in enumerate(shown, first + 1)]
    what = "Dry run" if dry_run else "Upload"
    part = f", files {first + 1:,} to {first + len(shown):,} of {len(files):,}" if len(shown) < len(files) else ""
    head = ["file", "progress", "stage"]
    return [table(f"{what} {state}{part}", head, rows, headed=True, class_="ck-narrow ck-bars")]


def _bar(place: int, name: str, progress: Progress | None) -> list[object]:
    if progress is None:
        return [name, el("progress", max=100, value=0, aria_label=f"File {place}, {name}"), "waiting"]
    share = _STAGES.get(progress.stage, 0.0)
    if progress.stage == "done":
        words = f"✔ done, {counted(progress.rows, 'row')}"
    else:
        share += 0.25 * min(1.0, progress.done / progress.rows if progress.rows else 0.0)
        rows = f" {progress.done:,} of {progress.rows:,} rows" if progress.rows and progress.done else ""
        words = f"{progress.stage}{rows}"
    return [name, el("progress", max=100, value=round(100 * share), aria_label=f"File {place}, {name}"), words]


def forecast(expected: Forecast | None) -> list[Node]:
    """What will be created, updated, refused, and what a nightly sync would archive."""
    made: list[Node] = [step("2. Forecast of the dry run")]
    if expected is None:
        return [*made, el("p", "Press Dry run: nothing is changed, and the forecast appears here.")]
    by_school = expected.table()
    known = bool(by_school["doubled"].notna().any())
    by_school = (
        by_school.rename(columns={"doubled": "children_doubled"}) if known else by_school.drop(columns="doubled")
    )
    if by_school["disconnected"].isna().all():
        by_school = by_school.drop(columns=["disconnected", "disconnected_children"])
    if not expected.result.removals:
        by_school = by_school.drop(columns=["staff_removed", "children_removed"])
    made += frame_table("What the upload would do, by school", by_school)
    made += [*abandoned(expected.result), *removed(expected.result)]
    if not known:
        words = "Duplicates were not counted: students who are on Connect without a SIS ID would become duplicates."
        made.append(el("p", el("strong", "▲ "), words, class_="ck-warning"))
    made += frame_table("What a nightly sync of these files would archive", expected.sync())
    return made


def abandoned(result: UploadResult) -> list[Node]:
    """What Abandon disconnects, in words."""
    found = result.disconnections
    if not found:
        return []
    word = "would disconnect" if result.dry_run else "disconnected"
    words = f"Abandon {word} {total_of(found.values())}: {_sentence(by_school(found))}"
    return [_listed(words, (one.disconnected_path for one in result.files))]


def removed(result: UploadResult) -> list[Node]:
    """Whom users.csv removes from schools, in words."""
    found = result.removals
    if not found:
        return []
    words = _sentence(removed_in_words(found, dry_run=result.dry_run))
    return [_listed(words, (path for one in result.files for path in one.removed_lists))]


def _listed(words: str, paths: Iterable[Path | None]) -> Node:
    lists = ", ".join(str(path) for path in paths if path is not None)
    return el("p", el("strong", "▲ "), f"{words} Listed by ID in ", el("code", lists), ".", class_="ck-warning")


def results(result: UploadResult, *, undone: str = "") -> list[Node]:
    """What became of the files; ``undone`` says how the upload was taken back, if it was."""
    kind = "the dry run; nothing was changed" if result.dry_run else "the upload"
    state = "✔ every file was processed" if result.succeeded else "✖ not every file was processed"
    state = "✖ cancelled" if result.cancelled else state
    made: list[Node] = [step(f"4. Results of {kind}"), el("p", el("strong", state), ".")]
    if undone:
        made.append(el("p", el("strong", "▲ Undone: "), f"the upload was {_sentence(undone)}", class_="ck-warning"))
    if result.stopped:
        made.append(el("p", el("strong", "▲ Stopped: "), _sentence(result.stopped), class_="ck-warning"))
    for one in result.files:
        if one.outcome == "refused":
            refused = el("strong", f"✖ {one.file.name} was refused: ")
            made.append(el("p", refused, f"{_sentence(one.message)} ({one.code})", class_="ck-warning"))
    if result.files:
        made += frame_table("The files", without_rare(result.summary()))
        made += [] if result.dry_run else [*abandoned(result), *removed(result)]
        made.append(el("p", "Result files (with names, like Connect's own): ", el("code", str(result.folder))))
    return made


def result_rows(rows: ResultRows, page: Iterable[ResultRow]) -> list[Node]:
    """A page of the result files' rows."""
    if not rows.files:
        return []
    if not rows.count:
        return [el("p", "Rows: none with these filters.")]
    turns, where = pager("page", rows.page, rows.pages)
    made = []
    for one in page:
        result = el("span", _RESULTS.get(one.result, one.result), class_="ck-tight")
        made.append([one.file, number(f"{one.number:,}"), one.ids, result, one.action, one.code, one.message])
    head: list[Node] = ["file", number("record"), "IDs", "result", "action", "code", "message"]
    return [*turns, table(f"Rows: {rows.count:,}{where}", head, made, class_="ck-figures")]


def activity(log: pd.DataFrame, most: int = 20) -> list[Node]:
    """The latest entries of the twin's log, newest first."""
    shown = log.sort_values("number", ascending=False)[["number", "happened", "kind", "what", "undone"]]
    caption = f"Activity log: {'1 entry' if len(log) == 1 else f'{len(log):,} entries'}"
    caption += f", the latest {most}" if len(log) > most else ""
    return [table(caption, list(shown.columns), shown.head(most).astype(object).to_numpy().tolist())]

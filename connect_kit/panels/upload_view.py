"""How an upload looks: conditions, files under way, forecast, results and log. IDs and counts, no names of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from connect_kit.display.html import missing
from connect_kit.panels.elements import Node, el, pager, table

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.panels.result_rows import ResultRow, ResultRows
    from connect_kit.twin import Twin
    from connect_kit.uploads import Forecast, UploadPlan, UploadResult
    from connect_kit.uploads.values import Progress, UploadFile

#: Rows of a table that is read as a whole; its CSV file holds all.
MOST = 200
#: Files whose bars are shown at once.
MOST_BARS = 10
#: What is done with a file, in order; how far the bar is when it begins.
_STAGES: Mapping[str, float] = {"reading": 0.0, "checking": 0.25, "processing": 0.5, "writing": 0.75, "done": 1.0}
#: What the question of a first upload is about (S0, S12).
QUESTION = (
    " Students made by hand on Connect are not found by the upload: the file's students are created beside them. "
    "Archive those without SIS ID first, unless they are to stay."
)
#: What is done next, by the code of a gate's step, as this panel offers it.
_STEPS: Mapping[str, str] = {
    "check": "Prepare the upload from a checked delivery.",
    "fix_or_waive": "Fix it in the SIS and prepare again, or waive it below, with a reason.",
    "deliver_schools": "Ask for files with orgSourcedIds and schoolSourcedId.",
    "record_schools": "Match the schools, and record the School IDs on Connect (S9).",
    "choose_school": "Match the schools and prepare again, or prepare for the one school that is sent.",
    "choose_target": "Choose the district's own target, or prepare again with its workspace.",
    "answer": "Answer the question below.",
    "archive": "Press Archive them now.",
    "name_target": "Open the panel with a target.",
    "run_dry": "Press Rehearse.",
    "fix_and_run_dry": "Fix it, prepare again, and press Rehearse.",
    "fix_or_waive_rows": "Fix them and prepare again, or waive each below, with a reason.",
}
_RESULTS: Mapping[str, str] = {"SUCCESS": "✔ SUCCESS", "ERROR": "✖ ERROR"}


def step(words: str) -> Node:
    """A heading within the panel."""
    return el("p", words, class_="ck-step")


def frame_table(caption: str, frame: pd.DataFrame, *, most: int = MOST, class_: str = "ck-figures") -> list[Node]:
    """A DataFrame as a table, numbers at the right; beyond ``most`` rows it says how many there are more."""
    rows = [[_cell(value) for value in row] for row in frame.head(most).itertuples(index=False, name=None)]
    head = [_number(str(name)) if frame[name].dtype.kind in "iuf" else str(name) for name in frame.columns]
    left = len(frame) - len(rows)
    more: list[Node] = [el("p", f"The first {most:,} of {len(frame):,} rows.")] if left else []
    return [table(caption, head, rows, class_=class_), *more]


def _number(text: str) -> Node:
    return el("span", text, class_="ck-number")


def _cell(value: Any) -> object:
    if missing(value) or isinstance(value, str):
        return value
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, int) or (hasattr(value, "is_integer") and float(value).is_integer()):
        return _number(f"{int(value):,}")
    return _number(f"{value:,.1f}") if isinstance(value, float) else value


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
    made = [el("p", el("strong", *words)), where, *frame_table(caption, files, class_="ck-figures ck-narrow")]
    if plan.undecided_classrooms:
        told = (
            f"{plan.undecided_classrooms:,} classrooms on Connect have a suggested partner that nobody has decided on: "
            "the upload makes a second classroom beside each (S10)."
        )
        made.append(el("p", el("strong", "▲ "), told, class_="ck-warning"))
    return made


def asking(plan: UploadPlan, district: str, text: str, told: Forecast | None, *, ready: bool) -> list[Node]:
    """What a real upload asks for."""
    made: list[Node] = [step("3. Upload for real")]
    words = [f"{len(plan.files):,} files with {plan.rows:,} rows go to {district}. "]
    if told is not None:
        counts = told.table()
        names = ("created", "updated", "unchanged", "skipped", "refused")
        words.append(f"By the dry run: {', '.join(f'{int(counts[name].sum()):,} {name}' for name in names)}. ")
    if ready:
        ask = ("This cannot be taken back. To go on, type ", el("code", text), " and press Upload for real.")
        made.append(el("p", *words, *ask))
    else:
        made.append(el("p", *words, "Not yet: conditions are blocking, see 1."))
    return made


def checklist(gates: pd.DataFrame) -> list[Node]:
    """The conditions of a real upload: each met or blocking, why, and what to do next."""
    made = []
    for gate, state, why, next_step in gates[["gate", "state", "why", "step"]].itertuples(index=False, name=None):
        mark = "✖ blocking" if state == "blocking" else "✔ met"
        words: list[object] = [
            el("strong", f"{mark}: "),
            gate if gate.endswith("?") else f"{gate}:",
            " ",
            _sentence(why),
        ]
        words += [" ", el("strong", "Next: "), _STEPS[next_step]] if next_step else []
        made.append(el("li", *words, class_=f"ck-{state}"))
    number = int((gates["state"] == "blocking").sum())
    words_of = f"{number} of {len(gates)} conditions {'is' if number == 1 else 'are'} blocking"
    return [step(f"1. Conditions of a real upload: {words_of if number else 'all are met'}"), el("ul", *made)]


def _sentence(text: object) -> str:
    told = str(text).strip()
    return told if not told or told.endswith((".", "?", "!")) else told + "."


def bars(files: Sequence[UploadFile], told: Mapping[int, Progress], *, dry_run: bool, state: str) -> list[Node]:
    """How far each file is; of many, those around the one in hand."""
    at = max(told, default=1) - 1
    first = 0 if len(files) <= MOST_BARS else at // MOST_BARS * MOST_BARS
    shown = files[first : first + MOST_BARS]
    rows = [_bar(place, file.name, told.get(place)) for place, file in enumerate(shown, first + 1)]
    what = "Dry run" if dry_run else "Upload"
    part = f", files {first + 1:,} to {first + len(shown):,} of {len(files):,}" if len(shown) < len(files) else ""
    return [table(f"{what} {state}{part}", ["file", "how far", "stage"], rows, headed=True, class_="ck-narrow ck-bars")]


def _bar(place: int, name: str, progress: Progress | None) -> list[object]:
    if progress is None:
        return [name, el("progress", max=100, value=0, aria_label=f"File {place}, {name}"), "waiting"]
    share = _STAGES.get(progress.stage, 0.0)
    within = progress.done / progress.rows if progress.rows else 0.0
    share += 0.0 if progress.stage == "done" else 0.25 * min(1.0, within)
    words = f"✔ done, {progress.rows:,} rows" if progress.stage == "done" else stage_words(progress)
    return [name, el("progress", max=100, value=round(100 * share), aria_label=f"File {place}, {name}"), words]


def stage_words(progress: Progress) -> str:
    """What is being done with a file, and of how many rows."""
    rows = f" {progress.done:,} of {progress.rows:,} rows" if progress.rows and progress.done else ""
    return f"{progress.stage}{rows}"


def forecast(told: Forecast | None) -> list[Node]:
    """What will be created, updated, refused, and what a nightly sync would archive."""
    made: list[Node] = [step("2. Forecast of the dry run")]
    if told is None:
        return [*made, el("p", "Press Rehearse: nothing is changed, and the forecast stands here.")]
    by_school = told.table()
    looked = bool(by_school["doubled"].notna().any())
    made += frame_table(
        "What the upload would do, by school", by_school if looked else by_school.drop(columns="doubled")
    )
    if not looked:
        words = "Nobody looked for duplicates: students whom Connect has without SIS ID would be there twice."
        made.append(el("p", el("strong", "▲ "), words, class_="ck-warning"))
    made += frame_table("What a nightly sync of these files would archive", told.sync())
    return made


def results(result: UploadResult) -> list[Node]:
    """What became of the files."""
    kind = "the dry run; nothing was changed" if result.dry_run else "the upload"
    state = (
        "✖ cancelled"
        if result.cancelled
        else "✔ every file went through"
        if result.succeeded
        else "✖ not every file went through"
    )
    made: list[Node] = [step(f"4. Results of {kind}"), el("p", el("strong", state), ".")]
    if result.stopped:
        made.append(el("p", el("strong", "▲ Stopped: "), _sentence(result.stopped), class_="ck-warning"))
    made += [
        el(
            "p",
            el("strong", f"✖ {one.file.name} was refused: "),
            f"{_sentence(one.message)} ({one.code})",
            class_="ck-warning",
        )
        for one in result.files
        if one.outcome == "refused"
    ]
    if result.files:
        made += frame_table("The files", result.summary())
        made.append(el("p", "The result files, which hold names as Connect's do: ", el("code", str(result.folder))))
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
        made.append([one.file, _number(f"{one.number:,}"), one.ids, result, one.action, one.code, one.message])
    head: list[str | list[Any]] = ["file", _number("record"), "IDs", "result", "action", "code", "message"]
    return [*turns, table(f"Rows: {rows.count:,}{where}", head, made, class_="ck-figures")]


def activity(log: pd.DataFrame, most: int = 20) -> list[Node]:
    """The latest entries of the twin's log, the last one first."""
    shown = log.sort_values("number", ascending=False)[["number", "happened", "kind", "what", "undone"]]
    caption = f"Activity log: {len(log):,} entries" + (f", the last {most}" if len(log) > most else "")
    return [table(caption, list(shown.columns), shown.head(most).astype(object).to_numpy().tolist())]

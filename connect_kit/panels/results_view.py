"""How Connect's results look: files, causes and their rows, the message to support. IDs and no names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from connect_kit.display.characters import visible
from connect_kit.panels.elements import Node, button, el, frame_table, number, pager
from connect_kit.panels.queue import PAGE
from connect_kit.results.data import SURPRISES
from connect_kit.results.disconnecting import TAKEN_AWAY

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.results.value import Results

#: Where the panel shows whom the upload took away.
_CHOICE = {
    "disconnected.csv": "guardians disconnected by Abandon",
    "staff-removed.csv": "staff removed from schools",
    "children-removed.csv": "children removed from schools",
}
#: Headings of :func:`cells`.
HEADINGS = (number("rows"), "file", "cause", "code", "first row")
#: Columns that are left out where every value is blank.
_SPARE = ("second_id", "code", "message", "forecast", "note", "column")


def summary(results: Results) -> list[Node]:
    """The result files, those that are missing and those that were skipped."""
    files = results.summary()
    files = files[files["result_file"] != ""].drop(columns="kind")
    rare = [verdict.replace(" ", "_") for verdict in SURPRISES]
    files = files.drop(columns=[name for name in rare if not files[name].any()])
    made: list[Node] = [el("p", el("strong", "What Connect reported"))]
    made += frame_table("Result files", _without_blank(files))
    if results.missing:
        names = ", ".join(file.name for file in results.missing[:10]) + (", …" if len(results.missing) > 10 else "")
        made.append(el("p", el("strong", "▲ No result file for: "), f"{names}.", class_="ck-warning"))
    for name, words in results.taken_away().items():
        shown = f"{words}. Choose {_CHOICE[name]} to see them."
        made.append(el("p", el("strong", f"▲ {TAKEN_AWAY[name]}: "), shown, class_="ck-warning"))
    if results.ignored:
        names = ", ".join(path.name for path in results.ignored[:10])
        made.append(el("p", f"Skipped, because they are not result files: {names}."))
    return made


def _without_blank(frame: pd.DataFrame) -> pd.DataFrame:
    """Without those columns of ``_SPARE`` in which every value is blank."""
    spare = [name for name in _SPARE if name in frame and frame[name].fillna("").eq("").all()]
    return frame.drop(columns=spare)


def _joined(frame: pd.DataFrame) -> pd.DataFrame:
    """Result and action in one column, both reported and forecast: the messages need the room."""
    for before in ("", "forecast_"):
        result, action = f"{before}result", f"{before}action"
        if result in frame:
            together = frame[result].fillna("") + " " + frame[action].fillna("")
            frame = frame.assign(**{result: together.str.strip()}).drop(columns=action)
    return frame.rename(columns={"forecast_result": "forecast", "todo": "what to do"})


def cells(row: pd.Series[Any]) -> list[object]:
    """A line of the list of causes."""
    return [number(f"{int(row['count']):,}"), f"{row['kind']}.csv", row["cause"], row["code"], row["first"]]


def cause(row: pd.Series[Any], place: str) -> Iterable[Node]:
    """One cause in words."""
    yield el("p", el("strong", f"Cause {place}: "), f"{row['cause']} ({row['kind']}.csv)")
    yield el("p", el("strong", "What to do: "), f"{row['remedy']} Source: {row['source']}.")


def paged(caption: str, frame: pd.DataFrame, page: int) -> list[Node]:
    """A page of a frame, with buttons for the pages before and after it."""
    if frame.empty:
        return [el("p", f"{caption}: none.")]
    turns, where = pager("turn", page, -(-len(frame) // PAGE))
    shown = _without_blank(_joined(frame.iloc[page * PAGE : (page + 1) * PAGE])).drop(columns="kind", errors="ignore")
    # Line numbers are labels, not quantities: no thousands separators.
    if "line" in shown:
        shown = shown.assign(line=shown["line"].astype("string"))
    return [*turns, *frame_table(f"{caption}: {len(frame):,}{where}", shown)]


def message(text: str) -> list[Node]:
    """The message to support, and a button that copies it."""
    lines = [f"{visible(line)}\n" for line in text.splitlines()]
    return [el("p", button("Copy", "copy"), " The message contains IDs and no names."), ["pre", {}, *lines]]

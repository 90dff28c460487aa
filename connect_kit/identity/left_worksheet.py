"""What stays behind as work to do on Connect: a workbook with one sheet a kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.excel import add_list, add_read_me, save_book
from connect_kit.display.formulas import without_formulas
from connect_kit.display.look import both
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import replace_together
from connect_kit.identity.staying import KINDS, REASONS
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.identity.left_data import LeftBehindData

_WIDTHS = {"school_name": 32, "reason": 48, "what_to_do": 70, "source": 14, "done": 12}
#: At most 31 characters (Excel).
_SHEETS = {
    "guardian_relationships": "Guardians", "classroom_teachers": "Teachers in classrooms", "staff": "Staff",
    "classroom_students": "Students in classrooms", "students": "Students", "classrooms": "Classrooms",
}  # fmt: skip
_READ_ME = (
    "What stays on Connect although the delivery no longer holds it: a manual upload archives nothing.",
    "Each line is a question to the school first: the SIS may be right, or the export may be incomplete.",
    "Begin with the guardians: whoever was taken off a student in the SIS still gets the messages on Connect.",
    "Unclear: somebody new of the same or a similar name is delivered there, so probably nobody has left. Compare the "
    "two before anything is done.",
    "To be merged: Connect holds the person under the delivered ID as well. Archive or remove neither of the two.",
    "Write the date into 'done' once it is done on Connect.",
)
_IDS = {
    "guardian_relationships": ["connectStudentId", "studentId", "connectUserId", "userId"],
    "classroom_teachers": ["connectClassroomId", "classId", "connectUserId", "userId"],
    "staff": ["connectUserId", "userId"],
    "classroom_students": ["connectClassroomId", "classId", "connectStudentId", "studentId"],
    "students": ["connectStudentId", "studentId"],
    "classrooms": ["connectClassroomId", "classId"],
}


@checked()
def worksheet(left: LeftBehindData, kind: str, *, names: bool = False) -> pd.DataFrame:
    """The records of a kind as work to be done by hand on Connect, school by school.

    Columns: ``school`` (connectSchoolId), ``school_name``, the kind's own IDs as in :meth:`table`, ``reason`` (in
    words), ``what_to_do``, ``source``, ``done`` (to be filled in); with ``names`` also ``student_name``,
    ``adult_name`` and ``classroom_title``, where the kind has them.

    Parameters
    ----------
    kind : str
        See :meth:`table`.
    names : bool
        Names beside the IDs: for whoever does the work, and not to be passed on.

    Raises
    ------
    SettingError
        For a kind that is not known.
    """
    rows = left.table(kind)
    schools = left.workspace.schools.drop_duplicates("connectSchoolId").set_index("connectSchoolId")["name"]
    made = rows[["connectSchoolId"]].set_axis(["school"], axis=1)
    made["school_name"] = _looked_up(rows["connectSchoolId"], schools)
    for column in _IDS[kind]:
        made[column] = rows[column]
    if names:
        for column, key, known in _names(left, kind):
            made[column] = _looked_up(rows[key], known)
    made["reason"] = rows["reason"].map(REASONS)
    merged = rows["reason"] == "merge"
    steps = merged.map({True: KINDS[kind].merging, False: KINDS[kind].what_to_do})
    source = merged.map({True: "S12" if kind == "students" else "kit decision", False: KINDS[kind].source})
    return made.assign(what_to_do=steps, source=source, done="")


def _looked_up(keys: pd.Series[str], known: pd.Series[str]) -> pd.Series[str]:
    found: pd.Series[str] = keys.astype(object).map(known.astype(object)).fillna("")
    return found


def _names(left: LeftBehindData, kind: str) -> list[tuple[str, str, pd.Series[str]]]:
    """Columns of names that a kind has: title, key and names by key."""
    found = []
    for column, key, table in (
        ("student_name", "connectStudentId", "students"),
        ("adult_name", "connectUserId", "guardians" if kind == "guardian_relationships" else "staff"),
    ):
        if key in _IDS[kind]:
            people = getattr(left.workspace, table).drop_duplicates(key).set_index(key)
            full = people["givenName"].astype(object).fillna("") + " " + people["familyName"].astype(object).fillna("")
            found.append((column, key, full.str.strip()))
    if "connectClassroomId" in _IDS[kind]:
        rooms = left.workspace.classrooms.drop_duplicates("connectClassroomId").set_index("connectClassroomId")
        found.append(("classroom_title", "connectClassroomId", rooms["title"]))
    return found


@checked()
def save(left: LeftBehindData, folder: str | Path, *, names: bool = False) -> None:
    """Write left_behind.csv and left_behind.xlsx into a folder; see :meth:`LeftBehind.save`."""
    with replace_together(outside_originals(folder, left.roster, left.workspace), private=names) as new:
        lines = without_formulas(left.table())
        lines.to_csv(new / "left_behind.csv", index=False, encoding="utf-8", lineterminator="\r\n")
        save_book(new / "left_behind.xlsx", lambda book: _fill(book, left, names))


def _number(left: LeftBehindData, kind: str) -> str:
    unclear = left.unclear[kind]
    merged = left.to_merge[kind]
    parts = [f"{unclear} unclear"] * bool(unclear) + [f"{merged} to be merged"] * bool(merged)
    return f"{left.counts[kind]}" + (f", of which {both(parts)}" if parts else "")


def _fill(book: Any, left: LeftBehindData, names: bool) -> None:
    lines = [*_READ_ME, ""]
    for kind, what in KINDS.items():
        why = left.not_judged.get(kind)
        lines.append(
            f"{_SHEETS[kind]}: {what.title}: " + (f"not judged, because {why}" if why else _number(left, kind))
        )
    add_read_me(book, lines, width=120)
    for kind in KINDS:
        if kind not in left.not_judged:
            add_list(book, _SHEETS[kind], worksheet(left, kind, names=names), _WIDTHS, empty="none")

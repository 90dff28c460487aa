"""The merges as work to do on Connect: a list with what to look at, as CSV and as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.excel import add_list, add_read_me, save_book
from connect_kit.display.formulas import without_formulas
from connect_kit.engine.files import replace_together
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.merging.data import MergeData

_WIDTHS = {
    "order": 8, "school": 12, "school_name": 32, "keep": 18, "keep_student_id": 18, "merge_into_it": 18,
    "former_student_id": 18, "differs": 40,
    "look_at": 60, "keep_name": 30, "merge_into_it_name": 30, "done": 12,
}  # fmt: skip
_STEPS = (
    "For each line, as an administrator of the school or district (S12):",
    "1. On Connect, open the directory of the school and find the student by the student ID: this record stays.",
    "2. Find the second record by its Connect ID. It has no student ID, or the former one that is given; look among "
    "archived students too.",
    "3. Look at what differs. The record that stays keeps its name, grade, email and guardians.",
    "4. Merge the second record into the first with Connect's merge function, and write the date into 'done'.",
    "A merge on Connect may not be reversible: if you are not sure, leave the line and ask the school.",
)
_ARCHIVED = "the record that stays is archived: unarchive it if the student is enrolled"
_GUARDIANS = "guardians of the second record: connect them by hand if they belong to the student"


def worksheet(plan: MergeData, *, names: bool = False) -> pd.DataFrame:
    """The merges as work to be done by hand on Connect, school by school.

    No article describes the steps of Connect's merge function; which record stays, and what to look at, is decision 21.

    Parameters
    ----------
    names : bool
        Names of students beside their IDs: for whoever does the merging, and not to be passed on.
    """
    merges = plan.merges.sort_values(["school", "student_id", "other"], kind="stable", ignore_index=True)
    conflicts = plan.conflicts.groupby(["survivor", "other"])["field"].agg(list)
    fields = [conflicts.get(pair, []) for pair in zip(merges["survivor"], merges["other"], strict=True)]
    students = plan.workspace.students.drop_duplicates("connectStudentId").set_index("connectStudentId")
    schools = plan.workspace.schools.drop_duplicates("connectSchoolId").set_index("connectSchoolId")["name"]
    archived = merges["survivor"].map(students["archived"]).eq("true")
    look = [
        "; ".join(([_ARCHIVED] if gone else []) + ([_GUARDIANS] if "guardian" in differing else []))
        for gone, differing in zip(archived, fields, strict=True)
    ]
    made = merges[["school"]].assign(
        school_name=merges["school"].map(schools).astype(object).fillna(""),
        keep=merges["survivor"],
        keep_student_id=merges["student_id"],
        merge_into_it=merges["other"],
        former_student_id=merges["other_student_id"],
        differs=[", ".join(differing) for differing in fields],
        look_at=look,
    )
    if names:
        full = students["givenName"].fillna("") + " " + students["familyName"].fillna("")
        for column, side in (("keep_name", "survivor"), ("merge_into_it_name", "other")):
            made[column] = merges[side].map(full).astype(object).str.strip()
    made.insert(0, "order", range(1, len(made) + 1))
    made["done"] = ""
    return made


def save(plan: MergeData, folder: str | Path, *, names: bool = False) -> None:
    """Write merges.csv, merge-worksheet.csv and merge-worksheet.xlsx into a folder; without ``names`` IDs only.

    With names, only their owner may read the files, and the folder if it is new.

    Raises
    ------
    SettingError
        For a folder inside the workspace's export.
    OutputError
        When they cannot be written; what was there before is unchanged.
    """
    place, sheet = outside_originals(folder, None, plan.workspace), worksheet(plan, names=names)
    with replace_together(place, private=names) as new:
        without_formulas(plan.table()).to_csv(new / "merges.csv", index=False, lineterminator="\r\n")
        without_formulas(sheet).to_csv(new / "merge-worksheet.csv", index=False, lineterminator="\r\n")
        save_book(new / "merge-worksheet.xlsx", lambda book: _fill(book, sheet))


def _fill(book: Any, frame: pd.DataFrame) -> None:
    add_read_me(book, _STEPS, width=110)
    add_list(book, "Merges", frame, _WIDTHS)

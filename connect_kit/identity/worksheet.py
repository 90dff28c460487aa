"""Changed IDs as work to do on Connect: which ID to record on which record, as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.connect import SUPPORT_ADDRESS
from connect_kit.display.excel import add_list, add_read_me, save_book
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.identity.patterns import KINDS
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.identity.value import IdChanges

NAME = "id-changes-worksheet.xlsx"
_WIDTHS = {
    "order": 8, "kind": 12, "school": 12, "school_name": 32, "connect_id": 18, "recorded_id": 28, "new_id": 28,
    "pattern": 30, "name": 32, "done": 12,
}  # fmt: skip
_STEPS = (
    "Before the files are uploaded: for each line, as an administrator of the school or district, record the new ID on "
    "Connect in place of the recorded one. Enter it exactly as it is given, with its zeros and letter case.",
    "Schools: District → Settings → SIS Rostering → School Connection to SIS; take the recorded School ID out, "
    "and Add the new one (S9).",
    "Classrooms: School page → Settings → SIS Rostering → Classroom Connections to SIS → Add → enter the class ID → "
    "Save (S10, S11).",
    "Students, staff and guardians: no article describes where the ID of a person is changed by hand. Ask Connect's "
    f"support ({SUPPORT_ADDRESS}) to exchange these IDs by this list.",
    "A line without a new ID: several children have this name, and nothing says which of them has which new ID. Look "
    "them up in the SIS one by one.",
    "Write the date into 'done'. Then export from Connect again, and prepare the upload again: no line should be left.",
)
_NAMES = """
SELECT 'schools' AS kind, connectSchoolId AS connect_id, any_value(name) AS name FROM workspace_schools GROUP BY ALL
UNION ALL SELECT 'students', connectStudentId, any_value(trim(concat_ws(' ', givenName, familyName)))
FROM workspace_students GROUP BY ALL
UNION ALL SELECT 'staff', connectUserId, any_value(trim(concat_ws(' ', givenName, familyName)))
FROM workspace_staff GROUP BY ALL
UNION ALL SELECT 'guardians', connectUserId, any_value(trim(concat_ws(' ', givenName, familyName)))
FROM workspace_guardians GROUP BY ALL
UNION ALL SELECT 'classrooms', connectClassroomId, any_value(title) FROM workspace_classrooms GROUP BY ALL
"""


def worksheet(changes: IdChanges, *, names: bool = False) -> pd.DataFrame:
    """The changed IDs as work to be done by hand on Connect, kind by kind and school by school.

    Columns: ``order``, ``kind``, ``school`` (connectSchoolId), ``school_name``, ``connect_id``, ``recorded_id`` (which
    Connect has), ``new_id`` (to be recorded), ``pattern`` (in words), ``done``.

    Parameters
    ----------
    names : bool
        Names of people and titles of classrooms too, as ``name``: for whoever does the work, and not to be passed on.
    """
    rows = changes.to_record()
    rank = {kind: place for place, kind in enumerate(KINDS)}
    rows = rows.assign(_rank=rows["kind"].map(rank)).sort_values(
        ["_rank", "connect_school", "old_id", "connect_id"], kind="stable", ignore_index=True
    )
    schools = changes.workspace.schools.drop_duplicates("connectSchoolId").set_index("connectSchoolId")["name"]
    made = rows[["kind"]].assign(
        school=rows["connect_school"].astype(object).fillna(""),
        school_name=rows["connect_school"].map(schools).astype(object).fillna(""),
        connect_id=rows["connect_id"],
        recorded_id=rows["old_id"],
        new_id=rows["new_id"].astype(object).fillna(""),
        pattern=rows["words"],
    )
    if names:
        known = changes.workspace.schema.frame(_NAMES).set_index(["kind", "connect_id"])["name"].to_dict()
        pairs = zip(made["kind"], made["connect_id"], strict=True)
        made["name"] = [known.get(pair) or "" for pair in pairs]
    made.insert(0, "order", range(1, len(made) + 1))
    made["done"] = ""
    return made


def save_worksheet(changes: IdChanges, folder: str | Path, *, names: bool = False) -> None:
    """Write ``id-changes-worksheet.xlsx`` into a folder: the list for recording the new IDs on Connect by hand.

    Without ``names`` it holds IDs only; with them, only its owner may read it, and the folder if it is new.

    Raises
    ------
    SettingError
        For a folder inside the delivery or the workspace's export.
    OutputError
        When it cannot be written; what was there before is unchanged.
    """
    sheet = worksheet(changes, names=names)
    place = outside_originals(folder, changes.roster, changes.workspace)
    with atomic_write(ensure_folder(place, private=names) / NAME, private=names) as beside:
        save_book(beside, lambda book: _fill(book, sheet))


def _fill(book: Any, frame: pd.DataFrame) -> None:
    add_read_me(book, _STEPS, width=110)
    for kind in [kind for kind in KINDS if (frame["kind"] == kind).any()]:
        add_list(book, kind.capitalize(), frame[frame["kind"] == kind].drop(columns="kind"), _WIDTHS)

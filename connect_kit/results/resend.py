"""Sending again only what failed: a plan of the rows that were refused or taken in part, or without a known result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from connect_kit.engine import default_engine
from connect_kit.engine.arguments import checked
from connect_kit.errors import PlanError, ResultsError, SettingError
from connect_kit.results.causes import INCOMPLETE, critical_codes
from connect_kit.results.corrected import Corrected
from connect_kit.results.value import Results
from connect_kit.roster import Roster, read_roster
from connect_kit.uploads.plan import UploadPlan
from connect_kit.uploads.plan_folder import prepared_beside, settle
from connect_kit.uploads.prepare import folder_name, value_of, write_file
from connect_kit.uploads.records import last_upload, remember_resent
from connect_kit.uploads.result_files import read_text_file
from connect_kit.uploads.values import UploadFile

_FAILED = f"""
    SELECT DISTINCT line FROM rows
    WHERE place = ? AND line IS NOT NULL AND (result IS NULL OR result <> 'SUCCESS' OR {INCOMPLETE})
"""


@checked()
def plan_resend(
    results: Results,
    plan: UploadPlan,
    *,
    folder: str | Path | None = None,
    corrected: Roster | str | Path | None = None,
) -> UploadPlan:
    """Plan to send again only what failed: what :meth:`Results.corrections` lists, and what no result is known of.

    That is rows without success, and rows that succeeded in part only, as a student whose guardian was refused and so
    not connected.

    Without ``corrected`` the rows are those that were sent, unchanged: that is for what failed because something was
    missing on Connect. With a corrected delivery its rows are sent in their place, found by ID (enrollments by user and
    class); ``not_corrected`` of the plan lists the lines that it does not hold. Waivers and answers are those of the
    plan; ``Abandon`` is off, because the file no longer names everybody.

    Parameters
    ----------
    results : Results
        Of a real upload of the plan, from ``read_results(path, plan)``.
    plan : UploadPlan
        What was sent.
    folder : str or Path, optional
        An empty folder, or one whose plan is replaced; by default ``<plan>-resend`` beside the plan's.
    corrected : Roster, str or Path, optional
        A delivery in which the rows that failed are corrected. IDs are exchanged as for the plan. What else has changed
        in it is not sent.

    Returns
    -------
    UploadPlan
        It is tried in a dry run and uploaded as any other.

    Raises
    ------
    ResultsError
        When the results are not of this plan.
    PlanError
        When nothing failed, a file was changed after it was sent, the corrected delivery holds none of the rows, or the
        plan that is in the folder was uploaded.
    DeliveryError
        When the corrected delivery cannot be read.
    SettingError
        When the folder is the plan's own.
    OutputError
        When the folder holds something else, or cannot be written.
    """
    place = Path(folder).expanduser() if folder is not None else plan.folder.with_name(f"{plan.folder.name}-resend")
    if place.resolve() == plan.folder.resolve():
        raise SettingError(f"{place}: is the plan's own folder; give another one")
    answered = {one.sent.identity: one.place for one in results.received if one.sent is not None}
    known = {*answered, *(file.identity for file in results.missing)}
    if not answered or not known <= {file.identity for file in plan.files}:
        raise ResultsError("the results are not of this plan", step="read_results")
    uploaded, _ = last_upload(place)
    if uploaded:
        raise PlanError(
            f"{place}: holds a plan that was uploaded on {uploaded[:10]}; its results say what became of its rows; to "
            "send rows of the first plan once more, give another folder"
        )
    plan.verify()
    chosen = [(file, _lines(results, answered.get(file.identity))) for file in plan.files]
    if not any(lines is None or lines for _, lines in chosen):
        raise PlanError("nothing failed, so there is nothing to resend")
    corrections = None if corrected is None else Corrected(_roster(corrected, plan), plan)
    with prepared_beside(place) as work:
        files, counts = [], []
        for file, lines in chosen:
            path = work / (folder_name(file.school) if file.school else "") / f"{file.kind}.csv"
            if count := _write(file, lines, path) if corrections is None else corrections.write(file, lines, path):
                files.append(UploadFile.of(path, file.kind, level=file.level, school=file.school))
                counts.append(count)
        lost = {} if corrections is None else corrections.lost
        if not files:
            raise PlanError(f"{plan.delivery}: the corrected delivery holds none of the rows that failed")
        remember_resent(plan.folder, place)
        again = replace(
            plan,
            folder=place,
            files=tuple(files),
            file_rows=tuple(counts),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            managed=None,
            new_students=None,
            not_corrected={file: tuple(lines) for file, lines in lost.items()},
        )
        return settle(again, work)


def _roster(corrected: Roster | str | Path, plan: UploadPlan) -> Roster:
    if isinstance(corrected, Roster):
        return corrected
    one = plan.level == "school" and len({file.school for file in plan.files}) == 1
    return read_roster(corrected, level="school" if one else "district")


def _lines(results: Results, place: int | None) -> list[int] | None:
    """Lines of a file that failed; None for all, where no result of the file is known."""
    return (
        None if place is None else [int(line) for (line,) in results.schema.execute(_FAILED, [place, critical_codes()])]
    )


def _write(file: UploadFile, lines: list[int] | None, path: Path) -> int:
    """Write these lines of a file, and say how many they are."""
    if lines is not None and not lines:
        return 0
    schema = default_engine().new_schema("resend")
    sent = read_text_file(schema, "sent", file.path, file.kind)
    rows = sent.view
    if lines is not None:
        schema.execute("CREATE TABLE chosen AS SELECT unnest(?::BIGINT[]) AS line", [lines])
        rows = f"{sent.view} SEMI JOIN chosen ON chosen.line = _line"
    columns = ", ".join(map(value_of, sent.columns))
    write_file(schema, (), f"SELECT {columns} FROM {rows} ORDER BY _line", path)
    return int(schema.execute(f"SELECT count(*) FROM {rows}")[0][0])

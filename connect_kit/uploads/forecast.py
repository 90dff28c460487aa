"""What an upload will do, school by school, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.charts import actions_by_line
from connect_kit.display.formulas import without_formulas
from connect_kit.display.html import table_html
from connect_kit.display.look import school_label
from connect_kit.duplicates import doubled_by_school
from connect_kit.engine import create_table, quoted
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import PlanError, SettingError
from connect_kit.uploads.result_files import read_own_result
from connect_kit.uploads.run import upload
from connect_kit.uploads.targets import as_target
from connect_kit.uploads.values import Removals

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import LeftBehind
    from connect_kit.twin import Twin
    from connect_kit.uploads.outcome import UploadResult
    from connect_kit.uploads.plan import UploadPlan
    from connect_kit.uploads.targets import Target

_WHATS = ("students", "guardians", "staff", "classes", "enrollments", "attributes", "other")
_COUNTS = ("created", "updated", "unchanged", "skipped", "refused")
_FURTHER = ("doubled", "disconnected", "disconnected_children", "staff_removed", "children_removed")


@dataclass(frozen=True, eq=False)
class Forecast:
    """What an upload will create, update, leave alone, refuse and double; made by :func:`forecast_upload`.

    Attributes
    ----------
    result : UploadResult
        The dry run that it was read from.
    left_behind : LeftBehind or None
        What stays on Connect after the upload although the delivery no longer holds it; None where it was not given.
    """

    result: UploadResult
    _table: pd.DataFrame = field(repr=False)
    _sync: pd.DataFrame = field(repr=False)
    left_behind: LeftBehind | None = field(default=None, repr=False)

    @property
    def plan(self) -> UploadPlan:
        """The plan."""
        return self.result.plan

    @property
    def doubled(self) -> dict[str, int] | None:
        """Children who are doubled, by connectSchoolId; None without duplicates."""
        known = self._table.dropna(subset=["doubled"])
        if known.empty:
            return None
        return {str(own): int(n) for own, n in zip(known["connectSchoolId"], known["doubled"], strict=True)}

    def table(self) -> pd.DataFrame:
        """One row a school and type.

        Columns: ``connectSchoolId``, ``school`` (name), ``what`` (students, guardians, staff, classes, enrollments,
        attributes; other for rows that do not even show that), ``created``, ``updated``, ``unchanged``,
        ``skipped``, ``refused`` (all of rows) and ``doubled``: children who are created although they already have
        another record, on Connect or in the file; missing without duplicates. A child counts once, at the first
        school of :meth:`Duplicates.doubled`.
        In the row of a school's guardians,
        ``disconnected`` counts the guardian relationships that Abandon will remove, and ``disconnected_children`` the
        children who lose them; missing in other rows, and where no file is sent with Abandon.
        In the row of a school's staff, ``staff_removed`` counts those whose rows no longer list the school, so that
        they are removed from it; in that of its students, ``children_removed`` those of several schools whose rows no
        longer list this one; missing in other rows.
        """
        return self._table.copy()

    def summary(self) -> pd.DataFrame:
        """:meth:`table` over all schools: ``what`` and the counts."""
        counts = [*_COUNTS, *_FURTHER]
        total = self._table.groupby("what", sort=False)[counts].sum(min_count=1).reset_index()
        return total.set_index("what").reindex([what for what in _WHATS if what in set(total["what"])]).reset_index()

    def in_words(self) -> pd.DataFrame:
        """:meth:`table` for people, as in forecast.csv: ``doubled`` is ``not looked for`` where nobody did."""
        return _in_words(self._table)

    def sync(self) -> pd.DataFrame:
        """What a nightly sync of the same files would archive, against the deletion threshold (S20, S21).

        Columns: ``what``, ``managed``, ``gone``, ``percent``, ``allowed``, ``would_exceed``, ``threshold_needed``.
        """
        return self._sync.copy()

    def chart(self) -> Any:
        """What will become of each school's rows, as an Altair chart."""
        by_school = self._table.groupby(["connectSchoolId", "school"], sort=False)[list(_COUNTS)].sum().reset_index()
        names = [
            school_label(name, own) for own, name in zip(by_school["connectSchoolId"], by_school["school"], strict=True)
        ]
        return actions_by_line(by_school.assign(line=names), "Rows by school: what the upload will do")

    def save(self, folder: str | Path) -> None:
        """Write :meth:`in_words` as ``forecast.csv`` into a folder, and ``left_behind.csv`` where it was given.

        Raises
        ------
        SettingError
            For a folder inside the delivery.
        OutputError
            When it cannot be written; a file that was there before is unchanged.
        """
        target = ensure_folder(self.plan.outside_delivery(folder))
        with atomic_write(target / "forecast.csv") as part:
            without_formulas(self.in_words()).to_csv(part, index=False, encoding="utf-8", lineterminator="\r\n")
        if self.left_behind is not None:
            self.left_behind.write_csv(target / "left_behind.csv")

    def __repr__(self) -> str:
        counts = ", ".join(f"{int(self._table[name].sum()):,} {name}" for name in _COUNTS)
        return f"Forecast({self.plan.delivery} on {self.result.target}: {counts})"

    def _repr_html_(self) -> str:
        shown = table_html(_in_words(self.summary()), "What the upload will do")
        shown += table_html(self._sync, "What a nightly sync of these files would archive")
        return shown + (self.left_behind._repr_html_() if self.left_behind is not None else "")


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    students = frame["what"].eq("students")
    words = frame["doubled"].astype(object).where(frame["doubled"].notna(), "not looked for")
    return frame.assign(doubled=words.where(students, ""))


@checked()
def forecast_upload(
    plan: UploadPlan,
    target: Target | Twin | str | Path,
    *,
    duplicates: Duplicates | None = None,
    left_behind: LeftBehind | None = None,
    result: UploadResult | None = None,
) -> Forecast:
    """Forecast what an upload will do, before anything is sent.

    Parameters
    ----------
    plan : UploadPlan
    target : Twin, str or Path
    duplicates : Duplicates, optional
        Of the students; with them, those that will be doubled are counted.
    left_behind : LeftBehind, optional
        Of the delivery that is to be sent; with it, the forecast says what stays behind on Connect.
    result : UploadResult, optional
        Of a dry run of this plan on this target; otherwise one is made.

    Raises
    ------
    SettingError
        For duplicates of adults, or something that is not a plan or not a target.
    PlanError
        When ``result`` is of another plan or target, of a real upload, or of a dry run that was cancelled.
    """
    place = as_target(target)
    if duplicates is not None and duplicates.kind != "students":
        raise SettingError("duplicates are of adults; the forecast counts students: find_duplicates(roster, workspace)")
    if result is None:
        result = upload(plan, place, dry_run=True)
    if not result.dry_run or result.plan.digest != plan.digest or result.target_id != place.id:
        raise PlanError(
            "the result is of another plan or target, or of a real upload; give that of a dry run of this plan"
        )
    if result.cancelled:
        raise PlanError("the dry run was cancelled before its end; run it again, and take its result")
    known = place.facts().schools
    schools = {own: school.name for own, school in known.items()}
    recorded = {school.school_id: own for own, school in known.items() if school.school_id}
    doubled = None if duplicates is None else _doubled(result, duplicates, recorded)
    return Forecast(result, _counted(result, schools, doubled), place.sync_deletions(plan.files), left_behind)


def _counted(result: UploadResult, schools: dict[str, str], doubled: dict[str, int] | None) -> pd.DataFrame:
    import pandas as pd

    counts: dict[tuple[str, str], dict[str, int]] = {}
    for one in result.files:
        for tally in one.tallies:
            row = counts.setdefault((tally.school or "", tally.what), dict.fromkeys(_COUNTS, 0))
            row["refused" if tally.result == "ERROR" else tally.action.lower()] += tally.rows
    if doubled is not None:
        for school in doubled:
            counts.setdefault((school, "students"), dict.fromkeys(_COUNTS, 0))
    lost = result.disconnections
    for school in lost:
        counts.setdefault((school, "guardians"), dict.fromkeys(_COUNTS, 0))
    removals = result.removals
    for school in removals:
        for what, number in (("staff", removals[school].staff), ("students", removals[school].children)):
            if number:
                counts.setdefault((school, what), dict.fromkeys(_COUNTS, 0))
    abandon = any(one.file.abandon for one in result.files)
    rank = {what: place for place, what in enumerate(_WHATS)}
    rows = []
    for school, what in sorted(counts, key=lambda key: (key[0] == "", key[0], rank.get(key[1], len(rank)))):
        again = doubled.get(school, 0) if doubled is not None and what == "students" else None
        gone: tuple[int | None, ...] = (None, None)
        if abandon and what == "guardians":
            gone = (lost[school].relationships, lost[school].children) if school in lost else (0, 0)
        left = removals.get(school, Removals(0, 0))
        removed = (left.staff if what == "staff" else None, left.children if what == "students" else None)
        rows.append((school, schools.get(school, ""), what, *counts[school, what].values(), again, *gone, *removed))
    frame = pd.DataFrame(rows, columns=["connectSchoolId", "school", "what", *_COUNTS, *_FURTHER])
    return frame.astype({**dict.fromkeys(_COUNTS, "int64"), **dict.fromkeys(_FURTHER, "Int64")})


def _doubled(result: UploadResult, duplicates: Duplicates, recorded: dict[str, str]) -> dict[str, int]:
    """Children who will be doubled, by the school that the first of their further records comes to."""
    asked = duplicates.clusters.loc[lambda rows: rows["source"] == "roster", "id"].astype(str).tolist()
    created: dict[str, str] = {}  # to the student's (first) school
    for one in result.files:
        if one.file.kind == "users" and one.path is not None and asked:
            schema, file = read_own_result(one.path, "users")
            if "sourcedId" not in file.inputs:
                continue
            create_table(schema, "asked", {"id": asked})
            own = quoted(file.inputs["sourcedId"])
            listed = quoted(file.inputs["orgSourcedIds"]) if "orgSourcedIds" in file.inputs else "NULL"
            ended, action = (quoted(file.answer[name]) for name in ("result", "action"))
            found = schema.execute(
                f"SELECT {own}, min({listed}) FROM {file.view} SEMI JOIN asked ON asked.id = {own} "
                f"WHERE {ended} = 'SUCCESS' AND {action} = 'CREATED' GROUP BY ALL"
            )
            created |= {own: one.file.school or _home(schools, recorded) for own, schools in found}
    again = duplicates.doubled(created)
    return doubled_by_school(again.assign(school=again["id"].map(created)))


def _home(listed: str | None, recorded: dict[str, str]) -> str:
    """The connectSchoolId of the first School ID listed; blank where there is none."""
    return next((recorded.get(school.strip(), "") for school in (listed or "").split(",") if school.strip()), "")

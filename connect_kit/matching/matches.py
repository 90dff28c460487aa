"""Matched schools and matched classrooms, as the verbs return them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from connect_kit.display.charts import matches_by_school
from connect_kit.engine import package_text
from connect_kit.errors import SettingError
from connect_kit.matching.base import Matches
from connect_kit.matching.consequences import CHOICES, CLASSROOMS, SCHOOLS, Outcome
from connect_kit.matching.resolve import OUT, STATUSES

if TYPE_CHECKING:
    import pandas as pd


class SchoolMatches(Matches):
    """Schools of the delivery and schools on Connect, as :func:`match_schools` matched them."""

    kind: ClassVar[str] = "schools"
    outcomes: ClassVar[Mapping[str, Outcome]] = SCHOOLS

    def _out(self) -> tuple[pd.Series[Any], pd.Series[Any]]:
        left, right, out = self.evidence.left, self.evidence.right, self.decisions.out
        decided = ("workspace:" + right["id"]).isin(out)
        return ("roster:" + left["id"].fillna("")).isin(out), decided | ("roster:" + right["recorded"]).isin(out)

    def _outcome(self) -> pd.Series[Any]:
        frame = self._frame
        keys = frame["status"].astype(object)
        recorded = self._side("right", frame["r"])["recorded"]
        keys = keys.mask((frame["status"] == "unmatched_workspace") & recorded.notna(), "other ID")
        if self.roster.level == "school":
            keys = keys.mask(frame["status"] == "matched", "school level")
        keys = keys.mask((frame["status"] == "suggested") & self._without_zeros(recorded), "other zeros")
        same = recorded == frame["roster_id"]
        return keys.mask((frame["decision"] == "connect") & ~same, "decided: connect")

    def _without_zeros(self, recorded: pd.Series[Any]) -> pd.Series[bool]:
        """Where the delivery has the recorded School ID but for leading zeros, which get lost and are not added."""
        delivered, there = self._frame["roster_id"].astype("string").str.strip(), recorded.astype("string").str.strip()
        shorter = delivered.str.len() < there.str.len()
        return ((delivered.str.lstrip("0") == there.str.lstrip("0")) & shorter).fillna(False).astype(bool)

    @property
    def acceptable(self) -> pd.Series[bool]:
        """Suggestions, but for a School ID that has lost leading zeros: the delivery is wrong, and Connect is not."""
        return super().acceptable & (self._outcome() != "other zeros")

    def other_zeros(self) -> pd.DataFrame:
        """Schools whose ID has lost leading zeros that Connect has: ``school`` (in the delivery), ``recorded``."""
        frame = self._frame.assign(recorded=self._side("right", self._frame["r"])["recorded"])
        found = frame.loc[self._outcome() == "other zeros", ["roster_id", "recorded"]]
        return found.set_axis(["school", "recorded"], axis=1).reset_index(drop=True)

    def _schools(self) -> pd.DataFrame:
        frame = self._frame
        return frame[[]].assign(
            group=frame["workspace_id"].fillna("roster:" + frame["roster_id"]),
            school_id=frame["roster_id"],
            school=frame["workspace_title"].fillna(frame["roster_title"]),
        )

    def by_school(self) -> pd.DataFrame:
        """The counts of all schools together, in one row."""
        counts = self._frame["status"].value_counts().reindex(list(STATUSES), fill_value=0)
        return counts.to_frame().T.assign(schoolId="", name="all schools").reset_index(drop=True)

    def chart(self) -> Any:
        """How many schools are matched, suggested and unmatched on both sides, as an Altair chart."""
        return matches_by_school(self.by_school(), "Schools of the delivery and on Connect")

    def partners(self, *, out: bool = False) -> pd.DataFrame:
        """The pairs matched or suggested; with ``out``, also those of schools that do not take part.

        Columns: ``school`` (School ID in the delivery), ``connect`` (Connect's own ID), ``title``, ``status``.
        """
        frame = self._all[self._all["l"].ge(0) & self._all["r"].ge(0) & (self._all["status"].ne(OUT) | out)]
        left, right = self._side("left", frame["l"]), self._side("right", frame["r"])
        title = right["title"].fillna(left["title"])
        return frame[["status"]].assign(school=left["id"], connect=right["id"], title=title)


@dataclass(frozen=True, eq=False, repr=False)
class ClassroomMatches(Matches):
    """Classes of the delivery and classrooms on Connect, as :func:`match_classrooms` matched them.

    Attributes
    ----------
    schools : SchoolMatches
    """

    schools: SchoolMatches = field(kw_only=True)

    kind: ClassVar[str] = "classrooms"
    outcomes: ClassVar[Mapping[str, Outcome]] = CLASSROOMS

    def _out(self) -> tuple[pd.Series[Any], pd.Series[Any]]:
        left, right, out = self.evidence.left, self.evidence.right, self.decisions.out
        return (
            ("roster:" + left["school_id"]).isin(out) | ("workspace:" + left["group"]).isin(out),
            ("roster:" + right["school_id"]).isin(out) | ("workspace:" + right["group"]).isin(out),
        )

    def decide_school(self, school: str, decision: str, *, who: str | None = None, note: str = "") -> ClassroomMatches:
        """Decide that a school does not take part (``out``), or does after all (``in``).

        Parameters
        ----------
        school : str
            Its connectSchoolId, or the School ID in the delivery.
        decision : {"out", "in"}

        Raises
        ------
        SettingError
            For a school that is on neither side, or another decision.
        """
        if decision not in ("out", "in"):
            raise SettingError(f"{decision!r} is not a decision about a school alone; expected 'out' or 'in'")
        on_connect = school in set(self.schools.evidence.right["id"])
        left, right = (None, school) if on_connect else (school, None)
        schools = replace(self.schools, decisions=self.decisions).decide(left, right, decision, who=who, note=note)
        return replace(self, schools=schools, decisions=schools.decisions)

    def undo(self) -> ClassroomMatches:
        """Undo the last decision, the last :meth:`accept`, or the last :meth:`decide_school`."""
        before = super().undo()
        return replace(before, schools=replace(self.schools, decisions=before.decisions))

    def details(self) -> pd.DataFrame:
        """:meth:`table` with everything else known about both sides, the ``decision`` and the ``consequence``.

        For ``roster`` and ``workspace``: ``_school_id`` (School ID), ``_school``, ``_group`` (Connect's ID of the
        school), ``_grades``, ``_teachers``, ``_members`` (number of students); ``roster_periods``,
        ``workspace_class_id``, ``workspace_archived``. Holds names of teachers: it is for the analyst's own screen.
        """
        table = super().details()
        also = (self.roster.schema.name, self.workspace.schema.name)
        seats = self.evidence.schema.frame(package_text(__package__, "seats.sql"), also=also)
        for side in ("roster", "workspace"):
            of_side = seats[(seats["side"] == side) & seats["id"].notna()].set_index("id")
            for name in ("teachers", "members"):
                table[f"{side}_{name}"] = table[f"{side}_id"].map(of_side[name])
        return table

    def _validate_pair(self, roster_id: str, workspace_id: str) -> None:
        left = self.evidence.left.iloc[self._number("left", roster_id)]
        right = self.evidence.right.iloc[self._number("right", workspace_id)]
        if isinstance(left["group"], str) and left["group"] != right["group"]:
            raise SettingError(
                f"class {roster_id} belongs to Connect school {left['group']}, classroom {workspace_id} to "
                f"{right['group']}; an ID is connected within a school (S10)"
            )

    def choices(self, workspace_id: str) -> pd.DataFrame:
        """The three documented choices for a classroom: ``choice``, ``consequence``, ``source``."""
        import pandas as pd

        self._number("right", workspace_id)
        rows = [(choice, outcome.what, outcome.source) for choice, outcome in CHOICES.items()]
        return pd.DataFrame(rows, columns=["choice", "consequence", "source"])

    @property
    def capped(self) -> pd.DataFrame:
        """Blocks too large to compare: ``rule``, ``classes``, ``classrooms``, ``comparisons_left_out``."""
        return self.evidence.schema.frame("SELECT * FROM capped")

    def _outcome(self) -> pd.Series[Any]:
        frame = self._frame
        left, right = self._side("left", frame["l"]), self._side("right", frame["r"])
        keys = frame["status"].astype(object)
        archived = right["archived"].eq(True)
        keys = keys.mask((frame["status"] == "matched") & archived, "archived")
        keys = keys.mask((frame["status"] == "unmatched_roster") & left["group"].isna(), "no school")
        alone = frame["status"] == "unmatched_workspace"
        keys = keys.mask(alone & right["class_id"].notna(), "other ID").mask(alone & archived, "unmatched and archived")
        keys = keys.mask(
            (frame["decision"] == "connect") & right["class_id"].ne(frame["roster_id"]), "decided: connect"
        )
        for word in ("archive", "leave"):
            keys = keys.mask(alone & (frame["decision"] == word), f"decided: {word}")
        return keys

    def _schools(self) -> pd.DataFrame:
        frame = self._frame
        left, right = self._side("left", frame["l"]), self._side("right", frame["r"])
        return frame[[]].assign(
            group=right["group"].fillna(left["group"]).fillna("roster:" + left["school_id"]),
            school_id=right["school_id"].fillna(left["school_id"]),
            school=right["school"].fillna(left["school"]),
        )

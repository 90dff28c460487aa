"""What stays behind on Connect, as one value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.bars import Bar, bar_chart
from connect_kit.display.formulas import without_formulas
from connect_kit.display.headings import heading, without_rare
from connect_kit.display.html import table_html
from connect_kit.display.look import left_out, school_label
from connect_kit.engine import literal
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write
from connect_kit.errors import SettingError
from connect_kit.identity.left_data import LeftBehindData
from connect_kit.identity.left_limit import require_within
from connect_kit.identity.left_worksheet import save, worksheet
from connect_kit.identity.staying import KINDS
from connect_kit.roster.action import Action
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    import altair as alt

_MOST = 40
#: Parts of a bar; a word of its own for each, as the titles are too long beside it.
_PARTS = {
    "guardian_relationships": ("guardians", "#D55E00"),
    "classroom_teachers": ("teachers in classrooms", "#E69F00"),
    "staff": ("staff", "#CC79A7"),
    "classroom_students": ("students in classrooms", "#56B4E9"),
    "students": ("students", "#0072B2"),
    "classrooms": ("classrooms", "#999999"),
}


class LeftBehind(LeftBehindData):
    """What stays on Connect after an upload although the delivery no longer holds it; made by :func:`left_behind`.

    Attributes
    ----------
    roster : Roster
    workspace : Workspace
    schema : Schema
        Holds table ``left_behind_rows``.
    not_judged : mapping of str to str
        Kinds about which the delivery says nothing, with the reason.
    """

    worksheet = worksheet

    @checked()
    def save(self, folder: str | Path, names: bool = False) -> None:
        """Write left_behind.csv (:meth:`table`: IDs) and the worksheet left_behind.xlsx into a folder.

        Parameters
        ----------
        folder : str or Path
        names : bool
            Names of students and adults, and titles of classrooms, in the worksheet. Then only their owner may read the
            files, and the folder if it is new.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export.
        OutputError
            When they cannot be written; what was there before is unchanged.
        """
        save(self, folder, names=names)

    def write_csv(self, path: str | Path) -> None:
        """Write :meth:`table` as a CSV file: IDs and codes.

        Raises
        ------
        SettingError
            For a file inside the delivery or the workspace's export.
        OutputError
            When it cannot be written; what was there before is unchanged.
        """
        with atomic_write(outside_originals(path, self.roster, self.workspace)) as beside:
            without_formulas(self.table()).to_csv(beside, index=False, encoding="utf-8", lineterminator="\r\n")

    @checked()
    def actions(
        self,
        kinds: Iterable[str] | None = None,
        *,
        schools: Iterable[str] | None = None,
        limit: float | None = None,
    ) -> list[Action]:
        """What to do about it, as actions on a twin, which :meth:`Twin.apply_all` carries out and undoes as one.

        Guardians are disconnected from the students, people are removed from the classrooms, staff from the schools,
        students and classrooms are archived (rollover). Whoever is probably there under another ID (``unclear``), or
        is to be merged (``merge``), is never part of it.

        Parameters
        ----------
        kinds : iterable of str, optional
            Only these, see :meth:`counts`; all by default.
        schools : iterable of str, optional
            Only these schools: their connectSchoolIds or School IDs; all by default.
        limit : float, optional
            Percent of a school's records of a kind that may go; three always may, unless it is 0. By default 10, and
            where the year turns 20 of the students and 30 of the staff. Last year's classrooms and the seats in them
            may all go when the year turns, and so may graduates: students of the highest grade.

        Raises
        ------
        SettingError
            For a kind or a school that is not known, or a limit that is not percent.
        LimitError
            Where more would go: the delivery may lack a part of the school.
        """
        wanted = self._kinds(kinds)
        own = self.at_schools(schools)
        require_within(self, wanted, own, limit)
        made = (self._action(kind, own) for kind in wanted)
        return [action for action in made if action.pairs or action.ids]

    def at_schools(self, schools: Iterable[str] | None) -> tuple[str, ...] | None:
        """The connectSchoolIds of schools that are given by these or by their School IDs.

        Raises
        ------
        SettingError
            For one that the workspace does not have.
        """
        if schools is None:
            return None
        known = self.workspace.schools
        own = dict(zip(known["schoolId"], known["connectSchoolId"], strict=True))
        own |= {one: one for one in known["connectSchoolId"]}
        asked = list(dict.fromkeys([schools] if isinstance(schools, str) else schools))
        for one in asked:
            if one not in own:
                raise SettingError(f"no school of Connect has the ID {one!r}; give a connectSchoolId or a School ID")
        return tuple(dict.fromkeys(own[one] for one in asked))

    def _kinds(self, kinds: Iterable[str] | None) -> list[str]:
        wanted = list(KINDS) if kinds is None else list(kinds)
        for kind in wanted:
            if kind not in KINDS:
                raise SettingError(f"nothing of kind {kind!r} is left behind; expected one of {', '.join(KINDS)}")
        return [kind for kind in KINDS if kind in wanted]

    def _action(self, kind: str, schools: tuple[str, ...] | None) -> Action:
        if kind == "guardian_relationships":
            return Action("disconnect_guardians", pairs=self._pairs(kind, schools, "student", "account"))
        if kind == "staff":
            return Action("remove_staff_from_schools", pairs=self._pairs(kind, schools, "account", "connect_school"))
        if kind == "classroom_teachers":
            return Action("remove_from_classrooms", pairs=self._pairs(kind, schools, "classroom", "account"))
        if kind == "classroom_students":
            return Action("remove_from_classrooms", pairs=self._pairs(kind, schools, "classroom", "student"))
        if kind == "students":
            return Action(
                "archive_students", ids=tuple(one for one, _ in self._pairs(kind, schools, "student", "student"))
            )
        return Action(
            "archive_classrooms", ids=tuple(one for one, _ in self._pairs(kind, schools, "classroom", "classroom"))
        )

    def _pairs(self, kind: str, schools: tuple[str, ...] | None, left: str, right: str) -> tuple[tuple[str, str], ...]:
        at = "true" if schools is None else f"connect_school IN ({', '.join(map(literal, schools)) or 'NULL'})"
        return tuple(
            self.schema.execute(
                f"SELECT DISTINCT {left}, {right} AS other FROM left_behind_rows WHERE kind = ? "
                f"AND reason NOT IN ('unclear', 'merge') AND {at} ORDER BY ALL",
                [kind],
            )
        )

    def chart(self) -> alt.LayerChart:
        """What stays behind, by school and kind: one bar a school."""
        frame = self.summary()
        names = dict(zip(frame["connectSchoolId"], frame["school"], strict=True))
        rows = frame.pivot_table(
            index="connectSchoolId", columns="kind", values="rows", aggfunc="sum", fill_value=0, observed=True
        )
        rows = rows.loc[rows.sum(axis=1).sort_values(ascending=False, kind="stable").index]
        bars = [_bar(school_label(names[own], own), counts) for own, counts in rows.head(_MOST).iterrows()]
        note = left_out(len(rows), _MOST, "schools")
        return bar_chart("What stays behind, by school", bars, note, colours=dict(_PARTS.values()), legend=True)

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __repr__(self) -> str:
        return f"LeftBehind({self.words})"

    def _repr_html_(self) -> str:
        import html

        head = f"<p><strong>What stays behind</strong>: {self.words}.</p>"
        for kind, why in self.not_judged.items():
            head += f"<p>{html.escape(KINDS[kind].title)}: not judged, because {html.escape(why)}.</p>"
        if not len(self):
            return head
        found = self.summary()
        shown = found.assign(kind=found["kind"].map(lambda kind: KINDS[kind].many)).drop(columns="source")
        return head + table_html(without_rare(shown).rename(columns=heading))


def _bar(name: str, counts: Any) -> Bar:
    parts = {_PARTS[kind][0]: int(counts.get(kind, 0)) for kind in KINDS}
    return Bar(name, text=", ".join(f"{n:,} {word}" for word, n in parts.items() if n), parts=parts)

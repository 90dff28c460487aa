"""What stays behind on Connect, as one value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.display.bars import Bar, bar_chart
from connect_kit.display.html import table_html
from connect_kit.display.look import left_out, school_label
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write
from connect_kit.errors import SettingError
from connect_kit.identity.left_data import LeftBehindData
from connect_kit.identity.left_worksheet import save, worksheet
from connect_kit.identity.staying import KINDS
from connect_kit.roster.action import Action

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
        OutputError
            When it cannot be written; what was there before is unchanged.
        """
        with atomic_write(path) as beside:
            self.table().to_csv(beside, index=False, encoding="utf-8", lineterminator="\r\n")

    @checked()
    def actions(self, kinds: Iterable[str] | None = None) -> list[Action]:
        """What to do about it, as actions on a twin; each can be previewed and taken back.

        Guardians are disconnected from the students, people are removed from the classrooms, staff from the schools,
        students and classrooms are archived (rollover). Whoever is probably there under another ID (``unclear``) is
        never part of it.

        Parameters
        ----------
        kinds : iterable of str, optional
            Only these, see :meth:`counts`; all by default.

        Raises
        ------
        SettingError
            For a kind that is not known.
        """
        wanted = list(KINDS) if kinds is None else list(kinds)
        for kind in wanted:
            if kind not in KINDS:
                raise SettingError(f"nothing of kind {kind!r} is left behind; expected one of {', '.join(KINDS)}")
        made = (self._action(kind) for kind in KINDS if kind in wanted)
        return [action for action in made if action.pairs or action.ids]

    def _action(self, kind: str) -> Action:
        if kind == "guardian_relationships":
            return Action("disconnect_guardians", pairs=self._pairs(kind, "student", "account"))
        if kind == "staff":
            return Action("remove_staff_from_schools", pairs=self._pairs(kind, "account", "connect_school"))
        if kind == "classroom_teachers":
            return Action("remove_from_classrooms", pairs=self._pairs(kind, "classroom", "account"))
        if kind == "classroom_students":
            return Action("remove_from_classrooms", pairs=self._pairs(kind, "classroom", "student"))
        if kind == "students":
            return Action("archive_students", ids=tuple(one for one, _ in self._pairs(kind, "student", "student")))
        return Action("archive_classrooms", ids=tuple(one for one, _ in self._pairs(kind, "classroom", "classroom")))

    def _pairs(self, kind: str, left: str, right: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            self.schema.execute(
                f"SELECT DISTINCT {left}, {right} AS other FROM left_behind_rows WHERE kind = ? "
                "AND reason <> 'unclear' ORDER BY ALL",
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
        return head + (table_html(self.summary()) if len(self) else "")


def _bar(name: str, counts: Any) -> Bar:
    parts = {_PARTS[kind][0]: int(counts.get(kind, 0)) for kind in KINDS}
    return Bar(name, text=", ".join(f"{n:,} {word}" for word, n in parts.items() if n), parts=parts)

"""Decisions as one value: look them up, add one, undo one.

What was decided once is not asked again: the keys are those of the SIS and of Connect, so they hold for the next
delivery as well. The file is its own history; the last line about a pair counts.
"""

from __future__ import annotations

import getpass
import html
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.decisions.file import (
    COLUMNS,
    MOST_CHARACTERS,
    WORDS,
    Decision,
    Form,
    read_file,
    rewrite,
    sorted_pair,
    validate_decision,
)
from connect_kit.display.characters import visible
from connect_kit.display.html import table_html
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.roster import Roster

__all__ = ["NAME", "Decision", "Decisions", "read_decisions"]

#: Name of the file beside a delivery.
NAME = "connect-kit-decisions.csv"


@dataclass(frozen=True, slots=True)
class _Written:
    """What one call added: its lines, the line end before them, the header if it wrote it; whether it made the file."""

    decisions: tuple[Decision, ...]
    lines: str = ""
    before: str = ""
    header: str = ""
    made: bool = False


@dataclass(frozen=True, eq=False)
class Decisions:
    """What people have decided.

    Attributes
    ----------
    path : Path or None
        The file; None where decisions are kept in memory only.
    rows : tuple of Decision
        Every line, oldest first.
    """

    path: Path | None
    rows: tuple[Decision, ...] = ()
    _written: tuple[_Written, ...] = field(default=(), repr=False)

    def table(self) -> pd.DataFrame:
        """The decisions in force, one row per pair.

        Columns: ``about``, ``left``, ``right``, ``decision``, ``who``, ``when``, ``note``; all text.
        """
        return _frame(self._last.values())

    def history(self) -> pd.DataFrame:
        """Every line, with the columns of :meth:`table` and ``line`` in the file."""
        return _frame(self.rows, "line")

    @checked()
    def of(self, about: str, left: str, right: str) -> str | None:
        """The decision about a pair, in either order; None when there is none.

        ``left`` is blank for a classroom that is archived or left as it is.
        """
        found = self._last.get((about, *sorted_pair(left, right)))
        return found.decision if found else None

    def about(self, *kinds: str) -> tuple[Decision, ...]:
        """The decisions in force about these kinds, oldest first."""
        return tuple(decision for decision in self._last.values() if decision.about in kinds)

    @cached_property
    def out(self) -> frozenset[str]:
        """Keys of the schools that do not take part: ``roster:`` School ID, or ``workspace:`` connectSchoolId.

        The last word about a school counts: one that is connected takes part again.
        """
        found: set[str] = set()
        for decision in self.about("schools"):
            if decision.decision == "out":
                found.add(decision.right)
            elif decision.decision in ("in", "connect"):
                found -= {decision.left, decision.right}
        return frozenset(found)

    @checked()
    def decide(
        self, about: str, left: str, right: str, decision: str, *, who: str | None = None, note: str = ""
    ) -> Decisions:
        """Decide about a pair: the decision is added to the file, if there is one, and to the value returned.

        Parameters
        ----------
        about : {"students", "people", "schools", "classrooms"}
        left, right : str
            Keys, ``roster:ID`` or ``workspace:ID``, in either order; for ``archive``, ``leave``, ``out`` and ``in`` one
            is blank.
        decision : str
            students and people: ``same``, ``different``, ``unsure``; schools: ``connect``, ``different``, ``out`` (does
            not take part), ``in`` (takes part after all); classrooms:
            ``connect``, ``archive``, ``leave``, ``different`` (not this partner).
        who : str, optional
            The user's name on this machine when left out.
        note : str
            Free text.

        Raises
        ------
        SettingError
            When the decision is not valid.
        DecisionsError
            When the file has lines that cannot be read; it is left as it is.
        OutputError
            When the file cannot be written.
        """
        return self.decide_all([(about, left, right, decision)], who=who, note=note)

    @checked()
    def decide_all(
        self, decisions: Iterable[tuple[str, str, str, str]], *, who: str | None = None, note: str = ""
    ) -> Decisions:
        """Decide about many pairs at once; :meth:`undo` takes all of them back. Raises as :meth:`decide` does."""
        by, now = _user() if who is None else who, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = []
        for about, left, right, decision in decisions:
            keys = sorted_pair(left, right)
            wrong = validate_decision(about, *keys, decision)
            if wrong:
                raise SettingError(f"{wrong[0]}: {wrong[1]}")
            new.append(Decision(about, *keys, decision, by, now, note))
            _check_text(new[-1])
        if not new:
            return self
        if self.path is None:
            return replace(self, rows=(*self.rows, *new), _written=(*self._written, _Written(tuple(new))))
        path, added = self.path, list[_Written]()

        def append(text: str, form: Form) -> str:
            lines = form.lines(new)
            before = "" if text.endswith(("\n", "\r")) or not text else form.line_end
            began = not text.strip("\r\n\t ;,")
            header = form.header() if began else ""
            added.append(_Written(tuple(new), lines, before, header, made=not path.exists()))
            return text + before + header + lines

        rewrite(path, append)
        return replace(self, rows=read_file(path)[2], _written=(*self._written, added[-1]))

    def undo(self) -> Decisions:
        """Undo the last :meth:`decide` of this process; its lines are removed from the file.

        Raises
        ------
        SettingError
            When nothing was decided since the file was read, or the lines are no longer there.
        """
        if not self._written:
            raise SettingError("nothing to undo: no decision was made here since the decisions were read")
        last, kept = self._written[-1], self._written[:-1]
        if self.path is None:
            return replace(self, rows=self.rows[: -len(last.decisions)], _written=kept)
        path = self.path

        def remove(text: str, form: Form) -> str | None:
            start = text.rfind(last.lines)
            if start < 0 or text[:start][-1:] not in ("", "\n", "\r"):
                raise SettingError(f"{path}: the last decision is no longer there as it was written; decide again")
            head, tail = text[:start], text[start + len(last.lines) :]
            if last.header and not tail and head.endswith(last.header):
                head = head.removesuffix(last.header)
                if last.made and not head:
                    return None
            return (head if tail or not last.before else head.removesuffix(last.before)) + tail

        rewrite(path, remove)
        return replace(self, rows=read_file(path)[2], _written=kept)

    def summary(self) -> pd.DataFrame:
        """How many pairs have each decision: ``about``, ``decision``, ``count``."""
        import pandas as pd

        counts = {(about, word): 0 for about, words in WORDS.items() for word in words}
        for decision in self._last.values():
            counts[decision.about, decision.decision] += 1
        rows = [(*key, count) for key, count in counts.items() if count]
        return pd.DataFrame(rows, columns=["about", "decision", "count"])

    @cached_property
    def _last(self) -> dict[tuple[str, str, str], Decision]:
        last: dict[tuple[str, str, str], Decision] = {}
        for row in self.rows:
            last.pop(row.pair, None)  # so that the pair decided last comes last
            last[row.pair] = row
        return last

    def __len__(self) -> int:
        return len(self._last)

    def __bool__(self) -> bool:
        return True  # also without a single decision

    def __repr__(self) -> str:
        return f"Decisions({self.path or 'in memory'}: {len(self):,})"

    def _repr_html_(self) -> str:
        place = html.escape(visible(self.path or "in memory only"))
        return f"<p>Decisions: <code>{place}</code></p>" + table_html(self.summary())


@checked()
def read_decisions(path: str | Path | Roster | None) -> Decisions:
    """Read the decisions made so far.

    Parameters
    ----------
    path : str, Path, Roster or None
        A file of decisions; or a delivery (folder or ZIP), whose decisions are in the file
        ``connect-kit-decisions.csv`` beside it; or a roster, which knows its delivery. None, or a roster made from
        DataFrames: decisions are kept in memory only. The first decision makes the file, if it does not exist.

    Returns
    -------
    Decisions

    Raises
    ------
    DecisionsError
        When lines cannot be read; each is listed with column, value and what is expected.
    SettingError
        When there is no such delivery and the name is not that of a CSV file.
    """
    place = path if path is None or isinstance(path, str | os.PathLike) else path.path
    if place is None:
        return Decisions(None)
    file = Path(place).expanduser().resolve()
    if file.is_dir() or (file.is_file() and file.suffix.casefold() != ".csv"):
        file = file.parent / NAME
    elif file.suffix.casefold() != ".csv":
        raise SettingError(f"{file}: no such delivery; give its folder or ZIP, or a CSV file of decisions")
    return Decisions(file, read_file(file)[2])


def _frame(decisions: Iterable[Decision], *more: str) -> pd.DataFrame:
    import pandas as pd

    columns = [*COLUMNS, *more]
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in decisions], columns=columns)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _check_text(decision: Decision) -> None:
    for name in COLUMNS:
        value = getattr(decision, name)
        if len(value) > MOST_CHARACTERS:
            raise SettingError(f"{name}: has {len(value):,} characters; at most {MOST_CHARACTERS:,} can be kept")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise SettingError(f"{name}: {value!r} contains something that is not a character; leave it out") from None

"""The CSV file of decisions: its columns and words, reading it, and rewriting it so that no decision is lost.

A person may open the file in Excel between two runs and save it with semicolons, as UTF-16 or with its columns in
another order. It can still be read, and lines are added in the form that the file then has.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connect_kit.display.formulas import exact, guarded
from connect_kit.engine.files import atomic_write
from connect_kit.engine.room import is_full, reason
from connect_kit.errors import DecisionsError, OutputError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("about", "left", "right", "decision", "who", "when", "note")
#: What people type: the file is opened in spreadsheets, where none of it may run.
_TYPED = ("who", "note")
#: Possible decisions, by what they are about.
WORDS: Mapping[str, tuple[str, ...]] = {
    "students": ("same", "different", "unsure"),
    "people": ("same", "different", "unsure"),
    "schools": ("connect", "out", "in", "different"),
    "classrooms": ("connect", "archive", "leave", "different"),
}
#: Decisions about a classroom alone, or a school on either side: the left side is blank.
ALONE = ("archive", "leave", "out", "in")
SOURCES = ("roster:", "workspace:")
MOST_CHARACTERS = 100_000  # of one field; csv does not read longer ones
_SHOWN = 100
_PATIENCE = 10.0  # seconds after which the lock of a process that has died no longer counts


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the file.

    Attributes
    ----------
    about : {"students", "people", "schools", "classrooms"}
    left, right : str
        Keys with the source before the ID, ``roster:00017342`` or ``workspace:CP0001``; left is blank for a classroom
        that is archived or left as it is, and for a school that does not take part (``out``), or does again (``in``).
    decision : str
        One of :data:`WORDS`.
    who : str
    when : str
        ISO 8601, UTC.
    note : str
    line : int
        Physical line in the file; 0 for a decision that is kept in memory only.
    """

    about: str
    left: str
    right: str
    decision: str
    who: str = ""
    when: str = ""
    note: str = ""
    line: int = 0

    @property
    def pair(self) -> tuple[str, str, str]:
        """What the decision is about."""
        return self.about, self.left, self.right


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written: encoding, byte order mark, separator, line end, order of the columns."""

    encoding: str = "utf-8"
    mark: bytes = b"\xef\xbb\xbf"
    separator: str = ","
    line_end: str = "\r\n"
    columns: tuple[str, ...] = COLUMNS

    def lines(self, decisions: Sequence[Decision]) -> str:
        """The decisions as lines of a file of this form."""
        values = [{name: getattr(decision, name) for name in self.columns} for decision in decisions]
        typed = [{**one, **{name: guarded(one[name]) for name in _TYPED}} for one in values]
        return self._to_text([[one[name] for name in self.columns] for one in typed])

    def header(self) -> str:
        """The first line."""
        return self._to_text([self.columns])

    def _to_text(self, rows: Sequence[Sequence[str]]) -> str:
        out = []
        for row in rows:  # csv quotes a carriage return only where it is part of the line end
            record = io.StringIO()
            csv.writer(record, delimiter=self.separator, lineterminator="\r\n").writerow(row)
            out.append(record.getvalue().removesuffix("\r\n") + self.line_end)
        return "".join(out)


def sorted_pair(left: str, right: str) -> tuple[str, str]:
    """A pair in the order in which it is stored: blank, roster, workspace, then by ID; what is not a key stays put."""
    both = (left, right)
    # 'roster:' comes before 'workspace:' in the alphabet as well.
    return (min(both), max(both)) if all(not key or key.startswith(SOURCES) for key in both) else both


def validate_decision(about: str, left: str, right: str, decision: str) -> tuple[str, str] | None:
    """Return the column that is wrong and what is expected there; None where the decision is valid.

    Keys must come in stored order.
    """
    if about not in WORDS:
        return "about", f"{about!r} is not one of {', '.join(WORDS)}"
    if decision not in WORDS[about]:
        return "decision", f"{decision!r} is not one of {', '.join(WORDS[about])}"
    if decision in ALONE:
        if left:
            one = "one school" if about == "schools" else "a classroom"
            return "left", f"{left!r} must be blank, because {decision!r} is about {one} alone"
        if about == "schools":
            return _wrong_key("right", right, *SOURCES, blank=True)
        return _wrong_key("right", right, "workspace:")
    for column, key in (("left", left), ("right", right)):
        if about in ("students", "people"):
            wrong = _wrong_key(column, key, *SOURCES)
        else:
            wrong = _wrong_key(column, key, "roster:" if column == "left" else "workspace:", blank=about == "schools")
        if wrong:
            return wrong
    return ("right", f"{right!r} is the same as left; give two records") if left == right else None


def _wrong_key(column: str, key: str, *sources: str, blank: bool = False) -> tuple[str, str] | None:
    """``blank``: a roster without School IDs is one school, whose key is ``roster:`` alone."""
    expected = " or ".join(f"{source}ID" for source in sources)
    source = next((source for source in sources if key.startswith(source)), None)
    if source is None or (key == source and not (blank and source == "roster:")):
        return column, f"{key!r} is not a key; expected {expected}"
    return None


def read_file(path: Path) -> tuple[str, Form, tuple[Decision, ...]]:
    """The file's text, form and decisions.

    Raises
    ------
    DecisionsError
        When there are lines that cannot be read; all of them are listed.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", Form(), ()
    except OSError as error:
        raise DecisionsError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    text, encoding, mark = _decoded(path, raw)
    if not text.strip("\r\n\t ;,"):
        return text, _form(text, encoding, mark, COLUMNS), ()
    problems: list[str] = []
    records = _records(text, _separator(text), problems)
    first_line, header = next(records, (1, []))
    columns = [name.strip().casefold() for name in header]
    unknown = [name for name in header if name.strip().casefold() not in COLUMNS]
    problems += [f"line {first_line}: column {name!r} is unknown; expected {','.join(COLUMNS)}" for name in unknown]
    wrong = [name for name in COLUMNS if columns.count(name) != 1]
    problems += [
        f"line {first_line}: column {name!r} {'occurs more than once' if name in columns else 'is missing'}; "
        f"expected {','.join(COLUMNS)}"
        for name in wrong
    ]
    if problems:
        raise _error(path, problems)
    decisions = [d for line, record in records if (d := _decision(line, record, columns, problems))]
    if problems:
        raise _error(path, problems)
    return text, _form(text, encoding, mark, columns), tuple(decisions)


def _decoded(path: Path, raw: bytes) -> tuple[str, str, bytes]:
    marks = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    mark = next((mark for mark in marks if raw.startswith(mark)), b"")
    encoding = marks.get(mark, "utf-8")
    try:
        return raw[len(mark) :].decode(encoding), encoding, mark
    except UnicodeDecodeError as error:
        line = raw[: len(mark) + error.start].count(b"\n") + 1
        problem = f"line {line}: is not {encoding.upper()}; save the file as 'CSV UTF-8'"
        raise _error(path, [problem]) from error


def _separator(text: str) -> str:
    first = text.lstrip("\r\n").split("\n", 1)[0].split("\r", 1)[0].casefold()
    return max(",;\t", key=lambda mark: sum(part.strip(' "') in COLUMNS for part in first.split(mark)))


def _form(text: str, encoding: str, mark: bytes, columns: Sequence[str]) -> Form:
    line_end = next((end for end in ("\r\n", "\n", "\r") if end in text), "\r\n")
    return Form(encoding, mark, _separator(text), line_end, tuple(columns))


def _records(text: str, separator: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(f"line {line}: is not valid CSV ({error}); a quotation mark is open or inside a value")
            continue
        if any(field.strip() for field in record):
            yield line, record


def _decision(line: int, record: list[str], columns: list[str], problems: list[str]) -> Decision | None:
    if len(record) != len(columns):
        problems.append(f"line {line}: has {len(record)} fields; expected {len(columns)}: {','.join(columns)}")
        return None
    value = dict(zip(columns, record, strict=True))
    # Excel capitalises the first word of a cell.
    about, decision = value["about"].strip().casefold(), value["decision"].strip().casefold()
    left, right = sorted_pair(value["left"].lstrip(), value["right"].lstrip())
    wrong = validate_decision(about, left, right, decision)
    if wrong:
        problems.append(f"line {line}, column {wrong[0]}: {wrong[1]}")
    try:
        if value["when"].strip():
            datetime.fromisoformat(value["when"].strip())
    except ValueError:
        problems.append(f"line {line}, column when: {value['when']!r} is not a date; expected 2026-08-15T09:30:00Z")
        return None
    if wrong:
        return None
    who, note = (exact(value[name]) for name in _TYPED)
    return Decision(about, left, right, decision, who, value["when"].strip(), note, line)


def _error(path: Path, problems: Sequence[str]) -> DecisionsError:
    more = [f"and {len(problems) - _SHOWN:,} more"] if len(problems) > _SHOWN else []
    listed = "\n  ".join([*problems[:_SHOWN], *more])
    return DecisionsError(f"{path}: correct these lines; the file is unchanged:\n  {listed}", tuple(problems))


def rewrite(path: Path, change: Callable[[str, Form], str | None]) -> None:
    """Read the file's text, let ``change`` make the new one (None: no file) and put it in the file's place.

    A lock beside the file, which only one process can make at a time, keeps what another process adds meanwhile.

    Raises
    ------
    DecisionsError
        When the file has lines that cannot be read; it is left as it is.
    OutputError
        When the operating system refuses.
    """
    place = path.resolve()  # a link stays a link
    lock = place.with_name(f".{place.name}.lock")
    try:
        _acquire(lock)
        try:
            text, form, _ = read_file(place)
            new = change(text, form)
            if new is None:
                place.unlink(missing_ok=True)
            else:
                with atomic_write(place, guarded=False) as fresh:
                    fresh.write_bytes(form.mark + new.encode(form.encoding))
        finally:
            lock.unlink(missing_ok=True)
    except (OSError, OutputError) as error:
        if isinstance(error, OutputError) and not is_full(error):
            raise
        step = "Make room, and decide again" if is_full(error) else "Check the permissions of its folder"
        raise OutputError(
            f"{place}: the decision could not be written ({reason(error)}); the file is unchanged. {step}"
        ) from error


def _acquire(lock: Path) -> None:
    """Make the lock, once no other process has it; that of a process that died is removed."""
    started = time.monotonic()
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return
        except FileExistsError:
            try:
                age = time.time() - lock.stat().st_mtime
            except FileNotFoundError:
                continue
            if age > _PATIENCE or time.monotonic() - started > 2 * _PATIENCE:
                lock.unlink(missing_ok=True)
            time.sleep(0.005)

"""Writing the files that Connect asks for (decisions 8-10): at district level one set, at school level one a school."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_kit import connect
from connect_kit.engine import literal, quoted, run_sql
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import EngineError, OutputError
from connect_kit.uploads.values import ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_kit.connect import Level
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster
    from connect_kit.uploads.values import Kind

#: Columns of a roster's housekeeping, which are not attributes of a student.
_NO_ATTRIBUTES = frozenset(("status", "datelastmodified"))
_OPTIONS = "HEADER, DELIMITER ',', NEW_LINE '\r\n', USE_TMP_FILE false"  # a temporary file would lose the permissions


class Prepared(NamedTuple):
    """A prepared file: its ``kind``, the ``school`` (connectSchoolId, school level only), ``path`` and ``rows``."""

    kind: Kind
    school: str | None
    path: Path
    rows: int


def columns_of(roster: Roster, kind: Kind, level: Level, *, identifier: bool = False) -> tuple[str, ...]:
    """Columns of a prepared file, in Connect's order: those that were delivered, and no others (decision 10).

    At school level the school columns may be left out (S1, S2), and are. ``identifier``: students get their identifier
    as ID on Connect (S14), so it is sent.
    """
    file, delivered = connect.FILES[kind], roster.info[kind].columns
    if kind == "student_attributes":
        others = (name for name in delivered if name.casefold() not in _NO_ATTRIBUTES and name not in file.columns)
        return (*(name for name in file.columns if name in delivered), *others)
    wanted = (*file.columns, *(("identifier",) if identifier and kind == "users" else ()))
    left_out = file.district if level == "school" else ()
    return tuple(name for name in wanted if name in delivered and name not in left_out)


def prepare(
    roster: Roster, folder: Path, level: Level, homes: Mapping[str, str], *, identifier: bool = False
) -> tuple[list[Prepared], dict[str, int]]:
    """Write the prepared files, in the documented order of uploads (S0), school by school at school level.

    Parameters
    ----------
    roster : Roster
    folder : Path
    level : {"district", "school"}
    homes : mapping of str to str
        At school level: School ID of the delivery to ``connectSchoolId``; one entry, whatever its School ID, for a
        delivery of one school. Ignored otherwise.
    identifier : bool

    Returns
    -------
    list of Prepared
        A file without rows is not written.
    dict of str to int
        Rows that belong to none of these schools, by kind.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    kinds = [kind for kind in ORDER if kind in roster.info]
    columns = {kind: columns_of(roster, kind, level, identifier=identifier) for kind in kinds}
    kinds = [kind for kind in kinds if columns[kind]]
    if level == "school" and roster.level == "district":
        return _by_school(roster, folder, kinds, columns, homes)
    school = next(iter(homes.values())) if level == "school" else None
    place = folder / folder_name(school) if school else folder
    schema = roster.schema
    made = []
    for kind in kinds:
        chosen = ", ".join(map(value_of, columns[kind]))
        rows = f"SELECT {chosen} FROM {quoted(kind)}{_records(columns[kind])} ORDER BY _line"
        count = schema.execute(f"SELECT count(*) FROM {quoted(kind)}{_records(columns[kind])}")[0][0]
        if count:
            made.append(Prepared(kind, school, write_file(schema, (), rows, place / f"{kind}.csv"), count))
    return made, {}


def _by_school(
    roster: Roster, folder: Path, kinds: Sequence[Kind], columns: Mapping[Kind, Sequence[str]], homes: Mapping[str, str]
) -> tuple[list[Prepared], dict[str, int]]:
    schools = sorted(set(homes.values()))
    schema = roster.schema.engine.new_schema("prepared", (roster.schema,))
    also = (roster.schema.name,)
    schema.execute("CREATE TABLE homes (school VARCHAR, _place INTEGER)")
    places = {school: place for place, school in enumerate(schools)}
    for school, home in homes.items():
        schema.execute("INSERT INTO homes VALUES (?, ?)", [school, places[home]])
    run_sql(schema, __package__, "prepare.sql", also)
    left_out, ranges = {}, {}
    for kind in kinds:
        part, chosen = quoted(f"part_{kind}"), ", ".join(map(quoted, columns[kind]))
        lost = schema.execute(
            f"SELECT count(*) FROM {quoted(kind)} AS t ANTI JOIN {part} AS p ON p._line = t._line", also=also
        )[0][0]
        left_out.update({str(kind): int(lost)} if lost else {})
        # Sorted by school, so that each school's rows are one range: a look at a range does not read the table.
        schema.execute(
            f"CREATE TABLE {quoted('rows_' + kind)} AS SELECT p._place, {chosen} FROM {part} AS p "
            f"JOIN {quoted(kind)} AS t ON t._line = p._line{_records(columns[kind])} ORDER BY p._place, t._line",
            also=also,
        )
        ranges[kind] = {
            place: (first, last)
            for place, first, last in schema.execute(
                f"SELECT _place, min(rowid), max(rowid) FROM {quoted('rows_' + kind)} GROUP BY _place"
            )
        }
    made = []
    for place, school in enumerate(schools):
        for kind in kinds:
            if place not in ranges[kind]:
                continue
            first, last = ranges[kind][place]
            chosen = ", ".join(map(value_of, columns[kind]))
            rows = f"SELECT {chosen} FROM {quoted('rows_' + kind)} WHERE rowid BETWEEN {first} AND {last}"
            path = folder / folder_name(school) / f"{kind}.csv"
            made.append(Prepared(kind, school, write_file(schema, also, rows, path), last - first + 1))
    return made, left_out


def folder_name(school: str) -> str:
    """A school's folder: its connectSchoolId, with what a file system may not like written as ``%41``."""
    from urllib.parse import quote

    name = quote(school, safe=" ").strip()
    return name if name.strip(".") else name.replace(".", "%2E")


def value_of(column: str) -> str:
    """SQL of a column's value as a prepared file has it."""
    # An empty text would be written as "", which is quoting that is not needed.
    return f"nullif({quoted(column)}, '') AS {quoted(column)}"


def _records(columns: Sequence[str]) -> str:
    """A condition where there is one column only: a row without value would be a blank line, and lost."""
    return f" WHERE nullif({quoted(columns[0])}, '') IS NOT NULL" if len(columns) == 1 else ""


def write_file(schema: Schema, also: Sequence[str], rows: str, path: Path) -> Path:
    """Write the rows of a query as a prepared file, for its owner only.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    try:
        ensure_folder(path.parent, private=True)
        # The plan's digests show a file that did not reach the disk; waiting for each of thousands would take minutes.
        with atomic_write(path, private=True, lasting=False) as part:
            schema.execute(f"COPY ({rows}) TO {literal(part)} ({_OPTIONS})", also=also)
    except EngineError as error:
        raise OutputError(
            f"{path}: could not be written ({error}); make room, or name another folder, and prepare again"
        ) from error
    return path

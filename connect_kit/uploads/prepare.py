"""Writing the files that Connect asks for (decisions 8-10): at district level one set, at school level one a school."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from connect_kit import connect
from connect_kit.engine import create_table, literal, quoted, run_sql
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.uploads.values import ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connect_kit.connect import Level
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace
    from connect_kit.uploads.choice import Choice
    from connect_kit.uploads.values import Kind

#: Columns of a roster's housekeeping, which are not attributes of a student.
_NO_ATTRIBUTES = frozenset(("status", "datelastmodified"))
#: SQL of what somebody is.
_WHAT = "CASE _kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END"
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


class Left(NamedTuple):
    """What is not sent, and what is sent otherwise than delivered.

    ``rows`` by kind; ``schools``: rows by the School ID that they name, of schools that take no part; ``nowhere``:
    people of the district's own org whom no school was found for; ``placed``: people whose School IDs are others than
    delivered, by what they are; ``staying``: people who keep a School ID that takes no part, by that and what they are;
    ``unconnected``: guardians who name their students instead of being named, and would be connected to nobody.
    """

    rows: Mapping[str, int] = {}
    schools: Mapping[str, int] = {}
    nowhere: int = 0
    placed: Mapping[str, int] = {}
    staying: Mapping[str, Mapping[str, int]] = {}
    unconnected: int = 0


def prepare(
    roster: Roster,
    folder: Path,
    level: Level,
    homes: Mapping[str, str],
    *,
    identifier: bool = False,
    choice: Choice | None = None,
    exchanged: Schema | None = None,
    workspace: Workspace | None = None,
) -> tuple[list[Prepared], Left]:
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
    choice : Choice, optional
        Which schools are sent; in its schema are then the tables of ``prepare.sql``. All rows of a district's or a
        school's own files without it.
    exchanged : Schema, optional
        Tables that stand in place of the roster's own: those with exchanged IDs.
    workspace : Workspace, optional
        Whoever is on Connect at a school that takes no part, and that the delivery has too, keeps it: a district's
        upload replaces the schools of people.

    Returns
    -------
    list of Prepared
        A file without rows is not written.
    Left

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    kinds = [kind for kind in ORDER if kind in roster.info]
    columns = {kind: columns_of(roster, kind, level, identifier=identifier) for kind in kinds}
    kinds = [kind for kind in kinds if columns[kind]]
    sources = (roster.schema,) if exchanged is None else (exchanged, roster.schema)
    if choice is not None and not choice.whole:
        _place_rows(sources, level, choice, workspace, own_file=roster.level == "school")
        return _chosen(sources, folder, level, kinds, columns, choice)
    school = next(iter(homes.values())) if level == "school" else None
    place = folder / folder_name(school) if school else folder
    schema, also = sources[0], tuple(one.name for one in sources[1:])
    run_sql(schema, __package__, "unconnected.sql", also)
    lost = schema.count("unconnected")
    made = []
    for kind in kinds:
        chosen = ", ".join(map(value_of, columns[kind]))
        source = "users ANTI JOIN unconnected USING (_line)" if kind == "users" and lost else quoted(kind)
        rows = f"SELECT {chosen} FROM {source}{_records(columns[kind])} ORDER BY _line"
        count = schema.execute(f"SELECT count(*) FROM {source}{_records(columns[kind])}", also=also)[0][0]
        if count:
            made.append(Prepared(kind, school, write_file(schema, also, rows, place / f"{kind}.csv"), count))
    return made, Left(unconnected=lost)


def _chosen(
    sources: tuple[Schema, ...],
    folder: Path,
    level: Level,
    kinds: Sequence[Kind],
    columns: Mapping[Kind, Sequence[str]],
    choice: Choice,
) -> tuple[list[Prepared], Left]:
    schema, also, schools = choice.schema, tuple(one.name for one in sources), _places(level, choice)
    lost, ranges, unconnected = {}, {}, schema.count("unconnected")
    for kind in kinds:
        part, chosen = quoted(f"part_{kind}"), ", ".join(quoted(name) for name in columns[kind])
        if kind == "users" and "orgSourcedIds" in columns[kind]:
            chosen = chosen.replace(quoted("orgSourcedIds"), 'coalesce(n.list, t.orgSourcedIds) AS "orgSourcedIds"')
        rows = schema.execute(
            f"SELECT count(*) FROM {quoted(kind)} AS t ANTI JOIN {part} AS p ON p._line = t._line", also=also
        )[0][0]
        rows -= unconnected if kind == "users" else 0
        lost.update({str(kind): int(rows)} if rows else {})
        # Sorted by school, so that each school's rows are one range: a look at a range does not read the table.
        schema.execute(
            f"CREATE TABLE {quoted('rows_' + kind)} AS SELECT p._place, {chosen} FROM {part} AS p "
            f"JOIN {quoted(kind)} AS t ON t._line = p._line "
            f"LEFT JOIN new_lists AS n ON n._line = t._line AND {'true' if kind == 'users' else 'false'}"
            f"{_records(columns[kind])} ORDER BY p._place, t._line",
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
            path = (folder / folder_name(school) if school else folder) / f"{kind}.csv"
            made.append(Prepared(kind, school or None, write_file(schema, also, rows, path), last - first + 1))
    return made, _left(schema, also, lost, level)


def _places(level: Level, choice: Choice) -> list[str]:
    """The schools of Connect, by the number of their place."""
    return sorted(set(choice.homes.values())) if level == "school" else [""]


def _place_rows(
    sources: tuple[Schema, ...], level: Level, choice: Choice, workspace: Workspace | None, *, own_file: bool
) -> None:
    """Make the tables of ``prepare.sql``."""
    schema, also = choice.schema, tuple(one.name for one in sources)
    places = {school: place for place, school in enumerate(_places(level, choice))}
    schema.execute("CREATE TABLE homes (school VARCHAR, _place INTEGER)")
    schema.execute("CREATE TABLE placed_at (school VARCHAR, _place INTEGER)")
    for school, home in choice.homes.items():
        schema.execute("INSERT INTO homes VALUES (?, ?)", [school, places[home]])
    if choice.place_at is not None:
        schema.execute("INSERT INTO placed_at VALUES (?, ?)", [choice.place_at, places[choice.homes[choice.place_at]]])
    create_table(schema, "not_sent", {"school": list(choice.not_sent)})
    if workspace is not None and level == "district":
        run_sql(schema, __package__, "there.sql", (*also, workspace.schema.name), shown=workspace.shown_id)
    else:
        schema.execute("CREATE TABLE there (_line BIGINT, school VARCHAR)")
    run_sql(schema, __package__, "prepare.sql", also, open=choice.open, own_file=own_file)
    run_sql(schema, __package__, "unconnected.sql", also)
    schema.execute("DELETE FROM unconnected WHERE _line NOT IN (SELECT _line FROM part_users)")
    schema.execute("DELETE FROM part_users WHERE _line IN (SELECT _line FROM unconnected)")


def _left(schema: Schema, also: Sequence[str], lost: Mapping[str, int], level: Level) -> Left:
    nowhere = (
        "SELECT count(*) FROM of_no_school ANTI JOIN part_users USING (_line) "
        "WHERE _kind NOT IN ('student', 'guardian')"
    )
    staying: dict[str, dict[str, int]] = {}
    for school, what, people in schema.execute(
        f"SELECT school, {_WHAT}, count(DISTINCT _line) FROM staying GROUP BY ALL ORDER BY ALL"
    ):
        staying.setdefault(str(school), {})[str(what)] = int(people)
    placed = schema.execute(f"SELECT {_WHAT}, count(*) FROM new_lists GROUP BY ALL ORDER BY ALL")
    return Left(
        lost,
        {str(school): int(rows) for school, rows in schema.execute("SELECT * FROM left_out_schools ORDER BY school")},
        int(schema.execute(nowhere, also=also)[0][0]),
        {str(what): int(people) for what, people in placed} if level == "district" else {},
        staying,
        schema.count("unconnected"),
    )


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
    ensure_folder(path.parent, private=True)
    # The plan's digests show a file that did not reach the disk; waiting for each of thousands would take minutes.
    with atomic_write(path, private=True, lasting=False, guarded=False) as part:
        schema.execute(f"COPY ({rows}) TO {literal(part)} ({_OPTIONS})", also=also)
    return path

"""The tables that rules across files look at, besides ``relations.sql``: grades, refused rows, no workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.checks.phones import create_bad_phones
from connect_kit.duplicates import member_numbers
from connect_kit.engine import create_table, run_sql
from connect_kit.engine.contacts import contact_values
from connect_kit.grades import read_grades
from connect_kit.identity.patterns import PATTERNS
from connect_kit.identity.value import NUMBER
from connect_kit.oneroster import GRADES
from connect_kit.roster.grades import create_grade_ranks
from connect_kit.roster.orgs import create_not_schools
from connect_kit.roster.tables import CONTACTS, bare
from connect_kit.roster.workspace import empty_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from connect_kit.duplicates import Duplicates
    from connect_kit.engine import Schema
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching.matches import ClassroomMatches
    from connect_kit.roster import Roster

_PAIRS = ("left_id", "left_source", "right_id", "right_source")
_MATCHES = ("status", "roster_id", "workspace_id")
_ALL_GRADES = "SELECT grades FROM users WHERE _kind = 'student' UNION SELECT grade FROM workspace_students"
_CROSSWALK = "CREATE TABLE crosswalk AS SELECT kind, old_id, new_id FROM id_changes WHERE new_id IS NOT NULL"
#: The ID stands where the header has it, as far as a line that cannot be read has fields; a readable row goes first.
_REFUSED_IDS = """INSERT INTO refused_ids
    SELECT tbl, id, arg_min(id || ', line ' || line || ' of ' || file || ': ' || reason, line) FROM (
        SELECT *, trim(regexp_split_to_array(raw, '[,;\t|]')[?], ' "') AS id FROM _refused WHERE tbl = ?
    ) WHERE id <> '' GROUP BY tbl, id"""
_MARKED_IDS = """INSERT INTO marked_ids
    SELECT '{table}', u.sourcedId,
        u.sourcedId || ' is marked tobedeleted on line ' || min(n.line) || ' of ' || min(n.file)
    FROM _notices AS n JOIN _all_{table} AS u ON u._line = n.line ANTI JOIN {table} AS t ON t.sourcedId = u.sourcedId
    WHERE n.code = '{table}.status.tobedeleted' AND u.sourcedId IS NOT NULL GROUP BY u.sourcedId"""


def build(
    schema: Schema,
    roster: Roster,
    others: tuple[str, ...],
    *,
    workspace: bool,
    region: str,
    optional_tables: bool,
    out: Iterable[str] = (),
    shown: str = "sourcedId",
) -> None:
    """Make the tables in a check's schema; ``others`` are the roster's and the workspace's schemas.

    ``optional_tables``: a table of the standard that Connect does not ask for was delivered. ``out``: keys of schools
    that were decided not to take part. ``shown``: SQL of a student's ID on Connect.
    """
    if not workspace:
        empty_workspace(schema)
    create_grade_ranks(schema, _ALL_GRADES, others)
    create_table(schema, "decided_out", {"key": sorted(out)})
    create_not_schools(schema, roster, others)
    _refused_ids(schema, roster)
    _marked_ids(schema, roster)
    run_sql(schema, "connect_kit.engine", "contacts.sql", others, **contact_values(CONTACTS))
    run_sql(schema, __package__, "relations_lists.sql", others)
    values = {"shown": shown, "one_school": roster.level == "school", "role": bare("e.role")}
    run_sql(schema, __package__, "relations.sql", others, **values)
    run_sql(schema, __package__, "relations_near.sql", others)
    run_sql(schema, __package__, "relations_dates.sql", others)
    run_sql(schema, __package__, "relations_repeats.sql", others)
    run_sql(schema, __package__, "relations_seats.sql", others)
    if roster.level == "school":  # its files say nothing about other schools
        schema.execute("DELETE FROM school_change WHERE school NOT IN (SELECT school FROM school_status)")
    if workspace:
        run_sql(schema, __package__, "relations_workspace.sql", others, shown=shown)
    if optional_tables:
        run_sql(schema, __package__, "relations_optional.sql", others, role_type=bare("roleType"))
    _grades(schema, others)
    create_bad_phones(schema, others, region)


def _refused_ids(schema: Schema, roster: Roster) -> None:
    """IDs of rows of users.csv and classes.csv that cannot be read: ``tbl``, ``id``, ``words`` (line and why)."""
    schema.execute("CREATE TABLE refused_ids (tbl VARCHAR, id VARCHAR, words VARCHAR)")
    for table in ("users", "classes"):
        known = roster.info.get(table)
        if known is not None and known.refused and "sourcedId" in known.columns:
            place = known.columns.index("sourcedId") + 1
            schema.execute(_REFUSED_IDS, [place, table], also=(roster.schema.name,))


def _marked_ids(schema: Schema, roster: Roster) -> None:
    """IDs of users.csv and classes.csv all of whose rows are marked as deleted: ``tbl``, ``id``, ``words`` (line)."""
    schema.execute("CREATE TABLE marked_ids (tbl VARCHAR, id VARCHAR, words VARCHAR)")
    for table in ("users", "classes"):
        known = roster.info.get(table)
        if known is not None and {"sourcedId", "status"} <= set(known.columns):
            schema.execute(_MARKED_IDS.replace("{table}", table), also=(roster.schema.name,))


def add_matches(
    schema: Schema,
    others: tuple[str, ...],
    duplicates: Duplicates | None,
    classrooms: ClassroomMatches | None,
    id_changes: IdChanges | None = None,
) -> None:
    """Make the tables of what was found before: ``duplicate_students``, ``classroom_matches``, ``changed_ids``."""
    if duplicates is not None:
        _fill_frame(schema, "duplicate_pairs", _PAIRS, duplicates.table())
        _fill_frame(schema, "doubled_students", ("id", "why"), duplicates.doubled())
        create_table(schema, "member_numbers", member_numbers(duplicates))
        schema.execute(
            "CREATE TABLE duplicate_members AS SELECT m.cluster_id, p.source, p.id FROM member_numbers AS m "
            "JOIN persons AS p USING (unique_id)",
            also=(duplicates.schema.name,),
        )
        shown = "sourcedId" if duplicates.workspace is None else duplicates.workspace.shown_id
        run_sql(schema, __package__, "relations_duplicates.sql", others, shown=shown)
    if classrooms is not None:
        _fill_frame(schema, "classroom_matches", _MATCHES, classrooms.table())
    if id_changes is not None:
        create_table(schema, "id_patterns", {"pattern": list(PATTERNS), "words": list(PATTERNS.values())})
        run_sql(schema, __package__, "relations_identity.sql", (id_changes.schema.name, *others), number=NUMBER)


def add_slid(schema: Schema, roster: Roster, others: tuple[str, ...], shown: str, id_changes: IdChanges | None) -> None:
    """Make the tables of records that would be written over: IDs of others, and columns that slid or are empty.

    ``shown``: SQL of a student's ID on Connect.
    """
    if id_changes is None:
        schema.execute("CREATE TABLE crosswalk (kind VARCHAR, old_id VARCHAR, new_id VARCHAR)")
    else:
        schema.execute(_CROSSWALK, also=(id_changes.schema.name,))
    run_sql(schema, "connect_kit.engine", "forms.sql", others)
    kindergarten = GRADES.index("KG")
    run_sql(schema, __package__, "relations_slid.sql", others, shown=shown, kindergarten=kindergarten)
    run_sql(schema, __package__, "relations_members.sql", others, shown=shown)
    held = [(table, column) for table, known in roster.info.items() for column in known.columns]
    columns = {"tbl": [table for table, _ in held], "col": [column for _, column in held]}
    create_table(schema, "delivered_columns", columns)
    run_sql(schema, __package__, "relations_gone.sql", others, shown=shown, kindergarten=kindergarten)
    run_sql(schema, __package__, "relations_titles.sql", others, shown=shown)


def add_left_behind(schema: Schema, left_behind: LeftBehind) -> None:
    """Make the table of what stays behind on Connect: ``left_behind``."""
    schema.execute("CREATE TABLE left_behind AS SELECT * FROM left_behind_rows", also=(left_behind.schema.name,))


def _grades(schema: Schema, others: tuple[str, ...]) -> None:
    written = schema.execute(
        "SELECT DISTINCT grades FROM (SELECT grades FROM users WHERE _kind = 'student' "
        "UNION ALL SELECT grades FROM classes) WHERE grades IS NOT NULL",
        also=others,
    )
    read = {value: read_grades(value) for (value,) in written}
    rows = {
        "written": list(read),
        "kind": [one.kind for one in read.values()],
        "code": [one.code for one in read.values()],
    }
    create_table(schema, "grade_values", rows)


def _fill_frame(schema: Schema, table: str, columns: tuple[str, ...], frame: pd.DataFrame) -> None:
    texts = {name: [v if isinstance(v, str) else None for v in frame[name].tolist()] for name in columns}
    create_table(schema, table, texts)

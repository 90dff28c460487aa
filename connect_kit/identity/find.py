"""The verb :func:`find_id_changes`: from scored pairs to the records that come under another ID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.duplicates import find_duplicates
from connect_kit.duplicates.nicknames import create_nicknames
from connect_kit.engine import create_table, quoted, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError
from connect_kit.identity.value import MASS_LEAST, MASS_SHARE, NUMBER, TABLES, IdChanges
from connect_kit.matching import match_schools
from connect_kit.roster.grades import create_grade_ranks
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    from connect_kit.duplicates import Duplicates
    from connect_kit.duplicates.model import Comparison, Model
    from connect_kit.engine import Schema
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
    from connect_kit.roster import Roster, Workspace

GRADES = "SELECT grades FROM users WHERE _kind = 'student' UNION SELECT grade FROM workspace_students"
#: SELECTs of all names of people, on both sides, each spelling once.
SPELLINGS = {
    name: " UNION ".join(
        f"SELECT DISTINCT {column} AS raw FROM {table}"
        for table in ("users", "guardians", "workspace_students", "workspace_staff", "workspace_guardians")
    )
    for name, column in (("given", "givenName"), ("family", "familyName"))
}
#: What a move, a new school year and a new ID do not change; the rest is weighed anew, by what this delivery shows.
_STABLE = frozenset(
    ("given name", "middle name", "family name", "birth date", "identifier", "email", "family contacts",
     "family recorded", "another child of the family")
)  # fmt: skip
#: Levels of "family contacts" that show one household.
_ONE_HOUSEHOLD = ("same guardian", "same number or address")
#: The level of "family contacts" where both sides name guardians, and none in common.
_TWO_HOUSEHOLDS = "nothing in common"
#: What is the child's own: where it agrees, guardians may all have changed.
_OWN = ("identifier", "email")
#: So many pairs of one name are all looked at; of more, only those at one school and in a fitting grade.
_MOST_NAMESAKES = 400
#: Bits that names and family must give a pair to be learned from, and for namesakes not to be looked at.
_CERTAIN, _SURE = 9, 20
#: Partners are assigned from this probability on, in so many rounds: who has a partner cannot be another one's.
_LEAST, _ROUNDS = 0.9, 3
#: A suggested pair of schools counts as the same school from this score on.
_SURE_SCHOOL = 0.9


@checked()
def find_id_changes(
    roster: Roster,
    workspace: Workspace,
    duplicates: Duplicates | None = None,
    *,
    schools: SchoolMatches | None = None,
    classrooms: ClassroomMatches | None = None,
) -> IdChanges:
    """Find the records on Connect that the delivery holds under another ID.

    Connect finds students by their ID (decision 18): a child that comes under a new one is added a second time. Looked
    at are the records under the SIS, not archived, whose ID the delivery no longer names, and the delivery's records
    whose ID Connect does not have. Pairs of students are those of :func:`find_duplicates`, weighed again by what most
    children of this delivery show: whether grades have risen, who changes school, how the IDs have changed (a prefix,
    lost zeros). Staff and guardians need the same name with an email or mobile number, a child or a school in common.
    A given name that is not a spelling of the other means another person, and so do Jr and Sr, whatever contacts they
    share. Each record has one partner or none. Children of one name whom nothing distinguishes have none: it is only
    said how many of them come under new IDs (``undecided``). A class is the same only where
    merely the form of its ID has changed, or its members are the same and were not promoted.

    Parameters
    ----------
    roster : Roster
    workspace : Workspace
    duplicates : Duplicates, optional
        Of students, from :func:`find_duplicates` on this roster and workspace; looked for when left out. Pairs decided
        to be different are never one child.
    schools : SchoolMatches, optional
        From :func:`match_schools`; likewise.
    classrooms : ClassroomMatches, optional
        From :func:`match_classrooms`: class IDs that lost their zeros count even where the title has changed.

    Returns
    -------
    IdChanges

    Raises
    ------
    SettingError
        When roster and workspace are on different engines, or one of the other values was found in another roster or
        workspace, or among adults.
    """
    require_same_engine(roster, workspace)
    if duplicates is None:
        duplicates = find_duplicates(roster, workspace)
    if duplicates.kind != "students":
        raise SettingError("duplicates are of kind 'people'; pass those of find_duplicates(roster, workspace)")
    if schools is None:
        schools = match_schools(roster, workspace, decisions=duplicates.decisions)
    for name, verb, value in (
        ("duplicates", "find_duplicates", duplicates),
        ("schools", "match_schools", schools),
        ("classrooms", "match_classrooms", classrooms),
    ):
        if value is not None and (value.roster is not roster or value.workspace is not workspace):
            raise SettingError(
                f"{name} were found in another roster or workspace than these; pass {name}={verb}(roster, workspace)"
            )
    schema = roster.schema.engine.new_schema("identity", (roster.schema, workspace.schema))
    also = (duplicates.schema.name, roster.schema.name, workspace.schema.name)
    schema.execute(TABLES)
    _prepare(schema, also, roster, schools, classrooms)
    run_sql(schema, __package__, "candidates.sql", also, shown=workspace.shown_id)
    run_sql(schema, __package__, "schools.sql", also)
    _assign_students(schema, also, duplicates)
    run_sql(schema, __package__, "members.sql", also)
    run_sql(schema, __package__, "adults.sql", also)
    run_sql(schema, __package__, "classrooms.sql", also)
    run_sql(schema, __package__, "results.sql", also, share=MASS_SHARE, least=MASS_LEAST, number=NUMBER)
    _drop_others(schema)
    return IdChanges(roster, workspace, schema)


def _prepare(
    schema: Schema,
    also: tuple[str, ...],
    roster: Roster,
    schools: SchoolMatches,
    classrooms: ClassroomMatches | None,
) -> None:
    """Macros, and what was matched before, as tables."""
    import pyarrow as pa

    run_sql(schema, "connect_kit.engine", "forms.sql", also)
    run_sql(schema, __package__, "patterns.sql", also)
    create_nicknames(schema)
    run_sql(schema, __package__, "names.sql", also, **SPELLINGS)
    create_grade_ranks(schema, GRADES, also)
    create_table(schema, "default_school", {"school": ["" if roster.level == "school" else None]})
    partners = schools.partners()
    scores = schools.table().dropna(subset=["workspace_id"]).set_index("workspace_id")["score"]
    sure = partners["status"].eq("matched") | partners["connect"].map(scores).ge(_SURE_SCHOOL)
    texts = {name: partners[name].astype(object).tolist() for name in ("school", "connect")}
    create_table(schema, "partners", {**texts, "sure": pa.array(sure.tolist(), pa.bool_())})
    rows = classrooms.suggested().table() if classrooms is not None else None
    create_table(
        schema,
        "suggested",
        {
            "class": [] if rows is None else rows["roster_id"].astype(object).tolist(),
            "classroom": [] if rows is None else rows["workspace_id"].astype(object).tolist(),
        },
    )


def _assign_students(schema: Schema, also: tuple[str, ...], duplicates: Duplicates) -> None:
    """Make table ``assigned`` (c, d, probability): students on Connect and in the delivery who are one child."""
    weight, undecidable, household, apart = _evidence(duplicates.model, duplicates.schema.columns("scored"))
    run_sql(
        schema, __package__, "pairs.sql", also,
        weight=weight, undecidable=undecidable, household=household, apart=apart, most=_MOST_NAMESAKES, sure=_SURE,
    )  # fmt: skip
    run_sql(schema, __package__, "learning.sql", also, certain=_CERTAIN)
    _apply_decisions(schema, also, duplicates)
    for _ in range(_ROUNDS):
        run_sql(schema, __package__, "assigning.sql", also, least=_LEAST)
    run_sql(schema, __package__, "undecided.sql", also)


def _evidence(model: Model, columns: tuple[str, ...]) -> tuple[str, str, str, str]:
    """SQL on ``scored``: the weight of the stable fields; whether a pair may be twins, is of one family, of two."""
    parts = [
        column
        for comparison in model.comparisons
        if comparison.field in _STABLE
        for column in (f"mw_{comparison.name}", f"mw_tf_adj_{comparison.name}")
        if column in columns
    ]
    guard = model.sibling_guard
    doubtful = [str(value) for value, level in guard.values if level.undecidable]
    undecidable = f"gamma_{guard.name} IN ({', '.join(doubtful)})" if doubtful else "false"
    family = next((c for c in model.comparisons if c.field == "family contacts"), None)
    near = _levels(family, *_ONE_HOUSEHOLD)
    own = [f"coalesce(mw_{c.name}, 0) <= 0" for c in model.comparisons if c.field in _OWN and f"mw_{c.name}" in columns]
    apart = " AND ".join((_levels(family, _TWO_HOUSEHOLDS), *own))
    return " + ".join(parts) or "0", undecidable, near, apart


def _levels(comparison: Comparison | None, *labels: str) -> str:
    """SQL on ``scored``: a comparison has one of the levels whose labels begin so."""
    found = [str(v) for v, level in comparison.values if level.label.startswith(labels)] if comparison else []
    return f"gamma_{comparison.name} IN ({', '.join(found)})" if comparison and found else "false"


def _apply_decisions(schema: Schema, also: tuple[str, ...], duplicates: Duplicates) -> None:
    """Make table ``assigned`` of pairs decided to be one child; those decided to be different are weighed no more."""
    rows = [(d.left, d.right, d.decision) for d in duplicates.decisions.about("students")]
    names = ("one", "other", "decision")
    create_table(schema, "decided", {name: [row[place] for row in rows] for place, name in enumerate(names)})
    run_sql(schema, __package__, "decided.sql", also)


def _drop_others(schema: Schema) -> None:
    tables = schema.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = ?", [schema.name])
    others = (quoted(table) for (table,) in tables if table not in ("id_changes", "id_shares"))
    schema.engine.execute_all((f"DROP TABLE {table}" for table in others), schemas=(schema.name,))

"""The normalised person table, one row per person, and how common each value is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.duplicates.nicknames import create_nicknames
from connect_kit.engine import run_sql
from connect_kit.roster.grades import create_grade_ranks
from connect_kit.roster.workspace import empty_workspace

if TYPE_CHECKING:
    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: For how many records the model's own frequency counts, beside what the delivery itself shows.
_DEFAULT_RECORDS = 200
#: What identifies one child among the records that share a value, by field; for other fields, records are counted.
_CHILD = {
    "given_first": "hash(family_sound, coalesce(born, unique_id::VARCHAR))",
    "family": "hash(given_sound, coalesce(born, unique_id::VARCHAR))",
    "names": "hash(coalesce(born, unique_id::VARCHAR))",
    "born": "hash(coalesce(family_sound, unique_id::VARCHAR))",
}
#: Large intermediate tables, dropped at the end.
_INTERMEDIATE = (
    "agents",
    "birth_dates",
    "contacts_of_many",
    "counted",
    "family_spellings",
    "households",
    "contact_holders",
    "shared",
    "spellings",
    "family_links",
)
#: The share of children who have a third record: another record of a rare name is more likely the same child again.
_THIRD_RECORD_SHARE = 0.04
#: Phone numbers of the person; a student's are those of the family.
_PHONES = {
    "students": "NULL",
    "people": "nullif(list_filter([number_key(p.sms), number_key(p.phone)], lambda x: x IS NOT NULL), [])",
}


def build_people(roster: Roster, workspace: Workspace | None, model: Model) -> Schema:
    """Make table ``people`` in a new schema.

    Parameters
    ----------
    roster : Roster
    workspace : Workspace or None
    model : Model

    Returns
    -------
    Schema
        With ``people``: ``unique_id`` (a number), ``source``, ``id``, the fields in comparable form, and
        ``tf_<field>``, the share of people who have the same value.
    """
    parents = (roster.schema,) if workspace is None else (roster.schema, workspace.schema)
    schema = roster.schema.engine.new_schema("duplicates", parents)
    also = tuple(parent.name for parent in parents)
    if workspace is None:
        empty_workspace(schema)
    run_sql(schema, "connect_kit.engine", "forms.sql", also)
    if model.kind == "students":
        shown = "sourcedId" if workspace is None else workspace.shown_id
        run_sql(schema, __package__, "students.sql", also, shown=shown)
    else:
        run_sql(schema, __package__, "adults.sql", also)
    create_grade_ranks(schema, "SELECT grade FROM persons")
    create_nicknames(schema)
    run_sql(schema, __package__, "people.sql", also, family=model.family, established=model.established)
    shares, joins = _frequencies(schema, model)
    run_sql(schema, __package__, "comparable.sql", also, shares=shares, joins=joins, phones=_PHONES[model.kind])
    for table in _INTERMEDIATE:
        schema.execute(f"DROP TABLE IF EXISTS {table}")
    return schema


def _frequencies(schema: Schema, model: Model) -> tuple[str, str]:
    """Shares of the values as SQL columns, and the joins they need.

    They are smoothed towards the model's, because twenty records say little. Children are counted and not records, as
    far as the other fields allow: a child entered five times does not make its name common. The child itself does not
    count, nor does the other record of a pair where no birth date distinguishes children or there are only two
    records: a value that nobody else has is as rare as the model says. Tables ``f_<field>`` hold how many ``others``
    have each value.
    """
    levels = [level for comparison in model.comparisons for level in comparison.levels]
    usual = {level.tf: level.u for level in reversed(levels) if level.tf and level.tf_weight == 1.0}
    filled = schema.execute(f"SELECT {', '.join(f'count({field})' for field in usual)} FROM counted")[0]
    shares, joins = {}, ""
    for (field, share), records in zip(usual.items(), filled, strict=True):
        child = f", {_CHILD[field]} AS child" if field in _CHILD else ""
        schema.execute(f"""CREATE TABLE f_{field} AS
            SELECT value, sum(children) - 1 - (bool_or(unborn) OR sum(records) = 2)::INTEGER AS others
            FROM (
                SELECT hash({field}) AS value{child}, {"1" if child else "count(*)"} AS children, count(*) AS records,
                    bool_or(born IS NULL) AS unborn
                FROM counted WHERE {field} IS NOT NULL GROUP BY ALL
            ) GROUP BY value HAVING others > 0""")
        joins += f" LEFT JOIN f_{field} ON f_{field}.value = hash(p.{field})"
        others, weight = f"coalesce(f_{field}.others, 0)", _DEFAULT_RECORDS
        shares[field] = (
            f"CASE WHEN p.{field} IS NOT NULL THEN ({others} + {weight * share!r}) / {records + weight}::DOUBLE END"
        )
    if "names" in shares:
        records = filled[list(usual).index("names")]
        together = _joint_share(shares["given_first"], shares["family"], "coalesce(f_names.others, 0)", records)
        shares["names"] = f"CASE WHEN p.names IS NOT NULL THEN {together} END"
    return ", ".join(f"{share} AS tf_{field}" for field, share in shares.items()), joins


def _joint_share(given: str, family: str, others: str, records: int) -> str:
    """SQL of how common two names are together, from how common each is (SQL) and how many others have both.

    Before counting, twice as common as if they were independent, and up to eight times where both are rare, because
    names of one origin go together. The counts then correct this as in a gamma-Poisson model, in which the child itself
    is the one known to have the name.
    """
    independent = f"({given}) * ({family})"
    before = f"({independent} * (2 + 6 / (1 + {independent} / 1e-6)))"
    expected = f"{records} * {before}"
    counted = f"{others} * ({expected}) / ({expected} + {_THIRD_RECORD_SHARE})"
    return f"({counted} + 1) / ({records} + 1 / {before})"

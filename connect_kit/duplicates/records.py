"""Records as people read them, with names, schools and guardians. Everything here holds names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import package_text
from connect_kit.engine.duckdb import arrow_to_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema

#: Fields side by side, in reading order; a kind has those of its records.
_FIELDS = (
    "given name", "family name", "birth date", "grade", "role", "school", "sourcedId", "identifier", "email", "numbers",
    "family contacts", "students in common",
)  # fmt: skip
#: Fields that may be given as a reason, and what they are called there.
_REASONS = {
    "given name": "given name", "family name": "family name", "birth date": "birth date", "identifier": "identifier",
    "email": "email", "family contacts": "family", "numbers": "number", "students in common": "students in common",
}  # fmt: skip
#: At this match weight or above, a field is given as a reason.
_REASON_FROM = 1.0


def records(schema: Schema, people: Iterable[int]) -> pd.DataFrame:
    """The records of these numbers, indexed by ``unique_id``: ``key``, ``name``, and a column for each field."""
    import pyarrow as pa

    adults = "part" in schema.columns("persons")
    query = package_text(__package__, "adult_records.sql" if adults else "records.sql")
    numbers = pa.table({"unique_id": pa.array(sorted({int(person) for person in people}), pa.int32())})
    names = (schema.name, *(parent.name for parent in schema.parents))
    with schema.engine.cursor(names) as cursor:
        cursor.register("wanted", numbers)
        found = cursor.sql(query).to_arrow_table()
    return arrow_to_frame(found).set_index("unique_id")


def values_of(schema: Schema, people: Sequence[int]) -> tuple[Mapping[int, Mapping[str, str]], Mapping[int, str]]:
    """The fields of each record as text, and the keys of the records."""
    found = records(schema, people)
    fields = [name for name in _FIELDS if name in found]
    rows = dict(zip(found.index.tolist(), found[fields].to_dict("records"), strict=True))
    values = {person: {str(k): v for k, v in row.items() if isinstance(v, str)} for person, row in rows.items()}
    return values, dict(zip(found.index.tolist(), found["key"].tolist(), strict=True))


def side_by_side(schema: Schema, left: int, right: int) -> pd.DataFrame:
    """Two records: ``field``, ``left``, ``right``, ``agreement``."""
    import pandas as pd

    values, _ = values_of(schema, [left, right])
    rows = []
    for name in _FIELDS:
        a, b = (values[person].get(name, "") for person in (left, right))
        if a or b:
            rows.append((name, a, b, _agreement(a, b)))
    return pd.DataFrame(rows, columns=["field", "left", "right", "agreement"])


def _agreement(left: str, right: str) -> str:
    from rapidfuzz import fuzz, utils

    if not left or not right:
        return "missing"
    if left.casefold().strip() == right.casefold().strip():
        return "same"
    if set(left.split("; ")) & set(right.split("; ")):
        return "alike"
    return "alike" if fuzz.token_sort_ratio(left, right, processor=utils.default_process) >= 75 else "differs"


def review_table(schema: Schema, model: Model, pairs: pd.DataFrame, *, school: str | None) -> pd.DataFrame:
    """Pairs with both records' names, grades and schools, and the reason in words."""
    found = records(schema, [*pairs["l"], *pairs["r"]])
    made = pairs.copy()
    for side, number in (("left", "l"), ("right", "r")):
        for name in ("name", "grade", "school"):
            made[f"{side}_{name}"] = made[number].map(found[name]).fillna("").astype(object)
    made["reason"] = _reasons(schema, model, made)
    if school is not None:
        here = found["school_ids"].map(lambda ids: ids is not None and school in list(ids))
        at_school = set(found.index[here.astype(bool)])
        made = made[made["l"].isin(at_school) | made["r"].isin(at_school)]
    columns = ["left", "right", "left_id", "left_source", "right_id", "right_source"]
    columns += ["match_probability", "match_weight", "cluster_id", "decision"]
    columns += [f"{side}_{name}" for name in ("name", "grade", "school") for side in ("left", "right")]
    return made[[*columns, "reason"]].reset_index(drop=True)


def _reasons(schema: Schema, model: Model, pairs: pd.DataFrame) -> pd.Series:
    """The reason for each pair: which fields agree, and how."""
    import pandas as pd

    named = [comparison for comparison in model.comparisons if comparison.field in _REASONS]
    if not named or pairs.empty:
        return pd.Series("", index=pairs.index, dtype=object)
    parts = []
    for comparison in named:
        word, name = _REASONS[comparison.field], comparison.name
        labels = " ".join(
            f"WHEN {value} THEN '{(level.label + ' ' + word) if level.label == 'same' else word + ': ' + level.label}'"
            for value, level in comparison.values
        )
        adjusted = f" + mw_tf_adj_{name}" if any(level.tf for level in comparison.levels) else ""
        parts.append(f"CASE WHEN mw_{name}{adjusted} >= {_REASON_FROM} THEN CASE gamma_{name} {labels} END END")
    found = schema.frame(
        f"SELECT least(unique_id_l, unique_id_r) AS a, greatest(unique_id_l, unique_id_r) AS b, "
        f"concat_ws(', ', {', '.join(parts)}) AS reason FROM scored"
    )
    words = found.set_index(["a", "b"])["reason"]
    keys = pd.MultiIndex.from_arrays([pairs[["l", "r"]].min(axis=1), pairs[["l", "r"]].max(axis=1)])
    reasons = pd.Series(words.reindex(keys).to_numpy(), index=pairs.index, dtype=object).fillna("")
    return reasons.where(~pairs["transitive"], reasons + " (through another record)")


def members(schema: Schema, clusters: pd.DataFrame) -> pd.DataFrame:
    """Who is in each cluster: ``cluster_id``, ``source``, ``id``, ``key``, ``school``, ``grade``."""
    found = records(schema, clusters["unique_id"])
    made = clusters.set_index("unique_id").join(found[["source", "id", "key", "school", "grade"]])
    made[["school", "grade"]] = made[["school", "grade"]].fillna("")
    columns = ["cluster_id", "source", "id", "key", "school", "grade"]
    return made[columns].sort_values(["cluster_id", "source", "id"], ignore_index=True)

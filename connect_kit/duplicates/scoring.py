"""Scoring: Splink's match weights of the pairs that blocking found."""

from __future__ import annotations

import math
import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema

#: Splink keeps the compared values beside every pair that it scores: more pairs than this are scored in batches.
_MAX_BATCH = 750_000
#: Splink keeps the names of its tables by connection, and a panel may ask while a cell runs.
_SCORING = threading.Lock()


def score(schema: Schema, model: Model, pairs: str, into: str, *, floor: float | None = None) -> None:
    """Score a table of pairs with Splink, on the engine's own connection.

    Parameters
    ----------
    schema : Schema
        Holds ``people``.
    model : Model
    pairs : str
        Table with ``match_key``, ``join_key_l`` and ``join_key_r``.
    into : str
        Table to make: ``match_weight``, ``unique_id_l``, ``unique_id_r``; for each comparison ``gamma_<name>`` (its
        level), ``mw_<name>`` and ``mw_tf_adj_<name>`` (match weights in bits).
    floor : float, optional
        Pairs of a lower match weight are left out.
    """
    batches = max(math.ceil(schema.count(pairs) / _MAX_BATCH), 1)
    schema.execute(f"DROP TABLE IF EXISTS {into}")
    with _SCORING:
        for number in range(batches):
            part = pairs
            if batches > 1:
                part = f"{pairs}_part"
                schema.execute(
                    f"CREATE OR REPLACE TABLE {part} AS FROM {pairs} WHERE hash(join_key_l) % {batches} = {number}"
                )
            _score(schema, model, part, into, floor)
    if batches > 1:
        schema.execute(f"DROP TABLE {pairs}_part")


def _score(schema: Schema, model: Model, pairs: str, into: str, floor: float | None) -> None:
    """Score one batch of pairs and add them to ``into``."""
    from splink import DuckDBAPI, Linker

    with schema.engine.cursor((schema.name,)) as cursor:
        api = DuckDBAPI(connection=cursor)
        columns = ["unique_id", *_columns(schema, model)]
        # Splink looks up a table's columns by its name in all schemas: the name must be unique to this schema.
        compared = f"compared_{schema.name}"
        cursor.execute(f"CREATE OR REPLACE VIEW {compared} AS SELECT {', '.join(columns)} FROM people")
        people = api.register(compared, dataset_display_name="people")
        linker = Linker(people, model.settings(), log_level=None, validate_settings=False)
        for column in model.term_frequencies:
            # The frequencies are already in people; without a table of its own, Splink would count them again.
            empty = f"no_{column}_{schema.name}"
            cursor.execute(f"CREATE OR REPLACE VIEW {empty} AS SELECT {column}, tf_{column} FROM people LIMIT 0")
            linker.table_management.register_term_frequency_lookup(api.register(empty), column)
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
        found = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
        rows = f"SELECT match_weight, unique_id_l, unique_id_r, COLUMNS('^(gamma|mw)_') FROM {found.physical_name}"
        if schema.columns(into):
            cursor.execute(f"INSERT INTO {into} {rows}")
        else:
            cursor.execute(f"CREATE TABLE {into} AS {rows}")
        found.drop_table_from_database_and_remove_from_cache()


def _columns(schema: Schema, model: Model) -> list[str]:
    """The columns of ``people`` that the model uses: the others need not be joined to every pair."""
    conditions = " ".join(level.sql for comparison in model.comparisons for level in comparison.levels)
    named = set(re.findall(r"\b(\w+)_[lr]\b", conditions)) | {f"tf_{name}" for name in model.term_frequencies}
    return [column for column in schema.columns("people") if column in named]

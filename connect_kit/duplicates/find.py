"""The verb :func:`find_duplicates`: from a roster to scored pairs, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.decisions.value import Decisions, read_decisions
from connect_kit.duplicates.blocking import build_pairs
from connect_kit.duplicates.clusters import FLOOR, MAX_PARTNERS
from connect_kit.duplicates.model import Kind, read_model
from connect_kit.duplicates.people import build_people
from connect_kit.duplicates.scoring import score
from connect_kit.duplicates.training import fit_chance, fit_matches
from connect_kit.duplicates.value import Duplicates, validate_threshold
from connect_kit.engine.arguments import checked
from connect_kit.engine.progress import progress_bar
from connect_kit.engine.weights import weight
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: How much match weight a pair may gain while the model is fitted: pairs this far below the floor are kept until then.
_SLACK = 10.0
#: Fewer people have fewer than ten matches to learn from.
_FIT_MATCHES_FROM = 500
#: The model is fitted to at most about this many pairs: more of them teach nothing new.
_MAX_TRAINING_PAIRS = 200_000
#: A threshold below it, or above what is left of 1, is as good as 0 or 1.
_SURELY_NOT = 1e-6
#: What so large a part of all people have alike is too common to tell them apart: their pairs reach no threshold.
_TOO_COMMON = 0.1
#: Records of the delivery that are alike in everything and many, and whose pairs do not reach the threshold.
_COPIES = f"""INSERT INTO capped
    SELECT 'the same in every field, too many to tell apart', records, records * (records - 1) // 2 FROM (
        SELECT count(*) AS records, min(unique_id) AS l, max(unique_id) AS r FROM people
        WHERE source = 'roster' AND given IS NOT NULL AND family IS NOT NULL
        GROUP BY given, family, born, identifier, email, grade, schools
        HAVING count(*) > 2 AND count(*) >= {_TOO_COMMON} * (SELECT count(*) FROM people)
    ) AS c
    ANTI JOIN (FROM scored WHERE match_weight >= ?) AS s ON s.unique_id_l = c.l AND s.unique_id_r = c.r
    WHERE NOT EXISTS (SELECT 1 FROM capped AS k WHERE k.records >= c.records)"""
#: From this many people on, a progress bar is shown by default.
_SHOW_PROGRESS_FROM = 200_000


@checked()
def find_duplicates(
    roster: Roster,
    workspace: Workspace | None = None,
    *,
    kind: Kind = "students",
    threshold: float = 0.75,
    decisions: Decisions | str | Path | None = None,
    progress: bool | None = None,
) -> Duplicates:
    """Find duplicate students, within the delivery and between the delivery and Connect.

    Every pair that agrees in something specific is compared in all fields that are delivered, and scored with Fellegi
    and Sunter's model (Splink does the arithmetic). The default model is ``connect_kit/duplicates/model.json``; it is
    fitted to the delivery as far as the delivery is large enough. An existing student whose ID is in the delivery is
    nobody's duplicate: Connect finds such students by their ID (decision 18).

    Parameters
    ----------
    roster : Roster
    workspace : Workspace, optional
        The district's Connect workspace: students of the delivery are also compared with those on Connect, archived or
        not, because either kind would be merged.
    kind : {"students", "people"}
        ``"people"`` compares the adults of the delivery: an adult in several roles whose name, email or phone differs
        gets several accounts (S12), and so does a guardian entered twice.
    threshold : float
        Pairs of at least this match probability are duplicates.
    decisions : Decisions, str or Path, optional
        What people have decided; by default, the file beside the delivery if there is one.
    progress : bool, optional
        Show a progress bar; by default, for large rosters.

    Returns
    -------
    Duplicates

    Raises
    ------
    SettingError
        For a threshold outside 0 to 1, an unknown kind, or a workspace on another engine.
    DecisionsError
        When the file of decisions has lines that cannot be read.
    """
    validate_threshold(threshold)
    require_same_engine(roster, workspace)
    if not isinstance(decisions, Decisions):
        decisions = read_decisions(roster if decisions is None else decisions)
    shown = len(roster) >= _SHOW_PROGRESS_FROM if progress is None else progress
    with progress_bar(shown, "Finding duplicates", total=3) as advance:
        advance(0, "reading names")
        model = read_model(kind)
        schema = build_people(roster, workspace, model)
        people = schema.count("people")
        evidence = _evidence(schema, model)
        unused = frozenset(evidence.loc[~evidence["used"], "field"])
        model = model.for_people(people, years=_years(schema), unused=unused)
        advance(1, "finding pairs")
        build_pairs(schema, model)
        advance(1, "scoring pairs")
        model = _fit_and_score(schema, model, people)
        schema.execute(_COPIES, [weight(min(max(threshold, _SURELY_NOT), 1 - _SURELY_NOT))])
        advance()
    return Duplicates(
        kind=kind,
        threshold=threshold,
        decisions=decisions,
        roster=roster,
        workspace=workspace,
        schema=schema,
        model=model,
        evidence=evidence,
    )


def _fit_and_score(schema: Schema, model: Model, people: int) -> Model:
    """Make table ``scored``, and return the model fitted to these people."""
    pairs = schema.count("pairs")
    if people > 1:
        model = fit_chance(schema, model)
    if people >= _FIT_MATCHES_FROM:
        share = min(1.0, _MAX_TRAINING_PAIRS / max(pairs, 1))
        schema.execute(
            f"CREATE TABLE training_pairs AS FROM pairs WHERE hash(join_key_l, join_key_r) % 1000000 < {share} * 1e6"
        )
        score(schema, model, "training_pairs", "scored", floor=FLOOR - _SLACK)
        kept = schema.frame("SELECT match_weight, COLUMNS('^(gamma|mw)_') FROM scored")
        model = fit_matches(model, kept, people, share)
        schema.execute("DROP TABLE training_pairs")
    score(schema, model, "pairs", "scored", floor=FLOOR)
    # Pairs that a third record may connect: it must be known whether they contradict each other, even where both are
    # already on Connect.
    schema.execute(f"""CREATE OR REPLACE TABLE pairs AS
        WITH edges AS (
            SELECT unique_id_l AS a, unique_id_r AS b FROM scored WHERE match_weight >= 0
            UNION ALL SELECT unique_id_r, unique_id_l FROM scored WHERE match_weight >= 0
        ), few AS (
            SELECT * FROM edges WHERE a IN (SELECT a FROM edges GROUP BY a HAVING count(*) BETWEEN 2 AND {MAX_PARTNERS})
        )
        SELECT DISTINCT '0' AS match_key, x.b AS join_key_l, y.b AS join_key_r
        FROM few AS x JOIN few AS y ON x.a = y.a AND x.b < y.b""")
    schema.execute(
        "DELETE FROM pairs WHERE (join_key_l, join_key_r) IN (SELECT (unique_id_l, unique_id_r) FROM scored)"
    )
    if schema.count("pairs"):
        score(schema, model, "pairs", "transitive")
        schema.execute("INSERT INTO scored BY NAME SELECT * FROM transitive; DROP TABLE transitive")
    schema.execute("DROP TABLE pairs")
    return model


def _evidence(schema: Schema, model: Model) -> pd.DataFrame:
    """Which fields can be compared: ``field``, ``filled`` (share of people), ``used``, ``why``."""
    import pandas as pd

    compared = [comparison for comparison in model.comparisons if comparison.column]
    filled_counts = ", ".join(f"count({comparison.column})" for comparison in compared)
    distinct_counts = ", ".join(
        f"count(DISTINCT {comparison.column})" if comparison.field in ("school", "grade") else "NULL"
        for comparison in compared
    )
    people, *counts = schema.execute(f"SELECT count(*), {filled_counts}, {distinct_counts} FROM people")[0]
    rows = []
    for comparison, filled, distinct in zip(compared, counts, counts[len(compared) :], strict=False):
        constant = distinct == 1
        why = "blank in these files" if not filled else "the same for everybody" if constant else comparison.why
        rows.append((comparison.field, filled / people if people else 0.0, bool(filled) and not constant, why))
    return pd.DataFrame(rows, columns=["field", "filled", "used", "why"])


def _years(schema: Schema) -> float | None:
    """Over how many years the birth dates spread, without outliers; None when no birth date is known."""
    born: float | None = schema.execute(
        "SELECT 2 * (quantile_cont(day, 0.75) - quantile_cont(day, 0.25)) FROM (SELECT left(born, 4)::INTEGER + "
        "substr(born, 5, 2)::INTEGER / 12 AS day FROM people WHERE born IS NOT NULL)"
    )[0][0]
    return born

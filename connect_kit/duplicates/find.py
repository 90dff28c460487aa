"""The verb :func:`find_duplicates`: from a roster to scored pairs, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.decisions.value import Decisions, read_decisions
from connect_kit.duplicates.blocking import build_pairs
from connect_kit.duplicates.clusters import FLOOR, MOST_EDGES
from connect_kit.duplicates.model import Kind, read_model
from connect_kit.duplicates.people import build_people
from connect_kit.duplicates.scoring import score
from connect_kit.duplicates.training import fit_chance, fit_matches
from connect_kit.duplicates.value import Duplicates, validate_threshold
from connect_kit.engine.arguments import checked
from connect_kit.engine.progress import progress_bar
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: What a pair may lose while the model is fitted, and still come back above the floor.
_SLACK = 10.0
#: Among fewer people there are fewer than ten matches to learn from.
_ENOUGH = 500
#: The model is fitted to at most this many pairs: more teach nothing more.
_TAUGHT = 200_000
#: From this many people on, a progress bar is shown by default.
_MANY = 200_000


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
    fitted to the delivery as far as the delivery is large enough. An existing student whose ID the delivery names is
    nobody's duplicate: Connect finds such students by their ID (decision 18).

    Parameters
    ----------
    roster : Roster
    workspace : Workspace, optional
        The district's Connect workspace: students of the delivery are compared with those on Connect too, archived or
        not, as both would be merged.
    kind : {"students", "people"}
        ``"people"`` compares the adults of the delivery: one in several roles whose name, email or phone differ gets
        several accounts (S12), and so does a guardian entered twice.
    threshold : float
        Pairs of at least this match probability are duplicates.
    decisions : Decisions, str or Path, optional
        What people have decided; by default the file beside the delivery, if there is one.
    progress : bool, optional
        Show a progress bar; for large rosters by default.

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
    shown = len(roster) >= _MANY if progress is None else progress
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
    """Make table ``scored`` with the model fitted to these people, which is returned."""
    pairs = schema.count("pairs")
    if people > 1:
        model = fit_chance(schema, model)
    if people >= _ENOUGH:
        share = min(1.0, _TAUGHT / max(pairs, 1))
        schema.execute(
            f"CREATE TABLE taught AS FROM pairs WHERE hash(join_key_l, join_key_r) % 1000000 < {share} * 1e6"
        )
        score(schema, model, "taught", "scored", floor=FLOOR - _SLACK)
        kept = schema.frame("SELECT match_weight, COLUMNS('^(gamma|mw)_') FROM scored")
        model = fit_matches(model, kept, people, share)
        schema.execute("DROP TABLE taught")
    score(schema, model, "pairs", "scored", floor=FLOOR)
    # Pairs that a third record may bring together: whether they contradict each other must be known, also where both
    # are on Connect already.
    schema.execute(f"""CREATE OR REPLACE TABLE pairs AS
        WITH edges AS (
            SELECT unique_id_l AS a, unique_id_r AS b FROM scored WHERE match_weight >= 0
            UNION ALL SELECT unique_id_r, unique_id_l FROM scored WHERE match_weight >= 0
        ), few AS (
            SELECT * FROM edges WHERE a IN (SELECT a FROM edges GROUP BY a HAVING count(*) BETWEEN 2 AND {MOST_EDGES})
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

    columns = {comparison.field: comparison.column for comparison in model.comparisons if comparison.column}
    distinct = {field: column if field in ("school", "grade") else "NULL" for field, column in columns.items()}
    asked = ", ".join(f"count({column}), count(DISTINCT {distinct[field]})" for field, column in columns.items())
    counts = schema.execute(f"SELECT count(*), {asked} FROM people")[0]
    people, rows = counts[0], []
    why = {comparison.field: comparison.why for comparison in model.comparisons}
    for place, field in enumerate(columns):
        filled, different = counts[1 + 2 * place], counts[2 + 2 * place]
        alone = field in ("school", "grade") and different == 1
        reason = "blank in these files" if not filled else "the same for everybody" if alone else why[field]
        rows.append((field, filled / people if people else 0.0, bool(filled) and not alone, reason))
    return pd.DataFrame(rows, columns=["field", "filled", "used", "why"])


def _years(schema: Schema) -> float | None:
    """The years in which the people were born, ignoring outliers; None when no birth date is known."""
    born: float | None = schema.execute(
        "SELECT 2 * (quantile_cont(day, 0.75) - quantile_cont(day, 0.25)) FROM (SELECT left(born, 4)::INTEGER + "
        "substr(born, 5, 2)::INTEGER / 12 AS day FROM people WHERE born IS NOT NULL)"
    )[0][0]
    return born

"""Why two records are, or are not, the same person: the match weight of every field."""

from __future__ import annotations

import html
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_kit.display.characters import visible
from connect_kit.display.html import table_html
from connect_kit.display.waterfall import waterfall
from connect_kit.duplicates.records import values_of
from connect_kit.duplicates.scoring import score
from connect_kit.engine.weights import probability, weight

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema

_NUMBERS = itertools.count(1)
#: Name of the first row, on which the others build.
BEFORE = "before any comparison"


@dataclass(frozen=True, eq=False)
class Explanation:
    """How a match weight comes about.

    Attributes
    ----------
    left, right : str
        Keys of the two records.
    match_weight : float
        Sum of the parts, in bits: log2 of the odds.
    match_probability : float
    decision : str or None
        What people decided about the pair.
    """

    left: str
    right: str
    match_weight: float
    match_probability: float
    decision: str | None
    _rows: pd.DataFrame = field(repr=False)

    def table(self) -> pd.DataFrame:
        """One row per field: ``field``, ``left``, ``right``, ``level``, ``match_weight``. Holds names.

        The first row is the weight before any comparison; the weights add up to :attr:`match_weight`.
        """
        return self._rows.copy()

    def summary(self) -> pd.DataFrame:
        """The same table without the values: ``field``, ``level``, ``match_weight``."""
        return self._rows[["field", "level", "match_weight"]].copy()

    @property
    def words(self) -> str:
        """The explanation as a sentence, without names."""
        rows = self._rows.iloc[1:]
        evidence = rows[rows["match_weight"].abs() >= 0.5].sort_values("match_weight", key=abs, ascending=False)
        parts = [
            f"{row.field} {row.level} ({row.match_weight:+.1f})"
            for row in evidence.itertuples()  # at most a dozen fields
        ]
        start = float(self._rows["match_weight"].iloc[0])
        text = f"Match weight {self.match_weight:+.1f}, probability {self.match_probability:.3f}: "
        text += "; ".join(parts) if parts else "no field is evidence either way"
        text += f"; from {start:+.1f} before any comparison, about one pair in {2**-start:,.0f} being one person."
        return text + (f" People decided: {self.decision}." if self.decision else "")

    def chart(self) -> Any:
        """The match weights as a waterfall chart, from before any comparison to the total. Holds no names."""
        return waterfall(self.summary(), self.match_weight, self.match_probability)

    def __repr__(self) -> str:
        return f"Explanation({self.left}, {self.right}: match weight {self.match_weight:+.1f})"

    def _repr_html_(self) -> str:
        heading = f"{self.left} and {self.right}"
        return f"<p>{html.escape(visible(self.words))}</p>" + table_html(self.summary(), heading)


def explain_pair(schema: Schema, model: Model, left: int, right: int, decision: str | None) -> Explanation:
    """Score one pair, even one that was never compared, and return the parts of its weight."""
    import pandas as pd

    low, high = min(left, right), max(left, right)
    number = next(_NUMBERS)  # a cell and a panel may ask at the same moment
    schema.execute(
        f"CREATE TABLE one_{number} AS SELECT '0' AS match_key, {low}::INTEGER AS join_key_l, "
        f"{high}::INTEGER AS join_key_r"
    )
    score(schema, model, f"one_{number}", f"explained_{number}")
    found = schema.frame(f"SELECT * FROM explained_{number}").iloc[0]
    schema.execute(f"DROP TABLE one_{number}; DROP TABLE explained_{number}")
    values, keys = values_of(schema, [left, right])
    prior = weight(model.prior)
    rows = [(BEFORE, "", "", f"about one pair in {2**-prior:,.0f} is one person", prior)]
    for comparison in model.comparisons:
        part = float(found[f"mw_{comparison.name}"]) + float(found.get(f"mw_tf_adj_{comparison.name}", 0.0))
        level = comparison.level(int(found[f"gamma_{comparison.name}"]))
        if level.undecidable:
            part = min(0.0, -float(found["match_weight"]))  # kept at even odds
        a, b = (values[person].get(comparison.field, "") for person in (left, right))
        rows.append((comparison.field, a, b, level.label, part))
    frame = pd.DataFrame(rows, columns=["field", "left", "right", "level", "match_weight"])
    whole = float(frame["match_weight"].sum())
    return Explanation(keys[left], keys[right], whole, probability(whole), decision, frame)

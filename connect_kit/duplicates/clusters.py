"""From scored pairs and decisions to clusters: which records are one person, and which clusters hold a conflict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connect_kit.engine.components import components
from connect_kit.engine.weights import probability

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.decisions.value import Decision
    from connect_kit.duplicates.model import Model
    from connect_kit.engine import Schema

#: A record that matches more others than this connects none of them: it is a placeholder, not a person.
MAX_PARTNERS = 30
#: Pairs with a lower match weight are not kept: about one in a thousand of them is one person.
FLOOR = -10.0
#: At this match weight or below, a level means "not the same" whatever the other fields say.
_CONTRADICTS = -5.0
#: The highest match weight that a third record can give a pair; the weight of a pair that was decided to be the same.
_MAX_TRANSITIVE, _DECIDED_WEIGHT = 20.0, 1000.0
#: The share of a pair's own negative weight that counts where a third record connects the two: the pairs with the third
#: already allow for how rare duplicates are, and the errors of both records, each small beside the third, add up.
_OWN_SHARE = 0.25
#: What is known about a pair besides its match weight.
_FLAGS = ("guarded", "conclusive", "undecidable", "on_connect", "namesakes", "named")


@dataclass(frozen=True, slots=True)
class Linked:
    """Pairs at a threshold, with decisions applied.

    Attributes
    ----------
    duplicates : DataFrame
        Pairs that are one person, with ``cluster_id``, the most certain first.
    pairs : DataFrame
        Every pair that was kept, with ``decision``; ``cluster_id`` is 0 for those that are not duplicates.
    members : DataFrame
        ``cluster_id`` and ``unique_id`` of each record in a cluster.
    conflicts : DataFrame
        ``cluster_id``, ``left``, ``right``, ``why``.
    """

    duplicates: pd.DataFrame
    pairs: pd.DataFrame
    members: pd.DataFrame
    conflicts: pd.DataFrame


def read_scored(schema: Schema, model: Model) -> pd.DataFrame:
    """The scored pairs with IDs and keys; the left record is the delivery's, or the one with the lower ID.

    Two records on Connect (``on_connect``) are not a pair to report: they are here for what they say about a child of
    the delivery that resembles both, and their ``own_weight`` starts from what is expected of any two records.
    """
    import numpy as np

    guard = model.sibling_guard
    against = [
        value
        for value, level in guard.values
        if level.u > 0 and np.log2(max(level.m, 1e-300) / level.u) <= _CONTRADICTS
    ]
    undecidable = [value for value, level in guard.values if level.undecidable]
    names_only = [value for value, level in guard.values if level.names_only]
    return schema.frame(f"""
        SELECT CASE WHEN turned THEN r ELSE l END AS l, CASE WHEN turned THEN l ELSE r END AS r,
            CASE WHEN turned THEN rk ELSE lk END AS "left", CASE WHEN turned THEN lk ELSE rk END AS "right",
            CASE WHEN turned THEN rs ELSE ls END AS left_source, CASE WHEN turned THEN ls ELSE rs END AS right_source,
            CASE WHEN turned THEN ri ELSE li END AS left_id, CASE WHEN turned THEN li ELSE ri END AS right_id,
            CASE WHEN on_connect THEN {np.log2(model.expected)}
                    + CASE WHEN differs AND known THEN least(match_weight, 0) ELSE 0 END
                WHEN undecidable THEN least(match_weight, 0) ELSE match_weight END AS own_weight,
            on_connect OR guarded AS guarded,
            CASE WHEN on_connect THEN differs ELSE guarded END AND known AS conclusive,
            undecidable AND NOT on_connect AS undecidable, on_connect,
            coalesce(namesakes, false) AS namesakes,
            named AND relations AS named
        FROM (
            SELECT unique_id_l AS l, unique_id_r AS r, a.source || ':' || a.id AS lk, b.source || ':' || b.id AS rk,
                a.source AS ls, a.id AS li, b.source AS rs, b.id AS ri,
                (a.source, lk) > (b.source, rk) AS turned, match_weight,
                gamma_{guard.name} IN ({_listed(against)}) AS differs,
                gamma_{guard.name} IN ({_listed(against + undecidable)}) AS guarded,
                gamma_{guard.name} IN ({_listed(undecidable)}) AS undecidable,
                gamma_{guard.name} IN ({_listed(names_only)}) AS named,
                a.given_known AND b.given_known AS known,
                a.source = 'workspace' AND b.source = 'workspace' AS on_connect,
                a.given_first = b.given_first AS namesakes,
                coalesce(a.family = b.family, false) AS relations
            FROM scored JOIN people AS a ON a.unique_id = unique_id_l JOIN people AS b ON b.unique_id = unique_id_r
        )""")


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values)) or "NULL"


def link(scored: pd.DataFrame, schema: Schema, decisions: tuple[Decision, ...], threshold: float) -> Linked:
    """Apply decisions and threshold (a match weight), add pairs that a third record connects, and form clusters."""
    import numpy as np

    pairs = _with_decisions(scored, schema, decisions)
    pairs = _adjust_by_triples(pairs, threshold)
    same, different = pairs["decision"].eq("same"), pairs["decision"].eq("different")
    likely = probability(pairs["match_weight"].to_numpy())
    pairs["match_probability"] = np.where(same, 1.0, np.where(different, 0.0, likely))
    pairs["chosen"] = same | (pairs["match_weight"].ge(threshold) & ~different)
    pairs["cluster_id"] = 0
    order = ["match_probability", "match_weight", "left", "right"]
    pairs = pairs.sort_values(order, ascending=[False, False, True, True], kind="stable").reset_index(drop=True)
    chosen = pairs.pop("chosen")
    members = _components(pairs[chosen])
    pairs.loc[chosen, "cluster_id"] = pairs.loc[chosen, "l"].map(members)
    table = members.rename_axis("unique_id").rename("cluster_id").reset_index()
    return Linked(pairs[chosen].reset_index(drop=True), pairs, table, _conflicts(pairs, members))


def _with_decisions(scored: pd.DataFrame, schema: Schema, decisions: tuple[Decision, ...]) -> pd.DataFrame:
    """Add the decisions to the pairs; decided pairs that the model did not keep are added."""
    import numpy as np
    import pandas as pd

    if not decisions:
        return scored.assign(decision="")
    columns = ["left", "right", "decision"]
    decided = pd.DataFrame([(d.left, d.right, d.decision) for d in decisions], columns=columns, dtype=object)
    pairs = scored.merge(decided, how="left", on=["left", "right"])
    pairs["decision"] = pairs["decision"].fillna("")
    known = set(zip(scored["left"], scored["right"], strict=True))
    new = decided[[pair not in known for pair in zip(decided["left"], decided["right"], strict=True)]]
    keys = schema.frame(
        "SELECT source || ':' || id AS key, unique_id FROM people WHERE source || ':' || id IN (SELECT unnest(?))",
        [sorted({*new["left"], *new["right"]})],
    )
    numbers = dict(zip(keys["key"], keys["unique_id"], strict=True))
    new = new[new["left"].isin(numbers) & new["right"].isin(numbers)]  # without people who have left
    for side in ("left", "right"):
        parts = new[side].str.split(":", n=1)
        new = new.assign(**{f"{side}_source": parts.str[0], f"{side}_id": parts.str[1]})
    ends = {"l": new["left"].map(numbers), "r": new["right"].map(numbers)}
    more = new.assign(**ends, own_weight=np.nan, **dict.fromkeys(_FLAGS, False))
    return pd.concat([pairs, more], ignore_index=True) if len(more) else pairs


def _triples(pairs: pd.DataFrame, threshold: float, weights: pd.Series) -> pd.DataFrame:
    """Records ``l`` and ``r`` that both match a ``third``: what the three say together.

    Of three records, all may be one person, or only two of them, or none. With the match weights a and b of the pairs
    with the third, and c of ``l`` and ``r`` themselves where it is negative, the odds are 2^(a+b+c), 2^a, 2^b and 1.
    ``pair_l`` and ``pair_r`` are the positions of the pairs with the third, ``weight_l`` and ``weight_r`` what remains
    of their match weights; ``through`` is the match weight of ``l`` and ``r`` through the third. Where ``l`` and ``r``
    may be twins (``undecidable``), the third belongs to one only as far as it is likelier to than to the other.
    """
    import numpy as np
    import pandas as pd

    same, undecided = pairs["decision"].eq("same"), pairs["decision"].eq("")
    strong = pairs.loc[same | (undecided & pairs["own_weight"].ge(threshold)), ["l", "r"]]
    strong = strong.assign(
        pair=strong.index, weight=weights.where(~same, _DECIDED_WEIGHT), namesakes=pairs["namesakes"].astype(bool)
    )
    turned = strong.rename(columns={"l": "r", "r": "l"})
    edges = pd.concat([strong, turned]).rename(columns={"r": "third"})
    edges = edges[edges.groupby("third")["l"].transform("size").between(2, MAX_PARTNERS)]
    triples = edges.merge(edges, on="third", suffixes=("_l", "_r")).rename(columns={"l_l": "l", "l_r": "r"})
    own = pairs.loc[undecided, ["l", "r", "own_weight", *_FLAGS]].drop(columns="namesakes")
    triples = triples.merge(own, on=["l", "r"])
    a, b = (triples[name].to_numpy() for name in ("weight_l", "weight_r"))
    c = triples["own_weight"].clip(upper=0.0).mask(triples["undecidable"].astype(bool), -_DECIDED_WEIGHT).to_numpy()
    every, none = (
        a + b + np.where(triples["guarded"], c, _OWN_SHARE * np.maximum(c, -_MAX_TRANSITIVE)),
        np.zeros(len(triples)),
    )
    two = np.logaddexp2
    return triples.assign(
        conclusive=triples["conclusive"] | triples["named"] & (triples["namesakes_l"] | triples["namesakes_r"]),
        weight_l=two(every, a) - two(b, none),
        weight_r=two(every, b) - two(a, none),
        through=every - two(two(a, b), none),
    )


def _adjust_by_triples(pairs: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Set ``match_weight``: lower where two partners of a record contradict each other, higher through a third record.

    At most one of two twins matches a third record: the likelier one stays, and where both are about equally likely,
    neither reaches the threshold. A name that nobody else has is a misspelling rather than a twin's name, and is not
    conclusive, unless the third record has the other one's name: then the misspelling contradicts the third as well.
    Decided pairs keep their weight.
    """
    import pandas as pd

    triples, undecided = _triples(pairs, threshold, pairs["own_weight"]), pairs["decision"].eq("")
    apart = triples
    if triples["on_connect"].any():  # of two twins, the third record is less likely the one who is already on Connect
        apart = _triples(pairs, threshold, _cap_conflicting_weights(pairs, triples[triples["on_connect"].astype(bool)]))
    weights = _cap_conflicting_weights(pairs, apart[apart["conclusive"].astype(bool)])
    # Only pairs that still reach the threshold connect others.
    standing = weights.ge(threshold) | pairs["decision"].eq("same")
    connecting = triples[standing.loc[triples["pair_l"]].to_numpy() & standing.loc[triples["pair_r"]].to_numpy()]
    through = connecting.groupby(["l", "r"])["through"].max().clip(upper=_MAX_TRANSITIVE)
    places = pd.MultiIndex.from_frame(pairs[["l", "r"]])
    raised = pd.Series(through.reindex(places).to_numpy(), index=pairs.index, dtype=float)
    better = raised.gt(weights) & raised.ge(threshold) & ~pairs["guarded"] & undecided
    # There is nothing to decide between two records on Connect.
    kept = ~pairs["on_connect"] | ~undecided
    return pairs.assign(match_weight=weights.where(~better, raised), transitive=better)[kept].reset_index(drop=True)


def _cap_conflicting_weights(pairs: pd.DataFrame, triples: pd.DataFrame) -> pd.Series:
    """Cap the match weights of undecided pairs where the partners of a record contradict each other."""
    weights = pairs["own_weight"].copy()
    for side in ("l", "r"):
        least = triples.groupby(f"pair_{side}")[f"weight_{side}"].min().reindex(weights.index).fillna(float("inf"))
        weights = weights.where(pairs["decision"].ne(""), weights.clip(upper=least))
    return weights


def _components(pairs: pd.DataFrame) -> pd.Series:
    """The cluster of each record, numbered from 1 in the order of the pairs."""
    import numpy as np
    import pandas as pd

    records, places = np.unique(pairs[["l", "r"]].to_numpy().ravel(), return_inverse=True)
    if not len(records):
        return pd.Series(dtype="int64")
    ends = places.reshape(-1, 2)
    labels = components(ends[:, 0], ends[:, 1], len(records))
    first = pd.unique(labels[ends[:, 0]])
    number = np.empty(len(first), dtype="int64")
    number[first] = np.arange(1, len(first) + 1)
    return pd.Series(number[labels], index=records)


def _conflicts(pairs: pd.DataFrame, members: pd.Series) -> pd.DataFrame:
    import numpy as np

    apart = pairs[pairs["decision"].eq("different") | (pairs["guarded"] & pairs["decision"].ne("same"))]
    cluster = apart["l"].map(members)
    inside = apart[cluster.notna() & cluster.eq(apart["r"].map(members))]
    why = np.where(
        inside["decision"].eq("different"),
        "decided to be different, yet both match a third record",
        "a different given name, or twins, yet both match a third record",
    )
    found = inside[["left", "right"]].assign(cluster_id=cluster[inside.index].astype("int64"), why=why)
    return found[["cluster_id", "left", "right", "why"]].sort_values(["cluster_id", "left", "right"], ignore_index=True)

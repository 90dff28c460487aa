"""The records of one person as a small graph: which records are joined, how strongly, and what contradicts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connect_kit.display.characters import drawable
from connect_kit.display.look import COLOURS, finished, on_white, signed

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: How many records one chart shows.
_MOST = 12
#: How many lines have their match weights beside them.
_MOST_WEIGHTS = 16
#: How many characters of an ID are shown; a longer one is shown by its beginning and end.
_LONGEST = 16
_SOURCES = {"roster": "in the delivery", "workspace": "on Connect"}
_WIDTH = 640
#: Match weight from which lines no longer become thicker.
_STRONG = 30.0
_CONFLICT = "conflict"


class _Place(NamedTuple):
    """How far down and up the chart reaches, in pixels."""

    low: float
    high: float

    def at(self, x: str, y: str) -> dict[str, Any]:
        """The position of something, in pixels from the centre of the circle."""
        import altair as alt

        across = alt.Scale(domain=[-_WIDTH / 2, _WIDTH / 2], nice=False)
        up = alt.Scale(domain=[self.low, self.high], nice=False)
        return {"x": alt.X(f"{x}:Q", scale=across, axis=None), "y": alt.Y(f"{y}:Q", scale=up, axis=None)}


def cluster_graph(pairs: pd.DataFrame, conflicts: pd.DataFrame) -> alt.LayerChart:
    """One cluster: its records as points, its pairs as lines, the thicker the stronger.

    Parameters
    ----------
    pairs : pandas.DataFrame
        The pairs of one cluster: ``left`` and ``right`` (keys), ``match_weight``, ``cluster_id``, ``decision``.
    conflicts : pandas.DataFrame
        ``cluster_id``, ``left``, ``right``, ``why``; those of other clusters are ignored.
    """
    import altair as alt
    import pandas as pd

    clash = conflicts[conflicts["cluster_id"].isin(pairs["cluster_id"])]
    often = pd.concat([pairs["left"], pairs["right"], clash["left"], clash["right"]]).value_counts()
    nodes = _placed(sorted(often.index[:_MOST]))
    place = _Place(float(nodes["y"].min()) - 45, float(nodes["y"].max()) + 45) if len(nodes) else _Place(-45, 45)
    joined = pairs.assign(words=_words(pairs), kind="pair")
    apart = clash.assign(kind="conflict", match_weight=0.0)
    # Where a pair is both, the conflict is drawn, and the words say both.
    both = joined.set_index(["left", "right"])["words"]
    apart["words"] = [
        f"{both.get(pair, '')} {_CONFLICT}".strip() for pair in zip(apart["left"], apart["right"], strict=True)
    ]
    edges = pd.concat([frame[["left", "right", "match_weight", "words", "kind"]] for frame in (joined, apart)])
    edges = edges.drop_duplicates(["left", "right"], keep="last")
    edges = _drawn(edges[edges["left"].isin(nodes.index) & edges["right"].isin(nodes.index)], nodes)
    notes = ["A line joins two records of one person; its number is the match weight, and a thicker line is stronger"]
    notes += [f"{_CONFLICT}, dashed: {why}" for why in clash["why"].drop_duplicates()]
    if len(often) > _MOST:
        notes.append(f"{_MOST} of {len(often):,} records shown: those with the most lines")
    if (weights := edges["kind"].eq("pair")).sum() > _MOST_WEIGHTS:
        edges.loc[weights, "words"] = ""
        notes.append("Too many lines to show their match weights; see the table of pairs")
    numbers = pairs["cluster_id"].drop_duplicates()
    title = (
        f"The records of one person: cluster {numbers.iloc[0]}" if len(numbers) == 1 else "The records of one person"
    )
    read = "; ".join(nodes["id"] + " " + nodes["what"])
    lines = "; ".join(
        f"{row.left} and {row.right} {row.words}".strip() for row in edges.head(_MOST_WEIGHTS).itertuples()
    )
    chart = alt.LayerChart(layer=[*_lines(edges, place), *_points(nodes, place)])
    return finished(
        chart.properties(width=_WIDTH, height=round(place.high - place.low)),
        title,
        notes,
        f"{title}. Records: {read}. Lines: {lines}. {'. '.join(notes)}.",
    )


def _words(pairs: pd.DataFrame) -> list[str]:
    """The words beside each line: the match weight, and whether people decided."""
    weights = pairs["match_weight"].tolist()
    decided = pairs["decision"].eq("same").tolist() if "decision" in pairs else [False] * len(pairs)
    return [
        " ".join(
            part for part in ("" if weight != weight else signed(weight), "decided the same" if by else "") if part
        )
        for weight, by in zip(weights, decided, strict=True)
    ]


def _placed(keys: list[str]) -> pd.DataFrame:
    """The records in a circle, or two side by side, in pixels; their words are outside."""
    import numpy as np
    import pandas as pd

    number = len(keys)
    radius = 160 if number <= 2 else 100 + 7 * number
    angles = np.pi / (1 if number <= 2 else 2) - 2 * np.pi * np.arange(number) / max(1, number)
    nodes = pd.DataFrame(
        {"x": radius * np.cos(angles), "y": radius * np.sin(angles)}, index=pd.Index(keys, dtype=object)
    )
    nodes["source"], nodes["id"] = (
        [key.split(":", 1)[0] for key in keys],
        [drawable(key.split(":", 1)[-1]) for key in keys],
    )
    nodes["what"] = nodes["source"].map(_SOURCES).fillna("")
    nodes["words"] = [number if len(number) <= _LONGEST else f"{number[:9]}…{number[-6:]}" for number in nodes["id"]]
    # Words are beside a point at the side, above one at the top, below one at the bottom.
    nodes["align"] = np.select([np.cos(angles) > 0.3, np.cos(angles) < -0.3], ["left", "right"], "center")
    nodes["words_x"] = nodes["x"] + nodes["align"].map({"left": 14, "right": -14, "center": 0}).astype(int)
    nodes["words_y"] = nodes["y"] + np.select([nodes["align"] != "center", np.sin(angles) > 0], [8, 32], -18)
    return nodes


def _drawn(edges: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Lines from record to record: ends, thickness, and the position of their words."""
    import numpy as np

    places = {key: place for place, key in enumerate(nodes.index)}
    steps = (edges["left"].map(places) - edges["right"].map(places)).abs().astype(float)
    # Lines through the centre cross: their words are nearer to one end.
    across = steps.ne(1) & steps.ne(len(nodes) - 1) & (len(nodes) > 3)
    part = np.where(across, 0.34, 0.5)
    made = edges.assign(
        x=edges["left"].map(nodes["x"]), y=edges["left"].map(nodes["y"]),
        x2=edges["right"].map(nodes["x"]), y2=edges["right"].map(nodes["y"]),
        thick=1.5 + 6 * edges["match_weight"].fillna(_STRONG).clip(0, _STRONG) / _STRONG,
    )  # fmt: skip
    made["words_x"] = made["x"] + part * (made["x2"] - made["x"])
    made["words_y"] = made["y"] + part * (made["y2"] - made["y"])
    return made


def _lines(edges: pd.DataFrame, place: _Place) -> list[Any]:
    import altair as alt

    joined, apart = edges[edges["kind"] == "pair"], edges[edges["kind"] == "conflict"]
    thick = alt.StrokeWidth("thick:Q", scale=None, legend=None)
    ends = {**place.at("x", "y"), "x2": "x2:Q", "y2": "y2:Q"}
    words = alt.Chart(edges[edges["words"] != ""]).encode(**place.at("words_x", "words_y"), text="words:N")
    return [
        alt.Chart(joined).mark_rule(color="#9db8c9", strokeCap="round").encode(**ends, strokeWidth=thick),
        alt.Chart(apart).mark_rule(color=COLOURS["critical"], strokeWidth=2.5, strokeDash=[6, 4]).encode(**ends),
        *on_white(words, baseline="middle"),
    ]


def _points(nodes: pd.DataFrame, place: _Place) -> list[Any]:
    import altair as alt

    sources = list(_SOURCES)
    colours = alt.Scale(domain=sources, range=[COLOURS["read"], COLOURS["warning"]])
    shapes = alt.Scale(domain=sources, range=["circle", "square"])
    points = alt.Chart(nodes).mark_point(filled=True, size=190, opacity=1, stroke="#ffffff", strokeWidth=2)
    drawn: list[Any] = [
        points.encode(
            **place.at("x", "y"),
            color=alt.Color("source:N", scale=colours, legend=None),
            shape=alt.Shape("source:N", scale=shapes, legend=None),
        )
    ]
    for align in ("left", "right", "center"):
        words = alt.Chart(nodes[nodes["align"] == align]).encode(**place.at("words_x", "words_y"))
        drawn += on_white(words.encode(text="words:N"), align=align, baseline="middle", fontWeight=600)
        drawn += on_white(words.encode(text="what:N"), align=align, baseline="middle", dy=15)
    return drawn

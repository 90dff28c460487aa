"""Where the duplicates are: by school and by grade."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connect_kit.display.charts import COLOURS, school_label, theme
from connect_kit.display.link_axes import heading, legend, room
from connect_kit.display.svg import drawn_here
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_TWICE, _CONNECT = "in the delivery twice or more", "in the delivery and on Connect"
_WIDTH = 150
_NAMED = re.compile(r"(.+) \(([^()]*)\)")


def duplicates_by_school(clusters: pd.DataFrame, most: int = 20) -> alt.VConcatChart:
    """People who are there more than once, by school and by grade.

    Parameters
    ----------
    clusters : pandas.DataFrame
        As ``duplicates.clusters``: ``cluster_id``, ``source``, ``school`` and ``grade`` of each record. Several schools
        of one record are joined by ``; ``. Somebody at two schools counts at both.
    most : int
        Schools, and grades, shown; a note tells of the others.
    """
    import altair as alt

    twice = clusters["source"].eq("roster").groupby(clusters["cluster_id"]).sum().ge(2)
    people = clusters[["cluster_id", "school", "grade"]].assign(twice=clusters["cluster_id"].map(twice).astype(bool))
    people["school"] = people["school"].astype(object).fillna("").str.split("; ")
    people = people.explode("school", ignore_index=True)
    schools, grades = _counts(people, "school"), _counts(people, "grade")
    schools = schools.sort_values(["all", "name"], ascending=[False, True], kind="stable")
    notes = [
        f"{most} {thing} shown, and {len(frame) - most:,} more"
        for thing, frame in (("schools", schools), ("grades", grades))
        if len(frame) > most
    ]
    if people.groupby("cluster_id")["school"].nunique().gt(1).any():
        notes.append("Somebody with records at two schools counts at both")
    if clusters.empty:
        notes.append("Nobody is")
    order = {grade: place for place, grade in enumerate(GRADES)}
    grades = grades.sort_values("name", key=lambda names: names.map(lambda name: (order.get(name, len(order)), name)))
    panels = [("By school", schools.head(most)), ("By grade", grades.head(most))]
    if people["grade"].fillna("").eq("").all() and len(people):
        panels = panels[:1]  # adults have no grade
    extent = room(_short(name) for _, frame in panels for name in frame["name"])
    title = "Who is there more than once"
    read = " ".join(f"{name}: {'; '.join(frame['name'] + ' ' + frame['told']) or 'nobody'}." for name, frame in panels)
    chart: alt.VConcatChart = alt.vconcat(*(_stacked(frame, name, extent) for name, frame in panels), spacing=14)
    chart = chart.properties(title=heading(title, notes), description=f"{title}. {read}")
    dressed: alt.VConcatChart = chart.configure(**{**theme(), "legend": {}})
    return drawn_here(dressed)


def _counts(people: pd.DataFrame, column: str) -> pd.DataFrame:
    """How many people are there more than once at each place: ``name``, ``twice``, ``all``, ``told``."""
    each = people.drop_duplicates(["cluster_id", column])
    name = each[column].astype(object).fillna("").replace("", f"no {column} known")
    counts = each.groupby(name)["twice"].agg(["sum", "size"]).astype("int64").set_axis(["twice", "all"], axis=1)
    # A line for each school or grade: words beside a picture, not a column of data.
    told = [_told(int(twice), int(whole)) for twice, whole in counts.itertuples(index=False, name=None)]
    return counts.rename_axis("name").reset_index().assign(told=told).astype({"name": object, "told": object})


def _told(twice: int, whole: int) -> str:
    if twice == whole:
        return f"{whole:,} in the delivery"
    return f"{whole:,} ({twice:,} in the delivery)" if twice else f"{whole:,} with Connect"


def _stacked(frame: pd.DataFrame, title: str, extent: int) -> alt.LayerChart:
    """Horizontal bars of two parts, each with its number."""
    import altair as alt
    import pandas as pd

    # Two schools may have one name: the number keeps them apart and is not shown.
    lines = [f"{place}|{_short(name)}" for place, name in enumerate(frame["name"])]
    rows = frame.assign(line=pd.Series(lines, index=frame.index, dtype=object))
    axis = alt.Axis(
        title=None, labelLimit=340, minExtent=extent, labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)"
    )
    scale = alt.Scale(domain=[0, int(frame["all"].max()) if len(frame) else 1], range=[0, _WIDTH], nice=False)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=[_TWICE, _CONNECT], range=[COLOURS["read"], COLOURS["info"]]),
        legend=legend() if title == "By school" else None,
    )
    parts = pd.concat(
        [
            rows.assign(kind=_TWICE, start=0, end=rows["twice"]),
            rows.assign(kind=_CONNECT, start=rows["twice"], end=rows["all"]),
        ]
    )
    y = alt.Y("line:N", sort=lines, axis=axis)
    bars = alt.Chart(parts[parts["end"] > parts["start"]][["line", "kind", "start", "end"]])
    texts = alt.Chart(rows[["line", "all", "told"]])
    layers = [
        bars.mark_bar(height=14).encode(y=y, x=alt.X("start:Q", scale=scale, axis=None), x2="end:Q", color=colour),
        texts.mark_text(align="left", dx=5, baseline="middle").encode(
            y=y, x=alt.X("all:Q", scale=scale, axis=None), text="told:N"
        ),
    ]
    layered: alt.LayerChart = alt.LayerChart(layer=layers)
    return layered.properties(
        width=max(300, _WIDTH + room(frame["told"])), height={"step": 20}, title=alt.Title(title, frame="group")
    )


def _short(name: str) -> str:
    """A school with its ID at the end, the name shortened where it is long."""
    found = _NAMED.fullmatch(name)
    return school_label(found[1], found[2]) if found else school_label(name, "")

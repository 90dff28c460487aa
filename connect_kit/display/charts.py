"""The bar charts of findings, schools, matches, uploads and duplicates, as data for ``bars``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from connect_kit.connect import SEVERITIES
from connect_kit.display.bars import Bar, Bars, bar_chart, bar_charts
from connect_kit.display.characters import visible
from connect_kit.display.look import COLOURS, LOGARITHMIC, SYMBOLS, left_out, named, percent, school_label
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt
    import pandas as pd

#: Colours of what happens to an uploaded row; the words beside a bar name each part as well.
ACTION_COLOURS: Mapping[str, str] = {
    "created": COLOURS["good"],
    "updated": COLOURS["info"],
    "unchanged": "#BFC5CC",
    "skipped": COLOURS["warning"],
    "refused": COLOURS["critical"],
}
#: What each status of a match is called, and its colour.
STATUSES: Mapping[str, tuple[str, str]] = {
    "matched": ("matched", COLOURS["good"]),
    "suggested": ("suggested", COLOURS["info"]),
    "unmatched_roster": ("only in the delivery", COLOURS["warning"]),
    "unmatched_workspace": ("only on Connect", "#CC79A7"),
}
#: What duplicates are called by where their records are, and the colours.
DUPLICATE_COLOURS: Mapping[str, str] = {
    "in the delivery more than once": COLOURS["read"],
    "in the delivery and on Connect": COLOURS["info"],
}
_MOST = 40
_NAME_AND_ID = re.compile(r"(.+) \(([^()]*)\)")


# ---- findings


def findings_by_file(by_file: pd.DataFrame) -> alt.LayerChart:
    """Failing rows of each file, one bar for each severity; a file without any says so.

    Parameters
    ----------
    by_file : pandas.DataFrame
        As ``findings.by_file()``: ``file``, ``rows``, ``critical``, ``warning``, ``info``.
    """
    bars: list[Bar] = []
    for row in by_file.to_dict("records"):
        bars.append(Bar(str(row["file"]), text=f"{_whole(row['rows']):,} rows read", heading=True))
        counts = {severity: _whole(row[severity]) for severity in SEVERITIES}
        bars += [Bar(named(severity), severity, count, f"{count:,}") for severity, count in counts.items() if count]
        if not any(counts.values()):
            bars.append(Bar(f"{SYMBOLS['good']} nothing found", "good"))
    return bar_chart("Rows with a finding, by file and severity", bars)


def rows_by_file(by_file: pd.DataFrame) -> alt.LayerChart:
    """Rows read from each file and lines refused, as ``findings.by_file()`` counts them."""
    bars: list[Bar] = []
    for row in by_file.to_dict("records"):
        read, refused = _whole(row["rows"]), _whole(row["refused"])
        bars.append(Bar(str(row["file"]), "read", read, f"{read:,} rows"))
        if refused:
            lines = "1 line" if refused == 1 else f"{refused:,} lines"
            bars.append(Bar(f"{SYMBOLS['critical']} refused", "critical", refused, lines))
    return bar_chart("Rows read and lines refused", bars)


def people_by_role(roles: pd.DataFrame, most: int = 20) -> alt.LayerChart:
    """People by role as delivered; a blank in a role is made visible.

    Parameters
    ----------
    roles : pandas.DataFrame
        ``role``, missing where there is none, and ``people``; in the order of the bars.
    most : int
        Bars shown.
    """
    names = roles["role"].astype(object).str.replace(" ", "␣").fillna("(no role)").map(visible)
    bars = [
        Bar(name, "read", count, f"{count:,}")
        for name, count in zip(names.head(most), roles["people"].head(most).tolist(), strict=True)
    ]
    return bar_chart("People by role, as delivered", bars, left_out(len(roles), most, "roles"))


def findings_by_code(summary: pd.DataFrame, most: int = 20) -> alt.LayerChart:
    """Failing rows of each broken rule, critical ones first; a note counts those not shown.

    Parameters
    ----------
    summary : pandas.DataFrame
        As ``findings.summary()``: ``code``, ``severity``, ``count``.
    most : int
        Bars shown.
    """
    rank: dict[str, int] = {severity: place for place, severity in enumerate(SEVERITIES)}
    rows = [(str(row["severity"]), _whole(row["count"]), str(row["code"])) for row in summary.to_dict("records")]
    rows.sort(key=lambda row: (rank[row[0]], -row[1], row[2]))
    bars: list[Bar] = []
    for severity, count, code in rows[:most]:
        if named(severity) not in [bar.name for bar in bars]:
            bars.append(Bar(named(severity), heading=True))
        bars.append(Bar(code, severity, count, f"{count:,}"))
    return bar_chart("Rows with a finding, by rule", bars, left_out(len(rows), most, "rules"))


def schools_overview(by_school: pd.DataFrame, most: int = _MOST) -> alt.HConcatChart:
    """Each school's critical rows and share of students without a guardian, the worst first.

    Parameters
    ----------
    by_school : pandas.DataFrame
        As ``findings.by_school()``: ``schoolId``, ``name``, ``students``,
        ``students_without_guardian``, ``critical``.
    most : int
        Schools shown.
    """
    critical: list[Bar] = []
    alone: list[Bar] = []
    for row in schools_by_problems(by_school).head(most).to_dict("records"):
        name = school_label(row["name"], row["schoolId"])
        count, students = _whole(row["critical"]), _whole(row["students"])
        without = _whole(row["students_without_guardian"])
        critical.append(Bar(name, "critical", count, f"{count:,}"))
        text = f"{percent(without, students)} of {students:,}" if students else "no students"
        alone.append(Bar(name, "warning", 100 * without / students if students else 0, text))
    left = Bars(f"{SYMBOLS['critical']} Rows with a critical finding", critical)
    right = Bars(f"{SYMBOLS['warning']} Students without a guardian", alone, top=100, labels=False)
    notes = [left_out(len(by_school), most, "schools"), LOGARITHMIC if left.logarithmic else ""]
    chart: alt.HConcatChart = bar_charts(
        "Schools with the most problems first", [left, right], notes, beside=True, width=130
    )
    return chart


def schools_by_problems(by_school: pd.DataFrame) -> pd.DataFrame:
    """The schools with the most critical rows first, then those with the most guardians missing."""
    keys = ["critical", "students_without_guardian", "warning", "schoolId"]
    return by_school.sort_values(keys, ascending=[False, False, False, True], kind="stable")


def _whole(value: Any) -> int:
    return 0 if value is None or value != value else int(value)


# ---- matches


def matches_by_school(
    by_school: pd.DataFrame, title: str = "Classrooms by school, most unmatched first", most: int = _MOST
) -> alt.LayerChart:
    """One bar for each school: matched, suggested, unmatched on either side; most unmatched first.

    Parameters
    ----------
    by_school : pandas.DataFrame
        ``schoolId``, ``name`` and a count for each of ``matched``, ``suggested``, ``unmatched_roster``,
        ``unmatched_workspace``.
    title : str
    most : int
        Schools shown; a note counts the others.
    """
    without = by_school[[status for status in STATUSES if status != "matched"]].sum(axis=1)
    ordered = by_school.assign(_without=without).sort_values(
        ["_without", "matched", "schoolId"], ascending=[False, False, True], kind="stable"
    )
    bars = [
        _of_parts(
            school_label(row["name"], row["schoolId"]), {word: row[status] for status, (word, _) in STATUSES.items()}
        )
        for row in ordered.head(most).to_dict("records")
    ]
    colours = dict(STATUSES.values())
    note = left_out(len(by_school), most, "schools")
    return bar_chart(title, bars, note, colours=colours, legend=True, width=280)


def _of_parts(name: str, counts: Mapping[str, Any], nothing: str = "") -> Bar:
    """A bar with a part for each count, and the counts in words beside it."""
    text = ", ".join(f"{int(count):,} {word}" for word, count in counts.items() if count)
    return Bar(name, text=text or nothing, parts={word: int(count) for word, count in counts.items()})


# ---- uploads


def rows_planned(summary: pd.DataFrame) -> alt.LayerChart:
    """Rows of each file of a plan, or at school level, of each school.

    Parameters
    ----------
    summary : pandas.DataFrame
        As ``plan.summary()``: ``school``, ``file``, ``rows``.
    """
    by_school = (summary["school"] != "").any()
    sizes = summary.groupby("school" if by_school else "file", sort=False)["rows"].sum()
    bars = [Bar(str(name), "read", int(rows), f"{int(rows):,} rows") for name, rows in sizes.head(_MOST).items()]
    title = "Rows to send, by school" if by_school else "Rows to send, by file"
    return bar_chart(title, bars, left_out(len(sizes), _MOST))


def actions_by_line(counts: pd.DataFrame, title: str) -> alt.LayerChart:
    """One bar for each line: rows created, updated, unchanged, skipped and refused.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``line`` (the name of the bar), and a count for each action.
    title : str
    """
    bars = [
        _of_parts(str(row["line"]), {action: row[action] for action in ACTION_COLOURS}, "no rows")
        for row in counts.head(_MOST).to_dict("records")
    ]
    return bar_chart(title, bars, left_out(len(counts), _MOST), colours=ACTION_COLOURS, legend=True)


# ---- duplicates


def duplicates_by_school(clusters: pd.DataFrame, most: int = 20) -> alt.VConcatChart:
    """Duplicates by school and by grade.

    Parameters
    ----------
    clusters : pandas.DataFrame
        As ``duplicates.clusters``: ``cluster_id``, ``source``, ``school`` and ``grade`` of each record. Several schools
        of one record are joined by ``; ``. A person at two schools counts at both.
    most : int
        Schools, and grades, shown; a note counts the others.
    """
    repeated = clusters["source"].eq("roster").groupby(clusters["cluster_id"]).sum().ge(2)
    people = clusters[["cluster_id", "school", "grade"]].assign(
        repeated=clusters["cluster_id"].map(repeated).astype(bool)
    )
    people["school"] = people["school"].astype(object).fillna("").str.split("; ")
    people = people.explode("school", ignore_index=True)
    schools, grades = _people_by(people, "school"), _people_by(people, "grade")
    schools = schools.sort_values(["all", "name"], ascending=[False, True], kind="stable")
    order = {grade: place for place, grade in enumerate(GRADES)}
    grades = grades.sort_values("name", key=lambda names: names.map(lambda name: (order.get(name, len(order)), name)))
    notes = [left_out(len(schools), most, "schools"), left_out(len(grades), most, "grades")]
    if people.groupby("cluster_id")["school"].nunique().gt(1).any():
        notes.append("A person with records at two schools counts at both")
    if clusters.empty:
        notes.append("There are none")
    panels = [Bars("By school", _duplicate_bars(schools.head(most)), legend=True)]
    if people["grade"].fillna("").ne("").any() or people.empty:  # adults have no grade
        panels.append(Bars("By grade", _duplicate_bars(grades.head(most))))
    chart: alt.VConcatChart = bar_charts("Duplicates by school and grade", panels, notes, colours=DUPLICATE_COLOURS)
    return chart


def _people_by(people: pd.DataFrame, column: str) -> pd.DataFrame:
    """How many people have several records at each place: ``name``, ``repeated`` (within the delivery), ``all``."""
    each = people.drop_duplicates(["cluster_id", column])
    name = each[column].astype(object).fillna("").replace("", f"no {column} known")
    counts = each.groupby(name)["repeated"].agg(["sum", "size"]).astype("int64")
    return counts.set_axis(["repeated", "all"], axis=1).rename_axis("name").reset_index().astype({"name": object})


def _duplicate_bars(counts: pd.DataFrame) -> list[Bar]:
    bars = []
    for name, repeated, whole in counts.itertuples(index=False, name=None):
        text = f"{whole:,} ({repeated:,} in the delivery)" if repeated else f"{whole:,} with Connect"
        if repeated == whole:
            text = f"{whole:,} in the delivery"
        found = _NAME_AND_ID.fullmatch(name)
        label = school_label(found[1], found[2]) if found else school_label(name, "")
        parts = dict(zip(DUPLICATE_COLOURS, (repeated, whole - repeated), strict=True))
        bars.append(Bar(label, text=text, parts=parts))
    return bars

"""What the report and the workbook show of duplicates, changed IDs, schools and classrooms: IDs and words, never names.

Titles of classes are left out, because they may hold the names of teachers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_kit.display.characters import missing
from connect_kit.display.look import share, signed
from connect_kit.display.svg import to_svg
from connect_kit.identity.patterns import PATTERNS

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches

MOST_PAIRS: Final = 10
MOST_CONFLICTS: Final = 20
MOST_PARTNERS: Final = 10
MOST_CHANGES: Final = 100
#: So that a pair exactly at the threshold is not lost between a probability and its match weight.
_A_LITTLE_LESS: Final = 0.999

Record = dict[str, Any]


def pairs_without_names(duplicates: Duplicates) -> pd.DataFrame:
    """The duplicates, the most certain first, without what names a person.

    Columns: those of duplicates.csv, ``decision``, ``left_grade``, ``right_grade``, ``left_school``,
    ``right_school``, ``reason``.
    """
    pairs = duplicates.pairs(_A_LITTLE_LESS * duplicates.threshold)
    columns = [*duplicates.table().columns, "decision"]
    columns += [f"{side}_{what}" for what in ("grade", "school") for side in ("left", "right")]
    return pairs.loc[pairs["cluster_id"] > 0, [*columns, "reason"]].reset_index(drop=True)


def partners_without_names(matches: SchoolMatches | ClassroomMatches) -> pd.DataFrame:
    """The columns of schools.csv, or of classrooms.csv without the titles."""
    table = matches.table()
    titles = [name for name in table if matches.kind == "classrooms" and str(name).endswith("_title")]
    return table.drop(columns=titles)


def duplicates_section(duplicates: Duplicates) -> Record:
    """What the template shows of duplicates."""
    pairs = pairs_without_names(duplicates)
    with_connect = pairs["right_source"] == "workspace"
    parts = (
        ("In the delivery more than once", "Other ID in the delivery", pairs[~with_connect]),
        ("In the delivery and on Connect", "Connect's ID of the student", pairs[with_connect]),
    )
    conflicts = duplicates.conflicts
    return {
        "counts": _words(duplicates.summary()),
        "pairs": len(pairs),
        "parts": [
            {
                "title": title,
                "right": right,
                "count": len(frame),
                "rows": [_pair(row) for row in _filled(frame.head(MOST_PAIRS))],
            }
            for title, right, frame in parts
            if len(frame)
        ],
        "conflicts": _filled(conflicts.head(MOST_CONFLICTS)),
        "conflicts_left": max(0, len(conflicts) - MOST_CONFLICTS),
        "left_out": int(duplicates.capped["comparisons_left_out"].sum()),
        "evidence": _evidence(duplicates.evidence),
        "chart": _drawn(duplicates.chart("schools"), "duplicates") if len(pairs) else "",
    }


def changes_section(changes: IdChanges) -> Record:
    """What the template shows of changed IDs: by kind and school the share, and how the IDs changed."""
    found = changes.summary()
    found["words"] = found["pattern"].map(PATTERNS)
    return {
        "counts": [{"what": kind, "count": number} for kind, number in changes.counts.items() if number],
        "rows": [row | {"share": f"{row['percent']:.1f} %"} for row in _filled(found.head(MOST_CHANGES))],
        "left": max(0, len(found) - MOST_CHANGES),
    }


def partners_section(schools: SchoolMatches | None, classrooms: ClassroomMatches | None) -> list[Record]:
    """What the template shows of schools, then of classrooms."""
    return [_partners(matches) for matches in (schools, classrooms) if matches is not None]


def _partners(matches: SchoolMatches | ClassroomMatches) -> Record:
    of_schools = matches.kind == "schools"
    table = partners_without_names(matches)
    lists = []
    for status, title in _LISTS[matches.kind].items():
        rows = table[table["status"] == status]
        if len(rows):
            lists.append(
                {
                    "status": status,
                    "title": title,
                    "count": len(rows),
                    "rows": _filled(rows.head(MOST_PARTNERS).rename(columns=_SHORT)),
                }
            )
    return {
        "kind": matches.kind,
        "title": "Schools" if of_schools else "Classrooms",
        "sides": matches.words,
        "outcomes": _filled(_by_outcome(matches.consequences())),
        "lists": lists,
        "most": MOST_PARTNERS,
        "chart": _drawn(matches.chart(), f"partners-{matches.kind}") if len(table) and not of_schools else "",
    }


_SHORT: Final = {"roster_id": "left", "workspace_id": "right"}
_LISTS: Final = {
    "schools": {
        "suggested": "Suggested: probably the same school",
        "unmatched_roster": "Only in the delivery",
        "unmatched_workspace": "Only on Connect",
        "out": "Does not take part",
    },
    "classrooms": {
        "suggested": "Suggested: probably the same class",
        "unmatched_workspace": "Only on Connect",
        "unmatched_roster": "Only in the delivery",
    },
}


def _by_outcome(consequences: pd.DataFrame) -> pd.DataFrame:
    """What will happen in all schools together: ``count``, ``schools``, ``what``, ``source``."""
    grouped = consequences.groupby(["outcome", "what", "source"], sort=False, dropna=False)
    outcomes = grouped.agg(count=("count", "sum"), schools=("count", "size")).reset_index()
    return outcomes.sort_values("count", ascending=False, kind="stable")


def _pair(row: Record) -> Record:
    places = [row[f"{side}_school"] for side in ("left", "right")]
    grades = [row[f"{side}_grade"] for side in ("left", "right")]
    weight = row["match_weight"]
    return row | {
        "where": _both(*places),
        "grades": _both(*grades),
        "sure": "decided" if row["decision"] == "same" else share(row["match_probability"]),
        "weight": "" if weight == "" else signed(weight),
    }


def _both(left: str, right: str) -> str:
    if left == right:
        return left
    return f"{left or 'not known'} → {right or 'not known'}"


def _evidence(evidence: pd.DataFrame) -> str:
    used = evidence.loc[evidence["used"], "field"].tolist()
    unused = evidence.loc[~evidence["used"], "field"].tolist()
    compared = ", ".join(used) or "nothing"
    return f"{compared}; not compared: {', '.join(unused)}" if unused else compared


def _words(summary: pd.DataFrame) -> list[Record]:
    return [{"what": str(what), "count": int(count)} for what, count in summary.itertuples(index=False, name=None)]


def _filled(frame: pd.DataFrame) -> list[Record]:
    """Rows as dictionaries; a missing value is an empty text, a whole number Python's own."""
    return [
        {
            str(name): "" if missing(value) else int(value) if str(frame[name].dtype).startswith("int") else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _drawn(chart: Any, name: str) -> Any:
    from markupsafe import Markup

    return Markup(to_svg(chart, name))  # noqa: S704  # to_svg escapes what it holds

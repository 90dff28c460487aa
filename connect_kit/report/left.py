"""What the report shows of what stays behind on Connect: IDs and words, never names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connect_kit.display.characters import missing
from connect_kit.display.svg import to_svg
from connect_kit.identity.staying import COLUMNS, KINDS, REASONS

if TYPE_CHECKING:
    from connect_kit.identity import LeftBehind

MOST_LEFT: Final = 10
_IDS: Final = tuple(name for name in COLUMNS if name not in ("kind", "schoolId", "reason"))

Record = dict[str, Any]


def left_section(left: LeftBehind) -> Record:
    """What the template shows: by kind the counts, what to do, and a few of the rows; and what was not judged."""
    from markupsafe import Markup

    summary = left.summary()
    parts = []
    for kind, count in left.counts.items():
        if count:
            of_kind = summary[summary["kind"] == kind]
            rows = left.table(kind).head(MOST_LEFT)
            shown = [name for name in _IDS if rows[name].notna().any()]
            parts.append(
                {
                    "kind": kind,
                    "title": KINDS[kind].title,
                    "count": count,
                    "unclear": left.unclear[kind],
                    "to_merge": left.to_merge[kind],
                    "merge": KINDS[kind].merging,
                    "thing": KINDS[kind].counted,
                    "schools": len(of_kind),
                    "what_to_do": KINDS[kind].what_to_do,
                    "source": KINDS[kind].source,
                    "columns": [*shown, "reason"],
                    "rows": [_cells(row) for row in rows[[*shown, "reason"]].itertuples(index=False, name=None)],
                }
            )
    return {
        "parts": parts,
        "most": MOST_LEFT,
        "not_judged": [(KINDS[kind].title, why) for kind, why in left.not_judged.items()],
        "chart": Markup(to_svg(left.chart(), "left")) if parts else "",  # noqa: S704  # to_svg escapes what it holds
    }


def _cells(row: tuple[Any, ...]) -> list[str]:
    *ids, reason = ("" if missing(value) else str(value) for value in row)
    return [*ids, REASONS[reason]]

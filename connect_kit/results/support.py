"""The message to SchoolStatus support: what was sent, what came back, IDs only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.display.look import counted
from connect_kit.results.causes import causes, rows_of
from connect_kit.uploads.records import of_dry_run

if TYPE_CHECKING:
    from connect_kit.results.data import ResultsData

_MOST_CAUSES = 20
_MOST_IDS = 10
#: Verdicts that support is asked about, in its words.
_SURPRISES = {
    "worse": "refused although our dry run expected success",
    "not in result": "sent by us and missing from the result",
    "not sent": "in the result and never sent by us",
}


def asks(results: ResultsData) -> bool:
    """Whether there is anything to ask support about: nothing of a dry run, of which Connect knows nothing."""
    if any(of_dry_run(one.file.path.parent) for one in results.received):
        return False
    return results.count(f"result <> 'SUCCESS' OR verdict IN {tuple(_SURPRISES)}") > 0


def support_message(results: ResultsData) -> str:
    """A message to SchoolStatus support about the errors: counts, causes, IDs; never names."""
    errors = results.count("result <> 'SUCCESS'")
    counts = {verdict: results.count(f"verdict = '{verdict}'") for verdict in _SURPRISES}
    lines = [
        f"To: {connect.SUPPORT_ADDRESS}",
        f"Subject: Manual SIS upload: {counted(errors, 'row')} with an error",
        "",
        "[your district, your name, date and time of the upload]",
        "",
    ]
    if not asks(results):
        return "\n".join([*lines, "Every row of the result files reads SUCCESS; there is nothing to ask.", ""])
    lines += ["We uploaded these files by hand (SIS Rostering), and these are the results:", ""]
    for one, row in zip(results.received, results.summary().to_dict("records"), strict=False):
        level = f"{one.sent.level} level, " if one.sent else ""
        lines.append(
            f"- {row['file']}: {level}{counted(row['rows'], 'row')}, {row['success']:,} SUCCESS, "
            f"{row['errors']:,} with an error"
        )
    lines += ["", "Errors by cause (IDs of our SIS; no names are given, for privacy):", ""]
    found = causes(results)
    for place, row in enumerate(found.head(_MOST_CAUSES).to_dict("records")):
        code = f" [{row['code']}]" if row["code"] else ""
        lines.append(f"{place + 1}. {row['kind']}: {row['cause']}{code}: {counted(row['count'], 'row')}")
        shown = rows_of(results, place)[["sourcedId", "second_id", "line"]].head(_MOST_IDS)
        ids = [
            " / ".join(part for part in pair if isinstance(part, str)) or f"line {line}"
            for *pair, line in shown.itertuples(index=False, name=None)
        ]
        more = f" and {row['count'] - len(ids):,} more" if row["count"] > len(ids) else ""
        lines.append(f"   {', '.join(ids)}{more}")
    if len(found) > _MOST_CAUSES:
        lines.append(f"   and {len(found) - _MOST_CAUSES:,} more causes")
    surprises = [f"- {counted(count, 'row')} {_SURPRISES[verdict]}" for verdict, count in counts.items() if count]
    lines += ["", *surprises, ""] if surprises else [""]
    lines += ["Could you tell us what these rows need, so that we can correct them and upload again?", ""]
    return "\n".join(lines)

"""The message to SchoolStatus support: what was sent, what came back, IDs only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit import connect

if TYPE_CHECKING:
    from connect_kit.results.value import Results

_MOST_CAUSES = 20
_MOST_IDS = 10


def support_message(results: Results) -> str:
    """See :meth:`connect_kit.uploads.Results.support_message`."""
    errors = results.count("result <> 'SUCCESS'")
    worse = results.count("verdict = 'worse'")
    gone = results.count("verdict = 'not in result'")
    strange = results.count("verdict = 'not sent'")
    lines = [
        f"To: {connect.SUPPORT_ADDRESS}",
        f"Subject: Manual SIS upload: {_rows(errors)} with an error",
        "",
        "[your district, your name, date and time of the upload]",
        "",
    ]
    if not (errors or gone or strange):
        return "\n".join([*lines, "Every row of the result files reads SUCCESS; there is nothing to ask.", ""])
    lines += ["We uploaded these files by hand (SIS Rostering), and these are the results:", ""]
    for one, row in zip(results.received, results.summary().to_dict("records"), strict=False):
        level = f"{one.sent.level} level, " if one.sent else ""
        lines.append(
            f"- {row['file']}: {level}{_rows(row['rows'])}, {row['success']:,} SUCCESS, {row['errors']:,} with an error"
        )
    lines += ["", "Errors by cause (IDs of our SIS; no names are given, for privacy):", ""]
    causes = results.causes()
    for place, row in enumerate(causes.head(_MOST_CAUSES).to_dict("records")):
        code = f" [{row['code']}]" if row["code"] else ""
        lines.append(f"{place + 1}. {row['kind']}: {row['cause']}{code}: {_rows(row['count'])}")
        shown = results.rows_of(place)
        ids = [
            " / ".join(part for part in pair if isinstance(part, str)) or f"line {line}"
            for *pair, line in shown[["sourcedId", "second_id", "line"]]
            .head(_MOST_IDS)
            .itertuples(index=False, name=None)
        ]
        more = f" and {row['count'] - len(ids):,} more" if row["count"] > len(ids) else ""
        lines.append(f"   {', '.join(ids)}{more}")
    if len(causes) > _MOST_CAUSES:
        lines.append(f"   and {len(causes) - _MOST_CAUSES:,} further causes")
    told = (
        (worse, "refused although our rehearsal expected success"),
        (gone, "sent by us and missing from the result"),
        (strange, "in the result and never sent by us"),
    )
    more_lines = [f"- {_rows(count)} {what}" for count, what in told if count]
    lines += ["", *more_lines, ""] if more_lines else [""]
    lines += ["Could you tell us what these rows need, so that we can correct them and upload again?", ""]
    return "\n".join(lines)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"

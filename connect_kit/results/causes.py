"""Errors of results by cause, and what the district has to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_kit.checks.rules_by_code import rules_by_code
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from connect_kit.results.data import ResultsData

_ASK = (
    "Connect's text is not documented. Compare the row with a row that succeeded; where that does not show it, send "
    "the support message."
)
# Connect's texts name the row's IDs and numbers: without them, the same mistake is the same text.
_TEXT = r"""
    left(trim(regexp_replace(regexp_replace(
        replace(replace(coalesce(message, ''), coalesce("sourcedId", chr(0)), '…'), coalesce(second_id, chr(0)), '…'),
        '"[^"]*"|''[^'']*''|“[^”]*”', '…', 'g'), '[0-9]+', '#', 'g')), 200)
"""
_CAUSE = f"CASE WHEN code IS NULL THEN {_TEXT} ELSE '' END"
_GROUPS = f"""
    SELECT kind, coalesce(code, '') AS code, {_CAUSE} AS text, count(*) AS count, min(coalesce(line, result_line), 3),
        min_by(coalesce("sourcedId", ''), coalesce(line, result_line), 3), mode(forecast_code) AS expected
    FROM rows JOIN files USING (place) WHERE result <> 'SUCCESS' GROUP BY ALL
    ORDER BY count DESC, kind, code, text
"""


#: Rows that succeeded in part only, as a student whose guardian Connect does not know; it takes the critical codes.
INCOMPLETE = "(result = 'SUCCESS' AND code IN (SELECT unnest(?::VARCHAR[])))"


def critical_codes() -> list[str]:
    """Codes of critical rules."""
    return [code for code, rule in rules_by_code().items() if rule.severity == "critical"]


def causes(results: ResultsData) -> pd.DataFrame:
    """Errors by cause, the most frequent first.

    Columns: ``kind``, ``cause`` (the rule's title, or Connect's text without IDs and numbers), ``code``, ``count``,
    ``first`` (line and ID of the first three), ``remedy``, ``source``.
    """
    import pandas as pd

    rows = []
    for kind, code, text, count, lines, ids, expected in results.schema.execute(_GROUPS):
        known = rules_by_code().get(code)
        likely = rules_by_code().get(expected or "")
        if known:
            cause, remedy, source = known.title, known.remedy, known.source
        elif likely:
            cause = text or "no reason given"
            remedy, source = f"As forecast ({expected}), probably: {likely.remedy}", likely.source
        else:
            cause, remedy, source = text or code or "no reason given", _ASK, "kit decision"
        first = ", ".join(
            f"line {line}: {who}" if who else f"line {line}" for line, who in zip(lines, ids, strict=True)
        )
        rows.append((kind, cause, code, count, first, remedy, source))
    return pd.DataFrame(rows, columns=["kind", "cause", "code", "count", "first", "remedy", "source"])


def rows_of(results: ResultsData, cause: int) -> pd.DataFrame:
    """The rows of a cause, by its place in :meth:`causes` (from 0), with the columns of :meth:`table`."""
    groups = results.schema.execute(_GROUPS)
    if not 0 <= cause < len(groups):
        raise SettingError(f"cause {cause} does not exist; expected its place in causes(), 0 to {len(groups) - 1}")
    condition = f"result <> 'SUCCESS' AND kind = ? AND coalesce(code, '') = ? AND {_CAUSE} = ?"
    return results.where(condition, groups[cause][:3])


def incomplete(results: ResultsData) -> int:
    """How many rows succeeded in part only; :meth:`corrections` lists them with the errors."""
    frame = results.where(INCOMPLETE, [critical_codes()])
    return len(frame)


def corrections(results: ResultsData) -> pd.DataFrame:
    """What the district has to correct.

    Columns: ``file``, ``line``, ``sourcedId``, ``second_id``, ``column``, ``wrong``, ``todo``. Errors, and rows that
    succeeded in part only, as a student whose guardian Connect does not know. IDs only.
    """
    frame = results.where(f"result <> 'SUCCESS' OR {INCOMPLETE}", [critical_codes()])

    codes, wrong = frame["code"].astype(object), frame["message"].astype(object)

    def of_rule(what: str, otherwise: str) -> pd.Series[Any]:
        return codes.map(lambda code: getattr(rules_by_code().get(code), what, None) or otherwise).astype(object)

    return frame[["file", "line", "sourcedId", "second_id"]].assign(
        column=of_rule("column", ""),
        wrong=wrong.where(wrong.notna(), of_rule("title", "refused without a reason")),
        todo=of_rule("remedy", _ASK),
    )

"""Errors of results by cause, and what the district has to mend."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from connect_kit.connect import SEVERITIES
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from connect_kit.checks.suites import Rule
    from connect_kit.results.value import Results

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
        min_by(coalesce("sourcedId", ''), coalesce(line, result_line), 3), mode(forecast_code) AS foretold
    FROM rows JOIN files USING (place) WHERE result <> 'SUCCESS' GROUP BY ALL
    ORDER BY count DESC, kind, code, text
"""


@cache
def rules() -> Mapping[str, Rule]:
    """The rule of each code, the gravest of those that share it."""
    from connect_kit.checks.suites import load_suites, reader_rules

    found: dict[str, Rule] = dict(reader_rules())
    for rule in sorted(load_suites(), key=lambda rule: SEVERITIES.index(rule.severity), reverse=True):
        found[rule.code] = rule
    return found


def causes(results: Results) -> pd.DataFrame:
    """See :meth:`Results.causes`."""
    import pandas as pd

    rows = []
    for kind, code, text, count, lines, ids, foretold in results.schema.execute(_GROUPS):
        known = rules().get(code)
        likely = rules().get(foretold or "")
        if known:
            cause, remedy, source = known.title, known.remedy, known.source
        elif likely:
            cause = text or "no reason given"
            remedy, source = f"As forecast ({foretold}), probably: {likely.remedy}", likely.source
        else:
            cause, remedy, source = text or code or "no reason given", _ASK, "kit decision"
        first = ", ".join(
            f"line {line}: {who}" if who else f"line {line}" for line, who in zip(lines, ids, strict=True)
        )
        rows.append((kind, cause, code, count, first, remedy, source))
    return pd.DataFrame(rows, columns=["kind", "cause", "code", "count", "first", "remedy", "source"])


def rows_of(results: Results, cause: int) -> pd.DataFrame:
    """See :meth:`Results.rows_of`."""
    groups = results.schema.execute(_GROUPS)
    if not 0 <= cause < len(groups):
        raise SettingError(f"cause {cause} is none; expected its place in causes(), 0 to {len(groups) - 1}")
    kind, code, text = groups[cause][:3]
    condition = f"result <> 'SUCCESS' AND kind = ? AND coalesce(code, '') = ? AND {_CAUSE} = ?"
    return results.where(condition, [kind, code, text])


def corrections(results: Results) -> pd.DataFrame:
    """See :meth:`Results.corrections`."""
    known = rules()
    critical = [code for code, rule in known.items() if rule.severity == "critical"]
    frame: pd.DataFrame = results.where(
        "result <> 'SUCCESS' OR (result = 'SUCCESS' AND code IN (SELECT unnest(?)))", [critical]
    )

    def told(code: Any, what: str) -> str:
        rule = known.get(code) if isinstance(code, str) else None
        return (getattr(rule, what) or "") if rule else ""

    codes = frame["code"].astype(object)
    wrong = frame["message"].astype(object)
    titles = codes.map(lambda code: told(code, "title"))
    made = frame[["file", "line", "sourcedId", "second_id"]].assign(
        column=codes.map(lambda code: told(code, "column")),
        wrong=wrong.where(wrong.notna(), titles.where(titles.ne(""), "refused without a reason")),
        todo=codes.map(lambda code: told(code, "remedy") or _ASK),
    )
    return made.reset_index(drop=True)

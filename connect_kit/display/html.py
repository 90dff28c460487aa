"""Values as HTML: escaped text, severity badges and the table a value shows in a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connect_kit.display.characters import missing, visible
from connect_kit.display.look import COLOURS, SYMBOLS
from connect_kit.engine.arguments import checked
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

# The class is doubled to outrank JupyterLab's own rules, which align every cell right and colour the headings.
# Colours are those of JupyterLab's theme, light or dark; anywhere else they are dark on white.
TABLE_CSS = """
.ck-table{border-collapse:collapse;font:13px/1.4 system-ui,Arial,sans-serif}
.ck-table.ck-table,.ck-table caption{color:var(--jp-content-font-color1,#1f2933)}
.ck-table.ck-table,.ck-table caption{background:var(--jp-layout-color0,#fff)}
.ck-table.ck-table :is(thead,tbody,tr,th,td){color:inherit}
.ck-table caption{text-align:left;font-weight:600;padding:4px 0}
.ck-table.ck-table th,.ck-table.ck-table td{text-align:left;vertical-align:top;padding:4px 10px}
.ck-table th,.ck-table td{border-bottom:1px solid var(--jp-border-color2,#d9dee3)}
.ck-table.ck-table .ck-number{text-align:right;font-variant-numeric:tabular-nums}
.ck-badge{white-space:nowrap;border-left:4px solid;padding-left:6px}
""" + "".join(f".ck-{kind}{{border-color:{colour}}}\n" for kind, colour in COLOURS.items())


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers: counts and line numbers, never IDs."""
    return getattr(column.dtype, "kind", "O") in "iuf"


def badge(severity: str) -> str:
    """The severity as HTML: symbol and word beside its colour."""
    if severity not in SYMBOLS:
        return html.escape(visible(severity))
    return f'<span class="ck-badge ck-{severity}">{SYMBOLS[severity]} {severity}</span>'


def table_html(frame: pd.DataFrame, caption: str = "", *, most: int = 200) -> str:
    """A DataFrame as an HTML table: escaped, severities as badges, numbers aligned right.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index is not shown.
    caption : str
        Shown above the table.
    most : int
        Rows shown; a note says how many more there are.

    Returns
    -------
    str
        A ``<style>`` that touches only ``.ck-table``, and the table.
    """
    numbers = [is_number(frame.iloc[:, place]) for place in range(frame.shape[1])]
    names = [visible(name) for name in frame.columns]
    note = f" ({most:,} of {len(frame):,} rows)" if len(frame) > most else ""
    head = "".join(
        f'<th scope="col"{_right(number)}>{html.escape(name)}</th>' for name, number in zip(names, numbers, strict=True)
    )
    body = []
    for values in frame.head(most).itertuples(index=False, name=None):
        cells = (
            f"<td{_right(number)}>{_cell(value, name, number)}</td>"
            for value, name, number in zip(values, names, numbers, strict=True)
        )
        body.append(f"<tr>{''.join(cells)}</tr>")
    if not body:
        body.append(f'<tr><td colspan="{max(1, len(names))}">none</td></tr>')
    title = f"<caption>{html.escape(visible(caption) + note)}</caption>" if caption or note else ""
    return (
        f'<style>{TABLE_CSS}</style><table class="ck-table">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )


@dataclass(frozen=True, eq=False, repr=False)
class ShownTable:
    """A DataFrame that shows itself in a notebook as :func:`table_html` writes it, and as plain text elsewhere."""

    frame: pd.DataFrame
    caption: str = ""
    most: int = 200

    def __repr__(self) -> str:
        shown = self.frame.head(self.most).rename(columns=visible)
        for place in range(shown.shape[1]):
            if not is_number(column := shown.iloc[:, place]):
                shown.isetitem(place, column.map(visible, na_action="ignore").to_numpy(object))
        return "\n".join(filter(None, (visible(self.caption), shown.to_string(index=False))))

    def _repr_html_(self) -> str:
        return table_html(self.frame, self.caption, most=self.most)


@checked()
def show(frame: pd.DataFrame, caption: str = "", *, most: int = 200) -> ShownTable:
    """Show a DataFrame in a notebook so that people can read it.

    Long texts are shown whole, invisible characters are spelled out, severities have their symbol, and numbers are
    aligned right. The colours are those of the notebook's theme.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index is not shown.
    caption : str
        Shown above the table.
    most : int
        Rows shown; the caption says how many there are.

    Raises
    ------
    SettingError
        When it is not a DataFrame, or ``most`` is negative.
    """
    if most < 0:
        raise SettingError(f"most is {most}; expected a number of rows, such as 20")
    return ShownTable(frame, caption, most)


def _right(number: bool) -> str:
    return ' class="ck-number"' if number else ""


def _cell(value: Any, name: str, number: bool) -> str:
    if missing(value):
        return ""
    if number:
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}"
    return badge(value) if name == "severity" else html.escape(visible(value))

"""How values show themselves: charts, tables, HTML, SVG and the cells of workbooks. They show IDs, never names.

There are four kinds of chart, each drawn in one module: bars, a histogram, a waterfall and a graph. ``charts`` holds
the data of all bar charts. What a colour means is also said by a word or a symbol.
"""

from connect_kit.display.html import show

__all__ = ["show"]

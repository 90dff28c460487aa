"""How values show themselves: charts, tables, HTML, SVG and the cells of workbooks. They show IDs, never names.

There are four kinds of chart, each drawn in one module: bars, a histogram, a waterfall and a graph. ``charts`` holds
the data of all charts of bars. What a colour means, a word or a symbol says as well.
"""

from connect_kit.display.html import show

__all__ = ["show"]

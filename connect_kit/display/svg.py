"""A chart as SVG for an HTML page."""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from connect_kit.display.characters import drawable_parts

if TYPE_CHECKING:
    import altair as alt

AnyChart = TypeVar("AnyChart", bound="alt.TopLevelMixin")

#: How far a chart may shrink before its text of 12 pixels becomes too small.
SMALLEST = 0.75


def to_svg(chart: alt.TopLevelMixin, name: str = "chart") -> str:
    """The chart as one ``<svg>`` element for an HTML page.

    It holds no script and requests nothing; to a screen reader it is one image with a description.

    Parameters
    ----------
    chart : altair chart
    name : str
        Prefix of every id inside; unique on the page.
    """
    import xml.etree.ElementTree as ET

    import vl_convert

    spec: dict[str, Any] = chart.to_dict(validate=False)  # drawn at once; a mistake shows there
    version = re.search(r"/(v\d+\.\d+)", str(spec.get("$schema", "")))
    # An empty list of hosts: the data are in the chart itself, and nothing is to be fetched.
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=version[1] if version else None, allowed_base_urls=[])
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    # vl-convert's own output, not a document from elsewhere.
    svg = ET.fromstring(drawn)  # noqa: S314
    for node in svg.iter():
        for key, value in list(node.attrib.items()):
            if key in ("role", "class") or key.startswith("aria-"):
                del node.attrib[key]
            elif key == "id":
                node.attrib[key] = f"{name}-{value}"
            else:
                node.attrib[key] = value.replace("url(#", f"url(#{name}-")
    label = str(spec.get("description", name))
    svg.attrib.update({"role": "img", "aria-label": label, "class": "ck-chart"})
    # It shrinks with a narrow page as long as its text can be read; beyond that, the page scrolls.
    least = round(SMALLEST * float(svg.get("width", "0")))
    svg.attrib["style"] = f"max-width:100%;min-width:{least}px;height:auto"
    # Inside HTML an svg element needs no namespace, and without one the page names no host at all.
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", ET.tostring(svg, encoding="unicode"))


def draws_itself(chart: AnyChart) -> AnyChart:
    """Make the chart show itself in a notebook as SVG, drawn on this machine.

    Altair's own output makes the page load a script from the internet, which a locked-down laptop
    does not get and an audit must not request. A renderer that the analyst has chosen stays in force.
    """
    # Altair takes an assignment to any attribute as a part of the chart.
    kind: Any = type(chart)
    object.__setattr__(chart, "__class__", _drawing(kind))
    return chart


class _DrawsItself:
    def to_dict(self, *args: Any, **options: Any) -> dict[str, Any]:
        """The chart as it is drawn or saved, by whatever: no text of it ends that."""
        made: dict[str, Any] = drawable_parts(super().to_dict(*args, **options))  # type: ignore[misc]
        return made

    def _repr_mimebundle_(self, *args: Any, **options: Any) -> Any:
        import altair as alt

        if alt.renderers.active != "default":
            return super()._repr_mimebundle_(*args, **options)  # type: ignore[misc]
        # Charts of several notebooks may be on one page: each has ids of its own.
        svg = to_svg(self, f"chart-{secrets.token_hex(4)}")  # type: ignore[arg-type]
        return {"text/html": svg, "text/plain": repr(self)}


@cache
def _drawing(kind: type) -> type:
    return type(kind.__name__, (_DrawsItself, kind), {})

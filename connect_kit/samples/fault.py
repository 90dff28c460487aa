"""A planted fault as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connect_kit.connect import Severity
from connect_kit.samples.layouts import LAYOUTS, Layout

if TYPE_CHECKING:
    from connect_kit.samples.planting import FaultPlanter


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to break one rule, on rows that no other fault uses.

    Attributes
    ----------
    code : str
        The rule that is broken, as in the catalogue of checks.
    severity : {"critical", "warning", "info"}
        Severity of the finding.
    table, column : str
        Where the finding stands; the column is empty for findings about a whole row or file.
    title : str
        What is done to the data.
    plant : callable
        Plants the fault with the tools of a :class:`~connect_kit.samples.planting.FaultPlanter`.
    knock_on : tuple of str
        Codes of findings that necessarily follow; their rows are in truth.csv too.
    excludes : tuple of str
        Codes that cannot be planted in the same delivery; ``"*"`` stands for every other one.
    layouts : tuple of str
        Layouts that write what the fault needs.
    level : {"", "district", "school"}
        The only level at which the rule exists, or empty.
    guardians : {"", "users", "file"}
        The only place of guardians that the fault works with, or empty.
    """

    code: str
    severity: Severity
    table: str
    column: str
    title: str
    plant: Callable[[FaultPlanter], None]
    knock_on: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = LAYOUTS
    level: str = ""
    guardians: str = ""

    @property
    def alone(self) -> bool:
        """Whether the fault spoils a whole file or delivery, and so is planted only by name."""
        return "*" in self.excludes

    def fits(self, layout: str, level: str, guardians: str) -> bool:
        """Whether a delivery of this kind can show the fault."""
        return layout in self.layouts and self.level in ("", level) and self.guardians in ("", guardians)

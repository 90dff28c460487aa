"""A planted fault as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connect_kit.connect import Severity
from connect_kit.samples.layouts import LAYOUTS, Layout


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
        Where the finding is reported; the column is empty for findings about a whole row or file.
    title : str
        What is wrong, in words.
    order : int
        Its place among all faults, because each one takes the next rows that are free.
    plant : str
        The action that plants it (:mod:`connect_kit.samples.actions`).
    values : mapping
        What the action is given.
    knock_on : tuple of str
        Codes of findings that necessarily follow; their rows are in truth.csv too.
    alone : bool
        Whether it spoils a whole file or delivery, and so is planted only by name and beside no other.
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
    order: int
    plant: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    knock_on: tuple[str, ...] = ()
    alone: bool = False
    layouts: tuple[Layout, ...] = LAYOUTS
    level: str = ""
    guardians: str = ""

    def fits(self, layout: str, level: str, guardians: str) -> bool:
        """Whether a delivery of this kind can show the fault."""
        return layout in self.layouts and self.level in ("", level) and self.guardians in ("", guardians)

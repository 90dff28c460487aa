"""Every fault that can be planted, read from ``meta.example`` of the rules, and the choice among them.

An example is an object, or a list of them where a rule can be broken in several ways: ``text`` (what is wrong, in
words), ``order`` (its place among all examples), ``plant`` (an action of :mod:`connect_kit.samples.actions`) and, where
needed, ``values`` (what the action is given), ``knock_on``, ``alone``, ``level``, ``layouts`` and ``guardians`` (see
:class:`Fault`). ``table`` and ``column`` are the rule's own unless the example has others. Without ``layouts``, the
fault fits every layout that writes its column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from connect_kit.engine.files import read_json
from connect_kit.engine.rule_files import READER_RULES, suites_folder
from connect_kit.errors import SettingError, SuiteError
from connect_kit.samples.fault import Fault
from connect_kit.samples.layouts import LAYOUTS, Layout, columns_of, files_of

if TYPE_CHECKING:
    from pathlib import Path


@cache
def known_faults() -> tuple[Fault, ...]:
    """Return every fault that can be planted, in fixing order; a code may have variants.

    Raises
    ------
    SuiteError
        When a suite cannot be read, or an example in it lacks what a fault needs.
    """
    found = [fault for path in (READER_RULES, *suites_folder().glob("*.json")) for fault in _faults_of(path)]
    return tuple(sorted(found, key=lambda fault: fault.order))


def _faults_of(path: Path) -> Iterator[Fault]:
    try:
        data = read_json(path)
        rules = data if isinstance(data, list) else [_flat(path.stem, rule) for rule in data["expectations"]]
        for rule in rules:
            example = rule.get("example", [])
            for one in example if isinstance(example, list) else [example]:
                yield _fault(rule, one)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SuiteError(f"{path}: an example cannot be read ({error}); expected text, order and plant") from error


def _flat(table: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of a suite in the form in which the reader's own rules are written."""
    return {"table": table, "column": rule["kwargs"].get("column"), "severity": rule["severity"], **rule["meta"]}


def _fault(rule: Mapping[str, Any], example: Mapping[str, Any]) -> Fault:
    code = rule["code"]
    table = example.get("table") or rule.get("table") or code.partition(".")[0]
    column = example.get("column", rule.get("column")) or ""
    return Fault(
        code=code.replace("*", table),
        severity=rule["severity"],
        table=table,
        column=column,
        title=example["text"],
        order=example["order"],
        plant=example["plant"],
        values=example.get("values", {}),
        knock_on=tuple(example.get("knock_on", ())),
        alone=example.get("alone", False),
        layouts=tuple(example.get("layouts") or _layouts_with(table, column)),
        level=example.get("level") or rule.get("level") or "",
        guardians=example.get("guardians") or ("file" if table == "guardians" else ""),
    )


def _layouts_with(table: str, column: str) -> tuple[Layout, ...]:
    """Layouts that write the column; what none of them writes is brought by the fault itself."""
    found = tuple(
        layout
        for layout in LAYOUTS
        if table in files_of(layout, "file") and (not column or column in dict(columns_of(table, layout)))
    )
    return found or LAYOUTS


def choose_faults(
    faults: str | Iterable[str], *, layout: str, level: str, guardians: str | None
) -> tuple[tuple[Fault, ...], str]:
    """Choose the faults of a delivery and where its guardians are kept.

    Raises
    ------
    SettingError
        For an unknown code, a code that this delivery cannot show, or codes that exclude another.
    """
    known = known_faults()
    if faults == "none":
        return (), guardians or "users"
    if faults == "all":
        place = guardians or "users"
        return tuple(f for f in known if not f.alone and f.fits(layout, level, place)), place
    codes = {faults} if isinstance(faults, str) else set(faults)
    if unknown := codes - {fault.code for fault in known}:
        raise SettingError(f"no fault is known by the code {', '.join(sorted(unknown))}", step="known_faults")
    named = [fault for fault in known if fault.code in codes]
    if guardians is None:
        guardians = "users"
        for place in ("users", "file"):
            if codes == {f.code for f in named if f.fits(layout, level, place)}:
                guardians = place
                break
    chosen = tuple(fault for fault in named if fault.fits(layout, level, guardians))
    if missing := codes - {fault.code for fault in chosen}:
        raise SettingError(
            f"{', '.join(sorted(missing))} cannot be planted in layout {layout} at {level} level "
            f"with guardians in {guardians}"
        )
    for fault in chosen:
        if fault.alone and len(codes) > 1:
            raise SettingError(
                f"{fault.code} cannot be planted together with {', '.join(sorted(codes - {fault.code}))}"
            )
    return chosen, guardians

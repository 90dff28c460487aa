"""Every planted fault, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterable

from connect_kit.errors import SettingError
from connect_kit.samples import (
    faults_classes,
    faults_enrollments,
    faults_families,
    faults_files,
    faults_further,
    faults_guardians,
    faults_users,
    faults_workspace,
)
from connect_kit.samples.fault import Fault


def known_faults() -> tuple[Fault, ...]:
    """Return every fault that can be planted, in fixing order; a code may have variants."""
    return (
        *faults_files.FAULTS,
        *faults_workspace.FAULTS,
        *faults_users.FAULTS,
        *faults_families.FAULTS,
        *faults_classes.FAULTS,
        *faults_enrollments.FAULTS,
        *faults_guardians.FAULTS,
        *faults_further.FAULTS,
    )


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
        raise SettingError(f"no fault is known by the code {', '.join(sorted(unknown))}; see known_faults()")
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
        clash = codes - {fault.code} if fault.alone else codes & set(fault.excludes)
        if clash:
            raise SettingError(f"{fault.code} cannot stand beside {', '.join(sorted(clash))}")
    return chosen, guardians

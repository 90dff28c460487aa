"""What ``prepare`` and ``twin connect`` say of an upload's consequences: doubled children, and what nobody decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.cli.commands import command
from connect_kit.cli.console import echo
from connect_kit.cli.printing import print_possible
from connect_kit.display.look import children, counted, school_label

if TYPE_CHECKING:
    import connect_kit as ck
    from connect_kit.cli.commands import Places
    from connect_kit.matching import ClassroomMatches, SchoolMatches

_MOST_SCHOOLS = 20


def undecided_in_words(schools: SchoolMatches | None, classrooms: ClassroomMatches | None) -> str:
    """How many suggestions nobody has decided on: ``1 school and 57 classrooms``; blank without any."""
    counts = ((schools, "school"), (classrooms, "classroom"))
    return " and ".join(
        counted(found.undecided, thing) for found, thing in counts if found is not None and found.undecided
    )


def other_zeros_in_words(schools: SchoolMatches | None) -> str:
    """School IDs that have lost leading zeros which Connect has, and what is done; blank without any."""
    found = [] if schools is None else list(schools.other_zeros().itertuples(index=False, name=None))
    if not found:
        return ""
    pairs = ", ".join(f"{delivered} ({recorded})" for delivered, recorded in found[:_MOST_SCHOOLS])
    more = f" and {len(found) - _MOST_SCHOOLS:,} more" if len(found) > _MOST_SCHOOLS else ""
    are = (
        "School ID has lost leading zeros that it has"
        if len(found) == 1
        else "School IDs have lost leading zeros that they have"
    )
    return f"{len(found):,} {are} on Connect: {pairs}{more}"


def print_consequences(audit: ck.Audit, places: Places) -> None:
    """Print what the upload would do that nobody takes back, and how it is prevented."""
    plan = places.plan
    echo("")
    _print_doubled(audit, places)
    if plan.idle_archiving:
        echo("  ▲ --archive-existing has no effect: no school that is sent gets its first users.csv.")
        echo("    → students made by hand are archived, school by school, by:")
        echo(f"      {command('twin', 'archive-students', places.twin, '--school', 'ID', '--unsynced', '--yes')}")
    undecided = undecided_in_words(audit.schools, audit.classrooms)
    zeros = other_zeros_in_words(audit.schools)
    if zeros and not plan.keep_ids:
        echo(f"  ▲ {zeros}.")
        echo("    → export the files again with School IDs as text; Connect's stay as they are")
        echo("    → or prepare with the School IDs that Connect has:")
        echo(f"      {places.prepare('--keep-ids')}")
    if undecided:
        echo(f"  ▲ Not decided: {undecided} of Connect have a suggested partner.")
        if audit.schools is not None and audit.schools.undecided:
            echo("    A school without its School ID on Connect gets none of its rows (S9).")
        if audit.classrooms is not None and audit.classrooms.undecided:
            echo("    The upload makes a second classroom beside each such classroom (S10).")
        if places.workspace is not None and not places.of_folder:
            echo("    → to accept them all, and prepare again:")
            echo(f"      {places.on_twin('connect', '--suggested', '--yes')}")
            echo(f"      {places.prepare()}")
            echo("    → to decide about each: ck.ClassroomsPanel or decide(), then twin connect")
        else:
            echo("    → record the IDs on Connect (audit writes schools.csv and classrooms.csv), or archive classrooms")
            echo("    → to decide about each: ck.ClassroomsPanel or decide()")


def _print_doubled(audit: ck.Audit, places: Places) -> None:
    plan = places.plan
    if audit.duplicates is None:
        echo("  ▲ Duplicate students were not looked for: nobody knows how many children would be doubled.")
        echo("    → to look for them:")
        echo(f"      {places.prepare(without=('--no-duplicates',))}")
        return
    many = sum(plan.doubled.values())
    if not many:
        echo("  ✔ No child would be doubled.")
    else:
        echo(f"  ▲ {children(many)} would be doubled:")
        names = audit.findings.by_school().set_index("schoolId")["name"].to_dict()
        by_school = sorted(plan.doubled.items(), key=lambda one: (-one[1], one[0]))
        for school, count in by_school[:_MOST_SCHOOLS]:
            shown = "…" if school in plan.not_shown else school
            echo(f"{count:>12,}  {school_label(names.get(school), shown)}")
        if len(by_school) > _MOST_SCHOOLS:
            echo(f"    … and {len(by_school) - _MOST_SCHOOLS:,} more schools")
        new = sum(one.changed - one.kept for one in plan.changed_ids if one.kind == "students")
        if new:
            echo(f"    → {children(new)} under new IDs: keep the IDs that Connect has, or record the new ones; see")
            echo("      'IDs as Connect has them' below")
        if many > new:
            if plan.asks_to_archive:
                echo("    → archive the existing students first:")
                for one in (*places.new_twin, *places.archive()):
                    echo(f"      {one}")
            before = "or " if new or plan.asks_to_archive else ""
            echo(f"    → {before}merge them after the upload:")
            echo(f"      {places.merge()}")
        echo("    → pairs that are not the same child: decide so in ck.DuplicatesPanel")
    print_possible(audit.duplicates)

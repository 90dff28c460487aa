"""What a check may be given besides the roster: a workspace, duplicates, matched classrooms, changed IDs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.errors import SettingError

if TYPE_CHECKING:
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges
    from connect_kit.matching.matches import ClassroomMatches
    from connect_kit.roster import Roster, Workspace

#: What a rule may need besides the delivery, and the reason that is shown where it was not given.
MISSING_INPUTS: Mapping[str, str] = {
    "workspace": "no workspace was given",
    "duplicates": "duplicates were not looked for; pass duplicates=find_duplicates(roster, workspace)",
    "classrooms": "classrooms were not matched; pass classrooms=match_classrooms(roster, workspace)",
    "id_changes": "changed IDs were not looked for; pass id_changes=find_id_changes(roster, workspace)",
}


def provided_inputs(
    roster: Roster,
    workspace: Workspace | None,
    duplicates: Duplicates | None,
    classrooms: ClassroomMatches | None,
    id_changes: IdChanges | None = None,
) -> frozenset[str]:
    """Which of the things that a rule may need are there.

    Raises
    ------
    SettingError
        When one of them was made from another roster or workspace.
    """
    if duplicates is not None:
        if duplicates.kind != "students":
            raise SettingError("duplicates are of kind 'people'; pass those of find_duplicates(roster, workspace)")
        _same("duplicates", "find_duplicates", duplicates.roster is roster)
        _same("duplicates", "find_duplicates", workspace is None or duplicates.workspace is workspace)
    if classrooms is not None:
        _same("classrooms", "match_classrooms", classrooms.roster is roster)
        _same("classrooms", "match_classrooms", workspace is None or classrooms.workspace is workspace)
    if id_changes is not None:
        _same("id_changes", "find_id_changes", id_changes.roster is roster)
        _same("id_changes", "find_id_changes", workspace is None or id_changes.workspace is workspace)
    there = {"workspace": workspace, "duplicates": duplicates, "classrooms": classrooms, "id_changes": id_changes}
    return frozenset(name for name, value in there.items() if value is not None)


def _same(name: str, verb: str, same: bool) -> None:
    if not same:
        raise SettingError(
            f"{name} were found in another roster or workspace than these; pass {name}={verb}(roster, workspace)"
        )

"""What a check may be given besides the roster: workspace, duplicates, classrooms, changed IDs, what stays behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_kit.errors import SettingError
from connect_kit.identity.staying import KINDS, NO_SCHOOL

if TYPE_CHECKING:
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching.matches import ClassroomMatches
    from connect_kit.roster import Roster, Workspace

#: What a rule may need besides the delivery, and the reason that is shown where it was not given.
MISSING_INPUTS: Mapping[str, str] = {
    "workspace": "no workspace was given",
    "orgs_or_workspace": "there is neither orgs.csv nor a workspace: nothing shows which org is not a school",
    "duplicates": "duplicates were not looked for; pass duplicates=find_duplicates(roster, workspace)",
    "classrooms": "classrooms were not matched; pass classrooms=match_classrooms(roster, workspace)",
    "id_changes": "changed IDs were not looked for; pass id_changes=find_id_changes(roster, workspace)",
    "left_behind": "what stays behind was not looked for; pass left_behind=left_behind(roster, workspace)",
    "left_behind.schools": NO_SCHOOL,
    "left_behind.guardians": KINDS["guardian_relationships"].unjudged,
    "left_behind.staff": KINDS["staff"].unjudged,
    "left_behind.students": KINDS["students"].unjudged,
    "left_behind.classrooms": KINDS["classrooms"].unjudged,
}
#: What stays behind can be judged where the delivery says something about one of these kinds.
_JUDGED: Mapping[str, tuple[str, ...]] = {
    "left_behind.schools": tuple(KINDS),
    "left_behind.guardians": ("guardian_relationships",),
    "left_behind.staff": ("staff", "classroom_teachers"),
    "left_behind.students": ("students", "classroom_students"),
    "left_behind.classrooms": ("classrooms",),
}


def provided_inputs(
    roster: Roster,
    workspace: Workspace | None,
    duplicates: Duplicates | None,
    classrooms: ClassroomMatches | None,
    id_changes: IdChanges | None = None,
    left_behind: LeftBehind | None = None,
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
    judged = set()
    if left_behind is not None:
        _same("left_behind", "left_behind", left_behind.roster is roster)
        _same("left_behind", "left_behind", workspace is None or left_behind.workspace is workspace)
        judged = {name for name, kinds in _JUDGED.items() if not set(kinds) <= set(left_behind.not_judged)}
    there = {
        "workspace": workspace, "duplicates": duplicates, "classrooms": classrooms, "id_changes": id_changes,
        "left_behind": left_behind,
    }  # fmt: skip
    if workspace is not None or "orgs" in roster.info:
        judged.add("orgs_or_workspace")
    return frozenset(name for name, value in there.items() if value is not None) | judged


def _same(name: str, verb: str, same: bool) -> None:
    if not same:
        raise SettingError(
            f"{name} {'was' if name == 'left_behind' else 'were'} found in another roster or workspace than these; "
            f"pass {name}={verb}(roster, workspace)"
        )

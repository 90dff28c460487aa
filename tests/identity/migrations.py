"""Deliveries under new IDs, made from an invented district whose workspace keeps the old ones."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import pandas as pd

import connect_kit as ck

GRADES = ["KG", *(f"{n:02d}" for n in range(1, 13))]
NICKNAMES = {
    "Benjamin": "Ben",
    "Daniel": "Dan",
    "Isabella": "Bella",
    "Michael": "Mike",
    "Samuel": "Sam",
    "Thomas": "Tom",
}


def guid(old: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, old))


#: How an ID of eight digits, the first of them zeros, becomes another one.
CHANGES: dict[str, Callable[[str], str]] = {
    "zeros_lost": lambda old: old.lstrip("0"),
    "zeros_gained": lambda old: "00" + old,
    "prefix_added": lambda old: "S-" + old,
    "suffix_added": lambda old: old + "-WC",
    "separators": lambda old: f"{old[:4]} {old[4:]}",
    "decimal": lambda old: old.lstrip("0") + ".0",
    "number_to_guid": guid,
    "unrelated": lambda old: str(20_000_000 + int(guid(old)[:6], 16)),
}


@dataclass(frozen=True)
class Migration:
    """A delivery under new IDs, the workspace that has the old ones, and which is which by kind."""

    roster: ck.Roster
    workspace: ck.Workspace
    truth: dict[str, dict[str, str]] = field(default_factory=dict)

    def figures(self, changes: ck.IdChanges, kind: str = "students") -> tuple[float, float]:
        """Precision and recall of a crosswalk."""
        found = set(changes.crosswalk(kind).itertuples(index=False, name=None))
        true = set(self.truth[kind].items())
        right = len(found & true)
        return right / max(len(found), 1), right / max(len(true), 1)


def misspelt(name: str, chance: random.Random) -> str:
    place = chance.randrange(1, max(len(name) - 1, 2))
    return name[:place] + name[place + 1 :] if len(name) > 4 else name + name[-1]


def migrate(
    sample: ck.SampleDistrict,
    change: str = "number_to_guid",
    *,
    kinds: Collection[str] = ("students",),
    schools: Collection[str] | None = None,
    grades: Collection[str] | None = None,
    promoted: bool = False,
    leave: float = 0.0,
    move: float = 0.0,
    spoil: float = 0.0,
    new_contacts: float = 0.0,
    new_classes: bool = False,
    seed: int = 1,
) -> Migration:
    """Change IDs of some kinds, some schools, some grades (those on Connect); with a summer in between if wanted.

    ``leave``, ``move``, ``spoil`` and ``new_contacts`` are shares of the students: gone, at another school, with a
    nickname, a misspelling or a new family name, with guardians who are reached in another way.
    """
    chance = random.Random(seed)
    roster, workspace = ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace)
    frames = {name: roster.frame(name).astype(object) for name in roster.tables}
    users = frames["users"].where(frames["users"].notna(), None)
    made = CHANGES[change]
    truth: dict[str, dict[str, str]] = {
        kind: {} for kind in ("students", "staff", "guardians", "schools", "classrooms")
    }
    named: dict[str, str] = {}
    rows = users.to_dict("records")
    all_schools = sorted({row["orgSourcedIds"] for row in rows if row["role"] == "student"})
    stay = []
    for row in rows:
        old, role = row["sourcedId"], row["role"]
        kind = (
            "students" if role == "student" else "guardians" if role in ("guardian", "parent", "relative") else "staff"
        )
        renamed = kind in kinds and (schools is None or row["orgSourcedIds"] in schools or kind == "guardians")
        renamed &= grades is None or kind != "students" or row["grades"] in grades
        if kind == "students":
            gone = chance.random() < leave
            if promoted:
                place = GRADES.index(row["grades"]) + 1
                gone |= place == len(GRADES)
                row["grades"] = GRADES[min(place, len(GRADES) - 1)]
            if gone:
                continue
            if chance.random() < move:
                row["orgSourcedIds"] = chance.choice(all_schools)
            if chance.random() < spoil:
                how = chance.randrange(3)
                if how == 0:
                    row["givenName"] = NICKNAMES.get(row["givenName"], misspelt(row["givenName"], chance))
                elif how == 1:
                    row["familyName"] = misspelt(row["familyName"], chance)
                else:
                    row["familyName"] = chance.choice(rows)["familyName"]
        elif chance.random() < new_contacts:
            row["email"], row["sms"] = f"new.{old.lower()}@mail.example.org", None
        if renamed:
            named[old] = row["sourcedId"] = made(old) if old[0].isdigit() else old[0] + made("0" + old[1:])
            truth[kind][old] = row["sourcedId"]
        stay.append(row)
    if promoted:  # a new kindergarten, with families of its own
        pupils = [row for row in stay if row["role"] == "student"]
        for number in range(len(pupils) // 13):
            row = {**chance.choice(pupils), "grades": "KG", "email": None, "agentSourcedIds": None}
            row["givenName"], row["familyName"] = (
                chance.choice(pupils)["givenName"],
                chance.choice(pupils)["familyName"],
            )
            row["sourcedId"] = made(f"0099{number:04d}") if kinds else f"0099{number:04d}"
            stay.append(row)
    users = pd.DataFrame(stay, columns=users.columns).astype(object)
    left = set(users["sourcedId"])
    if "agentSourcedIds" in users:
        users["agentSourcedIds"] = [
            ",".join(named.get(one, one) for one in value.split(",")) if isinstance(value, str) else None
            for value in users["agentSourcedIds"]
        ]
    frames["users"] = users
    references = (
        ("enrollments", "userSourcedId"),
        ("demographics", "sourcedId"),
        ("student_attributes", "studentSourcedId"),
        ("guardians", "studentSourcedId"),
        ("guardians", "guardianSourcedId"),
    )
    for name, column in references:
        if name in frames:
            frames[name][column] = frames[name][column].map(lambda old: named.get(old, old))
    frames["enrollments"] = frames["enrollments"][frames["enrollments"]["userSourcedId"].isin(left)]
    if new_classes:
        for name, column in (("classes", "sourcedId"), ("enrollments", "classSourcedId")):
            frames[name][column] = "27-" + frames[name][column]
    return Migration(ck.Roster.from_frames(frames, level=roster.level), workspace, truth)

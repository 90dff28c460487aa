"""Leading zeros of School IDs: one cause a school, which says on which side they are missing and corrects only that."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

import connect_kit as ck
from tests.marks import some

OTHERS = ("0102", "0103")
FILE, CONNECT, BOTH = "file", "connect", "both"


class Spelling(TypedDict):
    """How each file, and Connect, write the first school; and how all write the others."""

    users: str
    classes: str
    enrollments: str
    connect: str | None
    org: NotRequired[str]
    others: NotRequired[tuple[str, ...]]


def district(
    folder: Path,
    *,
    users: str,
    classes: str,
    enrollments: str,
    connect: str | None,
    org: str | None = None,
    others: tuple[str, ...] = OTHERS,
    connect_others: tuple[str, ...] | None = None,
) -> tuple[ck.Roster, ck.Workspace | None]:
    """A delivery in which each file writes one school in its own way, and Connect in another."""
    delivery = folder / "delivery"
    delivery.mkdir(parents=True)
    rows: dict[str, list[str]] = {name: [] for name in ("users", "classes", "enrollments")}
    for n, school in enumerate(("x", *others)):
        own = (
            {"users": users, "classes": classes, "enrollments": enrollments} if n == 0 else dict.fromkeys(rows, school)
        )
        for child in range(3):
            rows["users"].append(f"{n}{child},{own['users']},student,Ann,Poe,,,,01")
            rows["enrollments"].append(f"c{n},{own['enrollments']},{n}{child},student")
        rows["users"].append(f"t{n},{own['users']},teacher,Lee,Fox,lee{n}@example.org,,,")
        rows["classes"].append(f"c{n},Room {n},01,{own['classes']}")
        rows["enrollments"].append(f"c{n},{own['enrollments']},t{n},teacher")
    heads = {
        "users": "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades",
        "classes": "sourcedId,title,grades,schoolSourcedId",
        "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role",
    }
    for name, lines in rows.items():
        (delivery / f"{name}.csv").write_text("\n".join([heads[name], *lines, ""]), encoding="utf-8")
    if org is not None:
        orgs = [f"{one},School {one},school" for one in (org, *others)]
        (delivery / "orgs.csv").write_text("\n".join(["sourcedId,name,type", *orgs, ""]), encoding="utf-8")
    if connect is None:
        return ck.read_roster(delivery), None
    known = folder / "workspace"
    known.mkdir()
    lines = [f"K{n},School {n},{one}" for n, one in enumerate((connect, *(connect_others or others)))]
    (known / "schools.csv").write_text("\n".join(["connectSchoolId,name,schoolId", *lines, ""]), encoding="utf-8")
    return ck.read_roster(delivery), ck.read_workspace(known)


def zeros(findings: ck.Findings) -> list[tuple[str, int, str]]:
    """Causes about leading zeros of schools: what they say, their rows, and the side that the remedy corrects."""
    causes = findings.causes()
    causes = causes[causes["codes"].str.contains("leading_zero_lost|known_school|same_as_class|differs_from_members")]
    sides = {"Export the file": FILE, "Correct the School ID on the Connect": CONNECT, "Nothing shows": BOTH}
    return [
        (cause, rows, next(side for start, side in sides.items() if remedy.startswith(start)))
        for cause, rows, remedy in causes[["cause", "rows", "remedy"]].itertuples(index=False, name=None)
    ]


SIDES: dict[str, tuple[Spelling, str, int, str]] = {
    "users.csv": (
        {"users": "101", "classes": "0101", "enrollments": "0101", "connect": "0101"},
        "School 0101 (as in Connect, classes.csv, enrollments.csv) "
        "is written 101 in users.csv, without its leading zeros", 4, FILE,
    ),
    "classes.csv": (
        {"users": "0101", "classes": "101", "enrollments": "0101", "connect": "0101"},
        # The class's own row, and the four enrollments that name another school than their class.
        "School 0101 (as in Connect, users.csv, enrollments.csv) "
        "is written 101 in classes.csv, without its leading zeros", 5, FILE,
    ),
    "enrollments.csv": (
        {"users": "0101", "classes": "0101", "enrollments": "101", "connect": "0101"},
        "School 0101 (as in Connect, users.csv, classes.csv) "
        "is written 101 in enrollments.csv, without its leading zeros", 4, FILE,
    ),
    "two files, as Connect agrees with the third": (
        {"users": "0101", "classes": "101", "enrollments": "101", "connect": "0101"},
        "School 0101 (as in Connect, users.csv) "
        "is written 101 in classes.csv, enrollments.csv, without its leading zeros", 5, FILE,
    ),
    "zeros added in users.csv": (
        {"users": "0101", "classes": "101", "enrollments": "101", "connect": "101"},
        "School 101 (as in Connect, classes.csv, enrollments.csv) "
        "is written 0101 in users.csv, with leading zeros added", 4, FILE,
    ),
    "Connect": (
        {"users": "0101", "classes": "0101", "enrollments": "0101", "connect": "101"},
        "School 0101 (as in users.csv, classes.csv, enrollments.csv) "
        "is written 101 on Connect, without its leading zeros",
        9, CONNECT,
    ),
    "all files, as the other IDs are longer": (
        {"users": "101", "classes": "101", "enrollments": "101", "connect": "0101"},
        "School 0101 (as in Connect) "
        "is written 101 in users.csv, classes.csv, enrollments.csv, without its leading zeros", 9, FILE,
    ),
    "all files, as orgs.csv has the ID of Connect": (
        {"users": "101", "classes": "101", "enrollments": "101", "connect": "0101", "org": "0101", "others": ()},
        "School 0101 (as in Connect, orgs.csv) "
        "is written 101 in users.csv, classes.csv, enrollments.csv, without its leading zeros",
        9, FILE,
    ),
    "nobody knows which": (
        {"users": "101", "classes": "101", "enrollments": "101", "connect": "0101", "others": ()},
        "School 101 (as in users.csv, classes.csv, enrollments.csv) "
        "is written 0101 on Connect, and nothing shows which of the two "
        "is right", 9, BOTH,
    ),
    "users.csv, without a workspace": (
        {"users": "101", "classes": "0101", "enrollments": "0101", "connect": None},
        "School 0101 (as in classes.csv, enrollments.csv) "
        "is written 101 in users.csv, without its leading zeros", 4, FILE,
    ),
    "enrollments.csv, without a workspace": (
        {"users": "0101", "classes": "0101", "enrollments": "101", "connect": None},
        "School 0101 (as in users.csv, classes.csv) "
        "is written 101 in enrollments.csv, without its leading zeros", 4, FILE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spelt", "cause", "rows", "side"), some(SIDES.values(), 5), ids=SIDES)
def test_lost_zeros_of_a_school_are_one_cause_that_says_on_which_side(
    tmp_path: Path, spelt: Spelling, cause: str, rows: int, side: str
) -> None:
    findings = ck.check_roster(*district(tmp_path, **spelt))
    assert not findings.fit
    assert zeros(findings) == [(cause, rows, side)]


def test_each_school_has_its_own_cause(tmp_path: Path) -> None:
    findings = ck.check_roster(
        *district(
            tmp_path, users="101", classes="101", enrollments="101", connect="0101",
            others=("102", "1003"), connect_others=("0102", "1003"),
        )
    )  # fmt: skip
    assert [(cause.split(" ")[1], side) for cause, _, side in zeros(findings)] == [("0101", FILE), ("0102", FILE)]


def test_two_schools_that_differ_in_zeros_only_are_two_schools(tmp_path: Path) -> None:
    roster, workspace = district(
        tmp_path, users="0101", classes="0101", enrollments="0101", connect="0101", others=("101",)
    )
    assert ck.check_roster(roster, workspace).fit


@pytest.mark.thorough
def test_nothing_but_the_zeros_is_reported(tmp_path: Path) -> None:
    """Neither the class of another school nor numbers that change are a cause of their own."""
    for n, (spelt, *_) in enumerate(SIDES.values()):
        findings = ck.check_roster(*district(tmp_path / str(n), **spelt))
        causes = findings.causes()
        assert len(causes[causes["severity"] == "critical"]) == 1, causes.to_string()

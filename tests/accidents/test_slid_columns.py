"""One column of a file slid against the rest, or was sorted; or two columns stand under each other's heading."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.accidents.road import Lay, audited, codes, read, rewrite
from tests.accidents.years import District, Written
from tests.marks import some

FAMILY = "workspace.guardians.other_family"
MEMBERS = "workspace.classrooms.other_members"
CONTACT = "workspace.guardians.contact_of_another"
SCHOOL = "users.orgSourcedIds.other_than_classes"
THOROUGH = pytest.mark.thorough


def slide(path: Path, column: str, by: int | None, only: Callable[[dict[str, str]], bool] = lambda _: True) -> None:
    """Move the values of a column down by so many rows, the last ones to the top; sort them where ``by`` is None."""
    rows = read(path)
    values = [row[column] for row in rows if only(row)]
    moved = iter(sorted(values) if by is None else [*values[-by:], *values[:-by]])

    def one(row: dict[str, str]) -> dict[str, str]:
        return {**row, column: next(moved)} if only(row) else row

    rewrite(path, one)


def role(name: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["role"] == name


def district(folder: Path, *, summer: bool = False, students: int = 180, schools: int = 2, seed: int = 31) -> Written:
    made = District(students, schools=schools, seed=seed)
    last = made.summer() if summer else made.copy()
    return made.write(folder / "district", last)


def with_guardians_file(delivery: Path) -> None:
    """Move the guardians of users.csv to guardians.csv."""
    users = read(delivery / "users.csv")
    people = {row["sourcedId"]: row for row in users}
    rows = [
        {"studentSourcedId": row["sourcedId"], "guardianSourcedId": own, **{k: people[own][k] for k in PERSON}}
        for row in users for own in row["agentSourcedIds"].split(",") if own
    ]  # fmt: skip
    with (delivery / "guardians.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    rewrite(delivery / "users.csv", lambda row: None if row["role"] == "guardian" else {**row, "agentSourcedIds": ""})


PERSON = ("givenName", "familyName", "email", "sms")


def strange_families(made: Written, named: dict[str, list[str]]) -> set[str]:
    """IDs of the children none of whose guardians is named, while one of another family is; named is as delivered."""
    before = {child.id: child for child in made.last.children.values()}
    adults = {adult.id: (number, adult) for number, adult in made.this.guardians.items()}
    on_connect = {number for child in made.last.children.values() for number in child.guardians}
    found = set()
    for own, listed in named.items():
        if own not in before or not listed:
            continue
        child, new = before[own], [adults[one] for one in listed]
        if {number for number, _ in new} & set(child.guardians):
            continue
        known = [adult for number, adult in new if number in on_connect]
        names = {child.family, made.this.children[child.number].family}
        names |= {made.last.guardians[number].family for number in child.guardians}
        lower = {name.lower() for name in names}
        if any(all(a not in g.family.lower() and g.family.lower() not in a for a in lower) for g in known):
            found.add(own)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("by", "summer"),
    [
        (1, True),
        *(pytest.param(by, turned, marks=THOROUGH) for by, turned in ((1, False), (3, True), (None, False))),
    ],
)
def test_guardians_that_slid_in_users_csv_are_not_fit(by: int | None, summer: bool, tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, summer=summer)
    slide(made.delivery / "users.csv", "agentSourcedIds", by, role("student"))
    users = read(made.delivery / "users.csv")
    expected = strange_families(
        made, {row["sourcedId"]: row["agentSourcedIds"].split(",") for row in users if row["role"] == "student"}
    )
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    found = {row["sourcedId"] for row in read(road.out / "findings.csv") if row["code"] == FAMILY}
    assert found == expected
    assert len(expected) > 80
    assert road.summary["verdict"] == "not fit"
    assert f"{len(expected)} children would get a guardian of another family" in road.said
    assert road.prepare() == 1
    assert FAMILY in road.said


@pytest.mark.thorough
def test_guardians_that_slid_are_sent_only_with_a_waiver(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, students=90)
    slide(made.delivery / "users.csv", "agentSourcedIds", 1, role("student"))
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 1
    assert road.rehearse() == 0, road.said
    assert road.upload() == 1
    assert road.prepare("--waive", f"{FAMILY}=a test of the kit") == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said


@pytest.mark.thorough
@pytest.mark.parametrize("column", ["studentSourcedId", pytest.param("guardianSourcedId", marks=THOROUGH)])
def test_a_column_that_slid_in_guardians_csv_is_not_fit(column: str, tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path)
    with_guardians_file(made.delivery)
    slide(made.delivery / "guardians.csv", column, 1)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    code = FAMILY if column == "studentSourcedId" else "workspace.guardians.id_reused"
    assert road.found(code, "critical") > 10
    assert road.prepare() == 1
    assert code in road.said


def foster(folder: Path, children: int) -> tuple[Written, set[str]]:
    """So many children of different families come to one foster family, who has a child at the school."""
    made = District(60, schools=1, seed=33)
    last = made.copy()
    home, *others = {child.family: child for child in made.year.children.values()}.values()
    taken = [one for one in others if home.family not in one.family and one.family not in home.family][:children]
    for child in taken:
        child.guardians = list(home.guardians)
    return made.write(folder / "district", last), {child.id for child in taken}


@pytest.mark.parametrize("children", [1, 4])
def test_a_foster_family_has_to_be_decided_first_and_is_not_unfit(children: int, tmp_path: Path, lay: Lay) -> None:
    made, taken = foster(tmp_path, children)
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    rows = [row for row in read(road.out / "findings.csv") if row["code"] == FAMILY]
    assert {row["sourcedId"] for row in rows} <= taken
    assert {row["severity"] for row in rows} == {"warning"}
    assert road.summary["verdict"] == "fit, but decide first"
    assert "would get a guardian of another family" in road.said


@pytest.mark.thorough
def test_families_that_only_change_are_not_families_of_others(tmp_path: Path) -> None:
    """A stepfather beside the mother; a parent with the child's name; a brother's guardian; new guardian IDs."""
    made = District(120, schools=1, seed=34)
    last = made.copy()
    families = list({tuple(child.guardians): child for child in made.year.children.values()}.values())
    pairs = [one for one in families if len(one.guardians) == 2]
    for child, other in zip(pairs[:3], pairs[3:6], strict=True):  # the father goes, somebody else's father comes
        child.guardians = [child.guardians[0], other.guardians[1]]
    made.change_ids("unrelated", ["guardians"])
    audit = audited(made.write(tmp_path / "district", last))
    assert "workspace.guardians.id_changed" in codes(audit, "critical")
    assert FAMILY not in set(audit.findings.summary()["code"])


SLID: list[Any] = [
    ("users.csv", "familyName", 1, "student", "workspace.students.id_reused"),
    ("users.csv", "sms", 3, "guardian", CONTACT),
    ("users.csv", "grades", None, "student", "workspace.students.other_grades"),
    ("users.csv", "orgSourcedIds", 1, "student", SCHOOL),
    ("enrollments.csv", "classSourcedId", 30, "student", MEMBERS),
    ("enrollments.csv", "userSourcedId", 1, "student", MEMBERS),
]
SLID_TOO: list[Any] = [
    ("users.csv", "familyName", None, "student", "workspace.students.id_reused"),
    ("users.csv", "familyName", 3, "guardian", "workspace.guardians.id_reused"),
    ("users.csv", "givenName", 1, "teacher", "workspace.staff.id_reused"),
    ("users.csv", "email", 3, "guardian", CONTACT),
    ("users.csv", "email", 1, "teacher", "workspace.staff.contact_of_another"),
    ("users.csv", "grades", 3, "student", "workspace.students.other_grades"),
]


@pytest.mark.parametrize(
    ("file", "column", "by", "who", "code", "summer"),
    [
        *some([(*one, one[0] != "enrollments.csv") for one in SLID], 3),
        *(pytest.param(*one, True, marks=THOROUGH) for one in SLID_TOO),
        *(pytest.param(*one, True, marks=THOROUGH) for one in SLID if one[0] == "enrollments.csv"),
    ],
)
def test_a_column_that_slid_against_the_rest_is_not_fit(
    file: str, column: str, by: int | None, who: str, code: str, summer: bool, tmp_path: Path
) -> None:
    made = district(tmp_path, summer=summer, schools=3)
    slide(made.delivery / file, column, by, role(who))
    audit = audited(made)
    assert audit.verdict == "not fit"
    assert code in codes(audit, "critical")


@pytest.mark.thorough
def test_a_slid_column_of_schools_is_seen_without_connect(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, schools=3)
    slide(made.delivery / "users.csv", "orgSourcedIds", 1, role("student"))
    road = lay(made.delivery, made.workspace)
    assert road.run("audit", made.delivery, "--out", road.out) == 1, road.said
    assert road.found(SCHOOL, "critical") > 30


# Given and family name under each other's heading.


def turn_round(path: Path, only: Callable[[dict[str, str]], bool]) -> set[str]:
    """Swap the names of these rows; returns whose changed."""
    rewrite(
        path,
        lambda row: {**row, "givenName": row["familyName"], "familyName": row["givenName"]} if only(row) else row,
    )
    return {row["sourcedId"] for row in read(path) if only(row) and row["givenName"] != row["familyName"]}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("whole", "summer"), [(False, True), *(pytest.param(True, turned, marks=THOROUGH) for turned in (False, True))]
)
def test_swapped_names_are_not_fit_and_double_nobody(whole: bool, summer: bool, tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path, summer=summer, students=300, schools=3, seed=39)
    swapped = turn_round(made.delivery / "users.csv", lambda row: whole or row["orgSourcedIds"] == "0101")
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 1, road.said
    rows = [row for row in read(road.out / "findings.csv") if row["code"].endswith(".names_swapped")]
    assert {row["code"].split(".")[1] for row in rows if row["severity"] == "critical"} == {
        "students",
        "staff",
        "guardians",
    }
    named = {number for child in made.last.children.values() for number in child.guardians}
    before: list[Any] = [*made.last.children.values(), *made.last.staff.values()]
    before += [made.last.guardians[number] for number in named]
    now = {
        one.id: (one.given, one.family)
        for year in (made.this.children, made.this.staff, made.this.guardians) for one in year.values()
    }  # fmt: skip
    known = {one.id for one in before if now.get(one.id) == (one.given, one.family)}  # a few names were corrected
    assert {row["sourcedId"] for row in rows} == swapped & known
    assert not [reason for reason in road.summary["verdict_reasons"] if reason["code"] == "doubled"]
    assert road.found("users.student.entered_twice") == 0
    assert "would have given and family name the other way round" in road.said
    assert road.prepare() == 1
    assert "workspace.students.names_swapped" in road.said


@pytest.mark.thorough
def test_swapped_names_in_guardians_csv_are_found(tmp_path: Path) -> None:
    made = district(tmp_path)
    with_guardians_file(made.delivery)
    rewrite(
        made.delivery / "guardians.csv",
        lambda row: {**row, "givenName": row["familyName"], "familyName": row["givenName"]},
    )
    audit = audited(made)
    assert "workspace.guardians.names_swapped" in codes(audit, "critical")


@pytest.mark.thorough
def test_one_child_with_swapped_names_has_to_be_decided_first(tmp_path: Path, lay: Lay) -> None:
    made = district(tmp_path)
    own = next(iter(made.this.children.values())).id
    assert turn_round(made.delivery / "users.csv", lambda row: row["sourcedId"] == own) == {own}
    road = lay(made.delivery, made.workspace)
    assert road.audit() == 0, road.said
    assert road.found("workspace.students.names_swapped", "warning") == 1
    assert "1 child would have given and family name the other way round" in road.said


@pytest.mark.parametrize(("nth", "found"), [(6, False), (2, True)], ids=["a sixth", "half"])
def test_children_who_are_on_connect_twice_count_once_among_children_of_other_grades(
    nth: int, found: bool, tmp_path: Path
) -> None:
    made = district(tmp_path)
    users = {row["sourcedId"]: row for row in read(made.delivery / "users.csv")}
    children = [row for row in users.values() if row["role"] == "student"]
    seats = iter(range(100_000))

    def other_grade(row: dict[str, str]) -> dict[str, str]:
        if row["role"] != "student" or next(seats) % nth:
            return row
        child = users[row["userSourcedId"]]
        here = [one for one in children if one["orgSourcedIds"] == child["orgSourcedIds"]]
        return {**row, "userSourcedId": next(one["sourcedId"] for one in here if one["grades"] != child["grades"])}

    rewrite(made.delivery / "enrollments.csv", other_grade)
    place = made.workspace / "students.csv"
    with place.open(encoding="utf-8") as file:
        head, *lines = file.read().splitlines()
    first = head.split(",").index("connectStudentId")
    assert first == 0
    place.write_text("\n".join([head, *lines, *(f"again-{line}" for line in lines), ""]), encoding="utf-8")
    assert (MEMBERS in codes(audited(made), "critical")) is found

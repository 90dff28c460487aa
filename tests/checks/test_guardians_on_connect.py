"""What the self-check says of guardians on Connect is what an upload on a twin then does."""

from __future__ import annotations

from pathlib import Path

import pytest

import connect_kit as ck
from tests.marks import some

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,agentSourcedIds,grades"
GUARDIANS = "studentSourcedId,guardianSourcedId,givenName,familyName,email,sms"
WORKSPACE = {
    "schools": ("connectSchoolId,name,schoolId", "K1,Maple School,0104"),
    "students": (
        "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived",
        "CP1,K1,Mina,Okafor,03,,0001,false",
    ),
    "guardians": ("connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds",),
    "staff": ("connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId",),
}


def write(folder: Path, files: dict[str, tuple[str, ...]]) -> Path:
    folder.mkdir(parents=True)
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


class District:
    """A delivery and a workspace, checked; then uploaded for real to the twin of that workspace."""

    def __init__(self, folder: Path, delivery: dict[str, tuple[str, ...]], **known: tuple[str, ...]) -> None:
        workspace = {name: (*WORKSPACE[name], *known.get(name, ())) for name in WORKSPACE}
        users = (USERS, "T1,0104,teacher,Lee,Brandt,lee@example.org,,,", *delivery.get("users", ()))
        files = {
            "users": users,
            "classes": ("sourcedId,title,grades,schoolSourcedId", "C1,Room 3,03,0104"),
            "enrollments": (
                "classSourcedId,schoolSourcedId,userSourcedId,role", "C1,0104,0001,student", "C1,0104,T1,teacher",
            ),
            **({"guardians": (GUARDIANS, *delivery["guardians"])} if "guardians" in delivery else {}),
        }  # fmt: skip
        self.folder = folder
        self.roster = ck.read_roster(write(folder / "delivery", files))
        place = write(folder / "workspace", workspace)
        self.findings = ck.check_roster(self.roster, ck.read_workspace(place))
        self.twin = ck.Twin.fill(folder / "twin.duckdb", place, district="Maple Valley")
        if "guardians" in delivery:
            self.twin.apply(ck.Action("change_settings", values={"guardians_from": "guardians"}))

    def found(self, code: str) -> list[tuple[str, int, str, str]]:
        table = self.findings.table()
        table = table[table["code"] == code]
        columns = ["table", "line", "severity", "message"]
        return [(a, int(b), c, d) for a, b, c, d in table[columns].itertuples(index=False, name=None)]

    def upload(self) -> None:
        plan = ck.plan_upload(
            self.roster, self.twin.workspace(), self.findings, folder=self.folder / "plan", archive_existing=False
        )
        assert not len(ck.upload(plan, self.twin).errors)
        assert ck.upload(plan, self.twin, dry_run=False).succeeded

    def emails(self) -> dict[str, str]:
        """The email of each account."""
        found = self.twin.table("accounts")
        return dict(zip(found["connectUserId"], found["email"], strict=True))

    @property
    def accounts(self) -> dict[str, str]:
        """The email of each account that is connected with Mina now."""
        pairs, emails = self.twin.table("relationships"), self.emails()
        return {own: emails[own] for own in pairs.loc[pairs["connectStudentId"] == "CP1", "connectUserId"]}


CHANGED = "workspace.guardians.contact_changed"
MINA = '0001,0104,student,Mina,Okafor,,,"{}",03'


@pytest.mark.thorough
def test_a_guardian_found_by_id_keeps_the_account_and_gets_the_new_contact(tmp_path: Path) -> None:
    users = (MINA.format("G1"), "G1,0104,guardian,Ada,Okafor,new@example.org,,,")
    district = District(tmp_path, {"users": users}, guardians=("CU00000001,Ada,Okafor,old@example.org,,,G1,CP1",))
    assert [row[:3] for row in district.found(CHANGED)] == [("users", 4, "info")]
    district.upload()
    assert district.accounts == {"CU00000001": "new@example.org"}


@pytest.mark.thorough
def test_a_guardian_without_a_known_id_gets_a_second_account_beside_the_old_one(tmp_path: Path) -> None:
    users = (MINA.format("G9"), "G9,0104,guardian,Ada,Okafor,new@example.org,,,")
    district = District(tmp_path, {"users": users}, guardians=("CU00000001,Ada,Okafor,old@example.org,,,,CP1",))
    assert [row[:3] for row in district.found(CHANGED)] == [("users", 4, "warning")]
    assert "a new account is made beside it" in district.found(CHANGED)[0][3]
    district.upload()
    assert sorted(district.accounts.values()) == ["new@example.org", "old@example.org"]


@pytest.mark.thorough
def test_an_id_leaves_an_account_that_is_a_teachers_as_well(tmp_path: Path) -> None:
    users = (MINA.format("G1"), "G1,0104,guardian,Ada,Okafor,new@example.org,,,")
    district = District(
        tmp_path,
        {"users": users},
        guardians=("CU00000001,Ada,Okafor,old@example.org,,,G1,CP1",),
        staff=("CU00000001,K1,Ada,Okafor,old@example.org,,teacher,T7",),
    )
    assert [row[:3] for row in district.found(CHANGED)] == [("users", 4, "warning")]
    assert "leaves account CU00000001" in district.found(CHANGED)[0][3]
    district.upload()
    assert list(district.accounts.values()) == ["new@example.org"]
    assert "CU00000001" not in district.accounts
    assert district.emails()["CU00000001"] == "old@example.org"


@pytest.mark.thorough
def test_an_account_whose_ids_all_get_the_same_contact_is_updated(tmp_path: Path) -> None:
    users = (
        MINA.format("G1"),
        "G1,0104,guardian,Ada,Okafor,new@example.org,,,",
        "T7,0104,teacher,Ada,Okafor,new@example.org,,,",
    )
    district = District(
        tmp_path,
        {"users": users},
        guardians=("CU00000001,Ada,Okafor,old@example.org,,,G1,CP1",),
        staff=("CU00000001,K1,Ada,Okafor,old@example.org,,teacher,T7",),
    )
    assert [row[:3] for row in district.found(CHANGED)] == [("users", 4, "info")]
    district.upload()
    assert district.accounts == {"CU00000001": "new@example.org"}


# ---- more than six guardians

SIX = "workspace.students.guardians_at_most_six"


def connected(number: int, *, ids: bool = False) -> tuple[str, ...]:
    return tuple(
        f"CU{n:08d},Old,Okafor{'abcdefg'[n]},old{n}@example.org,,,{f'G{n}' if ids else ''},CP1" for n in range(number)
    )


def family(number: int, first: int = 0) -> tuple[str, ...]:
    named = range(first, first + number)
    return (
        MINA.format(",".join(f"G{n}" for n in named)),
        *(f"G{n},0104,guardian,New,Okafor{'abcdefghijk'[n]},new{n}@example.org,,," for n in named),
    )


@pytest.mark.parametrize(
    ("on_connect", "ids", "in_file", "will_have"),
    some(
        [
            (4, False, 4, 8),
            (3, False, 4, 7),
            (3, False, 3, None),
            (4, True, 4, None),
            (4, True, 6, None),
            (5, True, 5, None),
        ],
        2,
    ),
)
def test_guardians_of_the_file_and_of_connect_are_counted_together_as_the_twin_connects_them(
    tmp_path: Path, on_connect: int, ids: bool, in_file: int, will_have: int | None
) -> None:
    district = District(tmp_path, {"users": family(in_file)}, guardians=connected(on_connect, ids=ids))
    message = f"the student has {on_connect} guardians on Connect, and with those of the file it will have {will_have}"
    assert district.found(SIX) == ([("users", 3, "warning", message)] if will_have else [])
    district.upload()
    assert len(district.accounts) == (will_have or (max(on_connect, in_file) if ids else on_connect + in_file))


@pytest.mark.thorough
def test_guardians_of_their_own_file_count_as_well(tmp_path: Path) -> None:
    rows = tuple(f"0001,,New,Okafor{'abcd'[n]},new{n}@example.org," for n in range(4))
    district = District(tmp_path, {"users": (MINA.format(""),), "guardians": rows}, guardians=connected(4))
    assert [row[:3] for row in district.found(SIX)] == [("guardians", line, "warning") for line in (2, 3, 4, 5)]
    district.upload()
    assert len(district.accounts) == 8


@pytest.mark.thorough
def test_whoever_is_on_connect_with_exactly_this_contact_is_not_counted_twice(tmp_path: Path) -> None:
    rows = tuple(f"0001,,Old,Okafor{'abcd'[n]},old{n}@example.org," for n in range(4))
    district = District(tmp_path, {"users": (MINA.format(""),), "guardians": rows}, guardians=connected(4))
    assert district.found(SIX) == []
    district.upload()
    assert len(district.accounts) == 4

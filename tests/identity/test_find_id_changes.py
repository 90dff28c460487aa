"""Which records come under another ID: by pattern, by school, by grade, and with a summer in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.identity.value import SURE
from connect_kit.identity.worksheet import worksheet
from tests.identity.migrations import CHANGES, migrate
from tests.identity.small import found, name, pupil, roster, student, workspace
from tests.marks import some


@pytest.fixture(scope="module")
def lifelike(tmp_path_factory: pytest.TempPathFactory) -> ck.SampleDistrict:
    """A district with twins, brothers and sisters and namesakes, and with birth dates."""
    folder = tmp_path_factory.mktemp("lifelike")
    return ck.sample_roster(folder, students=600, faults="none", layout="oneroster11", duplicates=0.001)


# ---- whole districts


@pytest.mark.parametrize(
    "change",
    [pytest.param(one, marks=() if one in ("separators", "unrelated") else pytest.mark.thorough) for one in CHANGES],
)
def test_all_ids_of_a_kind_change_by_one_pattern(lifelike: ck.SampleDistrict, change: str) -> None:
    made = migrate(lifelike, change, spoil=0.05)
    changes = ck.find_id_changes(made.roster, made.workspace)
    precision, recall = made.figures(changes)
    assert precision >= 0.995
    assert recall >= 0.98
    table = changes.table()
    assert table["mass"].all()
    assert (table["pattern"] == change).mean() > 0.99
    assert set(table["kind"]) == {"students"}


def test_a_move_to_guids_is_followed_through_a_summer_in_which_a_third_has_left(lifelike: ck.SampleDistrict) -> None:
    made = migrate(
        lifelike, "number_to_guid", kinds=("students", "staff", "guardians"), promoted=True, leave=0.3, move=0.08,
        spoil=0.05, new_contacts=0.05, new_classes=True,
    )  # fmt: skip
    changes = ck.find_id_changes(made.roster, made.workspace)
    for kind, least in (("students", 0.98), ("staff", 0.98), ("guardians", 0.9)):
        precision, recall = made.figures(changes, kind)
        assert precision >= 0.995, kind
        assert recall >= least, kind
    assert changes.counts["classrooms"] == changes.counts["schools"] == 0


@pytest.mark.parametrize("part", some([{"grades": ("05",)}, {"schools": ("0104",)}]), ids=["one grade", "one school"])
def test_only_a_part_comes_under_new_ids(lifelike: ck.SampleDistrict, part: dict[str, tuple[str, ...]]) -> None:
    made = migrate(lifelike, "number_to_guid", promoted=True, leave=0.1, move=0.08, spoil=0.03, **part)  # type: ignore[arg-type]
    assert len(made.truth["students"]) > 20
    changes = ck.find_id_changes(made.roster, made.workspace)
    precision, recall = made.figures(changes)
    assert precision >= 0.995
    assert recall >= 0.97


def test_a_normal_summer_changes_no_id(lifelike: ck.SampleDistrict) -> None:
    made = migrate(
        lifelike, kinds=(), promoted=True, leave=0.05, move=0.08, spoil=0.05, new_contacts=0.05, new_classes=True
    )
    changes = ck.find_id_changes(made.roster, made.workspace)
    assert len(changes) == 0
    assert changes.summary().empty


# ---- children


def test_students_are_counted_by_school_and_archived_ones_left_out(tmp_path: Path) -> None:
    schools = ("S1,Alder School,0101", "S2,Birch School,0102")
    there = [pupil(n, f"00{n}", school="S1" if n < 140 else "S2") for n in range(100, 180)]
    there += [pupil(180, "00180", archived="true")]
    space = workspace(tmp_path, schools, students=there)
    here = [student(n, f"{n}" if n < 142 else f"00{n}", school="0101" if n < 140 else "0102") for n in range(100, 181)]
    here[80] = student(180, "180")
    changes = ck.find_id_changes(roster(here), space)
    assert changes.summary()[["connectSchoolId", "managed", "changed", "mass", "pattern"]].to_numpy().tolist() == [
        ["S1", 40, 40, True, "zeros_lost"],
        ["S2", 40, 2, False, "zeros_lost"],  # two are 5 %, and fewer than three
    ]
    assert found(changes) == {f"00{n}": str(n) for n in range(100, 142)}
    row = changes.table().iloc[0]
    assert (row["school"], row["connect_school"], row["connect_id"]) == ("0101", "S1", "P100")


def test_ids_that_are_damaged_in_the_files_are_named_so_and_never_recorded(tmp_path: Path) -> None:
    space = workspace(tmp_path, students=[pupil(n, f"É{n}") for n in range(100, 160)])
    new = {100: "\ufffd100", 101: "“É101”", 102: '"É102"', 103: "'É103'", 104: "X104"}
    changes = ck.find_id_changes(roster([student(n, new.get(n, f"É{n}")) for n in range(100, 160)]), space)
    assert dict(changes.table()[["new_id", "pattern"]].to_numpy().tolist()) == {
        "\ufffd100": "characters_lost",
        "“É101”": "quotes_added",
        '"É102"': "quotes_added",
        "'É103'": "quotes_added",
        "X104": "unrelated",
    }
    assert changes.to_record()["new_id"].tolist() == ["X104"]


@pytest.mark.thorough
def test_three_of_sixty_are_no_mass_change_and_four_are(tmp_path: Path) -> None:
    space = workspace(tmp_path, students=[pupil(n, f"00{n}") for n in range(100, 160)])
    for changed, mass in ((3, False), (4, True)):
        here = [student(n, f"{n}" if n < 100 + changed else f"00{n}") for n in range(100, 160)]
        changes = ck.find_id_changes(roster(here), space)
        assert changes.table()["mass"].tolist() == [mass] * changed


def test_twins_keep_their_own_ids_and_brothers_and_sisters_are_never_one(tmp_path: Path) -> None:
    twins = [("Maya", "Kessler", "04"), ("Max", "Kessler", "04"), ("Ida", "Kessler", "06")]
    there = [pupil(n, f"9{n}") for n in range(40)]
    there += [f"K{n},S1,{g},{f},{grade},,70{n},false" for n, (g, f, grade) in enumerate(twins)]
    family = ['U1,Dana,Kessler,dana@example.org,+12025550123,,GU1,"K0,K1,K2"']
    space = workspace(tmp_path, students=there, guardians=family)
    here = [student(n, f"new-{n}") for n in range(40)]
    # Ida has left, and a little brother has come.
    for new_id, given, grade in (("new-b", "Max", "05"), ("new-a", "Maya", "05"), ("new-c", "Ivo", "KG")):
        here.append(f"{new_id}|0101|student|{given}|Kessler|||GU1|{grade}")
    here.append("GU1|0101|guardian|Dana|Kessler|dana@example.org|+12025550123||")
    changes = found(ck.find_id_changes(roster(here), space))
    assert {old: new for old, new in changes.items() if old.startswith("70")} == {"700": "new-a", "701": "new-b"}


@pytest.mark.thorough
def test_namesakes_that_nothing_distinguishes_are_left_out_and_the_pattern_distinguishes_them(tmp_path: Path) -> None:
    there = [pupil(n, f"00{n + 100}") for n in range(40)]
    there += [f"K{n},S1,Maria,Garcia,03,,0080{n},false" for n in (1, 2)]
    space = workspace(tmp_path, students=there)
    for change, expected in ((lambda old: f"x{hash(old) % 10**8:08d}q", 0), (lambda old: old.lstrip("0"), 2)):
        here = [student(n, change(f"00{n + 100}")) for n in range(40)]
        here += [f"{change(f'0080{n}')}|0101|student|Maria|Garcia||||03" for n in (2, 1)]
        changes = found(ck.find_id_changes(roster(here), space))
        assert {old: new for old, new in changes.items() if old.startswith("008")} == (
            {"00801": "801", "00802": "802"} if expected else {}
        )
        assert len(changes) == 40 + expected


@pytest.mark.parametrize(
    ("old", "new", "counted", "mass"),
    some([(10, 4, 4, True), (2, 2, 2, False), (10, 10, 10, True), (3, 9, 3, True)], 2),
)
def test_children_of_one_name_whom_nothing_distinguishes_are_counted_and_not_paired(
    old: int, new: int, counted: int, mass: bool, tmp_path: Path
) -> None:
    there = [pupil(n, f"00{n + 100}") for n in range(40)]
    there += [f"K{n},S1,Maria,Garcia,03,,90{n},false" for n in range(old)]
    here = [student(n, f"00{n + 100}") for n in range(40)]
    here += [f"x-{n}|0101|student|Maria|Garcia||||03" for n in range(new)]
    changes = ck.find_id_changes(roster(here), workspace(tmp_path, students=there))
    assert found(changes) == {}
    assert (changes.counts["students"], changes.undecided, len(changes)) == (counted, counted, counted)
    table = changes.table()
    assert table["old_id"].tolist() == [f"90{n}" for n in range(old)]
    assert set(table["pattern"]) == {"undecided"} and table["new_id"].isna().all()
    assert table["probability"].tolist() == [min(1, round(new / old, 4))] * old
    assert changes.summary()[["managed", "changed", "mass"]].to_numpy().tolist() == [[40 + old, counted, mass]]
    assert set(table["words"]) == {"not paired (several of one name)"}


@pytest.mark.thorough
def test_children_who_are_not_paired_are_on_the_list_and_are_not_recorded(tmp_path: Path) -> None:
    there = [f"K{n},S1,Maria,Garcia,03,,90{n},false" for n in range(3)]
    here = [f"x-{n}|0101|student|Maria|Garcia||||03" for n in range(3)]
    changes = ck.find_id_changes(roster(here), workspace(tmp_path, students=there))
    assert worksheet(changes)[["recorded_id", "new_id"]].to_numpy().tolist() == [["900", ""], ["901", ""], ["902", ""]]
    assert ck.connections(changes) == []
    (archived,) = ck.connections(changes, archive=True)
    assert archived.ids == ("K0", "K1", "K2")


def test_one_who_left_and_one_who_came_of_the_same_common_name_are_not_surely_one(tmp_path: Path) -> None:
    there = [f"K{n},S1,Maria,Garcia,03,,90{n},false" for n in range(12)]
    here = [f"90{n}|0101|student|Maria|Garcia||||03" for n in range(11)] + ["x|0101|student|Maria|Garcia||||03"]
    here += [student(n, f"00{n + 100}") for n in range(40)]
    there += [pupil(n, f"00{n + 100}") for n in range(40)]
    changes = ck.find_id_changes(roster(here), workspace(tmp_path, students=there))
    assert changes.undecided == 0
    assert changes.table()["probability"].lt(SURE).all()


@pytest.mark.parametrize("mass", [False, True], ids=["a single one", "in a mass change"])
def test_a_rare_name_among_other_guardians_is_not_surely_the_same_child(mass: bool, tmp_path: Path) -> None:
    there = [pupil(n, f"00{n + 100}") for n in range(60)] + ["K1,S1,Zephyrine,Quistgaard,03,,900,false"]
    family = ["U1,Astrid,Quistgaard,astrid@example.org,+12025550123,,G1,K1"]
    family += [f"V{n},Par,{name(n)[1]},p{n}@example.org,,,F{n},P{n}" for n in range(60)]
    space = workspace(tmp_path, students=there, guardians=family)
    here = [student(n, f"q{n * 7919 % 1000:03d}z" if mass else f"00{n + 100}", agents=f"F{n}") for n in range(60)]
    here += [f"F{n}|0101|guardian|Par|{name(n)[1]}|p{n}@example.org|||" for n in range(60)]
    here += ["x9|0101|student|Zephyrine|Quistgaard|||H1|04", "H1|0101|guardian|Bertil|Lund|bertil@example.org|||"]
    table = ck.find_id_changes(roster(here), space).table().set_index("old_id")
    assert (table["probability"].get("900", 0.0)) < 0.98
    assert len(table.drop("900", errors="ignore")) == (60 if mass else 0)


@pytest.mark.thorough
def test_a_student_whose_identifier_is_connects_id_has_not_changed(tmp_path: Path) -> None:
    space = workspace(tmp_path, students=[pupil(n, f"{1000 + n}") for n in range(30)])
    plain = roster([student(n, f"guid-{n}") for n in range(30)])
    users = plain.users
    users["identifier"] = [str(1000 + n) for n in range(30)]
    assert len(ck.find_id_changes(plain, space)) == 30
    numbered = plain.replace(users=users)
    assert len(ck.find_id_changes(numbered, space)) == 30  # Connect finds them by sourcedId
    assert len(ck.find_id_changes(numbered, replace(space, student_id="number"))) == 0


def test_a_pair_decided_to_be_different_is_no_changed_id(tmp_path: Path) -> None:
    space = workspace(tmp_path, students=[pupil(n, f"00{n + 100}") for n in range(12)])
    here = roster([student(n, str(n + 100)) for n in range(12)])
    pairs = ck.find_duplicates(here, space).decide("roster:100", "workspace:P0", "different", who="ada")
    assert found(ck.find_id_changes(here, space, pairs)) == {f"00{n + 100}": str(n + 100) for n in range(1, 12)}


def test_under_new_school_ids_children_are_compared_at_the_same_school(tmp_path: Path) -> None:
    schools = ("S1,Alder School,0101", "S2,Birch School,0102", "S3,Cedar School,0103")
    there = [pupil(n, f"7{n:04d}", school=f"S{1 + n % 3}") for n in range(90)]
    space = workspace(tmp_path, schools, students=there)
    here = [student(n, f"new{n}", school=f"{101 + n % 3}") for n in range(90)]
    changes = ck.find_id_changes(roster(here), space)
    assert found(changes, "schools") == {"0101": "101", "0102": "102", "0103": "103"}
    assert found(changes) == {f"7{n:04d}": f"new{n}" for n in range(90)}
    assert changes.summary().iloc[0][["kind", "managed", "changed", "mass"]].tolist() == ["schools", 3, 3, True]


# ---- adults


def test_guardians_need_a_contact_or_a_child_in_common_and_no_id_that_is_still_delivered(
    tmp_path: Path,
) -> None:
    there = [pupil(n, f"{1000 + n}") for n in range(4)]
    guardians = [
        "U1,Ana,Lopez,ana@example.org,,,G1,P0",  # the same address
        "U2,Bo,Chen,bo@example.org,,,G2,P1",  # the same name, another address, another child
        "U3,Cy,Dale,,,,G3,P2",  # the same name and child
        "U4,Di,Ek,di@example.org,,,G4,P3",  # still delivered as staff
        "U5,Ed,Fox,,+12025550199,,G5,P3",  # the same number, another name form
    ]
    staff = ["U4,S1,Di,Ek,di@example.org,,teacher,T4"]
    space = workspace(tmp_path, students=there, guardians=guardians, staff=staff)
    agents = ["H1", "", "H3,H2", "H4,H5"]
    here = [student(n, f"{1000 + n}", agents=agents[n]) for n in range(4)]
    here += [
        "H1|0101|guardian|Ana|Lopez|Ana@example.org|||", "H2|0101|guardian|Bo|Chen|other@example.org|||",
        "H3|0101|guardian|Cy|Dale||||", "H4|0101|guardian|Di|Ek|di@example.org|||",
        "H5|0101|guardian|ED|Fox||202-555-0199||", "T4|0101|teacher|Di|Ek|di@example.org|||",
    ]  # fmt: skip
    changes = ck.find_id_changes(roster(here), space)
    assert found(changes, "guardians") == {"G1": "H1", "G3": "H3", "G5": "H5"}
    assert changes.counts["staff"] == 0


def test_guardians_of_their_own_file_and_staff_of_one_school_are_found(tmp_path: Path) -> None:
    there = [pupil(n, f"00{100 + n}") for n in range(8)]
    guardians = [f"U{n},Gil,{name(n * 16)[1]},g{n}@example.org,,,0{n}7,P{n}" for n in range(8)]
    staff = [f"T{n},S1,Staff,{name(n * 16)[1]},s{n}@old.example.org,,teacher,00{n}" for n in range(4)]
    space = workspace(tmp_path, students=there, guardians=guardians, staff=staff)
    columns = "studentSourcedId guardianSourcedId givenName familyName email sms phone language".split()
    rows = [f"{100 + n}|{n}7|Gil|{name(n * 16)[1]}|g{n}@example.org|||" for n in range(8)]
    here = [student(n, str(100 + n)) for n in range(8)]
    here += [f"x{n}|0101|teacher|Staff|{name(n * 16)[1]}|s{n}@new.example.org|||" for n in range(4)]
    changes = ck.find_id_changes(roster(here, guardians=(columns, rows)), space)
    assert changes.counts == {"schools": 0, "students": 8, "staff": 4, "guardians": 8, "classrooms": 0}
    assert found(changes, "guardians") == {f"0{n}7": f"{n}7" for n in range(8)}


# ---- classes


def classes(ids: list[str], titles: list[str], members: list[list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    seats = [f"{one}|0101|{who}|student" for one, of in zip(ids, members, strict=True) for who in of]
    return {
        "classes": (
            "sourcedId title grades schoolSourcedId".split(),
            [f"{one}|{title}|03|0101" for one, title in zip(ids, titles, strict=True)],
        ),
        "enrollments": ("classSourcedId schoolSourcedId userSourcedId role".split(), seats),
    }


@pytest.mark.parametrize(
    ("old", "new", "grade", "expected"),
    [
        ("00{}", "{}", "03", 4),  # zeros lost
        ("a{}", "b-{}x", "03", 4),  # renumbered in the middle of the year
        ("a{}", "b-{}x", "04", 0),  # a new year: the children have risen, the title stays with the room
    ],
    ids=["zeros lost", "the same members", "a new school year"],
)
def test_a_class_is_the_same_by_the_form_of_its_id_or_by_its_members(
    tmp_path: Path, old: str, new: str, grade: str, expected: int
) -> None:
    titles = ["3A", "3B", "3C", "3D"]
    rooms = [f"R{n},S1,{title},03,{old.format(n + 11)},false" for n, title in enumerate(titles)]
    members = [range(n * 6, n * 6 + 6) for n in range(4)]
    seats = [f"R{n},P{who},student" for n in range(4) for who in members[n]]
    there = [pupil(n, f"S{n}") for n in range(24)]
    space = workspace(tmp_path, students=there, classrooms=rooms, enrollments=seats)
    tables = classes([new.format(n + 11) for n in range(4)], titles, [[f"S{who}" for who in of] for of in members])
    changes = ck.find_id_changes(roster([student(n, f"S{n}", grade=grade) for n in range(24)], **tables), space)
    pairs = {old.format(n + 11): new.format(n + 11) for n in range(4)}
    assert found(changes, "classrooms") == (pairs if expected else {})
    assert changes.counts["students"] == 0


# ---- what is given


def test_what_was_found_elsewhere_is_refused(tmp_path: Path) -> None:
    space = workspace(tmp_path, students=[pupil(0, "1")])
    one, other = roster([student(0, "1")]), roster([student(0, "1")])
    with pytest.raises(SettingError, match=r"duplicates were found in another roster.*duplicates=find_duplicates\("):
        ck.find_id_changes(one, space, ck.find_duplicates(other, space))
    with pytest.raises(SettingError, match="duplicates are of kind 'people'"):
        ck.find_id_changes(one, space, ck.find_duplicates(one, space, kind="people"))
    with pytest.raises(SettingError, match="workspace is a Roster"):
        ck.find_id_changes(one, other)  # type: ignore[arg-type]

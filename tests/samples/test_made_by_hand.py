"""Schools that await their first upload: what was made by hand on Connect, and its truth."""

from datetime import date

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.connect import WORKSPACE_FILES
from connect_kit.errors import SettingError
from connect_kit.samples import sample_roster
from tests.samples.test_planted_duplicates import agree, read

# The self-check compares dates with the real day.
TODAY = date.today()
KINDS = [
    pytest.param(
        {"students": 4000, "schools": 9, "layout": "oneroster11", "duplicates": 0.05},
        id="nine-schools",
        marks=pytest.mark.thorough,
    ),
    pytest.param({"students": 2000}, id="connect"),
    pytest.param({"students": 900, "level": "school", "layout": "oneroster12", "seed": 4}, id="one-school"),
]


class District:
    """A written sample with its workspace as tables."""

    def __init__(self, sample, asked):
        self.sample, self.asked = sample, asked
        self.people, self.classrooms = read(sample.truth_people), read(sample.truth_classrooms)
        self.schools = read(sample.truth_schools)
        self.on = {name: read(sample.workspace / f"{name}.csv") for name in WORKSPACE_FILES}
        students = self.on["students"]
        self.by_hand = students[students.studentId == ""].set_index("connectStudentId")
        users = read(sample.delivery / "users.csv", "sourcedId")
        self.users = users
        self.classes = read(sample.delivery / "classes.csv", "sourcedId")


@pytest.fixture(scope="module", params=KINDS)
def district(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hand")
    return District(sample_roster(folder, faults="none", today=TODAY, existing=True, **request.param), request.param)


def test_a_tenth_of_the_schools_has_only_students_made_by_hand(district):
    students = district.on["students"]
    managed = students.groupby("connectSchoolId").studentId.agg(lambda ids: (ids != "").sum())
    awaiting = managed.index[managed == 0]
    schools = len(district.classes.schoolSourcedId.unique())
    assert len(awaiting) == max(1, round(schools / 10))
    assert set(district.by_hand.connectSchoolId) == set(awaiting)


def test_most_of_them_have_a_counterpart_and_some_are_other_people(district):
    pairs = district.people[district.people.right_source == "workspace"]
    assert (pairs.left_source == "roster").all()
    assert set(pairs.right_id) <= set(district.by_hand.index)
    assert set(pairs.left_id) <= set(district.users.index)
    same = pairs[pairs.relation == "same"]
    assert 0.6 < same.right_id.nunique() / len(district.by_hand) < 0.8
    left = district.by_hand.index.difference(same.right_id)
    related = pairs[(pairs.relation == "different") & pairs.right_id.isin(left)]
    assert (related.kind == "siblings").any()


def test_both_rows_of_a_duplicate_student_are_paired_with_the_one_on_connect(district):
    truth = district.people
    same = truth[truth.relation == "same"]
    ours, theirs = same[same.right_source == "roster"], same[same.right_source == "workspace"]
    known = theirs.groupby("left_id").right_id.agg(set)
    for pair in ours.itertuples():
        assert known.get(pair.left_id) == known.get(pair.right_id)
    if district.asked.get("duplicates"):
        assert set(ours.left_id) & set(theirs.left_id)


def test_names_vary_and_grades_are_often_of_last_year(district):
    same = district.people[(district.people.relation == "same") & (district.people.right_source == "workspace")]
    single = same[~same.right_id.duplicated(keep=False)]
    ours, theirs = district.users.loc[single.left_id], district.by_hand.loc[single.right_id]
    names = (ours.givenName + ours.familyName).to_numpy() == (theirs.givenName + theirs.familyName).to_numpy()
    assert 0.5 < names.mean() < 0.85
    grades = ours.grades.replace("KG", "00").astype(int).to_numpy()
    before = theirs.grade.replace("KG", "00").astype(int).to_numpy()
    assert set(grades - before) == {0, 1}
    assert 0.3 < (grades - before).mean() < 0.9


def test_guardians_on_connect_belong_to_students_on_connect(district):
    guardians = district.on["guardians"]
    children = guardians.connectStudentIds.str.split(",")
    assert set(children.explode()) <= set(district.on["students"].connectStudentId)
    by_hand = guardians[guardians.guardianId == ""]
    assert len(by_hand) > 0
    assert ((by_hand.email != "") | (by_hand.sms != "")).all()
    covered = set(children.explode()) & set(district.by_hand.index)
    assert len(covered) > 0.5 * len(district.by_hand)
    emails = district.users.email[district.users.email != ""]
    if len(district.by_hand) > 100:
        assert 0.2 < by_hand.email.isin(emails).mean() < 0.8


def test_ids_on_connect_are_unique_and_members_exist(district):
    on = district.on
    for name, key in (("students", "connectStudentId"), ("guardians", "connectUserId"), ("staff", "connectUserId"),
                      ("classrooms", "connectClassroomId"), ("schools", "connectSchoolId")):  # fmt: skip
        assert on[name][key].is_unique
    members = on["enrollments"]
    assert not members.duplicated().any()
    assert set(members.connectClassroomId) <= set(on["classrooms"].connectClassroomId)
    assert set(members.connectUserId) <= {*on["students"].connectStudentId, *on["staff"].connectUserId}


def test_the_truth_about_classrooms_is_complete_and_one_to_one(district):
    truth, rooms = district.classrooms, district.on["classrooms"]
    same = truth[truth.relation == "same"]
    assert same.roster_id.is_unique and same.workspace_id.is_unique
    assert set(truth.roster_id[truth.roster_id != ""]) == set(district.classes.index)
    assert set(truth.workspace_id[truth.workspace_id != ""]) == set(rooms.connectClassroomId)
    alone = truth[truth.relation == "no_counterpart"]
    assert ((alone.roster_id == "") != (alone.workspace_id == "")).all()
    assert (alone.roster_id != "").any() and (alone.workspace_id != "").any()


def test_classrooms_made_by_hand_have_titles_of_their_own_and_no_class_id(district):
    truth, rooms = district.classrooms, district.on["classrooms"].set_index("connectClassroomId")
    typed = truth[truth.kind.str.startswith("by_hand")]
    assert len(typed) > 0
    there = rooms.loc[typed.workspace_id]
    assert (there.classId == "").all()
    assert (there.title.to_numpy() != district.classes.loc[typed.roster_id].title.to_numpy()).mean() > 0.9
    assert (rooms.title == rooms.title.str.strip()).all() and (rooms.title != "").all()
    members = district.on["enrollments"].groupby("connectClassroomId").role.agg(set)
    assert sum("teacher" in members.get(room, set()) for room in typed.workspace_id) > 0.8 * len(typed)


def test_a_few_class_ids_are_written_differently(district):
    truth, rooms = district.classrooms, district.on["classrooms"].set_index("connectClassroomId")
    if district.asked.get("level") == "school":
        pytest.skip("the only school awaits its first upload")
    for kind, form in (
        ("zeros_lost", lambda ours: ours.lstrip("0")),
        ("letter_case", str.lower),
        ("blank", lambda ours: f"{ours[:4]} {ours[4:]}"),
    ):
        rows = truth[truth.kind == kind]
        if kind == "letter_case" and rows.empty:
            continue  # a few of a few: not in every district
        assert 0 < len(rows) < 0.05 * len(truth)
        for row in rows.itertuples():
            assert rooms.loc[row.workspace_id].classId == form(row.roster_id) != row.roster_id
    plain = truth[truth.kind == "id"]
    assert (rooms.loc[plain.workspace_id].classId.to_numpy() == plain.roster_id.to_numpy()).all()


def test_schools_lost_their_zeros_or_their_id(district):
    truth, schools = district.schools, district.on["schools"].set_index("connectSchoolId")
    kinds = truth.set_index("kind").workspace_id
    if district.asked.get("level") == "school":
        assert list(truth.kind) == ["id"]
        return
    assert schools.loc[kinds["zeros_lost"]].schoolId == truth.roster_id[truth.kind == "zeros_lost"].item().lstrip("0")
    assert schools.loc[kinds["not_rostered"]].schoolId == ""
    assert ("name" in kinds) == ("layout" in district.asked)
    if "name" in kinds:
        orgs = read(district.sample.delivery / "orgs.csv", "sourcedId")
        ours = orgs.loc[truth.roster_id[truth.kind == "name"].item()]["name"]
        theirs = schools.loc[kinds["name"]]
        assert theirs.schoolId == "" and theirs["name"] != ours and theirs["name"].split()[0] == ours.split()[0]


def test_every_finding_is_in_the_truth(district):
    sample, level = district.sample, district.asked.get("level", "district")
    found = ck.check_roster(ck.read_roster(sample.delivery, level=level), ck.read_workspace(sample.workspace))
    seen = agree(found, sample)
    assert ("critical" in seen) == (level == "district")


@pytest.mark.thorough
def test_planted_faults_keep_away_from_schools_made_by_hand(tmp_path):
    sample = sample_roster(tmp_path, students=900, existing=True, faults="all", today=TODAY)
    truth = read(sample.truth)
    about = truth[truth.code.str.startswith("workspace.") & (truth.kind == "planted")]
    awaiting = truth[(truth.code == "workspace.students.not_archived") & (truth.kind == "knock_on")].sourcedId
    assert len(awaiting) == 1 and not set(about.sourcedId) & set(awaiting)
    assert set(read(sample.truth_schools).kind) == {"id", "not_rostered"}
    found = ck.check_roster(ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace))
    assert set(found.summary().code) >= set(about.code)


def test_one_school_that_awaits_its_upload_can_show_no_workspace_fault(tmp_path):
    with pytest.raises(SettingError, match="only school's workspace is made by hand"):
        sample_roster(tmp_path, students=60, existing=True, level="school", faults=["workspace.students.not_archived"])


def test_a_school_of_six_students_can_be_made_by_hand(tmp_path):
    sample = sample_roster(tmp_path, students=20, existing=True, faults="none", today=TODAY)
    assert sample.truth_adults is None
    students = pd.read_csv(sample.workspace / "students.csv", dtype=str, keep_default_na=False)
    assert (students.studentId == "").any()

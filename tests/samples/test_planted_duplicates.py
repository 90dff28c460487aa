"""Duplicate students, twins, siblings and namesakes: the truth about them is in the files."""

from datetime import date

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import SettingError
from connect_kit.samples import sample_roster

# The self-check compares dates with the real day.
TODAY = date.today()
KINDS = [
    pytest.param(
        {"students": 2500, "schools": 9, "layout": "oneroster11"}, id="oneroster-1-1", marks=pytest.mark.thorough
    ),
    pytest.param({"students": 1500, "layout": "oneroster12", "seed": 4}, id="oneroster-1-2"),
    pytest.param({"students": 1500}, id="connect"),
    pytest.param({"students": 900, "guardians": "file"}, id="guardians-in-a-file", marks=pytest.mark.thorough),
    pytest.param(
        {"students": 900, "level": "school", "layout": "oneroster11"}, id="one-school", marks=pytest.mark.thorough
    ),
]
DATES = {"birth_swapped", "birth_digit", "birth_year", "birth_missing"}


def read(path, key=None):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.set_index(key) if key else table


class District:
    """A written sample with its files as tables."""

    def __init__(self, sample, asked):
        self.sample, self.asked = sample, asked
        self.truth = read(sample.truth_people)
        users = read(sample.delivery / "users.csv", "sourcedId")
        if "role" not in users:
            roles = read(sample.delivery / "roles.csv").groupby("userSourcedId")
            users["role"] = roles["role"].first()
            users["orgSourcedIds"] = roles["orgSourcedId"].agg(",".join)
        self.users, self.students = users, users[users.role == "student"].copy()
        births = sample.delivery / "demographics.csv"
        self.dated = births.exists()
        if self.dated:
            self.students["birth"] = read(births, "sourcedId").birthDate

    def pairs(self, relation, kind=""):
        """The two sides of these pairs, row by row."""
        found = self.truth[(self.truth.relation == relation) & self.truth.kind.str.contains(kind, regex=False)]
        left, right = (self.students.loc[found[side]].reset_index() for side in ("left_id", "right_id"))
        return left, right, found.reset_index(drop=True)


@pytest.fixture(scope="module", params=KINDS)
def district(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("twice")
    return District(sample_roster(folder, faults="none", today=TODAY, duplicates=0.1, **request.param), request.param)


def test_every_pair_names_two_different_students_of_the_delivery(district):
    truth = district.truth
    assert list(truth.columns) == ["left_id", "left_source", "right_id", "right_source", "relation", "kind"]
    assert set(truth.left_id) | set(truth.right_id) <= set(district.students.index)
    assert (truth.left_id < truth.right_id).all()
    assert set(truth.relation) == {"same", "different"}
    assert not truth.duplicated(["left_id", "right_id"]).any()


def test_second_rows_come_on_top_of_the_students_asked_for(district):
    asked = district.asked["students"]
    wanted = round(0.1 * asked)
    assert len(district.students) == asked + wanted + wanted // 20


def test_a_student_entered_three_times_has_three_pairs(district):
    same = district.truth[district.truth.relation == "same"]
    degree = pd.concat([same.left_id, same.right_id]).value_counts()
    thirds = len(district.students) - district.asked["students"] - round(0.1 * district.asked["students"])
    assert set(degree) == {1, 2}
    assert (degree == 2).sum() == 3 * thirds
    pairs = set(zip(same.left_id, same.right_id, strict=True))
    for child in degree[degree == 2].index:
        others = sorted({i for pair in pairs if child in pair for i in pair} - {child})
        assert tuple(others) in pairs


def test_what_the_kind_says_can_be_seen_in_the_rows(district):
    left, right, found = district.pairs("same")
    kinds = [set(kind.split("+")) for kind in found.kind]
    moved = left.orgSourcedIds != right.orgSourcedIds
    for k, kind in enumerate(kinds):
        a, b = left.loc[k], right.loc[k]
        assert not moved[k] or "transfer" in kind
        assert a.grades == b.grades or "grade" in kind
        if kind & {"again"} or kind <= {"transfer", "grade", "no_guardians", "guardians_again"} | DATES:
            assert (a.givenName, a.familyName) == (b.givenName, b.familyName)
        if "swapped" in kind and len(kind & {"accents", "typing_given", "typing_family", "nickname"}) == 0:
            assert {a.givenName, a.familyName} & {b.givenName, b.familyName}
        if kind == {"typing_given"}:
            assert a.givenName != b.givenName and a.familyName == b.familyName
        if kind == {"typing_family"}:
            assert a.givenName == b.givenName and a.familyName != b.familyName
        if kind == {"birth_missing"}:
            assert (a.birth == "") != (b.birth == "")
        if kind & {"birth_swapped", "birth_digit", "birth_year"}:
            assert a.birth != b.birth
        if district.dated and not kind & DATES:
            assert a.birth == b.birth


def test_birth_dates_are_wrong_only_where_they_are_written(district):
    kinds = set("+".join(district.pairs("same")[2].kind).split("+"))
    assert bool(kinds & DATES) == district.dated


def test_every_kind_of_difference_is_planted(tmp_path):
    sample = sample_roster(
        tmp_path, students=6000, schools=18, duplicates=0.15, faults="none", layout="oneroster11", today=TODAY
    )
    truth = read(sample.truth_people)
    same = truth[truth.relation == "same"].kind.str.split("+")
    counts = same.explode().value_counts(normalize=False) / len(same)
    wanted = DATES | {
        "transfer", "grade", "typing_given", "typing_family", "swapped", "nickname", "double_family", "middle",
        "accents", "respelled", "family_changed", "guardians_again", "no_guardians", "again",
    }  # fmt: skip
    assert wanted == set(counts.index)
    assert (counts > 0.01).all(), counts
    assert 0.1 < counts["no_guardians"] < 0.2
    assert 0.25 < counts["transfer"] < 0.55
    different = set(truth[truth.relation == "different"].kind.str.split("+").explode())
    assert {"twins", "alike", "middle", "siblings", "namesake", "same_school", "same_grade"} <= different
    assert "same_birth_month" in different  # the same birth date is rarer: one pair in some ten thousand students


def test_twins_share_birth_date_grade_and_family(district):
    left, right, found = district.pairs("different", "twins")
    assert len(found) > 0
    first = ~(is_double(district, left.sourcedId) | is_double(district, right.sourcedId))
    left, right = left[first], right[first]
    assert (left.familyName == right.familyName).all()
    assert (left.givenName != right.givenName).all()
    assert (left.grades == right.grades).all() and (left.orgSourcedIds == right.orgSourcedIds).all()
    assert (left.agentSourcedIds == right.agentSourcedIds).all()
    if district.dated:
        assert (left.birth == right.birth).all()


def is_double(district, ids):
    """Rows that belong to a child with several rows."""
    same = district.truth[district.truth.relation == "same"]
    return ids.isin({*same.left_id, *same.right_id})


def test_siblings_are_born_ten_months_apart(district):
    left, right, found = district.pairs("different", "siblings")
    assert len(found) > 0.1 * district.asked["students"]
    first = ~(is_double(district, left.sourcedId) | is_double(district, right.sourcedId))
    left, right = left[first], right[first]
    assert (left.familyName == right.familyName).all() and (left.givenName != right.givenName).all()
    if district.dated:
        days = (pd.to_datetime(left.birth) - pd.to_datetime(right.birth)).dt.days.abs()
        assert (days > 304).all()


def test_namesakes_share_the_name_and_no_guardian(district):
    left, right, found = district.pairs("different", "namesake")
    assert len(found) > 0
    first = ~(is_double(district, left.sourcedId) | is_double(district, right.sourcedId))
    left, right, found = left[first], right[first], found[first]
    assert (left.familyName == right.familyName).all()
    assert (left.givenName.str.split().str[0] == right.givenName.str.split().str[0]).all()
    if "agentSourcedIds" in left and district.asked.get("guardians") != "file":
        shared = [set(a.split(",")) & set(b.split(",")) for a, b in
                  zip(left.agentSourcedIds, right.agentSourcedIds, strict=True)]  # fmt: skip
        assert not any(shared)
    if district.dated:
        born = found.kind.str.contains("same_birth_date")
        assert (left.birth[born] == right.birth[born]).all()
        assert (left.orgSourcedIds[born] != right.orgSourcedIds[born]).all()
        month = found.kind.str.contains("same_birth_month")
        assert (left.birth[month].str[:7] == right.birth[month].str[:7]).all()


def test_birth_dates_fit_the_grades(district):
    if not district.dated:
        pytest.skip("the layout writes no birth dates")
    single = district.students[~is_double(district, pd.Series(district.students.index)).to_numpy()]
    level = single.grades.replace("KG", "0").astype(int)
    age = (
        pd.Timestamp(TODAY.year if TODAY.month >= 7 else TODAY.year - 1, 9, 1) - pd.to_datetime(single.birth)
    ).dt.days / 365.25 - level
    assert age.between(4.9, 6.1).all()


def test_common_names_recur_among_strangers(tmp_path):
    users = read(sample_roster(tmp_path, students=8000, duplicates=0.01, faults="none").delivery / "users.csv")
    students = users[users.role == "student"]
    names = students.givenName + " " + students.familyName
    share = names.duplicated(keep=False).mean()
    assert 0.03 < share < 0.3
    families = students.familyName.value_counts()
    assert len(families) > 600 and families.iloc[0] > 20 * families.median()


def test_second_rows_are_plausible(district):
    same = district.truth[district.truth.relation == "same"]
    rows = district.students.loc[sorted({*same.left_id, *same.right_id})]
    seats = read(district.sample.delivery / "enrollments.csv")
    classes = read(district.sample.delivery / "classes.csv", "sourcedId")
    seats = seats[seats.userSourcedId.isin(rows.index)]
    assert set(seats.userSourcedId) == set(rows.index)
    at = seats.classSourcedId.map(classes.schoolSourcedId)
    assert (at == seats.userSourcedId.map(rows.orgSourcedIds)).all()
    assert rows.index.str.fullmatch(r"0\d{7}").all()
    emails = district.students.email[district.students.email != ""]
    assert emails.is_unique and emails.str.contains("@students.").all()
    assert 0.5 < (rows.email != "").mean() < 1


def test_a_district_with_duplicates_is_fit_and_every_finding_is_in_the_truth(district):
    level = district.asked.get("level", "district")
    sample = district.sample
    found = ck.check_roster(ck.read_roster(sample.delivery, level=level), ck.read_workspace(sample.workspace))
    assert agree(found, sample) == {"warning"}


def agree(found, sample):
    """Compare findings with truth.csv by code and line; return the severities seen."""
    summary = found.summary()
    summary = summary[summary.severity != "info"]
    truth = read(sample.truth)
    assert set(summary.code) == set(truth.code)
    for code in summary.code:
        lines = sorted({int(line) for line in found.rows(code)["line"].dropna()})
        assert lines == sorted({int(line) for line in truth.line[truth.code == code] if line}), code
    return set(summary.severity)


def test_guardians_entered_again_are_in_a_truth_of_their_own(district):
    adults = read(district.sample.truth_adults)
    assert {"guardian_again", "household"} <= set(adults.kind)
    if district.asked.get("guardians") == "file":
        guardians = read(district.sample.delivery / "guardians.csv")
        known = set(guardians.guardianSourcedId) | set(district.users.index)
    else:
        known = set(district.users.index)
    assert set(adults.left_id) | set(adults.right_id) <= known
    assert ((adults.relation == "different") == (adults.kind == "household")).all()


@pytest.mark.thorough
def test_duplicates_and_faults_can_be_planted_together(tmp_path):
    sample = sample_roster(tmp_path, students=700, duplicates=0.1, faults="all", today=TODAY)
    found = ck.check_roster(ck.read_roster(sample.delivery), ck.read_workspace(sample.workspace))
    summary = found.summary()
    truth = read(sample.truth)
    for code in ("users.person.repeated_row", "users.student.no_guardian", "users.email.shared_between_people"):
        assert code in set(summary.code)
        lines = {int(line) for line in found.rows(code)["line"].dropna()}
        assert lines == {int(line) for line in truth.line[truth.code == code]}, code


def test_the_same_arguments_write_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        sample_roster(tmp_path / name, students=400, duplicates=True, existing=True, layout="oneroster11", today=TODAY)
    first = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.csv"))
    assert len(first) > 15
    for path in first:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes(), path


def test_no_duplicates_are_made_unless_asked_for(tmp_path):
    sample_roster(tmp_path, students=60, duplicates=True, existing=True, faults="none")
    sample = sample_roster(tmp_path, students=60, faults="none", today=TODAY)
    assert sample.truth_people is sample.truth_adults is sample.truth_classrooms is sample.truth_schools is None
    assert [path.name for path in tmp_path.glob("*.csv")] == ["truth.csv"]


@pytest.mark.parametrize("existing", [False, True], ids=["", "existing"])
@pytest.mark.parametrize("layout", ["connect", "oneroster12"])
def test_twenty_students_are_enough(tmp_path, layout, existing):
    sample = sample_roster(tmp_path, students=20, duplicates=True, existing=existing, faults="none", layout=layout)
    truth = read(sample.truth_people)
    assert ((truth.relation == "same") & (truth.right_source == "roster")).sum() == 1


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_an_impossible_share_is_refused(tmp_path, share):
    with pytest.raises(SettingError, match="between 0 and 1"):
        sample_roster(tmp_path, students=40, duplicates=share)

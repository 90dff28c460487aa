"""What a rule counts, case by case: schools that differ, people rather than rows, and what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.counted import CLASSES, ENROLLMENTS, USERS, checked, people, rows, schools, seats
from tests.marks import some

SAME = "enrollments.schoolSourcedId.same_as_class"


def test_a_clean_delivery_has_no_finding(tmp_path: Path) -> None:
    assert rows(checked(tmp_path, {})) == []


@pytest.mark.parametrize("known", some([(None,), (("0010",),), (("0010", "10"),), (("10",),), (("77",),)], 2))
def test_an_enrollment_at_another_school_than_its_class_is_found_whatever_connect_has(
    tmp_path: Path, known: tuple[str, ...] | None
) -> None:
    files = {"classes": CLASSES.replace("0010", "10")}
    findings = checked(tmp_path, files, connect=None if known is None else schools(*known))
    assert rows(findings, SAME) == [(SAME, "critical", line) for line in (2, 3, 4)]


def test_without_a_workspace_an_enrollment_at_a_school_with_another_name_is_found(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")})
    assert rows(findings, "enrollments.") == [(SAME, "critical", 3)]
    message = findings.table().set_index("code").loc[SAME, "message"]
    assert message == "the class belongs to another school than North"


def test_a_school_that_connect_does_not_know_stays_one_cause(tmp_path: Path) -> None:
    files = {"enrollments": ENROLLMENTS.replace("c1,0010,2", "c1,North,2")}
    causes = checked(tmp_path, files, connect=schools("0010")).causes()
    [cause] = causes[causes["severity"] == "critical"].itertuples()
    assert cause.cause == "School North is not a School ID recorded on Connect"
    assert cause.explains == "1 in enrollments, 1 on Connect"


def test_a_class_has_people_not_rows(tmp_path: Path) -> None:
    twice = [("c1", f"s{n}", "student") for n in range(31) for _ in range(2)]
    files = {
        "users": people(31),
        "classes": CLASSES + "c2,Art,03,0010\nc3,Gym,03,0010\n",
        "enrollments": seats(
            *twice, *[("c1", "s0", "student")] * 16, ("c1", "t", "teacher"), ("c2", "s1", "student"),
            ("c2", "s1", "student"), ("c2", "t", "teacher"), ("c3", "", "student"), ("c3", "t", "teacher"),
        ),
    }  # fmt: skip
    findings = checked(tmp_path, files)
    assert rows(findings, "size", "many", "schedule", "no_student") == [
        ("classes.enrollment.no_student", "warning", 4),
        ("classes.enrollment.size", "warning", 3),
    ]
    message = findings.table().set_index("code").loc["classes.enrollment.size", "message"]
    assert message == "1 student; 2 to 60 is usual"
    pairs = rows(findings, "pair.unique")
    assert len(pairs) == 62 + 16 + 2


def test_a_student_is_in_classes_not_in_rows(tmp_path: Path) -> None:
    many = [(f"c{n}", "s0", "student") for n in range(16)]
    files = {
        "users": people(40),
        "classes": CLASSES + "".join(f"c{n},Art {n},03,0010\n" for n in (0, *range(2, 16))),
        "enrollments": seats(
            *many, *[("c1", "s1", "student")] * 20, *[("c2", f"s{n}", "student") for n in range(2, 40)] * 2,
            *[(f"c{n}", "t", "teacher") for n in range(16)],
        ),
    }  # fmt: skip
    findings = checked(tmp_path, files)
    assert rows(findings, "many", "schedule") == [("enrollments.student.many", "info", 2)]
    assert str(findings.table().set_index("code").loc["enrollments.student.many", "message"]).startswith(
        "student in 16 "
    )


def test_strangers_of_a_class_are_people_not_rows(tmp_path: Path) -> None:
    files = {
        "users": USERS.replace("1,0010,student", "1,20,student") + "5,0010,student,Eve,Lee,,3,03\n",
        "classes": CLASSES + "c2,Art,03,20\n",
        "enrollments": ENROLLMENTS + "c1,0010,1,student\n" * 5 + "c1,0010,5,student\nc2,20,1,student\n",
    }
    findings = checked(tmp_path, files)
    assert rows(findings, "differs_from_members") == []
    assert [line for *_, line in rows(findings, "user_belongs")] == [2, *range(5, 10)]


def test_one_person_in_two_roles_is_a_student_and_a_teacher_of_the_class(tmp_path: Path) -> None:
    files = {"enrollments": ENROLLMENTS.replace("4,teacher", "1,teacher")}
    found = rows(checked(tmp_path, files), "size", "no_teacher", "no_student", "pair.unique")
    assert found == [("enrollments.pair.unique", "warning", 2), ("enrollments.pair.unique", "warning", 4)]


GUARDIANS = """studentSourcedId,guardianSourcedId,givenName,familyName,email,sms,phone,language
1,h1,Ida,Ray,ida@example.org,,,en
"""


def without(text: str, column: str) -> str:
    """A file without one of its columns."""
    place = text.partition("\n")[0].split(",").index(column)
    lines = [line.split(",") for line in text.splitlines()]
    return "\n".join([",".join(cells[:place] + cells[place + 1 :]) for cells in lines] + [""])


def test_a_student_without_guardian_is_found_with_and_without_the_column_of_guardians(tmp_path: Path) -> None:
    blank = USERS.replace(",3,03", ",,03").replace("3,0010,guardian,Cy,Lee,cy@example.org,,\n", "")
    for name, users in (("blank", blank), ("absent", without(blank, "agentSourcedIds"))):
        (tmp_path / name).mkdir()
        findings = checked(tmp_path / name, {"users": users, "guardians": GUARDIANS})
        assert rows(findings) == [("users.student.no_guardian", "warning", 3)]


def test_a_delivery_without_any_guardian_says_so_in_one_line(tmp_path: Path) -> None:
    users = without(USERS.replace("3,0010,guardian,Cy,Lee,cy@example.org,,\n", ""), "agentSourcedIds")
    findings = checked(tmp_path, {"users": users})
    assert rows(findings) == [("users.student.no_guardian", "warning", 2), ("users.student.no_guardian", "warning", 3)]
    assert len(findings.causes()) == 1


def test_guardians_whom_no_column_names_have_no_student(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"users": without(USERS, "agentSourcedIds")})
    assert ("users.guardian.no_student", "warning", 4) in rows(findings)


def test_a_guardian_without_contact_is_found_where_the_columns_are_absent(tmp_path: Path) -> None:
    findings = checked(tmp_path, {"users": without(USERS, "email")})
    assert rows(findings) == [("users.guardian.no_contact", "critical", 4)]


def test_a_home_phone_alone_is_found_where_the_column_of_mobile_numbers_is_absent(tmp_path: Path) -> None:
    users = USERS.replace("email", "phone").replace("cy@example.org", "2125550142").replace("di@example.org", "")
    findings = checked(tmp_path, {"users": users})
    assert rows(findings, "sms.in_phone") == [("users.sms.in_phone_column", "warning", 4)]


def test_a_row_of_guardians_without_contact_is_found_where_only_one_column_of_contacts_is_there(tmp_path: Path) -> None:
    guardians = without(GUARDIANS + "2,h2,Jo,Ray,,,,en\n", "email").replace("Ida,Ray,", "Ida,Ray,2125550142")
    findings = checked(tmp_path, {"users": USERS, "guardians": guardians})
    assert rows(findings, "contact") == [("guardians.contact.present", "critical", 3)]


@pytest.mark.parametrize(
    ("column", "file", "there", "here"),
    [("userSourcedId", "users", "6", "06"), ("classSourcedId", "classes", "7", "007")],
)
def test_an_id_with_more_zeros_than_the_file_it_points_at_names_that_file(
    tmp_path: Path, column: str, file: str, there: str, here: str
) -> None:
    files = {
        "users": USERS.replace("4,0010,teacher", "6,0010,teacher"),
        "classes": CLASSES + "7,Art,03,0010\n",
        "enrollments": ENROLLMENTS.replace("4,teacher", "6,teacher")
        + "7,0010,1,student\n7,0010,2,student\n7,0010,6,teacher\n",
    }
    files["enrollments"] = files["enrollments"].replace(f",{there},", f",{here},").replace(f"\n{there},", f"\n{here},")
    findings = checked(tmp_path, files)
    kind = column.removesuffix("SourcedId")
    code = f"enrollments.{column}.known_{kind}"
    table = findings.table().query("severity == 'critical'")
    assert set(table["code"]) == {code}
    assert set(table["message"]) == {f"{kind} {here} is {there} in {file}.csv, without its leading zeros"}
    assert findings.causes()["remedy"].iloc[0].startswith(f"Leave enrollments.csv as it is: export {file}.csv again")


def test_an_id_with_fewer_zeros_than_users_names_enrollments(tmp_path: Path) -> None:
    files = {
        "users": USERS.replace("4,0010,teacher", "06,0010,teacher"),
        "enrollments": ENROLLMENTS.replace("4,teacher", "6,teacher"),
    }
    found = rows(checked(tmp_path, files), "known_user", "leading_zero")
    assert found == [("enrollments.userSourcedId.leading_zero_lost", "critical", 4)]


ONE = [
    f"{place}.one_school" for place in ("users.orgSourcedIds", "classes.schoolSourcedId", "enrollments.schoolSourcedId")
]


def test_a_second_school_is_found_in_every_file_of_one_school(tmp_path: Path) -> None:
    files = {
        "users": USERS + "5,99,student,Eve,Fox,,3,03\n",
        "classes": CLASSES + "c2,Art,03,99\n",
        "enrollments": ENROLLMENTS + "c2,99,5,student\n",
    }
    findings = checked(tmp_path, files, level="school")
    found = rows(findings, "one_school")
    assert sorted(found) == sorted([(ONE[0], "critical", 6), (ONE[1], "critical", 3), (ONE[2], "critical", 5)])
    assert "most people" in str(findings.table().set_index("code").loc[ONE[2], "message"])


def test_without_schools_of_people_most_classes_say_which_school_it_is(tmp_path: Path) -> None:
    files = {
        "users": without(USERS, "orgSourcedIds"),
        "classes": CLASSES + "c2,Art,03,0010\nc3,Gym,03,99\n",
        "enrollments": ENROLLMENTS + "c3,99,1,student\n",
    }
    found = rows(checked(tmp_path, files, level="school"), "one_school")
    assert found == [(ONE[1], "critical", 4), (ONE[2], "critical", 5)]


def test_where_two_schools_have_as_many_people_neither_is_called_the_school_of_most(tmp_path: Path) -> None:
    users = USERS.replace("1,0010", "1,99").replace("3,0010", "3,99")
    findings = checked(tmp_path, {"users": users}, level="school")
    found = rows(findings, "one_school")
    assert [line for code, _, line in found if code == ONE[0]] == [2, 3, 4, 5]
    assert [line for code, _, line in found if code == ONE[2]] == [2, 3, 4]
    messages = findings.table().query("code.str.contains('one_school')")["message"]
    assert all("none of which has most of the people" in message for message in messages)


def test_a_crowd_of_agents_on_a_row_that_is_no_student_is_no_student_with_too_many_guardians(tmp_path: Path) -> None:
    users = USERS.replace("di@example.org,,", 'di@example.org,"a,b,c,d,e,f,g",')
    assert rows(checked(tmp_path, {"users": users, "guardians": GUARDIANS}), "at_most_six") == []

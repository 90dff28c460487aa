"""Small deliveries as help desks report them: each trouble is one finding with one remedy, and all else is read."""

from __future__ import annotations

import pytest

from tests.roster.cases import CLASSES, CLEAN, ENROLLMENTS, HEADER, ORGS, PEOPLE, USERS, accounted, ids, rows_of


def test_the_clean_delivery_is_silent(audited):
    assert audited()[1] == []


# Surplus blank fields, rows that are too short, rows of commas


def test_surplus_commas_in_every_row_are_one_finding(audited):
    text = rows_of(USERS, lambda row: row + ",,")
    roster, found = audited(users=text)
    words = "4 rows go on with blank fields behind the 18 columns: lines 2, 3, 4 and 5"
    assert found == [("file.surplus_fields", "warning", 2, words)]
    assert (ids(roster), roster.users.index.tolist(), len(roster.users.columns)) == (PEOPLE, [2, 3, 4, 5], 18)


def test_surplus_commas_in_header_and_rows_are_one_finding(audited):
    text = "\n".join(line + ",," for line in USERS.splitlines()) + "\n"
    roster, found = audited(users=text)
    words = "the header and every row go on with blank fields behind the 18 columns"
    assert found == [("file.surplus_fields", "warning", 1, words)]
    assert (ids(roster), list(roster.users.columns)) == (PEOPLE, HEADER.split(","))


def test_commas_beyond_the_header_alone_or_uneven_are_one_finding(noted):
    header, *rows = USERS.splitlines()
    text = "\n".join([header + ",,", rows[0], rows[1] + ",,", rows[2] + ",,,,", rows[3] + ', ,""']) + "\n"
    roster, found = noted(users=text)
    assert [row[:2] for row in found] == [("file.surplus_fields", "warning")]
    assert (ids(roster), roster.info["users"].refused, len(roster.users.columns)) == (PEOPLE, 0, 18)


def test_a_surplus_field_that_holds_something_refuses_only_its_row(noted):
    header, *rows = CLASSES.splitlines()
    text = "\n".join([header, rows[0].replace("Math 7", "Math, 7"), rows[0].replace("k1", "k2") + ",,"]) + "\n"
    roster, found = noted(classes=text, enrollments=ENROLLMENTS.replace("k1", "k2"))
    assert [row[:3] for row in found] == [
        ("file.malformed_line", "critical", 2),
        ("file.surplus_fields", "warning", 3),
    ]
    assert (ids(roster, "classes"), roster.info["classes"].refused) == (["k2"], 1)


def test_rows_that_lack_only_what_may_be_blank_are_read(audited):
    text = rows_of(ENROLLMENTS, lambda row: row.rstrip(","))
    roster, found = audited(enrollments=text)
    words = "3 rows end before the last of the 10 columns, whose values count as blank: lines 2, 3 and 4"
    assert found == [("file.short_rows", "warning", 2, words)]
    assert roster.enrollments["userSourcedId"].tolist() == ["t1", "s1", "s2"]
    assert roster.enrollments["primary"].fillna("").tolist() == ["true", "", ""]


def test_a_short_row_whose_values_have_slid_is_refused(noted):
    text = USERS.replace("t1,,,true,", "t1,,true,")  # one comma was dropped
    roster, found = noted(users=text)
    assert [row[:3] for row in found if row[0].startswith("file.")] == [("file.malformed_line", "critical", 2)]
    assert ids(roster) == PEOPLE[1:]


def test_a_last_line_that_was_cut_off_is_refused(noted):
    cut = USERS.index("casey.smith@") - 3
    roster, found = noted(users=USERS[:cut])
    assert [row[:3] for row in found if row[0].startswith("file.")] == [("file.malformed_line", "critical", 5)]
    assert ids(roster) == PEOPLE[:3]


def test_rows_of_commas_are_one_finding_in_one_line(audited):
    blank = "," * 17
    text = USERS.replace("s2,", f"{blank}\n,,,\ns2,") + f"{blank}\n\n" + '"", ,"",\n' * 3
    roster, found = audited(users=text)
    words = "6 rows hold no value at all: lines 4, 5, 8, 10, 11 and 1 more"
    assert found == [("file.blank_rows", "warning", 4, words)]
    assert (ids(roster), roster.users.index.tolist()) == (PEOPLE, [2, 3, 6, 7])
    assert accounted(roster, "users", text)


# Lines that are not records


@pytest.mark.parametrize(
    "footer",
    [
        "Total records: 4\n",
        "Total records: 4" + "," * 17 + "\n",
        "Total,4\n",
        "\n\nTotal,,,,4,,\n\n",
        "(4 rows affected)\n",
        "4 rows selected.\n",
        "Record count,4\n",
        "-----\nEnd of report\n",
        "*** End of File ***\n",
        "Generated on 08/01/2026 6:00 AM\n",
        "Generated on August 1, 2026, 6:00 AM\n",
        '"Report generated: August 1, 2026"\n',
        "Rows: 4",
        "Count: 4\n",
        "\x1a",
        "Students: 2\nTotal records: 4\nPage 1 of 1\n",
    ],
)
def test_a_footer_is_one_finding_and_all_else_is_read(noted, footer):
    roster, found = noted(users=USERS + footer)
    assert [row[:2] for row in found] == [("file.footer", "warning")]
    assert found[0][2] == len((USERS + footer.partition(footer.strip("\n"))[0]).splitlines()) + 1
    assert ids(roster) == PEOPLE
    assert accounted(roster, "users", USERS + footer)


@pytest.mark.parametrize("ruler", ["---------,------,--------,--,---", "===,===,===,===", "-" * 60])
def test_a_row_of_dashes_below_the_header_is_one_finding_and_all_else_is_read(noted, ruler):
    text = USERS.replace("\n", f"\n{ruler}\n", 1)
    roster, found = noted(users=text)
    assert found == [("file.blank_rows", "warning", 2, "1 row holds nothing but dashes: line 2")]
    assert accounted(roster, "users", text)


def test_a_last_person_with_few_values_is_no_footer(noted):
    roster, _ = noted(users=USERS + "Total" + "," * 4 + "org1,student" + "," * 12 + "\n")
    assert ids(roster) == [*PEOPLE, "Total"]
    roster, _ = noted(student_attributes="studentSourcedId,bus\ns1,4\ns2,Total 3\n")
    assert rows(roster.student_attributes) == [("s1", "4"), ("s2", "Total 3")]


def rows(frame):
    return list(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("above", "words"),
    [
        ("OneRoster Users Export 2026-08-01,,,,\n\n", "line 3 is the header; the 2 lines above it are not read"),
        ("sep=,\n", "line 2 is the header; the line above it is not read"),
        ("\n", "line 2 is the header; the line above it is not read"),
        ("Springfield USD\r\nUsers\r\n\r\n", "line 4 is the header; the 3 lines above it are not read"),
        ('"Users, all\nschools"\n', "line 3 is the header; the 2 lines above it are not read"),
    ],
    ids=["a title", "sep=", "a blank line", "titles with other line ends", "a title of two lines"],
)
def test_lines_above_the_header_are_one_finding(noted, above, words):
    roster, found = noted(users=above + USERS)
    assert found == [("file.above_header", "warning", 1, words)]
    first = above.count("\n") + 2
    assert (ids(roster), roster.users.index.tolist()) == (PEOPLE, list(range(first, first + 4)))
    assert roster.aside["line"].tolist() == [n for n, line in enumerate(above.splitlines(), 1) if line.strip()]
    assert accounted(roster, "users", above + USERS)


def test_what_is_said_of_a_header_below_a_title_names_its_line(noted):
    _, found = noted(users="Users\n" + USERS.replace("familyName", "FAMILYNAME"))
    assert [row[:3] for row in found] == [("file.above_header", "warning", 1), ("header.alias", "warning", 2)]


def test_a_header_in_the_middle_is_one_finding(audited):
    more = HEADER.replace("role", " Role ").upper() + ",,"
    text = USERS.replace("s2,", f"{HEADER}\ns2,") + more + "\n" + f'"{HEADER.replace(",", chr(34) * 2).strip()}"\n'
    text = text.rsplit("\n", 2)[0] + "\n"
    roster, found = audited(users=text)
    words = "the header stands 2 times more: lines 4 and 7"
    assert found == [("file.header_repeated", "warning", 4, words)]
    assert (ids(roster), roster.users.index.tolist()) == (PEOPLE, [2, 3, 5, 6])
    assert accounted(roster, "users", text)


def test_the_lines_set_aside_are_kept_with_kind_and_text(noted):
    text = "Users\n" + USERS.replace("s2,", f"{HEADER}\n,,,\ns2,") + "Total: 4\n"
    roster, _ = noted(users=text)
    assert roster.aside.values.tolist() == [
        ["users.csv", 1, "above", "Users"],
        ["users.csv", 5, "header", HEADER],
        ["users.csv", 6, "blank", ",,,"],
        ["users.csv", 9, "footer", "Total: 4"],
    ]
    again = roster.replace(classes=roster.classes)
    assert again.aside.equals(roster.aside)
    assert len(roster.replace(users=roster.users).aside) == 0


def test_a_file_without_header_is_one_finding_that_shows_no_value(audited):
    roster, found = audited(users=USERS.partition("\n")[2])
    of_users = [row for row in found if row[0].startswith(("file.", "header."))]
    assert [row[:3] for row in of_users] == [("header.none", "critical", 1)]
    words = of_users[0][3]
    assert words == (
        "line 1 holds no column names; 18 columns, as many as the standard names; they look like: 1 ID, 4 true/false, "
        "5 ID, 6 role, 12 ID, 13 email, 16 ID, 17 grades"
    )
    assert roster.unreadable == {"users": "it has no header"}


@pytest.mark.parametrize("table", ["classes", "enrollments", "users"])
def test_every_file_may_lack_its_header(noted, table):
    _, found = noted(**{table: CLEAN[table].partition("\n")[2]})
    assert [row[:2] for row in found if row[0].startswith(("file.", "header."))] == [("header.none", "critical")]


def test_a_file_that_connect_is_never_sent_may_lack_its_header_with_a_warning(noted):
    _, found = noted(orgs=ORGS.partition("\n")[2].replace("dist1", "77"))
    assert [row[:2] for row in found] == [("header.none", "warning")]

"""Small deliveries as help desks report them: each trouble is one finding with one remedy, and all else is read."""

from __future__ import annotations

import codecs
import zipfile

import pandas as pd
import pytest

from connect_kit.checks import check_roster
from connect_kit.checks.suites import reader_rule
from connect_kit.engine import DuckDBEngine
from connect_kit.roster import read_roster

USERS = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
identifier,email,sms,phone,agentSourcedIds,grades,password
t1,,,true,org1,teacher,jlee,,Jordan,Lee,,T100,jordan.lee@lincoln.example.org,,,,,
s1,,,true,org1,student,asmith,,Avery,Smith,,S2001,avery.smith@students.example.org,,,p1,07,
s2,,,true,org1,student,bjones,,Blake,Jones,,S2002,,,,p1,07,
p1,,,true,org1,parent,csmith,,Casey,Smith,,,casey.smith@example.com,,,,,
"""
CLASSES = """\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
termSourcedIds,subjects,subjectCodes,periods
k1,,,Math 7 - Period 3,07,c1,MATH7-3,scheduled,Room 12,org1,fall26,Mathematics,,3
"""
ENROLLMENTS = """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e1,,,k1,org1,t1,teacher,true,,
e2,,,k1,org1,s1,student,,,
e3,,,k1,org1,s2,student,,,
"""
ORGS = """\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
org1,,,Lincoln Middle School,school,LMS,dist1
dist1,,,Springfield USD,district,,
"""
CLEAN = {"users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS, "orgs": ORGS}
HEADER = USERS.splitlines()[0]
PEOPLE = ["t1", "s1", "s2", "p1"]


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine(threads=2)


@pytest.fixture
def audited(engine, tmp_path):
    """Read and check the clean delivery with some files changed, and return both."""

    def audit(**files):
        for name, text in {**CLEAN, **files}.items():
            if text is not None:
                data = text if isinstance(text, bytes) else text.encode()
                (tmp_path / f"{name}.csv").write_bytes(data)
        roster = read_roster(tmp_path, engine=engine)
        findings = check_roster(roster).table()
        grave = findings[findings["severity"] != "info"]
        line = [None if pd.isna(line) else int(line) for line in grave["line"]]
        return roster, sorted(zip(grave["code"], grave["severity"], line, grave["message"], strict=True))

    return audit


@pytest.fixture
def noted(engine, tmp_path):
    """Read the clean delivery with some files changed, and return it with what the reader itself says."""

    def note(**files):
        for name, text in {**CLEAN, **files}.items():
            (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        roster = read_roster(tmp_path, engine=engine)
        found = []
        for code, severity, line, value in roster.schema.execute("SELECT code, severity, line, value FROM _notices"):
            rule = reader_rule(code)
            if (severity or rule.severity) != "info":
                found.append((code, severity or rule.severity, line, rule.message.replace("{value}", value or "")))
        return roster, sorted(found)

    return note


def ids(roster, table="users"):
    return roster.frame(table)["sourcedId"].tolist()


def accounted(roster, table, text):
    """Whether every line of a file that is not blank was read, refused, set aside, or is the header."""
    info = roster.info[table]
    return info.rows + info.refused + info.aside + 1 == len([line for line in text.splitlines() if line.strip()])


def rows_of(text, change):
    """A file with its rows changed and its header left alone."""
    header, *rows = text.splitlines()
    return "\n".join([header, *map(change, rows)]) + "\n"


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


# Quotes and separators


def test_a_quote_escaped_by_a_backslash_is_found_at_its_row_and_the_rest_is_read(noted):
    roster, found = noted(users=USERS.replace("Avery", '"William \\"Bill\\""'))
    assert ("file.malformed_line", "critical", 3) in [row[:3] for row in found]
    assert ids(roster) == ["t1", "s2", "p1"]


def test_quotes_inside_a_name_are_read(audited):
    roster, found = audited(users=USERS.replace("Avery", 'William "Bill"').replace("Blake", '"Ro""b"'))
    assert (found, roster.users["givenName"].tolist()[1:3]) == (
        [("users.names.damaged", "warning", line, "the text holds a double quote") for line in (3, 4)],
        ['William "Bill"', 'Ro"b'],
    )


def test_a_comma_too_many_is_found_at_its_row(noted):
    _, found = noted(classes=CLASSES.replace("Math 7", "Math, 7"))
    assert ("file.malformed_line", "critical", 2, "15 fields where the header has 14") in found


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("|", "vertical bar"), ("\t", "tab")])
def test_other_separators_are_read_and_commas_in_quotes_stay(noted, mark, name):
    files = {table: text.replace(",", mark) for table, text in CLEAN.items()}
    parents = f"{mark}p1{mark}07"
    p2 = f"p2{mark * 3}true{mark}org1{mark}parent{mark * 3}Kim{mark}Jones{mark * 3}kim@example.com{mark * 5}\n"
    files["users"] = files["users"].replace(parents, f'{mark}"p1,p2"{mark}07') + p2
    roster, found = noted(**files)
    words = f"fields are separated by {name}; expected a comma"
    assert found == [("file.delimiter", "warning", 1, words)] * 4
    assert roster.users["agentSourcedIds"].tolist()[1:3] == ["p1,p2", "p1,p2"]


# Files that are empty, or something else


def test_empty_files_that_connect_does_not_ask_for_are_not_grave(noted):
    _, found = noted(courses=b"", demographics=b"", academicSessions=codecs.BOM_UTF8)
    assert found == []


def workbook():
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


def archive():
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("users.csv", USERS)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook(), "it is an Excel workbook; save it as CSV UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(range(256)) * 4, "it is an Excel workbook or another office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "it is an old Excel workbook or another office file"),
        (archive(), "it is a ZIP archive; unpack it first"),
        (b"\x1f\x8b\x08\x00" + bytes(range(200)), "it is a compressed (gzip) file; unpack it first"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "it is a PDF document; export the data as CSV UTF-8"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "it is a web page (HTML); open it in a spreadsheet"),
        (b"\xef\xbb\xbf <table><tr><td>sourcedId</td></tr></table>", "it is a web page (HTML)"),
        (b'<?xml version="1.0"?><users/>', "it is an XML file; open it in a spreadsheet"),
        (b'{"users": [{"sourcedId": "t1"}]}', "it is a JSON file; export the data as CSV UTF-8"),
        (
            USERS.replace("Avery", "佐藤").encode("shift_jis"),
            "its bytes are not text in any accepted encoding",
        ),
    ],
    ids=["xlsx", "beginning of xlsx", "xls", "zip", "gzip", "pdf", "html", "html table", "xml", "json", "shift_jis"],
)
def test_what_is_no_csv_file_is_named(noted, data, words):
    _, found = noted(users=data)
    of_users = [row for row in found if row[2] is None]
    assert [row[:3] for row in of_users] == [("file.undecodable", "critical", None)]
    assert of_users[0][3].startswith(words)


# Names that are nearly right


def test_column_names_that_are_nearly_right_are_named(noted):
    header = HEADER
    for right, written in [("orgSourcedIds", "orgSourcedId"), ("agentSourcedIds", "agents"), ("grades", "grade")]:
        header = header.replace(right, written)
    _, found = noted(users=USERS.replace(HEADER, header))
    assert [row[1:] for row in found if row[0].startswith("header.")] == [
        ("critical", 1, "column orgSourcedIds is absent; 'orgSourcedId' is probably it: rename it"),
        ("warning", 1, "agents is not a column of the standard; it is probably agentSourcedIds: rename it"),
        ("warning", 1, "grade is not a column of the standard; it is probably grades: rename it"),
    ]


def test_required_columns_that_are_absent_name_what_is_probably_theirs(noted):
    _, found = noted(
        users=USERS.replace("givenName,familyName", "firstName,lastName"),
        enrollments=ENROLLMENTS.replace("classSourcedId", "classSourceId").replace("userSourcedId", "userSourceId"),
    )
    assert [row[3] for row in found if row[0] == "header.missing_column"] == [
        "column classSourcedId is absent; 'classSourceId' is probably it: rename it",
        "column familyName is absent; 'lastName' is probably it: rename it",
        "column givenName is absent; 'firstName' is probably it: rename it",
        "column userSourcedId is absent; 'userSourceId' is probably it: rename it",
    ]


def test_a_file_name_that_is_nearly_right_is_named(engine, tmp_path):
    for name, text in {"users": USERS, "classes": CLASSES, "enrollments (1)": ENROLLMENTS}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    found = check_roster(read_roster(tmp_path, engine=engine)).table().set_index("code")["message"]
    assert found["file.missing"] == (
        "enrollments.csv is missing; enrollments (1).csv is probably it: rename it enrollments.csv"
    )
    assert found["delivery.extra_file"] == (
        "enrollments (1).csv (probably enrollments.csv: rename it enrollments.csv) is not asked for by Connect, and "
        "not sent"
    )


# What Connect is never sent, and what a delivery of changes does not hold


def test_a_malformed_line_in_a_file_that_is_never_sent_is_a_warning(noted):
    _, found = noted(orgs=ORGS + "org9\n", roles="sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,x\n")
    assert [row[:3] for row in found if row[0] == "file.malformed_line"] == [
        ("file.malformed_line", "warning", 2),
        ("file.malformed_line", "warning", 4),
    ]


def test_a_malformed_line_in_roles_that_users_need_is_critical(noted):
    users = USERS.replace(",orgSourcedIds,role,", ",x1,x2,")
    roles = "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,x\nr2,s1,primary,student,org1\n"
    _, found = noted(users=users, roles=roles)
    assert ("file.malformed_line", "critical", 2) in [row[:3] for row in found]


def test_an_empty_file_of_changes_is_not_grave(noted):
    manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.classes,delta\n"
    _, found = noted(classes=CLASSES.splitlines()[0] + "\n", manifest=manifest)
    assert "file.empty" not in [row[0] for row in found]
    _, found = noted(classes=CLASSES.splitlines()[0] + "\n", manifest=manifest.replace("delta", "bulk"))
    assert ("file.empty", "critical") in [row[:2] for row in found]

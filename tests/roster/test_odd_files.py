"""Quotes, separators, empty files, and files that are something else."""

from __future__ import annotations

import codecs
import zipfile

import pytest

from connect_kit.checks import check_roster
from connect_kit.roster import read_roster
from tests.roster.cases import CLASSES, CLEAN, ENROLLMENTS, HEADER, ORGS, USERS, ids

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
        *(
            (USERS.encode(f"utf-32{order}"), "it is text in UTF-32; save it as CSV UTF-8")
            for order in ("", "-le", "-be")
        ),
        (
            "".join(f'"{line}"\n' for line in USERS.splitlines()).encode(),
            "each of its lines stands in quotes as a whole",
        ),
    ],
    ids=[
        *("xlsx", "beginning of xlsx", "xls", "zip", "gzip", "pdf", "html", "html table", "xml", "json", "shift_jis"),
        *("utf-32", "utf-32-le", "utf-32-be", "quoted lines"),
    ],
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

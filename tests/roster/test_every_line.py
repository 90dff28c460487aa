"""Encodings, separators and line ends (decision 3); no line is lost (decision 4)."""

from __future__ import annotations

import pytest

from tests.roster.reading import USERS, notices, rows

# Decision 3: encodings, delimiters, line ends


@pytest.mark.parametrize(
    "delivery, code, value",
    [
        ("bom", "file.encoding", "UTF-8 with a byte order mark"),
        ("utf-16", "file.encoding", "UTF-16"),
        ("iso-8859-1", "file.encoding", "ISO-8859-1"),
        ("windows-1252", "file.encoding", "Windows-1252"),
        ("semicolons", "file.delimiter", "semicolon"),
        ("tabs", "file.delimiter", "tab"),
        ("carriage-returns", None, None),
    ],
)
def test_every_shape_is_read_as_the_same_people_and_reported(read, delivery, code, value):
    roster = read(delivery)
    assert [
        tuple(v.replace("O’Brook", "Brook") if isinstance(v, str) else v for v in row) for row in rows(roster.users)
    ] == USERS
    noted = notices(roster)
    assert {note[0] for note in noted} == ({code} if code else set())
    users = [note for note in noted if note[1] == "users.csv"]
    assert users == ([(code, "users.csv", 1 if code == "file.delimiter" else None, None, value)] if code else [])


def test_line_breaks_inside_quotes_belong_to_the_value_and_move_the_lines(read):
    users = rows(read("crlf-with-line-breaks").users)
    assert users[1][:6] == (3, "00018", "010", "student", "Zoë", 'Castle\r\nof "Zoë"')
    assert [row[0] for row in users] == [2, 3, 5, 6, 7]
    assert [row[1:] for row in users[2:]] == [row[1:] for row in USERS[2:]]


# Decision 4: no line is lost


def test_lines_that_cannot_be_read_are_kept_with_place_text_and_reason(read):
    roster = read("broken-quotes")
    short = ("00021", "010", "student", "Cy", "Nash", None, None, None, None)
    assert [row[1:] for row in rows(roster.users)] == [*(row[1:] for row in USERS[:2]), short] + [
        row[1:] for row in USERS[2:]
    ]
    assert roster.users.index.tolist() == [2, 4, 6, 7, 9, 10]
    broken = "broken quoting: a quote is not closed, or text follows a closing quote"
    assert roster.refused.values.tolist() == [
        ["users.csv", 3, broken, '00019,010,student,"Ann,Lark,,,,04'],
        ["users.csv", 5, broken, '00020,010,student,"Bo"b,Moor,,,,04'],
        ["users.csv", 8, "10 fields where the header has 9", "00022,010,student,Di,Oak,,,,04,extra"],
    ]
    assert [note[2] for note in notices(roster, "file.malformed_line")] == [3, 5, 8]
    assert (roster.info["users"].rows, roster.info["users"].refused) == (6, 3)
    assert notices(roster, "file.short_rows") == [
        (
            "file.short_rows",
            "users.csv",
            6,
            None,
            "1 row ends before the last of the 9 columns, whose values count as blank: line 6",
        )
    ]


def test_blank_lines_are_not_records_and_keep_the_others_in_place(read):
    roster = read("blank-lines")
    assert [row[1:] for row in rows(roster.users)] == [row[1:] for row in USERS]
    assert (roster.users.index.tolist(), len(roster.refused), notices(roster)) == ([3, 5, 8, 9, 10], 0, [])


def test_a_file_of_malformed_lines_only_is_unreadable_and_each_line_is_kept(read, changed):
    roster = read(changed(guardians="studentSourcedId,givenName,familyName,email\n1\n2\n"))
    assert roster.unreadable == {"guardians": "none of its 2 lines can be read"}
    assert roster.refused[["file", "line", "raw"]].values.tolist() == [
        ["guardians.csv", 2, "1"],
        ["guardians.csv", 3, "2"],
    ]

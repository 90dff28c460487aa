import csv
from pathlib import Path

import pytest

from connect_kit.errors import OutputError
from connect_kit.panels import result_rows
from connect_kit.panels.result_rows import ResultRows
from connect_kit.uploads.values import FileResult, Tally, UploadFile


def written(path: Path, header: str, lines: list[list[str]], school: str | None = None) -> FileResult:
    kind = path.name.removesuffix("-result.csv")
    with path.open("w", encoding="utf-8", newline="") as writing:
        csv.writer(writing).writerows([[*header.split(","), "result", "action", "code", "message"], *lines])
    kinds = {(line[-4], line[-3]) for line in lines}
    count = {one: sum((line[-4], line[-3]) == one for line in lines) for one in kinds}
    tallies = tuple(Tally(None, "students", *one, number) for one, number in sorted(count.items()))
    file = UploadFile(kind, path, "0", "school" if school else "district", school)  # type: ignore[arg-type]
    return FileResult(file, "processed", True, len(lines), tallies=tallies, path=path)


@pytest.fixture
def users(tmp_path):
    lines = [
        [f"{number:04d}", "Ada\r\nQuill", *(["ERROR", "SKIPPED", "users.role.known", "role 'x'"] if number % 3 == 0 else
        ["SUCCESS", "CREATED", "", ""])]
        for number in range(1, 101)
    ]  # fmt: skip
    return written(tmp_path / "users-result.csv", "sourcedId,givenName", lines)


@pytest.fixture
def enrollments(tmp_path):
    lines = [[f"c{number}", f"u{number}", "SUCCESS", "UNCHANGED", "", ""] for number in range(1, 41)]
    return written(tmp_path / "enrollments-result.csv", "classSourcedId,userSourcedId", lines, school="S001")


def test_a_page_holds_ids_and_results_and_no_names(users):
    rows = ResultRows([users])
    assert (rows.count, rows.pages, rows.files) == (100, 2, ("users.csv",))
    assert rows.rows()[2] == ("users.csv", 3, "0003", "ERROR", "SKIPPED", "users.role.known", "role 'x'")
    assert "Ada" not in str(rows.rows())


def test_a_page_continues_into_the_next_file(users, enrollments):
    rows = ResultRows([users, enrollments])
    assert rows.count == 140 and rows.turn(1) and rows.turn(1) and not rows.turn(1)
    assert [(row.file, row.number, row.ids) for row in rows.rows()] == [
        ("S001/enrollments.csv", number, f"c{number} / u{number}") for number in range(1, 41)
    ]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"result": "ERROR"}, list(range(3, 100, 3))),
        ({"action": "UNCHANGED"}, list(range(1, 41))),
        ({"file": "S001/enrollments.csv", "result": "SUCCESS"}, list(range(1, 41))),
        ({"file": "users.csv", "action": "UNCHANGED"}, []),
        ({"result": "ERROR", "action": "CREATED"}, []),
    ],
    ids=str,
)
def test_filters_leave_exactly_their_rows(users, enrollments, asked, numbers):
    rows = ResultRows([users, enrollments])
    rows.narrow(**asked)
    assert rows.count == len(numbers)
    assert [row.number for row in rows.rows()] == numbers


def test_every_row_is_on_exactly_one_page(users, enrollments, monkeypatch):
    monkeypatch.setattr(result_rows, "PAGE", 7)
    rows = ResultRows([users, enrollments])
    rows.narrow(result="SUCCESS")
    found = [(row.file, row.number) for row in rows.rows()]
    while rows.turn(1):
        found += [(row.file, row.number) for row in rows.rows()]
    wanted = [("users.csv", n) for n in range(1, 101) if n % 3] + [(rows.files[1], n) for n in range(1, 41)]
    assert found == wanted


def test_a_column_of_the_input_may_be_called_like_one_of_the_result(tmp_path):
    lines = [["1", "passed", "x", "SUCCESS", "CREATED", "", ""], ["2", "", "", "ERROR", "SKIPPED", "c", "m"]]
    result = written(tmp_path / "student_attributes-result.csv", "studentSourcedId,result,code", lines)
    rows = ResultRows([result])
    rows.narrow(result="ERROR")
    assert rows.rows() == [("student_attributes.csv", 2, "2", "ERROR", "SKIPPED", "c", "m")]


def test_a_missing_result_file_is_named(users):
    rows = ResultRows([users])
    users.path.unlink()
    with pytest.raises(OutputError, match=r"users-result\.csv: the result file cannot be read \(No such file"):
        rows.rows()


def test_a_page_is_read_once(users):
    rows = ResultRows([users])
    first = rows.rows()
    users.path.unlink()
    assert rows.rows() == first
    rows.narrow(result="ERROR")
    with pytest.raises(OutputError):
        rows.rows()


def test_a_refused_file_has_no_rows(users):
    refused = FileResult(users.file, "refused", True, code="file.empty", message="users.csv is empty")
    rows = ResultRows([refused])
    assert (rows.files, rows.count, rows.rows()) == ((), 0, [])

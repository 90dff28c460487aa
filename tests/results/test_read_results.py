"""Results read back: joined to what was sent, compared with the forecast, shown without names."""

from __future__ import annotations

import openpyxl
import pytest

from connect_kit.errors import SettingError
from connect_kit.results.comparing import read_results
from connect_kit.uploads.values import UploadFile
from tests.results.written import ADA, BEN, CAL, DONE, SAID, UNKNOWN, USERS, dry, rows, workbook, write


def test_each_row_has_its_line_its_result_and_what_was_forecast(tmp_path, sent, forecast):
    came = write(
        tmp_path / "users-result.csv",
        USERS + SAID,
        ADA + DONE,
        [*BEN, "ERROR", "SKIPPED", "", "Something is wrong"],
        CAL + DONE,
    )
    results = read_results(came, [sent], forecast=[forecast])
    assert rows(results, "file", "line", "sourcedId", "result", "forecast_result", "verdict") == [
        ("users.csv", 2, "0017", "SUCCESS", "SUCCESS", "as forecast"),
        ("users.csv", 3, "0018", "ERROR", "SUCCESS", "worse"),
        ("users.csv", 4, "0019", "SUCCESS", "ERROR", "better"),
    ]
    assert results.differences()["verdict"].tolist() == ["worse", "better"]
    assert results.errors["sourcedId"].tolist() == ["0018"]


def test_rows_missing_from_the_result_and_rows_never_sent_are_listed(tmp_path, sent, forecast):
    dan = ["0020", *BEN[1:]]
    came = write(tmp_path / "users-result.csv", USERS + SAID, BEN + DONE, ADA + DONE, dan + DONE)
    results = read_results(came, [sent], forecast=[forecast])
    assert sorted(rows(results, "sourcedId", "verdict")) == [
        ("0017", "as forecast"),
        ("0018", "as forecast"),
        ("0019", "not in result"),
        ("0020", "not sent"),
    ]
    row = results.summary().iloc[0]
    assert (row["rows"], row["success"], row["not_in_result"], row["not_sent"]) == (3, 3, 1, 1)


def test_without_a_plan_the_forecast_says_what_was_sent(tmp_path, forecast):
    came = write(
        tmp_path / "users-result.csv", [*USERS, "Result"], [*ADA, "Success"], [*BEN, "success"], [*CAL, "Error"]
    )
    results = read_results(came, forecast=[forecast])
    assert rows(results, "line", "verdict") == [(2, "as forecast"), (3, "as forecast"), (4, "as forecast")]


def test_without_plan_and_forecast_the_lines_are_those_of_the_result(tmp_path):
    came = write(tmp_path / "anything.csv", USERS + SAID, ADA + DONE, CAL + UNKNOWN)
    results = read_results(came)
    assert rows(results, "file", "line", "sourcedId", "verdict") == [
        ("anything.csv", 2, "0017", "no forecast"),
        ("anything.csv", 3, "0019", "no forecast"),
    ]
    assert results.causes()["code"].tolist() == ["users.orgSourcedIds.known_school"]


def test_another_action_than_forecast_is_a_difference_but_connects_updated_covers_unchanged(tmp_path, sent):
    """Connect's own words are CREATED and UPDATED (S4)."""
    same = ["SUCCESS", "UNCHANGED", "", ""]
    dry_file = write(tmp_path / "dry" / "r.csv", USERS + SAID, ADA + same, BEN + same, CAL + DONE)
    updated = ["SUCCESS", "UPDATED"]
    came = write(
        tmp_path / "users-result.csv", [*USERS, "result", "action"], ADA + updated, BEN + updated, CAL + updated
    )
    results = read_results(came, [sent], forecast=[dry(sent, dry_file)])
    assert rows(results, "sourcedId", "verdict") == [
        ("0017", "as forecast"),
        ("0018", "as forecast"),
        ("0019", "other action"),
    ]


def test_equal_rows_are_matched_by_their_place(tmp_path):
    columns = ["classSourcedId", "userSourcedId", "role"]
    row, other = ["C1", "U1", "student"], ["C1", "U2", "student"]
    sent = UploadFile.of(write(tmp_path / "enrollments.csv", columns, row, row, other, row), "enrollments")
    ends = [["SUCCESS", "CREATED"], ["SUCCESS", "UNCHANGED"], ["SUCCESS", "CREATED"], ["ERROR", "SKIPPED"]]
    came = write(
        tmp_path / "r" / "enrollments-result.csv",
        [*columns, "result", "action"],
        *[[*one, *end] for one, end in zip((row, row, other, row), ends, strict=True)],
    )
    results = read_results(came, [sent])
    assert rows(results, "line", "sourcedId", "second_id", "action") == [
        (2, "U1", "C1", "CREATED"),
        (3, "U1", "C1", "UNCHANGED"),
        (4, "U2", "C1", "CREATED"),
        (5, "U1", "C1", "SKIPPED"),
    ]


def test_lines_that_cannot_be_read_are_joined_by_their_place_too(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text("sourcedId,title,grades\r\nC1,Art,01\r\nC2,Art,01,x,y\r\nC3,Music,02\r\n")
    sent = UploadFile.of(path, "classes")
    came = write(
        tmp_path / "r" / "classes-result.csv",
        ["sourcedId", "title", "grades", *SAID],
        ["C1", "Art", "01", *DONE],
        ["", "", "", "ERROR", "SKIPPED", "file.malformed_line", "line 3: 5 fields"],
        ["C3", "Music", "02", *DONE],
    )
    assert rows(read_results(came, [sent]), "line", "sourcedId", "result") == [
        (2, "C1", "SUCCESS"),
        (3, "", "ERROR"),
        (4, "C3", "SUCCESS"),
    ]


GUARDIANS = ["studentSourcedId", "guardianSourcedId", "givenName", "familyName", "email"]


def test_a_guardians_workbook_is_read_though_excel_dropped_leading_zeros(tmp_path):
    """S4: the result of guardians is an Excel file with the columns result and action."""
    one, two = ["0017", "G1", "Amy", "Ashford", "amy@maple.example"], ["0018", "G2", "Bo", "Birch", "bo@maple.example"]
    sent = UploadFile.of(write(tmp_path / "guardians.csv", GUARDIANS, one, two), "guardians")
    came = workbook(
        tmp_path / "result.xlsx",
        [*GUARDIANS, "result", "action"],
        [17, *one[1:], "SUCCESS", "CREATED"],
        [18, *two[1:], "SUCCESS", "UPDATED"],
    )
    results = read_results(came, [sent])
    assert rows(results, "line", "sourcedId", "second_id", "action", "note") == [
        (2, "0017", "G1", "CREATED", "its ID came back without its leading zeros"),
        (3, "0018", "G2", "UPDATED", "its ID came back without its leading zeros"),
    ]
    assert "leading zeros" in results.summary()["note"].iloc[0]


def test_a_number_in_excel_keeps_the_zeros_that_its_format_shows(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*GUARDIANS, "result", "action"])
    sheet.append([17, "G1", "Amy", "Ashford", None, "SUCCESS", "CREATED"])
    sheet["A2"].number_format = "0000"
    book.save(tmp_path / "guardians-result.xlsx")
    assert rows(read_results(tmp_path / "guardians-result.xlsx"), "sourcedId", "result") == [("0017", "SUCCESS")]


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16", ";"), ("utf-8-sig", "\t"), ("cp1252", ";")])
def test_a_result_that_excel_saved_in_its_own_way_is_read(tmp_path, sent, encoding, mark):
    rows_of = [[*USERS, "Result "], [*ADA, "SUCCESS"], ["18", *BEN[1:3], "Bén", *BEN[4:], "ERROR"], [*CAL, "SUCCESS"]]
    came = tmp_path / "users-result.csv"
    came.write_text("\n".join(mark.join(row) for row in rows_of), encoding=encoding)
    assert rows(read_results(came, [sent]), "line", "sourcedId", "result") == [
        (2, "0017", "SUCCESS"),
        (3, "0018", "ERROR"),
        (4, "0019", "SUCCESS"),
    ]


def test_a_result_without_rows_leaves_every_row_sent_without_an_answer(tmp_path, sent):
    results = read_results(write(tmp_path / "users-result.csv", USERS + SAID), [sent])
    assert set(results.table()["verdict"]) == {"not in result"}
    assert len(results) == 0
    assert "3 rows sent by us and missing from the result" in results.support_message()


def test_the_sheet_with_a_result_is_found_below_blank_rows_and_behind_others(tmp_path):
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Guardian upload"])
    sheet = book.create_sheet("Rows")
    sheet.append([])
    sheet.append([*GUARDIANS, "result"])
    sheet.append(["0017", "G1", "Amy", "Ashford", "", "ERROR"])
    sheet.append([None] * 6)
    book.save(tmp_path / "guardians-result.xlsx")
    results = read_results(tmp_path / "guardians-result.xlsx")
    assert rows(results, "line", "sourcedId", "result") == [(3, "0017", "ERROR")]


def test_columns_that_the_kit_does_not_know_are_kept(tmp_path, sent):
    came = write(
        tmp_path / "users-result.csv",
        [*USERS, "result", "Connect URL"],
        [*ADA, "SUCCESS", "profile/1"],
        [*BEN, "SUCCESS", "profile/2"],
        [*CAL, "ERROR", ""],
    )
    results = read_results(came, [sent])
    assert results.received_rows("users.csv")["Connect URL"].fillna("").tolist() == ["profile/1", "profile/2", ""]
    with pytest.raises(SettingError, match=r"'classes\.csv' is none of the files here; expected one of users\.csv"):
        results.received_rows("classes.csv")


def test_an_attribute_named_like_a_column_of_connects_is_not_a_result(tmp_path):
    columns = ["studentSourcedId", "code", "result"]
    sent = UploadFile.of(
        write(tmp_path / "student_attributes.csv", columns, ["0017", "red", "ERROR"]), "student_attributes"
    )
    came = write(
        tmp_path / "r" / "student_attributes-result.csv",
        [*columns, "result", "action"],
        ["0017", "red", "ERROR", "SUCCESS", "CREATED"],
    )
    assert rows(read_results(came, [sent]), "sourcedId", "result", "action", "code") == [
        ("0017", "SUCCESS", "CREATED", "")
    ]


def test_a_folder_gives_all_of_its_results_and_says_what_is_missing(tmp_path, sent):
    classes = UploadFile.of(
        write(tmp_path / "plan" / "classes.csv", ["sourcedId", "title", "grades"], ["C1", "Art", "01"]), "classes"
    )
    write(tmp_path / "came" / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + UNKNOWN)
    write(tmp_path / "came" / "notes.csv", ["what"], ["nothing"])
    workbook(tmp_path / "came" / "notes.xlsx", ["what"], ["nothing"])
    results = read_results(tmp_path / "came", [sent, classes])
    assert results.summary()[["file", "rows", "errors", "note"]].to_numpy().tolist() == [
        ["users.csv", 3, 1, "no forecast: make a dry run of the plan to compare"],
        ["classes.csv", 0, 0, "no result file"],
    ]
    assert [path.name for path in results.ignored] == ["notes.csv", "notes.xlsx"]


def test_what_the_kit_saved_is_not_a_result_file_itself(tmp_path, sent):
    write(tmp_path / "came" / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + UNKNOWN)
    read_results(tmp_path / "came", [sent]).save(tmp_path / "came")
    again = read_results(tmp_path / "came", [sent])
    assert len(again) == 3
    assert [path.name for path in again.ignored] == ["corrections.csv", "results.csv"]


def test_at_school_level_each_result_finds_its_school_by_name_or_by_its_rows(tmp_path):
    columns = ["sourcedId", "title", "grades"]
    files = [
        UploadFile.of(
            write(tmp_path / school / "classes.csv", columns, [f"{school}-C1", "Art", "01"]),
            "classes",
            level="school",
            school=school,
        )
        for school in ("S001", "S002")
    ]
    write(tmp_path / "r" / "classes (1).csv", [*columns, "result"], ["S002-C1", "Art", "01", "SUCCESS"])
    write(tmp_path / "r" / "02-classes-S001-result.csv", [*columns, "result"], ["S001-C1", "Art", "01", "ERROR"])
    results = read_results(tmp_path / "r", files)
    assert rows(results, "file", "sourcedId", "result") == [
        ("S001/classes.csv", "S001-C1", "ERROR"),
        ("S002/classes.csv", "S002-C1", "SUCCESS"),
    ]


def test_a_refused_file_forecasts_an_error_for_each_row(tmp_path, sent):
    came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE, BEN + UNKNOWN, CAL + UNKNOWN)
    refused = dry(sent, None, outcome="refused", code="header.repeated_column")
    results = read_results(came, [sent], forecast=[refused])
    assert rows(results, "forecast_result", "verdict") == [
        ("ERROR", "better"),
        ("ERROR", "as forecast"),
        ("ERROR", "as forecast"),
    ]


def test_what_is_not_a_plan_or_not_a_forecast_is_refused(tmp_path, sent):
    write = tmp_path / "users-result.csv"
    write.write_text("sourcedId,result\nS1,ERROR\n", encoding="utf-8")
    with pytest.raises(
        SettingError, match=r"plan is 'plan-folder'; expected an UploadPlan \(from plan_upload or read_plan\)"
    ):
        read_results(write, "plan-folder")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"forecast is 'plan-folder'; expected an UploadResult \(from upload\)"):
        read_results(write, forecast="plan-folder")  # type: ignore[arg-type]


def test_the_chart_draws_each_file_with_its_numbers(tmp_path, sent, forecast):
    from connect_kit.display.svg import to_svg

    came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + DONE)
    drawn = to_svg(read_results(came, [sent], forecast=[forecast]).chart())
    assert "users.csv" in drawn
    assert "other than forecast" in drawn

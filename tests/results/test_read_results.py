"""Results read back: joined to what was sent, compared with the forecast, shown without names."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from connect_kit.errors import PlanError, ResultsError, SettingError
from connect_kit.results.comparing import read_results
from connect_kit.results.value import Results
from connect_kit.uploads.values import FileResult, UploadFile

USERS = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email"]
ADA = ["0017", "S1", "student", "Ada", "Ashford", "ada@maple.example"]
BEN = ["0018", "S1", "student", "Ben", "Birch", ""]
CAL = ["0019", "S9", "student", "Cal", "Cove", ""]
SAID = ["result", "action", "code", "message"]
DONE = ["SUCCESS", "CREATED", "", ""]
UNKNOWN = ["ERROR", "SKIPPED", "users.orgSourcedIds.known_school", "School S9 is not a School ID recorded on Connect"]


def write(path: Path, *rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def workbook(path: Path, *rows: list) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def dry(file: UploadFile, path: Path | None, **more) -> FileResult:
    return FileResult(file, more.pop("outcome", "processed"), dry_run=True, path=path, **more)


def rows(results: Results, *columns: str) -> list[tuple]:
    return list(results.table().fillna("")[list(columns)].itertuples(index=False, name=None))


@pytest.fixture
def sent(tmp_path: Path) -> UploadFile:
    return UploadFile.of(write(tmp_path / "plan" / "users.csv", USERS, ADA, BEN, CAL), "users")


@pytest.fixture
def forecast(tmp_path: Path, sent: UploadFile) -> FileResult:
    dry_file = write(tmp_path / "dry" / "01-users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + UNKNOWN)
    return dry(sent, dry_file)


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


class TestCauses:
    def test_texts_that_differ_in_ids_and_numbers_only_are_one_cause(self, tmp_path, sent):
        came = write(
            tmp_path / "users-result.csv",
            [*USERS, "result", "error"],
            [*ADA, "ERROR", "Row 2: user 0017 could not be saved (E-500)"],
            [*BEN, "ERROR", "Row 3: user 0018 could not be saved (E-500)"],
            [*CAL, "ERROR", ""],
        )
        causes = read_results(came, [sent]).causes()
        assert causes[["cause", "count", "first"]].to_numpy().tolist() == [
            ["Row #: user … could not be saved (E-#)", 2, "line 2: 0017, line 3: 0018"],
            ["no reason given", 1, "line 4: 0019"],
        ]

    def test_a_known_code_brings_its_rule_and_a_forecast_error_its_remedy(self, tmp_path, sent, forecast):
        texts = [*USERS, "result", "message"]
        came = write(
            tmp_path / "users-result.csv",
            texts,
            [*ADA, "SUCCESS", ""],
            [*BEN, "SUCCESS", ""],
            [*CAL, "ERROR", "no school"],
        )
        found = read_results(came, [sent], forecast=[forecast]).causes().iloc[0]
        assert found["cause"] == "no school"
        assert found["remedy"].startswith(
            "As forecast (users.orgSourcedIds.known_school), probably: School IDs are compared exactly: record it"
        )

    def test_the_rows_of_a_cause_are_its_own(self, tmp_path, sent):
        came = write(
            tmp_path / "users-result.csv",
            [*USERS, "result", "error"],
            [*ADA, "ERROR", "bad 1"],
            [*BEN, "ERROR", "bad 2"],
            [*CAL, "ERROR", "worse"],
        )
        results = read_results(came, [sent])
        assert results.rows_of(0)["sourcedId"].tolist() == ["0017", "0018"]
        assert results.rows_of(1)["sourcedId"].tolist() == ["0019"]
        with pytest.raises(SettingError, match="cause 2 does not exist; expected its place in causes\\(\\), 0 to 1"):
            results.rows_of(2)

    def test_corrections_say_where_what_and_what_to_do(self, tmp_path, sent):
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + UNKNOWN)
        row = read_results(came, [sent]).corrections().iloc[0].to_dict()
        assert row["todo"].startswith("School IDs are compared exactly: record it on the Connect school")
        del row["todo"], row["second_id"]
        assert row == {
            "file": "users.csv",
            "line": 4,
            "sourcedId": "0019",
            "column": "orgSourcedIds",
            "wrong": UNKNOWN[3],
        }

    def test_a_success_without_its_guardian_is_a_correction_too(self, tmp_path, sent):
        part = ["SUCCESS", "CREATED", "users.agentSourcedIds.known", "guardian G7 is not in users.csv"]
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + part, BEN + DONE, CAL + DONE)
        results = read_results(came, [sent])
        assert results.corrections()["sourcedId"].tolist() == ["0017"]
        assert len(results.errors) == 0


NAMES = ("Ada", "Ashford", "Ben", "Birch", "Élodie", "maple.example", "555")


def test_names_in_connects_texts_reach_no_table_no_file_and_no_message(tmp_path):
    elo = ["0021", "S1", "student", "Élodie", "Al", "elo@maple.example"]
    sent = UploadFile.of(write(tmp_path / "users.csv", USERS, ADA, BEN, elo), "users")
    came = write(
        tmp_path / "r" / "users-result.csv",
        [*USERS, "result", "message"],
        [*ADA, "ERROR", "Student ADA Ashford <ada@maple.example> exists; see also joe@maple.example"],
        [*BEN, "ERROR", "Ben Ben,Birch: call +1 (555) 010-0000 or 555-010-0001"],
        [*elo, "ERROR", "Also (élodie) Al's profile"],
    )
    results = read_results(came, [sent])
    assert results.table()["message"].tolist() == [
        "Student […] […] <[…]> exists; see also […]",
        "[…] […],[…]: call […] or […]",
        "Also ([…]) […]'s profile",
    ]
    results.save(tmp_path / "out")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    shown = written + results._repr_html_() + results.support_message() + repr(results)
    assert [name for name in NAMES if name.casefold() in shown.casefold()] == []
    assert sorted(path.name for path in (tmp_path / "out").glob("[!.]*")) == [
        "corrections.csv",
        "results.csv",
        "support-message.txt",
    ]


def test_names_are_kept_out_even_where_the_result_has_only_ids(tmp_path, sent):
    came = write(
        tmp_path / "users-result.csv",
        ["sourcedId", "result", "message"],
        ["0017", "ERROR", "Ada Ashford exists"],
        ["0018", "SUCCESS", ""],
        ["0019", "SUCCESS", ""],
    )
    assert read_results(came, [sent]).errors["message"].tolist() == ["[…] […] exists"]


def test_a_name_is_kept_out_where_its_punctuation_touches_a_word(tmp_path):
    hal = ["0022", "S1", "student", "Hal (Bud)", "Quill", ""]
    sent = UploadFile.of(write(tmp_path / "users.csv", USERS, hal), "users")
    came = write(
        tmp_path / "r" / "users-result.csv",
        [*USERS, "result", "message"],
        [*hal, "ERROR", "hal (bud)Quill, Hal, Quilla"],
    )
    assert read_results(came, [sent]).errors["message"].tolist() == ["[…][…], Hal, Quilla"]


def test_what_is_not_a_plan_or_not_a_forecast_is_refused(tmp_path, sent):
    write = tmp_path / "users-result.csv"
    write.write_text("sourcedId,result\nS1,ERROR\n", encoding="utf-8")
    with pytest.raises(
        SettingError, match=r"plan is 'plan-folder'; expected an UploadPlan \(from plan_upload or read_plan\)"
    ):
        read_results(write, "plan-folder")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"forecast is 'plan-folder'; expected an UploadResult \(from upload\)"):
        read_results(write, forecast="plan-folder")  # type: ignore[arg-type]


def test_no_cell_of_the_corrections_is_a_formula_and_ids_with_a_sign_stay(tmp_path):
    write = tmp_path / "users-result.csv"
    write.write_text("sourcedId,result,message\n=1+1,ERROR,@SUM(A1)\n-17,ERROR,+cmd\nS1,ERROR,bad\n", encoding="utf-8")
    read_results(write).save(tmp_path / "out")
    found = pd.read_csv(tmp_path / "out" / "corrections.csv", dtype=str)
    assert found["sourcedId"].tolist() == ["'=1+1", "-17", "S1"]
    assert found["wrong"].tolist() == ["'@SUM(A1)", "'+cmd", "bad"]


def test_the_support_message_gives_counts_causes_and_ids(tmp_path, sent, forecast):
    came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + UNKNOWN, CAL + UNKNOWN)
    message = read_results(came, [sent], forecast=[forecast]).support_message()
    assert message.startswith("To: support-ct@schoolstatus.com\nSubject: Manual SIS upload: 2 rows with an error\n")
    assert "- users.csv: district level, 2 rows, 0 SUCCESS, 2 with an error" in message
    assert "   0017, 0019" in message
    assert "- 1 row refused although our dry run expected success" in message
    assert "- 1 row sent by us and missing from the result" in message


def test_when_all_is_well_the_support_message_asks_nothing(tmp_path, sent):
    came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + DONE)
    results = read_results(came, [sent])
    assert "there is nothing to ask" in results.support_message()
    assert len(results.corrections()) == 0


def test_the_chart_draws_each_file_with_its_numbers(tmp_path, sent, forecast):
    from connect_kit.display.svg import to_svg

    came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + DONE)
    drawn = to_svg(read_results(came, [sent], forecast=[forecast]).chart())
    assert "users.csv" in drawn
    assert "other than forecast" in drawn


class TestRefused:
    def test_no_such_file(self, tmp_path):
        with pytest.raises(ResultsError, match=r"gone\.csv: no such file; give a result file downloaded from Connect"):
            read_results(tmp_path / "gone.csv")

    def test_a_folder_without_any_file(self, tmp_path):
        with pytest.raises(ResultsError, match="holds no CSV or Excel file"):
            read_results(tmp_path)

    def test_what_was_sent_is_not_its_result(self, tmp_path, sent):
        with pytest.raises(ResultsError, match=r"users\.csv: has no column 'result'"):
            read_results(sent.path, [sent])

    def test_a_column_result_without_any_word_of_connects(self, tmp_path):
        came = write(tmp_path / "users.csv", [*USERS, "result"], [*ADA, "42"])
        with pytest.raises(ResultsError, match="nowhere says SUCCESS or ERROR"):
            read_results(came)

    def test_columns_that_do_not_show_a_kind(self, tmp_path):
        came = write(tmp_path / "x.csv", ["id", "result"], ["1", "SUCCESS"])
        with pytest.raises(ResultsError, match="do not show which file was uploaded; expected the uploaded columns"):
            read_results(came)

    def test_a_file_that_is_not_a_workbook(self, tmp_path):
        (tmp_path / "r.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
        with pytest.raises(ResultsError, match=r"r\.xlsx: is not an Excel workbook"):
            read_results(tmp_path / "r.xlsx")

    def test_bytes_that_are_not_text(self, tmp_path):
        (tmp_path / "r.csv").write_bytes(bytes(range(256)) * 8)
        with pytest.raises(ResultsError, match=r"r\.csv: "):
            read_results(tmp_path / "r.csv")

    def test_the_result_of_another_district(self, tmp_path, sent):
        others = [[f"9{place}", *ADA[1:], *DONE] for place in range(5)]
        came = write(tmp_path / "users-result.csv", USERS + SAID, *others, ADA + DONE)
        with pytest.raises(
            ResultsError, match=r"83 % of its rows were never sent with users\.csv; it is the result of ano"
        ):
            read_results(came, [sent])

    def test_the_result_of_a_kind_that_was_not_sent(self, tmp_path, sent):
        came = write(tmp_path / "c.csv", ["sourcedId", "title", "grades", "result"], ["C1", "Art", "01", "SUCCESS"])
        with pytest.raises(ResultsError, match=r"is a result of classes\.csv, and none was sent"):
            read_results(came, [sent])

    def test_two_results_of_one_file(self, tmp_path, sent):
        for name in ("users (1).csv", "users (2).csv"):
            write(tmp_path / "r" / name, USERS + SAID, ADA + DONE)
        with pytest.raises(ResultsError, match=r"are both results of users\.csv; leave in the folder the one"):
            read_results(tmp_path / "r", [sent])

    def test_a_sent_file_that_was_changed_since(self, tmp_path, sent):
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE)
        write(sent.path, USERS, ADA)
        with pytest.raises(PlanError, match=r"users\.csv: is not what was sent"):
            read_results(came, [sent])

    def test_a_forecast_of_other_bytes(self, tmp_path, sent, forecast):
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE)
        other = UploadFile.of(write(tmp_path / "other" / "users.csv", USERS, ADA), "users")
        with pytest.raises(ResultsError, match="the forecast is of other bytes; make a dry run of this plan"):
            read_results(came, [sent], forecast=[dry(other, forecast.path)])

    def test_a_forecast_with_other_rows(self, tmp_path, sent):
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE)
        dry_file = write(tmp_path / "dry" / "r.csv", USERS + SAID, ADA + DONE, CAL + DONE, BEN + DONE)
        with pytest.raises(ResultsError, match=r"is not the forecast of users\.csv, row by row"):
            read_results(came, [sent], forecast=[dry(sent, dry_file)])

    def test_a_real_upload_is_not_a_forecast(self, tmp_path, sent):
        came = write(tmp_path / "users-result.csv", USERS + SAID, ADA + DONE)
        with pytest.raises(ResultsError, match="the forecast is a real upload"):
            read_results(came, [sent], forecast=[FileResult(sent, "processed", dry_run=False)])


def test_no_message_to_support_is_written_where_there_is_nothing_to_ask(tmp_path, sent):
    bad = write(tmp_path / "bad" / "users-result.csv", USERS + SAID, ADA + UNKNOWN, BEN + DONE, CAL + DONE)
    good = write(tmp_path / "good" / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE, CAL + DONE)
    missing = write(tmp_path / "missing" / "users-result.csv", USERS + SAID, ADA + DONE, BEN + DONE)
    message = tmp_path / "out" / "support-message.txt"
    for came, asked in ((bad, True), (good, False), (missing, True)):
        read_results(came, [sent]).save(tmp_path / "out")
        assert message.is_file() == asked

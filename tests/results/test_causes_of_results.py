"""Errors of results by cause, refusals, and messages: without names."""

from __future__ import annotations

import pandas as pd
import pytest

from connect_kit.errors import PlanError, ResultsError, SettingError
from connect_kit.results.comparing import read_results
from connect_kit.uploads.values import FileResult, UploadFile
from tests.results.written import ADA, BEN, CAL, DONE, SAID, UNKNOWN, USERS, dry, write


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

"""Decisions: a plain file that people edit, that several programs write, and of which nothing is ever lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.decisions.file import COLUMNS
from connect_kit.decisions.value import NAME, Decisions, read_decisions
from connect_kit.errors import DecisionsError, OutputError, SettingError

HEADER = ",".join(COLUMNS)
SAME = f"{HEADER}\nstudents,roster:01,roster:02,same,ada,2026-08-15T09:30:00Z,seen\n"


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / NAME
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_the_file_stands_beside_the_delivery_and_never_in_it(tmp_path: Path) -> None:
    delivery = tmp_path / "2026-08-15"
    delivery.mkdir()
    (delivery / "users.csv").write_text("sourcedId,role,givenName,familyName\n1,student,A,B\n")
    decisions = read_decisions(delivery)
    assert decisions.path == tmp_path / NAME
    assert not decisions.path.exists()
    decisions.decide("students", "roster:1", "roster:2", "same", who="ada")
    assert [path.name for path in delivery.iterdir()] == ["users.csv"]
    assert read_decisions(ck.read_roster(delivery)).of("students", "roster:2", "roster:1") == "same"


def test_a_zip_has_its_decisions_beside_it(tmp_path: Path) -> None:
    (tmp_path / "delivery.zip").write_bytes(b"PK")
    assert read_decisions(tmp_path / "delivery.zip").path == tmp_path / NAME


def test_without_a_file_decisions_are_kept_in_memory() -> None:
    roster = ck.Roster.from_frames({"users": pd.DataFrame({"sourcedId": ["1"], "role": ["student"]})})
    decisions = read_decisions(roster).decide("students", "roster:2", "roster:1", "unsure", who="ada")
    assert decisions.path is None
    assert decisions.of("students", "roster:1", "roster:2") == "unsure"
    assert len(decisions.undo()) == 0


def test_a_line_reads_as_it_was_decided(tmp_path: Path) -> None:
    read_decisions(tmp_path / NAME).decide(
        "classrooms", "workspace:CR7", "roster:0042", "connect", who="ada", note='asked, "yes"'
    )
    raw = (tmp_path / NAME).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfabout,left,right,decision,who,when,note\r\n")
    assert b"classrooms,roster:0042,workspace:CR7,connect,ada,20" in raw
    table = read_decisions(tmp_path / NAME).table()
    assert list(table.columns) == list(COLUMNS)
    assert table.drop(columns="when").to_numpy().tolist() == [
        ["classrooms", "roster:0042", "workspace:CR7", "connect", "ada", 'asked, "yes"']
    ]
    assert table["when"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()


def test_the_last_line_about_a_pair_counts_in_either_order(tmp_path: Path) -> None:
    decisions = read_decisions(tmp_path / NAME)
    decisions = decisions.decide("students", "roster:01", "roster:02", "same")
    decisions = decisions.decide("students", "roster:02", "roster:01", "different")
    decisions = decisions.decide("people", "roster:01", "roster:02", "unsure")
    assert decisions.of("students", "roster:01", "roster:02") == "different"
    assert decisions.table()["decision"].tolist() == ["different", "unsure"]
    assert decisions.history()["line"].tolist() == [2, 3, 4]
    assert decisions.summary().to_numpy().tolist() == [["students", "different", 1], ["people", "unsure", 1]]
    assert len(decisions) == 2


def test_a_value_is_not_changed_by_a_decision() -> None:
    before = Decisions(None)
    after = before.decide("schools", "roster:0104", "workspace:S1", "connect")
    assert (len(before), len(after)) == (0, 1)


def test_what_another_process_writes_is_kept(tmp_path: Path) -> None:
    file = tmp_path / NAME
    code = (
        "import sys; from connect_kit.decisions.value import read_decisions\n"
        "d = read_decisions(sys.argv[1])\n"
        "for i in range(40): d = d.decide('students', f'roster:{sys.argv[2]}{i}', 'roster:z', 'same')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(file), name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(read_decisions(file)) == 80
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_undo_removes_its_own_line_and_leaves_the_others(tmp_path: Path) -> None:
    mine = read_decisions(tmp_path / NAME).decide("students", "roster:1", "roster:2", "same")
    read_decisions(tmp_path / NAME).decide("students", "roster:3", "roster:4", "same")
    left = mine.undo()
    assert left.table()["left"].tolist() == ["roster:3"]
    with pytest.raises(SettingError, match="nothing to undo"):
        left.undo()


def test_undo_of_the_first_decision_leaves_no_file(tmp_path: Path) -> None:
    read_decisions(tmp_path / NAME).decide("students", "roster:1", "roster:2", "same").undo()
    assert list(tmp_path.iterdir()) == []


def test_many_decisions_are_undone_in_one_step(tmp_path: Path) -> None:
    file = written(tmp_path, SAME)
    rows = [("classrooms", f"roster:{i}", f"workspace:{i}", "connect") for i in range(500)]
    decisions = read_decisions(file).decide_all(rows, who="ada")
    assert len(decisions) == 501
    assert len(decisions.undo()) == 1
    assert file.read_text() == SAME


def test_undo_says_so_when_its_line_is_gone(tmp_path: Path) -> None:
    decisions = read_decisions(tmp_path / NAME).decide("students", "roster:1", "roster:2", "same")
    written(tmp_path, SAME)
    with pytest.raises(SettingError, match="no longer there as it was written"):
        decisions.undo()
    assert (tmp_path / NAME).read_text() == SAME


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("semicolons", SAME.replace(",", ";").encode()),
        ("tabs and UTF-16", SAME.replace(",", "\t").encode("utf-16")),
        ("big-endian UTF-16", b"\xfe\xff" + SAME.encode("utf-16-be")),
        ("a byte order mark", b"\xef\xbb\xbf" + SAME.encode()),
        ("line ends of Windows", SAME.replace("\n", "\r\n").encode()),
        ("line ends of old Macs", SAME.replace("\n", "\r").encode()),
        ("no final line end", SAME.rstrip("\n").encode()),
        ("blank lines and empty cells", SAME.replace("\n", "\n\n,,,,,,\n").encode()),
        (
            "another order of the columns",
            b"note,when,who,Decision,right,left,about\nseen,2026-08-15T09:30:00Z,ada,Same,roster:01,roster:02,Students\n",
        ),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_a_file_saved_by_excel_is_read_and_added_to_in_its_own_form(tmp_path: Path, name: str, text: bytes) -> None:
    file = written(tmp_path, text)
    decisions = read_decisions(file)
    assert decisions.table().to_numpy().tolist() == [
        ["students", "roster:01", "roster:02", "same", "ada", "2026-08-15T09:30:00Z", "seen"]
    ]
    more = decisions.decide("schools", "roster:0104", "workspace:Ñ;,\t", "connect", note="später")
    assert read_decisions(file).of("schools", "roster:0104", "workspace:Ñ;,\t") == "connect"
    assert len(more) == 2
    more.undo()
    assert file.read_bytes() == text


def test_every_faulty_line_is_listed_with_column_value_and_what_is_expected(tmp_path: Path) -> None:
    text = SAME + (
        "students,roster:01,roster:03,maybe,,,\n"
        "students,01,roster:03,same,,,\n"
        "pupils,roster:01,roster:03,same,,,\n"
        "students,roster:01,roster:03,same\n"
        "students,roster:01,roster:03,same,ada,yesterday,\n"
        "classrooms,roster:5,workspace:C1,archive,,,\n"
        "classrooms,workspace:C1,workspace:C2,connect,,,\n"
        "students,roster:9,roster:9,same,,,\n"
        "schools,roster:,workspace:,connect,,,\n"
        "schools,roster:,workspace:S1,connect,,,\n"
    )
    file = written(tmp_path, text)
    with pytest.raises(DecisionsError) as caught:
        read_decisions(file)
    assert caught.value.problems == (
        "line 3, column decision: 'maybe' is not one of same, different, unsure",
        "line 4, column left: '01' is not a key; expected roster:ID or workspace:ID",
        "line 5, column about: 'pupils' is not one of students, people, schools, classrooms",
        "line 6: has 4 fields; expected 7: about,left,right,decision,who,when,note",
        "line 7, column when: 'yesterday' is not a date; expected 2026-08-15T09:30:00Z",
        "line 8, column left: 'roster:5' must be blank, because 'archive' is about a classroom alone",
        "line 9, column left: 'workspace:C1' is not a key; expected roster:ID",
        "line 10, column right: 'roster:9' is the same as left; give two records",
        "line 11, column right: 'workspace:' is not a key; expected workspace:ID",
    )
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    assert str(file) in str(caught.value)


def test_a_wrong_header_is_reported_column_by_column(tmp_path: Path) -> None:
    file = written(tmp_path, "about,left,left,decision,who,when,remark\nstudents,a,b,c,d,e,f\n")
    with pytest.raises(DecisionsError) as caught:
        read_decisions(file)
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "line 1: column 'remark' is unknown",
        "line 1: column 'left' occurs more than once",
        "line 1: column 'right' is missing",
        "line 1: column 'note' is missing",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SAME.encode() + "students,roster:1,roster:3,same,José,,\n".encode("cp1252"), "line 3: is not UTF-8"),
        (SAME.encode() + b'students,roster:1,roster:3,same,"ada,,\n', "line 3: is not valid CSV"),
    ],
    ids=["windows-1252", "open-quote"],
)
def test_a_file_that_is_not_text_or_csv_is_reported_with_the_line(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(DecisionsError, match=message):
        read_decisions(written(tmp_path, text))


def test_nothing_is_written_into_a_faulty_file(tmp_path: Path) -> None:
    decisions = read_decisions(written(tmp_path, SAME))
    file = written(tmp_path, faulty := SAME + "students,01,02,same,,,\n")
    with pytest.raises(DecisionsError, match="line 3, column left"):
        decisions.decide("students", "roster:5", "roster:6", "same")
    assert file.read_text() == faulty
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("about", "left", "right", "decision", "message"),
    [
        ("pupils", "roster:1", "roster:2", "same", "about: 'pupils' is not one of"),
        ("students", "roster:1", "roster:2", "connect", "decision: 'connect' is not one of same"),
        ("students", "1", "roster:2", "same", "left: '1' is not a key"),
        ("students", "roster:1", "roster:1", "same", "the same as left"),
        ("schools", "workspace:1", "workspace:2", "connect", "expected roster:ID"),
        ("classrooms", "roster:1", "workspace:2", "leave", "must be blank"),
        ("students", "roster:1", "roster:\ud800", "same", "text without halves of characters"),
    ],
)
def test_an_invalid_decision_is_refused(about: str, left: str, right: str, decision: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Decisions(None).decide(about, left, right, decision)


def test_a_folder_that_cannot_be_written_to_is_reported(tmp_path: Path) -> None:
    file = written(tmp_path, SAME)
    decisions = read_decisions(file)
    file.unlink()
    tmp_path.rmdir()
    with pytest.raises(OutputError, match="could not be written"):
        decisions.decide("students", "roster:1", "roster:2", "same")


def test_a_delivery_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no such delivery"):
        read_decisions(tmp_path / "2026-08-15")


def test_the_lock_of_a_dead_process_does_not_stop_the_work(tmp_path: Path) -> None:
    import os

    stale = tmp_path / f".{NAME}.lock"
    stale.write_text("")
    os.utime(stale, (1, 1))
    read_decisions(tmp_path / NAME).decide("students", "roster:1", "roster:2", "same")
    assert len(read_decisions(tmp_path / NAME)) == 1
    assert not stale.exists()


def test_a_notebook_shows_counts_and_no_ids(tmp_path: Path) -> None:
    html = read_decisions(written(tmp_path, SAME))._repr_html_()
    assert "students" in html
    assert "roster:01" not in html


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEY = st.builds(str.__add__, st.sampled_from(["roster:", "workspace:"]), TEXT.filter(bool))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KEY, KEY, TEXT, TEXT).filter(lambda row: row[0] != row[1]), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was_and_undo_gives_back_the_bytes(
    tmp_path: Path, rows: list[tuple[str, str, str, str]]
) -> None:
    file = tmp_path / NAME
    for start in (None, SAME.encode(), SAME.rstrip("\n").replace(",", ";").encode("utf-16"), b"", b"\n"):
        file.unlink(missing_ok=True)
        if start is not None:
            file.write_bytes(start)
        decisions = before = read_decisions(file)
        states = []
        for left, right, who, note in rows:
            states.append(file.read_bytes() if file.exists() else None)
            decisions = decisions.decide("students", left, right, "same", who=who, note=note)
        again = read_decisions(file)
        assert [(d.who, d.note) for d in again.rows[len(before) :]] == [(who, note) for _, _, who, note in rows]
        assert all(again.of("students", right, left) == "same" for left, right, _, _ in rows)
        for state in reversed(states):
            decisions = decisions.undo()
            assert (file.read_bytes() if file.exists() else None) == state

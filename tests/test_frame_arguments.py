"""DataFrames given as tables: every column and line is converted or refused in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.errors import SettingError

#: Columns of a frame that are not text, and how they are answered: with text, or with the words of a refusal.
COLUMNS: dict[str, tuple[Any, Any]] = {
    "lists": ([["1", "2"], ["3"]], "users.agentSourcedIds holds lists; write each as one text"),
    "tuples": ([("1",), None], "users.agentSourcedIds holds lists"),
    "bytes": ([b"1", b"2"], "users.agentSourcedIds holds bytes; make text of them"),
    "floats": ([1.0, float("nan")], "users.agentSourcedIds is a column of numbers"),
    "dicts": ([{"a": 1}, None], "users.agentSourcedIds holds a dict"),
    "durations": (pd.to_timedelta(["1D", "2D"]), "users.agentSourcedIds holds a Timedelta"),
    "dates": ([date(2026, 8, 15), None], ["2026-08-15", None]),
    "times": (pd.to_datetime(["2026-08-15", "2026-08-16"]), ["2026-08-15", "2026-08-16"]),
    "categories": (pd.Categorical(["007", None]), ["007", None]),
    "numbers as categories": (pd.Categorical([7, 8]), "users.agentSourcedIds is a column of numbers"),
    "nothing": ([None, float("nan")], [None, None]),
    "text of any kind": (pd.array(["", "007"], dtype="string"), [None, "007"]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_a_frame_is_converted_or_refused_in_words(kind: str) -> None:
    values, expected = COLUMNS[kind]
    frame = pd.DataFrame({"sourcedId": ["1", "2"], "agentSourcedIds": values})
    if isinstance(expected, str):
        with pytest.raises(SettingError) as error:
            ck.Roster.from_frames({"users": frame})
        assert str(error.value).startswith(expected)
    else:
        made = ck.Roster.from_frames({"users": frame}).users["agentSourcedIds"]
        assert [None if value != value else value for value in made.tolist()] == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ([2.0, 3.0], [2, 3]),
        (["7", "9"], [7, 9]),
        ([2, float("nan")], "the index 'line' holds nan, which is no line of a file; number the rows anew"),
        (["2", "x"], "the index 'line' holds 'x', which is no line"),
        ([2.5, 3.0], "the index 'line' holds 2.5, which is no line"),
        ([-1, 3], "the index 'line' holds -1, which is no line"),
        ([2, 10**30], "which is no line of a file"),
        ([2, 2], "the index 'line' holds 2 twice, and a row has a line of its own; number the rows anew"),
    ],
)
def test_lines_of_a_frame_are_whole_numbers_or_refused_in_words(index: Any, expected: Any) -> None:
    frame = pd.DataFrame({"sourcedId": ["1", "2"]}, index=pd.Index(index, name="line"))
    if isinstance(expected, str):
        with pytest.raises(SettingError) as error:
            ck.Roster.from_frames({"users": frame})
        assert expected in str(error.value)
    else:
        assert ck.Roster.from_frames({"users": frame}).users.index.tolist() == expected


def test_columns_of_several_levels_and_without_a_name_are_refused_in_words() -> None:
    levels = pd.DataFrame([["1"]], columns=pd.MultiIndex.from_tuples([("users", "sourcedId")]))
    for frame, words in ((levels, "its columns have several levels"), (pd.DataFrame([["1"]]), "a column is called 0")):
        with pytest.raises(SettingError, match=words):
            ck.Roster.from_frames({"users": frame})

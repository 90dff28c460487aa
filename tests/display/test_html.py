import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.display.characters import visible
from connect_kit.display.html import table_html
from connect_kit.errors import SettingError


def test_a_cell_is_escaped_and_a_severity_has_its_symbol():
    frame = pd.DataFrame({"severity": ["critical"], "<b>": ["<script>"]})
    text = table_html(frame, caption="a < b")
    assert "<script>" not in text and "&lt;script&gt;" in text
    assert "✖ critical" in text
    assert "<caption>a &lt; b</caption>" in text and "&lt;b&gt;</th>" in text


def test_numbers_are_aligned_right_with_thousands_separators():
    frame = pd.DataFrame({"count": [1234567], "share": [0.5], "line": pd.array([None], "Int64")})
    text = table_html(frame)
    assert '<td class="ck-number">1,234,567</td>' in text
    assert '<td class="ck-number">0.500</td><td class="ck-number"></td>' in text


def test_ids_keep_their_zeros():
    assert "<td>00017342</td>" in table_html(pd.DataFrame({"sourcedId": ["00017342"]}))


def test_an_empty_table_says_none():
    assert '<td colspan="2">none</td>' in table_html(pd.DataFrame({"a": [], "b": []}))


def test_a_long_table_is_cut_and_says_so():
    text = table_html(pd.DataFrame({"a": range(1000)}), "Rows", most=10)
    assert "Rows (10 of 1,000 rows)" in text
    assert text.count("<tr>") == 11


def test_what_cannot_be_seen_is_written_out_and_letters_of_all_scripts_stay():
    assert visible("a\x00b\u200bc\u202ed\ud800") == "a[U+0000]b[U+200B]c[U+202E]d[U+D800]"
    assert visible("Zoë שלום 李") == "Zoë שלום 李"
    assert visible(None) == visible(float("nan")) == visible(pd.NA) == ""


def test_a_frame_shows_itself_as_a_table_in_a_notebook_and_as_text_elsewhere():
    frame = pd.DataFrame({"sourcedId": ["0017", "0018"], "severity": ["critical", "info"]})
    shown = ck.show(frame, "Rows", most=1)
    assert shown._repr_html_() == table_html(frame, "Rows", most=1)
    assert repr(shown).split() == ["Rows", "sourcedId", "severity", "0017", "critical"]


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), ("users", "'users'"), ([1, 2], "a list"), (pd.Series([1]), "a Series")]
)
def test_what_is_not_a_frame_is_refused_in_words(value, shown):
    with pytest.raises(SettingError, match=f"frame is {shown}; expected a DataFrame"):
        ck.show(value)


def test_a_negative_number_of_rows_is_refused():
    with pytest.raises(SettingError, match="most is -1; expected a number of rows"):
        ck.show(pd.DataFrame(), most=-1)

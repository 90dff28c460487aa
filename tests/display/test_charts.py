import re

import pandas as pd
import pytest

from connect_kit.display import charts
from connect_kit.display.look import percent, school_label
from connect_kit.display.svg import to_svg


def files(**columns):
    frame = {"table": ["users"], "file": ["users.csv"], "rows": [4], "refused": [0]}
    return pd.DataFrame(frame | {"critical": [0], "warning": [0], "info": [0]} | columns)


def schools(number):
    return pd.DataFrame(
        {
            "schoolId": [f"{n:04d}" for n in range(number)],
            "name": [f"School {n}" if n % 3 else None for n in range(number)],
            "students": 100, "critical": 2, "warning": 0,
            "students_without_guardian": range(number),
        }
    )  # fmt: skip


def rules(counts):
    return pd.DataFrame(
        {
            "code": [f"users.column.rule{n}" for n in range(len(counts))],
            "severity": [("info", "warning", "critical")[n % 3] for n in range(len(counts))],
            "count": counts,
        }
    )


def texts_of(svg):
    return re.findall(r">([^<>]+)</text>", svg)


def test_a_severity_is_named_by_word_and_symbol():
    svg = to_svg(charts.findings_by_file(files(critical=[3], info=[1])))
    assert {"users.csv", "✖ critical", "ℹ info"} <= set(texts_of(svg))
    assert "▲ warning" not in texts_of(svg)


def test_a_file_without_findings_is_shown_as_such():
    assert "✔ nothing found" in texts_of(to_svg(charts.findings_by_file(files())))


def test_refused_lines_are_counted_beside_the_rows_read():
    svg = to_svg(charts.rows_by_file(files(refused=[1200])))
    assert {"4 rows", "✖ refused", "1,200 lines"} <= set(texts_of(svg))


def test_counts_far_apart_are_on_a_logarithmic_scale_and_say_so():
    wide = to_svg(charts.findings_by_code(rules([1, 3, 1_000_000])))
    close = to_svg(charts.findings_by_code(rules([1, 3, 10])))
    assert "Bars on a logarithmic scale" in texts_of(wide)
    assert "Bars on a logarithmic scale" not in texts_of(close)
    assert "1,000,000" in texts_of(wide)


def test_critical_rules_come_first_and_the_rest_is_counted():
    svg = to_svg(charts.findings_by_code(rules(range(1, 61)), most=20))
    assert "20 rules shown, and 40 more" in texts_of(svg)
    assert "✖ critical" in texts_of(svg) and "▲ warning" not in texts_of(svg)


@pytest.mark.parametrize(("number", "note"), [(1, None), (300, "40 schools shown, and 260 more")])
def test_schools_are_readable_one_or_many(number, note):
    texts = texts_of(to_svg(charts.schools_overview(schools(number))))
    assert (note in texts) if note else not [text for text in texts if "more" in text]
    assert len([text for text in texts if text.endswith("of 100")]) == min(number, 40)


def test_a_school_without_a_name_shows_its_id():
    assert school_label(None, "0104") == "0104"
    assert school_label("Maple", "0104") == "Maple (0104)"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 10, "0 %"), (1, 100_000, "under 0.1 %"), (1, 8, "12.5 %"), (10, 10, "100 %"),
     (99_999, 100_000, "over 99.9 %"), (3, 0, "0 %")],
)  # fmt: skip
def test_a_share_never_reads_as_none_or_all_when_it_is_not(part, whole, words):
    assert percent(part, whole) == words


def test_the_svg_is_one_described_image_that_asks_for_nothing():
    svg = to_svg(charts.schools_overview(schools(3)), "schools")
    assert svg.startswith("<svg ")
    assert (
        'role="img"' in svg
        and 'aria-label="Schools with the most problems first. ✖ Rows with a critical finding: ' in svg
    )
    assert "<script" not in svg and "href" not in svg and "http" not in svg
    assert svg.count("aria-") == 1
    assert all(one.startswith("schools-") for one in re.findall(r'\bid="([^"]*)"', svg))


def test_a_hostile_name_stays_text_in_a_chart():
    frame = schools(1).assign(name="<script>x</script>\"|'")
    svg = to_svg(charts.schools_overview(frame))
    assert "<script" not in svg and "&lt;script&gt;" in svg


def test_an_empty_table_still_gives_a_chart():
    assert to_svg(charts.findings_by_code(rules([]))).startswith("<svg")


def test_a_blank_in_a_role_and_a_missing_role_can_be_seen():
    roles = pd.DataFrame({"role": ["student", " teacher", None], "people": [1200, 3, 1]})
    assert {"student", "1,200", "␣teacher", "(no role)"} <= set(texts_of(to_svg(charts.people_by_role(roles))))

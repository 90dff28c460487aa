"""What a grade as a district writes it means, and what is not guessed."""

from __future__ import annotations

import pytest

from connect_kit.grades import grade_code, read_grades


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("K", "KG"),
        ("0", "KG"),
        ("1", "01"),
        ("1st", "01"),
        ("7.0", "07"),
        ("Grade 7", "07"),
        ("Gr. 7", "07"),
        ("GR07", "07"),
        ("7th Grade", "07"),
        ("Pre-K", "PK"),
        ("pk3", "PK"),
        ("Transitional Kindergarten", "TK"),
        ("Freshman", "09"),
        ("'07", "07"),
        ('="07"', "07"),
    ],
)
def test_another_spelling_of_one_grade_is_recognised(written: str, code: str) -> None:
    assert grade_code(written) == code
    assert read_grades(written).kind == "form"


@pytest.mark.parametrize(
    ("written", "kind", "code"),
    [
        ("07", "known", "07"),
        ("KG, 01", "known", "KG,01"),
        ("-1", "negative", None),
        ("-4", "negative", None),
        ("06-08", "range", None),
        ("1-2", "range", None),
        ("0-1", "range", None),
        ("K-5", "range", None),
        ("Grades 6 to 8", "range", None),
        ("7-Jan", "date", None),
        ("Jan-7", "date", None),
        ("1/7/2026", "date", None),
        ("2026-01-07", "date", None),
        ('["07"]', "list", "07"),
        ('["07","08"]', "list", "07,08"),
        ("07|08", "list", "07,08"),
        ("07;08", "list", "07,08"),
        ("07/08", "list", "07,08"),
        ("07 08", "list", "07,08"),
        *((odd, "unknown", None) for odd in ("12+", "14", "99", "P3", "EC", "HS", "NG", "Year 7", "[]", "44938")),
        ("01,99", "unknown", None),
        ("K,06-08", "range", None),
    ],
)
def test_what_is_no_single_grade_is_named_for_what_it_is_and_not_guessed(
    written: str, kind: str, code: str | None
) -> None:
    assert (read_grades(written).kind, read_grades(written).code) == (kind, code)

"""Values of the hostile deliveries; what a value is stands beside it where a rule cannot be stated in a few words."""

# ruff: noqa: E501  # one pool reads best in few lines

from __future__ import annotations

#: Grades as written, what they are (codes, another spelling of one, or one of the other kinds), and the codes if certain.
GRADES = {
    "03": ("known", "03"), "KG": ("known", "KG"), "12": ("known", "12"), "03,04": ("known", "03,04"), "K": ("form", "KG"),
    "3": ("form", "03"), "Grade 4": ("form", "04"), "kindergarten": ("form", "KG"), "03,K": ("form", "03,KG"),
    "0": ("form", "KG"), "xx": ("unknown", ""), "99": ("unknown", ""), "06-08": ("range", ""), "1-2": ("range", ""),
    "7-Jan": ("date", ""), "8-Jun": ("date", ""), "-1": ("negative", ""), "07|08": ("list", "07,08"),
    "07;08": ("list", "07,08"), '["07"]': ("list", "07"), "07,xx": ("unknown", ""), "K,-1": ("negative", ""),
}  # fmt: skip
#: Addresses: good, placeholders, bad, or with something around one address, or several; only what is good or around reaches.
EMAILS = {
    "ann@example.org": "good", "Ann@Example.org": "good", "bo.lee@mail.example.com": "good", "cy@example.org": "good",
    "noemail@example.org": "placeholder", "none@none.com": "placeholder", "n/a": "placeholder", "shared@": "bad",
    "a b@example.org": "bad", "a@@b.org": "bad", "cy@example": "bad", "a..b@example.org": "bad", "ann@example.org.": "around",
    "casey": "bad", ".": "placeholder", "none": "placeholder", "mailto:ann@example.org": "around",
    "Ann Lee <ann@example.org>": "around", "ann@example.org; bo.lee@mail.example.com": "several",
    "ann@example.org, cy@example.org": "several", " cy@example.org": "around",
}  # fmt: skip
#: Numbers: good, placeholders, bad, with words around one, several, or with an extension; the first, words and several reach.
PHONES = {
    "2125550142": "good", "(212) 555-0142": "good", "+12125550142": "good", "415-555-0199": "good",
    "3105550100": "good", "5551": "bad", "0000000000": "placeholder", "n/a": "placeholder", "555-0142": "bad", "5551234": "bad",
    "123": "bad", "000-000-0000": "placeholder", "1112223333": "bad", "0125550142": "bad", "327-2466 rm 865": "bad",
    "212-555-0142 / 415-555-0199": "several",
    "212-555-0142 ext. 12": "extension", "(212) 555-0142 x7": "extension", "cell 212-555-0142": "words",
    "212-555-0142 (mom)": "words", "none": "placeholder", "212-555-014": "bad", "2129115": "bad",
}  # fmt: skip
#: Names that are damaged, and whether letters are lost for good.
DAMAGED = {
    "Jos\u00c3\u00a9": False, "Jo\ufffd": True, "Jos?": False, "Ann \"Nan\"": False, "Ann\nLee": False,
    "O\u00e2\u20ac\u2122Hara": False, "M?ller": False, "Jo\ufffdl?": True,
}  # fmt: skip
#: Days in other forms than the standard's, and the day; a tuple of numbers where the column decides which is the month.
DAYS: dict[str, str | tuple[int, int, int]] = {
    "6/15/2027": (6, 15, 2027), "9/1/2025": (9, 1, 2025), "06/15/2024": (6, 15, 2024), "20260901": "2026-09-01",
    "soon": "", "2026-13-01": "", "15.06.2024": "2024-06-15", "2024/6/15": "2024-06-15", "2099-06-30T00:00:00Z": "2099-06-30",
    "15-Jun-2024": "2024-06-15", "Jun 15, 2099": "2099-06-15", "13/45/2024": (13, 45, 2024),
}  # fmt: skip
GOOD_DATES = ("2020-06-30", "2024-09-01", "2099-06-30", "2098-01-05")
BAD_DATES = tuple(DAYS)
STAMPS = (
    "2026-09-01T08:00:00.000Z",
    "2026-09-01T08:00:00+00:00",
    "2026-09-01",
    "2026-09-01T08:00Z",
    "09/01/2026",
    "2026-02-30T08:00:00Z",
)
STATUS = ("", "", "", "active", "Active", "inactive", "tobedeleted", "ToBeDeleted", " tobedeleted", "gone")
ROLES = ("student", "teacher", "parent", "guardian", "relative", "aide", "proctor", "administrator")
ODD_ROLES = (" student", "Student", "TEACHER ", "\u00a0student", "\tteacher", "pupil", "", " ", "Parent")
GIVEN = ("Ann", "Bob", "Cy", "Di", "Eve", "ann", "ANNE", "Jo\u00e9")
FAMILY = ("Lee", "Poe", "Ray", "Fox", "lee", "O'Hara", "LEE", "Smith-Roe")
ODD_NAMES = (
    "",
    "Baby Boy",
    "STUDENT",
    "Child",
    " ",
    "test",
    "Unknown",
    "n/a",
    "A",
    "B.",
    "R2",
    " Ann",
    "Ann ",
    "Mary  Ann",
    "Al\tRay",
    "An\u200bn",
    "Al\u00a0Ray",
    "do not use",
    "XX",
    "NULL",
    "None",
    ".",
    "-",
    "?",
    *DAMAGED,
)
LANGUAGES = ("en", "es", "", "EN", "English", "zz")
FLAGS = ("true", "false", "", "TRUE", " false", "\ttrue", "yes", "1")
ORG_TYPES = ("school", "school", "department", "district", "state", "", "School", "ext:camp", "campus")
SESSIONS = ("schoolYear", "semester", "term", "gradingPeriod", "", "quarter", "ext:week")

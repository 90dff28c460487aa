"""Values of the hostile deliveries; what a value is stands beside it where a rule cannot be stated in a few words."""

# one pool a line reads best

from __future__ import annotations

#: Grades as written, and whether they are codes (known), recognisable (form) or neither (unknown).
GRADES = {
    "03": "known", "KG": "known", "12": "known", "03,04": "known", "K": "form", "3": "form", "Grade 4": "form",
    "kindergarten": "form", "03,K": "form", "xx": "unknown", "06-08": "unknown", "99": "unknown",
}  # fmt: skip
#: Addresses, and whether they are good, placeholders or bad.
EMAILS = {
    "ann@example.org": "good", "Ann@Example.org": "good", "bo.lee@mail.example.com": "good", "cy@example.org": "good",
    "noemail@example.org": "placeholder", "none@none.com": "placeholder", "n/a": "placeholder", "shared@": "bad",
    "a b@example.org": "bad", "a@@b.org": "bad", "cy@example": "bad",
}  # fmt: skip
#: Numbers, and whether they can be dialled from the United States.
PHONES = {
    "2125550142": True, "(212) 555-0142": True, "+12125550142": True, "415-555-0199": True, "3105550100": True,
    "5551": False, "0000000000": False, "n/a": False, "555-0142": False, "5551234": False,
}  # fmt: skip
GOOD_DATES = ("2020-06-30", "2024-09-01", "2099-06-30", "2098-01-05")
BAD_DATES = ("soon", "2026-13-01", "20260901")
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
)
LANGUAGES = ("en", "es", "", "EN", "English", "zz")
FLAGS = ("true", "false", "", "TRUE", " false", "yes", "1")
ORG_TYPES = ("school", "school", "department", "district", "state", "", "School", "ext:camp", "campus")
SESSIONS = ("schoolYear", "semester", "term", "gradingPeriod", "", "quarter", "ext:week")

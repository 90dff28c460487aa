"""What a district means by a grade as it writes it: a code of the standard, a spelling of one, or something else.

Source of the codes: CEDS entry grade level (OneRoster). What other spellings mean is a kit decision; where more than
one grade could be meant, nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from connect_kit.oneroster import GRADES

GradeKind = Literal["known", "form", "list", "date", "range", "negative", "unknown"]
#: From the best to the worst: the kind of a list of grades is that of its worst.
_KINDS: tuple[GradeKind, ...] = ("known", "form", "list", "range", "date", "negative", "unknown")

_WORDS = {
    **dict.fromkeys("kindergarten kinder k kg kdg".split(), "KG"),
    **dict.fromkeys("prek prekindergarten pk pk3 pk4 prek3 prek4".split(), "PK"),
    **dict.fromkeys("tk transitionalkindergarten".split(), "TK"),
    **dict.fromkeys("preschool pr ps3 ps4".split(), "PR"),
    **dict.fromkeys("infanttoddler infant toddler it".split(), "IT"),
    **dict.fromkeys("postsecondary ps".split(), "PS"),
    **dict.fromkeys("ungraded ug".split(), "UG"),
    "other": "Other",
    **{
        word: f"{number:02d}"
        for number, word in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
        )
    },
    **dict(zip("freshman sophomore junior senior".split(), ("09", "10", "11", "12"), strict=True)),
}
_QUOTES = " \t'\"`\u2018\u2019\u201c\u201d="
_FILLERS = re.compile(r"\b(?:grades?|gr)\b\.?|\bgr(?=[0-9])", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th|\.0+)?", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/. ]*{_MONTH}(?:[-/., ]*[0-9]{{2,4}})?|{_MONTH}[-/. ]*[0-9]{{1,4}}(?:[-/., ]+[0-9]{{2,4}})?"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[T ].*)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(.+?)\s*(?:-|–|—|\bto\b|\bthrough\b|\bthru\b|\.\.)\s*(.+)", re.IGNORECASE)
_LIST = re.compile(r"[|;/&+\n]|\band\b|(?<=[0-9]{2}) +(?=[0-9]{2}\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grade:
    """What a field of grades says.

    Attributes
    ----------
    kind : str
        ``known``: codes of the standard. ``form``: another spelling of one. ``list``: several, not separated by
        commas. ``range``: the first and the last of several. ``date``: what a spreadsheet makes of a range.
        ``negative``: how some student information systems write a grade below 1. ``unknown``: nothing that is clear.
    code : str or None
        The codes that are meant, separated by commas, where that is certain.
    """

    kind: GradeKind
    code: str | None = None


@lru_cache(maxsize=4096)
def read_grades(value: str) -> Grade:
    """What a field of grades means: one grade, or several separated by commas."""
    text = value.strip()
    inside = text[1:-1] if text[:1] + text[-1:] in ("[]", "{}", "()") else None
    parts = [part for part in (text if inside is None else inside).split(",") if part.strip()]
    read = [_one(part) for part in parts]
    if not read:
        return Grade("unknown")
    kind = max((one.kind for one in read), key=_KINDS.index)
    if inside is not None and kind in ("known", "form"):
        kind = "list"
    certain = kind in ("known", "form", "list")
    return Grade(kind, ",".join(dict.fromkeys(str(one.code) for one in read)) if certain else None)


def _one(value: str) -> Grade:
    text = value.strip()
    if text in GRADES:
        return Grade("known", text)
    text = text.strip(_QUOTES)
    if code := _spelled(text):
        return Grade("form", code)
    if re.fullmatch(r"[-−–][0-9]{1,2}(?:\.0+)?", text):
        return Grade("negative")
    if _DATE.fullmatch(text):
        return Grade("date")
    if (ends := _RANGE.fullmatch(_FILLERS.sub(" ", text).strip())) and all(map(_spelled, ends.groups())):
        return Grade("range")
    several = [_spelled(part.strip(_QUOTES)) for part in _LIST.split(text)]
    if len(several) > 1 and None not in several:
        return Grade("list", ",".join(dict.fromkeys(str(code) for code in several)))
    return Grade("unknown")


def _spelled(text: str) -> str | None:
    """The one grade that a spelling means, or None."""
    if text in GRADES:
        return text
    bare = _FILLERS.sub(" ", text).strip(" .")
    word = re.sub(r"[-_ ]", "", bare).casefold()
    if word in _WORDS:
        return _WORDS[word]
    number = _NUMBER.fullmatch(bare)
    if number is None or not bare.isascii():
        return None
    grade = int(number[1])
    return "KG" if grade == 0 and len(number[1]) <= 2 else f"{grade:02d}" if 1 <= grade <= 13 else None


def grade_code(value: str) -> str | None:
    """The CEDS grade code that a district's own spelling means, or None where it is not clear.

    ``K`` gives ``KG``, ``1`` and ``Grade 1`` and ``1st`` give ``01``, ``Pre-K`` gives ``PK``. A code of the standard is
    returned as it is.
    """
    return _one(value).code

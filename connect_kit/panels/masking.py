"""What is left of names, birth dates, addresses and numbers when a panel is masked.

Whatever is not known to be harmless is treated as a name: a field that the kit learns about later is masked until it is
listed here.
"""

from __future__ import annotations

import re

_HIDDEN = "***"
#: Fields that say nothing about a person alone, or are the IDs by which an analyst finds the record.
_PLAIN = frozenset({"grade", "role", "school", "sourcedId", "identifier", "before any comparison"})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"[\d\s().+\-/x#]{5,}")
_DIGIT = re.compile(r"\d")

#: Words of class titles that are not names. Subjects that are also family names (Law, Wood, Stone, Bell) are not here:
#: they would reveal a teacher of that name.
_CLASS_WORDS = frozenset(
    """
    accounting adv advanced advisory agriculture alg algebra american anatomy ap applied art arts astronomy band
    biology biotechnology business calc calculus career ceramics chemistry chinese choir chorus civics class classes
    classroom college composition computer computers concert course creative culture dance design digital drama drawing
    earth economics ed education ela eld elementary ell eng engineering english ensemble environmental esl ethnic
    european film finance first fitness foods foundations fourth french fundamentals general geography geom geometry
    german global government gr grade guitar gym health hebrew higher history home homeroom honors hr humanities ib
    independent integrated intermediate intervention intro introduction italian japanese journalism jv kdg kg
    kindergarten korean lab lang language languages latin leadership level lit literacy literature mandarin marketing
    math mathematics maths media middle modern movement multimedia music orchestra pe per performance period personal
    photography physical physics physiology pre prealgebra precalculus prek prekindergarten primary principles
    probability programming project psychology publications reading rdg religion remedial rm robotics room russian
    sci science sciences sec second section sem semester seminar senior junior social sociology space spanish special
    speech sped sports stat statistics stats stem strings studies study support swimming symphonic technical
    technology term theater theatre theory third topics training trig trigonometry tutorial tutoring tv us usa varsity
    visual weight wind workshop world writing yearbook
    st nd rd th a an and at by for from in of on or the to with i ii iii iv vi vii viii ix
    """.split()
)
_TITLES = frozenset("mr mrs ms miss mx dr prof professor coach sr sra srta señor señora señorita mme".split())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)


def mask(field: str, value: object) -> str:
    """A value of a field with what identifies a person hidden.

    Names keep their initials, birth dates the year, addresses and numbers their ends. IDs, grades, roles and schools
    stay.
    """
    text = value if isinstance(value, str) else ""
    if not text or field in _PLAIN:
        return text
    if field == "birth date":
        year = _YEAR.search(text)
        return f"{year[0]}-**-**" if year else _HIDDEN
    return "; ".join(", ".join(_part(part) for part in person.split(", ")) for person in text.split("; "))


def _part(text: str) -> str:
    if "@" in text:
        return _address(text)
    digits = "".join(_DIGIT.findall(text))
    if _NUMBER.fullmatch(text) and len(digits) >= 5:
        return _HIDDEN + digits[-2:]
    return mask_name(text)


def mask_name(name: str) -> str:
    """The initial of each word. A word of one letter would still be shown whole, so nothing of it is left."""
    return " ".join(word[0] + _HIDDEN if len(word) > 1 else _HIDDEN for word in name.split())


def _address(address: str) -> str:
    local, _, host = address.strip().rpartition("@")
    end = host.rpartition(".")[2]
    return f"{local[:1] if len(local) > 1 else ''}{_HIDDEN}@{_HIDDEN}" + (f".{end}" if "." in host else "")


def mask_title(title: object) -> str:
    """A class title without names: words that are not a subject, level or number keep only their initial.

    The word after a title such as Ms. is taken for a name, whatever it is.
    """
    if not isinstance(title, str):
        return ""
    made, end, named = [], 0, False
    for found in _WORD.finditer(title):
        word = found[0]
        known = word.casefold() in _CLASS_WORDS or (len(word) == 1 and word.isascii())
        made.append(title[end : found.start()])
        made.append(word if (known and not named) or word.casefold() in _TITLES else mask_name(word))
        named = word.casefold() in _TITLES
        end = found.end()
    return "".join([*made, title[end:]])

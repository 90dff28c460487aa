"""What exports add to a table that is none of its records: rows of separators, footers, the header once more.

Records are put right as far as that is certain: blank fields beyond the header's are left out, and what a row lacks at
its end is blank. Everything is reported; what a line's fields mean, the caller says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from connect_kit.connect import BLANKS
from connect_kit.engine.csv_lines import field_pattern, record_pattern
from connect_kit.engine.duckdb import literal, quoted

#: Lines at the end of a file that are looked at for a footer.
MOST_FOOTER_LINES: Final = 20
#: Columns that a row of a table is compared in before its line is looked at.
_COMPARED = 50
_THINGS = "rows?|records?|lines?|entries|students?|users?|teachers?|guardians?|classes|sections?|enrollments?|items?"
#: How the first value of a line begins that is about the export and no record: "Total records: 4", "(4 rows)".
_FOOTER: Final = re.compile(
    rf"(?:[-=*_#~. ]{{3,}}|\x1a)\Z|[*\-=# (]*(?:"
    rf"(?:grand |sub-?)?totals?\b|(?:number|no\.|count) of\b|(?:(?:{_THINGS}) )?count\b|"
    rf"(?:{_THINGS})(?: \w+)? ?[:=] ?\d|\d[\d,. ]* (?:{_THINGS})\b|end\b(?: of\b| ?[-*:]|\W*\Z)|eof\b|"
    r"(?:completion|elapsed|execution|query) time\b|"
    r"(?:generated|exported|created|printed|produced|prepared|extracted|downloaded|run|report|export)\b"
    r"(?: \w+)?(?: (?:on|at|by|for|date|time)\b| ?:| \d)|"
    r"(?:report|export) (?:date|complete|generated|created)|as of \d|page \d|copyright\b|©|confidential\b)",
    re.IGNORECASE,
)


#: Words with blanks between them, as in no ID; blanks after a comma part two.
_WORDS: Final = re.compile(r"[^\s,]\s+\S")
#: What a line is made of that rules off the header, as some databases print it: "-----,-----".
_RULES: Final = "-=_"
#: Fewer dashes may belong to a footer.
_LEAST_DASHES: Final = 10


class Look(NamedTuple):
    """What a line is: ``aside`` names what it is set aside as; else a record of which so many bytes are ``kept``."""

    aside: str = ""
    kept: int = 0
    lacking: int = 0


@dataclass(frozen=True)
class Tidy:
    """What is set aside, and which records are put right.

    Attributes
    ----------
    header : tuple of str
        Names as written.
    delimiter : str
    least : int
        Fields that a record must have; those behind them may be lacking.
    words : mapping of int to set of str
        Position of a field to the words of which a record that lacks fields must have one there, in lower case: where
        a separator was dropped, every value behind it stands in the wrong column.
    needed : tuple of int
        Positions of the fields that every record fills in.
    ids : tuple of int
        Those of them that hold IDs: no words with blanks between them.
    """

    header: tuple[str, ...]
    delimiter: str
    least: int
    words: Mapping[int, frozenset[str]] = field(default_factory=dict)
    needed: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()

    @cached_property
    def _names(self) -> list[str]:
        return _plain(self.header)

    @cached_property
    def _blank(self) -> str:
        return BLANKS + '"' + self.delimiter

    @cached_property
    def _field(self) -> re.Pattern[str]:
        return re.compile(f"({field_pattern(self.delimiter)})(?:{re.escape(self.delimiter)}|\\Z)")

    @cached_property
    def _begin(self) -> re.Pattern[str]:
        return re.compile(record_pattern(len(self.header), self.delimiter).removesuffix("(?:\\r\\n|\\r|\\n)?"))

    @property
    def unnamed(self) -> int:
        """Columns at the end of the header that have no name."""
        return len(self.header) - len(self._names)

    def look(self, text: str) -> Look | None:
        """What a line is by itself; None where nothing is to be done about it."""
        if len(self.header) < 2:
            return None
        body = text.rstrip("\r\n")
        found = self._values(body)
        if found is None:
            return None
        plain = _plain(found)
        if not plain or plain == self._names:
            return Look("header" if plain else "blank")
        if all(len(value) > 1 and not value.strip(_RULES) for value in plain) and len("".join(plain)) >= _LEAST_DASHES:
            return Look("ruler")
        count, wanted = len(found), len(self.header)
        if count > wanted and not any(value.strip(BLANKS) for value in found[wanted:]):
            return Look(kept=self.cut(body))
        if self.least <= count < wanted and self._has_words(found):
            return Look(kept=len(body.encode()), lacking=wanted - count)
        return None

    def is_record(self, text: str) -> bool:
        """Whether a line has what every record needs, so that it is one wherever it stands and whatever it says."""
        values = self._values(text.rstrip("\r\n")) or []
        filled = [place for place, value in enumerate(values) if value.strip(BLANKS)]
        return (
            bool(self.needed)
            and len(filled) > 1
            and len(values) <= len(self.header)
            and {*self.needed} <= {*filled}
            and not any(_WORDS.search(values[place].strip(BLANKS)) for place in self.ids)
            and self._has_words(values)
        )

    def _has_words(self, values: Sequence[str]) -> bool:
        known = ((place, words) for place, words in self.words.items() if place < len(values))
        return all(values[place].strip(BLANKS).casefold() in words for place, words in known)

    def cut(self, text: str) -> int:
        """Bytes of a record before its surplus blank fields; 0 where there are none."""
        body = text.rstrip("\r\n")
        if '"' not in body:
            surplus = body.count(self.delimiter) + 1 - len(self.header)
            if surplus > 0 and body.endswith(self.delimiter * surplus):
                return len(body.encode()) - surplus
        begin = self._begin.match(body)
        return len(begin[0].encode()) if begin and begin.end() < len(body) else 0

    def _values(self, body: str) -> list[str] | None:
        """The fields of a line, None where it is malformed."""
        if '"' not in body:
            return body.split(self.delimiter)
        found, place = [], 0
        while place < len(body) or (place == len(body) and body.endswith(self.delimiter)):
            match = self._field.match(body, place)
            if match is None:
                return None
            bare = match[1].strip(" ")
            found.append(bare[1:-1].replace('""', '"') if bare.startswith('"') else match[1])
            if match.end() == len(body) and not match[0].endswith(self.delimiter):
                break
            place = match.end()
        return found

    def footer(self, lines: Iterable[tuple[int, str]]) -> Iterator[int]:
        """Indexes of the lines at the end of a file that are about the export; lines come the last one first."""
        for number, (index, text) in enumerate(lines):
            if number >= MOST_FOOTER_LINES:
                return
            if not text.strip(BLANKS + self.delimiter):  # blank, between lines of the footer or behind it
                continue
            if not self.is_footer(text):
                return
            yield index

    def is_footer(self, text: str) -> bool:
        """Whether a line is about the export and no record."""
        values = [value.strip(BLANKS) for value in self._values(text.rstrip("\r\n")) or ()]
        filled = [value for value in values if value]
        # A line of words is cut at its commas: "Generated on August 1, 2026, 6:00 AM".
        most = 2 if len(values) == len(self.header) else 5
        if not self.needed:
            most = min(most, len(self.header) - 1)
        return 0 < len(filled) <= most and _FOOTER.match(filled[0]) is not None and not self.is_record(text)

    def may_be_aside(self, line: bytes) -> bool:
        """Whether a well-formed line may be a row of separators or dashes, or the header once more."""
        text = line.decode()
        return not text.strip(self._blank + _RULES) or all(name in text.casefold() for name in self._names)

    def aside_sql(self, line: str) -> str:
        """SQL of the same for a column of lines."""
        return f"trim({line}, {literal(self._blank + _RULES)}) = '' OR {self._header_sql(line)}"

    def _header_sql(self, line: str) -> str:
        return " AND ".join(f"contains(lower({line}), lower({literal(name)}))" for name in self._names[:3]) or "false"

    def rows_sql(self, columns: Sequence[str]) -> str:
        """SQL of the same for the rows of a table that has been read, looking no further than needed."""
        if len(columns) < 2:
            return "false"
        some = list(zip(map(quoted, columns), self.header, strict=True))[:_COMPARED]
        blank = " AND ".join(
            f"({name} IS NULL OR ({_begins(name)}) AND trim({name}, {literal(BLANKS + _RULES)}) = '')"
            for name, _ in some
        )
        named = [(name, text.strip(BLANKS)) for name, text in some if text.strip(BLANKS)][:5]
        again = " AND ".join(
            f"strlen({name}) >= {len(text) * text.isascii()} AND contains(lower({name}), lower({literal(text)}))"
            for name, text in named  # how long a value is, is known at once
        )
        return f"({blank}) OR ({again or 'false'})"


def _begins(name: str) -> str:
    """SQL of whether a value may be of blanks and dashes by how it begins, which is known at once."""
    return f"{name} < '.' OR {name} >= '=' AND {name} < '>' OR {name} >= '_' AND {name} < 'a' OR {name} >= chr(127)"


def _plain(values: Sequence[str]) -> list[str]:
    """Values without blanks around them and in lower case, and without blank ones at the end."""
    found = [value.strip(BLANKS).casefold() for value in values]
    while found and not found[-1]:
        found.pop()
    return found

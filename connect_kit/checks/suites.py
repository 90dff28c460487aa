"""The catalogue of rules: expectation suites as JSON, and what the reader itself looks for.

An expectation carries its ``severity`` (GX's own field) and, in ``meta``: ``code`` (``table.column.rule``), ``title``,
``remedy``, ``source``, and where they are needed ``message`` (``{value}`` is the offending value), ``level``,
``needs`` (tables, ``table.column``, ``workspace``, ``duplicates``, ``classrooms`` or ``id_changes`` that must be
there), ``unless`` (tables that must not), ``table`` (of the rows it finds, where that is not the suite's own),
``column``, ``blank_if_absent`` (the rule is run although its column is: every row is blank there), ``cause`` (how rows
are grouped by root cause), ``knock_on`` (codes that follow from it), ``among`` (SQL of the rows that a rule about
blanks can concern), ``alone`` (the message where no workspace is given), ``note`` (what it
does that its words leave open) and ``example`` (what breaks it: its ``text`` is
for people, the rest is how :mod:`connect_kit.samples.catalogue` plants it).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.checks.district_suites import validated
from connect_kit.connect import SEVERITIES, Severity
from connect_kit.engine.files import read_json
from connect_kit.engine.rule_files import READER_RULES, suites_folder
from connect_kit.errors import SuiteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SQL = "unexpected_rows_expectation"
_NOT_BLANK = "expect_column_values_to_not_be_null"
_DEEPEST = 30  # levels of nesting in a suite; GX and the report walk through them
_FIELDS_SHOWN = ("type", "kwargs", "severity", "meta", "description")
#: The order in which things are fixed: schools, then people, then classes, then who is in them.
STAGES = tuple(
    "delivery manifest schools orgs roles users demographics academicSessions courses classes enrollments guardians "
    "student_attributes".split()
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    Attributes
    ----------
    code, severity, title, remedy, source : str
    table : str
        Table of the rows that it finds.
    column : str or None
    message : str
        The message for a failing row; ``{value}`` stands for the offending value.
    level : str or None
        Level at which alone it applies.
    needs, unless : tuple of str
    cause : str or None
        ``school``, ``value``, ``column`` or ``id_change``.
    knock_on : tuple of str
        Codes whose findings may follow from this one's.
    examples : tuple of str
        What breaks it, in words.
    among : str
        SQL of the rows that it can concern; where all of them fail, they are one row of the findings.
    alone : str
        The message where no workspace is given; blank where it is the same.
    note : str
        What it does that its words leave open: whose role counts, which rows take part, when it is held back.
    blank_if_absent : bool
        Whether it is run where its column was not delivered.
    batch : str
        Table that it is validated on.
    expectation : mapping or None
        GX's ``type`` and ``kwargs``; None for what the reader finds.
    of_rows : bool
        Whether a failing line is a row of the table, not a header or a line that cannot be read.
    district : bool
        Whether it is in a district's own suite.
    place : str
        File and number of the expectation.
    """

    code: str
    severity: Severity
    title: str
    remedy: str
    source: str
    table: str
    column: str | None = None
    message: str = ""
    level: str | None = None
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    cause: str | None = None
    knock_on: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    among: str = ""
    alone: str = ""
    note: str = ""
    blank_if_absent: bool = False
    batch: str = ""
    expectation: Mapping[str, Any] | None = None
    of_rows: bool = True
    district: bool = False
    place: str = ""

    @property
    def query(self) -> str | None:
        """SQL of a rule across tables, with ``{batch}`` for its own."""
        return self.expectation["kwargs"].get("unexpected_rows_query") if self.is_sql and self.expectation else None

    @property
    def kind(self) -> str:
        """GX's name of the expectation; '' for what the reader finds."""
        return str(self.expectation["type"]) if self.expectation else ""

    @property
    def is_sql(self) -> bool:
        """Whether the rule is SQL rather than a core expectation."""
        return self.kind == _SQL

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of its own table that the rule looks at."""
        kwargs = self.expectation["kwargs"] if self.expectation else {}
        named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
        return tuple(dict.fromkeys([*named, *kwargs.get("column_list", ()), *([self.column] if self.column else [])]))


def load_suites(extra: str | Path | None = None) -> tuple[Rule, ...]:
    """Every rule of the kit's suites, then those of a district's own.

    Parameters
    ----------
    extra : str or Path, optional
        A JSON file, or a folder of JSON files, each a GX expectation suite. ``meta.batch`` or the suite's name says
        which table it is for.

    Raises
    ------
    SuiteError
        When a file is not a suite, or one of a district's own rules cannot be run; the message names the file, the
        place in it, and what is expected.
    """
    rules = [rule for path in sorted(suites_folder().glob("*.json")) for rule in read_suite(path)]
    if extra is not None:
        place = Path(extra).expanduser()
        paths = sorted(p for p in place.iterdir() if p.suffix.lower() == ".json") if place.is_dir() else [place]
        if not paths:
            raise SuiteError(f"{place}: holds no suite; expected JSON files such as users.json")
        rules += _own(paths, {rule.code for rule in rules})
    return tuple(rules)


def _own(paths: Iterable[Path], kit: set[str]) -> list[Rule]:
    """A district's own rules. Those without a code get one each, so that a waiver is of one rule."""
    own: dict[str, int] = {}
    rules = []
    for rule in (validated(rule) for path in paths for rule in read_suite(path, kit=False)):
        if rule.code in kit:
            raise SuiteError(f"{rule.place}: the code {rule.code!r} is the kit's; expected another")
        own[rule.code] = own.get(rule.code, 0) + 1
        named = (rule.expectation or {})["meta"].get("code")
        rules.append(rule if named or own[rule.code] == 1 else replace(rule, code=f"{rule.code}_{own[rule.code]}"))
    return rules


def read_suite(path: Path, *, kit: bool = True) -> list[Rule]:
    """The rules of one suite file; in a district's own suite everything but GX's fields may be left out."""
    try:
        data = read_json(path)
    except OSError as error:
        raise SuiteError(f"{path}: cannot be read ({error.strerror}); give a suite file or a folder of them") from error
    except ValueError as error:
        raise SuiteError(f"{path}: is not JSON ({error})") from error
    _check_values(data, path.name)
    if not isinstance(data, dict) or not isinstance(data.get("expectations"), list):
        raise SuiteError(
            f"{path}: is not an expectation suite; expected an object with 'name' and a list 'expectations'"
        )
    meta = _meta(data, path.name, {"table": str, "batch": str})
    table = path.stem if kit else meta.get("table") or _text(data, "name", path.name) or path.stem
    batch = meta.get("batch") or table
    return [_rule(path, i, e, table, batch) for i, e in enumerate(data["expectations"], 1)]


def _check_values(data: Any, place: str) -> None:
    """Refuse what is JSON but could not be carried on: deep nesting, halves of characters."""
    parts = [(data, 0)]
    while parts:
        value, depth = parts.pop()
        if depth > _DEEPEST:
            raise SuiteError(f"{place}: is nested too deeply; expected at most {_DEEPEST} levels")
        if isinstance(value, dict):
            parts += [(one, depth + 1) for pair in value.items() for one in pair]
        elif isinstance(value, list):
            parts += [(one, depth + 1) for one in value]
        elif isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise SuiteError(f"{place}: {ascii(value)[:60]} holds half a character; expected text in UTF-8")


#: Values that a field of ``meta`` may have.
_ALLOWED = {"level": ("district", "school"), "cause": ("school", "value", "column", "id_change")}
#: Fields of an expectation as Great Expectations writes them.
_FIELDS = frozenset(
    "type kwargs severity meta description id notes rendered_content expectation_context windows".split()
)
_META = {
    **dict.fromkeys(
        ("code", "title", "remedy", "source", "table", "column", "message", "level", "cause", "among", "alone", "note"),
        str,
    ),
    **dict.fromkeys(("needs", "unless", "knock_on"), list),
}


def _text(data: Mapping[str, Any], name: str, place: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise SuiteError(f"{place}: {name} is {type(value).__name__}; expected text")
    return value


def _meta(data: Mapping[str, Any], place: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """``meta`` of a suite or an expectation, once its fields are of the right kind."""
    meta = data.get("meta")
    if meta is None:
        return {}
    if not isinstance(meta, dict):
        raise SuiteError(f"{place}: meta is {type(meta).__name__}; expected an object")
    for name, kind in kinds.items():
        value = meta.get(name)
        listed = kind is list and isinstance(value, list) and all(isinstance(one, str) for one in value)
        if value is not None and not listed and not (kind is str and isinstance(value, str)):
            expected = "text" if kind is str else "a list of texts"
            raise SuiteError(f"{place}: meta.{name} is {json.dumps(value)[:60]}; expected {expected}")
        if value is not None and name in _ALLOWED and value not in _ALLOWED[name]:
            raise SuiteError(f"{place}: meta.{name} is {value!r}; expected one of {', '.join(_ALLOWED[name])}")
    return meta


def _rule(path: Path, number: int, data: Any, table: str, batch: str) -> Rule:
    place = f"{path.name}, expectation {number}"
    if not isinstance(data, dict) or not isinstance(data.get("kwargs"), dict) or not isinstance(data.get("type"), str):
        raise SuiteError(f"{place}: expected an object with a text 'type' and an object 'kwargs'")
    unknown = [name for name in data if name not in _FIELDS]
    if unknown:
        raise SuiteError(
            f"{place}: {unknown[0]!r} is not a field of an expectation; expected {', '.join(_FIELDS_SHOWN)}"
        )
    meta = _meta(data, place, _META)
    severity = "critical" if data.get("severity") is None else data["severity"]  # as GX has it
    if severity not in SEVERITIES:
        raise SuiteError(f"{place}: severity {severity!r} is not one of {', '.join(SEVERITIES)}")
    kind, kwargs = data["type"], data["kwargs"]
    column = meta.get("column") or kwargs.get("column")
    if column is not None and not isinstance(column, str):
        raise SuiteError(f"{place}: column is {type(column).__name__}; expected text")
    code = meta.get("code") or f"{table}.{column or 'table'}.{kind.removeprefix('expect_')}"
    return Rule(
        code=code,
        severity=severity,
        title=meta.get("title") or _text(data, "description", place) or kind.replace("_", " "),
        remedy=meta.get("remedy") or "See the district's own suite.",
        source=meta.get("source") or f"the district's own suite {path.name}",
        table=meta.get("table") or table,
        column=column,
        message=meta.get("message") or "fails " + kind.replace("_", " "),
        level=meta.get("level"),
        needs=tuple(meta.get("needs") or ()),
        unless=tuple(meta.get("unless") or ()),
        cause=meta.get("cause"),
        knock_on=tuple(meta.get("knock_on") or ()),
        examples=_examples(meta.get("example")),
        among=meta.get("among") or ("true" if kind == _NOT_BLANK and not kwargs.get("row_condition") else ""),
        alone=meta.get("alone") or "",
        note=meta.get("note") or "",
        blank_if_absent=meta.get("blank_if_absent") is True,
        batch=batch,
        expectation={"type": kind, "kwargs": kwargs, "meta": meta, "severity": severity},
        place=place,
    )


def _examples(example: Any) -> tuple[str, ...]:
    """Texts of an example or of several; what a district's own suite has there instead is ignored."""
    several = example if isinstance(example, list) else [example]
    return tuple(one["text"] for one in several if isinstance(one, dict) and isinstance(one.get("text"), str))


@cache
def reader_rules() -> Mapping[str, Rule]:
    """What the reader itself finds, by code; ``*`` stands for a table's name."""
    rules = {}
    for data in read_json(READER_RULES):
        examples = _examples(data.pop("example", None))
        rules[data["code"]] = Rule(**{"table": "", "of_rows": False, **data}, examples=examples)
    return rules


def reader_rule(code: str) -> Rule:
    """The rule of a code that the reader noted."""
    rules = reader_rules()
    return rules[code] if code in rules else rules["*." + code.partition(".")[2]]


def stage(rule: Rule) -> int:
    """Position of a rule in the fixing order; under changed IDs everything else looks different."""
    if rule.code == "delivery.all_terms_over":  # before anything else: none of it is to be corrected in these files
        return -2
    if rule.code.endswith(".id_changed"):
        return -1
    # A guardian who was taken off a child and can still read about it waits for nothing else.
    if rule.cause == "school" or rule.code.startswith(("workspace.schools", "workspace.guardians.left_behind")):
        return STAGES.index("schools")
    if rule.expectation is None and rule.code.startswith(("file.", "header.")):
        return 0
    home = rule.code.partition(".")[0] if rule.code.startswith("enrollments.") else rule.table
    return STAGES.index(home) if home in STAGES else len(STAGES)

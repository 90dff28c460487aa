"""One run of the catalogue: each rule is run, and the rows that fail are listed by the engine."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connect_kit import connect
from connect_kit.checks.district_suites import OF_HEADER, READABLE, district_query
from connect_kit.checks.gx import Bridge, rows_table
from connect_kit.checks.provided import MISSING_INPUTS
from connect_kit.checks.sandbox import Sandbox
from connect_kit.checks.suites import Rule, reader_rule
from connect_kit.checks.unchecked import Unchecked
from connect_kit.engine import create_table, quoted
from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster

#: What DuckDB says when a value, not the query, is at fault.
_ABOUT_VALUES = re.compile(r"(?:Conversion|Invalid Input|Out of Range|Constraint) Error")

_MANY = 10  # rows; fewer are listed, though all of them fail

#: The first quoted text of an error, and what follows.
_FIRST_QUOTED = re.compile(r"(?<!\w)['\"].*")


class RuleRun:
    """One run of the catalogue; collects failing rows in the table ``_failing`` (rule, line, value, id)."""

    def __init__(self, roster: Roster, schema: Schema, others: tuple[str, ...], provided: frozenset[str]) -> None:
        self.roster, self.schema, self.others, self.provided = roster, schema, others, provided
        self.rules: list[Rule] = []
        self.counts: dict[int, int] = {}
        self.unchecked: list[Unchecked] = []
        self.passed: list[Rule] = []
        self.bridge = Bridge(roster.schema.engine, (schema.name, *others))
        self.sandbox = Sandbox(schema, others, READABLE)
        self.columns = {table: roster.schema.columns(f"_all_{table}") for table in roster.info}
        schema.execute("CREATE TABLE _failing (rule INTEGER, line BIGINT, value VARCHAR, id VARCHAR)")

    def suite(self, batch: str, rules: list[Rule]) -> None:
        """Validate the rules on their table and list the rows that fail."""
        import great_expectations as gx
        from great_expectations.exceptions.exceptions import GreatExpectationsError

        broken = (
            GreatExpectationsError,
            EngineError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        )
        todo = [rule for rule in rules if self._is_applicable(rule)]
        if not todo:
            return
        # GX writes meta out with every result: it gets none of it but the number by which a rule is found again.
        marked = [{**(rule.expectation or {}), "meta": {"_number": number}} for number, rule in enumerate(todo)]
        try:
            results = self.bridge.validate(batch, gx.ExpectationSuite(name=batch, expectations=marked)).results
        except broken as error:
            self.unchecked += [Unchecked(rule, f"the suite cannot be run: {_short(error)}", True) for rule in todo]
            return
        # Results do not come in the suite's order.
        for result in sorted(results, key=lambda r: r.expectation_config.meta["_number"]):
            self._result(todo[result.expectation_config.meta["_number"]], result)

    def alone(self, rule: Rule) -> None:
        """Run a rule of a district's own suite; whatever breaks in it concerns only itself."""
        number = len(self.rules)
        try:
            if not rule.is_sql:
                self.suite(f"_all_{rule.batch}" if rule.kind == OF_HEADER else rule.batch, [rule])
            elif self._is_applicable(rule):
                self._query(rule)
        except Exception as error:  # noqa: BLE001  # somebody else's rule may break in any way
            del self.rules[number:]
            self.counts.pop(number, None)
            self.schema.execute(f"DELETE FROM _failing WHERE rule = {number}")
            self.unchecked.append(Unchecked(rule, f"it could not be run: {_short(error)}", True))

    def _query(self, rule: Rule) -> None:
        """Run the SQL of a district's own rule in the sandbox, and list the rows that it selects."""
        query = district_query(rule)
        rows = self.sandbox.rows(query)
        if "_line" in rows.column_names and not len(rows):
            self.passed.append(rule)
            return
        table = rows_table(rule.batch, query)
        create_table(self.schema, table, rows)
        self._add(rule, quoted(table), len(rows))

    def _is_applicable(self, rule: Rule) -> bool:
        applies, reason = self._applies(rule)
        if reason:
            self.unchecked.append(Unchecked(rule, reason))
        return applies

    def _applies(self, rule: Rule) -> tuple[bool, str]:
        """Whether a rule is to be run; if not, and it was needed, why."""
        if rule.level not in (None, self.roster.level):
            return False, ""
        if any(table in self.roster.info for table in rule.unless):
            return False, ""
        for thing, reason in MISSING_INPUTS.items():
            if thing in rule.needs and thing not in self.provided:
                return False, reason
        # Rules against the workspace run on its schools, but look at what was delivered.
        if rule.district:
            why = self._missing_for_district(rule)
            return not why, why
        table = rule.batch if not rule.code.startswith("workspace.") else rule.table
        wanted = ["users"] if table == "workspace" else [table, *(f"{table}.{column}" for column in rule.columns)]
        for name in (*wanted, *rule.needs):
            missing = self._missing(name, blank=rule.blank_if_absent)
            if missing is not None:
                return False, missing
        return True, ""

    def _missing_for_district(self, rule: Rule) -> str:
        """Why a rule of the district's own suite cannot be run here; blank when it can."""
        for table in dict.fromkeys((rule.batch, *(name.partition(".")[0] for name in rule.needs))):
            if table in self.roster.unreadable:
                return self._why_unreadable(table)
            if table not in self.roster.info and table not in MISSING_INPUTS:
                return f"{table}.csv was not delivered"
        wanted = [(rule.batch, column) for column in rule.columns if rule.kind != OF_HEADER]
        wanted += [(table, column) for table, _, column in (name.partition(".") for name in rule.needs) if column]
        for table, column in wanted:
            if column not in self.columns[table] and not column.startswith("_"):
                return f"no column {column} in {self.roster.info[table].file}"
        return ""

    def _why_unreadable(self, table: str) -> str:
        why = self.roster.unreadable[table]
        return f"{table}.csv {why.removeprefix('it ')}" if why.startswith("it ") else f"{table}.csv could not be read"

    def _missing(self, name: str, *, blank: bool = False) -> str | None:
        """None when a table or column is there, otherwise why it is not; '' when it is optional.

        ``blank``: a column that is absent counts as a blank one, unless it is there under a name that nobody knows.
        """
        table, _, column = name.partition(".")
        if table in MISSING_INPUTS or column.startswith("_"):
            return None
        if table in self.roster.unreadable:
            return self._why_unreadable(table)
        if table not in self.roster.info:
            needed = table in connect.FILES and connect.FILES[table].needed
            return f"{table}.csv was not delivered" if needed else ""
        if not column or column in self.columns[table]:
            return None
        known = self.roster.info[table]
        asked = table not in connect.FILES or column in connect.FILES[table].columns
        if column in known.meant and asked:
            return f"column {known.meant[column]} of {known.file} is probably {column}: rename it"
        if blank:
            return None
        return f"column {column} is missing in {table}.csv" if column in self.roster.info[table].missing else ""

    def _result(self, rule: Rule, result: Any) -> None:
        found = result.result or {}
        silent = not found and rule.kind != OF_HEADER  # an expectation about the header has no result
        if silent or (result.exception_info or {}).get("raised_exception"):
            self.unchecked.append(Unchecked(rule, f"Great Expectations could not run it: {_exception(result)}", True))
            return
        if result.success:
            self.passed.append(rule)
            return
        if rule.is_sql:
            self._add(rule, quoted(rows_table(rule.batch, rule.query or "")), found["observed_value"])
        elif found.get("unexpected_index_query"):
            self._add(rule, "(" + found["unexpected_index_query"].rstrip().rstrip(";") + ")", found["unexpected_count"])
        else:  # a rule on the table as a whole, or one met by a share of the rows
            number = self._number(rule)
            # What was observed may be a list of names.
            shown = None if set(rule.columns) & connect.PERSONAL_COLUMNS else str(found.get("observed_value", ""))
            self.schema.execute("INSERT INTO _failing VALUES (?, NULL, ?, NULL)", [number, shown])
            self.counts[number] = 1

    def _number(self, rule: Rule) -> int:
        if rule.alone and "workspace" not in self.provided:
            rule = replace(rule, message=rule.alone)
        self.rules.append(rule)
        return len(self.rules) - 1

    def _add(self, rule: Rule, rows: str, expected: int) -> None:
        columns = [row[0] for row in self.schema.execute(f"DESCRIBE SELECT * FROM {rows}", also=self.others)]
        if "_line" not in columns:
            self.unchecked.append(Unchecked(rule, "its query selects no _line, so that no row can be shown", True))
            return
        number = self._number(rule)
        shown = "_value" if "_value" in columns else next((c for c in rule.columns if c in columns), None)
        value = f"q.{quoted(shown)}::VARCHAR" if shown and shown not in connect.PERSONAL_COLUMNS else "NULL"
        key = self._key(rule.table)
        own = "q._id" if "_id" in columns else "NULL"
        join = f"LEFT JOIN {quoted('_all_' + rule.table)} AS k ON k._line = q._line" if key else ""
        self.schema.execute(
            f"INSERT INTO _failing SELECT {number}, q._line, {value}, coalesce({own}, {key or 'NULL'}) "
            f"FROM {rows} AS q {join}",
            also=self.others,
        )
        count = int(self.schema.execute(f"SELECT count(*) FROM _failing WHERE rule = {number}")[0][0])
        if count != expected:
            raise EngineError(f"{rule.code}: {expected} rows fail, but {count} were listed; please report this")
        self.counts[number] = count
        if rule.among and not rule.district and count >= _MANY:
            self._throughout(number, rule, count)

    def _throughout(self, number: int, rule: Rule, count: int) -> None:
        """Make one row of those of a column that is blank wherever it could be filled in."""
        every = f"SELECT count(*) FROM {quoted(rule.batch)} WHERE {rule.among}"
        if count < self.schema.execute(every, also=self.others)[0][0]:
            return
        self.schema.execute(f"DELETE FROM _failing WHERE rule = {number}")
        self.schema.execute("INSERT INTO _failing VALUES (?, NULL, NULL, NULL)", [number])
        words = f"{rule.title}, all {count:,} of them"
        self.rules[number] = replace(rule, title=words, message=words)
        self.counts[number] = 1

    def _key(self, table: str) -> str | None:
        """SQL of the ID that a row of a table is named by."""
        if table not in self.columns:
            return None
        named = ("sourcedId", "userSourcedId", "studentSourcedId")
        there = [f"k.{quoted(name)}" for name in named if name in self.columns[table]]
        return f"coalesce({', '.join(there)})" if there else None

    def reader_notes(self) -> None:
        """Add what the reader noted."""
        groups = self.schema.execute(
            "SELECT code, severity, tbl, file, col, count(*) FROM _notices GROUP BY ALL ORDER BY min(rowid)",
            also=self.others,
        )
        for code, severity, table, file, column, count in groups:
            rule = reader_rule(code)
            number = self._number(
                replace(rule, code=code, severity=severity or rule.severity, table=table, column=column, batch=file)
            )
            key = self._key(table)
            join = f"LEFT JOIN {quoted('_all_' + table)} AS k ON k._line = s.line" if key else ""
            self.schema.execute(
                f"INSERT INTO _failing SELECT {number}, s.line, s.value, {key or 'NULL'} FROM _notices AS s {join} "
                "WHERE s.code = ? AND s.severity IS NOT DISTINCT FROM ? AND s.tbl = ? AND s.file = ? "
                "AND s.col IS NOT DISTINCT FROM ?",
                [code, severity, table, file, column],
                also=self.others,
            )
            self.counts[number] = count


def _exception(result: Any) -> str:
    info = result.exception_info or {}
    if "exception_message" not in info:  # GX nests it by metric where a column is missing
        info = next((value for value in info.values() if isinstance(value, dict)), {})
    return _short(info.get("exception_message") or "no result")


def _short(error: object) -> str:
    """An error in one line without the values it quotes, as one may be a child's name (decision 24).

    What DuckDB quotes otherwise is the query; what Python and Great Expectations quote is left out.
    """
    text = " ".join(str(error).split())
    kind = _ABOUT_VALUES.search(text)
    if kind:
        return f"{kind[0]}: a value does not have the form that the rule needs"
    return (text if isinstance(error, EngineError) else _FIRST_QUOTED.sub("…", text))[:200]

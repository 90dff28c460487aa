"""Rows that failed, as a corrected delivery has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine import literal, quoted
from connect_kit.uploads.changed_ids import exchange_as_before
from connect_kit.uploads.prepare import columns_of, value_of, write_file
from connect_kit.uploads.result_files import REQUIRED_KEYS, read_text_file

if TYPE_CHECKING:
    from connect_kit.roster import Roster
    from connect_kit.uploads.plan_data import PlanData
    from connect_kit.uploads.values import UploadFile

_SCHOOLS = "orgSourcedIds"
#: The School IDs of a row that take part in the plan, and those that were sent, as the person stays there; in their
#: order; as delivered where there is none.
_TAKING_PART = """
    coalesce(nullif(array_to_string(list_filter(
        list_transform(string_split({column}, ','), lambda x: trim(x)),
        lambda x: x IN ({schools}) OR coalesce(list_contains(_sent_schools, x), false)
    ), ','), ''), {column})
"""
_SENT_SCHOOLS = """
    CREATE TABLE sent_schools AS SELECT trim({key}) AS _sent_id,
        list_transform(string_split(any_value({column}), ','), lambda x: trim(x)) AS _sent_schools
    FROM {view} WHERE {column} IS NOT NULL GROUP BY 1
"""


class Corrected:
    """A corrected delivery, with the IDs and schools of the plan that was sent."""

    def __init__(self, roster: Roster, plan: PlanData) -> None:
        self.roster, self.plan = roster, plan
        exchanged = exchange_as_before(roster, plan.folder)
        self.sources = (roster.schema,) if exchanged is None else (exchanged, roster.schema)
        #: Lines of the files that were sent whose rows the delivery does not hold, by file.
        self.lost: dict[str, list[int]] = {}

    def write(self, file: UploadFile, lines: list[int] | None, path: Path) -> int:
        """Write the rows of these lines of a sent file as they are corrected (None: of all), and say how many."""
        if lines is not None and not lines:
            return 0
        schema = self.roster.schema.engine.new_schema("resend", self.sources)
        also = tuple(one.name for one in self.sources)
        sent = read_text_file(schema, "sent", file.path, file.kind)
        if lines is not None:
            schema.execute("CREATE TABLE chosen AS SELECT unnest(?::BIGINT[]) AS line", [lines])
        failed = "" if lines is None else "WHERE _line IN (SELECT line FROM chosen)"
        if file.kind not in self.roster.info:
            gone = schema.execute(f"SELECT _line FROM {sent.view} {failed} ORDER BY _line")
            self.lost[file.name] = [int(line) for (line,) in gone]
            return 0
        columns = columns_of(self.roster, file.kind, self.plan.level, identifier="identifier" in sent.inputs)
        names = [name for name in self._keys(file) if name in sent.inputs]
        keys = ", ".join(f"trim({quoted(sent.inputs[name])}) AS {quoted(name)}" for name in names)
        schema.execute(f"CREATE TABLE failed AS SELECT _line, {keys} FROM {sent.view} {failed}")
        same = " AND ".join(f"t.{quoted(name)} = f.{quoted(name)}" for name in names)
        table = f"{quoted(file.kind)} AS t"
        chosen_rows = f"SEMI JOIN failed AS f ON {same}"
        gone = schema.execute(
            f"SELECT f._line FROM failed AS f ANTI JOIN {quoted(file.kind)} AS t ON {same} ORDER BY f._line", also=also
        )
        if gone:
            self.lost[file.name] = [int(line) for (line,) in gone]
        count = int(schema.execute(f"SELECT count(*) FROM {table} {chosen_rows}", also=also)[0][0])
        if count:
            chosen = ", ".join(map(self._value, columns))
            if _SCHOOLS in columns and file.kind == "users":
                key = quoted(sent.inputs["sourcedId"])
                listed = quoted(sent.inputs[_SCHOOLS]) if _SCHOOLS in sent.inputs else "NULL::VARCHAR"
                schema.execute(_SENT_SCHOOLS.format(key=key, column=listed, view=sent.view))
                table += " LEFT JOIN sent_schools ON _sent_id = t.sourcedId"
            write_file(schema, also, f"SELECT {chosen} FROM {table} {chosen_rows} ORDER BY t._line", path)
        return count

    def _keys(self, file: UploadFile) -> tuple[str, ...]:
        """By which a row is found: what it needs, and of a guardian the ID where both sides have it."""
        further = ("guardianSourcedId",) if file.kind == "guardians" else ()
        return (*REQUIRED_KEYS[file.kind], *(one for one in further if one in self.roster.info[file.kind].columns))

    def _value(self, column: str) -> str:
        if column == _SCHOOLS and (self.plan.named or self.plan.left_out_schools):
            schools = ", ".join(map(literal, self.plan.takes_part)) or "NULL"
            return f"{_TAKING_PART.format(column=quoted(column), schools=schools)} AS {quoted(column)}"
        return value_of(column)

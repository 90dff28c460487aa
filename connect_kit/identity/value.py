"""Changed IDs as one value: table, summary, crosswalk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connect_kit.display.formulas import without_formulas
from connect_kit.display.headings import heading
from connect_kit.display.html import table_html
from connect_kit.display.look import share
from connect_kit.engine import literal, quoted, run_sql
from connect_kit.engine.files import atomic_write, ensure_folder
from connect_kit.errors import SettingError
from connect_kit.identity.patterns import DAMAGED, KINDS, PATTERNS, kinds_in_words
from connect_kit.identity.worksheet import save_worksheet, worksheet
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: Columns of id_changes.csv.
COLUMNS = ("kind", "connectSchoolId", "connectId", "oldId", "newId", "pattern", "match_probability")
#: Columns of table ``id_changes``, and of table ``id_shares``: one row a kind and school with a changed ID.
TABLES = """
CREATE TABLE id_changes (kind VARCHAR, school VARCHAR, connect_school VARCHAR, connect_id VARCHAR, old_id VARCHAR,
    new_id VARCHAR, pattern VARCHAR, probability DOUBLE, mass BOOLEAN);
CREATE TABLE id_shares (kind VARCHAR, school VARCHAR, connect_school VARCHAR, name VARCHAR, managed BIGINT,
    changed BIGINT, mass BOOLEAN, pattern VARCHAR)
"""
#: More than this share of a school's records of a kind, and at least so many, are a mass change.
MASS_SHARE, MASS_LEAST = 0.05, 3
#: A pair is as good as sure from this probability on; a single one below is left to people.
SURE = 0.99
#: How many records of table ``id_changes`` come under another ID, as SQL.
NUMBER = "(count(new_id) + round(coalesce(sum(probability) FILTER (new_id IS NULL), 0)))::BIGINT"
_ORDER = " ORDER BY CASE kind " + " ".join(f"WHEN {literal(k)} THEN {n}" for n, k in enumerate(KINDS)) + " END, "
_WORDS = "CASE pattern " + " ".join(f"WHEN {literal(c)} THEN {literal(w)}" for c, w in PATTERNS.items()) + " END"


@dataclass(frozen=True, eq=False)
class IdChanges:
    """Records on Connect that the delivery holds under another ID.

    Attributes
    ----------
    roster : Roster
    workspace : Workspace
    schema : Schema
        Holds table ``id_changes``, one to one within a kind: the columns of :meth:`table` without ``words``.
    """

    roster: Roster = field(repr=False)
    workspace: Workspace = field(repr=False)
    schema: Schema = field(repr=False)

    def table(self) -> pd.DataFrame:
        """One row a changed ID.

        Columns: ``kind`` (``schools``, ``students``, ``staff``, ``guardians``, ``classrooms``), ``school`` (School ID
        in the delivery), ``connect_school`` (Connect's own ID of the record's first school), ``connect_id`` (Connect's
        own ID of the record), ``old_id`` (which Connect has), ``new_id`` (sourcedId in the delivery), ``pattern``
        (code), ``probability`` that both are one, ``mass`` (more than 5 % and at least 3 of the school's records of
        this kind come under new IDs), ``words`` (the pattern). Children of one name whom nothing distinguishes have
        the pattern ``undecided``, no ``new_id``, and as ``probability`` the share of them that the delivery holds.
        """
        return self.schema.frame(
            f"SELECT *, {_WORDS} AS words FROM id_changes {_ORDER} connect_school, old_id, connect_id"
        )

    def to_record(self) -> pd.DataFrame:
        """:meth:`table` without IDs of which Connect's stay, as the files are wrong.

        Those are School IDs that lost their leading zeros, and IDs that lost a character or stand in quotes.
        """
        rows = self.table()
        wrong = rows["pattern"].isin(DAMAGED) | (rows["kind"].eq("schools") & rows["pattern"].eq("zeros_lost"))
        return rows[~wrong].reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """One row a kind and school with a changed ID, the largest share first.

        Columns: ``kind``, ``connectSchoolId`` (blank for schools, of which all are counted together), ``school``
        (name), ``managed`` (records under the SIS on Connect, without archived ones), ``changed`` (of these, under
        another ID in the delivery), ``percent``, ``mass``, ``pattern`` (the most frequent, as a code).
        """
        return self.schema.frame(
            'SELECT kind, connect_school AS "connectSchoolId", name AS school, managed, changed, '
            "round(100.0 * changed / managed, 1) AS percent, mass, pattern "
            f"FROM id_shares {_ORDER} mass DESC, changed / managed DESC, connect_school"
        )

    def crosswalk(self, kind: str) -> pd.DataFrame:
        """Connect's IDs and the delivery's, one to one: ``old_id``, ``new_id``; without those that are not paired.

        Parameters
        ----------
        kind : {"schools", "students", "staff", "guardians", "classrooms"}

        Raises
        ------
        SettingError
            For another kind.
        """
        if kind not in KINDS:
            raise SettingError(f"there are no changed IDs of {kind!r}; expected one of {', '.join(KINDS)}")
        return self.schema.frame(
            "SELECT old_id, new_id FROM id_changes WHERE kind = ? AND new_id IS NOT NULL ORDER BY old_id, new_id",
            [kind],
        )

    @property
    def undecided(self) -> int:
        """How many of the students are not paired, as several have one name and nothing distinguishes them."""
        return int(self.schema.execute(f"SELECT {NUMBER} FROM id_changes WHERE new_id IS NULL")[0][0])

    @property
    def counts(self) -> dict[str, int]:
        """Records under another ID by kind, as in summary.json; of several of one name, as many as the delivery has."""
        found = dict(self.schema.execute(f"SELECT kind, {NUMBER} FROM id_changes GROUP BY kind"))
        return {kind: int(found.get(kind, 0)) for kind in KINDS}

    def save(self, folder: str | Path) -> None:
        """Write ``id_changes.csv`` into a folder: IDs and no names.

        Columns: ``kind``, ``connectSchoolId``, ``connectId``, ``oldId``, ``newId``, ``pattern``,
        ``match_probability``.

        Raises
        ------
        SettingError
            For a folder inside the delivery or the workspace's export.
        OutputError
            When the operating system refuses.
        """
        found = self.table()
        names = ["kind", "connect_school", "connect_id", "old_id", "new_id", "pattern", "probability"]
        place = outside_originals(folder, self.roster, self.workspace)
        with atomic_write(ensure_folder(place) / "id_changes.csv") as path:
            without_formulas(found[names].set_axis(list(COLUMNS), axis=1)).to_csv(
                path, index=False, encoding="utf-8", lineterminator="\r\n"
            )

    worksheet = worksheet
    save_worksheet = save_worksheet

    def only(self, *kinds: str) -> IdChanges:
        """Those of some kinds.

        Raises
        ------
        SettingError
            For another kind.
        """
        for kind in kinds:
            if kind not in KINDS:
                raise SettingError(f"there are no changed IDs of {kind!r}; expected one of {', '.join(KINDS)}")
        schema = self.roster.schema.engine.new_schema("identity", self.schema.parents)
        schema.execute(TABLES)
        chosen = ", ".join(map(literal, kinds)) or "NULL"
        for table in ("id_changes", "id_shares"):
            schema.execute(f"INSERT INTO {table} FROM {quoted(self.schema.name)}.{table} WHERE kind IN ({chosen})")
        return IdChanges(self.roster, self.workspace, schema)

    def still(self, workspace: Workspace) -> IdChanges:
        """Those that hold on a workspace as it is now: the record is there, not archived, and has the old ID.

        After new IDs were recorded or records archived it spares finding the changes again.
        """
        schema = self.roster.schema.engine.new_schema("identity", (self.roster.schema, workspace.schema))
        schema.execute(TABLES)
        own = quoted(self.schema.name)
        run_sql(
            schema,
            __package__,
            "still.sql",
            (workspace.schema.name,),
            changes=f"{own}.id_changes",
            shares=f"{own}.id_shares",
            least=MASS_LEAST,
            share=MASS_SHARE,
            number=NUMBER,
        )
        return IdChanges(self.roster, workspace, schema)

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __repr__(self) -> str:
        return f"IdChanges({kinds_in_words(self.counts)})"

    def _repr_html_(self) -> str:
        head = f"<p><strong>Changed IDs</strong>: {kinds_in_words(self.counts)}</p>"
        found = self.summary()
        if found.empty:
            return head
        shown = found.assign(pattern=found["pattern"].map(PATTERNS), percent=(found["percent"] / 100).map(share))
        return head + table_html(shown.drop(columns="mass").rename(columns=heading))

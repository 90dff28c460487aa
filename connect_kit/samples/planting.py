"""The planter on which faults are planted: invented victims, and the truth about what was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connect_kit.errors import SettingError
from connect_kit.samples.layouts import Column, Layout, columns_of
from connect_kit.samples.names import AREA_CODES
from connect_kit.samples.table_editor import Row, TableEditor

if TYPE_CHECKING:
    import duckdb

    from connect_kit.samples.fault import Fault
    from connect_kit.samples.sizes import School, Sizes

# People made for faults have family names that nobody else in the district has.
_GIVEN: Final = "Marta Odell Perla Bruno Wanda Casper Delia Edgar Flora Gideon Hattie Ivo".split()
_FAMILY: Final = (
    "Brindlewood Thackerby Quillfeather Ravensmoor Oldacre Pennywhistle Marrowstone Tumblebrook "
    "Larkenfield Goldenrod Hawksmere Winterbourne Applegarth Starling Cobblestone Featherstone "
    "Merriweather Nightingale Silverthorn Greenhollow Foxworthy Barleycorn Ironwood"
).split()


@dataclass(frozen=True, slots=True)
class Truth:
    """One line of truth.csv before its line number is known."""

    code: str
    severity: str
    table: str
    file: str
    column: str
    kind: str
    pos: int | None = None
    line: int | None = None
    sourced_id: str | None = None


class FaultPlanter(TableEditor):
    """Tools for planting; one planter serves one delivery.

    Attributes
    ----------
    headers : dict
        Columns of every file, which faults may rename, move or add to.
    raw : list
        (file, row, change) for faults in the written bytes of one line.
    bytes : list
        (file, change) for faults in a whole written file; ``None`` removes the file.
    manifest : list
        Rows of manifest.csv.
    extra : dict
        Further files by name, with their text.
    otherwise : list
        (file of the workspace, column, ID in it, values that it has in place of the delivery's).
    added, kept_classrooms, kept_students
        What the workspace has beside the delivery, and which of the delivery's (conditions on
        ``c`` and ``u``).
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        sizes: Sizes,
        *,
        layout: Layout,
        level: str,
        guardians: str,
        tables: tuple[str, ...],
        manifest: list[tuple[str, str]],
    ) -> None:
        super().__init__(con, sizes.seed)
        self.sizes, self.layout, self.level = sizes, layout, level
        self.guardians, self.tables, self.manifest = guardians, tables, manifest
        self.headers: dict[str, list[Column]] = {t: columns_of(t, layout) for t in tables}
        self.raw: list[tuple[str, Row, Callable[[bytes], bytes]]] = []
        self.bytes: list[tuple[str, Callable[[bytes], bytes | None]]] = []
        self.extra: dict[str, str] = {}
        self.added: dict[str, list[dict[str, str]]] = {}
        self.kept_classrooms = self.kept_students = "true"
        self.otherwise: list[tuple[str, str, str, Mapping[str, str]]] = []
        self.truth: list[Truth] = []
        self._fault: Fault | None = None
        self._made = 0
        self._victims: Iterator[Row] | None = None
        self._classes: Iterator[Row] | None = None
        self._fillers: dict[str, list[str]] = {}
        self._turn: dict[str | int, int] = {}
        self._room: dict[str, int] = {}

    # -- recording -------------------------------------------------------------------------------

    def begin(self, fault: Fault) -> None:
        """What is planted from here on belongs to this fault."""
        self._fault = fault

    @property
    def fault(self) -> Fault:
        """The fault at work."""
        if self._fault is None:
            raise AssertionError("begin() names the fault before it is planted")
        return self._fault

    def planted(self, *rows: Row, named: bool = True) -> None:
        """Record rows that show the fault; a row that cannot be read has no name."""
        for row in rows:
            self._record(self.fault.code, self.fault.severity, row, self.fault.column, "planted", named=named)

    def follows(self, code: str, severity: str, *rows: Row, column: str = "") -> None:
        """Record rows that another rule must find because of the fault."""
        for row in rows:
            self._record(code, severity, row, column, "knock_on")

    def planted_file(self, file: str, *, sourced_id: str = "", line: int | None = None) -> None:
        """Record a finding about a whole file, or about a line whose number is known."""
        fault = self.fault
        self.truth.append(
            Truth(
                fault.code, fault.severity, fault.table, file, fault.column, "planted",
                line=line, sourced_id=sourced_id,
            )
        )  # fmt: skip

    def follows_at(self, code: str, severity: str, table: str, column: str, select: str, *values: object) -> None:
        """Record rows that another rule must find, by the positions that a query finds."""
        for (pos,) in self.query(f"SELECT _pos FROM ({select}) ORDER BY _pos", *values):
            self.truth.append(Truth(code, severity, table, f"{table}.csv", column, "knock_on", pos=int(pos)))

    def follows_in_workspace(self, code: str, severity: str, column: str, sourced_id: str) -> None:
        """Record a finding about the workspace that another rule must have."""
        self.truth.append(Truth(code, severity, "workspace", "", column, "knock_on", sourced_id=sourced_id))

    def school_unmatched(self, school_id: str) -> None:
        """Whoever names a school that Connect does not have also breaks this rule."""
        self.follows_in_workspace("workspace.schools.unmatched", "critical", "schoolId", school_id)

    def not_an_org(self, row: Row, column: str) -> None:
        """Where orgs.csv is delivered, a school that it does not hold breaks a further rule."""
        if "orgs" in self.tables:
            self.follows(f"{row.table}.{column}.known_org", "warning", row, column=column)

    def _record(self, code: str, severity: str, row: Row, column: str, kind: str, *, named: bool = True) -> None:
        file, sourced_id = f"{row.table}.csv", None if named else ""
        self.truth.append(Truth(code, severity, row.table, file, column, kind, pos=row.pos, sourced_id=sourced_id))

    # -- victims ---------------------------------------------------------------------------------

    def next_number(self) -> int:
        """Count what is made for faults, so that every name, ID and contact is new."""
        self._made += 1
        return self._made

    def school(self) -> School:
        """The school that one more class changes least, so that no school stands out."""
        if not self._room:
            rows = self.query('SELECT "schoolSourcedId", count(*) FROM classes GROUP BY ALL')
            self._room = {str(school): int(count) for school, count in rows}
        schools = sorted(self.sizes.schools, key=lambda s: (s.kind == "elementary", -s.size))[:12]
        found = min(
            schools,
            key=lambda s: ((1 + self._turn.get(s.number, 0)) / self._room[s.school_id], s.number),
        )
        self._turn[found.number] = self._turn.get(found.number, 0) + 1
        return found

    def other_school(self, school: School) -> School:
        """A school that is not this one."""
        return next(s for s in self.sizes.schools if s.number != school.number)

    def person(self, role: str = "administrator", **values: str | None) -> Row:
        """Add somebody new with a name, an email address and a mobile number of their own."""
        row = {**self.contact(), **values}
        made = self._made
        if "sourcedId" not in row:
            if role not in ("guardian", "parent", "relative"):
                staff = int(self.query("SELECT count(*) FROM staff")[0][0])
                row["sourcedId"] = f"T{staff + made:05d}"
            else:
                guardians = int(self.query("SELECT count(*) FROM guardian_people")[0][0])
                row["sourcedId"] = f"G{guardians + made:07d}"
        row.setdefault("orgSourcedIds", self.school().school_id)
        row.setdefault("role", role)
        return self.insert("users", **row)

    def contact(self) -> dict[str, str | None]:
        """A name, an email address and a mobile number that nobody else has."""
        n = self.next_number()
        given = _GIVEN[n % len(_GIVEN)]
        family = _FAMILY[(n + n // len(_GIVEN)) % len(_FAMILY)]
        return {
            "givenName": given,
            "familyName": family,
            "email": f"{given}.{family}{n}@{self.sizes.domain}".lower(),
            "sms": f"+1{AREA_CODES[n % len(AREA_CODES)]}588{n:04d}",
        }

    def student(self) -> Row:
        """A student without siblings whose guardians have no other part; each is given once."""
        if self._victims is None:
            self._victims = iter(
                self.rows(
                    "users",
                    """"sourcedId" IN (
                    SELECT p.student_id FROM pupils p JOIN families f ON f.f = p.f
                    WHERE f.children = 1 AND f.adults < 3 AND NOT EXISTS (
                        SELECT 1 FROM guardian_people g JOIN staff k ON k.guardian = g.n WHERE g.f = p.f)
                    ORDER BY u(p.i, 90), p.student_id LIMIT 400)""",
                )
            )
        found = next(self._victims, None)
        if found is None:
            raise SettingError(
                f"{self.sizes.students} students are too few for these faults; "
                "ask for fewer faults or for 500 students and more"
            )
        return found

    def old_class(self) -> tuple[Row, School]:
        """A class that the delivery has anyway, and its school; each is given once."""
        if self._classes is None:
            self._classes = iter(
                self.rows(
                    "classes",
                    """"sourcedId" IN (
                    SELECT class_id FROM class_plan WHERE no > 1 AND section > 0
                    ORDER BY u(no, 91), class_id LIMIT 200)""",
                )
            )
        found = next(self._classes, None)
        if found is None:
            raise SettingError(
                f"{self.sizes.students} students have too few classes for these faults; "
                "ask for fewer faults or for 500 students and more"
            )
        of = found["schoolSourcedId"]
        return found, next(s for s in self.sizes.schools if s.school_id == of)

    def fillers(self, school: School, count: int) -> list[str]:
        """IDs of students of a school who have siblings, so are never victims; taken in turn."""
        key = school.school_id
        if key not in self._fillers:
            found = self.query(
                "SELECT student_id FROM pupils JOIN families USING (f) "
                "WHERE school_id = ? AND children > 1 ORDER BY i LIMIT 500",
                key,
            )
            self._fillers[key] = [str(row[0]) for row in found]
        ids, turn = self._fillers[key], self._turn.get(key, 0)
        if len(ids) < count:
            raise SettingError(f"school {key} has too few students for these faults")
        self._turn[key] = turn + count
        return [ids[(turn + k) % len(ids)] for k in range(count)]

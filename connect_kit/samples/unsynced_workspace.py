"""A workspace that was partly made by hand, beside a delivery that was never uploaded to all of its schools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connect_kit.engine import literal
from connect_kit.samples.unsynced_classrooms import make_unsynced_classrooms, spoil_class_ids
from connect_kit.samples.unsynced_schools import plan_unsynced, record_what_connect_lacks, school_truth
from connect_kit.samples.unsynced_students import make_unsynced_students
from connect_kit.samples.writing import copy_to, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from connect_kit.samples.planting import FaultPlanter

PAIRS = ("roster_id", "workspace_id", "relation", "kind")
#: Further rows of the workspace's files.
BY_HAND: Final = {
    "classrooms": """
        SELECT "connectClassroomId", "connectSchoolId", title, grades, NULL AS "classId", archived
        FROM unsynced_classrooms ORDER BY ALL""",
    "students": """
        SELECT "connectStudentId", "connectSchoolId", "givenName", "familyName", grade, email, NULL AS "studentId",
               archived FROM unsynced_students ORDER BY ALL""",
    "guardians": """
        SELECT "connectUserId", "givenName", "familyName", email, sms, phone, NULL AS "guardianId", "connectStudentIds"
        FROM unsynced_guardians ORDER BY ALL""",
    "enrollments": 'SELECT "connectClassroomId", "connectUserId", role FROM unsynced_members ORDER BY ALL',
}


class UnsyncedWorkspace:
    """What was made by hand on Connect, as tables beside those of the delivery."""

    def __init__(self, con: duckdb.DuckDBPyConnection, planter: FaultPlanter, *, faults: bool) -> None:
        self.con, self.planter = con, planter
        self.plan = plan_unsynced(planter.sizes, layout=planter.layout, faults=faults)
        make_unsynced_students(con, planter.sizes, self.plan)
        make_unsynced_classrooms(con, planter.sizes)
        spoil_class_ids(con, self.plan.awaiting_sql)
        record_what_connect_lacks(planter, self.plan)
        if self.plan.not_rostered:
            row = {"connectSchoolId": f"CS{len(planter.sizes.schools) + 1:05d}", "name": self.plan.not_rostered}
            planter.added.setdefault("schools", []).insert(0, row)

    @property
    def gaps(self) -> dict[str, str]:
        """What the queries of the workspace say instead where something was made by hand."""
        plan, sizes = self.plan, self.planter.sizes
        ids = [(s.number, plan.workspace_id(s)) for s in sizes.schools if plan.workspace_id(s) != s.school_id]
        names = [(s.number, plan.workspace_name(s)) for s in sizes.schools if plan.workspace_name(s) != s.name]
        awaiting = plan.awaiting_sql
        return {
            "school_id": _exceptions(ids, "school_id"),
            "school_name": _exceptions(names, "name"),
            "class_id": 'coalesce(ids.written, c."sourcedId")',
            "class_ids": 'LEFT JOIN class_ids ids ON ids.class_id = c."sourcedId"',
            "children": "concat_ws(',', k.children, links.ids)",
            "links": "LEFT JOIN unsynced_links links ON links.n = g.n",
            "guardians": "k.children IS NOT NULL",
            "staff_id": f"CASE WHEN k.school_id IN ({awaiting}) AND u(k.n, 450) < 0.5 THEN NULL ELSE k.staff_id END",
            "students": f'{self.planter.kept_students} AND u."orgSourcedIds" NOT IN ({awaiting})',
            "classrooms": f'{self.planter.kept_classrooms} AND c."schoolSourcedId" NOT IN ({awaiting})',
        }

    def add_person_rows(self) -> None:
        """Add the students that were made by hand to ``person_rows``."""
        self.con.execute(
            "INSERT INTO person_rows "
            "SELECT \"connectStudentId\", 'workspace', person, kin, kinds FROM unsynced_students"
        )

    def write_truth(self, classrooms: Path, schools: Path) -> None:
        """Write truth_classrooms.csv and truth_schools.csv."""
        write_rows(schools, PAIRS, school_truth(self.planter.sizes, self.plan))
        kept = self.gaps["classrooms"]
        copy_to(
            self.con,
            f"""
            WITH facts AS (
                SELECT c."sourcedId" AS roster_id, coalesce(i.kind, 'id') AS kind,
                       CASE WHEN {kept} THEN 'CC' || lpad((c._pos // 10)::VARCHAR, 8, '0') END AS workspace_id
                FROM classes c JOIN class_plan p ON p.class_id = c."sourcedId"
                LEFT JOIN class_ids i ON i.class_id = c."sourcedId"
            ), matched AS (
                SELECT t.roster_id, coalesce(t.workspace_id, h."connectClassroomId") AS workspace_id,
                       CASE WHEN t.workspace_id IS NOT NULL THEN t.kind WHEN h.class_id IS NOT NULL
                            THEN 'by_hand+' || h.pattern || CASE WHEN h.archived THEN '+archived' ELSE '' END
                            ELSE 'new' END AS kind
                FROM facts t LEFT JOIN unsynced_classrooms h ON h.class_id = t.roster_id AND NOT h.old
            )
            SELECT roster_id, workspace_id, CASE WHEN workspace_id IS NULL THEN 'no_counterpart' ELSE 'same' END
                   AS relation, kind FROM matched
            UNION ALL
            SELECT NULL, "connectClassroomId", 'no_counterpart', 'last_year+' || mark FROM unsynced_classrooms WHERE old
            ORDER BY relation DESC, roster_id NULLS LAST, workspace_id
            """,
            classrooms,
        )


def _exceptions(values: list[tuple[int, str]], otherwise: str) -> str:
    """SQL for a value of a school by its number; an empty one is none."""
    cases = " ".join(f"WHEN number = {number} THEN nullif({literal(value)}, '')" for number, value in values)
    return f"CASE {cases} ELSE {otherwise} END" if values else otherwise

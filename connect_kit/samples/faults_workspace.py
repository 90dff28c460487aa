"""Faults between the delivery and the workspace; only the workspace is changed."""

from __future__ import annotations

from typing import Final

from connect_kit.samples.bench import Bench
from connect_kit.samples.fault import Fault

_UNSYNCED, _VANISHED_SHARE = 3, 0.4


def _another_school(bench: Bench) -> None:
    """A school on Connect that the SIS no longer sends."""
    school_id = "6" * len(bench.sizes.schools[0].school_id)
    row = {"connectSchoolId": "CS99999", "name": "Hollow Oak School", "schoolId": school_id}
    bench.added.setdefault("schools", []).append(row)
    bench.planted_file("", sourced_id=school_id)


def _made_by_hand(bench: Bench) -> None:
    """One school awaits its first upload: all of its students on Connect were made by hand."""
    school = min(bench.sizes.schools, key=lambda school: school.size)
    connect_id = f"CS{school.number + 1:05d}"
    bench.kept_students = f"u.\"orgSourcedIds\" <> '{school.school_id}'"
    rows = bench.added.setdefault("students", [])
    for number in range(_UNSYNCED):
        # Nobody in the delivery has these names, so no duplicate is planted beside them.
        contact = bench.contact()
        rows.append(
            {
                "connectStudentId": f"CP9900000{number}",
                "connectSchoolId": connect_id,
                "givenName": contact["givenName"] or "",
                "familyName": contact["familyName"] or "",
                "grade": next(g.code for g in bench.sizes.grades if g.school == school.number),
                "archived": "false",
            }
        )
    bench.planted_file("", sourced_id=connect_id)


def _former_staff(bench: Bench) -> None:
    """Add more managed staff than a deletion threshold lets vanish: 40 % of those who stay."""
    staff = int(bench.query("SELECT count(*) FROM staff")[0][0])
    rows = bench.added.setdefault("staff", [])
    for number in range(int(staff * _VANISHED_SHARE) + 1):
        rows.append(
            {
                "connectUserId": f"CT99{number:06d}",
                "connectSchoolIds": "CS00001",
                "givenName": "Former",
                "familyName": f"Colleague {number}",
                "email": f"former.colleague{number}@{bench.sizes.domain}",
                "role": "teacher",
                "staffId": f"F{number:06d}",
            }
        )
    bench.planted_file("", sourced_id="staff")


def _fewer_classrooms(bench: Bench) -> None:
    """One school has half of its classrooms on Connect; the delivery brings the rest."""
    school = max(bench.sizes.schools, key=lambda school: school.size)
    bench.kept_classrooms = f"NOT (c.\"schoolSourcedId\" = '{school.school_id}' AND c._pos // 10 % 2 = 0)"
    bench.planted_file("", sourced_id=school.school_id)


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        code="workspace.schools.unmatched", severity="critical", table="workspace",
        column="schoolId", title="a school on Connect that the delivery does not contain",
        plant=_another_school, level="district",
    ),
    Fault(
        code="workspace.students.not_archived", severity="warning", table="workspace",
        column="studentId", title="active students on Connect who were made by hand",
        plant=_made_by_hand,
    ),
    Fault(
        code="workspace.threshold.would_exceed", severity="info", table="workspace", column="",
        title="a third of the staff on Connect would vanish", plant=_former_staff,
    ),
    Fault(
        code="workspace.change.unusual", severity="warning", table="workspace", column="",
        title="a school brings twice the classrooms it has on Connect", plant=_fewer_classrooms,
    ),
)  # fmt: skip

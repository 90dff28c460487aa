"""Faults between the delivery and the workspace; only the workspace is changed."""

from __future__ import annotations

from connect_kit.samples.planting import FaultPlanter

_UNSYNCED, _VANISHED_SHARE = 3, 0.4


def another_school(planter: FaultPlanter) -> None:
    """A school on Connect that the SIS no longer sends."""
    school_id = "6" * len(planter.sizes.schools[0].school_id)
    row = {"connectSchoolId": "CS99999", "name": "Hollow Oak School", "schoolId": school_id}
    planter.added.setdefault("schools", []).append(row)
    planter.planted_file("", sourced_id=school_id)


def students_made_by_hand(planter: FaultPlanter) -> None:
    """One school awaits its first upload: all of its students on Connect were made by hand."""
    school = min(planter.sizes.schools, key=lambda school: school.size)
    connect_id = f"CS{school.number + 1:05d}"
    planter.kept_students = f"u.\"orgSourcedIds\" <> '{school.school_id}'"
    rows = planter.added.setdefault("students", [])
    for number in range(_UNSYNCED):
        # Nobody in the delivery has these names, so no duplicate is planted beside them.
        contact = planter.contact()
        rows.append(
            {
                "connectStudentId": f"CP9900000{number}",
                "connectSchoolId": connect_id,
                "givenName": contact["givenName"] or "",
                "familyName": contact["familyName"] or "",
                "grade": next(g.code for g in planter.sizes.grades if g.school == school.number),
                "archived": "false",
            }
        )
    planter.planted_file("", sourced_id=connect_id)


def former_staff(planter: FaultPlanter) -> None:
    """Add more managed staff than a deletion threshold lets vanish: 40 % of those who stay."""
    staff = int(planter.query("SELECT count(*) FROM staff")[0][0])
    rows = planter.added.setdefault("staff", [])
    for number in range(int(staff * _VANISHED_SHARE) + 1):
        rows.append(
            {
                "connectUserId": f"CT99{number:06d}",
                "connectSchoolIds": "CS00001",
                "givenName": "Former",
                "familyName": f"Colleague {number}",
                "email": f"former.colleague{number}@{planter.sizes.domain}",
                "role": "teacher",
                "staffId": f"F{number:06d}",
            }
        )
    planter.planted_file("", sourced_id="staff")


def half_of_the_classrooms(planter: FaultPlanter) -> None:
    """One school has half of its classrooms on Connect; the delivery brings the rest."""
    school = max(planter.sizes.schools, key=lambda school: school.size)
    planter.kept_classrooms = f"NOT (c.\"schoolSourcedId\" = '{school.school_id}' AND c._pos // 10 % 2 = 0)"
    planter.planted_file("", sourced_id=school.school_id)

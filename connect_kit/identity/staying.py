"""The kinds of what stays behind: in words, what to do about each on Connect, and where that is documented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: Columns of left_behind.csv.
COLUMNS = (
    "kind", "connectSchoolId", "schoolId", "connectStudentId", "studentId", "connectUserId", "userId",
    "connectClassroomId", "classId", "reason",
)  # fmt: skip


class Kind(NamedTuple):
    """One kind of what stays behind.

    ``title``, ``counted`` (what a row of it is), ``many`` (such rows), ``what_to_do`` (on Connect, in its own words),
    ``source`` (article), ``unjudged`` (why nothing can be said about it, where the delivery does not hold what it
    takes).
    """

    title: str
    counted: str
    many: str
    what_to_do: str
    source: str
    unjudged: str

    @property
    def merging(self) -> str:
        """What is done about two records of one person."""
        return MERGE if self.counted == "student" else MERGE_ADULTS


#: By code, in the order in which to look at them: whoever may still see a child's messages comes first.
KINDS: Mapping[str, Kind] = {
    "guardian_relationships": Kind(
        "Guardians whom the delivery no longer names for a student",
        "relationship",
        "guardian relationships",
        "Ask the school whether the guardian may still be connected. If not: Directory, select the student, Actions, "
        "Remove Guardians. That removes all guardians of the student: the next upload connects those again whom the "
        "delivery names; guardians who were added by hand have to be added again. How to remove a single guardian is "
        "not documented.",
        "S12",
        "the delivery names no guardian of any student, so nobody can say who was removed",
    ),
    "classroom_teachers": Kind(
        "Teachers in classrooms whose class is delivered without them",
        "seat",
        "seats of teachers",
        "Remove the teacher from the classroom's directory. The steps are not documented.",
        "kit decision",
        "enrollments.csv puts no teacher into any class",
    ),
    "staff": Kind(
        "Staff who are no longer delivered",
        "person",
        "staff",
        "If the person has left: remove them from the school. The steps are not documented.",
        "kit decision",
        "the delivery holds no staff",
    ),
    "classroom_students": Kind(
        "Students in classrooms where the delivery does not put them",
        "seat",
        "seats of students",
        "Remove the student from the classroom's directory; a classroom of last year is archived instead. The steps of "
        "removing a student from a classroom are not documented.",
        "kit decision",
        "enrollments.csv puts no student into any class",
    ),
    "students": Kind(
        "Students who are no longer delivered",
        "student",
        "students",
        "If the student has left or graduated: Directory, select the student, archive. The student stays in the "
        "classrooms, and the guardians keep their access until the student is removed. Under an automated sync, the "
        "sync archives them.",
        "S22",
        "the delivery holds no students",
    ),
    "classrooms": Kind(
        "Active classrooms whose class is no longer delivered",
        "classroom",
        "classrooms",
        "Archive the classroom; its teacher, school staff with the permission Rostering Administrator and district "
        "staff can. It can be unarchived at any time without loss.",
        "S23, S24",
        "the delivery holds no classes",
    ),
}
#: Why a record is listed, by code.
REASONS: Mapping[str, str] = {
    "not_named": "the delivery does not name this guardian for the student",
    "not_delivered": "the delivery does not hold it",
    "not_in_class": "the delivery has the class without this person",
    "moved_school": "the delivery has the student at another school",
    "unclear": "unclear: probably the same person under another ID",
    "merge": "unclear: probably the same person is on Connect under the delivered ID as well",
}
#: What is done about two records of one child, in place of the kind's own steps.
MERGE = (
    "Do not archive. Compare the two records; if they are the same child, merge them: the record with the delivered ID "
    "stays. connect-kit merge lists the pairs."
)
#: The same for two accounts of an adult.
MERGE_ADULTS = (
    "Do not remove anybody before you have compared the two accounts. If they are the same person, the one with the "
    "delivered ID stays. How two accounts of an adult are merged is not documented."
)
NO_SCHOOL = "the delivery does not show which school of Connect it is about"

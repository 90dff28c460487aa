"""SchoolStatus Connect's files, limits and words as data, with the article each comes from.

Keys like ``S1`` name help-centre articles; :data:`SOURCES` spells them out. What no article says is a kit decision:
``docs/decisions.md`` holds them, numbered as they are cited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["district", "school"]
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")

#: Characters that make a value no value when nothing else is there.
BLANKS = " \t\r\n\u00a0\u200b\ufeff"

SOURCES: Mapping[str, str] = {
    "S0": "Manually Uploading OneRoster Files to SchoolStatus Connect with no automatic sync",
    "S1": "How do I create a OneRoster Users file?",
    "S2": "How do I create a OneRoster Classes file?",
    "S3": "Creating a OneRoster Enrollments file",
    "S4": "Uploading Guardian Contact Information to synced Student Profiles",
    "S5": "How do I upload parents/guardians' SIS data manually?",
    "S6": "How do I set up an Automated SFTP Sync for parents/guardians (via the Guardian file)?",
    "S7": "ClassTag SFTP Connection for SIS",
    "S8": "How do I sync my ClassTag / Connect Account using OneRoster?",
    "S9": "How do I match ClassTag Schools with OneRoster Schools?",
    "S10": "How do I update or sync existing ClassTag classrooms with Clever",
    "S11": "Updating or Syncing existing SchoolStatus Connect Classrooms with ClassLink",
    "S12": "Self-check Guideline before Enabling OneRoster Syncing",
    "S14": "Modifying OneRoster Sync Settings",
    "S18": "Explaining the Data managed by an automated roster synchronization",
    "S19": "ClassTag Connect SIS Sync FAQ",
    "S20": "Reasons and meaning when SIS Sync is Failing",
    "S21": "Troubleshooting Sync Status: Failed Threshold",
    "S22": "How and when do I archive/graduate students?",
    "S23": "How can I archive/graduate all classrooms in the District or School?",
    "S24": "Rollover your School for a New Year (For School And District Leaders)",
    "S31": "Shared Contact Methods in Connect",
    "OneRoster": "1EdTech OneRoster CSV 1.1 and 1.2",
    "kit decision": "decided by connect-kit where nothing is documented (docs/decisions.md)",
}


@dataclass(frozen=True, slots=True)
class ConnectFile:
    """One file that Connect asks for.

    Attributes
    ----------
    table : str
        Name of the table and of the file without ``.csv``.
    columns : tuple of str
        What Connect asks for, in OneRoster's order (guardians: decision 8).
    required : tuple of str
        Columns without which the file is refused, at both levels.
    district : tuple of str
        Columns also required at district level.
    needed : bool
        Whether a delivery must hold the file.
    key : str
        Column that distinguishes the rows in messages.
    source : str
        Article.
    """

    table: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    district: tuple[str, ...] = ()
    needed: bool = True
    key: str = "sourcedId"
    source: str = ""


FILES: Mapping[str, ConnectFile] = {
    file.table: file
    for file in (
        ConnectFile(
            "users",
            tuple("sourcedId orgSourcedIds role givenName familyName email sms phone agentSourcedIds grades".split()),
            ("sourcedId", "role", "givenName", "familyName"),
            ("orgSourcedIds",),
            source="S1",
        ),
        ConnectFile(
            "classes",
            tuple("sourcedId title grades location schoolSourcedId periods".split()),
            ("sourcedId", "title", "grades"),
            ("schoolSourcedId",),
            source="S2",
        ),
        ConnectFile(
            "enrollments",
            tuple("classSourcedId schoolSourcedId userSourcedId role".split()),
            ("classSourcedId", "userSourcedId", "role"),
            ("schoolSourcedId",),
            key="userSourcedId",
            source="S3",
        ),
        ConnectFile(
            "guardians",
            tuple("studentSourcedId guardianSourcedId givenName familyName email sms phone language".split()),
            ("studentSourcedId", "givenName", "familyName"),
            needed=False,
            key="studentSourcedId",
            source="S4, S5, kit decision",
        ),
        ConnectFile(
            "student_attributes",
            ("studentSourcedId",),
            ("studentSourcedId",),
            needed=False,
            key="studentSourcedId",
            source="S0, kit decision",
        ),
    )
}

#: Guardians need one of these columns (S18).
GUARDIAN_CONTACTS = ("email", "sms")

#: Header spellings that are read for a column although Connect reads headers literally (S21). Compared without
#: regard to case and blanks; ``sourceId`` and ``schoolSourcedID`` are in Connect's own articles (S1, S3).
ALIASES: Mapping[str, Mapping[str, str]] = {
    "": {"sourceid": "sourcedId"},
    "guardians": {"sourcedid": "guardianSourcedId", "sourceid": "guardianSourcedId"},
    "student_attributes": {
        "sourcedid": "studentSourcedId",
        "sourceid": "studentSourcedId",
        "usersourcedid": "studentSourcedId",
    },
}
#: Decision 9 and the guardians' ID: accepted as they are, so no finding.
ACCEPTED_NAMES: Mapping[str, tuple[str, ...]] = {
    "guardians": ("sourcedId",),
    "student_attributes": ("sourcedId", "userSourcedId"),
}

ROLE_KINDS: Mapping[str, str] = {
    "student": "student",
    "guardian": "guardian",
    "parent": "guardian",
    "relative": "guardian",
    "teacher": "teacher",
    "aide": "teacher",
    "proctor": "teacher",
    "administrator": "administrator",
}  # S1: parent = guardian = relative, teacher = aide = proctor

MOST_GUARDIANS = 6  # S1
#: Where errors of an upload are sent to (S0).
SUPPORT_ADDRESS = "support-ct@schoolstatus.com"
DELETION_THRESHOLD_PERCENT = 10  # S20's example; S21 recommends 10 to 20

#: Columns whose values are about a person: never shown in findings, logs or reports (decision 24).
PERSONAL_COLUMNS = frozenset(
    "givenName familyName middleName email sms phone username password preferredGivenName preferredMiddleName "
    "preferredFamilyName pronouns birthDate cityOfBirth stateOfBirthAbbreviation countryOfBirthCode sex identifier "
    "userIds userMasterIdentifier".split()
)

#: Beginnings of words in the name of an attribute column that suggest special-category data; those of up to four
#: letters are whole words. Confirm before sharing.
SENSITIVE_WORDS = tuple(
    "health medic allerg diagnos disab iep 504 ell esl immigra citizen refugee migrant visa discipl suspen expel "
    "incident lunch frl meal homeless foster religio ethnic race ssn social_security income welfare snap counsel "
    "mental custody pregnan".split()
)

#: The workspace as files (kit decision).
WORKSPACE_FILES: Mapping[str, tuple[str, ...]] = {
    "schools": ("connectSchoolId", "name", "schoolId"),
    "classrooms": ("connectClassroomId", "connectSchoolId", "title", "grades", "classId", "archived"),
    "students": tuple("connectStudentId connectSchoolId givenName familyName grade email studentId archived".split()),
    "guardians": tuple("connectUserId givenName familyName email sms phone guardianId connectStudentIds".split()),
    "staff": tuple("connectUserId connectSchoolIds givenName familyName email sms role staffId".split()),
    "enrollments": ("connectClassroomId", "connectUserId", "role"),
}

"""Did you mean: which column or file a name that nobody knows probably stands for.

A guess is made where it is certain: one name, one column that is absent, and no other name that could be it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from connect_kit import connect, oneroster

#: Other names of columns, by table ("" for any), as exports and people write them: letters and digits only. Where
#: several columns are named, a guess is made when one of them alone is absent.
SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        "givenName": "firstname first fname forename givenname1 legalfirstname studentfirstname",
        "familyName": "lastname last lname surname familyname1 legallastname studentlastname secondname",
        "middleName": "middle mname middleinitial mi",
        "preferredGivenName": "preferredfirstname nickname preferredname",
        "preferredFamilyName": "preferredlastname",
        "email": "emailaddress mail emailid studentemail schoolemail primaryemail contactemail guardianemail "
        "parentemail",
        "sms": "mobile cell cellphone mobilephone mobilenumber cellnumber cellphonenumber textnumber smsnumber "
        "smsphone",
        "phone": "telephone tel homephone phonenumber telephonenumber landline",
        "grades": "grade gradelevel gradelevels gradecode yearlevel currentgrade",
        "role": "roles usertype userrole persontype roletype",
        "status": "recordstatus",
        "dateLastModified": "lastmodified modified modifieddate datemodified lastupdated datalastmodified",
        "enabledUser": "enabled isenabled userenabled",
        "username": "login loginid userlogin userid",
        "title": "classname classtitle coursename sectionname sectiontitle",
        "location": "room roomnumber classroom",
        "periods": "period periodnumber classperiod",
        "termSourcedIds": "term terms termid termids termsourcedid",
        "courseSourcedId": "course courseid",
        "classCode": "classnumber sectionnumber sectioncode",
        "subjects": "subject",
        "language": "lang preferredlanguage homelanguage languagecode",
        "beginDate": "startdate begindate entrydate begin start",
        "endDate": "enddate exitdate end stop",
        "birthDate": "dob dateofbirth birthdate birthday",
        "identifier": "studentnumber localid number",
        "schoolYear": "year academicyear",
    },
    "users": {
        "sourcedId": "id userid usersourcedid userssourcedid personid studentid sisid studentsourcedid uniqueid guid",
        "orgSourcedIds": "org orgs orgid orgids orgsourcedid organization organizations organizationid school schools "
        "schoolid schoolids schoolsourcedid schoolsourcedids schoolcode schoolnumber",
        "agentSourcedIds": "agent agents agentid agentids agentsourcedid guardians guardian guardianid guardianids "
        "guardiansourcedid guardiansourcedids parents parentid parentids parentsourcedids contacts",
    },
    "classes": {
        "sourcedId": "id classid classsourcedid sectionid sectionsourcedid sisid",
        "schoolSourcedId": "school schoolid org orgid orgsourcedid orgsourcedids schoolcode schoolnumber "
        "schoolsourcedids",
    },
    "enrollments": {
        "sourcedId": "id enrollmentid",
        "classSourcedId": "class classid classes section sectionid sectionsourcedid classsourcedids",
        "userSourcedId": "user userid users studentid personid studentsourcedid sisid usersourcedids",
        "schoolSourcedId": "school schoolid org orgid orgsourcedid orgsourcedids schoolcode schoolnumber "
        "schoolsourcedids",
    },
    "guardians": {
        "studentSourcedId": "student studentid studentids studentnumber studentsisid childid studentsourcedids",
        "guardianSourcedId": "id guardianid parentid contactid guardian parentsourcedid",
    },
    "student_attributes": {"studentSourcedId": "id student studentid studentnumber userid"},
    "orgs": {"sourcedId": "id orgid schoolid", "name": "orgname schoolname", "type": "orgtype"},
    "roles": {"userSourcedId": "user userid", "orgSourcedId": "org orgid school schoolid orgsourcedids"},
    "demographics": {"sourcedId": "id userid studentid"},
}
#: Other names of files, likewise.
FILE_SYNONYMS: Final[Mapping[str, str]] = {
    "users": "user people persons person student students teacher teachers staff",
    "classes": "class section sections classroom classrooms",
    "enrollments": "enrollment enrolment enrolments classenrollments classenrollment roster rosters",
    "guardians": "guardian parent parents contact contacts",
    "student_attributes": "attributes attribute studentattributes studentattribute studentsattributes",
    "orgs": "org organizations organisations schools school",
    "academicSessions": "academicsession sessions terms term",
    "courses": "course",
    "demographics": "demographic",
    "roles": "role",
}
_SHORT: Final = 5  # characters; shorter names are too near to one another
_LONG: Final = 9
#: What people and browsers add to a file's name.
_ADDED: Final = re.compile(
    r"\(\d+\)|\[\d+\]|\b(?:copy|copies|of|final|new|old|latest|export|exported|oneroster|fixed|corrected|backup|bak|draft|"
    r"sy|ay|v|ver|version|file|data|list|csv|txt)\d*\b|\d+"
)
_TEXT: Final = (".csv", ".txt", ".tsv", ".tab")
_BOOKS: Final = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")


def near_columns(table: str, unknown: Sequence[str], absent: Sequence[str]) -> dict[str, str]:
    """The absent column that each unknown name probably stands for; names without a certain one are left out."""
    return _one_to_one({name: _near(_key(name), _synonyms(table, absent)) for name in unknown})


def near_files(others: Iterable[str], absent: Iterable[str]) -> dict[str, str]:
    """The table whose file is absent that each file which is not read probably is."""
    wanted = {table: [table.casefold().replace("_", ""), *FILE_SYNONYMS.get(table, "").split()] for table in absent}
    return _one_to_one({name: _near(key, wanted) for name in others if (key := _file_key(name))})


def rename_words(file: str, table: str) -> str:
    """What to do with a file that is probably a table's."""
    return f"rename it {table}.csv" if file.casefold().endswith(_TEXT) else f"save it as {table}.csv, CSV in UTF-8"


def delivery_tables() -> tuple[str, ...]:
    """Names of the tables that a delivery may hold, those that Connect asks for first."""
    return tuple(dict.fromkeys((*connect.FILES, *oneroster.TABLES)))


def _one_to_one(found: Mapping[str, str]) -> dict[str, str]:
    """Only guesses of which no two are the same."""
    targets = list(found.values())
    return {name: target for name, target in found.items() if target and targets.count(target) == 1}


def _synonyms(table: str, absent: Sequence[str]) -> dict[str, list[str]]:
    own = SYNONYMS.get(table, {})
    return {name: [_key(name), *own.get(name, "").split(), *SYNONYMS[""].get(name, "").split()] for name in absent}


def _near(key: str, wanted: Mapping[str, Sequence[str]]) -> str:
    """The one name that a key stands for: by another name of it, or by its letters; '' where there is none or two."""
    from rapidfuzz.distance import OSA

    known = [name for name, words in wanted.items() if key in words]
    if known:
        return known[0] if len(known) == 1 else ""
    if len(key) < _SHORT:
        return ""
    most = 1 if len(key) < _LONG else 2
    distances = {name: OSA.distance(key, words[0], score_cutoff=most) for name, words in wanted.items()}
    best = min(distances.values(), default=most + 1)
    nearest = [name for name, distance in distances.items() if distance == best]
    return nearest[0] if best <= most and len(nearest) == 1 else ""


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _file_key(name: str) -> str:
    """What a file's name says without what people and browsers add to it; '' for files of other kinds."""
    stem = name.casefold()
    ends = tuple(end for end in (*_TEXT, *_BOOKS) if stem.endswith(end))
    if not ends:
        return ""
    stem = stem.removesuffix(ends[0])
    stem = re.sub(r"[^a-z0-9()\[\]]+", " ", re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", stem))
    return re.sub(r"[^a-z]", "", _ADDED.sub("", stem))

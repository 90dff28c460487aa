"""Deliveries with every table of the standard, and where their faults are."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from connect_kit.oneroster import TABLES

FURTHER = ("orgs", "courses", "academicSessions", "demographics", "roles")
TODAY = date.today()
Y = TODAY.year if TODAY.month >= 7 else TODAY.year - 1  # the year in which the school year began
Z = Y + 1
TOMORROW = TODAY + timedelta(days=1)
# A fault is named by how its line begins; every other line of these files is a clean neighbour.
SESSIONS = f"""sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
YEAR,,,All year,schoolYear,{Y}-07-01,{Z}-07-01,,{Z}
S1,,,Fall,semester,{Y}-07-01,{Z}-01-01,YEAR,{Z}
S2,,,Spring,semester,{Z}-01-01,{Z}-07-01,YEAR,{Z}
G1,,,Quarter 1,gradingPeriod,{Y}-07-01,{Y}-10-01,S1,{Z}
G2,,,Quarter 2,gradingPeriod,{Y}-10-01,{Z}-01-01,S1,{Z}
ALONE,,,A fall term without a parent,term,{Y}-08-15,{Y}-12-20,,{Z}
NEXT,,,Next year,schoolYear,{Z}-07-01,{Z + 1}-07-01,,{Z + 1}
EXTRA,,,A word of 1.2,ext:camp,{Y}-07-01,{Y}-08-01,YEAR,{Z}
INCLUSIVE,,,The last day meant,term,{Z}-04-01,{Z}-07-02,YEAR,{Z}
,,,No ID,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
TWICE,,,One,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
TWICE,,,Two,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
UNTITLED,,,,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
UNTYPED,,,Of no type,,{Y}-07-01,{Y}-08-01,YEAR,{Z}
TRIMESTER,,,Of an unknown type,trimester,{Y}-07-01,{Y}-08-01,YEAR,{Z}
STARTLESS,,,Begins never,term,,{Y}-08-01,YEAR,{Z}
ENDLESS,,,Ends never,term,{Y}-07-01,,YEAR,{Z}
SLASHES,,,As a spreadsheet has it,term,07/01/{Y},{Y}-08-01,YEAR,{Z}
THE-30TH,,,No such day,term,{Y}-07-01,{Z}-02-30,YEAR,{Z}
BACKWARDS,,,Ends first,term,{Y}-09-01,{Y}-08-01,YEAR,{Z}
YEARLESS,,,Of no year,term,{Y}-07-01,{Y}-08-01,YEAR,
LONG-YEAR,,,Of two years,term,{Y}-07-01,{Y}-08-01,YEAR,{Y}-{Z}
EARLY-YEAR,,,Named for its beginning,schoolYear,{Y}-07-01,{Z}-06-15,,{Y}
ORPHAN,,,Parent nowhere,term,{Y}-07-01,{Y}-08-01,NOWHERE,{Z}
UPSIDE,,,A semester in a quarter,semester,{Y}-07-01,{Y}-08-01,G1,{Z}
LOOP-A,,,In a circle,term,{Y}-07-01,{Y}-08-01,LOOP-B,{Z}
LOOP-B,,,In a circle,semester,{Y}-07-01,{Y}-08-01,LOOP-A,{Z}
BELOW,,,Beneath the circle,gradingPeriod,{Y}-07-01,{Y}-08-01,LOOP-A,{Z}
G3,,,Quarter 3,gradingPeriod,{Z}-01-01,{Z}-04-01,S2,{Z}
G4,,,Quarter 4 too early,gradingPeriod,{Z}-03-01,{Z}-05-01,S2,{Z}
BEYOND,,,Into the holidays,gradingPeriod,{Z}-05-01,{Z}-08-01,S2,{Z}
ODD,gone,,Unknown status,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
OLD,inactive,,Status of 1.0,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
LATELY,active,yesterday,No time,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
BRIEF,active,2026-09-01,A day,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
EXACT,active,2026-09-01T08:00:00.000Z,A time,term,{Y}-07-01,{Y}-08-01,YEAR,{Z}
"""
ORGS = """sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
D,,,District,district,,
A,,,School A,school,,D
B,,,School B,school,1234,
DEPT,,,Mathematics,department,,A
CAMP,,,Camp,ext:camp,,D
,,,Of no ID,school,,D
TWICE,,,One,school,,D
TWICE,,,Two,school,,D
NAMELESS,,,,school,,D
UNTYPED,,,Of no type,,,D
MOON,,,Of an unknown type,moon,,D
ORPHAN,,,Parent nowhere,school,,NOWHERE
ANNEX,,,A school in a school,school,,A
CLUB,,,A school in a department,school,,DEPT
REALM,,,A district in a school,district,,A
SELF,,,Its own parent,school,,SELF
LOOP-A,,,In a circle,local,,LOOP-B
LOOP-B,,,In a circle,state,,LOOP-A
ODD,gone,,Unknown status,school,,D
OLD,Active,,Another case,school,,D
LATELY,active,2026-13-01T08:00:00Z,No month,school,,D
BRIEF,active,2026-09-01 08:00:00,With a blank,school,,D
"""
COURSES = """sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
C1,,,YEAR,Art,,"01,02",D,"Art, Music","5,6"
C2,,,,Biology,,,A,Biology,
,,,,No ID,,,A,,
TWICE,,,,One,,,A,,
TWICE,,,,Two,,,A,,
UNTITLED,,,,,,,A,,
ORGLESS,,,,Of nobody,,,,,
LOST,,,,Org nowhere,,,NOWHERE,,
LATE,,,NOWHERE,Year nowhere,,,A,,
UNEVEN,,,,One code short,,,A,"Science, Physics, Biology","7,8"
"""  # noqa: E501
RACES = [c.name for c in TABLES["demographics"] if c.values == "boolean"]
DEMOGRAPHICS = f"""sourcedId,status,dateLastModified,birthDate,sex,{",".join(RACES)}
kg,,,{Y - 5}-03-01,female,true,false,,,,,
twelve,,,{Y - 17}-03-01,unspecified,,,,,,,
teacher,,,1960-05-05,ext:own,,,,,,,
old-kg,,,{Y - 12}-03-01,male,,,,,,,
young-12,,,{Y - 9}-03-01,other,,,,,,,
unborn,,,{TOMORROW},,,,,,,,
us-date,,,03/01/2015,,,,,,,,
letter,,,,F,,,,,,,
yes,,,,,Y,,,,,,
last,,,,,,,,,,,1
capital,,,,,TRUE,,,,,,
stranger,,,,,,,,,,,
,,,,female,,,,,,,
twin,,,,,,,,,,,
twin,,,,,,,,,,,
"""
PEOPLE = {"kg": "KG", "old-kg": "KG", "twelve": "12", "young-12": "12"}
NAMES = "unborn us-date letter yes last capital twin s-1 s-2 s-3 s-4 s-5 s-6 s-7 s-8"
USERS = """sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,grades
teacher,,,true,"A,B",teacher,t,{LDAP:12},Tea,Cher,
""" + "".join(f"{key},,,true,A,student,{key},,Stu,Dent,{PEOPLE.get(key, '05')}\n" for key in (*PEOPLE, *NAMES.split()))
for old, new in (
    ("s-1,,,true,A,", "s-1,,,true,NOWHERE,"),
    ("s-2,,,true,", "s-2,,,maybe,"),
    ("s-3,,,true,", "s-3,,,TRUE,"),
    ("student,s-4,,", 'student,s-4,"{LDAP:1},{LTI:2}",'),
    ("student,s-5,,", "student,s-5,ldap:5,"),
    ("\ns-6,", "\ns-6,new"),
    ("\ns-7,,", "\ns-7,,once"),
    ("\ns-8,,", "\ns-8,active,2026-09-01T08:00:00Z"),
):
    assert old in USERS
    USERS = USERS.replace(old, new)


CLASSES = """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classType,schoolSourcedId,termSourcedIds,subjects,subjectCodes
c-1,,,One,05,C1,scheduled,A,"S1, S2",Art,5
c-2,,,Two,05,C2,homeroom,B,"S1,NEXT",Art,
c-3,,,Three,05,,ext:lab,A,,,
course,,,Course nowhere,05,NOWHERE,scheduled,A,YEAR,,
school,,,School nowhere,05,C1,scheduled,NOWHERE,YEAR,,
term,,,Term nowhere,05,C1,scheduled,A,"S1,NOWHERE",,
future,,,Not begun,05,C1,scheduled,A,NEXT,,
half,,,Nobody knows,05,C1,scheduled,A,"NEXT,NOWHERE",,
kind,,,Of an unknown type,05,C1,lecture,A,YEAR,,
uneven,,,One code too many,05,C1,scheduled,A,YEAR,Art,"5,6"
"""  # noqa: E501
ENROLLMENTS = """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e-1,,,c-1,A,teacher,teacher,true,,
e-2,,,c-1,A,kg,student,,2020-08-01,
e-3,,,c-1,NOWHERE,twelve,student,false,,
e-4,,,c-1,A,s-2,student,yes,,
e-5,,,c-1,A,s-3,student,False,,
e-6,,,c-1,A,s-4,student,,1 August,
e-7,,,c-1,A,s-5,student,,,2999-02-30
"""  # noqa: E501
DELIVERY = {
    "academicSessions": SESSIONS,
    "orgs": ORGS,
    "courses": COURSES,
    "demographics": DEMOGRAPHICS,
    "users": USERS,
    "classes": CLASSES,
    "enrollments": ENROLLMENTS,
}
USERS_1_2 = "sourcedId,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n" + "".join(
    f"{key},true,{key},Stu,Dent,{'NOWHERE' if key == 'p9' else 'A'}\n" for key in (f"p{i}" for i in range(1, 10))
)
ROLES = """sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId
r1,,,p1,primary,teacher,2020-08-01,2999-01-01,A
r2,,,p1,secondary,counselor,,,A
r3,,,p2,primary,student,,,A
r4,,,p2,primary,student,,,B
r5,,,p3,primary,teacher,,,A
r6,,,p3,primary,principal,,,A
r7,,,p4,secondary,teacher,,,A
r8,,,p4,secondary,aide,,,B
r9,,,p5,main,student,,,A
r10,,,p6,primary,pupil,,,A
r11,,,p7,primary,ext:coach,,,A
r12,,,p8,primary,student,,,NOWHERE
r13,,,nobody,primary,student,,,A
r14,,,,primary,student,,,A
,,,p9,primary,student,,,A
r15,,,p1,,student,,,A
r16,,,p1,secondary,,,,A
r17,,,p1,secondary,aide,,,
r18,,,p1,secondary,aide,8/1/26,,A
r19,,,p1,secondary,aide,,2026-6-1,A
r20,,,p1,secondary,aide,2026-08-01,2026-07-01,A
r21,,,p1,secondary,aide,,,A
r21,,,p1,secondary,aide,,,A
r22,gone,,p1,secondary,aide,,,A
r23,,soon,p1,secondary,aide,,,A
"""
DELIVERY_1_2 = {"orgs": ORGS[: ORGS.index(",,,Of no ID")], "users": USERS_1_2, "roles": ROLES}
WARNINGS = {
    "academicSessions.sourcedId.present": [",,,No ID"],
    "academicSessions.sourcedId.unique": ["TWICE,,,One", "TWICE,,,Two"],
    "academicSessions.title.present": ["UNTITLED"],
    "academicSessions.type.present": ["UNTYPED"],
    "academicSessions.type.known": ["TRIMESTER"],
    "academicSessions.startDate.present": ["STARTLESS"],
    "academicSessions.startDate.iso_date": ["SLASHES"],
    "academicSessions.endDate.present": ["ENDLESS"],
    "academicSessions.endDate.iso_date": ["THE-30TH"],
    "academicSessions.dates.order": ["BACKWARDS"],
    "academicSessions.schoolYear.present": ["YEARLESS"],
    "academicSessions.schoolYear.year": ["LONG-YEAR"],
    "academicSessions.schoolYear.end_year": ["EARLY-YEAR"],
    "academicSessions.parentSourcedId.known": ["ORPHAN"],
    "academicSessions.parentSourcedId.type_fits": ["UPSIDE"],
    "academicSessions.parentSourcedId.cycle": ["LOOP-A", "LOOP-B"],
    "academicSessions.dates.inside_parent": ["BEYOND"],
    "academicSessions.dates.overlap": ["G4"],
    "academicSessions.status.known": ["ODD"],
    "academicSessions.dateLastModified.iso_datetime": ["LATELY"],
    "orgs.sourcedId.present": [",,,Of no ID"],
    "orgs.sourcedId.unique": ["TWICE,,,One", "TWICE,,,Two"],
    "orgs.name.present": ["NAMELESS"],
    "orgs.type.present": ["UNTYPED"],
    "orgs.type.known": ["MOON"],
    "orgs.parentSourcedId.known": ["ORPHAN"],
    "orgs.parentSourcedId.type_fits": ["ANNEX", "CLUB", "REALM"],
    "orgs.parentSourcedId.cycle": ["SELF", "LOOP-A", "LOOP-B"],
    "orgs.status.known": ["ODD"],
    "orgs.dateLastModified.iso_datetime": ["LATELY"],
    "courses.sourcedId.present": [",,,,No ID"],
    "courses.sourcedId.unique": ["TWICE,,,,One", "TWICE,,,,Two"],
    "courses.title.present": ["UNTITLED"],
    "courses.orgSourcedId.present": ["ORGLESS"],
    "courses.orgSourcedId.known_org": ["LOST"],
    "courses.schoolYearSourcedId.known_term": ["LATE"],
    "courses.subjectCodes.parallel": ["UNEVEN"],
    "demographics.sourcedId.present": [",,,,female"],
    "demographics.sourcedId.unique": ["twin", "twin"],
    "demographics.sourcedId.known_user": ["stranger"],
    "demographics.birthDate.iso_date": ["us-date"],
    "demographics.birthDate.plausible": ["old-kg", "young-12", "unborn"],
    "demographics.sex.known": ["letter"],
    "demographics.americanIndianOrAlaskaNative.known": ["yes"],
    "demographics.hispanicOrLatinoEthnicity.known": ["last"],
    "users.enabledUser.known": ["s-2"],
    "users.userIds.form": ["s-5"],
    "users.orgSourcedIds.known_org": ["s-1"],
    "users.status.known": ["s-6"],
    "users.dateLastModified.iso_datetime": ["s-7"],
    "classes.courseSourcedId.known_course": ["course"],
    "classes.schoolSourcedId.known_org": ["school"],
    "classes.termSourcedIds.known_term": ["term", "half"],
    "classes.termSourcedIds.future": ["future"],
    "classes.classType.known": ["kind"],
    "classes.subjectCodes.parallel": ["uneven"],
    "enrollments.primary.known": ["e-4"],
    "enrollments.schoolSourcedId.known_org": ["e-3"],
    "enrollments.beginDate.iso_date": ["e-6"],
    "enrollments.endDate.iso_date": ["e-7"],
}
INFOS = {
    "academicSessions.status.known": ["OLD"],
    "academicSessions.dateLastModified.iso_datetime": ["BRIEF"],
    "academicSessions.status.bulk": [None],
    "orgs.status.known": ["OLD"],
    "orgs.dateLastModified.iso_datetime": ["BRIEF"],
    "orgs.status.bulk": [None],
    "demographics.flags.form": ["capital"],
    "users.enabledUser.form": ["s-3"],
    "users.status.bulk": [None],
    "enrollments.primary.form": ["e-5"],
}
WARNINGS_1_2 = {
    "roles.sourcedId.present": [",,,p9"],
    "roles.sourcedId.unique": ["r21", "r21"],
    "roles.userSourcedId.present": ["r14"],
    "roles.userSourcedId.known_user": ["r13"],
    "roles.roleType.present": ["r15"],
    "roles.roleType.known": ["r9"],
    "roles.roleType.one_primary": ["r6", "r7"],
    "roles.role.present": ["r16"],
    "roles.orgSourcedId.present": ["r17"],
    "roles.orgSourcedId.known_org": ["r12"],
    "roles.beginDate.iso_date": ["r18"],
    "roles.endDate.iso_date": ["r19"],
    "roles.dates.order": ["r20"],
    "roles.status.known": ["r22"],
    "roles.dateLastModified.iso_datetime": ["r23"],
    "users.primaryOrgSourcedId.known_org": ["p9"],
}
#: Connect's own file depends on the role that a person has first.
CRITICALS_1_2 = {"roles.role.known": ["r10", "r11"]}
INFOS_1_2 = {"roles.roleType.one_primary": ["r4"], "roles.status.bulk": [None]}


def write(folder, texts):
    folder.mkdir(exist_ok=True)
    for table, text in texts.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


def line_of(text, start, taken=()):
    lines = text.splitlines()
    wanted = start if "," in start else start + ","
    return next(i for i, row in enumerate(lines, 1) if i > 1 and i not in taken and row.startswith(wanted))


def planted(expected, texts, severity):
    """(code, severity, line) of everything planted; None stands for a table as a whole."""
    found = set()
    for code, starts in expected.items():
        taken: list[int] = []
        for start in starts:
            if start is not None:
                taken.append(line_of(texts[code.partition(".")[0]], start, taken))
            found.add((code, severity, taken[-1] if start is not None else None))
    return found


def listed(findings):
    table = findings.table()
    return {
        (row.code, row.severity, None if pd.isna(row.line) else int(row.line)) for row in table.itertuples(index=False)
    }

"""A clean delivery, and what became of the lines of a file."""

from __future__ import annotations

USERS = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
identifier,email,sms,phone,agentSourcedIds,grades,password
t1,,,true,org1,teacher,jlee,,Jordan,Lee,,T100,jordan.lee@lincoln.example.org,,,,,
s1,,,true,org1,student,asmith,,Avery,Smith,,S2001,avery.smith@students.example.org,,,p1,07,
s2,,,true,org1,student,bjones,,Blake,Jones,,S2002,,,,p1,07,
p1,,,true,org1,parent,csmith,,Casey,Smith,,,casey.smith@example.com,,,,,
"""
CLASSES = """\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
termSourcedIds,subjects,subjectCodes,periods
k1,,,Math 7 - Period 3,07,c1,MATH7-3,scheduled,Room 12,org1,fall26,Mathematics,,3
"""
ENROLLMENTS = """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e1,,,k1,org1,t1,teacher,true,,
e2,,,k1,org1,s1,student,,,
e3,,,k1,org1,s2,student,,,
"""
ORGS = """\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
org1,,,Lincoln Middle School,school,LMS,dist1
dist1,,,Springfield USD,district,,
"""
CLEAN = {"users": USERS, "classes": CLASSES, "enrollments": ENROLLMENTS, "orgs": ORGS}
HEADER = USERS.splitlines()[0]
PEOPLE = ["t1", "s1", "s2", "p1"]


def ids(roster, table="users"):
    return roster.frame(table)["sourcedId"].tolist()


def accounted(roster, table, text):
    """Whether every line of a file that is not blank was read, refused, set aside, or is the header."""
    info = roster.info[table]
    return info.rows + info.refused + info.aside + 1 == len([line for line in text.splitlines() if line.strip()])


def rows_of(text, change):
    """A file with its rows changed and its header left alone."""
    header, *rows = text.splitlines()
    return "\n".join([header, *map(change, rows)]) + "\n"

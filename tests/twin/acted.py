"""Two small districts on Connect, and what is looked at after an action."""

from __future__ import annotations

import pandas as pd

FILES = {
    "schools": "connectSchoolId,name,schoolId\nS1,North School,010\nS2,South School,020\nS3,East School,\n",
    "classrooms": "connectClassroomId,connectSchoolId,title,grades,classId,archived\n"
    "R1,S1,Reading,03,c-1,false\nR2,S1,Homeroom,,,false\nR3,S2,Art,,c-1,false\nR4,S2,Music,,,true\n",
    "students": "connectStudentId,connectSchoolId,givenName,familyName,grade,email,studentId,archived\n"
    "P1,S1,Ada,Brook,03,,00017,false\nP2,S1,Zoë,Castle,KG,,,false\nP3,S2,Lia,Dunn,,,00019,false\nP4,S2,Ben,Oak,,,,true\n",
    "guardians": "connectUserId,givenName,familyName,email,sms,phone,guardianId,connectStudentIds\n"
    'U1,Ivo,Brook,ivo@home.example,,,G1,"P1,P2"\nU2,Eva,Dunn,eva@home.example,,,,P3\n',
}
PAIRED = {
    **FILES,
    "staff": "connectUserId,connectSchoolIds,givenName,familyName,email,sms,role,staffId\n"
    'A1,"S1,S2",Eve,Ito,eve@school.example,,teacher,T1\n',
    "enrollments": "connectClassroomId,connectUserId,role\n"
    "R1,P1,student\nR1,A1,teacher\nR2,P1,student\nR3,P3,student\nR3,A1,teacher\n",
}


def rows(frame):
    return [tuple(None if pd.isna(value) else value for value in row) for row in frame.itertuples(index=False)]


def archived(twin, table="students"):
    found = twin.table(table)
    return found.loc[found["archived"], found.columns[0]].tolist()

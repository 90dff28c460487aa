"""The catalogue's rules written a second time, to compare what they find with truth.csv.

Each select returns the lines of the failing rows. The tables are those of a delivery, every value text;
``live`` is users without the rows that are to be deleted, ``schools`` the workspace's.
"""

# ruff: noqa: E501  # one rule reads best as one statement

GUARDIAN = "role IN ('guardian', 'parent', 'relative')"
STAFF = "role IN ('teacher', 'aide', 'proctor', 'administrator')"
ROLE = f"(role = 'student' OR {GUARDIAN} OR {STAFF})"
GRADE = "grades IN ('KG', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12')"
ADDRESS = "'[^@ ]+@[^@ ]+\\.[a-z]+'"
NUMBER = "'\\+1\\d{10}'"
KNOWN_SCHOOL = '{} IN (SELECT "schoolId" FROM schools)'
PADDED_SCHOOL = "lpad({}, 4, '0') IN (SELECT \"schoolId\" FROM schools)"
SCHOOL = '"schoolSourcedId"'
UNNEST = "unnest(string_split(\"agentSourcedIds\", ',')) AS agent"


STRANGERS = (
    'SELECT c.line FROM classes c JOIN enrollments e ON e."classSourcedId" = c."sourcedId" '
    'JOIN users u ON u."sourcedId" = e."userSourcedId" WHERE u.role = \'student\' '
    "GROUP BY c.line HAVING count(*) FILTER (NOT list_contains("
    'string_split(u."orgSourcedIds", \',\'), c."schoolSourcedId")) > count(*) / 2'
)
QUOTED = 'regexp_matches(e."classSourcedId" || e."userSourcedId", \'[\'\'"]\')'


def shared(column):
    return (
        f"SELECT line FROM live WHERE {column} IN (SELECT {column} FROM live GROUP BY {column} "
        "HAVING count(DISTINCT (coalesce(\"givenName\", ''), coalesce(\"familyName\", ''))) > 1)"
    )


def repeated(table, *columns):
    keys = ", ".join(f'"{column}"' for column in columns)
    return f'SELECT line FROM {table} WHERE "{columns[0]}" IS NOT NULL QUALIFY count(*) OVER (PARTITION BY {keys}) > 1'


def members(condition):
    return (
        'SELECT c.line FROM classes c LEFT JOIN (SELECT "classSourcedId" AS id, '
        "count(*) FILTER (role = 'student') AS students, count(*) FILTER (role <> 'student') "
        f'AS staff FROM enrollments GROUP BY id) e ON e.id = c."sourcedId" '
        f'WHERE c."sourcedId" IS NOT NULL AND ({condition})'
    )


def seats(condition):
    return (
        'SELECT e.line FROM enrollments e LEFT JOIN classes c ON c."sourcedId" = '
        'e."classSourcedId" LEFT JOIN users u ON u."sourcedId" = e."userSourcedId" '
        f"WHERE {condition}"
    )


# What only a table with the columns shows; rules about one school's file have their own test.
RULES = {
    "users.sourcedId.present": 'SELECT line FROM users WHERE "sourcedId" IS NULL',
    "users.sourcedId.unique": repeated("users", "sourcedId"),
    "users.sourcedId.unique_ignoring_form":
        "SELECT line FROM users QUALIFY count(DISTINCT \"sourcedId\") OVER "
        "(PARTITION BY upper(ltrim(trim(\"sourcedId\"), '0'))) > 1",
    "users.sourcedId.characters":
        "SELECT line FROM users WHERE NOT regexp_full_match(\"sourcedId\", "
        "'[0-9A-Za-z./@_-]{1,255}|1\\.23E\\+11')",
    "users.sourcedId.scientific":
        "SELECT line FROM users WHERE regexp_full_match(\"sourcedId\", '\\d\\.\\d+E\\+\\d+|\\d+\\.0')",
    "users.sourcedId.leading_zero_lost":
        "SELECT line FROM users WHERE role = 'student' AND length(\"sourcedId\") < 8",
    "users.orgSourcedIds.present": 'SELECT line FROM users WHERE "orgSourcedIds" IS NULL',
    "users.orgSourcedIds.known_school":
        "SELECT line FROM (SELECT line, unnest(string_split(\"orgSourcedIds\", ',')) AS o "
        f"FROM users) WHERE NOT {PADDED_SCHOOL.format('o')} AND o <> 'DISTRICT-1'",
    "users.orgSourcedIds.district_org": "SELECT line FROM users WHERE \"orgSourcedIds\" = 'DISTRICT-1'",
    "users.orgSourcedIds.leading_zero_lost":
        "SELECT line FROM (SELECT line, unnest(string_split(\"orgSourcedIds\", ',')) AS o "
        f"FROM users) WHERE {PADDED_SCHOOL.format('o')} AND NOT {KNOWN_SCHOOL.format('o')}",
    "users.role.known":
        "SELECT line FROM users WHERE role IS NULL OR "
        f"NOT {ROLE.replace('role', 'lower(trim(role))')}",
    "users.role.form":
        f"SELECT line FROM users WHERE {ROLE.replace('role', 'lower(trim(role))')} AND NOT {ROLE}",
    "users.givenName.present": 'SELECT line FROM users WHERE "givenName" IS NULL',
    "users.familyName.present": 'SELECT line FROM users WHERE "familyName" IS NULL',
    "users.names.placeholder":
        "SELECT line FROM users WHERE lower(\"givenName\") = 'unknown' "
        "OR lower(\"familyName\") = 'do not use'",
    "users.names.shouting":
        "SELECT line FROM users WHERE \"givenName\" || \"familyName\" IN "
        "(upper(\"givenName\" || \"familyName\"), lower(\"givenName\" || \"familyName\"))",
    "users.names.blanks":
        "SELECT line FROM users WHERE regexp_matches(\"givenName\", '^ | $|  ') "
        "OR regexp_matches(\"familyName\", '^ | $|  ')",
    "users.email.format": f"SELECT line FROM live WHERE NOT regexp_full_match(email, {ADDRESS})",
    "users.email.placeholder":
        "SELECT line FROM live WHERE regexp_matches(email, '^(noemail|none|test)@')",
    "users.email.shared_between_people": shared("email"),
    "users.sms.shared_between_people": shared("sms"),
    "users.sms.format": f"SELECT line FROM live WHERE NOT regexp_full_match(sms, {NUMBER})",
    "users.sms.in_phone_column":
        f"SELECT line FROM live WHERE {GUARDIAN} AND sms IS NULL AND phone IS NOT NULL",
    "users.guardian.no_contact":
        f"SELECT line FROM live WHERE {GUARDIAN} AND email IS NULL AND sms IS NULL",
    "users.guardian.no_student":
        f"SELECT line FROM live WHERE {GUARDIAN} AND \"sourcedId\" NOT IN "
        f"(SELECT agent FROM (SELECT {UNNEST} FROM users WHERE role = 'student'))",
    "users.guardian.is_student":
        f"SELECT a.line FROM (SELECT line, {UNNEST} FROM users) a JOIN users u "
        f"ON u.\"sourcedId\" = a.agent WHERE u.role = 'student' OR u.{STAFF}",
    "users.agentSourcedIds.known":
        f"SELECT line FROM (SELECT line, {UNNEST} FROM users) WHERE agent NOT IN "
        '(SELECT "sourcedId" FROM users WHERE "sourcedId" IS NOT NULL)',
    "users.agentSourcedIds.at_most_six":
        f"SELECT line FROM (SELECT line, {UNNEST} FROM users) GROUP BY line "
        "HAVING count(DISTINCT agent) > 6",
    "users.agentSourcedIds.repeated":
        f"SELECT line FROM (SELECT line, {UNNEST} FROM users) GROUP BY line "
        "HAVING count(DISTINCT agent) < count(*)",
    "users.agentSourcedIds.on_student_only":
        "SELECT line FROM users WHERE \"agentSourcedIds\" IS NOT NULL AND role <> 'student'",
    "users.student.no_guardian":
        "SELECT line FROM users WHERE role = 'student' AND \"agentSourcedIds\" IS NULL",
    "users.grades.known":
        f"SELECT line FROM users WHERE role = 'student' AND NOT {GRADE} AND "
        "NOT regexp_full_match(grades, '\\d|Grade \\d+')",
    "users.grades.form":
        "SELECT line FROM users WHERE role = 'student' "
        "AND regexp_full_match(grades, '\\d|Grade \\d+')",
    "users.person.multiple_roles_mismatch":
        "SELECT a.line FROM live a JOIN live b ON a.\"givenName\" = b.\"givenName\" AND "
        'a."familyName" = b."familyName" AND (a.email = b.email OR a.sms = b.sms) AND '
        "a.role <> b.role AND (coalesce(a.email, ''), coalesce(a.sms, ''), "
        "coalesce(a.phone, '')) <> (coalesce(b.email, ''), coalesce(b.sms, ''), "
        "coalesce(b.phone, ''))",
    "users.person.repeated_row":
        "SELECT a.line FROM live a JOIN live b ON a.line <> b.line AND a.role = b.role AND "
        'a."givenName" = b."givenName" AND a."familyName" = b."familyName" '
        "AND (a.email = b.email OR a.sms = b.sms OR a.phone = b.phone)",
    "classes.sourcedId.present": 'SELECT line FROM classes WHERE "sourcedId" IS NULL',
    "classes.sourcedId.unique": repeated("classes", "sourcedId"),
    "classes.sourcedId.characters":
        "SELECT line FROM classes WHERE NOT regexp_full_match(\"sourcedId\", '[0-9A-Za-z./@_-]+|1\\.04E\\+11')",
    "classes.sourcedId.scientific":
        "SELECT line FROM classes WHERE regexp_matches(\"sourcedId\", 'E\\+|\\.0$')",
    "classes.title.present": "SELECT line FROM classes WHERE title IS NULL",
    "classes.title.repeated_in_school":
        repeated("classes", "title", "schoolSourcedId", "periods"),
    "classes.grades.present": "SELECT line FROM classes WHERE grades IS NULL",
    "classes.grades.known": f"SELECT line FROM classes WHERE NOT {GRADE}",
    "classes.schoolSourcedId.present": 'SELECT line FROM classes WHERE "schoolSourcedId" IS NULL',
    "classes.schoolSourcedId.known_school":
        f"SELECT line FROM classes WHERE NOT {PADDED_SCHOOL.format(SCHOOL)}",
    "classes.schoolSourcedId.leading_zero_lost":
        f"SELECT line FROM classes WHERE {PADDED_SCHOOL.format(SCHOOL)} "
        f"AND NOT {KNOWN_SCHOOL.format(SCHOOL)}",
    "classes.enrollment.no_student": members("coalesce(students, 0) = 0"),
    "classes.enrollment.no_teacher": members("coalesce(staff, 0) = 0"),
    "classes.enrollment.size": members("students = 1 OR students > 60"),
    "classes.school.differs_from_members": STRANGERS,
    "enrollments.classSourcedId.present": seats('e."classSourcedId" IS NULL'),
    "enrollments.classSourcedId.known_class":
        seats(f'e."classSourcedId" IS NOT NULL AND c.line IS NULL AND NOT {QUOTED} AND '
              "lpad(e.\"classSourcedId\", 9, '0') NOT IN "
              '(SELECT "sourcedId" FROM classes WHERE "sourcedId" IS NOT NULL)'),
    "enrollments.classSourcedId.leading_zero_lost":
        seats("c.line IS NULL AND lpad(e.\"classSourcedId\", 9, '0') IN "
              '(SELECT "sourcedId" FROM classes)'),
    "enrollments.userSourcedId.present": seats('e."userSourcedId" IS NULL'),
    "enrollments.userSourcedId.known_user":
        seats(f'e."userSourcedId" IS NOT NULL AND u.line IS NULL AND NOT {QUOTED} AND '
              "lpad(e.\"userSourcedId\", 8, '0') NOT IN "
              '(SELECT "sourcedId" FROM users WHERE "sourcedId" IS NOT NULL)'),
    "enrollments.userSourcedId.leading_zero_lost":
        seats("u.line IS NULL AND lpad(e.\"userSourcedId\", 8, '0') IN "
              '(SELECT "sourcedId" FROM users)'),
    "enrollments.schoolSourcedId.present": seats('e."schoolSourcedId" IS NULL'),
    "enrollments.schoolSourcedId.known_school":
        seats(f"NOT {KNOWN_SCHOOL.format('e.' + SCHOOL)}"),
    "enrollments.schoolSourcedId.same_as_class":
        seats("e.\"schoolSourcedId\" <> c.\"schoolSourcedId\""),
    # A class of strangers is one cause, and has a rule of its own.
    "enrollments.schoolSourcedId.user_belongs":
        seats("NOT list_contains(string_split(u.\"orgSourcedIds\", ','), e.\"schoolSourcedId\") "
              f"AND {KNOWN_SCHOOL.format('e.' + SCHOOL)} AND c.line NOT IN ({STRANGERS})"),
    "enrollments.role.known":
        seats("lower(e.role) NOT IN ('student', 'teacher', 'aide', 'proctor', 'administrator', "
              "'guardian', 'parent', 'relative')"),
    "enrollments.role.form": seats("e.role <> lower(trim(e.role))"),
    "enrollments.role.guardian": seats(f"u.{GUARDIAN} OR e.{GUARDIAN}"),
    "enrollments.role.same_as_user":
        seats(f"(u.{STAFF} AND e.role = 'student') OR (u.role = 'student' AND e.{STAFF})"),
    "enrollments.pair.unique": repeated("enrollments", "classSourcedId", "userSourcedId"),
    "enrollments.student.none":
        "SELECT line FROM users WHERE role = 'student' AND \"sourcedId\" NOT IN "
        '(SELECT "userSourcedId" FROM enrollments WHERE "userSourcedId" IS NOT NULL)',
    "enrollments.teacher.none":
        "SELECT line FROM users WHERE role = 'teacher' AND \"sourcedId\" NOT IN "
        '(SELECT "userSourcedId" FROM enrollments WHERE "userSourcedId" IS NOT NULL)',
    "enrollments.student.many":
        'SELECT u.line FROM users u JOIN enrollments e ON e."userSourcedId" = u."sourcedId" '
        "WHERE u.role = 'student' GROUP BY u.line HAVING count(*) > 15",
    "enrollments.values.quotes":
        "SELECT line FROM enrollments WHERE regexp_matches("
        "\"classSourcedId\" || \"userSourcedId\" || coalesce(\"schoolSourcedId\", ''), '[''\"]')",
    "guardians.studentSourcedId.present":
        'SELECT line FROM guardians WHERE "studentSourcedId" IS NULL',
    "guardians.studentSourcedId.known_student":
        'SELECT line FROM guardians WHERE "studentSourcedId" NOT IN '
        "(SELECT \"sourcedId\" FROM users WHERE role = 'student')",
    "guardians.givenName.present": 'SELECT line FROM guardians WHERE "givenName" IS NULL',
    "guardians.familyName.present": 'SELECT line FROM guardians WHERE "familyName" IS NULL',
    "guardians.contact.present": "SELECT line FROM guardians WHERE email IS NULL AND sms IS NULL",
    "guardians.email.format":
        f"SELECT line FROM guardians WHERE NOT regexp_full_match(email, {ADDRESS})",
    "guardians.sms.format":
        f"SELECT line FROM guardians WHERE NOT regexp_full_match(sms, {NUMBER})",
    "guardians.student.at_most_six":
        'SELECT line FROM guardians WHERE "studentSourcedId" IS NOT NULL '
        'QUALIFY count(*) OVER (PARTITION BY "studentSourcedId") > 6',
    "guardians.pair.unique": repeated("guardians", "studentSourcedId", "guardianSourcedId"),
    "guardians.language.known":
        "SELECT line FROM guardians WHERE language NOT IN ('en', 'es', 'zh', 'fr', 'de')",
    "student_attributes.studentSourcedId.present":
        'SELECT line FROM student_attributes WHERE "studentSourcedId" IS NULL',
    "student_attributes.studentSourcedId.known_student":
        'SELECT line FROM student_attributes WHERE "studentSourcedId" NOT IN '
        "(SELECT \"sourcedId\" FROM users WHERE role = 'student')",
    "student_attributes.studentSourcedId.unique": repeated("student_attributes", "studentSourcedId"),
    "enrollments.dates.past":
        "SELECT line FROM enrollments WHERE \"endDate\" < '2026-10-01' OR \"beginDate\" > \"endDate\"",
    "users.status.tobedeleted": "SELECT line FROM users WHERE status = 'tobedeleted'",
    "file.nul_or_control":
        "SELECT line FROM classes WHERE regexp_matches(location, '[\\x07\\x{A0}\\x{200B}]')",
}  # fmt: skip


def no_org(table, column):
    return (
        f"SELECT line FROM (SELECT line, unnest(string_split(\"{column}\", ',')) AS o "
        f'FROM "{table}") WHERE o NOT IN (SELECT "sourcedId" FROM orgs WHERE "sourcedId" IS NOT NULL)'
    )


def blank(table, column):
    return f'SELECT line FROM "{table}" WHERE "{column}" IS NULL'


# About the files that only a OneRoster package has.
FURTHER_RULES = {
    "users.orgSourcedIds.known_org": no_org("users", "orgSourcedIds"),
    "classes.schoolSourcedId.known_org": no_org("classes", "schoolSourcedId"),
    "enrollments.schoolSourcedId.known_org": no_org("enrollments", "schoolSourcedId"),
    "courses.orgSourcedId.known_org": no_org("courses", "orgSourcedId"),
    "orgs.sourcedId.present": blank("orgs", "sourcedId"),
    "orgs.sourcedId.unique": repeated("orgs", "sourcedId"),
    "orgs.name.present": blank("orgs", "name"),
    "orgs.type.known": "SELECT line FROM orgs WHERE type NOT IN ('school', 'district')",
    "orgs.parentSourcedId.known": "SELECT line FROM orgs WHERE \"parentSourcedId\" <> 'DISTRICT-1'",
    "courses.sourcedId.present": blank("courses", "sourcedId"),
    "courses.sourcedId.unique": repeated("courses", "sourcedId"),
    "courses.title.present": blank("courses", "title"),
    "academicSessions.title.present": blank("academicSessions", "title"),
    "academicSessions.type.known": "SELECT line FROM \"academicSessions\" WHERE type NOT IN ('schoolYear', 'semester')",
    "academicSessions.dates.order": 'SELECT line FROM "academicSessions" WHERE "startDate" >= "endDate"',
    "academicSessions.schoolYear.end_year": 'SELECT line FROM "academicSessions" WHERE "schoolYear" <> left("endDate", 4)',
    "demographics.sourcedId.known_user": 'SELECT line FROM demographics WHERE "sourcedId" NOT IN (SELECT "sourcedId" FROM users WHERE "sourcedId" IS NOT NULL)',
    "demographics.sex.known": "SELECT line FROM demographics WHERE sex NOT IN ('female', 'male')",
    "demographics.birthDate.iso_date": "SELECT line FROM demographics WHERE NOT regexp_full_match(\"birthDate\", '\\d{4}-\\d{2}-\\d{2}')",
    "demographics.birthDate.plausible": "SELECT line FROM demographics WHERE try_cast(left(\"birthDate\", 4) AS INTEGER) < 2005",
    "classes.classType.known": "SELECT line FROM classes WHERE \"classType\" NOT IN ('homeroom', 'scheduled')",
    "classes.courseSourcedId.known_course": 'SELECT line FROM classes WHERE "courseSourcedId" NOT IN (SELECT "sourcedId" FROM courses WHERE "sourcedId" IS NOT NULL)',
}  # fmt: skip


def gone(columns, table, own, delivered):
    return f'SELECT {columns} FROM connect_{table} WHERE "{own}" IS NOT NULL AND "{own}" NOT IN (SELECT "sourcedId" FROM {delivered})'


# What stays behind on Connect: each select returns Connect's IDs of what the rule finds. connect_*: the workspace's tables.
LEFT_BEHIND = {
    "workspace.guardians.left_behind":
        'SELECT p FROM (SELECT g."guardianId", trim(unnest(string_split(g."connectStudentIds", \',\'))) AS p FROM connect_guardians g) k '
        'JOIN connect_students s ON s."connectStudentId" = k.p JOIN users u ON u."sourcedId" = s."studentId" '
        'WHERE NOT list_contains(string_split(coalesce(u."agentSourcedIds", \'\'), \',\'), k."guardianId")',
    "workspace.staff.left_behind": gone('"connectUserId"', "staff", "staffId", "users"),
    "workspace.students.left_behind": gone('"connectStudentId"', "students", "studentId", "users"),
    "workspace.classrooms.left_behind": gone('"connectClassroomId"', "classrooms", "classId", "classes"),
}  # fmt: skip


def swapped(table, own):
    return (
        f'SELECT u.line FROM users u JOIN connect_{table} w ON w."{own}" = u."sourcedId" '
        'WHERE w."givenName" = u."familyName" AND w."familyName" = u."givenName"'
    )


#: What Connect has otherwise than the delivery: lines of users.csv.
_OTHER_PERSON = (
    'SELECT u.line FROM users AS u JOIN connect_{table} AS c ON c."{own}" = u."sourcedId" '
    'WHERE c."givenName" <> u."givenName" AND c."familyName" <> u."familyName" '
    'AND (c."givenName" <> u."familyName" OR c."familyName" <> u."givenName")'
)
_OTHER_ID = (
    'SELECT u.line FROM users AS u JOIN connect_{table} AS c ON c."givenName" = u."givenName" '
    'AND c."familyName" = u."familyName" WHERE u."sourcedId" NOT IN (SELECT "{own}" FROM connect_{table} '
    'WHERE "{own}" IS NOT NULL) AND c."{own}" NOT IN (SELECT "sourcedId" FROM users)'
)
_OWN = {"students": "studentId", "staff": "staffId", "guardians": "guardianId"}
ON_CONNECT = {
    **{f"workspace.{table}.id_reused": _OTHER_PERSON.format(table=table, own=own) for table, own in _OWN.items()},
    **{f"workspace.{table}.id_changed": _OTHER_ID.format(table=table, own=own) for table, own in _OWN.items()},
    "workspace.students.on_connect_twice":
        'SELECT u.line FROM users AS u JOIN connect_students AS c ON c."givenName" = u."givenName" '
        'AND c."familyName" = u."familyName" WHERE c."studentId" IS NULL '
        'AND u."sourcedId" IN (SELECT "studentId" FROM connect_students)',
    "workspace.students.guardians_at_most_six":
        'SELECT u.line FROM users AS u JOIN connect_students AS c ON c."studentId" = u."sourcedId" WHERE (SELECT '
        'count(*) FROM connect_guardians AS g WHERE contains(g."connectStudentIds", c."connectStudentId")) + (SELECT '
        'count(*) FROM users AS g WHERE contains(u."agentSourcedIds", g."sourcedId") AND g."sourcedId" NOT IN '
        '(SELECT "guardianId" FROM connect_guardians WHERE "guardianId" IS NOT NULL)) > 6',
    "workspace.guardians.other_family":
        'SELECT u.line FROM users u JOIN connect_students s ON s."studentId" = u."sourcedId" '
        "WHERE EXISTS (FROM connect_guardians g WHERE contains(g.\"connectStudentIds\", s.\"connectStudentId\")) "
        "AND EXISTS (FROM connect_guardians g WHERE contains(',' || u.\"agentSourcedIds\" || ',', ',' || g.\"guardianId\" || ',')) "
        "AND NOT EXISTS (FROM connect_guardians g WHERE contains(g.\"connectStudentIds\", s.\"connectStudentId\") "
        "AND contains(',' || u.\"agentSourcedIds\" || ',', ',' || g.\"guardianId\" || ','))",
    "workspace.students.names_swapped": swapped("students", "studentId"),
    "workspace.staff.names_swapped": swapped("staff", "staffId"),
    "workspace.guardians.names_swapped": swapped("guardians", "guardianId"),
}  # fmt: skip

#: Lines of what only many of a school show; each select is of its own delivery, in which nothing else is planted.
OF_MANY = {
    "workspace.classrooms.title_of_another":
        'SELECT c.line FROM classes c JOIN connect_classrooms w ON w."classId" = c."sourcedId" WHERE w.title <> c.title',
    "enrollments.student.left_out": RULES["enrollments.student.none"],
    "workspace.staff.other_school":
        'SELECT DISTINCT u.line FROM users u JOIN enrollments e ON e."userSourcedId" = u."sourcedId" JOIN classes c ON c."sourcedId" = e."classSourcedId" '
        "WHERE e.role = 'teacher' AND NOT contains(u.\"orgSourcedIds\", c.\"schoolSourcedId\")",
}  # fmt: skip

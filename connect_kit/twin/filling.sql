-- A workspace's files, and what a twin exports beside them, into the tables of a new twin. The files have been checked (filling_checks.sql).

INSERT INTO schools SELECT connectSchoolId, name, schoolId FROM workspace_schools ORDER BY _line;

INSERT INTO classrooms
SELECT connectClassroomId, connectSchoolId, title, grades, classId, (archived IS NOT DISTINCT FROM 'true')
FROM workspace_classrooms ORDER BY _line;

INSERT INTO students
SELECT connectStudentId, givenName, familyName, grade, email, studentId, coalesce(i.sourcedId, studentId), (archived IS NOT DISTINCT FROM 'true')
FROM workspace_students AS s LEFT JOIN workspace_student_ids AS i USING (connectStudentId) ORDER BY s._line;

INSERT INTO student_schools
SELECT connectStudentId, connectSchoolId, 1 FROM workspace_students WHERE connectSchoolId IS NOT NULL
UNION ALL SELECT connectStudentId, connectSchoolId, place::INTEGER FROM workspace_student_schools;

INSERT INTO accounts
SELECT connectUserId, arg_min(givenName, rank), arg_min(familyName, rank), arg_min(email, rank), arg_min(sms, rank), arg_min(phone, rank), arg_min(language, rank)
FROM account_rows GROUP BY connectUserId ORDER BY min(rank);

INSERT INTO guardian_roles SELECT connectUserId, guardianId FROM workspace_guardians ORDER BY _line;

-- Roles as an upload stores them (S1, S18); another word stays what it is.
INSERT INTO staff_roles
SELECT connectUserId,
    CASE lower(coalesce(role, 'teacher')) WHEN 'teacher' THEN 'teacher' WHEN 'aide' THEN 'teacher' WHEN 'proctor' THEN 'teacher'
        WHEN 'administrator' THEN 'admin' WHEN 'admin' THEN 'admin' ELSE role END, staffId
FROM workspace_staff ORDER BY _line;

INSERT INTO staff_schools
WITH listed AS (
    SELECT connectUserId, string_split(connectSchoolIds, ',') AS parts FROM workspace_staff WHERE connectSchoolIds IS NOT NULL
), places AS (
    SELECT connectUserId, trim(unnest(parts)) AS connectSchoolId, unnest(range(1, len(parts) + 1))::INTEGER AS place FROM listed
), firsts AS (
    SELECT connectUserId, connectSchoolId, min(place) AS place FROM places WHERE connectSchoolId <> '' GROUP BY ALL
)
SELECT connectUserId, connectSchoolId, coalesce(s.place::INTEGER, f.place)
FROM firsts AS f FULL JOIN workspace_staff_schools AS s USING (connectUserId, connectSchoolId);

-- Unless the export says otherwise, a guardian and a student who both have a SIS ID were connected by the SIS (kit decision).
INSERT INTO relationships
WITH listed AS (
    SELECT DISTINCT connectUserId, trim(unnest(string_split(connectStudentIds, ','))) AS connectStudentId
    FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
), known AS (
    SELECT connectStudentId, connectUserId, true AS here FROM listed WHERE connectStudentId <> ''
)
SELECT connectStudentId, connectUserId, CASE WHEN r.managed IS NOT NULL THEN r.managed = 'true'
    ELSE connectStudentId IN (SELECT connectStudentId FROM students WHERE studentId IS NOT NULL)
        AND connectUserId IN (SELECT connectUserId FROM guardian_roles WHERE guardianId IS NOT NULL) END
FROM known FULL JOIN workspace_relationships AS r USING (connectStudentId, connectUserId);

INSERT INTO enrollments
SELECT DISTINCT connectClassroomId, e.connectUserId, CASE WHEN s.connectStudentId IS NULL THEN 'teacher' ELSE 'student' END
FROM workspace_enrollments AS e LEFT JOIN students AS s ON s.connectStudentId = e.connectUserId;

INSERT INTO attributes SELECT connectStudentId, name, value FROM workspace_student_attributes;

INSERT INTO history SELECT historyId, connectStudentId, kind, happened FROM workspace_history;

-- The IDs that the twin gives begin above every number there is, and never before those it has given already.
INSERT INTO counters
WITH ids AS (
    SELECT connectSchoolId AS id FROM schools UNION ALL SELECT connectClassroomId FROM classrooms
    UNION ALL SELECT connectStudentId FROM students UNION ALL SELECT connectUserId FROM accounts
), taken AS (
    SELECT left(id, 2) AS kind, max(CAST(substr(id, 3) AS BIGINT)) + 1 AS next FROM ids
    WHERE regexp_full_match(id, '(CC|CS|CU)[0-9]{1,17}') GROUP BY ALL
    UNION ALL SELECT kind, CAST(next AS BIGINT) FROM workspace_counters WHERE kind IN ('CC', 'CS', 'CU')
)
SELECT kind, coalesce(max(next), 1) FROM (VALUES ('CC'), ('CS'), ('CU')) AS kinds(kind) LEFT JOIN taken USING (kind) GROUP BY kind;

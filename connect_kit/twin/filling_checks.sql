-- What keeps a workspace from filling a twin: the first line of each kind. Columns: file, line, problem. IDs only.

CREATE TEMP TABLE account_rows AS
SELECT 'accounts' AS file, _line AS line, _line AS rank, connectUserId, givenName, familyName, email, sms, phone, language FROM workspace_accounts
UNION ALL SELECT 'guardians', _line, 1000000000000 + _line, connectUserId, givenName, familyName, email, sms, phone, NULL FROM workspace_guardians
UNION ALL SELECT 'staff', _line, 2000000000000 + _line, connectUserId, givenName, familyName, email, sms, NULL, NULL FROM workspace_staff;

CREATE TEMP TABLE own_ids AS
SELECT 'schools' AS file, _line AS line, 'connectSchoolId' AS col, connectSchoolId AS id FROM workspace_schools
UNION ALL SELECT 'classrooms', _line, 'connectClassroomId', connectClassroomId FROM workspace_classrooms
UNION ALL SELECT 'students', _line, 'connectStudentId', connectStudentId FROM workspace_students
UNION ALL SELECT file, line, 'connectUserId', connectUserId FROM account_rows;

CREATE TEMP TABLE sis_ids AS
SELECT 'schools' AS file, _line AS line, 'schoolId' AS col, NULL AS within, schoolId AS id FROM workspace_schools
UNION ALL SELECT 'classrooms', _line, 'classId', connectSchoolId, classId FROM workspace_classrooms
UNION ALL SELECT 'students', _line, 'studentId', NULL, studentId FROM workspace_students
UNION ALL SELECT 'guardians', _line, 'guardianId', NULL, guardianId FROM workspace_guardians
UNION ALL SELECT 'staff', _line, 'staffId', NULL, staffId FROM workspace_staff
UNION ALL SELECT 'guardians', _line, 'connectUserId', 'without guardianId', connectUserId FROM workspace_guardians WHERE guardianId IS NULL
UNION ALL SELECT 'staff', _line, 'connectUserId', 'without staffId', connectUserId FROM workspace_staff WHERE staffId IS NULL;

CREATE TEMP TABLE people AS
SELECT connectStudentId AS id FROM workspace_students UNION SELECT connectUserId FROM account_rows;

CREATE TEMP TABLE pointers AS
SELECT 'classrooms' AS file, _line AS line, 'connectSchoolId' AS col, connectSchoolId AS id, 'schools' AS target, true AS needed FROM workspace_classrooms
UNION ALL SELECT 'students', _line, 'connectSchoolId', connectSchoolId, 'schools', false FROM workspace_students
UNION ALL SELECT 'staff', _line, 'connectSchoolIds', trim(unnest(string_split(connectSchoolIds, ','))), 'schools', false FROM workspace_staff
UNION ALL SELECT 'guardians', _line, 'connectStudentIds', trim(unnest(string_split(connectStudentIds, ','))), 'students', false FROM workspace_guardians
UNION ALL SELECT 'enrollments', _line, 'connectClassroomId', connectClassroomId, 'classrooms', true FROM workspace_enrollments
UNION ALL SELECT 'enrollments', _line, 'connectUserId', connectUserId, 'people', true FROM workspace_enrollments
UNION ALL SELECT 'student_schools', _line, 'connectStudentId', connectStudentId, 'students', true FROM workspace_student_schools
UNION ALL SELECT 'student_schools', _line, 'connectSchoolId', connectSchoolId, 'schools', true FROM workspace_student_schools
UNION ALL SELECT 'staff_schools', _line, 'connectUserId', connectUserId, 'accounts', true FROM workspace_staff_schools
UNION ALL SELECT 'staff_schools', _line, 'connectSchoolId', connectSchoolId, 'schools', true FROM workspace_staff_schools
UNION ALL SELECT 'student_ids', _line, 'connectStudentId', connectStudentId, 'students', true FROM workspace_student_ids
UNION ALL SELECT 'relationships', _line, 'connectStudentId', connectStudentId, 'students', true FROM workspace_relationships
UNION ALL SELECT 'relationships', _line, 'connectUserId', connectUserId, 'accounts', true FROM workspace_relationships
UNION ALL SELECT 'student_attributes', _line, 'connectStudentId', connectStudentId, 'students', true FROM workspace_student_attributes
UNION ALL SELECT 'history', _line, 'connectStudentId', connectStudentId, 'students', true FROM workspace_history;

CREATE TEMP TABLE known AS
SELECT 'schools' AS target, connectSchoolId AS id FROM workspace_schools
UNION SELECT 'classrooms', connectClassroomId FROM workspace_classrooms
UNION SELECT 'students', connectStudentId FROM workspace_students
UNION SELECT 'accounts', connectUserId FROM account_rows
UNION SELECT 'people', id FROM people;

CREATE TEMP TABLE problems AS
WITH found AS (
    SELECT file, line, col || ' is blank' AS problem FROM own_ids WHERE id IS NULL
    UNION ALL
    SELECT file, line, col || ' ''' || id || ''' holds a comma, which separates the IDs of a list' FROM own_ids WHERE contains(id, ',')
    UNION ALL
    SELECT arg_max(file, line), max(line), any_value(col) || ' ''' || id || ''' is repeated' FROM own_ids
    WHERE file NOT IN ('guardians', 'staff') GROUP BY file, id HAVING count(*) > 1
    UNION ALL
    SELECT 'students', line, 'connectStudentId ''' || id || ''' is the connectUserId of an account too' FROM own_ids
    WHERE file = 'students' AND id IN (SELECT connectUserId FROM account_rows)
    UNION ALL
    SELECT any_value(file), max(line), col || ' ''' || id || ''' is repeated' || CASE WHEN within LIKE 'without%' THEN ' ' || within
        WHEN within IS NOT NULL THEN ' in school ''' || within || '''' ELSE '' END
    FROM sis_ids WHERE id IS NOT NULL GROUP BY file, col, within, id HAVING count(*) > 1
    UNION ALL
    SELECT arg_max(file, rank), arg_max(line, rank), 'connectUserId ''' || connectUserId || ''' has another name, email, sms or phone than on its other line'
    FROM account_rows GROUP BY connectUserId
    HAVING min(givenName) <> max(givenName) OR min(familyName) <> max(familyName) OR min(email) <> max(email) OR min(sms) <> max(sms) OR min(phone) <> max(phone)
    UNION ALL
    SELECT file, line, col || CASE WHEN p.id IS NULL THEN ' is blank' ELSE ' ''' || p.id || ''' is in no file of ' || CASE target WHEN 'people' THEN 'students, guardians or staff' ELSE target END END
    FROM pointers AS p ANTI JOIN known AS k ON k.target = p.target AND k.id = p.id
    WHERE CASE WHEN needed THEN true ELSE coalesce(p.id, '') <> '' END
    UNION ALL
    SELECT file, line, col || ' is ''' || coalesce(value, '') || '''; expected a whole number' FROM (
        SELECT 'student_schools' AS file, _line AS line, 'place' AS col, place AS value FROM workspace_student_schools
        UNION ALL SELECT 'staff_schools', _line, 'place', place FROM workspace_staff_schools
        UNION ALL SELECT 'counters', _line, 'next', next FROM workspace_counters
    ) WHERE NOT regexp_full_match(coalesce(value, ''), '[0-9]{1,9}')
)
SELECT * FROM found;

-- The rows of the files that an export writes: file_<name>.

CREATE TEMP VIEW file_schools AS SELECT connectSchoolId, name, schoolId FROM schools;

CREATE TEMP VIEW file_classrooms AS
SELECT connectClassroomId, connectSchoolId, title, grades, classId, archived::VARCHAR AS archived FROM classrooms;

CREATE TEMP VIEW file_students AS
SELECT s.connectStudentId, p.connectSchoolId, givenName, familyName, grade, email, studentId, archived::VARCHAR AS archived
FROM students AS s LEFT JOIN student_schools AS p ON p.connectStudentId = s.connectStudentId AND p.place = 1;

CREATE TEMP TABLE children_of AS
SELECT connectUserId, string_agg(connectStudentId, ',' ORDER BY connectStudentId) AS connectStudentIds
FROM relationships GROUP BY connectUserId;

CREATE TEMP VIEW file_guardians AS
SELECT connectUserId, givenName, familyName, email, sms, phone, guardianId, connectStudentIds
FROM guardian_roles JOIN accounts USING (connectUserId) LEFT JOIN children_of USING (connectUserId);

CREATE TEMP TABLE schools_of AS
SELECT connectUserId, string_agg(connectSchoolId, ',' ORDER BY place, connectSchoolId) AS connectSchoolIds
FROM staff_schools GROUP BY connectUserId;

CREATE TEMP VIEW file_staff AS
SELECT connectUserId, connectSchoolIds, givenName, familyName, email, sms, role, staffId
FROM staff_roles JOIN accounts USING (connectUserId) LEFT JOIN schools_of USING (connectUserId);

CREATE TEMP VIEW file_enrollments AS SELECT connectClassroomId, connectUserId, role FROM enrollments;

CREATE TEMP VIEW file_settings AS
SELECT name, value FROM settings UNION ALL SELECT name, value FROM meta WHERE name = 'district';

CREATE TEMP VIEW file_counters AS SELECT kind, next FROM counters;

CREATE TEMP VIEW file_student_schools AS SELECT connectStudentId, connectSchoolId, place FROM student_schools WHERE place <> 1;

CREATE TEMP VIEW file_student_ids AS
SELECT connectStudentId, sourcedId FROM students WHERE sourcedId IS DISTINCT FROM studentId;

-- Lines of guardians have no language, those of staff no home phone either.
CREATE TEMP VIEW file_accounts AS
SELECT connectUserId, givenName, familyName, email, sms, phone, language FROM accounts AS a
LEFT JOIN (SELECT DISTINCT connectUserId, true AS guardian FROM guardian_roles) USING (connectUserId)
LEFT JOIN (SELECT DISTINCT connectUserId, true AS staff FROM staff_roles) USING (connectUserId)
WHERE language IS NOT NULL OR (guardian IS NULL AND (staff IS NULL OR phone IS NOT NULL));

CREATE TEMP VIEW file_staff_schools AS
SELECT connectUserId, connectSchoolId, place
FROM (SELECT *, row_number() OVER (PARTITION BY connectUserId ORDER BY place, connectSchoolId) AS counted FROM staff_schools)
LEFT JOIN (SELECT DISTINCT connectUserId, true AS staff FROM staff_roles) USING (connectUserId)
WHERE staff IS NULL OR place <> counted;

CREATE TEMP VIEW file_relationships AS
SELECT connectStudentId, connectUserId, managed::VARCHAR AS managed
FROM relationships
LEFT JOIN (SELECT connectUserId, bool_or(guardianId IS NOT NULL) AS known FROM guardian_roles GROUP BY connectUserId) USING (connectUserId)
LEFT JOIN (SELECT connectStudentId, studentId IS NOT NULL AS of_sis FROM students) USING (connectStudentId)
WHERE known IS NULL OR managed <> (known AND of_sis);

CREATE TEMP VIEW file_student_attributes AS SELECT connectStudentId, name, value FROM attributes;

CREATE TEMP VIEW file_history AS SELECT historyId, connectStudentId, kind, happened FROM history;

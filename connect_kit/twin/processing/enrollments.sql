-- Enrollments with what they point at: a classroom by class ID within the school, a student or staff by SIS ID (S3).
-- An ID that is both a student's and a member of staff's is the student's (kit decision). {within}, {same_school}: at
-- school level the school's own classrooms count, at district level those of the row's school.

CREATE TEMP TABLE class_at AS
SELECT c.classId, s.schoolId, min(c.connectClassroomId) AS classroom
FROM classrooms AS c JOIN schools AS s ON s.connectSchoolId = c.connectSchoolId
WHERE c.classId IS NOT NULL AND {within} GROUP BY c.classId, s.schoolId;

CREATE TEMP TABLE enrollable AS
SELECT coalesce(s.sourcedId, t.staffId) AS id, s.connectStudentId AS student, t.connectUserId AS staff
FROM (SELECT sourcedId, connectStudentId FROM students WHERE sourcedId IS NOT NULL) AS s
FULL JOIN (SELECT staffId, connectUserId FROM staff_roles WHERE staffId IS NOT NULL) AS t ON t.staffId = s.sourcedId;

CREATE TEMP TABLE enrolled AS
SELECT g._line, c.classroom, coalesce(p.student, p.staff) AS person, p.student IS NOT NULL AS is_student
FROM given AS g
LEFT JOIN class_at AS c ON c.classId = g.classSourcedId AND {same_school}
LEFT JOIN enrollable AS p ON p.id = g.userSourcedId;

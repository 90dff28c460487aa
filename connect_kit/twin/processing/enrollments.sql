-- Enrollments with what they point at: a classroom by class ID within the school, a student or staff by SIS ID (S3).
-- Where an ID is both a student's and a member of staff's, the row's role decides (kit decision). {within}, {same_school}:
-- at school level the school's own classrooms count, at district level those of the row's school.

CREATE TEMP TABLE class_at AS
SELECT c.classId, s.schoolId, min(c.connectClassroomId) AS classroom
FROM classrooms AS c JOIN schools AS s ON s.connectSchoolId = c.connectSchoolId
WHERE c.classId IS NOT NULL AND {within} GROUP BY c.classId, s.schoolId;

CREATE TEMP TABLE enrollable AS
SELECT coalesce(s.sourcedId, t.staffId) AS id, s.connectStudentId AS student, t.connectUserId AS staff
FROM (SELECT sourcedId, connectStudentId FROM students WHERE sourcedId IS NOT NULL) AS s
FULL JOIN (SELECT staffId, connectUserId FROM staff_roles WHERE staffId IS NOT NULL) AS t ON t.staffId = s.sourcedId;

CREATE TEMP TABLE enrolled AS
SELECT g._line, c.classroom, p.student IS NOT NULL AND
        CASE WHEN p.staff IS NULL THEN true ELSE g._kind NOT IN ('teacher', 'administrator') END AS is_student,
    CASE WHEN is_student THEN p.student ELSE p.staff END AS person
FROM given AS g
LEFT JOIN class_at AS c ON c.classId = g.classSourcedId AND {same_school}
LEFT JOIN enrollable AS p ON p.id = g.userSourcedId;

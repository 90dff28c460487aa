-- What a nightly sync would archive (S20): records under the SIS that none of the files holds. incoming: what, id, and
-- {scope}: the schools whose records count (a list of connectSchoolId; all at district level).

CREATE TEMP TABLE managed AS
SELECT 'students' AS what, sourcedId AS id FROM students AS s
WHERE sourcedId IS NOT NULL AND NOT archived
    AND CASE WHEN {district} THEN true ELSE connectStudentId IN (SELECT connectStudentId FROM student_schools WHERE {scope}) END
UNION ALL
SELECT 'guardians', guardianId FROM guardian_roles
WHERE guardianId IS NOT NULL AND CASE WHEN {district} THEN true ELSE connectUserId IN (
    SELECT r.connectUserId FROM relationships AS r JOIN student_schools AS s ON s.connectStudentId = r.connectStudentId WHERE {scope}) END
UNION ALL
SELECT 'staff', staffId FROM staff_roles
WHERE staffId IS NOT NULL AND CASE WHEN {district} THEN true ELSE connectUserId IN (SELECT connectUserId FROM staff_schools WHERE {scope}) END
UNION ALL
SELECT 'classrooms', connectSchoolId || ' ' || classId FROM classrooms
WHERE classId IS NOT NULL AND NOT archived AND ({district} OR {scope});

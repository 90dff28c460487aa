-- Who is at which school before the file changes anything, so that nobody is removed uncounted (decision 29): staff under the
-- SIS, and its children who are at several schools.

CREATE TEMP TABLE staff_before AS
SELECT s.connectUserId AS account, s.connectSchoolId AS school, r.staffId AS id
FROM staff_schools AS s JOIN staff_roles AS r ON r.connectUserId = s.connectUserId WHERE r.staffId IS NOT NULL;

CREATE TEMP TABLE pupils_before AS
SELECT s.connectSchoolId AS school, count(*) AS pupils FROM student_schools AS s JOIN students AS p ON p.connectStudentId = s.connectStudentId
WHERE p.studentId IS NOT NULL AND NOT p.archived GROUP BY s.connectSchoolId;

CREATE TEMP TABLE children_before AS
SELECT s.connectStudentId AS student, p.studentId AS id, s.connectSchoolId AS school FROM student_schools AS s JOIN students AS p ON p.connectStudentId = s.connectStudentId
WHERE p.studentId IS NOT NULL AND NOT p.archived QUALIFY count(*) OVER (PARTITION BY s.connectStudentId) > 1;

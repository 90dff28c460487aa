-- What Abandon would disconnect, as far as an exported workspace shows it: relationships of guardians with SIS ID and
-- students with SIS ID (what uploads made) that no row of the prepared guardians.csv names. Makes disconnections by school.
-- Table abandoned (student, account) is there, and gets these relationships.
-- sent: student, guardian, givenName, familyName, email, sms. scope: the schools whose students count, all where it is empty.

CREATE TABLE connected AS
SELECT DISTINCT s.connectStudentId AS student, s.studentId AS student_id, g.connectUserId AS account, s.connectSchoolId AS school
FROM (SELECT connectUserId, trim(unnest(string_split(connectStudentIds, ','))) AS student
    FROM workspace_guardians WHERE guardianId IS NOT NULL AND connectStudentIds IS NOT NULL) AS g
JOIN workspace_students AS s ON s.connectStudentId = g.student
WHERE s.studentId IS NOT NULL AND (s.connectSchoolId IN (SELECT school FROM scope) OR NOT EXISTS (FROM scope));

CREATE TABLE named AS
SELECT n.student, g.connectUserId AS account FROM sent AS n JOIN workspace_guardians AS g ON g.guardianId = n.guardian
UNION
SELECT n.student, g.connectUserId FROM sent AS n JOIN workspace_guardians AS g
    ON g.givenName = n.givenName AND g.familyName = n.familyName
    AND coalesce(g.email, '') = coalesce(n.email, '') AND coalesce(g.sms, '') = coalesce(n.sms, '');

CREATE TABLE disconnections AS
SELECT coalesce(c.school, '') AS school, count(*) FILTER (n.student IS NULL) AS relationships,
    count(DISTINCT c.student) FILTER (n.student IS NULL) AS children, count(*) AS connected,
    coalesce(any_value(s.schoolId), '') AS schoolId
FROM connected AS c LEFT JOIN named AS n ON n.student = c.student_id AND n.account = c.account
LEFT JOIN workspace_schools AS s ON s.connectSchoolId = c.school
GROUP BY 1 HAVING count(*) FILTER (n.student IS NULL) > 0;

INSERT INTO abandoned
SELECT c.student, c.account FROM connected AS c ANTI JOIN named AS n ON n.student = c.student_id AND n.account = c.account;

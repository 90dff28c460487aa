-- Abandon (decision 20): relationships that an upload made and that the file no longer names. Those of rows that were
-- refused stay, where it is known whose they are. Makes disconnected, one row a relationship, and disconnections by school.

CREATE TEMP TABLE spared AS
WITH lost AS (
    SELECT s.connectStudentId AS student, g.guardianSourcedId AS id, g.givenName, g.familyName, g.email, g.sms
    FROM refused AS x JOIN given AS g ON g._line = x._line JOIN students AS s ON s.sourcedId = g.studentSourcedId
)
SELECT l.student, r.connectUserId AS account FROM lost AS l JOIN guardian_roles AS r ON r.guardianId = l.id
UNION
SELECT l.student, a.connectUserId FROM lost AS l
JOIN accounts AS a ON a.givenName = l.givenName AND a.familyName = l.familyName
    AND coalesce(a.email, '') = coalesce(l.email, '') AND coalesce(a.sms, '') = coalesce(l.sms, '');

CREATE TEMP TABLE abandoned AS
SELECT b.student, b.account, b.school FROM connected_before AS b
SEMI JOIN relationships AS r ON r.connectStudentId = b.student AND r.connectUserId = b.account
ANTI JOIN named AS n ON n.student = b.student AND n.account = b.account
ANTI JOIN spared AS p ON p.student = b.student AND p.account = b.account;

DELETE FROM relationships AS r USING abandoned AS a WHERE r.connectStudentId = a.student AND r.connectUserId = a.account;

CREATE TEMP TABLE disconnected AS
SELECT a.student AS connectStudentId, s.studentId, a.account AS connectUserId, g.guardianId, a.school AS connectSchoolId
FROM abandoned AS a JOIN students AS s ON s.connectStudentId = a.student
LEFT JOIN (
    SELECT connectUserId, string_agg(guardianId, ',' ORDER BY guardianId) AS guardianId FROM guardian_roles GROUP BY ALL
) AS g ON g.connectUserId = a.account;

CREATE TEMP TABLE disconnections AS
SELECT b.school, count(a.student) AS relationships, count(DISTINCT a.student) AS children, count(*) AS connected,
    coalesce(any_value(s.schoolId), '') AS schoolId
FROM connected_before AS b LEFT JOIN abandoned AS a ON a.student = b.student AND a.account = b.account
LEFT JOIN schools AS s ON s.connectSchoolId = b.school
GROUP BY b.school HAVING count(a.student) > 0;

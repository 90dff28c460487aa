-- Abandon (decision 20): relationships that an upload made and that the file no longer names. Those of rows that were
-- refused stay, where it is known whose they are. {district}, {school}: whose students count.

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
SELECT r.connectStudentId AS student, r.connectUserId AS account FROM relationships AS r
ANTI JOIN named AS n ON n.student = r.connectStudentId AND n.account = r.connectUserId
ANTI JOIN spared AS p ON p.student = r.connectStudentId AND p.account = r.connectUserId
SEMI JOIN (SELECT connectStudentId FROM students WHERE {district}
    UNION ALL SELECT connectStudentId FROM student_schools WHERE connectSchoolId = {school}) AS s ON s.connectStudentId = r.connectStudentId
WHERE r.managed;

DELETE FROM relationships AS r USING abandoned AS a WHERE r.connectStudentId = a.student AND r.connectUserId = a.account;

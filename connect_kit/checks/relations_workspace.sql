-- What rules against the workspace also look at; made only when one was given.

-- Accounts of families on Connect, in the comparable form of contacts.
CREATE TABLE family_accounts AS
SELECT connectUserId AS account, CASE WHEN guardianId IS NOT NULL THEN hash(guardianId) END AS id, connectStudentIds,
    hash(lower(coalesce(givenName, '') || ' ' || coalesce(familyName, ''))) AS name,
    CASE WHEN email IS NOT NULL THEN hash(lower(email)) END AS address,
    CASE WHEN length(digits) >= 7 AND trim(digits, left(digits, 1)) <> '' THEN hash(digits) END AS number
FROM (SELECT *, right(translate(sms, '+-(). /', ''), 10) AS digits FROM workspace_guardians)
WHERE coalesce(givenName, familyName) IS NOT NULL;

-- Guardians of the delivery who can be reached, but not by a contact that somebody of their name or ID has on Connect.
-- The rules of users.csv and guardians.csv report those who cannot be reached.
CREATE TABLE newly_reached AS
WITH delivered AS (
    SELECT 'users' AS tbl, _line, id, NULL AS student, name, address, number FROM contacts WHERE _kind = 'guardian' AND NOT nameless
    UNION ALL
    SELECT 'guardians', _line, CASE WHEN guardianSourcedId IS NOT NULL THEN hash(guardianSourcedId) END, studentSourcedId,
        hash(lower(coalesce(givenName, '') || ' ' || coalesce(familyName, ''))),
        CASE WHEN email IS NOT NULL THEN hash(lower(email)) END,
        CASE WHEN length(digits) >= 7 AND trim(digits, left(digits, 1)) <> '' THEN hash(digits) END
    FROM (SELECT *, right(translate(sms, '+-(). /', ''), 10) AS digits FROM guardians) WHERE coalesce(givenName, familyName) IS NOT NULL
), known AS (
    SELECT 'name' AS by, name AS key, address, number FROM family_accounts
    UNION ALL SELECT 'id', id, address, number FROM family_accounts WHERE id IS NOT NULL
)
SELECT d.* FROM delivered AS d
ANTI JOIN known AS n ON n.by = 'name' AND n.key = d.name AND n.address = d.address
ANTI JOIN known AS m ON m.by = 'name' AND m.key = d.name AND m.number = d.number
ANTI JOIN known AS i ON i.by = 'id' AND i.key = d.id AND i.address = d.address
ANTI JOIN known AS j ON j.by = 'id' AND j.key = d.id AND j.number = d.number
WHERE d.address IS NOT NULL OR d.number IS NOT NULL;

-- Of these, who has an account with another contact: the same guardianId, or the same name and a student in common.
CREATE TABLE changed_guardians AS
WITH old AS (SELECT * FROM family_accounts WHERE address IS NOT NULL OR number IS NOT NULL),
children AS (
    SELECT n.tbl, n._line, n.name, s.sourcedId AS student FROM newly_reached AS n
    JOIN users AS g ON g._line = n._line JOIN user_agents AS a ON a.agent = g.sourcedId
    JOIN users AS s ON s._line = a._line AND s._kind = 'student' WHERE n.tbl = 'users'
    UNION ALL
    SELECT tbl, _line, name, student FROM newly_reached WHERE tbl = 'guardians'
), of_students AS (
    SELECT o.account, o.name, w.studentId AS student
    FROM (
        SELECT account, name, trim(unnest(string_split(connectStudentIds, ','))) AS child FROM old
        WHERE connectStudentIds IS NOT NULL AND name IN (SELECT name FROM children)
    ) AS o JOIN workspace_students AS w ON w.connectStudentId = o.child WHERE w.studentId IS NOT NULL
)
SELECT tbl, _line, min(account) AS account FROM (
    SELECT n.tbl, n._line, o.account FROM newly_reached AS n JOIN old AS o ON o.id = n.id
    UNION ALL
    SELECT c.tbl, c._line, o.account FROM children AS c JOIN of_students AS o ON o.name = c.name AND o.student = c.student
) GROUP BY tbl, _line;

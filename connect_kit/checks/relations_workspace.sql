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

-- Of these, who has an account with another contact: the same guardianId, or the same name and a student in common. An
-- account found by its ID takes the new contact (how: updated), unless somebody else uses it as well: then the ID leaves it
-- (split). Without a known ID nothing leads to the account, and another is made beside it (new; S12, decision 18).
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
), known AS (
    SELECT n.tbl, n._line, n.id, min(o.account) AS account FROM newly_reached AS n JOIN old AS o ON o.id = n.id GROUP BY ALL
), uses AS (
    SELECT account, list(id) AS ids FROM (
        SELECT connectUserId AS account, hash('guardian', guardianId) AS id FROM workspace_guardians
        UNION SELECT connectUserId, hash('staff', coalesce(staffId, connectUserId)) FROM workspace_staff
    ) WHERE account IN (SELECT account FROM known) GROUP BY account HAVING count(*) > 1
), delivered AS (
    SELECT 'users' AS tbl, hash(CASE _kind WHEN 'guardian' THEN 'guardian' ELSE 'staff' END, sourcedId) AS id,
        hash(givenName, familyName, email, sms) AS details FROM users
    WHERE _kind IN ('guardian', 'teacher', 'administrator') AND sourcedId IS NOT NULL AND EXISTS (SELECT 1 FROM uses)
    UNION ALL
    SELECT 'guardians', hash('guardian', guardianSourcedId), hash(givenName, familyName, email, sms)
    FROM guardians WHERE guardianSourcedId IS NOT NULL AND EXISTS (SELECT 1 FROM uses)
    QUALIFY row_number() OVER (PARTITION BY guardianSourcedId ORDER BY _line) = 1
), together AS (
    SELECT d.tbl, u.account FROM (SELECT account, unnest(ids) AS id, len(ids) AS times FROM uses) AS u
    JOIN delivered AS d ON d.id = u.id GROUP BY d.tbl, u.account
    HAVING count(DISTINCT u.id) = any_value(u.times) AND count(DISTINCT d.details) = 1
), by_id AS (
    SELECT k.tbl, k._line, k.account, CASE WHEN u.account IS NULL OR t.account IS NOT NULL THEN 'updated' ELSE 'split' END AS how
    FROM known AS k LEFT JOIN uses AS u ON u.account = k.account LEFT JOIN together AS t ON t.account = k.account AND t.tbl = k.tbl
), ids AS (
    SELECT DISTINCT hash(guardianId) AS id FROM workspace_guardians WHERE guardianId IS NOT NULL
)
SELECT tbl, _line, account, how FROM by_id
UNION ALL
SELECT c.tbl, c._line, min(o.account), 'new' FROM children AS c
JOIN of_students AS o ON o.name = c.name AND o.student = c.student
JOIN newly_reached AS n ON n.tbl = c.tbl AND n._line = c._line
WHERE n.id IS NULL OR n.id NOT IN (SELECT id FROM ids) GROUP BY c.tbl, c._line;

-- How many guardians a student of Connect would have: those connected there and those whom a file adds (S1: at most six).
-- Only students for whom the two numbers together exceed six are looked at closely; a file that names more than six by itself
-- is a finding of its own.
CREATE TABLE named_guardians AS
WITH named AS (
    SELECT 'users' AS tbl, u._line, u.sourcedId AS student, a.agent AS id, NULL::BIGINT AS row
    FROM user_agents AS a JOIN user_index AS u ON u._line = a._line WHERE u._kind = 'student'
    UNION ALL
    SELECT 'guardians', _line, studentSourcedId, guardianSourcedId, _line FROM guardians WHERE studentSourcedId IS NOT NULL
), connected AS (
    SELECT connectUserId AS account, trim(unnest(string_split(connectStudentIds, ','))) AS child
    FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
), crowded AS (
    SELECT w.connectStudentId AS child, w.studentId AS student, n.tbl FROM workspace_students AS w
    JOIN (SELECT student, tbl, count(DISTINCT coalesce(id, row::VARCHAR)) AS named FROM named GROUP BY ALL) AS n ON n.student = w.studentId
    JOIN (SELECT child, count(DISTINCT account) AS there FROM connected GROUP BY child) AS c ON c.child = w.connectStudentId
    WHERE n.named <= 6 AND n.named + c.there > 6
)
SELECT n.tbl, n._line, n.student, c.child, n.id, n.row FROM named AS n JOIN crowded AS c ON c.student = n.student AND c.tbl = n.tbl;

CREATE TABLE crowded_students AS
WITH accounts AS (
    SELECT connectUserId AS account, givenName, familyName, coalesce(email, '') AS email, coalesce(sms, '') AS sms FROM workspace_guardians
    UNION SELECT connectUserId, givenName, familyName, coalesce(email, ''), coalesce(sms, '') FROM workspace_staff
), persons AS (
    SELECT n.tbl, n._line, n.student, n.child, n.id, coalesce(g.givenName, u.givenName) AS givenName, coalesce(g.familyName, u.familyName) AS familyName,
        coalesce(g.email, u.email, '') AS email, coalesce(g.sms, u.sms, '') AS sms, coalesce(n.row, u._line) AS row
    FROM named_guardians AS n
    LEFT JOIN guardians AS g ON n.tbl = 'guardians' AND g._line = n.row
    LEFT JOIN users AS u ON n.tbl = 'users' AND u.sourcedId = n.id AND u._kind = 'guardian'
), found AS (
    SELECT p.tbl, p._line, p.student, p.child, coalesce(k.account, a.account,
        CASE WHEN p.row IS NOT NULL AND p.email || p.sms <> '' THEN concat_ws('|', 'new', p.givenName, p.familyName, p.email, p.sms) END) AS account
    FROM persons AS p
    LEFT JOIN (SELECT guardianId AS id, min(connectUserId) AS account FROM workspace_guardians WHERE guardianId IS NOT NULL GROUP BY id) AS k ON k.id = p.id
    LEFT JOIN (SELECT givenName, familyName, email, sms, min(account) AS account FROM accounts GROUP BY ALL) AS a ON p.email || p.sms <> ''
        AND a.givenName = p.givenName AND a.familyName = p.familyName AND a.email = p.email AND a.sms = p.sms
), there AS (
    SELECT connectUserId AS account, trim(unnest(string_split(connectStudentIds, ','))) AS child
    FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
), counted AS (
    SELECT tbl, child, count(DISTINCT account) AS guardians, count(DISTINCT account) FILTER (connected) AS before FROM (
        SELECT tbl, child, account, false AS connected FROM found WHERE account IS NOT NULL
        UNION ALL
        SELECT f.tbl, t.child, t.account, true FROM there AS t JOIN (SELECT DISTINCT tbl, child FROM found) AS f ON f.child = t.child
    ) GROUP BY tbl, child
)
SELECT DISTINCT f.tbl, f._line, f.student, c.before, c.guardians FROM found AS f JOIN counted AS c ON c.tbl = f.tbl AND c.child = f.child
WHERE c.guardians > 6 AND c.guardians > c.before;

-- Accounts of adults: the same name, email and mobile number, compared exactly, is one account with several roles (S12).
-- Reads persons: _line, kind (guardian, teacher, administrator), id (SIS ID or NULL), givenName, familyName, email, sms,
-- phone, language. Makes assigned: _line, kind, id, account, held (the account that had the ID before), state (created,
-- changed, joined, kept). {email} ... {language}: whether the file holds the column.

CREATE TEMP TABLE held AS
WITH roles AS (
    SELECT true AS guardian, guardianId AS id, connectUserId AS account FROM guardian_roles WHERE guardianId IS NOT NULL
    UNION ALL SELECT false, staffId, connectUserId FROM staff_roles WHERE staffId IS NOT NULL
)
SELECT p._line, r.account, NOT (
    a.givenName IS DISTINCT FROM p.givenName OR a.familyName IS DISTINCT FROM p.familyName
    OR ({email} AND a.email IS DISTINCT FROM p.email) OR ({sms} AND a.sms IS DISTINCT FROM p.sms)) AS same
FROM persons AS p
JOIN roles AS r ON r.id = p.id AND r.guardian = (p.kind = 'guardian')
JOIN accounts AS a ON a.connectUserId = r.account;

-- New details of people whose ID is known.
CREATE TEMP TABLE details AS
SELECT h._line, h.account, p.givenName, p.familyName,
    CASE WHEN {email} THEN p.email ELSE a.email END AS email, CASE WHEN {sms} THEN p.sms ELSE a.sms END AS sms
FROM held AS h JOIN persons AS p ON p._line = h._line JOIN accounts AS a ON a.connectUserId = h.account WHERE NOT h.same;

-- An account changes where nobody else uses it, or all of its IDs are in the file with the same new details (kit decision).
CREATE TEMP TABLE in_place AS
WITH uses AS (
    SELECT account, count(*) AS uses FROM (
        SELECT connectUserId AS account FROM guardian_roles UNION ALL SELECT connectUserId FROM staff_roles
    ) SEMI JOIN details USING (account) GROUP BY account
), named AS (
    SELECT account, count(*) AS times, count(DISTINCT (givenName, familyName, email, sms)) AS versions, min(_line) AS first
    FROM details GROUP BY account
)
SELECT account, first FROM named JOIN uses USING (account) WHERE times = uses AND versions = 1;

UPDATE accounts AS a SET givenName = d.givenName, familyName = d.familyName, email = d.email, sms = d.sms
FROM (SELECT details.* FROM details JOIN in_place ON in_place.first = details._line) AS d WHERE a.connectUserId = d.account;

-- Who needs an account: IDs that nobody has, and those that leave an account which others use.
CREATE TEMP TABLE seekers AS
SELECT p._line, p.givenName, p.familyName, p.email, p.sms FROM persons AS p ANTI JOIN held AS h ON h._line = p._line
UNION ALL
SELECT d._line, d.givenName, d.familyName, d.email, d.sms FROM details AS d ANTI JOIN in_place AS i ON i.account = d.account;

-- Where several have the same details, the first of them leads. Without email and mobile number nobody is joined.
CREATE TEMP TABLE groups AS
SELECT givenName, familyName, coalesce(email, '') AS email, coalesce(sms, '') AS sms, min(_line) AS leader
FROM seekers WHERE email IS NOT NULL OR sms IS NOT NULL
GROUP BY ALL HAVING count(*) > 1;

CREATE TEMP TABLE leaders AS
SELECT s._line, coalesce(g.leader, s._line) AS leader FROM seekers AS s
LEFT JOIN groups AS g ON g.givenName = s.givenName AND g.familyName = s.familyName
    AND g.email = coalesce(s.email, '') AND g.sms = coalesce(s.sms, '');

CREATE TEMP TABLE met AS
SELECT l._line AS leader, min(a.connectUserId) AS account
FROM leaders AS l JOIN seekers AS s ON s._line = l._line
JOIN accounts AS a ON a.givenName = s.givenName AND a.familyName = s.familyName
    AND coalesce(a.email, '') = coalesce(s.email, '') AND coalesce(a.sms, '') = coalesce(s.sms, '')
WHERE l.leader = l._line AND (s.email IS NOT NULL OR s.sms IS NOT NULL) GROUP BY l._line;

CREATE TEMP TABLE new_accounts AS
SELECT l.leader, printf('CU%08d', {first} + row_number() OVER (ORDER BY l.leader) - 1) AS account
FROM leaders AS l ANTI JOIN met AS m ON m.leader = l.leader WHERE l.leader = l._line;

INSERT INTO accounts
SELECT n.account, s.givenName, s.familyName, s.email, s.sms, p.phone, p.language
FROM new_accounts AS n JOIN seekers AS s ON s._line = n.leader JOIN persons AS p ON p._line = n.leader;

CREATE TEMP TABLE assigned AS
SELECT p._line, p.kind, p.id, h.account, h.account AS held, CASE WHEN h.same THEN 'kept' ELSE 'changed' END AS state, false AS fresh
FROM held AS h JOIN persons AS p ON p._line = h._line LEFT JOIN in_place AS i ON i.account = h.account
WHERE h.same OR i.account IS NOT NULL
UNION ALL
SELECT p._line, p.kind, p.id, coalesce(m.account, n.account), h.account,
    CASE WHEN n.account IS NOT NULL AND l._line = l.leader THEN 'created' WHEN h.account IS NOT NULL THEN 'changed' ELSE 'joined' END,
    n.account IS NOT NULL
FROM leaders AS l JOIN persons AS p ON p._line = l._line
LEFT JOIN met AS m ON m.leader = l.leader LEFT JOIN new_accounts AS n ON n.leader = l.leader LEFT JOIN held AS h ON h._line = l._line;

-- Home phone and language: those of an account's first row count, so that the same file twice changes nothing.
CREATE TEMP TABLE refreshed AS
SELECT f._line, f.account, CASE WHEN {phone} THEN p.phone ELSE a.phone END AS phone,
    CASE WHEN {language} THEN p.language ELSE a.language END AS language
FROM (SELECT account, min(_line) AS _line FROM assigned WHERE NOT fresh AND ({phone} OR {language}) GROUP BY account) AS f
JOIN persons AS p ON p._line = f._line JOIN accounts AS a ON a.connectUserId = f.account
WHERE ({phone} AND a.phone IS DISTINCT FROM p.phone) OR ({language} AND a.language IS DISTINCT FROM p.language);

UPDATE accounts AS a SET phone = r.phone, language = r.language FROM refreshed AS r WHERE a.connectUserId = r.account;

-- Roles of the accounts in assigned. A SIS ID that comes to an account takes the place of its role without ID, if there
-- is one; the role of staff is set when it is made, and not changed (S18).

CREATE TEMP TABLE claims AS
SELECT a._line, a.kind, a.id, a.account, a.held, NULL::VARCHAR AS role, false AS takes FROM assigned AS a
WHERE a.id IS NOT NULL AND a.account IS DISTINCT FROM a.held;

UPDATE claims AS c SET role = s.role FROM staff_roles AS s WHERE c.kind <> 'guardian' AND c.held IS NOT NULL AND s.staffId = c.id;

UPDATE claims SET role = CASE kind WHEN 'administrator' THEN 'admin' ELSE 'teacher' END WHERE kind <> 'guardian' AND role IS NULL;

DELETE FROM guardian_roles AS r USING claims AS c WHERE c.kind = 'guardian' AND c.held IS NOT NULL AND r.guardianId = c.id;

DELETE FROM staff_roles AS r USING claims AS c WHERE c.kind <> 'guardian' AND c.held IS NOT NULL AND r.staffId = c.id;

-- Those who are not staff any more have no schools as staff.
DELETE FROM staff_schools WHERE connectUserId IN (SELECT held FROM claims WHERE kind <> 'guardian' AND held IS NOT NULL)
    AND connectUserId NOT IN (SELECT connectUserId FROM staff_roles);

UPDATE claims SET takes = true WHERE _line IN (
    SELECT min(c._line) FROM claims AS c
    JOIN (
        SELECT true AS guardian, connectUserId FROM guardian_roles WHERE guardianId IS NULL
        UNION ALL SELECT false, connectUserId FROM staff_roles WHERE staffId IS NULL
    ) AS r ON r.connectUserId = c.account AND r.guardian = (c.kind = 'guardian')
    GROUP BY c.account, r.guardian
);

UPDATE guardian_roles AS r SET guardianId = c.id FROM claims AS c
WHERE c.takes AND c.kind = 'guardian' AND r.connectUserId = c.account AND r.guardianId IS NULL;

UPDATE staff_roles AS r SET staffId = c.id FROM claims AS c
WHERE c.takes AND c.kind <> 'guardian' AND r.connectUserId = c.account AND r.staffId IS NULL;

INSERT INTO guardian_roles SELECT account, id FROM claims WHERE kind = 'guardian' AND NOT takes ORDER BY _line;

INSERT INTO staff_roles SELECT account, role, id FROM claims WHERE kind <> 'guardian' AND NOT takes ORDER BY _line;

-- A guardian without ID, on an account that is not a guardian yet.
CREATE TEMP TABLE nameless AS
SELECT min(_line) AS _line, account FROM assigned WHERE id IS NULL AND account NOT IN (SELECT connectUserId FROM guardian_roles) GROUP BY account;

INSERT INTO guardian_roles SELECT account, NULL FROM nameless ORDER BY _line;

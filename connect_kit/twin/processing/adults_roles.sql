-- Roles of the accounts in assigned. A SIS ID that comes to an account takes the place of its role without ID, if there
-- is one; the role of staff is set when it is made, and not changed (S18).

CREATE TEMP TABLE claims AS
SELECT a._line, a.kind, a.id, a.account, a.held, NULL::VARCHAR AS role, false AS takes FROM assigned AS a
WHERE a.id IS NOT NULL AND a.account IS DISTINCT FROM a.held;

UPDATE claims AS c SET role = s.role FROM staff_roles AS s WHERE c.kind <> 'guardian' AND c.held IS NOT NULL AND s.staffId = c.id;

UPDATE claims SET role = CASE kind WHEN 'administrator' THEN 'admin' ELSE 'teacher' END WHERE kind <> 'guardian' AND role IS NULL;

DELETE FROM guardian_roles AS r USING claims AS c WHERE c.kind = 'guardian' AND c.held IS NOT NULL AND r.guardianId = c.id;

DELETE FROM staff_roles AS r USING claims AS c WHERE c.kind <> 'guardian' AND c.held IS NOT NULL AND r.staffId = c.id;

-- Who is no staff any more has no schools as staff.
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

-- A guardian without ID, on an account that is no guardian yet.
CREATE TEMP TABLE nameless AS
SELECT min(_line) AS _line, account FROM assigned WHERE id IS NULL AND account NOT IN (SELECT connectUserId FROM guardian_roles) GROUP BY account;

INSERT INTO guardian_roles SELECT account, NULL FROM nameless ORDER BY _line;

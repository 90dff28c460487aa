-- Relationships that a file names: pairs (_line, student, account). Makes connected: the lines that made one, or took
-- over one made by hand. moved (student, held): students that name an ID which has left the account held.

CREATE TEMP TABLE named AS
SELECT student, account, min(_line) AS _line FROM pairs GROUP BY student, account;

CREATE TEMP TABLE connected AS
SELECT n._line, n.student, n.account, r.managed IS NOT NULL AS known
FROM named AS n LEFT JOIN relationships AS r ON r.connectStudentId = n.student AND r.connectUserId = n.account
WHERE r.managed IS NULL OR NOT r.managed;

UPDATE relationships AS r SET managed = true FROM connected AS c
WHERE c.known AND r.connectStudentId = c.student AND r.connectUserId = c.account;

INSERT INTO relationships SELECT student, account, true FROM connected WHERE NOT known;

-- An ID that has moved to another account takes the relationships with it which this file names (kit decision).
DELETE FROM relationships AS r USING (
    SELECT m.student, m.held AS account FROM moved AS m ANTI JOIN named AS n ON n.student = m.student AND n.account = m.held
) AS m WHERE r.connectStudentId = m.student AND r.connectUserId = m.account;

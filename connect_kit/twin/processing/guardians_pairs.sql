-- The relationships that guardians.csv names.

CREATE TEMP TABLE pairs AS
SELECT r._line, s.connectStudentId AS student, a.account FROM guardian_rows AS r
JOIN first_rows AS f ON f._line = r._line JOIN assigned AS a ON a._line = f.first
JOIN students AS s ON s.sourcedId = r.student;

CREATE TEMP TABLE moved AS
SELECT DISTINCT p.student, a.held FROM assigned AS a
JOIN first_rows AS f ON f.first = a._line JOIN pairs AS p ON p._line = f._line
WHERE a.held IS NOT NULL AND a.held <> a.account;

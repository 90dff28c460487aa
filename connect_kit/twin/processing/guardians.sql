-- Who the rows of guardians.csv are. Several rows of one guardian's ID are one person, whose first row's details count,
-- and so are rows without ID but with equal details (kit decision). persons is what adults.sql reads.

CREATE TEMP TABLE guardian_rows AS
SELECT g._line, g.studentSourcedId AS student, g.guardianSourcedId AS id, g.givenName, g.familyName, g.email, g.sms, g.phone, g.language
FROM given AS g ANTI JOIN refused AS x ON x._line = g._line;

CREATE TEMP TABLE first_rows AS
SELECT _line, coalesce(i.first, n.first) AS first FROM guardian_rows AS r
LEFT JOIN (SELECT id, min(_line) AS first FROM guardian_rows WHERE id IS NOT NULL GROUP BY id) AS i ON i.id = r.id
LEFT JOIN (
    SELECT givenName, familyName, coalesce(email, '') AS email, coalesce(sms, '') AS sms, min(_line) AS first
    FROM guardian_rows WHERE id IS NULL GROUP BY ALL
) AS n ON r.id IS NULL AND n.givenName = r.givenName AND n.familyName = r.familyName
    AND n.email = coalesce(r.email, '') AND n.sms = coalesce(r.sms, '');

CREATE TEMP TABLE persons AS
SELECT r._line, 'guardian' AS kind, r.id, r.givenName, r.familyName, r.email, r.sms, r.phone, r.language
FROM guardian_rows AS r JOIN first_rows AS f ON f._line = r._line WHERE f.first = r._line;

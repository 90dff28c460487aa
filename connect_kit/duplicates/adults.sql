-- The adults of a delivery: staff and guardians, from users.csv and guardians.csv.

-- Guardians from guardians.csv are numbered after the lines of users.csv.
CREATE TABLE persons AS
SELECT _line::INTEGER AS unique_id, 'roster' AS source, sourcedId AS id, sourcedId AS sis_id, givenName, familyName, middleName, preferredGivenName, NULL AS identifier, email, sms, phone,
    NULL::DATE AS born, NULL AS grade, entries(orgSourcedIds) AS schools, role AS part
FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator') AND sourcedId IS NOT NULL
    AND (sourcedId, _line) IN (SELECT (sourcedId, min(_line)) FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator') GROUP BY sourcedId)
UNION ALL
SELECT ((SELECT coalesce(max(_line), 0) FROM users) + _line)::INTEGER, 'roster', guardianSourcedId, guardianSourcedId, givenName, familyName, NULL, NULL, NULL, email, sms, phone,
    NULL, NULL, NULL, 'guardian'
FROM guardians WHERE (guardianSourcedId, _line) IN (SELECT (guardianSourcedId, min(_line)) FROM guardians GROUP BY guardianSourcedId)
    AND guardianSourcedId NOT IN (SELECT sourcedId FROM users WHERE sourcedId IS NOT NULL);

CREATE TABLE family_links AS
SELECT unique_id, NULL::UBIGINT AS tie, NULL::UBIGINT AS name, address_key(email) AS address, number_key(sms) AS mobile, number_key(phone) AS home FROM persons
UNION ALL
SELECT p.unique_id, hash(s.student), NULL, NULL, NULL, NULL
FROM (SELECT sourcedId AS student, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL) AS s
JOIN persons AS p ON p.id = s.agent
UNION ALL
SELECT p.unique_id, hash(g.studentSourcedId), NULL, NULL, NULL, NULL FROM guardians AS g JOIN persons AS p ON p.id = g.guardianSourcedId
WHERE g.studentSourcedId IS NOT NULL;

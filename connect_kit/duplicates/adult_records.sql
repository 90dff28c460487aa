-- Like records.sql, for adults: with the students they are linked to in place of guardians.
WITH linked AS (
    SELECT unique_id, string_agg(DISTINCT student, '; ' ORDER BY student) AS students FROM (
        SELECT p.unique_id, concat_ws(' ', u.givenName, u.familyName) AS student
        FROM (SELECT *, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL) AS u
        JOIN persons AS p ON p.id = u.agent JOIN wanted USING (unique_id)
        UNION ALL
        SELECT p.unique_id, concat_ws(' ', u.givenName, u.familyName)
        FROM guardians AS g JOIN persons AS p ON p.id = g.guardianSourcedId JOIN wanted USING (unique_id)
        JOIN users AS u ON u.sourcedId = g.studentSourcedId
    ) GROUP BY unique_id
), attended AS (
    SELECT unique_id, string_agg(CASE WHEN o.name IS NULL THEN school ELSE o.name || ' (' || school || ')' END, '; ' ORDER BY school) AS school
    FROM (SELECT unique_id, unnest(schools) AS school FROM persons JOIN wanted USING (unique_id))
    LEFT JOIN (SELECT sourcedId, any_value(name) AS name FROM orgs GROUP BY sourcedId) AS o ON o.sourcedId = school GROUP BY unique_id
)
SELECT p.unique_id, p.source, p.id, p.source || ':' || p.id AS key, concat_ws(' ', p.givenName, p.middleName, p.familyName) AS name,
    concat_ws(' ', p.givenName, p.middleName) AS "given name", p.familyName AS "family name",
    p.grade, p.part AS role, a.school, p.schools AS school_ids, p.sis_id AS "sourcedId", p.email, concat_ws(', ', p.sms, p.phone) AS numbers,
    b.students AS "students in common"
FROM persons AS p JOIN wanted USING (unique_id) LEFT JOIN linked AS b USING (unique_id) LEFT JOIN attended AS a USING (unique_id)

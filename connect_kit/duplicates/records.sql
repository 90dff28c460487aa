-- The records in ``wanted`` as people read them, one row each.
WITH linked AS (
    SELECT unique_id, string_agg(DISTINCT contact, '; ' ORDER BY contact) AS contacts FROM (
        SELECT a.unique_id, concat_ws(', ', concat_ws(' ', givenName, familyName), email, sms, phone) AS contact
        FROM (SELECT unique_id, unnest(entries(agents)) AS agent FROM persons JOIN wanted USING (unique_id) WHERE agents IS NOT NULL) AS a
        JOIN users ON sourcedId = agent
        UNION ALL
        SELECT p.unique_id, concat_ws(', ', concat_ws(' ', g.givenName, g.familyName), g.email, g.sms, g.phone)
        FROM persons AS p JOIN wanted USING (unique_id) JOIN guardians AS g ON g.studentSourcedId = p.id AND p.source = 'roster'
        UNION ALL
        SELECT p.unique_id, concat_ws(', ', concat_ws(' ', g.givenName, g.familyName), g.email, g.sms, g.phone)
        FROM (SELECT *, unnest(entries(connectStudentIds)) AS student FROM workspace_guardians) AS g
        JOIN persons AS p ON p.id = g.student AND p.source = 'workspace' JOIN wanted USING (unique_id)
    ) GROUP BY unique_id
), school_names AS (
    SELECT id, any_value(name) AS name FROM (
        SELECT sourcedId AS id, name FROM orgs UNION ALL SELECT schoolId, name FROM workspace_schools
        UNION ALL SELECT 'Connect ' || connectSchoolId, name FROM workspace_schools
    ) WHERE id IS NOT NULL AND name IS NOT NULL GROUP BY id
), attended AS (
    SELECT unique_id, string_agg(CASE WHEN n.name IS NULL THEN school WHEN starts_with(school, 'Connect ') THEN n.name ELSE n.name || ' (' || school || ')' END, '; ' ORDER BY school) AS school
    FROM (SELECT unique_id, unnest(schools) AS school FROM persons JOIN wanted USING (unique_id)) LEFT JOIN school_names AS n ON n.id = school GROUP BY unique_id
)
SELECT p.unique_id, p.source, p.id, p.source || ':' || p.id AS key, concat_ws(' ', p.givenName, p.middleName, p.familyName) AS name,
    concat_ws(' ', p.givenName, p.middleName) AS "given name", p.familyName AS "family name", strftime(p.born, '%Y-%m-%d') AS "birth date",
    p.grade, a.school, p.schools AS school_ids, p.identifier, p.sis_id AS "sourcedId", p.email, concat_ws(', ', p.sms, p.phone) AS numbers,
    b.contacts AS "family contacts"
FROM persons AS p JOIN wanted USING (unique_id) LEFT JOIN linked AS b USING (unique_id) LEFT JOIN attended AS a USING (unique_id)

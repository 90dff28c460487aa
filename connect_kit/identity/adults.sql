-- Staff and guardians: who is on Connect under IDs that the delivery no longer names, and who of the delivery that is.
-- Needs ``school_map``, ``same_students`` (connect_id, new_id): the children of both sides.

CREATE TABLE delivered_ids AS
SELECT sourcedId AS id FROM users WHERE sourcedId IS NOT NULL UNION SELECT guardianSourcedId FROM guardians WHERE guardianSourcedId IS NOT NULL;

CREATE TABLE accounts AS
SELECT 'staff' AS kind, connectUserId AS connect_id, staffId AS id, givenName, familyName, email, sms, NULL AS phone, entries(connectSchoolIds) AS schools, NULL AS children,
    CASE WHEN lower(role) IN ('administrator', 'admin') THEN 'administrator' ELSE 'teacher' END AS part, _line FROM workspace_staff
UNION ALL
SELECT 'guardians', connectUserId, guardianId, givenName, familyName, email, sms, phone, NULL, entries(connectStudentIds), 'guardian', _line FROM workspace_guardians;

-- A guardian's school is that of the first child.
CREATE TABLE managed_adults AS
SELECT a.kind, a.connect_id, a.id AS old_id, coalesce(a.schools[1], w.connectSchoolId) AS connect_school
FROM accounts AS a LEFT JOIN (SELECT connectStudentId, any_value(connectSchoolId) AS connectSchoolId FROM workspace_students GROUP BY ALL) AS w
    ON w.connectStudentId = a.children[1]
WHERE a.id IS NOT NULL AND a.connect_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY a.kind, a.connect_id, a.id ORDER BY a._line) = 1;

CREATE TABLE gone_adults AS
SELECT row_number() OVER () AS c, kind, connect_id, id AS old_id, name_key(givenName, familyName) AS name, givenName, familyName,
    address_key(email) AS address, number_key(sms) AS mobile, part, schools, children
FROM (
    SELECT * FROM accounts
    WHERE id IS NOT NULL AND connect_id IS NOT NULL AND coalesce(givenName, familyName) IS NOT NULL
        AND connect_id NOT IN (SELECT connect_id FROM accounts JOIN delivered_ids USING (id) WHERE connect_id IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY kind, connect_id, id ORDER BY _line) = 1
);

CREATE TABLE fresh_adults AS
SELECT row_number() OVER () AS d, kind, new_id, givenName, familyName, part, schools, name_key(givenName, familyName) AS name,
    address_key(email) AS address, number_key(sms) AS mobile
FROM (
    SELECT * FROM (
        SELECT CASE WHEN _kind = 'guardian' THEN 'guardians' ELSE 'staff' END AS kind, sourcedId AS new_id, givenName, familyName, email, sms, _kind AS part,
            CASE WHEN _kind <> 'guardian' THEN entries(orgSourcedIds) END AS schools, 0 AS file, _line
        FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator') AND sourcedId IS NOT NULL
        UNION ALL
        SELECT 'guardians', guardianSourcedId, givenName, familyName, email, sms, 'guardian', NULL, 1, _line FROM guardians WHERE guardianSourcedId IS NOT NULL
    )
    WHERE coalesce(givenName, familyName) IS NOT NULL AND new_id NOT IN (SELECT id FROM accounts WHERE id IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY new_id ORDER BY file, _line) = 1
);

-- Children by the delivery's ID, schools by the delivery's School ID: what two records may have in common.
CREATE TABLE places AS
SELECT 'c' AS side, g.c AS n, 'child ' || s.new_id AS place FROM (SELECT c, unnest(children) AS child FROM gone_adults WHERE kind = 'guardians') AS g
JOIN same_students AS s ON s.connect_id = g.child
UNION SELECT 'c', g.c, 'school ' || m.school FROM (SELECT c, unnest(schools) AS school FROM gone_adults WHERE kind = 'staff') AS g
JOIN school_map AS m ON m.connect_school = g.school WHERE m.school IS NOT NULL
UNION SELECT 'd', f.d, 'child ' || u.sourcedId
FROM (SELECT sourcedId, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL) AS u
JOIN fresh_adults AS f ON f.new_id = u.agent AND f.kind = 'guardians'
UNION SELECT 'd', f.d, 'child ' || g.studentSourcedId FROM guardians AS g JOIN fresh_adults AS f ON f.new_id = g.guardianSourcedId AND f.kind = 'guardians'
UNION SELECT 'd', f.d, 'school ' || coalesce(f.school, (SELECT school FROM default_school))
FROM (SELECT d, unnest(coalesce(schools, [NULL])) AS school FROM fresh_adults WHERE kind = 'staff') AS f WHERE coalesce(f.school, (SELECT school FROM default_school)) IS NOT NULL;

CREATE TABLE adult_pairs AS
SELECT DISTINCT c, d FROM (
    SELECT c, d FROM gone_adults JOIN fresh_adults USING (kind, name, address)
    UNION ALL SELECT c, d FROM gone_adults JOIN fresh_adults USING (kind, name, mobile)
    -- Somebody who has married keeps the address.
    UNION ALL SELECT g.c, f.d FROM gone_adults AS g JOIN fresh_adults AS f USING (kind, address)
    WHERE CASE WHEN g.name = f.name THEN false ELSE words(g.givenName) = words(f.givenName) OR (words(g.familyName) = words(f.familyName) AND left(words(g.givenName), 1) = left(words(f.givenName), 1)) END
    UNION ALL SELECT a.n, b.n FROM places AS a JOIN places AS b ON b.place = a.place AND b.side = 'd' JOIN gone_adults AS g ON g.c = a.n
    JOIN fresh_adults AS f ON f.d = b.n AND f.kind = g.kind AND f.name = g.name WHERE a.side = 'c'
    UNION ALL SELECT c, d FROM (SELECT *, digit_core(old_id) AS key FROM gone_adults) JOIN (SELECT *, digit_core(new_id) AS key FROM fresh_adults) USING (kind, name, key)
    UNION ALL SELECT c, d FROM (SELECT *, lower(old_id) AS key FROM gone_adults) JOIN (SELECT *, lower(new_id) AS key FROM fresh_adults) USING (kind, name, key)
);

CREATE TABLE adult_facts AS
SELECT *, id_rule(old_id, new_id, pattern) AS rule FROM (
    SELECT p.c, p.d, g.kind, g.name = f.name AS same_name, g.part = f.part AS same_part, g.old_id, f.new_id, id_pattern(g.old_id, f.new_id) AS pattern,
        coalesce(g.address = f.address, false)::INTEGER + coalesce(g.mobile = f.mobile, false)::INTEGER AS agree,
        coalesce(g.address <> f.address, false)::INTEGER + coalesce(g.mobile <> f.mobile, false)::INTEGER AS differ, x.c IS NOT NULL AS together
    FROM adult_pairs AS p JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d)
    LEFT JOIN (
        SELECT DISTINCT q.c, q.d FROM adult_pairs AS q JOIN places AS a ON a.n = q.c AND a.side = 'c' JOIN places AS b ON b.n = q.d AND b.side = 'd' AND b.place = a.place
    ) AS x ON x.c = p.c AND x.d = p.d
);

-- The change that most IDs of a kind have in common, by pairs with an address or number in common.
CREATE TABLE adult_rules AS
SELECT kind, rule FROM (
    SELECT *, sum(n) OVER (PARTITION BY kind) AS whole FROM (SELECT kind, rule, count(*) AS n FROM adult_facts WHERE same_name AND agree > 0 GROUP BY ALL)
)
WHERE rule IS NOT NULL AND n >= 3 AND n > 0.5 * whole;

-- A contact in common; or else the same name with a child or a school in common, or with the usual change of the ID. Two
-- guardians of one name with different contacts are not one; a school may give its staff new addresses.
CREATE TABLE adult_scores AS
SELECT f.*, 2 * agree - differ + same_name::INTEGER + (r.rule IS NOT NULL)::INTEGER * 2 + together::INTEGER + same_part::INTEGER * 0.5 AS score
FROM adult_facts AS f LEFT JOIN adult_rules AS r ON r.kind = f.kind AND r.rule = f.rule
WHERE agree > 0 OR together AND (f.kind = 'staff' OR differ = 0 OR r.rule IS NOT NULL) OR r.rule IS NOT NULL AND differ = 0;

CREATE TABLE same_adults AS
SELECT c, d, old_id, new_id, pattern, rule, CASE WHEN same_name AND agree > 0 THEN 0.999 WHEN agree > 0 THEN 0.97 ELSE 0.98 END AS probability FROM adult_scores
QUALIFY score = max(score) OVER (PARTITION BY c) AND score = max(score) OVER (PARTITION BY d)
    AND count(*) OVER (PARTITION BY c, score) = 1 AND count(*) OVER (PARTITION BY d, score) = 1;

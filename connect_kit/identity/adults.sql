-- Staff and guardians: who is on Connect under IDs that the delivery no longer names, and who of the delivery that is.
-- Runs after names.sql. Needs ``school_map``, ``same_students`` (connect_id, new_id): the children of both sides.

CREATE TABLE delivered_ids AS
SELECT sourcedId AS id FROM users WHERE sourcedId IS NOT NULL UNION SELECT guardianSourcedId FROM guardians WHERE guardianSourcedId IS NOT NULL;

CREATE TABLE all_accounts AS
SELECT 'staff' AS kind, connectUserId AS connect_id, staffId AS id, givenName, familyName, email, sms, NULL AS phone, entries(connectSchoolIds) AS schools, NULL AS children,
    CASE WHEN lower(role) IN ('administrator', 'admin') THEN 'administrator' ELSE 'teacher' END AS part, _line FROM workspace_staff
UNION ALL
SELECT 'guardians', connectUserId, guardianId, givenName, familyName, email, sms, phone, NULL, entries(connectStudentIds), 'guardian', _line FROM workspace_guardians;

-- Each ID of an account once.
CREATE TABLE managed_accounts AS
SELECT kind, min(_line) AS _line FROM all_accounts WHERE id IS NOT NULL AND connect_id IS NOT NULL GROUP BY kind, connect_id, id;

-- A guardian's school is that of the first child.
CREATE TABLE managed_adults AS
SELECT a.kind, a._line, coalesce(a.schools[1], w.connectSchoolId) AS connect_school
FROM (FROM all_accounts SEMI JOIN managed_accounts USING (kind, _line)) AS a LEFT JOIN (SELECT connectStudentId, any_value(connectSchoolId) AS connectSchoolId FROM workspace_students GROUP BY ALL) AS w
    ON w.connectStudentId = a.children[1];

CREATE TABLE gone_accounts AS
SELECT kind, connect_id FROM all_accounts WHERE connect_id IS NOT NULL GROUP BY ALL
HAVING bool_and(connect_id NOT IN (SELECT connect_id FROM all_accounts JOIN delivered_ids USING (id) WHERE connect_id IS NOT NULL)) AND count(id) > 0;

-- Where nobody of a kind is gone, nothing of it is looked at.
CREATE TABLE gone_kinds AS SELECT DISTINCT kind FROM gone_accounts;

CREATE TABLE accounts AS
SELECT a.* EXCLUDE (email, sms, phone), coalesce(f.generation, g.generation, '') AS generation, full_name(g.whole, f.whole) AS name,
    address_key(email) AS address, numbers_of(sms, phone) AS numbers
FROM all_accounts AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName
WHERE kind IN (FROM gone_kinds);

CREATE TABLE gone_adults AS
SELECT row_number() OVER () AS c, * EXCLUDE (id, children), id AS old_id FROM accounts
SEMI JOIN managed_accounts USING (kind, _line) SEMI JOIN gone_accounts USING (kind, connect_id) WHERE name IS NOT NULL;

CREATE TABLE delivered_adults AS
SELECT row_number() OVER () AS d, a.* EXCLUDE (email, sms, phone), coalesce(f.generation, g.generation, '') AS generation, full_name(g.whole, f.whole) AS name,
    address_key(email) AS address, numbers_of(sms, phone) AS numbers,
    new_id NOT IN (SELECT id FROM all_accounts WHERE id IS NOT NULL) AS fresh
FROM (
    SELECT * FROM (
        SELECT CASE WHEN _kind = 'guardian' THEN 'guardians' ELSE 'staff' END AS kind, sourcedId AS new_id, givenName, familyName, email, sms, phone, _kind AS part,
            CASE WHEN _kind <> 'guardian' THEN entries(orgSourcedIds) END AS schools, 0 AS file, _line
        FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator') AND sourcedId IS NOT NULL
        UNION ALL
        SELECT 'guardians', guardianSourcedId, givenName, familyName, email, sms, phone, 'guardian', NULL, 1, _line FROM guardians WHERE guardianSourcedId IS NOT NULL
    )
    WHERE coalesce(givenName, familyName) IS NOT NULL AND kind IN (FROM gone_kinds)
    QUALIFY row_number() OVER (PARTITION BY new_id ORDER BY file, _line) = 1
) AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName;

CREATE TABLE fresh_adults AS SELECT * FROM delivered_adults WHERE fresh AND name IS NOT NULL;

-- Children by the delivery's ID, schools by the delivery's School ID: what two records may have in common.
CREATE TABLE connect_children AS
SELECT a.kind, a.connect_id, s.new_id AS child FROM (SELECT DISTINCT kind, connect_id, unnest(children) AS child FROM accounts WHERE kind = 'guardians') AS a
JOIN same_students AS s ON s.connect_id = a.child;

CREATE TABLE delivered_children AS
SELECT DISTINCT f.d, n.child FROM (
    SELECT sourcedId AS child, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL
    UNION ALL SELECT studentSourcedId, guardianSourcedId FROM guardians
) AS n JOIN delivered_adults AS f ON f.new_id = n.agent AND f.kind = 'guardians' WHERE n.child IS NOT NULL;

CREATE TABLE places AS
SELECT 'c' AS side, g.c AS n, g.name, 'child ' || k.child AS place FROM gone_adults AS g JOIN connect_children AS k USING (kind, connect_id)
UNION ALL SELECT 'c', g.c, g.name, 'school ' || m.school FROM (SELECT c, name, unnest(list_distinct(schools)) AS school FROM gone_adults WHERE kind = 'staff') AS g
JOIN school_map AS m ON m.connect_school = g.school WHERE m.school IS NOT NULL
UNION ALL SELECT 'd', f.d, f.name, 'child ' || k.child FROM fresh_adults AS f JOIN delivered_children AS k USING (d)
UNION ALL SELECT 'd', d, name, 'school ' || coalesce(school, (SELECT school FROM default_school))
FROM (SELECT d, name, unnest(coalesce(list_distinct(schools), [NULL])) AS school FROM fresh_adults WHERE kind = 'staff') WHERE coalesce(school, (SELECT school FROM default_school)) IS NOT NULL;

CREATE TABLE gone_contacts AS
SELECT * FROM (SELECT c, kind, name, unnest(list_distinct(list_append(numbers, address))) AS contact FROM gone_adults) WHERE contact IS NOT NULL;

CREATE TABLE fresh_contacts AS
SELECT * FROM (SELECT d, kind, name, unnest(list_distinct(list_append(numbers, address))) AS contact FROM fresh_adults) WHERE contact IS NOT NULL;

CREATE TABLE contacts_of_many AS
SELECT contact FROM gone_contacts GROUP BY contact HAVING count(*) > 12 UNION SELECT contact FROM fresh_contacts GROUP BY contact HAVING count(*) > 12;

-- Another name with the same contact: a nickname or misspelling, or somebody who has married. Parents share contacts, so a
-- given name that is not the same one means another person. A contact of very many is nobody's.
CREATE TABLE other_names AS
WITH g AS (FROM gone_contacts ANTI JOIN contacts_of_many USING (contact)), f AS (FROM fresh_contacts ANTI JOIN contacts_of_many USING (contact))
SELECT DISTINCT p.c, p.d FROM (SELECT g.c, f.d FROM g JOIN f USING (kind, contact) WHERE g.name <> f.name) AS p JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d)
JOIN given_forms AS a ON a.raw = g.givenName JOIN given_forms AS b ON b.raw = f.givenName
LEFT JOIN family_forms AS x ON x.raw = g.familyName LEFT JOIN family_forms AS y ON y.raw = f.familyName
WHERE CASE given_likeness(a.given, b.given) WHEN 3 THEN true WHEN 2 THEN family_likeness(x.family, y.family) >= 2 ELSE false END;

-- Not where somebody of the one name is on the other side as well, with a contact or child in common.
CREATE TABLE namesake_adults AS
SELECT o.c, o.d FROM other_names AS o JOIN gone_adults AS g USING (c)
JOIN delivered_adults AS e ON e.kind = g.kind AND e.name = g.name AND e.d <> o.d
WHERE e.address = g.address OR list_has_any(e.numbers, g.numbers)
    OR (g.kind, g.connect_id, e.d) IN (SELECT (k.kind, k.connect_id, n.d) FROM connect_children AS k JOIN delivered_children AS n USING (child) WHERE k.connect_id IN (SELECT connect_id FROM gone_adults SEMI JOIN other_names USING (c)))
UNION
SELECT o.c, o.d FROM other_names AS o JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d)
JOIN accounts AS e ON e.kind = f.kind AND e.name = f.name AND e.connect_id <> g.connect_id
WHERE e.address = f.address OR list_has_any(e.numbers, f.numbers)
    OR (e.kind, e.connect_id, f.d) IN (SELECT (k.kind, k.connect_id, n.d) FROM delivered_children AS n JOIN connect_children AS k USING (child) WHERE n.d IN (SELECT d FROM other_names));

CREATE TABLE near_pairs AS
SELECT DISTINCT c, d FROM (
    SELECT a.c, b.d FROM gone_contacts AS a JOIN fresh_contacts AS b USING (kind, name, contact)
    UNION ALL SELECT c, d FROM other_names ANTI JOIN namesake_adults USING (c, d)
    UNION ALL SELECT a.n, b.n FROM places AS a JOIN places AS b USING (place, name) WHERE a.side = 'c' AND b.side = 'd'
);

-- The same name and digits or letters of the ID, of those who have nothing else in common with anybody.
CREATE TABLE adult_pairs AS
WITH g AS (SELECT c, kind, name, old_id FROM gone_adults WHERE c NOT IN (SELECT c FROM near_pairs)), f AS (SELECT d, kind, name, new_id FROM fresh_adults WHERE d NOT IN (SELECT d FROM near_pairs))
SELECT DISTINCT p.c, p.d FROM (
    FROM near_pairs
    UNION ALL SELECT c, d FROM (SELECT *, digit_core(old_id) AS key FROM g) JOIN (SELECT *, digit_core(new_id) AS key FROM f) USING (kind, name, key)
    UNION ALL SELECT c, d FROM g JOIN f ON f.kind = g.kind AND f.name = g.name AND lower(old_id) = lower(new_id)
) AS p JOIN gone_adults AS a USING (c) JOIN fresh_adults AS b USING (d) WHERE a.kind = b.kind AND a.generation = b.generation;

CREATE TABLE together AS
SELECT DISTINCT q.c, q.d FROM adult_pairs AS q JOIN places AS a ON a.n = q.c AND a.side = 'c' JOIN places AS b ON b.n = q.d AND b.side = 'd' AND b.place = a.place;

-- A child with several guardians of one name: only a contact or the ID says who is who.
CREATE TABLE same_named_guardians AS
SELECT child, name FROM delivered_children JOIN delivered_adults USING (d) GROUP BY ALL HAVING count(*) > 1
UNION SELECT child, name FROM connect_children JOIN accounts USING (kind, connect_id) GROUP BY ALL HAVING min(connect_id) < max(connect_id);

CREATE TABLE adult_facts AS
SELECT *, id_rule(old_id, new_id, pattern) AS rule FROM (
    SELECT p.c, p.d, g.kind, g.name = f.name AS same_name, g.part = f.part AS same_part, g.old_id, f.new_id, id_pattern(g.old_id, f.new_id) AS pattern,
        coalesce(g.address = f.address, false)::INTEGER + list_has_any(g.numbers, f.numbers)::INTEGER AS agree,
        coalesce(g.address <> f.address, false)::INTEGER + (len(g.numbers) > 0 AND len(f.numbers) > 0 AND NOT list_has_any(g.numbers, f.numbers))::INTEGER AS differ,
        x.c IS NOT NULL AS together, g.c IN (SELECT n FROM places JOIN same_named_guardians AS s ON place = 'child ' || s.child AND s.name = places.name WHERE side = 'c') AS several
    FROM adult_pairs AS p JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d) LEFT JOIN together AS x USING (c, d)
);

-- The change that most IDs of a kind have in common, by pairs with an address or number in common.
CREATE TABLE adult_rules AS
SELECT kind, rule FROM (
    SELECT *, sum(n) OVER (PARTITION BY kind) AS whole FROM (SELECT kind, rule, count(*) AS n FROM adult_facts WHERE same_name AND agree > 0 GROUP BY ALL)
)
WHERE rule IS NOT NULL AND n >= 3 AND n > 0.5 * whole;

-- A contact in common; or else the same name with a child or a school in common, or with the usual change of the ID.
CREATE TABLE adult_scores AS
SELECT f.*, r.rule IS NOT NULL AS usual,
    2 * agree - differ + same_name::INTEGER * 20 + (r.rule IS NOT NULL)::INTEGER * 2 + together::INTEGER + same_part::INTEGER * 0.5 AS score
FROM adult_facts AS f LEFT JOIN adult_rules AS r ON r.kind = f.kind AND r.rule = f.rule
WHERE agree > 0 OR together AND (NOT several OR r.rule IS NOT NULL) OR r.rule IS NOT NULL AND differ = 0;

-- Pairs of which one side has another one as well.
CREATE TABLE contested AS
SELECT c, d FROM adult_scores WHERE c IN (SELECT c FROM adult_scores GROUP BY c HAVING count(*) > 1) OR d IN (SELECT d FROM adult_scores GROUP BY d HAVING count(*) > 1);

-- People get new addresses and numbers; that a father and a son of one name are guardians of one child is rare.
CREATE TABLE same_adults AS
SELECT c, d, old_id, new_id, pattern, rule,
    CASE WHEN same_name AND agree > 0 THEN 0.999 WHEN agree > 0 THEN 0.97 WHEN usual THEN 0.99 WHEN differ > 0 THEN 0.9 ELSE 0.98 END AS probability
FROM (
    SELECT * FROM adult_scores ANTI JOIN contested USING (c, d)
    UNION ALL
    SELECT * FROM (SELECT * FROM adult_scores SEMI JOIN contested USING (c, d))
    QUALIFY score = max(score) OVER (PARTITION BY c) AND score = max(score) OVER (PARTITION BY d)
        AND count(*) OVER (PARTITION BY c, score) = 1 AND count(*) OVER (PARTITION BY d, score) = 1
);

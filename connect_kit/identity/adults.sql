-- Staff and guardians: who is on Connect under IDs that the delivery no longer names, and who of the delivery that is.
-- Runs after names.sql. Needs ``school_map``, ``same_students`` (connect_id, new_id): the children of both sides.

CREATE TABLE delivered_ids AS
SELECT sourcedId AS id FROM users WHERE sourcedId IS NOT NULL UNION SELECT guardianSourcedId FROM guardians WHERE guardianSourcedId IS NOT NULL;

CREATE TABLE all_accounts AS
SELECT 2 * _line AS c, 'staff' AS kind, connectUserId AS connect_id, staffId AS id, givenName, familyName, email, sms, NULL AS phone, entries(connectSchoolIds) AS schools, NULL AS children,
    CASE WHEN lower(role) IN ('administrator', 'admin') THEN 'administrator' ELSE 'teacher' END AS part FROM workspace_staff
UNION ALL
SELECT 2 * _line + 1, 'guardians', connectUserId, guardianId, givenName, familyName, email, sms, phone, NULL, entries(connectStudentIds), 'guardian' FROM workspace_guardians;

-- Each ID of an account counts once.
CREATE TABLE repeated_rows AS
SELECT c FROM all_accounts JOIN (SELECT kind, connect_id, id, min(c) AS first FROM all_accounts GROUP BY ALL HAVING count(*) > 1) AS r USING (kind, connect_id, id) WHERE c > first;

CREATE VIEW managed_accounts AS
FROM all_accounts WHERE id IS NOT NULL AND connect_id IS NOT NULL AND c NOT IN (FROM repeated_rows);

-- A guardian's school is that of the first child.
CREATE TABLE managed_adults AS
SELECT a.c, a.kind, coalesce(a.schools[1], w.connectSchoolId) AS connect_school
FROM managed_accounts AS a LEFT JOIN (SELECT connectStudentId, any_value(connectSchoolId) AS connectSchoolId FROM workspace_students GROUP BY ALL) AS w ON w.connectStudentId = a.children[1];

CREATE TABLE gone_adults AS
SELECT a.* EXCLUDE (id, email, sms, phone), id AS old_id, coalesce(f.generation, g.generation, '') AS generation, full_name(g.whole, f.whole) AS name,
    address_key(email) AS address, number_key(sms) AS number, number_key(phone) AS other_number
FROM managed_accounts AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName
WHERE coalesce(g.whole, f.whole) IS NOT NULL AND connect_id NOT IN (SELECT connect_id FROM all_accounts SEMI JOIN delivered_ids USING (id) WHERE connect_id IS NOT NULL);

-- Where nobody of a kind is gone, nothing of it is looked at.
CREATE VIEW delivered_rows AS
SELECT * FROM (
    SELECT 2 * _line AS d, CASE WHEN _kind = 'guardian' THEN 'guardians' ELSE 'staff' END AS kind, sourcedId AS new_id, givenName, familyName, email, sms, phone, _kind AS part,
        CASE WHEN _kind <> 'guardian' THEN entries(orgSourcedIds) END AS schools
    FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator') AND sourcedId IS NOT NULL
    UNION ALL
    SELECT 2 * _line + 1, 'guardians', guardianSourcedId, givenName, familyName, email, sms, phone, 'guardian', NULL FROM guardians WHERE guardianSourcedId IS NOT NULL
)
WHERE kind IN (SELECT kind FROM gone_adults);

CREATE TABLE fresh_adults AS
SELECT a.* EXCLUDE (email, sms, phone), coalesce(f.generation, g.generation, '') AS generation, full_name(g.whole, f.whole) AS name,
    address_key(email) AS address, number_key(sms) AS number, number_key(phone) AS other_number
FROM delivered_rows AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName
WHERE coalesce(g.whole, f.whole) IS NOT NULL AND new_id NOT IN (SELECT id FROM all_accounts WHERE id IS NOT NULL);

-- Of an ID the first row counts, that of users.csv before that of guardians.csv.
DELETE FROM fresh_adults AS a USING (
    SELECT new_id, coalesce(min(d) FILTER (d % 2 = 0), min(d)) AS first FROM fresh_adults GROUP BY new_id HAVING count(*) > 1
) AS r WHERE r.new_id = a.new_id AND a.d <> r.first;

-- Namesakes of these on either side, who have kept their IDs: who is who depends on them as well.
CREATE TABLE names_in_question AS SELECT name FROM gone_adults UNION SELECT name FROM fresh_adults;

CREATE TABLE other_accounts AS
SELECT kind, connect_id, children, full_name(g.whole, f.whole) AS name, address_key(email) AS address, number_key(sms) AS number, number_key(phone) AS other_number
FROM all_accounts AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName
WHERE c NOT IN (SELECT c FROM gone_adults) AND full_name(g.whole, f.whole) IN (FROM names_in_question);

CREATE TABLE other_delivered AS
SELECT any_value(d) AS d, kind, new_id, full_name(g.whole, f.whole) AS name, address_key(email) AS address, number_key(sms) AS number, number_key(phone) AS other_number
FROM (FROM delivered_rows WHERE new_id IN (SELECT id FROM all_accounts WHERE id IS NOT NULL)) AS a
LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName
WHERE full_name(g.whole, f.whole) IN (FROM names_in_question) GROUP BY ALL;

CREATE VIEW accounts AS
SELECT kind, connect_id, children, name, address, number, other_number FROM gone_adults UNION ALL FROM other_accounts;

CREATE VIEW delivered_adults AS
SELECT d, kind, new_id, name, address, number, other_number FROM fresh_adults UNION ALL FROM other_delivered;

CREATE MACRO share_number(a, b) AS coalesce(a.number IN (b.number, b.other_number), false) OR coalesce(a.other_number IN (b.number, b.other_number), false);

CREATE MACRO has_number(a) AS coalesce(a.number, a.other_number) IS NOT NULL;

-- Children and schools, of which two records may have one in common, as numbers: by the delivery's ID.
CREATE TABLE connect_children AS
SELECT a.kind, a.connect_id, hash(s.new_id) AS child FROM (SELECT DISTINCT kind, connect_id, unnest(children) AS child FROM accounts WHERE kind = 'guardians') AS a
JOIN same_students AS s ON s.connect_id = a.child;

CREATE TABLE delivered_children AS
SELECT DISTINCT f.d, hash(n.child) AS child FROM (
    SELECT sourcedId AS child, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL
    UNION ALL SELECT studentSourcedId, guardianSourcedId FROM guardians
) AS n JOIN delivered_adults AS f ON f.new_id = n.agent AND f.kind = 'guardians' WHERE n.child IS NOT NULL;

CREATE TABLE places AS
SELECT 'c' AS side, g.c AS n, g.name, k.child AS place FROM gone_adults AS g JOIN connect_children AS k USING (kind, connect_id)
UNION ALL SELECT 'c', g.c, g.name, hash('school', m.school) FROM (SELECT c, name, unnest(list_distinct(schools)) AS school FROM gone_adults WHERE kind = 'staff') AS g
JOIN school_map AS m ON m.connect_school = g.school WHERE m.school IS NOT NULL
UNION ALL SELECT 'd', f.d, f.name, k.child FROM fresh_adults AS f JOIN delivered_children AS k USING (d)
UNION ALL SELECT 'd', d, name, hash('school', coalesce(school, (SELECT school FROM default_school)))
FROM (SELECT d, name, unnest(coalesce(list_distinct(schools), [NULL])) AS school FROM fresh_adults WHERE kind = 'staff') WHERE coalesce(school, (SELECT school FROM default_school)) IS NOT NULL;

CREATE TABLE gone_contacts AS
SELECT c, kind, name, address AS contact FROM gone_adults WHERE address IS NOT NULL
UNION ALL SELECT c, kind, name, number FROM gone_adults WHERE number IS NOT NULL
UNION ALL SELECT c, kind, name, other_number FROM gone_adults WHERE other_number IS DISTINCT FROM number AND other_number IS NOT NULL;

CREATE TABLE fresh_contacts AS
SELECT d, kind, name, address AS contact FROM fresh_adults WHERE address IS NOT NULL
UNION ALL SELECT d, kind, name, number FROM fresh_adults WHERE number IS NOT NULL
UNION ALL SELECT d, kind, name, other_number FROM fresh_adults WHERE other_number IS DISTINCT FROM number AND other_number IS NOT NULL;

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
WHERE e.address = g.address OR share_number(e, g)
    OR (g.kind, g.connect_id, e.d) IN (SELECT (k.kind, k.connect_id, n.d) FROM connect_children AS k JOIN delivered_children AS n USING (child) WHERE k.connect_id IN (SELECT connect_id FROM gone_adults SEMI JOIN other_names USING (c)))
UNION
SELECT o.c, o.d FROM other_names AS o JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d)
JOIN accounts AS e ON e.kind = f.kind AND e.name = f.name AND e.connect_id <> g.connect_id
WHERE e.address = f.address OR share_number(e, f)
    OR (e.kind, e.connect_id, f.d) IN (SELECT (k.kind, k.connect_id, n.d) FROM delivered_children AS n JOIN connect_children AS k USING (child) WHERE n.d IN (SELECT d FROM other_names));

-- together: a child or school in common.
CREATE TABLE near_pairs AS
WITH married AS (FROM other_names ANTI JOIN namesake_adults USING (c, d))
SELECT c, d, bool_or(together) AS together FROM (
    SELECT a.c, b.d, false AS together FROM gone_contacts AS a JOIN fresh_contacts AS b USING (kind, name, contact)
    UNION ALL
    SELECT c, d, false FROM married
    UNION ALL
    SELECT o.c, o.d, true FROM married AS o JOIN places AS a ON a.side = 'c' AND a.n = o.c JOIN places AS b ON b.side = 'd' AND b.n = o.d AND b.place = a.place
    UNION ALL SELECT a.n, b.n, true FROM places AS a JOIN places AS b USING (place, name) WHERE a.side = 'c' AND b.side = 'd'
) GROUP BY c, d;

-- The same name and digits or letters of the ID, of those who have nothing else in common with anybody.
CREATE TABLE adult_pairs AS
WITH g AS (SELECT c, kind, name, old_id FROM gone_adults WHERE c NOT IN (SELECT c FROM near_pairs)), f AS (SELECT d, kind, name, new_id FROM fresh_adults WHERE d NOT IN (SELECT d FROM near_pairs))
FROM near_pairs
UNION ALL SELECT DISTINCT c, d, false FROM (
    SELECT c, d FROM (SELECT *, digit_core(old_id) AS key FROM g) JOIN (SELECT *, digit_core(new_id) AS key FROM f) USING (kind, name, key)
    UNION ALL SELECT c, d FROM g JOIN f ON f.kind = g.kind AND f.name = g.name AND lower(old_id) = lower(new_id)
);

CREATE TABLE adult_facts AS
SELECT *, CASE WHEN pattern <> 'unrelated' OR NOT only_digits(old_id || new_id) THEN id_rule(old_id, new_id, pattern) END AS rule FROM (
    SELECT p.c, p.d, p.together, g.kind, g.name = f.name AS same_name, g.part = f.part AS same_part, g.old_id, f.new_id, quick_pattern(g.old_id, f.new_id) AS pattern,
        coalesce(g.address = f.address, false)::INTEGER + share_number(g, f)::INTEGER AS agree,
        coalesce(g.address <> f.address, false)::INTEGER + (has_number(g) AND has_number(f) AND NOT share_number(g, f))::INTEGER AS differ
    FROM adult_pairs AS p JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d) WHERE g.kind = f.kind AND g.generation = f.generation
);

-- A child with several guardians of one name: only a contact or the ID says who is who.
CREATE TABLE one_of_several AS
WITH children AS (
    SELECT DISTINCT place AS child, name FROM places WHERE side = 'c' AND n IN (SELECT c FROM adult_facts WHERE agree = 0 AND together)
), several AS (
    SELECT child, name FROM delivered_children JOIN delivered_adults USING (d) SEMI JOIN children USING (child, name) GROUP BY ALL HAVING count(DISTINCT new_id) > 1
    UNION SELECT child, name FROM connect_children JOIN accounts USING (kind, connect_id) SEMI JOIN children USING (child, name) GROUP BY ALL HAVING min(connect_id) < max(connect_id)
)
SELECT DISTINCT n AS c FROM places AS p JOIN several AS s ON s.child = p.place AND s.name = p.name WHERE p.side = 'c';

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
WHERE agree > 0 OR together AND (f.c NOT IN (SELECT c FROM one_of_several) OR r.rule IS NOT NULL) OR r.rule IS NOT NULL AND differ = 0;

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

-- References that lead nowhere although the ID is there in another form, is marked as deleted, or is outside a file of changes,
-- and guardians who name their students instead of being named.
-- Runs after relations.sql, with the same schemas, and after marked_ids is made.

-- Files that hold changes only, as the manifest says: what they do not name is not missing.
CREATE TABLE delta_tables AS
SELECT DISTINCT split_part(value, '.csv', 1) AS tbl FROM _notices WHERE code = 'delivery.delta';

CREATE TABLE unknown_agents AS
SELECT DISTINCT a.agent AS id, 'unknown' AS status, NULL::VARCHAR AS words FROM user_agents AS a
ANTI JOIN user_index AS u ON u.sourcedId = a.agent ANTI JOIN refused_ids AS r ON r.id = a.agent AND r.tbl = 'users'
WHERE a._kind = 'student' AND a._line NOT IN (SELECT _line FROM list_forms WHERE col = 'agentSourcedIds');

CREATE TABLE unknown_students AS
SELECT DISTINCT g.id, 'unknown' AS status, NULL::VARCHAR AS words
FROM (SELECT studentSourcedId AS id FROM guardians UNION SELECT studentSourcedId FROM student_attributes) AS g
ANTI JOIN student_ids AS s ON s.sourcedId = g.id ANTI JOIN refused_ids AS r ON r.id = g.id AND r.tbl = 'users' WHERE g.id IS NOT NULL;

-- Schools of the files: what Connect has not, and what orgs.csv has not.
CREATE TABLE lost_ids AS
SELECT 'users' AS tbl, id FROM unknown_users WHERE status IN ('unknown', 'quoted', 'padded', 'shorter')
UNION SELECT 'users', id FROM unknown_agents
UNION SELECT 'users', r.userSourcedId FROM roles AS r ANTI JOIN user_index AS u ON u.sourcedId = r.userSourcedId WHERE r.userSourcedId IS NOT NULL
UNION SELECT 'students', id FROM unknown_students
UNION SELECT 'classes', id FROM unknown_classes WHERE status IN ('unknown', 'quoted', 'padded', 'shorter')
UNION SELECT 'schools', school FROM school_status WHERE status = 'unknown' AND EXISTS (SELECT 1 FROM known_schools)
UNION SELECT 'orgs', s.school FROM school_status AS s ANTI JOIN orgs AS o ON o.sourcedId = s.school WHERE EXISTS (SELECT 1 FROM orgs WHERE sourcedId IS NOT NULL);

-- Only of what something is looked for in.
CREATE TABLE held_ids AS
SELECT 'users' AS tbl, sourcedId AS id FROM user_index WHERE EXISTS (SELECT 1 FROM lost_ids WHERE tbl = 'users')
UNION ALL SELECT 'students', sourcedId FROM user_index WHERE _kind = 'student' AND EXISTS (SELECT 1 FROM lost_ids WHERE tbl = 'students')
UNION ALL SELECT 'classes', sourcedId FROM class_index WHERE EXISTS (SELECT 1 FROM lost_ids WHERE tbl = 'classes')
UNION ALL SELECT 'schools', school FROM known_schools WHERE EXISTS (SELECT 1 FROM lost_ids WHERE tbl = 'schools')
UNION ALL SELECT DISTINCT 'orgs', sourcedId FROM orgs WHERE sourcedId IS NOT NULL AND EXISTS (SELECT 1 FROM lost_ids WHERE tbl = 'orgs');

-- An ID step by step in a form in which what spreadsheets and exports add or take away does not count.
CREATE MACRO no_blanks(value) AS regexp_replace(value, '[\s\x00-\x1f\x7f-\x{A0}\x{AD}\x{200B}-\x{200F}\x{2028}-\x{202F}\x{2060}\x{3000}\x{FEFF}]', '', 'g');

CREATE MACRO no_braces(value) AS regexp_replace(value, '^[{(\[]+|[})\]]+$', '', 'g');

CREATE MACRO no_quotes(value) AS regexp_replace(value, '^=?["''`´‘’“”„«»]+|["''`´‘’“”„«»]+$', '', 'g');

CREATE MACRO no_decimals(value) AS regexp_replace(value, '^([0-9,]+)[.]0+$', '\1');

CREATE MACRO no_thousands(value) AS CASE WHEN regexp_full_match(value, '[0-9]{1,3}(,[0-9]{3})+') THEN replace(value, ',', '') ELSE value END;

CREATE MACRO no_zeros(value) AS CASE WHEN regexp_full_match(value, '[0-9]+') THEN ltrim(value, '0') ELSE value END;

CREATE MACRO no_hyphens(value) AS CASE WHEN regexp_full_match(replace(value, '-', ''), '[0-9a-f]{32}') THEN replace(value, '-', '') ELSE value END;

CREATE TABLE id_forms AS
SELECT tbl, id, held, no_hyphens(no_zeros(no_thousands(no_decimals(no_braces(no_quotes(no_braces(lower(no_blanks(id))))))))) AS form
FROM (SELECT tbl, id, false AS held FROM lost_ids UNION ALL SELECT tbl, id, true FROM held_ids);

-- Spreadsheets keep fifteen digits of a number, rounded or cut off, or show the first few of them as a power of ten.
CREATE TABLE long_numbers AS
SELECT tbl, id, held, length(form) AS width, left(form, 15)::BIGINT AS first, substr(form, 16, 1) >= '5' AS up, ltrim(substr(form, 16), '0') = '' AS cut
FROM id_forms WHERE length(form) > 15 AND regexp_full_match(form, '[0-9]+');

CREATE TABLE powers AS
SELECT tbl, id, held, length(digits) - 1 AS decimals, power + 1 AS width, digits::DOUBLE AS digits FROM (
    SELECT tbl, id, held, replace(replace(split_part(form, 'e', 1), '.', ''), ',', '') AS digits, ltrim(split_part(form, 'e', 2), '+')::INTEGER AS power
    FROM id_forms WHERE regexp_full_match(form, '[1-9]([.,][0-9]{1,14})?e[+]?[0-9]{1,3}')
);

CREATE TABLE shown_numbers AS
SELECT i.tbl, i.id, i.held, p.decimals, p.width, round(try_cast(i.form AS DOUBLE) / pow(10, p.width - 1 - p.decimals)) AS digits
FROM (SELECT * FROM id_forms WHERE regexp_full_match(form, '[0-9]+')) AS i JOIN (SELECT DISTINCT tbl, held, decimals, width FROM powers) AS p
    ON p.tbl = i.tbl AND p.held <> i.held AND p.width = length(i.form);

CREATE TABLE near_pairs AS
SELECT l.tbl, l.id, h.id AS partner, CASE WHEN lower(l.id) = lower(h.id) THEN 'capital and small letters differ'
        WHEN no_blanks(l.id) = no_blanks(h.id) THEN 'blanks differ'
        WHEN no_braces(lower(no_blanks(l.id))) = no_braces(lower(no_blanks(h.id))) THEN 'one of the two is in braces'
        WHEN no_quotes(l.id) = no_quotes(h.id) THEN 'one of the two has quote characters, as a spreadsheet marks text'
        WHEN no_decimals(l.id) = no_decimals(h.id) THEN 'one of the two ends in .0, as a spreadsheet writes numbers'
        WHEN no_thousands(l.id) = no_thousands(h.id) THEN 'one of the two has commas between its digits'
        WHEN no_zeros(l.id) = no_zeros(h.id) THEN 'leading zeros differ' ELSE 'they differ in form only' END AS why
FROM id_forms AS l JOIN id_forms AS h ON h.tbl = l.tbl AND h.form = l.form AND h.held WHERE NOT l.held AND l.form <> '' AND l.id <> h.id
UNION
SELECT l.tbl, l.id, h.id, 'a spreadsheet has changed the digits after the fifteenth' FROM long_numbers AS l
JOIN long_numbers AS h ON h.tbl = l.tbl AND h.held AND h.width = l.width AND h.cut <> l.cut
    AND CASE WHEN l.cut THEN l.first - h.first ELSE h.first - l.first END BETWEEN 0 AND CASE WHEN l.cut THEN h.up ELSE l.up END::INTEGER
    AND h.first BETWEEN l.first - 1 AND l.first + 1
WHERE NOT l.held
UNION
SELECT s.tbl, CASE WHEN s.held THEN p.id ELSE s.id END, CASE WHEN s.held THEN s.id ELSE p.id END, 'a spreadsheet has shortened the number'
FROM shown_numbers AS s JOIN powers AS p ON p.tbl = s.tbl AND p.held <> s.held AND p.decimals = s.decimals AND p.width = s.width AND p.digits = s.digits;

-- Which ID is probably meant, in words: one, two, or too many to say.
CREATE TABLE near_ids AS
WITH closest AS ( -- the first of these ways in which one is there
    SELECT * FROM near_pairs QUALIFY rank() OVER (PARTITION BY tbl, id ORDER BY CASE why
        WHEN 'capital and small letters differ' THEN 1 WHEN 'blanks differ' THEN 2 WHEN 'one of the two is in braces' THEN 3 ELSE 4 END) = 1
)
SELECT tbl, id, CASE count(*) WHEN 1 THEN min(partner) WHEN 2 THEN min(partner) || ' or ' || max(partner) ELSE 'one of ' || count(*) || ' such as ' || min(partner) END AS partners,
    min(why) AS why FROM closest GROUP BY tbl, id;

-- Marked goes before near: the ID itself is there.
UPDATE unknown_users SET status = 'marked', words = m.words FROM marked_ids AS m WHERE m.tbl = 'users' AND m.id = unknown_users.id AND unknown_users.status IN ('unknown', 'padded', 'shorter');

UPDATE unknown_users SET status = 'near', words = n.id || ' is not in users.csv, but ' || n.partners || ' is: ' || n.why
FROM near_ids AS n WHERE n.tbl = 'users' AND n.id = unknown_users.id AND unknown_users.status = 'unknown';

UPDATE unknown_users SET status = 'outside' WHERE status IN ('unknown', 'padded', 'near') AND EXISTS (SELECT 1 FROM delta_tables WHERE tbl = 'users');

UPDATE unknown_agents SET status = 'marked', words = m.words FROM marked_ids AS m WHERE m.tbl = 'users' AND m.id = unknown_agents.id;

UPDATE unknown_agents SET status = 'near', words = n.id || ' is not in users.csv, but ' || n.partners || ' is: ' || n.why
FROM near_ids AS n WHERE n.tbl = 'users' AND n.id = unknown_agents.id AND unknown_agents.status = 'unknown';

UPDATE unknown_agents SET status = 'outside' WHERE status IN ('unknown', 'near') AND EXISTS (SELECT 1 FROM delta_tables WHERE tbl = 'users');

UPDATE unknown_students SET status = 'marked', words = m.words FROM marked_ids AS m WHERE m.tbl = 'users' AND m.id = unknown_students.id;

UPDATE unknown_students SET status = 'near', words = n.id || ' is not in users.csv, but ' || n.partners || ' is: ' || n.why
FROM near_ids AS n WHERE n.tbl = 'students' AND n.id = unknown_students.id AND unknown_students.status = 'unknown';

UPDATE unknown_students SET status = 'outside' WHERE status IN ('unknown', 'near') AND EXISTS (SELECT 1 FROM delta_tables WHERE tbl = 'users');

UPDATE unknown_classes SET status = 'marked', words = m.words FROM marked_ids AS m WHERE m.tbl = 'classes' AND m.id = unknown_classes.id AND unknown_classes.status IN ('unknown', 'padded', 'shorter');

UPDATE unknown_classes SET status = 'near', words = n.id || ' is not in classes.csv, but ' || n.partners || ' is: ' || n.why
FROM near_ids AS n WHERE n.tbl = 'classes' AND n.id = unknown_classes.id AND unknown_classes.status = 'unknown';

UPDATE unknown_classes SET status = 'outside' WHERE status IN ('unknown', 'padded', 'near') AND EXISTS (SELECT 1 FROM delta_tables WHERE tbl = 'classes');

-- A school that Connect has under the identifier of its row in orgs.csv, or in another form.
CREATE TABLE near_schools AS
SELECT DISTINCT s.school, k.school AS connect, 'identifier' AS what FROM school_status AS s JOIN orgs AS o ON o.sourcedId = s.school
JOIN known_schools AS k ON k.school = o.identifier WHERE s.status = 'unknown'
UNION ALL
SELECT id, partner, why FROM near_pairs WHERE tbl = 'schools';

UPDATE school_status SET status = CASE WHEN n.what = 'identifier' THEN 'identifier' ELSE 'near' END
FROM (SELECT school, max_by(what, what = 'identifier') AS what FROM near_schools GROUP BY school) AS n WHERE n.school = school_status.school;

-- Lists on rows that are not students', with the student that each entry is. In OneRoster 1.2 somebody whose first role is
-- another one may be a guardian too.
CREATE TABLE other_agents AS
SELECT a._line, g.sourcedId AS id, a._kind = 'guardian' OR f.sourcedId IS NOT NULL AS guardian, a.agent, s.sourcedId AS student, s._line AS student_line
FROM (SELECT * FROM user_agents WHERE _kind NOT IN ('student', 'unknown')) AS a LEFT JOIN user_index AS g ON g._line = a._line
LEFT JOIN further_guardians AS f ON f.sourcedId = g.sourcedId LEFT JOIN user_index AS s ON s.sourcedId = a.agent AND s._kind = 'student';

-- Guardians whose students do not name them, while the guardian's own row names the students.
CREATE TABLE turned_agents AS
SELECT o._line, o.id AS guardian, o.student, o.student_line FROM other_agents AS o
LEFT JOIN (SELECT DISTINCT _line, agent FROM user_agents WHERE EXISTS (SELECT 1 FROM other_agents)) AS b ON b._line = o.student_line AND b.agent = o.id
LEFT JOIN (SELECT DISTINCT studentSourcedId, guardianSourcedId FROM guardians) AS f ON f.studentSourcedId = o.student AND f.guardianSourcedId = o.id
WHERE o.guardian AND o.id IS NOT NULL AND o.student IS NOT NULL AND b.agent IS NULL AND f.guardianSourcedId IS NULL;

-- Such rows that list somebody who is no student, or that are no guardian's at all. A row that cannot be read may be a student's.
CREATE TABLE stray_agents AS
SELECT _line, CASE WHEN bool_and(guardian) THEN 'a guardian''s row names ' || string_agg(o.agent, ', ' ORDER BY o.agent) || ', no student of users.csv'
    ELSE 'filled in on a row of neither a student nor a guardian' END AS words
FROM other_agents AS o LEFT JOIN refused_ids AS r ON r.tbl = 'users' AND r.id = o.agent
WHERE student IS NULL AND r.id IS NULL OR NOT guardian GROUP BY _line;

-- All that stands on lines of users.csv that cannot be read: whom they name is not known, but not that nobody does.
CREATE TABLE refused_words AS SELECT DISTINCT unnest(regexp_split_to_array(raw, '[,;\t|" ]+')) AS word FROM _refused WHERE tbl = 'users';

-- Staff and guardians of one school with one name and no contact in common: probably one person, or only namesakes.
CREATE TABLE same_names AS
WITH people AS (
    SELECT c.*, s.school FROM contacts AS c JOIN user_schools AS s ON s._line = c._line
    WHERE c.part > 0 AND NOT c.nameless AND (c.address IS NOT NULL OR c.number IS NOT NULL)
)
SELECT g._line, min(s._line) AS staff_line FROM people AS g JOIN people AS s ON s.name = g.name AND s.school = g.school AND s.part = 1
WHERE g.part = 2 AND s.id IS DISTINCT FROM g.id GROUP BY g._line
HAVING NOT bool_or(coalesce(s.address = g.address, false) OR coalesce(s.number = g.number, false));

-- OneRoster 1.2: the row of roles.csv that gives a person a role which Connect does not know, or none.
CREATE TABLE bad_roles AS
SELECT DISTINCT r.role_line AS _line FROM _role_lines AS r JOIN users AS u ON u._line = r._line WHERE u._kind = 'unknown';

-- People whose own row gives them a role of a kind that roles.csv gives them nowhere: the first row of roles.csv about each.
CREATE TABLE contrary_roles AS
WITH held AS (
    SELECT _line, userSourcedId, CASE WHEN word IN ('guardian', 'parent', 'relative') THEN 'guardian' WHEN word IN ('teacher', 'aide', 'proctor', 'counselor') THEN 'teacher'
        WHEN word LIKE '%administrator' OR word = 'principal' THEN 'administrator' WHEN word = 'student' THEN word END AS kind
    FROM (SELECT _line, userSourcedId, lower(no_blanks(role)) AS word FROM roles)
)
SELECT min(h._line) AS _line, u.role, u._line AS user_line FROM users AS u ANTI JOIN _role_lines AS l ON l._line = u._line
JOIN held AS h ON h.userSourcedId = u.sourcedId WHERE u._kind <> 'unknown'
GROUP BY u._line, u.role, u._kind HAVING bool_and(h.kind IS NOT NULL AND h.kind <> u._kind);


-- What could stand in a field instead, by the rule that finds what stands there.
-- Runs with a schema of its own first, where contact_faults and its macros are, then the roster's.

CREATE TABLE suggested (tbl VARCHAR, _line BIGINT, col VARCHAR, rule VARCHAR, old VARCHAR, new VARCHAR, reason VARCHAR, confidence DOUBLE);

-- single_ids: those that one row has.
CREATE TABLE own_ids AS
SELECT 'users' AS tbl, sourcedId AS id, min(_line) AS _line, any_value(_kind) AS kind, count(*) AS rows FROM users WHERE sourcedId IS NOT NULL GROUP BY sourcedId
UNION ALL SELECT 'classes', sourcedId, min(_line), NULL, count(*) FROM classes WHERE sourcedId IS NOT NULL GROUP BY sourcedId;

CREATE VIEW single_ids AS SELECT * FROM own_ids WHERE rows = 1;

CREATE MACRO without_quotes(value) AS regexp_replace(value, '{quotes}', '\1\2');

-- Guardians who name their students and are not named by them: Connect reads relationships on students' rows (S1). What a
-- student's row lists must be in order, and hold no more than six with those that are added.
INSERT INTO suggested
WITH listing AS (
    SELECT _line, sourcedId AS guardian, trim(unnest(string_split(agentSourcedIds, ','))) AS student FROM users
    WHERE _kind = 'guardian' AND agentSourcedIds IS NOT NULL AND sourcedId = without_quotes(sourcedId)
), turned AS (
    SELECT DISTINCT s._line, s.agentSourcedIds AS old, l.guardian FROM listing AS l
    SEMI JOIN single_ids AS g ON g.tbl = 'users' AND g.id = l.guardian
    JOIN single_ids AS i ON i.tbl = 'users' AND i.id = l.student AND i.kind = 'student' JOIN users AS s ON s._line = i._line
    ANTI JOIN guardians AS f ON f.studentSourcedId = l.student AND f.guardianSourcedId = l.guardian
    WHERE NOT coalesce(list_contains(list_transform(string_split(s.agentSourcedIds, ','), lambda x: trim(x)), l.guardian), false)
), disorderly AS (
    SELECT DISTINCT t._line FROM (SELECT _line, trim(unnest(string_split(old, ','))) AS agent FROM turned WHERE old IS NOT NULL) AS t
    ANTI JOIN single_ids AS i ON i.tbl = 'users' AND i.id = t.agent
)
SELECT 'users', _line, 'agentSourcedIds', 'users.agentSourcedIds.on_guardian_only', old,
    concat_ws(',', old, string_agg(guardian, ',' ORDER BY guardian)), 'the relationship stands on the guardian''s row: turned round', 0.95
FROM turned ANTI JOIN disorderly USING (_line) GROUP BY _line, old
HAVING count(*) + coalesce(len(string_split(old, ',')), 0) <= 6;

-- An address or a number with something around it that says no more than whose it is and what; of several, the first. What
-- else is said may be that it is not to be used.
CREATE VIEW their_names AS SELECT 'users' AS tbl, _line, givenName, familyName FROM users UNION ALL SELECT 'guardians', _line, givenName, familyName FROM guardians;

CREATE MACRO letters(value) AS list_filter(regexp_split_to_array(lower(coalesce(value, '')), '[^\pL]+'), lambda w: w <> '');

CREATE MACRO says_only(value, words, given, family) AS NOT regexp_matches(replace(value, '+', ''), '[?!×\p{So}]')
    AND len(list_filter(letters(value), lambda w: NOT list_contains(words, w) AND NOT list_contains(letters(given), w) AND NOT list_contains(letters(family), w))) = 0;

CREATE MACRO whose() AS ['mom', 'mum', 'mother', 'dad', 'father', 'parent', 'guardian', 'main', 'primary'];

CREATE MACRO parts(value) AS list_transform(regexp_split_to_array(value, '\s*[,;/|\r\n]\s*|\s+(or|and|&)\s+'), lambda p: trim(p));

-- A number in its groups, not digits of two numbers.
CREATE MACRO in_groups(value) AS regexp_full_match(regexp_extract(number_around(value), '[+]?[0-9].*[0-9]'),
    '(\+?1[-. ]*)?[(]?[2-9][0-9]{2}[)]?[-. /_~]*[2-9][0-9]{2}[-. /_~]*[0-9]{4}|\+[2-9][-0-9(). /]*');

INSERT INTO suggested
WITH faulty AS (
    SELECT p.*, n.givenName, n.familyName, f.email AS email_fault, f.number AS number_fault
    FROM contact_faults AS f JOIN {people} AS p USING (tbl, _line) JOIN their_names AS n USING (tbl, _line)
)
SELECT tbl, _line, 'email', tbl || '.email.format', email, address_around(email), 'the address without what stands around it', 0.95 FROM faulty
WHERE email_fault = 'around'
    AND says_only(replace(email, address_around(email), ' '), whose() || ['mailto', 'e', 'mail', 'email', 'address', 'home', 'work', 'personal'], givenName, familyName)
UNION ALL
SELECT tbl, _line, 'email', tbl || '.email.format', email, list_filter(parts(email), lambda a: NOT no_address(a))[1], 'the first of several addresses', 0.6 FROM faulty
WHERE email_fault = 'several' AND len(list_filter(parts(email), lambda a: a <> '' AND NOT no_address(a) AND email_fault(a) IS NOT NULL)) = 0
UNION ALL
SELECT tbl, _line, 'sms', tbl || '.sms.format', sms, digits_around(sms), 'the number without what stands around it', 0.95 FROM faulty
WHERE number_fault = 'words' AND in_groups(sms)
    AND says_only(sms, whose() || ['c', 'm', 'cell', 'cel', 'cellphone', 'mobile', 'mob', 'phone', 'tel', 'telephone', 'number', 'sms', 'text'], givenName, familyName)
UNION ALL
SELECT tbl, _line, 'sms', tbl || '.sms.format', sms, parts(sms)[1], 'the first of several numbers', 0.5 FROM faulty
WHERE number_fault = 'several' AND len(list_filter(parts(sms), lambda n: number_fault(n) IS NOT NULL)) = 0;

-- Text that was encoded twice, once more decoded; line breaks inside a name. twice: old, new.
INSERT INTO suggested
SELECT x.tbl, x._line, x.col, x.rule, x.value, coalesce(t.new, trim(regexp_replace(x.value, '\s*[\r\n]+\s*', ' ', 'g'))),
    CASE WHEN t.new IS NULL THEN 'a blank for the line break' ELSE 'the text was encoded twice' END, CASE WHEN t.new IS NULL THEN 0.9 ELSE 0.99 END
FROM ({texts}) AS x LEFT JOIN twice AS t ON t.old = x.value WHERE t.new IS NOT NULL OR regexp_matches(trim(x.value, chr(13) || chr(10)), '[\r\n]');

-- References in quotes, where exactly the ID without them is a row's, of a kind that may be named there, and no other row's at
-- all, and none has it with them: nobody else can be meant. Rows that would say the same of the same stay as they are.
CREATE TABLE held AS SELECT tbl, id, count(*) AS rows FROM ({held}) GROUP BY tbl, id;

CREATE TABLE bared AS
WITH entries AS (
    SELECT *, unnest(string_split(value, ',')) AS entry, unnest(range(len(string_split(value, ',')))) AS place FROM ({references})
    WHERE rule <> '' AND regexp_matches(value, '{quote}')
), meant AS (
    SELECT e.*, CASE WHEN i.id IS NOT NULL AND o.id IS NULL AND h.rows = 1 AND (e.kinds = '' OR list_contains(string_split(e.kinds, ' '), i.kind)) THEN i.id END AS bare
    FROM entries AS e
    LEFT JOIN single_ids AS i ON i.tbl = e.names AND i.id = without_quotes(e.entry) AND i.id <> e.entry
    LEFT JOIN held AS h ON h.tbl = e.names AND h.id = i.id
    LEFT JOIN own_ids AS o ON o.tbl = e.names AND o.id = trim(e.entry)
), whole AS (
    SELECT tbl, _line, col, rule, value AS old, list(coalesce(bare, entry) ORDER BY place) AS entries FROM meant
    GROUP BY tbl, _line, col, rule, value HAVING count(bare) > 0
)
SELECT tbl, _line, col, rule, old, array_to_string(entries, ',') AS new FROM whole
WHERE len(entries) = len(list_distinct(list_transform(entries, lambda e: trim(e))));

INSERT INTO suggested
WITH said AS (
    SELECT 'enrollments' AS tbl, _line, 'classSourcedId' AS first, classSourcedId AS one, 'userSourcedId' AS second, userSourcedId AS other FROM enrollments
    UNION ALL SELECT 'guardians', _line, 'studentSourcedId', studentSourcedId, 'guardianSourcedId', guardianSourcedId FROM guardians
    UNION ALL SELECT 'student_attributes', _line, 'studentSourcedId', studentSourcedId, '', '' FROM student_attributes
), afterwards AS (
    SELECT s.tbl, s._line, count(*) OVER (PARTITION BY s.tbl, coalesce(a.new, s.one), coalesce(b.new, s.other)) AS rows FROM said AS s
    LEFT JOIN bared AS a ON a.tbl = s.tbl AND a._line = s._line AND a.col = s.first
    LEFT JOIN bared AS b ON b.tbl = s.tbl AND b._line = s._line AND b.col = s.second
)
SELECT tbl, _line, col, rule, old, new, 'the ID without quotes around it', 0.9 FROM bared
ANTI JOIN (SELECT tbl, _line FROM afterwards WHERE rows > 1) AS t USING (tbl, _line);

-- IDs in quotes on the row of whom they name, where whoever names them does so without: no other row may have that ID, and none
-- may name it with them.
INSERT INTO suggested
WITH quoted AS (
    SELECT tbl, _line, id, without_quotes(id) AS bare FROM single_ids WHERE id <> without_quotes(id)
), named AS (
    SELECT names AS tbl, trim(unnest(string_split(value, ','))) AS id FROM ({references})
)
SELECT q.tbl, q._line, 'sourcedId', q.tbl || '.sourcedId.characters', q.id, q.bare, 'the ID without quotes around it', 0.9 FROM quoted AS q
ANTI JOIN (SELECT tbl, bare FROM quoted GROUP BY ALL HAVING count(*) > 1) AS s ON s.tbl = q.tbl AND s.bare = q.bare
ANTI JOIN held AS k ON k.tbl = q.tbl AND k.id = q.bare
ANTI JOIN named AS n ON n.tbl = q.tbl AND n.id = q.id
ANTI JOIN (SELECT sourcedId FROM users WHERE _kind = 'guardian' AND agentSourcedIds IS NOT NULL) AS g ON q.tbl = 'users' AND g.sourcedId = q.id
WHERE EXISTS (SELECT 1 FROM named AS n WHERE n.tbl = q.tbl AND n.id = q.bare);

-- What could stand in a field instead, by the rule that finds what stands there.
-- Runs with a schema of its own first, where contact_faults and its macros are, then the roster's.

CREATE TABLE suggested (tbl VARCHAR, _line BIGINT, col VARCHAR, rule VARCHAR, old VARCHAR, new VARCHAR, reason VARCHAR, confidence DOUBLE);

-- Guardians who name their students and are not named by them: Connect reads relationships on students' rows (S1).
INSERT INTO suggested
WITH listing AS (
    SELECT _line, sourcedId AS guardian, trim(unnest(string_split(agentSourcedIds, ','))) AS student FROM users
    WHERE _kind = 'guardian' AND agentSourcedIds IS NOT NULL AND sourcedId IS NOT NULL
), turned AS (
    SELECT DISTINCT s._line, s.agentSourcedIds AS old, l.guardian, l._line AS place FROM listing AS l
    JOIN users AS s ON s.sourcedId = l.student AND s._kind = 'student'
    ANTI JOIN guardians AS f ON f.studentSourcedId = l.student AND f.guardianSourcedId = l.guardian
    WHERE NOT coalesce(list_contains(list_transform(string_split(s.agentSourcedIds, ','), lambda x: trim(x)), l.guardian), false)
)
SELECT 'users', _line, 'agentSourcedIds', 'users.agentSourcedIds.on_guardian_only', old,
    concat_ws(',', old, string_agg(DISTINCT guardian, ',' ORDER BY guardian)),
    'the relationship stands on the guardian''s row: turned round', 0.95
FROM turned GROUP BY _line, old;

-- An address or a number with something around it; of several, the first.
INSERT INTO suggested
WITH people AS (SELECT 'users' AS tbl, _line, email, sms FROM users UNION ALL SELECT 'guardians', _line, email, sms FROM guardians),
faulty AS (SELECT p.*, f.email AS email_fault, f.number AS number_fault FROM contact_faults AS f JOIN people AS p USING (tbl, _line))
SELECT tbl, _line, 'email', tbl || '.email.format', email, within[1],
    CASE email_fault WHEN 'several' THEN 'the first of several addresses' ELSE 'the address without what stands around it' END,
    CASE email_fault WHEN 'several' THEN 0.6 ELSE 0.95 END
FROM (SELECT *, list_filter(addresses_within(email), lambda a: is_address(a)) AS within FROM faulty WHERE email_fault IN ('around', 'several'))
WHERE len(within) > 0
UNION ALL
SELECT tbl, _line, 'sms', tbl || '.sms.format', sms, within, CASE number_fault WHEN 'several' THEN 'the first of several numbers' ELSE 'the number without what stands around it' END,
    CASE number_fault WHEN 'several' THEN 0.5 ELSE 0.95 END
FROM (
    SELECT *, CASE number_fault WHEN 'several' THEN trim(numbers_within(sms)[1])
        ELSE regexp_replace(regexp_replace(plain_number(sms), '\.0+$', ''), '[^0-9+]', '', 'g') END AS within
    FROM faulty WHERE number_fault IN ('words', 'several')
) WHERE is_us_number(bare_number(within));

-- Text that was encoded twice, once more decoded; line breaks inside a name. twice: old, new.
INSERT INTO suggested
SELECT x.tbl, x._line, x.col, x.rule, x.value, coalesce(t.new, trim(regexp_replace(x.value, '\s*[\r\n]+\s*', ' ', 'g'))),
    CASE WHEN t.new IS NULL THEN 'a blank for the line break' ELSE 'the text was encoded twice' END, CASE WHEN t.new IS NULL THEN 0.9 ELSE 0.99 END
FROM ({texts}) AS x LEFT JOIN twice AS t ON t.old = x.value WHERE t.new IS NOT NULL OR regexp_matches(trim(x.value, chr(13) || chr(10)), '[\r\n]');

-- Quotes around an ID, unless the ID without them is somebody else's. keys: tbl, id.
INSERT INTO suggested
WITH named AS (
    SELECT *, list_aggregate(list_transform(string_split(value, ','), lambda x: regexp_replace(x, '{quotes}', '\1')), 'string_agg', ',') AS bare FROM ({ids})
)
SELECT n.tbl, n._line, n.col, n.rule, n.value, n.bare, 'the ID without quotes around it', 0.9
FROM named AS n ANTI JOIN (SELECT 'users' AS tbl, sourcedId AS id FROM users UNION ALL SELECT 'classes', sourcedId FROM classes) AS k
    ON k.tbl = n.tbl AND k.id = n.bare AND n.col = 'sourcedId'
WHERE n.bare <> n.value;

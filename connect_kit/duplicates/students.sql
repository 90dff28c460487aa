-- The students of a delivery, and those on Connect whose ID it does not contain.

CREATE TABLE birth_dates AS
SELECT sourcedId, any_value(CASE WHEN born BETWEEN DATE '1900-01-01' AND DATE '2099-12-31' THEN born END) AS born
FROM (
    SELECT sourcedId, coalesce(try_cast(birthDate AS DATE), try_strptime(birthDate, ['%m/%d/%Y', '%Y%m%d', '%m-%d-%Y', '%d.%m.%Y'])::DATE) AS born
    FROM demographics WHERE sourcedId IS NOT NULL AND birthDate IS NOT NULL
) GROUP BY sourcedId;

-- Where several rows share an ID, the first counts (the repetition is a separate finding).
CREATE TABLE later_rows AS
SELECT _line FROM users JOIN (
    SELECT sourcedId, min(_line) AS first FROM users WHERE _kind = 'student' AND sourcedId IS NOT NULL GROUP BY sourcedId HAVING count(*) > 1
) USING (sourcedId) WHERE _kind = 'student' AND _line > first;

-- Connect's students are numbered after the lines of the delivery.
CREATE TABLE persons AS
SELECT _line::INTEGER AS unique_id, 'roster' AS source, sourcedId AS id, sourcedId AS sis_id, givenName, familyName, middleName, preferredGivenName, identifier, email, sms, phone,
    born, grades AS grade, entries(orgSourcedIds) AS schools, agentSourcedIds AS agents
FROM users LEFT JOIN birth_dates AS d USING (sourcedId)
WHERE _kind = 'student' AND sourcedId IS NOT NULL AND _line NOT IN (SELECT _line FROM later_rows)
UNION ALL
SELECT ((SELECT coalesce(max(_line), 0) FROM users) + w._line)::INTEGER, 'workspace', connectStudentId, studentId, givenName, familyName, NULL, NULL, NULL, email, NULL, NULL,
    NULL, grade, [coalesce(s.schoolId, 'Connect ' || w.connectSchoolId)], NULL
FROM workspace_students AS w
LEFT JOIN (SELECT connectSchoolId, any_value(schoolId) AS schoolId FROM workspace_schools GROUP BY connectSchoolId) AS s USING (connectSchoolId)
WHERE connectStudentId IS NOT NULL AND (connectStudentId, w._line) IN (SELECT (connectStudentId, min(_line)) FROM workspace_students GROUP BY connectStudentId)
    AND (studentId IS NULL OR studentId NOT IN (SELECT {shown} FROM users WHERE _kind = 'student' AND sourcedId IS NOT NULL));

-- Given and family names that stand under each other's heading, as Connect shows (a finding of its own), are compared the
-- right way round: of those whom Connect has, and of whoever is new at a school where most of those names are so.
CREATE TABLE the_other_way_round AS
WITH known AS (
    SELECT u._line, trim(string_split(u.orgSourcedIds, ',')[1]) AS school,
        coalesce(lower(u.givenName) = lower(w.familyName) AND lower(u.familyName) = lower(w.givenName) AND lower(u.givenName) <> lower(u.familyName), false) AS swapped
    FROM (SELECT *, {shown} AS shown FROM users WHERE _kind = 'student') AS u JOIN workspace_students AS w ON w.studentId = u.shown
), schools AS (
    SELECT school FROM known GROUP BY school HAVING count(*) FILTER (swapped) >= 3 AND count(*) FILTER (swapped) > 0.5 * count(*)
)
SELECT _line FROM known WHERE swapped
UNION SELECT _line FROM users ANTI JOIN known USING (_line) WHERE _kind = 'student' AND trim(string_split(orgSourcedIds, ',')[1]) IN (SELECT school FROM schools);

UPDATE persons SET givenName = familyName, familyName = givenName WHERE source = 'roster' AND unique_id IN (SELECT _line FROM the_other_way_round);

-- Guardians and staff as hashes, once each: most are linked to several students.
CREATE TABLE agents AS
SELECT hash(sourcedId) AS tie, name_key(givenName, familyName) AS name, address_key(email) AS address, number_key(sms) AS mobile, number_key(phone) AS home
FROM users WHERE _kind <> 'student' AND sourcedId IS NOT NULL;

-- A student's own phone numbers are the family's; the student's own email address is compared by itself.
CREATE TABLE family_links AS
SELECT unique_id, NULL::UBIGINT AS tie, NULL::UBIGINT AS name, NULL::UBIGINT AS address, number_key(sms) AS mobile, number_key(phone) AS home
FROM persons WHERE sms IS NOT NULL OR phone IS NOT NULL
UNION ALL
SELECT p.unique_id, tie, name, address, mobile, home
FROM (
    SELECT unique_id, hash(trim(agents)) AS tie FROM persons WHERE agents IS NOT NULL AND NOT contains(agents, ',')
    UNION ALL SELECT unique_id, hash(unnest(entries(agents))) FROM persons WHERE contains(agents, ',')
) AS p JOIN agents USING (tie)
UNION ALL
SELECT p.unique_id, CASE WHEN guardianSourcedId IS NOT NULL THEN hash(guardianSourcedId) END, name_key(g.givenName, g.familyName),
    address_key(g.email), number_key(g.sms), number_key(g.phone)
FROM persons AS p JOIN guardians AS g ON g.studentSourcedId = p.id AND p.source = 'roster'
UNION ALL
SELECT p.unique_id, hash(coalesce(guardianId, 'Connect ' || connectUserId)), name_key(g.givenName, g.familyName),
    address_key(g.email), number_key(g.sms), number_key(g.phone)
FROM (SELECT *, unnest(entries(connectStudentIds)) AS student FROM workspace_guardians) AS g
JOIN persons AS p ON p.id = g.student AND p.source = 'workspace';

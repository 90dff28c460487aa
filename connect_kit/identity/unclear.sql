-- Which of left_behind_rows are unclear: somebody new of the same or a similar name is delivered in the same place, so that
-- probably nobody has left. A given name that is another one, or another generation (Jr, Sr), is somebody else.
-- Runs after names.sql and left_behind.sql. Needs ``decided`` (about, one, other, decision): what people said of pairs.

CREATE MACRO perhaps_one(a, b) AS CASE WHEN a.generation IS NOT NULL AND b.generation IS NOT NULL AND a.generation <> b.generation THEN false
    WHEN a.given.whole IS NULL OR b.given.whole IS NULL THEN coalesce(family_likeness(a.family, b.family) >= 1, false)
    WHEN given_likeness(a.given, b.given) >= 1 AND coalesce(family_likeness(a.family, b.family) >= 1, true) THEN true
    -- Married, and reached as before.
    WHEN given_likeness(a.given, b.given) = 3 THEN coalesce(a.address = b.address, false) OR list_has_any(a.numbers, b.numbers)
    ELSE a.given.whole = b.family.whole AND a.family.whole = b.given.whole END;

CREATE TABLE account_names AS
SELECT a.part, a.account, g.given, f.family, coalesce(f.generation, g.generation) AS generation, address_key(a.email) AS address, numbers_of(a.sms, a.phone) AS numbers FROM (
    SELECT DISTINCT 'guardians' AS part, connectUserId AS account, givenName, familyName, email, sms, phone FROM workspace_guardians SEMI JOIN left_behind_rows AS l ON l.account = connectUserId
    UNION SELECT DISTINCT 'staff', connectUserId, givenName, familyName, email, sms, NULL FROM workspace_staff SEMI JOIN left_behind_rows AS l ON l.account = connectUserId
) AS a LEFT JOIN given_forms AS g ON g.raw = a.givenName LEFT JOIN family_forms AS f ON f.raw = a.familyName;

-- What people decided, seen from a record of Connect: the other one is a record of Connect, or an ID of the delivery.
CREATE TABLE decided_of AS
SELECT about, substr(one, 11) AS record, other, decision FROM (
    SELECT about, one, other, decision FROM decided UNION ALL SELECT about, other, one, decision FROM decided
) WHERE starts_with(one, 'workspace:');

CREATE TABLE decided_records AS
SELECT t.record, s.student AS other, t.decision FROM decided_of AS t JOIN connect_students AS s ON t.other = 'workspace:' || s.student WHERE t.about = 'students'
UNION SELECT t.record, s.student, t.decision FROM decided_of AS t JOIN connect_students AS s ON t.other = 'roster:' || s.id WHERE t.about = 'students';

-- ---- guardians: whom the delivery names for the student, and who is nobody that is connected to the student.

CREATE TABLE connected_guardians AS
SELECT s.id AS student, c.account FROM (
    SELECT DISTINCT trim(unnest(string_split(connectStudentIds, ','))) AS student, connectUserId AS account FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
) AS c JOIN connect_students AS s ON s.student = c.student
WHERE c.student IN (SELECT student FROM left_behind_rows WHERE kind = 'guardian_relationships');

CREATE TABLE new_guardians AS
WITH named AS (
    SELECT n.student, n.guardian, u.givenName, u.familyName, u.email, u.sms, u.phone FROM named_guardians AS n JOIN users AS u ON u.sourcedId = n.guardian
    UNION SELECT coalesce(d.id, g.studentSourcedId), g.guardianSourcedId, g.givenName, g.familyName, g.email, g.sms, g.phone FROM guardians AS g
    LEFT JOIN delivered_students AS d ON d.shown = g.studentSourcedId WHERE g.studentSourcedId IS NOT NULL
)
SELECT n.student, g.given, f.family, coalesce(f.generation, g.generation) AS generation, address_key(n.email) AS address, numbers_of(n.sms, n.phone) AS numbers FROM named AS n
LEFT JOIN given_forms AS g ON g.raw = n.givenName LEFT JOIN family_forms AS f ON f.raw = n.familyName
WHERE n.student IN (SELECT student FROM connected_guardians) AND coalesce(n.givenName, n.familyName) IS NOT NULL
    AND (n.guardian IS NULL OR (n.student, n.guardian) NOT IN (
        SELECT (c.student, a.id) FROM connected_guardians AS c JOIN adult_ids AS a ON a.part = 'guardians' AND a.account = c.account WHERE a.id IS NOT NULL));

UPDATE left_behind_rows SET reason = 'unclear' FROM (
    SELECT DISTINCT s.student, a.account FROM left_behind_rows AS l JOIN connect_students AS s ON s.student = l.student
    JOIN account_names AS a ON a.part = 'guardians' AND a.account = l.account JOIN new_guardians AS n ON n.student = s.id AND perhaps_one(a, n)
    WHERE l.kind = 'guardian_relationships'
) AS u WHERE kind = 'guardian_relationships' AND u.student = left_behind_rows.student AND u.account = left_behind_rows.account;

-- ---- staff: who is delivered at the school, and is nobody on Connect.

CREATE TABLE new_staff AS
SELECT s.id, p.connect_school, g.given, f.family, coalesce(f.generation, g.generation) AS generation, address_key(u.email) AS address, numbers_of(u.sms, u.phone) AS numbers FROM delivered_staff AS s
JOIN (SELECT DISTINCT sourcedId, givenName, familyName, email, sms, phone, unnest(coalesce(nullif(entries(orgSourcedIds), []), [NULL])) AS school FROM users) AS u ON u.sourcedId = s.id
LEFT JOIN taking_part AS p ON p.school = u.school
LEFT JOIN given_forms AS g ON g.raw = u.givenName LEFT JOIN family_forms AS f ON f.raw = u.familyName
WHERE s.id NOT IN (SELECT id FROM adult_ids WHERE part = 'staff' AND id IS NOT NULL) AND coalesce(u.givenName, u.familyName) IS NOT NULL;

UPDATE left_behind_rows SET reason = 'unclear' FROM (
    SELECT DISTINCT l.account, l.connect_school FROM left_behind_rows AS l JOIN account_names AS a ON a.part = 'staff' AND a.account = l.account
    JOIN new_staff AS n ON (n.connect_school = l.connect_school OR n.connect_school IS NULL) AND perhaps_one(a, n)
    WHERE l.kind IN ('staff', 'classroom_teachers')
) AS u WHERE kind IN ('staff', 'classroom_teachers') AND u.account = left_behind_rows.account AND u.connect_school = left_behind_rows.connect_school;

-- ---- students: of the same name anywhere, or of a similar one at the school; who was in the grade, or in the one below.

CREATE TABLE new_students AS
SELECT d.id, p.connect_school, g.given, f.family, coalesce(f.generation, g.generation) AS generation, full_name(g.whole, f.whole) AS name, r.rank AS grade
FROM delivered_students AS d JOIN (SELECT sourcedId, any_value(givenName) AS givenName, any_value(familyName) AS familyName, any_value(grades) AS grades FROM users GROUP BY sourcedId) AS u ON u.sourcedId = d.id
LEFT JOIN delivered_places AS p ON p.id = d.id LEFT JOIN grade_ranks AS r ON r.written = u.grades
LEFT JOIN given_forms AS g ON g.raw = u.givenName LEFT JOIN family_forms AS f ON f.raw = u.familyName
WHERE d.id NOT IN (SELECT id FROM connect_students WHERE id IS NOT NULL) AND g.given.whole IS NOT NULL AND f.family.whole IS NOT NULL;

CREATE TABLE gone_students AS
SELECT l.student, l.connect_school, g.given, f.family, coalesce(f.generation, g.generation) AS generation, full_name(g.whole, f.whole) AS name, r.rank AS grade
FROM left_behind_rows AS l JOIN (SELECT connectStudentId, any_value(givenName) AS givenName, any_value(familyName) AS familyName, any_value(grade) AS grade FROM workspace_students GROUP BY connectStudentId) AS w
    ON w.connectStudentId = l.student
LEFT JOIN grade_ranks AS r ON r.written = w.grade
LEFT JOIN given_forms AS g ON g.raw = w.givenName LEFT JOIN family_forms AS f ON f.raw = w.familyName WHERE l.kind = 'students';

CREATE TABLE apart AS
SELECT record, substr(other, 8) AS other FROM decided_of WHERE about = 'students' AND decision = 'different' AND starts_with(other, 'roster:');

UPDATE left_behind_rows SET reason = 'unclear' WHERE kind = 'students' AND student IN (
    SELECT o.student FROM gone_students AS o JOIN new_students AS n USING (name) ANTI JOIN apart AS x ON x.record = o.student AND x.other = n.id
    WHERE coalesce(n.grade - o.grade IN (0, 1), true) AND NOT coalesce(n.generation <> o.generation, false)
    UNION ALL
    SELECT o.student FROM gone_students AS o JOIN new_students AS n ON n.connect_school = o.connect_school AND n.family.whole = o.family.whole
    ANTI JOIN apart AS x ON x.record = o.student AND x.other = n.id
    WHERE coalesce(n.grade - o.grade IN (0, 1), true) AND NOT coalesce(n.generation <> o.generation, false) AND given_likeness(o.given, n.given) >= 2
    UNION ALL
    SELECT connect_id FROM changed_ids WHERE kind = 'students' AND new_id IS NULL
);

-- ---- students of whom Connect has the delivered ID as well, as after an upload of changed IDs: of the two records neither
-- is archived, they are merged. The name is the same, and a guardian is, or, where not both have guardians, the school. A
-- name that is only similar may be a brother's or sister's: then a classroom is the same as well.

CREATE TABLE second_records AS
SELECT c.student, c.connect_school, g.given, f.family, coalesce(f.generation, g.generation) AS generation, full_name(g.whole, f.whole) AS name, r.rank AS grade
FROM connect_students AS c JOIN (SELECT connectStudentId, any_value(givenName) AS givenName, any_value(familyName) AS familyName, any_value(grade) AS grade FROM workspace_students GROUP BY connectStudentId) AS w
    ON w.connectStudentId = c.student
LEFT JOIN grade_ranks AS r ON r.written = w.grade
LEFT JOIN given_forms AS g ON g.raw = w.givenName LEFT JOIN family_forms AS f ON f.raw = w.familyName
WHERE c.id IS NOT NULL AND EXISTS (FROM gone_students);

-- Guardians by account, and by name, as another contact makes another account (S12).
CREATE TABLE families AS
WITH pairs AS (
    SELECT trim(unnest(string_split(connectStudentIds, ','))) AS student, connectUserId AS account, full_name(g.whole, f.whole) AS name
    FROM workspace_guardians LEFT JOIN given_forms AS g ON g.raw = givenName LEFT JOIN family_forms AS f ON f.raw = familyName
    WHERE connectStudentIds IS NOT NULL AND EXISTS (FROM gone_students)
)
SELECT student, account AS guardian FROM pairs UNION SELECT student, name::VARCHAR FROM pairs WHERE name IS NOT NULL;

CREATE TABLE to_merge AS
WITH together AS (
    SELECT DISTINCT o.student, n.student AS other FROM gone_students AS o JOIN families AS a ON a.student = o.student
    JOIN families AS b ON b.guardian = a.guardian AND b.student <> a.student JOIN second_records AS n ON n.student = b.student
)
SELECT o.student, n.student AS other FROM together AS t JOIN gone_students AS o ON o.student = t.student JOIN second_records AS n ON n.student = t.other
WHERE coalesce(n.grade - o.grade IN (0, 1), true) AND NOT coalesce(n.generation <> o.generation, false)
    AND (n.name = o.name OR given_likeness(o.given, n.given) >= 2 AND family_likeness(o.family, n.family) >= 1 AND EXISTS (
        FROM workspace_enrollments AS a JOIN workspace_enrollments AS b USING (connectClassroomId)
        WHERE a.connectUserId = o.student AND b.connectUserId = n.student))
UNION
SELECT o.student, n.student FROM gone_students AS o JOIN second_records AS n ON n.name = o.name AND n.connect_school = o.connect_school
WHERE coalesce(n.grade - o.grade IN (0, 1), true) AND NOT coalesce(n.generation <> o.generation, false)
    AND (o.student NOT IN (SELECT student FROM families) OR n.student NOT IN (SELECT student FROM families));

UPDATE left_behind_rows SET reason = 'merge' WHERE kind = 'students' AND student IN (
    SELECT student FROM to_merge WHERE (student, other) NOT IN (SELECT (record, other) FROM decided_records WHERE decision = 'different')
    UNION ALL SELECT r.record FROM decided_records AS r JOIN second_records AS n ON n.student = r.other WHERE r.decision = 'same'
);

-- ---- adults who have a second account under a delivered ID, as after an upload of changed IDs: at the school, or connected
-- to the same child. Neither is removed before somebody has compared the two.

CREATE TABLE left_adults AS
SELECT DISTINCT CASE kind WHEN 'guardian_relationships' THEN 'guardians' ELSE 'staff' END AS part, account,
    CASE kind WHEN 'guardian_relationships' THEN student ELSE connect_school END AS place FROM left_behind_rows WHERE account IS NOT NULL;

CREATE TABLE delivered_accounts AS
SELECT DISTINCT i.part, i.account FROM adult_ids AS i JOIN connect_adults AS a ON a.part = i.part AND a.account = i.account AND a.id = i.id
WHERE i.part = 'staff' AND i.id IN (SELECT id FROM delivered_staff) OR i.part = 'guardians' AND i.id IN (SELECT guardian FROM named_guardians);

CREATE TABLE second_accounts AS
WITH places AS (
    SELECT DISTINCT 'guardians' AS part, connectUserId AS account, trim(unnest(string_split(connectStudentIds, ','))) AS place, givenName, familyName FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
    UNION ALL SELECT DISTINCT 'staff', connectUserId, trim(unnest(string_split(connectSchoolIds, ','))), givenName, familyName FROM workspace_staff WHERE connectSchoolIds IS NOT NULL
)
SELECT p.part, p.account, p.place, g.given, f.family, coalesce(f.generation, g.generation) AS generation FROM places AS p SEMI JOIN delivered_accounts USING (part, account)
SEMI JOIN (SELECT part, place FROM left_adults) AS l ON l.part = p.part AND l.place = p.place
LEFT JOIN given_forms AS g ON g.raw = p.givenName LEFT JOIN family_forms AS f ON f.raw = p.familyName;

UPDATE left_behind_rows SET reason = 'merge' FROM (
    SELECT DISTINCT l.part, l.account, l.place FROM left_adults AS l JOIN account_names AS a ON a.part = l.part AND a.account = l.account
    JOIN second_accounts AS n ON n.part = l.part AND n.place = l.place AND n.account <> l.account
    WHERE given_likeness(a.given, n.given) >= 2 AND family_likeness(a.family, n.family) >= 2 AND NOT coalesce(a.generation <> n.generation, false)
        AND NOT EXISTS (FROM decided_of AS d WHERE d.about = 'people' AND d.decision = 'different' AND d.record = l.account AND d.other = 'workspace:' || n.account)
) AS u WHERE kind IN ('guardian_relationships', 'staff', 'classroom_teachers') AND u.account = left_behind_rows.account
    AND u.place = CASE kind WHEN 'guardian_relationships' THEN left_behind_rows.student ELSE left_behind_rows.connect_school END;

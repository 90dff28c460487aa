-- What stays behind on Connect: records under the SIS that the delivery no longer has where they are.
-- Runs with the room's own schema first, then the roster's tables, then the workspace's. The room has made changed_ids
-- (kind, connect_id, old_id, new_id) and taking_part (connect_school, school). {shown}: the column that Connect has as a
-- student's ID. {person}: name, address and number in comparable form. {one_school}: school level.

-- ---- the delivery. Rows whose role is not known count as there: they are findings of their own.

CREATE TABLE delivered_students AS
SELECT sourcedId AS id, min({shown}) AS shown FROM users
WHERE _kind IN ('student', 'unknown') AND sourcedId IS NOT NULL GROUP BY sourcedId;

-- Where a student is, as far as the delivery says it; at school level, who names no school is at the one school.
CREATE TABLE delivered_places AS
SELECT DISTINCT u.id, p.connect_school FROM (
    SELECT sourcedId AS id, trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM users
    WHERE _kind IN ('student', 'unknown') AND sourcedId IS NOT NULL AND orgSourcedIds IS NOT NULL
) AS u LEFT JOIN taking_part AS p ON p.school = u.school WHERE u.school <> ''
UNION
SELECT sourcedId, p.connect_school FROM users CROSS JOIN taking_part AS p
WHERE _kind IN ('student', 'unknown') AND sourcedId IS NOT NULL AND orgSourcedIds IS NULL AND {one_school};

-- OneRoster 1.2: somebody whose first role is another one may be staff too.
CREATE TABLE delivered_staff AS
SELECT sourcedId AS id FROM users WHERE _kind IN ('teacher', 'administrator', 'unknown') AND sourcedId IS NOT NULL
UNION
SELECT userSourcedId FROM roles WHERE userSourcedId IS NOT NULL AND role NOT IN ('student', 'guardian', 'parent', 'relative');

-- connect_school is missing where a class names no school, or one that does not take part.
CREATE TABLE delivered_classes AS
SELECT DISTINCT c.sourcedId AS id, p.connect_school FROM classes AS c
LEFT JOIN taking_part AS p ON p.school = c.schoolSourcedId WHERE c.sourcedId IS NOT NULL;

CREATE TABLE delivered_seats AS
SELECT DISTINCT e.classSourcedId AS class, e.userSourcedId AS id, p.connect_school FROM enrollments AS e
LEFT JOIN taking_part AS p ON p.school = e.schoolSourcedId
WHERE e.classSourcedId IS NOT NULL AND e.userSourcedId IS NOT NULL;

-- One account in several roles has exactly the same name, email and mobile number in each of them (S12).
CREATE TABLE delivered_people AS
SELECT DISTINCT id, part, hash(name, address, number) AS person FROM (
    SELECT sourcedId AS id, CASE _kind WHEN 'guardian' THEN 'guardians' ELSE 'staff' END AS part, name, address, number
    FROM (SELECT sourcedId, _kind, {person} FROM users WHERE _kind IN ('guardian', 'teacher', 'administrator'))
    UNION ALL
    SELECT guardianSourcedId, 'guardians', name, address, number FROM (SELECT guardianSourcedId, {person} FROM guardians)
) WHERE id IS NOT NULL AND name <> '' AND (address IS NOT NULL OR number IS NOT NULL);

-- Who is whose guardian: named by the student, by the guardian, or in guardians.csv.
CREATE TABLE named_guardians AS
WITH named AS (
    SELECT sourcedId AS student, trim(unnest(string_split(agentSourcedIds, ','))) AS guardian FROM users
    WHERE _kind IN ('student', 'unknown') AND sourcedId IS NOT NULL AND agentSourcedIds IS NOT NULL
    UNION ALL
    SELECT trim(unnest(string_split(agentSourcedIds, ','))), sourcedId FROM users
    WHERE _kind NOT IN ('student', 'unknown') AND sourcedId IS NOT NULL AND agentSourcedIds IS NOT NULL
    UNION ALL
    SELECT studentSourcedId, guardianSourcedId FROM guardians WHERE studentSourcedId IS NOT NULL AND guardianSourcedId IS NOT NULL
), students AS (
    SELECT shown AS written, min(id) AS id FROM delivered_students WHERE shown <> id GROUP BY shown
    UNION ALL SELECT id, id FROM delivered_students
)
SELECT DISTINCT coalesce(s.id, n.student) AS student, n.guardian FROM named AS n
LEFT JOIN (SELECT written, min(id) AS id FROM students GROUP BY written) AS s ON s.written = n.student
WHERE n.student <> '' AND n.guardian <> '';

-- Guardians of guardians.csv, whose ID may be blank, by what makes them a person.
CREATE TABLE described_guardians AS
SELECT DISTINCT coalesce(d.id, g.studentSourcedId) AS student, hash(name, address, number) AS person
FROM (SELECT studentSourcedId, {person} FROM guardians WHERE studentSourcedId IS NOT NULL) AS g
LEFT JOIN delivered_students AS d ON d.shown = g.studentSourcedId
WHERE name <> '' AND (address IS NOT NULL OR number IS NOT NULL);

-- Students who name somebody that nobody knows: which guardian is meant cannot be said, so they are not judged.
CREATE TABLE unclear_students AS
SELECT DISTINCT n.student FROM named_guardians AS n
ANTI JOIN (SELECT sourcedId AS id FROM users WHERE sourcedId IS NOT NULL) AS u ON u.id = n.guardian
ANTI JOIN (SELECT guardianSourcedId AS id FROM guardians WHERE guardianSourcedId IS NOT NULL) AS g ON g.id = n.guardian
ANTI JOIN (SELECT guardianId AS id FROM workspace_guardians WHERE guardianId IS NOT NULL) AS w ON w.id = n.guardian;

-- Only what the delivery says anything about is judged.
CREATE TABLE judged AS SELECT kind FROM (
    SELECT 'guardian_relationships' AS kind WHERE EXISTS (FROM named_guardians) OR EXISTS (FROM described_guardians)
    UNION ALL SELECT 'staff' WHERE EXISTS (FROM delivered_staff)
    UNION ALL SELECT 'classroom_teachers' WHERE EXISTS (FROM delivered_seats AS s SEMI JOIN delivered_staff AS d ON d.id = s.id)
    UNION ALL SELECT 'students' WHERE EXISTS (FROM delivered_students)
    UNION ALL SELECT 'classroom_students' WHERE EXISTS (FROM delivered_seats AS s SEMI JOIN delivered_students AS d ON d.id = s.id)
    UNION ALL SELECT 'classrooms' WHERE EXISTS (FROM delivered_classes)
) WHERE EXISTS (FROM taking_part);

-- ---- Connect. id: what the delivery calls the record; missing where it does not have it.

CREATE TABLE connect_students AS
SELECT w.connectStudentId AS student, any_value(w.connectSchoolId) AS connect_school, any_value(w.studentId) AS written,
    bool_or(w.archived IS NOT DISTINCT FROM 'true') AS archived,
    any_value(coalesce(n.new_id, s.id)) AS id
FROM workspace_students AS w
LEFT JOIN changed_ids AS n ON n.kind = 'students' AND n.connect_id = w.connectStudentId AND n.old_id = w.studentId
LEFT JOIN (SELECT shown, min(id) AS id FROM delivered_students GROUP BY shown) AS s ON s.shown = w.studentId
WHERE w.studentId IS NOT NULL AND w.connectStudentId IS NOT NULL GROUP BY w.connectStudentId;

CREATE TABLE connect_classrooms AS
SELECT w.connectClassroomId AS classroom, any_value(w.connectSchoolId) AS connect_school, any_value(w.classId) AS written,
    any_value(coalesce(n.new_id, w.classId)) AS id
FROM workspace_classrooms AS w
LEFT JOIN changed_ids AS n ON n.kind = 'classrooms' AND n.connect_id = w.connectClassroomId AND n.old_id = w.classId
WHERE w.classId IS NOT NULL AND w.connectClassroomId IS NOT NULL AND w.archived IS DISTINCT FROM 'true'
    AND w.connectSchoolId IN (SELECT connect_school FROM taking_part)
GROUP BY w.connectClassroomId;

-- Those of schools that do not take part, or are not delivered at all.
CREATE TABLE other_classrooms AS
SELECT connectClassroomId AS classroom, any_value(connectSchoolId) AS connect_school, any_value(classId) AS written
FROM workspace_classrooms
WHERE classId IS NOT NULL AND connectClassroomId IS NOT NULL AND archived IS DISTINCT FROM 'true'
    AND connectSchoolId NOT IN (SELECT connect_school FROM taking_part)
GROUP BY connectClassroomId;

-- A class ID counts within its school (S10).
CREATE TABLE delivered_classrooms AS
SELECT DISTINCT c.classroom FROM connect_classrooms AS c
JOIN delivered_classes AS d ON d.id = c.id AND (d.connect_school IS NULL OR d.connect_school = c.connect_school);

-- Accounts of adults under the SIS. An account may hold several IDs, and takes on those of the delivery's people who are
-- the same person (decision 18).
CREATE TABLE connect_adults AS
SELECT DISTINCT w.part, w.account, w.written, coalesce(n.new_id, w.written) AS id,
    CASE WHEN name <> '' AND (address IS NOT NULL OR number IS NOT NULL) THEN hash(name, address, number) END AS person
FROM (
    SELECT 'guardians' AS part, connectUserId AS account, guardianId AS written, {person} FROM workspace_guardians
    UNION ALL
    SELECT 'staff', connectUserId, staffId, {person} FROM workspace_staff
) AS w LEFT JOIN changed_ids AS n ON n.kind = w.part AND n.connect_id = w.account AND n.old_id = w.written
WHERE w.written IS NOT NULL AND w.account IS NOT NULL;

CREATE TABLE adult_ids AS
SELECT part, account, id FROM connect_adults
UNION
SELECT a.part, a.account, d.id FROM connect_adults AS a JOIN delivered_people AS d ON d.part = a.part AND d.person = a.person;

CREATE TABLE adults_written AS
SELECT part, account, array_to_string(list(DISTINCT written ORDER BY written), ',') AS written FROM connect_adults GROUP BY part, account;

-- ---- what stays behind

CREATE TABLE left_behind_rows (kind VARCHAR, connect_school VARCHAR, student VARCHAR, student_id VARCHAR, account VARCHAR,
    user_id VARCHAR, classroom VARCHAR, class_id VARCHAR, reason VARCHAR);

-- Guardians who were connected by hand, without an ID, are not of the SIS: it does not know them, so it has not removed them.
INSERT INTO left_behind_rows
WITH connected AS (
    SELECT DISTINCT trim(unnest(string_split(connectStudentIds, ','))) AS student, connectUserId AS account
    FROM workspace_guardians WHERE connectStudentIds IS NOT NULL AND connectUserId IS NOT NULL
), judged_pairs AS (
    SELECT s.student, s.written, s.connect_school, s.id, c.account FROM connected AS c
    JOIN connect_students AS s ON s.student = c.student AND s.id IS NOT NULL
    SEMI JOIN (SELECT id FROM delivered_places WHERE connect_school IS NOT NULL) AS p ON p.id = s.id
    SEMI JOIN (SELECT account FROM connect_adults WHERE part = 'guardians') AS g ON g.account = c.account
    ANTI JOIN unclear_students AS u ON u.student = s.id
), kept AS (
    SELECT n.student AS id, a.account FROM named_guardians AS n JOIN adult_ids AS a ON a.part = 'guardians' AND a.id = n.guardian
    UNION
    SELECT d.student, a.account FROM described_guardians AS d JOIN connect_adults AS a ON a.part = 'guardians' AND a.person = d.person
)
SELECT 'guardian_relationships', j.connect_school, j.student, j.written, j.account, w.written, NULL, NULL, 'not_named'
FROM judged_pairs AS j ANTI JOIN kept AS k ON k.id = j.id AND k.account = j.account
JOIN adults_written AS w ON w.part = 'guardians' AND w.account = j.account
WHERE 'guardian_relationships' IN (FROM judged);

INSERT INTO left_behind_rows
WITH gone AS (
    SELECT w.account, w.written FROM adults_written AS w
    ANTI JOIN (SELECT a.account FROM adult_ids AS a JOIN delivered_staff AS d ON d.id = a.id WHERE a.part = 'staff') AS t ON t.account = w.account
    WHERE w.part = 'staff'
), places AS (
    SELECT DISTINCT connectUserId AS account, trim(unnest(string_split(connectSchoolIds, ','))) AS connect_school
    FROM workspace_staff WHERE connectSchoolIds IS NOT NULL
)
SELECT 'staff', p.connect_school, NULL, NULL, g.account, g.written, NULL, NULL, 'not_delivered'
FROM gone AS g JOIN places AS p ON p.account = g.account
SEMI JOIN taking_part AS t ON t.connect_school = p.connect_school
WHERE 'staff' IN (FROM judged);

INSERT INTO left_behind_rows
WITH seated AS (
    SELECT DISTINCT e.connectClassroomId AS classroom, e.connectUserId AS account FROM workspace_enrollments AS e
    WHERE e.role <> 'student'
), kept AS (
    SELECT c.classroom, a.account FROM connect_classrooms AS c
    JOIN delivered_seats AS s ON s.class = c.id AND (s.connect_school IS NULL OR s.connect_school = c.connect_school)
    JOIN adult_ids AS a ON a.part = 'staff' AND a.id = s.id
)
SELECT 'classroom_teachers', c.connect_school, NULL, NULL, s.account, w.written, c.classroom, c.written, 'not_in_class'
FROM seated AS s JOIN connect_classrooms AS c ON c.classroom = s.classroom
JOIN adults_written AS w ON w.part = 'staff' AND w.account = s.account
SEMI JOIN delivered_classrooms AS d ON d.classroom = s.classroom
ANTI JOIN kept AS k ON k.classroom = s.classroom AND k.account = s.account
WHERE 'classroom_teachers' IN (FROM judged);

INSERT INTO left_behind_rows
SELECT 'students', s.connect_school, s.student, s.written, NULL, NULL, NULL, NULL, 'not_delivered'
FROM connect_students AS s SEMI JOIN taking_part AS t ON t.connect_school = s.connect_school
WHERE s.id IS NULL AND NOT s.archived AND 'students' IN (FROM judged);

-- Students who are not delivered at all are in the list above: archived, they stay in their classrooms (S22).
INSERT INTO left_behind_rows
WITH seated AS (
    SELECT DISTINCT connectClassroomId AS classroom, connectUserId AS student FROM workspace_enrollments WHERE role = 'student'
), kept AS (
    SELECT c.classroom, s.id FROM connect_classrooms AS c
    JOIN delivered_seats AS s ON s.class = c.id AND (s.connect_school IS NULL OR s.connect_school = c.connect_school)
), placed AS (SELECT DISTINCT id FROM delivered_places)
SELECT 'classroom_students', c.connect_school, p.student, p.written, NULL, NULL, c.classroom, c.written,
    CASE WHEN h.id IS NULL AND q.id IS NOT NULL THEN 'moved_school' ELSE 'not_in_class' END
FROM seated AS s JOIN connect_classrooms AS c ON c.classroom = s.classroom
JOIN connect_students AS p ON p.student = s.student AND p.id IS NOT NULL
ANTI JOIN kept AS k ON k.classroom = s.classroom AND k.id = p.id
LEFT JOIN placed AS q ON q.id = p.id
LEFT JOIN (SELECT DISTINCT id, connect_school FROM delivered_places WHERE connect_school IS NOT NULL) AS h
    ON h.id = p.id AND h.connect_school = c.connect_school
LEFT JOIN delivered_classrooms AS d ON d.classroom = s.classroom
WHERE ((h.id IS NULL AND q.id IS NOT NULL) OR d.classroom IS NOT NULL) AND 'classroom_students' IN (FROM judged);

INSERT INTO left_behind_rows
SELECT 'classrooms', c.connect_school, NULL, NULL, NULL, NULL, c.classroom, c.written, 'not_delivered'
FROM connect_classrooms AS c ANTI JOIN delivered_classrooms AS d ON d.classroom = c.classroom
WHERE 'classrooms' IN (FROM judged);

-- A school that closed, or does not take part: of it only children are listed who are at another school for certain.
-- Every school that they are delivered at is known, is another one, and takes part. sent_school is the first of these.
-- At school level a file says nothing about other schools.
ALTER TABLE left_behind_rows ADD COLUMN sent_school VARCHAR;

INSERT INTO left_behind_rows
WITH listed AS (
    SELECT sourcedId AS id, trim(unnest(string_split(orgSourcedIds, ','))) AS school FROM users
    WHERE _kind IN ('student', 'unknown') AND sourcedId IS NOT NULL AND orgSourcedIds IS NOT NULL
), places AS (
    SELECT DISTINCT l.id, k.connect_school FROM listed AS l LEFT JOIN known_schools AS k ON k.school = l.school WHERE l.school <> ''
), moved AS (
    SELECT p.id, min(p.connect_school) AS sent_school FROM places AS p LEFT JOIN taking_part AS t ON t.connect_school = p.connect_school
    GROUP BY p.id HAVING bool_and(t.connect_school IS NOT NULL)
)
SELECT DISTINCT 'classroom_students', c.connect_school, p.student, p.written, NULL, NULL, c.classroom, c.written, 'moved_school', m.sent_school
FROM workspace_enrollments AS e JOIN other_classrooms AS c ON c.classroom = e.connectClassroomId
JOIN connect_students AS p ON p.student = e.connectUserId JOIN moved AS m ON m.id = p.id
ANTI JOIN delivered_seats AS s ON s.class = c.written AND s.id = m.id AND s.connect_school IS NULL
WHERE e.role = 'student' AND NOT {one_school} AND 'classroom_students' IN (FROM judged);

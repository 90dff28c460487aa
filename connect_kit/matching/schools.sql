-- Schools of the delivery, schools on Connect, and what they have in common.
-- Runs with the room's own schema first, then the roster's, then the workspace's.
-- Table default_school holds, at school level, the school of rows without a School ID; at district level, NULL.

-- A person in several schools lists them, separated by commas (S1).
CREATE TABLE user_schools AS
SELECT _line, _kind, sourcedId, school FROM (
    SELECT _line, _kind, sourcedId, coalesce(trim(orgSourcedIds), (SELECT school FROM default_school)) AS school FROM users WHERE contains(orgSourcedIds, ',') IS NOT TRUE
    UNION ALL
    SELECT _line, _kind, sourcedId, trim(unnest(string_split(orgSourcedIds, ','))) FROM users WHERE contains(orgSourcedIds, ',')
) WHERE school <> '' OR school = (SELECT school FROM default_school);

CREATE TABLE left_side AS
WITH delivered AS (
    SELECT school FROM user_schools
    UNION SELECT coalesce(schoolSourcedId, (SELECT school FROM default_school)) FROM classes
    UNION SELECT coalesce(schoolSourcedId, (SELECT school FROM default_school)) FROM enrollments
    UNION SELECT sourcedId FROM orgs WHERE lower(trim(type)) = 'school'
    EXCEPT SELECT school FROM not_schools
)
SELECT row_number() OVER (ORDER BY d.school) - 1 AS n, d.school AS id, o.title, coalesce(u.students, 0) AS students, coalesce(c.classes, 0) AS classes,
    NULL::VARCHAR AS why
FROM delivered AS d LEFT JOIN (SELECT sourcedId, arg_min(name, _line) AS title FROM orgs GROUP BY sourcedId) AS o ON o.sourcedId = d.school
LEFT JOIN (SELECT school, count(*) FILTER (_kind = 'student') AS students FROM user_schools GROUP BY school) AS u ON u.school = d.school
LEFT JOIN (SELECT coalesce(schoolSourcedId, (SELECT school FROM default_school)) AS school, count(*) AS classes FROM classes GROUP BY 1) AS c ON c.school = d.school
WHERE d.school IS NOT NULL;

CREATE TABLE right_side AS
SELECT row_number() OVER (ORDER BY _line) - 1 AS n, connectSchoolId AS id, name AS title, schoolId AS recorded,
    CASE WHEN schoolId IS NOT NULL THEN 'School ID ''' || schoolId || ''' is not in the delivery' END AS why
FROM workspace_schools WHERE connectSchoolId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY connectSchoolId ORDER BY _line) = 1;

CREATE TABLE by_id AS
SELECT l.n AS l, r.n AS r, count(*) OVER (PARTITION BY l.n) AS holders FROM left_side AS l JOIN right_side AS r ON r.recorded = l.id;

CREATE TABLE certain AS
SELECT l, r, 'matched' AS status, 'same School ID' AS reason FROM by_id WHERE holders = 1;

-- An ID that a spreadsheet or a person has changed, where no other ID could be meant.
CREATE TABLE by_form AS
WITH forms AS (
    SELECT l.n AS l, NULL AS r, zero_stripped_key(l.id) AS form FROM left_side AS l WHERE l.id <> ''
    UNION ALL SELECT NULL, n, zero_stripped_key(recorded) FROM right_side WHERE recorded IS NOT NULL
)
SELECT max(l) AS l, max(r) AS r FROM forms GROUP BY form HAVING count(l) = 1 AND count(r) = 1;

INSERT INTO certain
SELECT f.l, f.r, 'suggested', 'School ID ''' || a.id || ''' ' || id_change(a.id, b.recorded) || ': ''' || b.recorded || ''''
FROM by_form AS f JOIN left_side AS a ON a.n = f.l JOIN right_side AS b ON b.n = f.r ANTI JOIN by_id AS x ON x.l = f.l;

CREATE TABLE open_left AS SELECT * FROM left_side WHERE n NOT IN (SELECT l FROM certain);

CREATE TABLE open_right AS SELECT * FROM right_side WHERE n NOT IN (SELECT r FROM certain);

-- Students of an open Connect school whose ID is in the delivery, by their school in the delivery.
CREATE TABLE known_ids AS
SELECT r.n AS r, w._line, s.school FROM workspace_students AS w JOIN open_right AS r ON r.id = w.connectSchoolId
JOIN user_schools AS s ON s.sourcedId = w.studentId AND s._kind = 'student';

CREATE TABLE shared_ids AS
SELECT l.n AS l, k.r, count(DISTINCT k._line) AS shared FROM known_ids AS k JOIN open_left AS l ON l.id = k.school GROUP BY ALL;

-- Students without an ID on Connect, by name and grade. A name that many schools have says nothing.
CREATE TABLE pupils_left AS
SELECT l.n AS l, pupil_key(u.givenName, u.familyName) AS name, g.rank AS grade, count(*) AS n
FROM users AS u JOIN user_schools AS s ON s._line = u._line JOIN open_left AS l ON l.id = s.school LEFT JOIN grade_ranks AS g ON g.written = u.grades
WHERE u._kind = 'student' AND EXISTS (SELECT 1 FROM open_right) GROUP BY ALL HAVING name IS NOT NULL;

CREATE TABLE pupils_right AS
SELECT r.n AS r, pupil_key(w.givenName, w.familyName) AS name, g.rank AS grade, count(*) AS n
FROM workspace_students AS w JOIN open_right AS r ON r.id = w.connectSchoolId LEFT JOIN grade_ranks AS g ON g.written = w.grade
WHERE w.studentId IS NULL GROUP BY ALL HAVING name IS NOT NULL;

-- The list on Connect may be a year old.
CREATE TABLE shared_names AS
SELECT a.l, b.r, sum(least(a.n, b.n)) AS shared FROM pupils_left AS a JOIN pupils_right AS b
    ON b.name = a.name AND (a.grade IS NULL OR b.grade IS NULL OR a.grade - b.grade IN (0, 1))
WHERE a.name NOT IN (SELECT name FROM pupils_left GROUP BY name HAVING count(DISTINCT l) > {most}) GROUP BY ALL;

CREATE TABLE known_classes AS
SELECT DISTINCT r.n AS r, w.classId, coalesce(c.schoolSourcedId, (SELECT school FROM default_school)) AS school
FROM workspace_classrooms AS w JOIN open_right AS r ON r.id = w.connectSchoolId JOIN classes AS c ON c.sourcedId = w.classId;

CREATE TABLE shared_classes AS
SELECT l.n AS l, k.r, count(DISTINCT k.classId) AS shared FROM known_classes AS k JOIN open_left AS l ON l.id = k.school GROUP BY ALL;

CREATE TABLE texts AS
SELECT DISTINCT NULL::BIGINT AS k, lowered(title) AS s FROM (SELECT title FROM open_left UNION SELECT title FROM open_right) WHERE title IS NOT NULL;

-- How much of a school each kind of what stays behind is: a delivery that lacks a third of a school must not empty it.
-- Runs in the room's schema after left_behind.sql, with grade_ranks (written, rank) made. {kindergarten}, {last}: ranks of
-- the grades KG and 12. {one_school}: school level.

CREATE TABLE grades_now AS
SELECT u.sourcedId AS id, min(g.rank) AS rank FROM users AS u JOIN grade_ranks AS g ON g.written = u.grades
WHERE u._kind IN ('student', 'unknown') AND u.sourcedId IS NOT NULL GROUP BY u.sourcedId;

CREATE TABLE grades_then AS
SELECT s.student, s.connect_school, s.id, any_value(g.rank) AS rank FROM connect_students AS s
JOIN workspace_students AS w ON w.connectStudentId = s.student LEFT JOIN grade_ranks AS g ON g.written = w.grade
WHERE NOT s.archived GROUP BY ALL;

-- Where the year turns, one of three things shows it: most students come in a higher grade than Connect has, as many new
-- classes as half of those that are gone, or (after the upload, when Connect has the new grades and classes) classrooms
-- that are gone and hold hardly anybody of their lowest grade any more, as those that are delivered do.
CREATE TABLE turning AS
WITH risen AS (
    SELECT t.connect_school, count(*) FILTER (n.rank > t.rank) / count(*) AS part
    FROM grades_then AS t JOIN grades_now AS n ON n.id = t.id WHERE t.rank IS NOT NULL GROUP BY t.connect_school
), gone AS (
    SELECT c.* FROM connect_classrooms AS c ANTI JOIN delivered_classrooms AS d ON d.classroom = c.classroom
), placed AS (
    SELECT id, coalesce(connect_school, CASE WHEN {one_school} THEN (SELECT min(connect_school) FROM taking_part) END) AS connect_school
    FROM delivered_classes
), fresh AS (
    SELECT p.connect_school, count(DISTINCT p.id) AS number FROM placed AS p
    ANTI JOIN workspace_classrooms AS w ON w.classId = p.id AND w.connectSchoolId = p.connect_school
    ANTI JOIN connect_classrooms AS c ON c.id = p.id AND c.connect_school = p.connect_school
    WHERE p.connect_school IS NOT NULL GROUP BY p.connect_school
), left_seats AS (
    SELECT c.connect_school, count(*) FILTER (n.rank <= g.rank) / count(*) AS lowest
    FROM gone AS c JOIN workspace_classrooms AS w ON w.connectClassroomId = c.classroom JOIN grade_ranks AS g ON g.written = w.grades
    JOIN workspace_enrollments AS e ON e.connectClassroomId = c.classroom
    JOIN connect_students AS s ON s.student = e.connectUserId JOIN grades_now AS n ON n.id = s.id GROUP BY c.connect_school
), sent_seats AS (
    SELECT p.connect_school, count(*) FILTER (n.rank <= g.rank) / count(*) AS lowest
    FROM delivered_seats AS s JOIN placed AS p ON p.id = s.class AND (s.connect_school IS NULL OR s.connect_school = p.connect_school)
    JOIN classes AS c ON c.sourcedId = s.class JOIN grade_ranks AS g ON g.written = c.grades
    JOIN grades_now AS n ON n.id = s.id GROUP BY p.connect_school
)
SELECT connect_school FROM risen WHERE part > 0.5
UNION
SELECT f.connect_school FROM fresh AS f JOIN (SELECT connect_school, count(*) AS number FROM gone GROUP BY connect_school) AS g USING (connect_school)
WHERE 2 * f.number >= g.number
UNION
SELECT l.connect_school FROM left_seats AS l JOIN sent_seats AS s USING (connect_school) WHERE 4 * l.lowest < s.lowest;

-- Who is gone from the highest grade there is, when the year turns: the grade above is on neither side.
CREATE TABLE graduates AS
WITH known AS (
    SELECT rank FROM grades_now UNION SELECT rank FROM grades_then SEMI JOIN taking_part USING (connect_school)
)
SELECT student FROM grades_then
WHERE id IS NULL AND (rank >= {last} OR greatest(rank + 1, {kindergarten}) NOT IN (SELECT rank FROM known WHERE rank IS NOT NULL))
    AND connect_school IN (FROM turning);

CREATE TABLE left_shares AS
WITH pairs AS (
    SELECT DISTINCT trim(unnest(string_split(connectStudentIds, ','))) AS student, connectUserId AS account
    FROM workspace_guardians WHERE connectStudentIds IS NOT NULL AND guardianId IS NOT NULL
), places AS (
    SELECT DISTINCT connectUserId AS account, trim(unnest(string_split(connectSchoolIds, ','))) AS connect_school
    FROM workspace_staff WHERE connectSchoolIds IS NOT NULL AND staffId IS NOT NULL
), seats AS (
    SELECT DISTINCT c.connect_school, e.connectClassroomId, e.connectUserId, e.role = 'student' AS student
    FROM workspace_enrollments AS e JOIN (
        SELECT classroom, connect_school FROM connect_classrooms UNION ALL SELECT classroom, connect_school FROM other_classrooms
    ) AS c ON c.classroom = e.connectClassroomId
    WHERE e.connectUserId IN (SELECT student FROM connect_students UNION SELECT account FROM adults_written WHERE part = 'staff')
), there AS (
    SELECT 'guardian_relationships' AS kind, s.connect_school FROM pairs AS p JOIN grades_then AS s ON s.student = p.student
    UNION ALL SELECT 'staff', connect_school FROM places
    UNION ALL SELECT CASE WHEN student THEN 'classroom_students' ELSE 'classroom_teachers' END, connect_school FROM seats
    UNION ALL SELECT 'students', connect_school FROM grades_then ANTI JOIN graduates USING (student)
    UNION ALL SELECT 'classrooms', connect_school FROM connect_classrooms
)
SELECT g.kind, g.connect_school, g.number, t.number AS whole, g.connect_school IN (FROM turning) AS turning
FROM (
    SELECT kind, connect_school, count(*) AS number FROM left_behind_rows AS l
    WHERE reason NOT IN ('unclear', 'merge') AND NOT (kind = 'students' AND student IN (SELECT student FROM graduates)) GROUP BY kind, connect_school
) AS g JOIN (SELECT kind, connect_school, count(*) AS number FROM there GROUP BY kind, connect_school) AS t USING (kind, connect_school);

-- Classes that Connect has under the same ID, whose titles or teachers are those of other classes there. Runs after
-- relations_slid.sql. {shown}: a student's ID on Connect.

CREATE TABLE same_classes AS
SELECT c._line, c.sourcedId AS class, r.connectClassroomId AS room, r.connectSchoolId AS school, lower(trim(d.title)) AS title, lower(trim(r.title)) AS other_title,
    replace(d.grades, ' ', '') AS grades, replace(r.grades, ' ', '') AS other_grades
FROM class_index AS c JOIN classes AS d ON d._line = c._line JOIN workspace_classrooms AS r ON r.classId = c.sourcedId
LEFT JOIN workspace_schools AS k ON k.connectSchoolId = r.connectSchoolId
WHERE r.archived IS DISTINCT FROM 'true' AND (c.school IS NULL OR k.schoolId = c.school)
QUALIFY row_number() OVER (PARTITION BY c._line ORDER BY r.connectClassroomId) = 1 AND row_number() OVER (PARTITION BY r.connectClassroomId ORDER BY c._line) = 1;

-- Titles that another class of the school, or of the district, has on Connect, and no class keeps. Not two that were exchanged,
-- and not another period or room of the same course and grade.
CREATE TABLE moved_titles AS
WITH renamed AS (
    SELECT * FROM same_classes WHERE title <> other_title
), kept AS (
    SELECT DISTINCT school, title FROM same_classes WHERE title = other_title
), owners AS (
    SELECT n._line, n.class, n.room, n.school, n.title, n.other_title, n.grades, n.other_grades, o.room AS owner, o.school AS owner_school, o.title AS owner_title, o.other_grades AS owner_grades
    FROM renamed AS n JOIN renamed AS o ON o.other_title = n.title
    WHERE NOT (course_of(n.title) = course_of(n.other_title) AND n.other_grades IS NOT DISTINCT FROM o.other_grades) AND CASE WHEN o.school = n.school THEN NOT EXISTS (FROM kept AS k WHERE k.school = n.school AND k.title = n.title) ELSE NOT EXISTS (FROM kept AS k WHERE k.title = n.title) END
    QUALIFY o.school = n.school OR NOT bool_or(o.school = n.school) OVER (PARTITION BY n._line)
)
SELECT * FROM owners QUALIFY NOT bool_or(owner_title = other_title) OVER (PARTITION BY _line);

-- Who teaches the class: on Connect, and whom the delivery names of Connect's staff.
CREATE TABLE taught AS
WITH staff AS (
    SELECT staffId AS id, min(connectUserId) AS account FROM workspace_staff WHERE staffId IS NOT NULL GROUP BY staffId
)
SELECT DISTINCT 'connected' AS side, s.room, e.connectUserId AS account FROM workspace_enrollments AS e JOIN same_classes AS s ON s.room = e.connectClassroomId WHERE lower(e.role) <> 'student'
UNION
SELECT 'delivered', s.room, w.account FROM enrolled AS e JOIN same_classes AS s ON s._line = e.class_line JOIN users AS u ON u._line = e.user_line JOIN staff AS w ON w.id = u.sourcedId WHERE e.role_kind = 2;

-- Classes all of whose teachers are others, who taught other classes of the delivery and do not teach one of those any more.
CREATE TABLE moved_teachers AS
WITH gained AS (
    SELECT room, account FROM taught WHERE side = 'delivered' AND (room, account) NOT IN (SELECT (room, account) FROM taught WHERE side = 'connected')
), lost AS (
    SELECT room, account FROM taught WHERE side = 'connected' AND (room, account) NOT IN (SELECT (room, account) FROM taught WHERE side = 'delivered')
), rooms AS (
    SELECT room, count(DISTINCT account) FILTER (side = 'connected') AS before, count(DISTINCT account) FILTER (side = 'delivered') AS now FROM taught GROUP BY room
    HAVING count(DISTINCT side) = 2
), exchanged AS (
    SELECT room, count(*) AS gained FROM gained WHERE account IN (SELECT account FROM lost) GROUP BY room
)
SELECT r.room, coalesce(x.gained = r.now AND l.lost = r.before, false) AS moved FROM rooms AS r LEFT JOIN exchanged AS x ON x.room = r.room
LEFT JOIN (SELECT room, count(*) AS lost FROM lost GROUP BY room) AS l ON l.room = r.room;

-- Of these, those most of whose children are the same as on Connect. NULL where no children are known on one side.
CREATE TABLE steady AS
WITH wanted AS (
    SELECT room FROM moved_titles UNION SELECT room FROM moved_teachers WHERE moved
), children AS (
    SELECT s.room, w.connectStudentId AS child FROM enrolled AS e JOIN same_classes AS s ON s._line = e.class_line SEMI JOIN wanted AS q ON q.room = s.room
    JOIN users AS u ON u._line = e.user_line JOIN workspace_students AS w ON w.studentId = {shown} WHERE e.role_kind = 1 AND e.user_kind = 1
), connected AS (
    SELECT DISTINCT e.connectClassroomId AS room, e.connectUserId AS child FROM workspace_enrollments AS e SEMI JOIN wanted AS q ON q.room = e.connectClassroomId WHERE lower(e.role) = 'student'
)
SELECT c.room, CASE WHEN c.room IN (SELECT room FROM connected) THEN count(o.child) > 0.5 * count(*) END AS same
FROM (SELECT DISTINCT room, child FROM children) AS c LEFT JOIN connected AS o ON o.room = c.room AND o.child = c.child GROUP BY c.room;

-- A title is another class's where the rest of the class stayed: its children, and, in a new year or where none are known, its
-- grades. Where grades or teachers came with the title, the IDs were given anew, which is no harm.
CREATE TABLE titles_of_others AS
WITH teaching AS (
    SELECT d.room, c.room AS other FROM taught AS d JOIN taught AS c ON c.account = d.account
    WHERE d.side = 'delivered' AND c.side = 'connected' AND d.room IN (SELECT room FROM moved_titles) GROUP BY ALL
), seen AS (
    SELECT m._line, any_value(m.school) AS school,
        any_value(m.grades = m.other_grades) AND NOT bool_or(coalesce(m.owner_grades = m.grades, true)) AS grades_stay, NOT any_value(m.grades = m.other_grades) AND bool_or(m.owner_grades = m.grades) AS grades_came,
        count(own.room) = 0 AND count(came.room) > 0 AS teachers_came, any_value(t.same) AS same
    FROM moved_titles AS m LEFT JOIN steady AS t ON t.room = m.room LEFT JOIN teaching AS own ON own.room = m.room AND own.other = m.room
    LEFT JOIN teaching AS came ON came.room = m.room AND came.other = m.owner
    GROUP BY m._line
), judged AS (
    SELECT *, coalesce(grades_came, false) OR teachers_came AS came, CASE WHEN (SELECT risen FROM year_turned) THEN grades_stay ELSE coalesce(same, grades_stay) END AS stayed FROM seen
), shares AS (
    SELECT school, count(*) AS known FROM same_classes GROUP BY school
), counted AS (
    SELECT s.school, count(j._line) FILTER (j.stayed AND NOT j.came) AS wrong, count(j._line) FILTER (j.came) AS came, any_value(s.known) AS known FROM shares AS s LEFT JOIN judged AS j ON j.school = s.school GROUP BY s.school
)
SELECT j._line FROM judged AS j JOIN (
    SELECT school, many(wrong, known) AND wrong > came OR sum(wrong) OVER () >= 3 AND sum(wrong) OVER () > 0.25 * sum(known) OVER () AND sum(wrong) OVER () > sum(came) OVER () AS mass FROM counted
) AS c ON c.school = j.school WHERE c.mass AND j.stayed AND NOT j.came;

-- Teachers of others: in the same year, with the same children, in a third of a school's classes and five. In a new year, or
-- with other children (a new term), teachers change as they should.
CREATE TABLE teachers_of_others AS
WITH classes_seen AS (
    SELECT s._line, s.school, m.moved AND coalesce(t.same, false) AS moved FROM moved_teachers AS m JOIN same_classes AS s ON s.room = m.room LEFT JOIN steady AS t ON t.room = m.room
    WHERE NOT (SELECT risen FROM year_turned)
)
SELECT _line FROM classes_seen WHERE moved AND school IN (SELECT school FROM classes_seen GROUP BY school HAVING count(*) FILTER (moved) >= 5 AND count(*) FILTER (moved) > count(*) / 3);

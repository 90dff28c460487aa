-- Children who would be in the classes of others. Runs after relations_slid.sql. {shown}: a student's ID on Connect.

-- In the same year, under class IDs that Connect has, two fifths of a school's seats; not counted are classes that only one side
-- has children in (a new term). Where nearly every child who moved has the same courses as before, in classes of its grade, the
-- school has dealt its sections anew, unless the lines show that each child has the seats of the one so many lines before.
-- In any year, where the children of a third of a school's seats are in other grades than the class, and on Connect nearly all
-- are in the same ones. Who stays in a class may have been promoted before it ends.
CREATE TABLE other_seats AS
WITH rooms AS ( -- room, class, child and line are lines of files, as numbers are joined sooner than text
    SELECT w._line AS room, c._line AS class, w.connectClassroomId AS id, w.connectSchoolId AS school, w.grades FROM workspace_classrooms AS w LEFT JOIN class_index AS c ON c.sourcedId = w.classId
    WHERE w.archived IS DISTINCT FROM 'true' QUALIFY row_number() OVER (PARTITION BY coalesce(w.classId, 'Connect ' || w.connectClassroomId) ORDER BY w.connectClassroomId) = 1
), pupils AS MATERIALIZED (
    SELECT w.connectStudentId AS id, min(w._line) AS child, arg_min(g.rank, w._line) AS rank, min(u._line) FILTER (w.archived IS DISTINCT FROM 'true') AS line,
        arg_min(w.connectSchoolId, w._line) FILTER (w.archived IS DISTINCT FROM 'true' AND u._line IS NOT NULL) AS school
    FROM workspace_students AS w LEFT JOIN (SELECT _line, {shown} AS shown FROM users WHERE _kind = 'student') AS u ON u.shown = w.studentId
    LEFT JOIN grade_ranks AS g ON g.written = w.grade GROUP BY w.connectStudentId
), children AS (
    SELECT child, line, school FROM pupils WHERE line IS NOT NULL
), seats AS (
    SELECT x._line, x.class_line AS class, c.school, x.user_line AS line FROM enrolled AS x JOIN class_index AS c ON c._line = x.class_line WHERE x.role_kind = 1 AND x.user_kind = 1
), connected AS MATERIALIZED (
    SELECT DISTINCT r.class, r.room, p.child FROM workspace_enrollments AS e JOIN rooms AS r ON r.id = e.connectClassroomId
    LEFT JOIN pupils AS p ON p.id = e.connectUserId WHERE e.role = 'student' OR lower(e.role) = 'student'
), pairs AS MATERIALIZED ( -- of a child and a class: the first line of the delivery, if any, and whether Connect has it
    SELECT child, class, min(_line) AS _line, bool_or(there) AS there FROM (
        SELECT c.child, s.class, s._line, false AS there FROM seats AS s JOIN children AS c ON c.line = s.line
        WHERE s.class IN (SELECT class FROM connected) AND NOT (SELECT risen FROM year_turned)
        UNION ALL SELECT w.child, w.class, NULL, true FROM connected AS w SEMI JOIN children USING (child) WHERE w.class IS NOT NULL
    ) GROUP BY child, class
), gained AS (
    SELECT c.school, p.child, p.class, p._line FROM pairs AS p JOIN children AS c USING (child) WHERE NOT p.there
), kept AS (
    SELECT child, class, _line IS NULL AS lost FROM pairs WHERE there AND class IN (SELECT class FROM pairs WHERE _line IS NOT NULL)
), lost AS (
    SELECT c.school, k.child, k.class FROM kept AS k JOIN children AS c USING (child) WHERE k.lost
), moved AS (
    SELECT c.school, count(*) FILTER (k.lost > 0 AND g.child IS NOT NULL) AS children, sum(k.lost) FILTER (g.child IS NOT NULL) AS seats, sum(k.every) AS every
    FROM (SELECT child, count(*) FILTER (lost) AS lost, count(*) AS every FROM kept GROUP BY child) AS k
    JOIN children AS c USING (child) LEFT JOIN (SELECT DISTINCT child FROM gained) AS g USING (child) GROUP BY c.school
), courses AS (
    SELECT _line AS class, coalesce(courseSourcedId, course_of(title)) AS course FROM classes
), peers AS (
    SELECT DISTINCT c.class, p.rank FROM connected AS c JOIN pupils AS p USING (child) WHERE p.rank IS NOT NULL AND c.class IN (SELECT class FROM gained)
), exchanged AS ( -- of each child who moved and each course. A gained class without children of the grade is of none
    SELECT x.school, x.child, CASE WHEN x.lost = 1 OR p.class IS NOT NULL THEN c.course END AS course, sum(x.lost) AS lost, sum(1 - x.lost) AS gained FROM (
        SELECT school, child, class, 1 AS lost FROM lost WHERE child IN (SELECT child FROM gained)
        UNION ALL SELECT school, child, class, 0 FROM gained WHERE child IN (SELECT child FROM lost)
    ) AS x LEFT JOIN courses AS c USING (class)
    LEFT JOIN pupils AS w ON w.child = x.child LEFT JOIN peers AS p ON p.class = x.class AND p.rank = w.rank GROUP BY ALL
), same_courses AS (
    SELECT school FROM (SELECT school, child, bool_and(lost = gained AND course IS NOT NULL) AS same FROM exchanged GROUP BY ALL) GROUP BY school HAVING avg(same::INTEGER) >= 0.95
), placed AS ( -- the place among all lines, and among those of students
    SELECT s._line, row_number() OVER (ORDER BY s._line) AS place, c.child FROM seats AS s LEFT JOIN children AS c ON c.line = s.line
    WHERE EXISTS (FROM same_courses)
), probes AS (
    SELECT g._line, g.school, g.class, p.place, count(*) OVER (PARTITION BY g.school) AS n FROM (
        FROM gained SEMI JOIN same_courses USING (school) QUALIFY row_number() OVER (PARTITION BY school ORDER BY hash(_line)) <= 400
    ) AS g JOIN placed AS p USING (_line)
), slid AS ( -- nearly every class has, at one distance in the file, a child that Connect has in it
    SELECT school FROM (
        SELECT p.school, p.n, unnest([{'of': 1, 'far': o._line - p._line}, {'of': 2, 'far': o.place - p.place}]) AS gap
        FROM probes AS p JOIN connected AS w ON w.class = p.class JOIN placed AS o ON o.child = w.child
    ) GROUP BY school, gap HAVING count(*) > 0.8 * any_value(n)
), dealt_anew AS (
    SELECT school FROM same_courses WHERE school NOT IN (SELECT school FROM slid)
), grades AS ( -- of classes, one row a grade; those whose grades are not known are not compared
    SELECT 'delivered' AS side, i._line AS class, trim(unnest(string_split(c.grades, ','))) AS grade FROM classes AS c JOIN class_index AS i USING (sourcedId) WHERE c.grades IS NOT NULL
    UNION SELECT 'connected', room, trim(unnest(string_split(grades, ','))) FROM rooms WHERE grades IS NOT NULL
), ranks AS (
    SELECT side, class, list(r.rank) AS ranks FROM grades AS g LEFT JOIN grade_ranks AS r ON r.written = g.grade GROUP BY side, class HAVING count(*) = count(r.rank)
), delivered AS MATERIALIZED (
    SELECT s._line, s.class, s.line, s.school, list_contains(r.ranks, g.rank) AS fits FROM seats AS s JOIN users AS u ON u._line = s.line JOIN grade_ranks AS g ON g.written = u.grades
    JOIN ranks AS r ON r.side = 'delivered' AND r.class = s.class
), misfits AS (
    SELECT d._line, d.school FROM (FROM delivered WHERE NOT fits) AS d
    ANTI JOIN (SELECT c.line, w.class FROM connected AS w JOIN children AS c USING (child) WHERE w.class IN (SELECT class FROM delivered WHERE NOT fits)) AS k
        ON k.line = d.line AND k.class = d.class
), fitting AS (
    SELECT w.school, k.schoolId, list_contains(r.ranks, p.rank) AS fits FROM connected AS c JOIN pupils AS p USING (child) JOIN rooms AS w USING (room)
    JOIN workspace_schools AS k ON k.connectSchoolId = w.school JOIN ranks AS r ON r.side = 'connected' AND r.class = c.room WHERE p.rank IS NOT NULL
), stale AS ( -- whose users were uploaded before their classes: the seats on Connect are those of last year
    SELECT school, avg((NOT fits)::INTEGER) > 0.5 AS stale FROM fitting GROUP BY school
), unfit AS (
    SELECT d.school FROM (SELECT school, count(*) AS n FROM delivered GROUP BY school) AS d JOIN (SELECT school, count(*) AS n FROM misfits GROUP BY school) AS m USING (school)
    JOIN (SELECT schoolId AS school, count(*) AS n, count(*) FILTER (NOT fits) AS no FROM fitting GROUP BY schoolId) AS c USING (school)
    WHERE m.n > 0.33 * d.n AND m.n >= 3 AND c.no < 0.05 * c.n
)
SELECT g._line FROM gained AS g JOIN moved AS m USING (school) SEMI JOIN lost AS l ON l.child = g.child
LEFT JOIN stale AS t ON t.school = g.school WHERE m.children >= 3 AND m.seats > 0.4 * m.every AND NOT coalesce(t.stale, false) AND g.school NOT IN (FROM dealt_anew)
UNION SELECT _line FROM misfits WHERE school IN (SELECT school FROM unfit);

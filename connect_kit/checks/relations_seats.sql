-- Who is in no class, or in classes of other schools only, though the rest of the school is not: seen without a workspace.
-- Runs after relations.sql, with the same schemas.

-- Children without a class, of grades of which others have classes at the same school; a school or a grade that delivers
-- none is left alone (not every school has schedules). Many are a tenth and five.
CREATE TABLE left_out AS
WITH children AS (
    SELECT u._line, coalesce(p.school, '') AS school, u.grades, t.sourcedId IS NOT NULL AS seated, x._line IS NOT NULL AS counted
    FROM users AS u LEFT JOIN user_schools AS p ON p._line = u._line LEFT JOIN user_index AS x ON x._line = u._line
    LEFT JOIN user_stats AS t ON t.sourcedId = u.sourcedId WHERE u._kind = 'student' AND u.sourcedId IS NOT NULL
), scheduled AS (
    SELECT school, grades, count(*) FILTER (counted) AS every, count(*) FILTER (seated AND counted) AS seated FROM children GROUP BY ALL HAVING bool_or(seated)
), many_without AS (
    SELECT school FROM scheduled GROUP BY school HAVING sum(every) - sum(seated) >= 5 AND sum(every) - sum(seated) > 0.1 * sum(every)
)
SELECT DISTINCT c._line FROM children AS c SEMI JOIN many_without AS j ON j.school = c.school
SEMI JOIN scheduled AS s ON s.school = c.school AND s.grades IS NOT DISTINCT FROM c.grades WHERE NOT c.seated;

-- Enrollments in classes that Connect has and the delivery has not, of schools whose delivered classes have mostly no
-- student, while a third of its delivered students, and five, come in such classes: the files are not of one year.
CREATE TABLE seats_on_connect AS
WITH rooms AS (
    SELECT w.classId AS class, any_value(s.schoolId) AS school FROM workspace_classrooms AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.connectSchoolId
    WHERE w.classId IN (SELECT id FROM unknown_classes WHERE status = 'workspace') GROUP BY w.classId
), seats AS (
    SELECT e._line, r.school, u.sourcedId AS student FROM enrollments AS e JOIN rooms AS r ON r.class = e.classSourcedId
    LEFT JOIN user_index AS u ON u.sourcedId = e.userSourcedId AND u._kind = 'student'
), empty AS (
    SELECT c.school FROM class_index AS c LEFT JOIN class_stats AS s ON s._line = c._line
    GROUP BY c.school HAVING count(*) FILTER (coalesce(s.students, 0) = 0) >= 3 AND avg((coalesce(s.students, 0) = 0)::INTEGER) > 0.5
), schools AS (
    SELECT school, count(DISTINCT _line) AS students FROM user_schools WHERE _kind = 'student' GROUP BY school
), judged AS (
    SELECT t.school FROM seats AS t SEMI JOIN empty AS e ON e.school = t.school JOIN schools AS s ON s.school = t.school
    GROUP BY t.school HAVING count(DISTINCT t.student) >= 5 AND count(DISTINCT t.student) > any_value(s.students) / 3
)
SELECT t._line FROM seats AS t SEMI JOIN judged AS j ON j.school = t.school;

-- Staff whom the upload takes off a school on Connect although they teach there: by their row they are elsewhere. Many, where
-- none of their classes is at a school of their row (who also teaches at home is itinerant): three and 5 % of those who teach
-- at a school, or, without Connect, a fifth of all. Not where Connect has them as their row does, and not where they teach.
CREATE TABLE misplaced_staff AS
WITH seats AS (
    SELECT DISTINCT e.user_line AS _line, c.school, e.belongs FROM enrolled AS e JOIN class_index AS c ON c._line = e.class_line
    WHERE e.role_kind = 2 AND e.user_kind = 2 AND e.belongs IS NOT NULL
), connected AS (
    SELECT w.id, list(DISTINCT s.schoolId) AS schools FROM (
        SELECT staffId AS id, trim(unnest(string_split(connectSchoolIds, ','))) AS place FROM workspace_staff WHERE staffId IS NOT NULL
    ) AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.place WHERE s.schoolId IS NOT NULL GROUP BY w.id
), strays AS (
    SELECT s._line, s.school, NOT bool_or(s.belongs) OVER (PARTITION BY s._line) AS elsewhere, s.belongs,
        coalesce(list_contains(w.schools, s.school), false) AS there,
        coalesce(list_has_any(w.schools, string_split(replace(x.schools, ' ', ''), ',')), false) AS as_before
    FROM seats AS s JOIN user_index AS x ON x._line = s._line LEFT JOIN connected AS w ON w.id = x.sourcedId
    WHERE s._line IN (SELECT _line FROM seats WHERE NOT belongs)
), every AS (
    SELECT school, count(DISTINCT _line) AS teachers, (SELECT count(DISTINCT _line) FROM seats) AS everywhere FROM seats GROUP BY school
), outside AS (
    SELECT _line, school, elsewhere, there FROM strays WHERE NOT belongs AND (there OR elsewhere AND NOT as_before)
), judged AS (
    SELECT o.school, count(DISTINCT o._line) FILTER (o.elsewhere AND o.there) >= 3 AND count(DISTINCT o._line) FILTER (o.elsewhere AND o.there) > 0.05 * any_value(e.teachers)
        OR (SELECT count(DISTINCT _line) FROM outside WHERE elsewhere) >= 5 AND (SELECT count(DISTINCT _line) FROM outside WHERE elsewhere) > 0.2 * any_value(e.everywhere) AS mass
    FROM outside AS o JOIN every AS e ON e.school = o.school GROUP BY o.school
)
SELECT o._line, min(o.school) AS school, bool_or(j.mass AND o.elsewhere) AS mass FROM outside AS o JOIN judged AS j ON j.school = o.school
GROUP BY o._line HAVING bool_or(j.mass AND o.elsewhere) OR bool_or(o.there);

-- Staff who teach nowhere have no such sign: only where a quarter of a school's, and three, would leave it for another one.
CREATE TABLE leaving_staff AS
WITH connected AS (
    SELECT i._line, s.schoolId AS school, list_contains(string_split(replace(i.schools, ' ', ''), ','), s.schoolId) AS stays FROM (
        SELECT staffId AS id, trim(unnest(string_split(connectSchoolIds, ','))) AS place FROM workspace_staff WHERE staffId IS NOT NULL
    ) AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.place JOIN user_index AS i ON i.sourcedId = w.id AND i._kind IN ('teacher', 'administrator')
    WHERE s.schoolId IN (SELECT school FROM known_schools) AND i.schools IS NOT NULL AND i._line NOT IN (SELECT _line FROM user_stats)
)
SELECT _line, min(school) AS school FROM connected WHERE NOT stays AND school IN (
    SELECT school FROM connected GROUP BY school HAVING count(*) FILTER (NOT stays) >= 3 AND count(*) FILTER (NOT stays) > 0.25 * count(*)
) GROUP BY _line;

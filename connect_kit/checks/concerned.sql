-- Children whom critical findings concern, and the rows that fail: their own row, one of their guardians, one of their
-- enrollments, a class they are in; those of Connect who are missing, or whose school is; and the schools that are findings
-- themselves. What concerns a whole file concerns every child of the delivery.
WITH critical AS (
    SELECT r.tbl, f.line, f.id, r.code FROM _failing AS f JOIN _rules AS r ON r.rule = f.rule WHERE r.severity = 'critical'
), lines AS (
    SELECT DISTINCT tbl, line FROM critical WHERE line IS NOT NULL
), students AS (
    SELECT _line, coalesce(sourcedId, 'line ' || _line) AS child, sourcedId FROM users WHERE _kind = 'student'
), adults AS (
    SELECT DISTINCT sourcedId FROM users WHERE _kind <> 'student' AND sourcedId IS NOT NULL
), meant AS ( -- a child whose ID is written otherwise elsewhere is one child
    SELECT id, min(partner) AS partner FROM near_pairs WHERE tbl = 'users' GROUP BY id
), named AS (
    SELECT child FROM lines JOIN students ON _line = line WHERE tbl = 'users'
    UNION
    SELECT s.child FROM lines JOIN users AS g ON tbl = 'users' AND g._line = line AND g._kind = 'guardian'
    JOIN user_agents AS a ON a.agent = g.sourcedId JOIN students AS s ON s._line = a._line
    UNION
    SELECT coalesce(m.partner, e.userSourcedId) FROM lines JOIN enrollments AS e ON tbl = 'enrollments' AND e._line = line LEFT JOIN meant AS m ON m.id = e.userSourcedId
    WHERE e.userSourcedId IS NOT NULL AND lower(e.role) = 'student' AND e.userSourcedId NOT IN (SELECT sourcedId FROM adults)
    UNION
    SELECT coalesce(m.partner, e.userSourcedId) FROM lines JOIN classes AS c ON tbl = 'classes' AND c._line = line
    JOIN enrollments AS e ON e.classSourcedId = c.sourcedId LEFT JOIN meant AS m ON m.id = e.userSourcedId
    WHERE e.userSourcedId IS NOT NULL AND lower(e.role) = 'student' AND e.userSourcedId NOT IN (SELECT sourcedId FROM adults)
    UNION
    SELECT g.studentSourcedId FROM lines JOIN guardians AS g ON tbl = 'guardians' AND g._line = line WHERE g.studentSourcedId IS NOT NULL
    UNION
    SELECT a.studentSourcedId FROM lines JOIN student_attributes AS a ON tbl = 'student_attributes' AND a._line = line WHERE a.studentSourcedId IS NOT NULL
    UNION
    SELECT s.child FROM critical AS c JOIN user_schools AS u ON c.tbl = 'workspace' AND u.school = c.id JOIN students AS s ON s._line = u._line
    UNION
    SELECT 'Connect ' || id FROM critical WHERE code = 'workspace.students.missing'
    UNION
    SELECT 'Connect ' || w.connectStudentId FROM critical AS c JOIN workspace_schools AS s ON c.code = 'workspace.schools.unmatched' AND s.schoolId = c.id
    JOIN workspace_students AS w ON w.connectSchoolId = s.connectSchoolId WHERE w.archived IS DISTINCT FROM 'true' AND w.studentId NOT IN (SELECT sourcedId FROM students WHERE sourcedId IS NOT NULL)
    UNION
    SELECT child FROM students WHERE EXISTS (SELECT 1 FROM critical WHERE (line IS NULL OR starts_with(code, 'header.')) AND tbl <> 'workspace')
)
SELECT (SELECT count(*) FROM named), (SELECT count(*) FROM lines),
    (SELECT count(DISTINCT id) FROM critical WHERE line IS NULL AND starts_with(code, 'workspace.schools.'))

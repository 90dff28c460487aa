-- What Connect has and the delivery lacks: most students of a school or grade, and columns that are blank; and roles and home
-- phones that slid. Runs after relations_slid.sql. delivered_columns (tbl, col): which columns the files hold. {shown}: a
-- student's ID on Connect.

-- Students of the SIS on Connect who are not delivered at any school, where they are most of a school, five and more, or nearly
-- all of a grade from kindergarten on, ten and more. When the year turns, a school's highest grade leaves, and a school may give
-- up several, unless it leads to the district's last grade; grade 12 leaves before. Not where the delivery knows nobody on
-- Connect: those are new students only, or all IDs changed.
CREATE TABLE missing_students AS
WITH delivered AS (
    SELECT {shown} AS id FROM users WHERE _kind = 'student' UNION SELECT old_id FROM crosswalk WHERE kind = 'students'
), there AS (
    SELECT w.connectStudentId AS student, w.studentId AS id, s.schoolId AS school, g.rank, d.id IS NULL AS missing,
        (SELECT risen FROM year_turned) AND coalesce(g.rank = max(g.rank) OVER (PARTITION BY s.schoolId), false) AS leaving
    FROM workspace_students AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.connectSchoolId LEFT JOIN grade_ranks AS g ON g.written = w.grade
    LEFT JOIN delivered AS d ON d.id = w.studentId
    WHERE w.studentId IS NOT NULL AND w.archived IS DISTINCT FROM 'true' AND s.schoolId IN (SELECT school FROM school_status WHERE status = 'known')
        AND EXISTS (FROM same_ids WHERE kind = 'students')
), schools AS (
    SELECT school FROM there WHERE NOT leaving GROUP BY school HAVING count(*) FILTER (missing) >= 5 AND count(*) FILTER (missing) > 0.6 * count(*)
), grades AS (
    SELECT school, rank, count(*) FILTER (missing) > 0.95 * count(*) AS gone, count(*) FILTER (missing AND NOT leaving) AS missing, max(max(rank)) OVER () = max(max(rank)) OVER (PARTITION BY school) AS to_the_end
    FROM there GROUP BY school, rank
), levels AS (
    SELECT g.school, g.rank FROM grades AS g WHERE g.gone AND g.missing >= 10 AND g.rank BETWEEN {kindergarten} AND {kindergarten} + 11
        AND (g.to_the_end OR NOT (SELECT risen FROM year_turned) OR EXISTS (FROM grades AS o WHERE o.school = g.school AND o.rank > g.rank AND NOT o.gone))
)
SELECT t.student, t.id, t.school, s.school IS NOT NULL AS of_school FROM there AS t LEFT JOIN schools AS s ON s.school = t.school
LEFT JOIN levels AS l ON l.school = t.school AND l.rank = t.rank WHERE t.missing AND (s.school IS NOT NULL OR l.school IS NOT NULL);

-- A blank cell blanks what Connect has, where the file holds the column (twin; kit decision): so many of a school's values
-- at once are a column that was left empty, a third already. Not where most of the school never had one: those were entered on Connect.
CREATE TABLE emptied AS
WITH compared AS ( -- a code such as UG in place of a grade says as little as none
    SELECT s.*, s.grade IS NULL OR n.rank IS NULL AND o.rank IS NOT NULL AS no_grade FROM same_ids AS s
    LEFT JOIN grade_ranks AS n ON n.written = s.grade LEFT JOIN grade_ranks AS o ON o.written = s.other_grade
), counted AS (
    SELECT kind, school, count(*) AS known, [count(other_address), count(other_number), count(other_grade)] AS had, [count(other_address) FILTER (address IS NULL),
        count(other_number) FILTER (number IS NULL), count(other_grade) FILTER (no_grade)] AS lost FROM compared GROUP BY kind, school
), by_column AS (
    SELECT kind, school, known, unnest(['email', 'sms', 'grades']) AS col, unnest(had) AS had, unnest(lost) AS lost FROM counted
), judged AS (
    SELECT kind, school, col, lost >= 3 AND lost > had / 3 AND had > 0.5 * known OR sum(lost) OVER everywhere >= 3
        AND sum(lost) OVER everywhere > sum(had) OVER everywhere / 3 AND sum(had) OVER everywhere > 0.5 * sum(known) OVER everywhere AS mass
    FROM by_column WINDOW everywhere AS (PARTITION BY kind, col)
), found AS (
    SELECT s.tbl, s._line, s.kind, j.col FROM judged AS j JOIN compared AS s ON s.kind = j.kind AND s.school IS NOT DISTINCT FROM j.school
    SEMI JOIN delivered_columns AS d ON d.tbl = s.tbl AND d.col = j.col
    WHERE j.mass AND CASE j.col WHEN 'email' THEN s.address IS NULL AND s.other_address IS NOT NULL WHEN 'sms' THEN s.number IS NULL AND s.other_number IS NOT NULL
        ELSE s.no_grade AND s.other_grade IS NOT NULL END
), written AS ( -- a number that cannot be one is not blank
    SELECT f.*, u.email IS NULL AND u.sms IS NULL AS no_contact FROM found AS f JOIN users AS u ON f.tbl = 'users' AND u._line = f._line
    WHERE f.col = 'grades' OR CASE f.col WHEN 'email' THEN u.email ELSE u.sms END IS NULL
    UNION ALL
    SELECT f.*, g.email IS NULL AND g.sms IS NULL FROM found AS f JOIN guardians AS g ON f.tbl = 'guardians' AND g._line = f._line
    WHERE CASE f.col WHEN 'email' THEN g.email ELSE g.sms END IS NULL
)
SELECT tbl, _line, kind, string_agg(col, ' and ' ORDER BY col) AS cols, bool_or(col = 'grades' OR kind = 'staff' AND no_contact) AS grave
FROM written GROUP BY tbl, _line, kind;

-- The delivery holds guardians, Connect has them connected, and no student names any: the column is empty as a whole.
CREATE TABLE none_named AS
SELECT i._line, k.child FROM known_children AS k JOIN user_index AS i ON i.sourcedId = k.sourcedId
WHERE EXISTS (FROM users WHERE _kind = 'guardian') AND NOT EXISTS (FROM user_agents) AND NOT EXISTS (FROM guardians WHERE studentSourcedId IS NOT NULL)
    AND EXISTS (FROM workspace_guardians WHERE guardianId IS NOT NULL);

-- Classes without staff, where most of the school's are so and most of its classrooms on Connect are not.
CREATE TABLE untaught AS
WITH delivered AS (
    SELECT c._line, c.school, coalesce(s.staff, 0) = 0 AS without FROM class_index AS c LEFT JOIN class_stats AS s ON s._line = c._line WHERE EXISTS (FROM enrolled)
), connected AS (
    SELECT k.schoolId AS school, avg((e.room IS NOT NULL)::INTEGER) AS taught FROM workspace_classrooms AS r JOIN workspace_schools AS k ON k.connectSchoolId = r.connectSchoolId
    LEFT JOIN (SELECT DISTINCT connectClassroomId AS room FROM workspace_enrollments WHERE lower(role) <> 'student') AS e ON e.room = r.connectClassroomId
    WHERE r.classId IS NOT NULL AND r.archived IS DISTINCT FROM 'true' GROUP BY k.schoolId
), judged AS (
    SELECT d.school FROM delivered AS d GROUP BY d.school HAVING count(*) FILTER (d.without) >= 3 AND count(*) FILTER (d.without) > 0.5 * count(*)
)
SELECT d._line FROM delivered AS d SEMI JOIN judged AS j ON j.school = d.school JOIN connected AS c ON c.school = d.school WHERE d.without AND c.taught > 0.5;

-- Staff who change between teacher and administrator, many of a school, or five of the district and 5 %.
CREATE TABLE other_roles AS
WITH compared AS (
    SELECT s._line, s.id, s.school, u._kind AS role, CASE WHEN starts_with(lower(w.role), 'admin') THEN 'administrator' WHEN lower(w.role) IN ('teacher', 'aide', 'proctor') THEN 'teacher' END AS other
    FROM same_ids AS s JOIN users AS u ON u._line = s._line JOIN workspace_staff AS w ON w.staffId = s.id WHERE s.kind = 'staff' AND s.tbl = 'users'
), counted AS (
    SELECT school, count(*) AS known, count(*) FILTER (role <> other) AS changed FROM compared WHERE other IS NOT NULL GROUP BY school
), judged AS (
    SELECT school, many(changed, known) OR sum(changed) OVER () >= 5 AND sum(changed) OVER () > 0.05 * sum(known) OVER () AS many FROM counted
)
SELECT c._line, c.other FROM compared AS c JOIN judged AS j ON j.school IS NOT DISTINCT FROM c.school WHERE c.role <> c.other AND j.many;

-- Home phones that on Connect another family has, and lost: who moves in with a family that keeps its number shares it. A
-- family shares one, so that several have it. Also one that more than four get, of three families (filled down). A quarter
-- of a school, as some families exchange homes.
CREATE TABLE phones_of_others AS
WITH now AS (
    SELECT 'users' AS tbl, _line, phone FROM users WHERE _kind = 'guardian' AND phone IS NOT NULL
    UNION ALL SELECT 'guardians', _line, phone FROM guardians WHERE phone IS NOT NULL
), changed AS (
    SELECT n.tbl, n._line, s.id, s.school, s.family, number_key(n.phone) AS number FROM now AS n JOIN same_ids AS s ON s.kind = 'guardians' AND s.tbl = n.tbl AND s._line = n._line
    JOIN workspace_guardians AS w ON w.guardianId = s.id WHERE w.phone <> n.phone AND number_key(w.phone) <> number_key(n.phone)
), before AS (
    SELECT guardianId AS id, number_key(phone) AS number FROM workspace_guardians WHERE guardianId IS NOT NULL AND phone IS NOT NULL AND EXISTS (FROM changed)
), theirs AS (
    SELECT o.tbl, o._line, o.id, o.school, b.id AS owner FROM changed AS o JOIN before AS b ON b.number = o.number
    SEMI JOIN changed AS l ON l.id = b.id
    SEMI JOIN (SELECT number FROM before GROUP BY number HAVING count(*) <= 4) AS f ON f.number = o.number
    SEMI JOIN (SELECT number FROM changed GROUP BY number HAVING count(DISTINCT id) <= 4) AS g ON g.number = o.number
), found AS (
    SELECT t.tbl, t._line, any_value(t.id) AS id, any_value(t.school) AS school FROM theirs AS t
    LEFT JOIN (SELECT DISTINCT a.id, b.id AS owner FROM wards AS a JOIN wards AS b ON b.child = a.child WHERE a.id IN (SELECT id FROM theirs)) AS f ON f.id = t.id AND f.owner = t.owner
    GROUP BY t.tbl, t._line HAVING count(f.id) = 0
    UNION
    SELECT c.tbl, c._line, c.id, c.school FROM changed AS c
    SEMI JOIN (SELECT number FROM changed GROUP BY number HAVING count(DISTINCT id) > 4 AND count(DISTINCT family) >= 3) AS g ON g.number = c.number
), judged AS (
    SELECT s.school, count(DISTINCT f.id) >= 5 AND count(DISTINCT f.id) > 0.25 * any_value(s.known)
        OR (SELECT count(DISTINCT id) FROM found) >= 5 AND (SELECT count(DISTINCT id) FROM found) > 0.25 * any_value(s.everywhere) AS mass
    FROM found AS f JOIN id_shares AS s ON s.kind = 'guardians' AND s.school IS NOT DISTINCT FROM f.school GROUP BY s.school
)
SELECT f.tbl, f._line FROM found AS f JOIN judged AS j ON j.school IS NOT DISTINCT FROM f.school WHERE j.mass;

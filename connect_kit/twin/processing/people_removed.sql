-- Staff who are no longer at a school, under any account that has one of their staff IDs now, and children who are at fewer
-- schools than before: who only changes school is not taken off one. Makes staff_removed and children_removed, one row a
-- person and school, and removals by school.

CREATE TEMP TABLE staff_removed AS
WITH holders AS (
    SELECT account, account AS holder FROM staff_before
    UNION SELECT b.account, r.connectUserId FROM staff_before AS b JOIN staff_roles AS r ON r.staffId = b.id
), still AS (
    SELECT h.account, s.connectSchoolId AS school FROM holders AS h JOIN staff_schools AS s ON s.connectUserId = h.holder
)
SELECT account AS connectUserId, string_agg(DISTINCT id, ',' ORDER BY id) AS staffId, school AS connectSchoolId
FROM staff_before ANTI JOIN still USING (account, school) GROUP BY account, school;

CREATE TEMP TABLE children_removed AS
WITH fewer AS (
    SELECT b.student FROM (SELECT student, count(*) AS n FROM children_before GROUP BY student) AS b
    JOIN (SELECT connectStudentId AS student, count(*) AS n FROM student_schools GROUP BY connectStudentId) AS a USING (student) WHERE a.n < b.n
)
SELECT b.student AS connectStudentId, b.id AS studentId, b.school AS connectSchoolId FROM children_before AS b SEMI JOIN fewer USING (student)
ANTI JOIN student_schools AS s ON s.connectStudentId = b.student AND s.connectSchoolId = b.school;

CREATE TEMP TABLE removals AS
WITH gone AS (
    SELECT connectSchoolId AS school, count(DISTINCT connectUserId) AS staff, 0 AS children FROM staff_removed GROUP BY ALL
    UNION ALL SELECT connectSchoolId, 0, count(*) FROM children_removed GROUP BY ALL
), members AS (
    SELECT school, count(DISTINCT account) AS members FROM staff_before GROUP BY school
)
SELECT g.school, sum(g.staff) AS staff, coalesce(any_value(m.members), 0) AS members, coalesce(any_value(s.schoolId), '') AS schoolId,
    sum(g.children) AS children, coalesce(any_value(p.pupils), 0) AS pupils
FROM gone AS g LEFT JOIN members AS m USING (school) LEFT JOIN pupils_before AS p USING (school) LEFT JOIN schools AS s ON s.connectSchoolId = g.school
GROUP BY g.school;

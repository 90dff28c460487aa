-- Staff who are no longer at a school, under any account that has one of their staff IDs now. Makes staff_removed, one row
-- an account and school, and removals by school.

CREATE TEMP TABLE staff_removed AS
WITH holders AS (
    SELECT account, account AS holder FROM staff_before
    UNION SELECT b.account, r.connectUserId FROM staff_before AS b JOIN staff_roles AS r ON r.staffId = b.id
), still AS (
    SELECT h.account, s.connectSchoolId AS school FROM holders AS h JOIN staff_schools AS s ON s.connectUserId = h.holder
)
SELECT account AS connectUserId, string_agg(DISTINCT id, ',' ORDER BY id) AS staffId, school AS connectSchoolId
FROM staff_before ANTI JOIN still USING (account, school) GROUP BY account, school;

CREATE TEMP TABLE removals AS
SELECT b.school, count(DISTINCT r.connectUserId) AS staff, count(DISTINCT b.account) AS members, coalesce(any_value(s.schoolId), '') AS schoolId
FROM staff_before AS b LEFT JOIN staff_removed AS r ON r.connectUserId = b.account AND r.connectSchoolId = b.school
LEFT JOIN schools AS s ON s.connectSchoolId = b.school
GROUP BY b.school HAVING count(r.connectUserId) > 0;

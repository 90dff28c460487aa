-- Of the changes in {changes} and their shares in {shares}, those that hold on the workspace as it is: the record is
-- there, is not archived, and has the old ID. Tables are those of identity.value.
CREATE TABLE there AS
SELECT 'schools' AS kind, connectSchoolId AS connect_id, schoolId AS old_id FROM workspace_schools WHERE schoolId IS NOT NULL
UNION SELECT 'students', connectStudentId, studentId FROM workspace_students
WHERE studentId IS NOT NULL AND archived IS DISTINCT FROM 'true'
UNION SELECT 'staff', connectUserId, staffId FROM workspace_staff WHERE staffId IS NOT NULL
UNION SELECT 'guardians', connectUserId, guardianId FROM workspace_guardians WHERE guardianId IS NOT NULL
UNION SELECT 'classrooms', connectClassroomId, classId FROM workspace_classrooms
WHERE classId IS NOT NULL AND archived IS DISTINCT FROM 'true';

CREATE TABLE counted AS
SELECT kind, CASE WHEN kind = 'schools' THEN '' ELSE coalesce(connect_school, '') END AS place, {number} AS changed
FROM {changes} SEMI JOIN there USING (kind, connect_id, old_id) GROUP BY ALL;

INSERT INTO id_shares
SELECT s.* REPLACE (c.changed AS changed, c.changed >= {least} AND c.changed > {share} * s.managed AS mass)
FROM {shares} AS s JOIN counted AS c
    ON c.kind = s.kind AND c.place = CASE WHEN s.kind = 'schools' THEN '' ELSE coalesce(s.connect_school, '') END;

INSERT INTO id_changes
SELECT c.* REPLACE (coalesce(s.mass, false) AS mass)
FROM {changes} AS c SEMI JOIN there USING (kind, connect_id, old_id)
LEFT JOIN (
    SELECT kind, CASE WHEN kind = 'schools' THEN '' ELSE coalesce(connect_school, '') END AS place, bool_or(mass) AS mass
    FROM id_shares GROUP BY ALL
) AS s ON s.kind = c.kind AND s.place = CASE WHEN c.kind = 'schools' THEN '' ELSE coalesce(c.connect_school, '') END;

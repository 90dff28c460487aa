-- What Abandon may disconnect (decision 20), before the file changes anything: connected_before (student, account, school),
-- relationships that uploads made. {district}, {school}: whose students count; at district level each at its first school.

CREATE TEMP TABLE connected_before AS
SELECT r.connectStudentId AS student, r.connectUserId AS account, coalesce(s.connectSchoolId, '') AS school
FROM relationships AS r
LEFT JOIN student_schools AS s ON s.connectStudentId = r.connectStudentId
    AND CASE WHEN {district} THEN s.place = 1 ELSE s.connectSchoolId = {school} END
WHERE r.managed AND ({district} OR s.connectSchoolId IS NOT NULL);

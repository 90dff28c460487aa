-- Schools of Connect where children could have come under new IDs: of the students under the SIS some are not delivered,
-- and students are delivered whom Connect does not have. {id}: the student's ID in users; {share}, {least}: what is many.
-- Students whose school is not on Connect may be of any school.
WITH ours AS (
    SELECT {id} AS id, any_value(orgSourcedIds) AS listed FROM users WHERE _kind = 'student' AND {id} IS NOT NULL GROUP BY ALL
), theirs AS (
    SELECT studentId AS id, connectSchoolId, (archived IS NOT DISTINCT FROM 'true') AS archived
    FROM workspace_students WHERE studentId IS NOT NULL
), new AS (
    SELECT id, listed FROM ours ANTI JOIN theirs USING (id)
), placed AS (
    SELECT DISTINCT n.id, s.connectSchoolId
    FROM (SELECT id, trim(unnest(string_split(coalesce(listed, ''), ','))) AS school FROM new) AS n
    JOIN workspace_schools AS s ON s.schoolId = n.school
), elsewhere AS (
    SELECT count(*) AS new FROM new ANTI JOIN placed USING (id)
), arrived AS (
    SELECT connectSchoolId, count(*) AS new FROM placed GROUP BY ALL
), managed AS (
    SELECT connectSchoolId, count(*) AS managed, count(*) FILTER (o.id IS NULL) AS gone
    FROM theirs LEFT JOIN ours AS o USING (id) WHERE NOT archived GROUP BY ALL
)
SELECT connectSchoolId, any_value(n.name), any_value(least(gone, coalesce(a.new, 0) + e.new)) AS turned, any_value(managed)
FROM managed LEFT JOIN arrived AS a USING (connectSchoolId) CROSS JOIN elsewhere AS e
LEFT JOIN workspace_schools AS n USING (connectSchoolId)
WHERE least(gone, coalesce(a.new, 0) + e.new) >= {least} AND least(gone, coalesce(a.new, 0) + e.new) > {share} * managed
GROUP BY connectSchoolId ORDER BY connectSchoolId

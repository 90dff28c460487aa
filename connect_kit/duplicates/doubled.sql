-- Students of the delivery who are created although the same child has another record. "members" (cluster_id, unique_id)
-- are the duplicates. {created}, {there}: whether a row of the delivery is created, and whether it is one that Connect has,
-- not archived. {counted}: which records of Connect count.
WITH active_students AS (
    SELECT connectStudentId, studentId FROM workspace_students WHERE archived IS DISTINCT FROM 'true'
), records AS (
    SELECT m.cluster_id, p.id, coalesce(p.schools[1], '') AS school, p.source = 'roster' AND {created} AS new,
        CASE WHEN p.source = 'roster' THEN {there} ELSE p.id IN (SELECT connectStudentId FROM active_students WHERE {counted}) END AS active
    FROM members AS m JOIN persons AS p USING (unique_id)
), children AS (
    SELECT cluster_id, bool_or(active) AS on_connect FROM records GROUP BY cluster_id
), new AS (
    SELECT *, row_number() OVER (PARTITION BY cluster_id ORDER BY id) AS place FROM records WHERE new
)
-- The first record of a child whom nobody on Connect has is not a double.
SELECT id, school, cluster_id, CASE WHEN on_connect THEN 'connect' ELSE 'delivery' END AS why
FROM new JOIN children USING (cluster_id) WHERE on_connect OR place > 1 ORDER BY cluster_id, id

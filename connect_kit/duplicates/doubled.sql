-- Students of the delivery who would be created although the same child has another record. "members" (cluster_id,
-- unique_id) are the duplicates; "created" the IDs that are created, where a dry run has said so.
WITH records AS (
    SELECT m.cluster_id, p.source = 'roster' AS delivered, p.id, coalesce(p.schools[1], '') AS school,
        CASE WHEN p.source = 'roster' THEN {created} END AS new,
        p.source = 'workspace' AND p.id IN (
            SELECT connectStudentId FROM workspace_students WHERE archived IS DISTINCT FROM 'true' AND {counted}
        ) AS active
    FROM members AS m JOIN persons AS p USING (unique_id)
), children AS (
    SELECT cluster_id, bool_or(active OR NOT coalesce(new, true)) AS on_connect FROM records GROUP BY cluster_id
), new AS (
    SELECT *, row_number() OVER (PARTITION BY cluster_id ORDER BY id) AS place FROM records WHERE new
)
-- The first record of a child whom nobody on Connect has is not a double.
SELECT id, school, cluster_id, CASE WHEN on_connect THEN 'connect' ELSE 'delivery' END AS why
FROM new JOIN children USING (cluster_id) WHERE on_connect OR place > 1 ORDER BY cluster_id, id

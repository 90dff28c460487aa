-- Duplicate students: their first row, and the others' IDs, in the delivery (source roster) or on Connect.

CREATE TABLE duplicate_students AS
WITH ends AS (
    SELECT left_id AS id, right_source AS source, right_id AS other FROM duplicate_pairs WHERE left_source = 'roster'
    UNION
    SELECT right_id, left_source, left_id FROM duplicate_pairs WHERE right_source = 'roster'
), listed AS (
    SELECT id, source, array_to_string(list(other ORDER BY other)[:5], ', ') || CASE WHEN count(*) > 5 THEN ', …' ELSE '' END AS others
    FROM ends GROUP BY id, source
)
SELECT min(u._line) AS _line, t.source, t.others FROM listed AS t
JOIN users AS u ON u.sourcedId = t.id AND u._kind = 'student' GROUP BY t.id, t.source, t.others;

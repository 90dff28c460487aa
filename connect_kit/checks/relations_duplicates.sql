-- Duplicate students of the delivery, by their first row: other rows of the same child (within), and who is created beside
-- a record that Connect has (beside), or has a further one there (already). Archived records double nobody.
-- {shown}: a student's ID on Connect.

CREATE TABLE active_students AS
SELECT connectStudentId, studentId FROM workspace_students WHERE archived IS DISTINCT FROM 'true';

CREATE TABLE student_rows AS
SELECT sourcedId AS id, _line, {shown} IN (SELECT studentId FROM active_students WHERE studentId IS NOT NULL) AS there
FROM users WHERE _kind = 'student' AND sourcedId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY sourcedId ORDER BY _line) = 1;

CREATE TABLE duplicate_students AS
WITH active AS (
    SELECT m.cluster_id, m.id, m.id AS shown, true AS other_record FROM duplicate_members AS m
    JOIN active_students AS w ON w.connectStudentId = m.id WHERE m.source = 'workspace'
    UNION ALL
    SELECT m.cluster_id, m.id, 'with ID ' || m.id, false FROM duplicate_members AS m
    JOIN student_rows AS r ON r.id = m.id AND r.there WHERE m.source = 'roster'
), ends AS (
    SELECT 'within' AS what, left_id AS id, right_id AS other FROM duplicate_pairs WHERE left_source = 'roster' AND right_source = 'roster'
    UNION SELECT 'within', right_id, left_id FROM duplicate_pairs WHERE left_source = 'roster' AND right_source = 'roster'
    UNION SELECT 'beside', m.id, a.shown FROM doubled_students AS d JOIN duplicate_members AS m ON m.id = d.id AND m.source = 'roster'
    JOIN active AS a ON a.cluster_id = m.cluster_id WHERE d.why = 'connect'
    UNION SELECT 'already', m.id, a.shown FROM duplicate_members AS m JOIN student_rows AS r ON r.id = m.id AND r.there
    JOIN active AS a ON a.cluster_id = m.cluster_id AND a.other_record WHERE m.source = 'roster'
), listed AS (
    SELECT what, id, array_to_string(list(other ORDER BY starts_with(other, 'with ID '), other)[:5], ', ') || CASE WHEN count(*) > 5 THEN ', …' ELSE '' END AS others
    FROM ends GROUP BY what, id
)
SELECT r._line, t.what, t.others FROM listed AS t JOIN student_rows AS r USING (id);

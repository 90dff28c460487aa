-- Records on Connect that the delivery holds under another ID, by the first row of the new one.
-- School IDs with other leading zeros are a finding of their own (school_zeros).
-- Runs with the check's own schema first, then that of the changed IDs, the roster's and the workspace's.

CREATE TABLE changed_ids AS
WITH rows AS (
    SELECT 'users' AS tbl, CASE _kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END AS kind, sourcedId AS id, min(_line) AS _line
    FROM users WHERE sourcedId IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'guardians', 'guardians', guardianSourcedId, min(_line) FROM guardians
    WHERE guardianSourcedId IS NOT NULL AND guardianSourcedId NOT IN (SELECT sourcedId FROM users WHERE sourcedId IS NOT NULL) GROUP BY ALL
    UNION ALL SELECT 'classes', 'classrooms', sourcedId, min(_line) FROM classes WHERE sourcedId IS NOT NULL GROUP BY ALL
)
SELECT coalesce(r.tbl, CASE WHEN c.kind = 'students' THEN 'users' END) AS tbl, r._line, c.kind, coalesce(c.new_id, c.old_id) AS new_id, c.old_id || ': ' || p.words AS shown, c.mass, p.words, c.connect_school
FROM id_changes AS c JOIN id_patterns AS p USING (pattern) LEFT JOIN rows AS r ON r.kind = c.kind AND r.id = c.new_id
WHERE r._line IS NOT NULL OR c.kind = 'schools' AND c.new_id NOT IN (SELECT school FROM school_zeros) OR c.new_id IS NULL
-- Of several children of one name as many as the delivery holds.
QUALIFY c.new_id IS NOT NULL OR row_number() OVER (PARTITION BY c.kind, c.connect_school, c.new_id IS NULL ORDER BY c.old_id)
    <= round(sum(c.probability) OVER (PARTITION BY c.kind, c.connect_school, c.new_id IS NULL));

-- One cause a kind and pattern: how many, of how many in the schools concerned.
CREATE TABLE id_change_causes AS
WITH counted AS (
    SELECT c.kind, c.mass, p.words, c.connect_school, any_value(coalesce(c.school, c.connect_school)) AS school, {number} AS changed
    FROM id_changes AS c JOIN id_patterns AS p USING (pattern)
    WHERE c.kind <> 'schools' OR c.new_id NOT IN (SELECT school FROM school_zeros) GROUP BY ALL
)
SELECT c.kind, c.mass, c.words, CASE WHEN c.mass AND any_value(s.managed) IS NOT NULL
        THEN sum(c.changed) || ' of ' || CASE WHEN c.kind = 'schools' THEN any_value(s.managed) ELSE sum(s.managed) END || ' ' ELSE sum(c.changed) || ' ' END
    || CASE WHEN sum(c.changed) = 1 AND NOT c.mass AND c.kind <> 'staff' THEN rtrim(c.kind, 's') WHEN c.kind = 'staff' THEN 'staff members' ELSE c.kind END
    || CASE WHEN c.kind = 'schools' OR NOT c.mass THEN '' WHEN count(*) = 1 THEN ' of school ' || any_value(c.school) ELSE ' of ' || count(*) || ' schools' END
    || CASE WHEN sum(c.changed) = 1 AND NOT c.mass AND c.kind <> 'staff' THEN ' comes' ELSE ' come' END || ' under new IDs: ' || c.words
    || CASE c.kind WHEN 'classrooms' THEN ' (or is it a new term?)' ELSE '' END AS title
FROM counted AS c LEFT JOIN id_shares AS s ON s.kind = c.kind AND (s.connect_school = c.connect_school OR c.kind = 'schools')
GROUP BY c.kind, c.mass, c.words;

-- Students on Connect whose ID is not delivered, and students of the delivery whose ID Connect has not.
-- Needs ``people`` and ``persons`` of the duplicates, ``grade_ranks`` and ``default_school``.

-- {shown}: a student's ID on Connect, sourcedId or, where the setting student_id is "number" (S14), identifier.
CREATE TABLE shown_ids AS
SELECT sourcedId, any_value({shown}) AS shown FROM users WHERE _kind = 'student' AND sourcedId IS NOT NULL GROUP BY sourcedId;

CREATE TABLE managed_students AS
SELECT connectStudentId AS connect_id, connectSchoolId AS connect_school, studentId AS old_id, grade
FROM workspace_students WHERE connectStudentId IS NOT NULL AND studentId IS NOT NULL AND archived IS DISTINCT FROM 'true'
QUALIFY row_number() OVER (PARTITION BY connectStudentId ORDER BY _line) = 1;

CREATE TABLE gone AS
SELECT p.unique_id AS c, m.connect_id, m.connect_school, m.old_id, g.rank AS grade, p.names, coalesce(y.generation, x.generation) AS generation
FROM managed_students AS m JOIN people AS p ON p.id = m.connect_id AND p.source = 'workspace' JOIN persons AS s USING (unique_id)
LEFT JOIN given_forms AS x ON x.raw = s.givenName LEFT JOIN family_forms AS y ON y.raw = s.familyName LEFT JOIN grade_ranks AS g ON g.written = m.grade
WHERE m.old_id NOT IN (SELECT shown FROM shown_ids);

CREATE TABLE fresh AS
SELECT p.unique_id AS d, p.id AS new_id, coalesce(s.schools[1], (SELECT school FROM default_school)) AS school, s.schools, g.rank AS grade, p.names, s.identifier, coalesce(y.generation, x.generation) AS generation
FROM people AS p JOIN persons AS s USING (unique_id) JOIN shown_ids AS i ON i.sourcedId = p.id
LEFT JOIN given_forms AS x ON x.raw = s.givenName LEFT JOIN family_forms AS y ON y.raw = s.familyName LEFT JOIN grade_ranks AS g ON g.written = s.grade
WHERE p.source = 'roster' AND i.shown NOT IN (SELECT studentId FROM workspace_students WHERE studentId IS NOT NULL);

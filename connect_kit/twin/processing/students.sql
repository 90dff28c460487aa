-- Students of users.csv: found by SIS ID only (decision 18), so that one made by hand is left beside the new one (S12).
-- {email}, {grade}: whether the file holds the column; a column that is absent leaves what is stored.

CREATE TEMP TABLE student_rows AS
SELECT g._line, s.connectStudentId AS id, coalesce(s.archived, false) AS archived,
    s.connectStudentId IS NOT NULL AND (
        s.givenName IS DISTINCT FROM g.givenName OR s.familyName IS DISTINCT FROM g.familyName OR s.studentId IS DISTINCT FROM {shown}
        OR ({email} AND s.email IS DISTINCT FROM g.email) OR ({grade} AND s.grade IS DISTINCT FROM {first_grade})) AS changed
FROM given AS g
JOIN (SELECT _line FROM accepted WHERE _kind = 'student') AS a ON a._line = g._line
LEFT JOIN students AS s ON s.sourcedId = g.sourcedId;

UPDATE students AS s SET givenName = n.givenName, familyName = n.familyName, studentId = n.shown,
    email = CASE WHEN {email} THEN n.email ELSE s.email END, grade = CASE WHEN {grade} THEN n.grade ELSE s.grade END
FROM (
    SELECT r.id, g.givenName, g.familyName, {shown} AS shown, g.email, {first_grade} AS grade
    FROM student_rows AS r JOIN given AS g ON g._line = r._line WHERE r.changed
) AS n WHERE s.connectStudentId = n.id;

CREATE TEMP TABLE new_students AS
SELECT _line, printf('CS%08d', {first} + row_number() OVER (ORDER BY _line) - 1) AS id FROM student_rows WHERE id IS NULL;

INSERT INTO students
SELECT n.id, g.givenName, g.familyName, {first_grade}, g.email, {shown}, g.sourcedId, false
FROM new_students AS n JOIN given AS g ON g._line = n._line;

-- Every student of the file, with the ID on Connect.
CREATE TEMP TABLE student_ids AS
SELECT _line, id, false AS fresh FROM student_rows WHERE id IS NOT NULL
UNION ALL SELECT _line, id, true FROM new_students;

-- Classes: found by class ID within the school. A classroom without class ID is left alone (S10, S11: left as it is, it
-- remains beside the new one). {unarchive}: the setting of S14.

CREATE TEMP TABLE class_rows AS
SELECT g._line, x._line IS NOT NULL AS refused, {school} AS school, c.connectClassroomId AS id, coalesce(c.archived, false) AS archived,
    c.title IS DISTINCT FROM g.title OR c.grades IS DISTINCT FROM g.grades OR (c.archived AND {unarchive}) AS changed
FROM given AS g
LEFT JOIN school_status AS s ON s.school = g.schoolSourcedId
LEFT JOIN refused AS x ON x._line = g._line
LEFT JOIN classrooms AS c ON c.classId = g.sourcedId AND c.connectSchoolId = {school};

UPDATE classrooms AS c SET title = n.title, grades = n.grades, archived = c.archived AND NOT {unarchive}
FROM (
    SELECT r.id, g.title, g.grades FROM class_rows AS r JOIN given AS g ON g._line = r._line
    WHERE r.id IS NOT NULL AND r.changed AND NOT r.refused
) AS n WHERE c.connectClassroomId = n.id;

CREATE TEMP TABLE new_classrooms AS
SELECT _line, school, printf('CC%08d', {first} + row_number() OVER (ORDER BY _line) - 1) AS id
FROM class_rows WHERE id IS NULL AND NOT refused;

INSERT INTO classrooms
SELECT n.id, n.school, g.title, g.grades, g.sourcedId, false FROM new_classrooms AS n JOIN given AS g ON g._line = n._line;

CREATE TEMP TABLE outcome AS
SELECT _line, CASE WHEN refused THEN 'SKIPPED' WHEN id IS NULL THEN 'CREATED' WHEN changed THEN 'UPDATED' ELSE 'UNCHANGED' END AS action,
    'classes' AS what, school
FROM class_rows;

INSERT INTO notes
SELECT r._line, 'classes.classroom.archived',
    'the classroom of class ' || g.sourcedId || ' is archived on Connect and stays so (setting unarchive_reappearing_classrooms is off)'
FROM class_rows AS r JOIN given AS g ON g._line = r._line WHERE r.archived AND NOT r.refused AND NOT {unarchive};

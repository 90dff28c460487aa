-- What became of each row of classes.csv: outcome (_line, action, what, school) and notes on rows that were processed.

CREATE TEMP TABLE outcome AS
SELECT _line, CASE WHEN refused THEN 'SKIPPED' WHEN id IS NULL THEN 'CREATED' WHEN changed THEN 'UPDATED' ELSE 'UNCHANGED' END AS action,
    'classes' AS what, school
FROM class_rows;

CREATE TEMP TABLE notes AS
SELECT r._line, 'classes.classroom.archived' AS code,
    'the classroom of class ' || g.sourcedId || ' is archived on Connect and stays so (setting unarchive_reappearing_classrooms is off)' AS message
FROM class_rows AS r JOIN given AS g ON g._line = r._line WHERE r.archived AND NOT r.refused AND NOT {unarchive};

-- What became of each row of guardians.csv: outcome (_line, action, what, school) and notes.

CREATE TEMP TABLE outcome AS
SELECT g._line, CASE WHEN r._line IS NULL THEN 'SKIPPED' WHEN a.state = 'created' THEN 'CREATED'
        WHEN c._line IS NOT NULL OR a.state = 'changed' OR (a.state = 'joined' AND a.id IS NOT NULL)
            OR a._line IN (SELECT _line FROM refreshed) OR a._line IN (SELECT _line FROM nameless) THEN 'UPDATED'
        ELSE 'UNCHANGED' END AS action,
    'guardians' AS what, {school} AS school
FROM given AS g
LEFT JOIN guardian_rows AS r ON r._line = g._line
LEFT JOIN assigned AS a ON a._line = g._line
LEFT JOIN connected AS c ON c._line = g._line
LEFT JOIN students AS p ON p.sourcedId = g.studentSourcedId
LEFT JOIN student_schools AS s ON s.connectStudentId = p.connectStudentId AND s.place = 1;

-- What became of each row of users.csv: outcome (_line, action, what, school) and notes on rows that were processed.

CREATE TEMP TABLE outcome AS
WITH done AS (
    SELECT s._line, CASE WHEN s.fresh THEN 'CREATED'
        WHEN r.changed OR s._line IN (SELECT _line FROM student_schools_changed) OR s._line IN (SELECT _line FROM connected) THEN 'UPDATED'
        ELSE 'UNCHANGED' END AS action
    FROM student_ids AS s JOIN student_rows AS r ON r._line = s._line
    UNION ALL
    SELECT a._line, CASE WHEN a.state = 'created' THEN 'CREATED'
        WHEN a.state <> 'kept' OR a._line IN (SELECT _line FROM refreshed) OR a._line IN (SELECT _line FROM staff_schools_changed) THEN 'UPDATED'
        ELSE 'UNCHANGED' END
    FROM assigned AS a
)
SELECT g._line, coalesce(d.action, 'SKIPPED') AS action,
    CASE g._kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' WHEN 'unknown' THEN 'other' ELSE 'staff' END AS what,
    {school} AS school
FROM given AS g
LEFT JOIN done AS d ON d._line = g._line
LEFT JOIN placed_people AS s ON s._line = g._line AND s.place = 1;

INSERT INTO notes
SELECT _line, 'settings.guardians_from', 'guardians come from guardians.csv (setting guardians_from); the row was passed over'
FROM given ANTI JOIN accepted USING (_line) ANTI JOIN refused USING (_line)
UNION ALL
SELECT s._line, 'users.student.archived', 'student ' || g.sourcedId || ' is archived on Connect and stays so; unarchive the student there if that is wrong'
FROM student_rows AS s JOIN given AS g ON g._line = s._line WHERE s.archived
UNION ALL
SELECT _line, 'users.agentSourcedIds.known', 'guardian ' || agent || ' is not a guardian on Connect, and was not connected'
FROM unknown_agents ANTI JOIN (SELECT _line FROM student_rows WHERE archived) USING (_line);

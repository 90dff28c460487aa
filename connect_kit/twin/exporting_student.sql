-- All that the record of the student in ``chosen`` holds.
WITH facts AS (
    SELECT 1 AS n, unnest([
        {'what': 'connectStudentId', 'value': connectStudentId}, {'what': 'studentId', 'value': studentId},
        {'what': 'sourcedId', 'value': sourcedId}, {'what': 'givenName', 'value': givenName},
        {'what': 'familyName', 'value': familyName}, {'what': 'grade', 'value': grade}, {'what': 'email', 'value': email},
        {'what': 'archived', 'value': archived::VARCHAR}
    ]) AS part, generate_subscripts(range(8), 1)::VARCHAR AS place FROM students JOIN chosen ON id = connectStudentId
    UNION ALL
    SELECT 2, {'what': 'school', 'value': concat_ws(' ', connectSchoolId, name)}, place::VARCHAR
    FROM student_schools JOIN chosen ON id = connectStudentId LEFT JOIN schools USING (connectSchoolId)
    UNION ALL
    SELECT 3, {'what': 'guardian', 'value': concat_ws(' ', connectUserId, givenName, familyName)}, connectUserId
    FROM relationships JOIN chosen ON id = connectStudentId LEFT JOIN accounts USING (connectUserId)
    UNION ALL
    SELECT 4, {'what': 'classroom', 'value': concat_ws(' ', connectClassroomId, title)}, connectClassroomId
    FROM enrollments JOIN chosen ON id = connectUserId LEFT JOIN classrooms USING (connectClassroomId)
    UNION ALL
    SELECT 5, {'what': 'attribute ' || name, 'value': value}, name FROM attributes JOIN chosen ON id = connectStudentId
    UNION ALL
    SELECT 6, {'what': kind, 'value': concat_ws(' ', happened, historyId)}, happened || historyId
    FROM history JOIN chosen ON id = connectStudentId
)
SELECT part.what AS what, part.value AS value FROM facts ORDER BY n, place

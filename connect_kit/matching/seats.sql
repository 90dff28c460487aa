-- The teachers' names and the number of students of every class and classroom, for the details. One query.

SELECT 'roster' AS side, e.classSourcedId AS id, string_agg(DISTINCT concat_ws(' ', u.givenName, u.familyName), ', ') FILTER (e.part = 'teacher') AS teachers,
    count(*) FILTER (e.part = 'student') AS members
FROM (SELECT classSourcedId, userSourcedId, lower(trim(role)) AS part FROM enrollments) AS e
LEFT JOIN (SELECT sourcedId, givenName, familyName FROM users WHERE _kind IN ('teacher', 'administrator')) AS u ON u.sourcedId = e.userSourcedId AND e.part = 'teacher'
GROUP BY e.classSourcedId
UNION ALL
SELECT 'workspace', e.connectClassroomId, string_agg(DISTINCT concat_ws(' ', s.givenName, s.familyName), ', ') FILTER (e.part = 'teacher'), count(*) FILTER (e.part = 'student')
FROM (SELECT connectClassroomId, connectUserId, lower(trim(role)) AS part FROM workspace_enrollments) AS e
LEFT JOIN workspace_staff AS s ON s.connectUserId = e.connectUserId AND e.part = 'teacher'
GROUP BY e.connectClassroomId

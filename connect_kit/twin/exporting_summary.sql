SELECT what, count, sis, archived FROM (
    SELECT 1 AS n, 'schools' AS what, count(*) AS count, count(schoolId) AS sis, 0 AS archived FROM schools
    UNION ALL SELECT 2, 'classrooms', count(*), count(classId), count(*) FILTER (archived) FROM classrooms
    UNION ALL SELECT 3, 'students', count(*), count(studentId), count(*) FILTER (archived) FROM students
    UNION ALL SELECT 4, 'guardians', count(DISTINCT connectUserId), count(DISTINCT connectUserId) FILTER (guardianId IS NOT NULL), 0 FROM guardian_roles
    UNION ALL SELECT 5, 'staff', count(DISTINCT connectUserId), count(DISTINCT connectUserId) FILTER (staffId IS NOT NULL), 0 FROM staff_roles
    UNION ALL SELECT 6, 'relationships', count(*), count(*) FILTER (managed), 0 FROM relationships
    UNION ALL SELECT 7, 'enrollments', count(*), count(*) FILTER (classId IS NOT NULL), 0 FROM enrollments LEFT JOIN classrooms USING (connectClassroomId)
    UNION ALL SELECT 8, 'attributes', count(*), 0, 0 FROM attributes
    UNION ALL SELECT 9, 'history items', count(*), 0, 0 FROM history
) ORDER BY n

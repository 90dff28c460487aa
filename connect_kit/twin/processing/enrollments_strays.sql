-- Enrollments that lead nowhere, and why. padded: known with its leading zeros (S3: IDs must match exactly).

CREATE TEMP TABLE strays AS
WITH lost AS (
    SELECT g._line, g.classSourcedId AS classId, g.userSourcedId AS userId, g.schoolSourcedId AS school,
        e.classroom IS NULL AS no_class, e.person IS NULL AS no_user
    FROM enrolled AS e JOIN given AS g ON g._line = e._line WHERE e.classroom IS NULL OR e.person IS NULL
), class_ids AS (
    SELECT DISTINCT classId AS id FROM classrooms WHERE classId IS NOT NULL AND {within}
), class_zeros AS (
    SELECT ltrim(id, '0') AS digits, max(length(id)) AS longest FROM class_ids WHERE regexp_full_match(id, '[0-9]+') GROUP BY digits
), school_zeros AS (
    SELECT DISTINCT ltrim(schoolId, '0') AS digits FROM schools WHERE regexp_full_match(schoolId, '[0-9]+')
), user_zeros AS (
    SELECT ltrim(id, '0') AS digits, max(length(id)) AS longest FROM enrollable WHERE regexp_full_match(id, '[0-9]+') GROUP BY digits
)
SELECT l._line, l.classId, l.userId, l.school,
    CASE WHEN NOT l.no_class OR l.classId IS NULL THEN 'none' WHEN c.id IS NOT NULL THEN 'elsewhere'
        WHEN z.longest > length(l.classId) THEN 'padded' ELSE 'unknown' END AS class_state,
    CASE WHEN NOT l.no_user OR l.userId IS NULL THEN 'none' WHEN l.userId IN (SELECT guardianId FROM guardian_roles WHERE guardianId IS NOT NULL) THEN 'guardian'
        WHEN u.longest > length(l.userId) THEN 'padded' ELSE 'unknown' END AS user_state,
    CASE WHEN NOT {district} OR l.school IS NULL OR l.school IN (SELECT schoolId FROM schools WHERE schoolId IS NOT NULL) THEN 'none'
        WHEN s.digits IS NOT NULL THEN 'padded' ELSE 'unknown' END AS school_state
FROM lost AS l
LEFT JOIN class_ids AS c ON c.id = l.classId
LEFT JOIN class_zeros AS z ON z.digits = ltrim(l.classId, '0') AND regexp_full_match(l.classId, '[0-9]+')
LEFT JOIN user_zeros AS u ON u.digits = ltrim(l.userId, '0') AND regexp_full_match(l.userId, '[0-9]+')
LEFT JOIN school_zeros AS s ON s.digits = ltrim(l.school, '0') AND regexp_full_match(l.school, '[0-9]+');

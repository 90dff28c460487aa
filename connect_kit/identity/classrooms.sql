-- Classrooms on Connect whose class ID is not delivered although the same class is, under another ID.
-- New class IDs every year are normal: last year's class with the same title is another one.
-- Needs ``school_map``, ``same_students``, ``suggested`` (class, classroom): what :func:`match_classrooms` suggested.

-- Classes of a later term only, as their terms say by name, or by beginning after another one of the year: that a class of
-- the same title is gone is the end of the earlier term. Where students come under new IDs too, the SIS has changed.
CREATE TABLE later_terms AS
WITH sessions AS (
    SELECT sourcedId, lower(type) AS type, coalesce(parentSourcedId, schoolYear) AS year, try_cast(startDate AS DATE) AS start,
        words(title) AS name FROM academicSessions WHERE sourcedId IS NOT NULL AND lower(type) IS DISTINCT FROM 'schoolyear'
)
SELECT s.sourcedId AS term FROM sessions AS s WHERE EXISTS (FROM sessions AS e WHERE e.year = s.year AND e.type = s.type AND e.start < s.start)
UNION SELECT s.sourcedId FROM sessions AS s JOIN academicSessions AS y ON y.sourcedId = s.year WHERE s.start > try_cast(y.startDate AS DATE) + 30
UNION SELECT sourcedId FROM sessions WHERE regexp_matches(name, '(^| )(s|sem|semester|t|tri|trimester|term|q|quarter) ?[2-4]( |$)')
UNION SELECT term FROM (SELECT DISTINCT trim(unnest(string_split(termSourcedIds, ','))) AS term FROM classes)
    WHERE regexp_matches(words(term), '(^| )(s|sem|semester|t|tri|trimester|term|q|quarter) ?[2-4]$') AND term NOT IN (SELECT sourcedId FROM academicSessions WHERE sourcedId IS NOT NULL);

CREATE TABLE new_term AS
SELECT id FROM (
    SELECT sourcedId AS id, trim(unnest(string_split(termSourcedIds, ','))) AS term FROM classes WHERE sourcedId IS NOT NULL
) WHERE term <> '' AND (SELECT count(*) FROM assigned) <= 0.05 * (SELECT count(*) FROM managed_students)
GROUP BY id HAVING bool_and(term IN (SELECT term FROM later_terms));

CREATE TABLE managed_rooms AS
SELECT connectClassroomId AS connect_id, connectSchoolId AS connect_school, classId AS old_id, words(title) AS title, grades, m.school
FROM workspace_classrooms AS w LEFT JOIN school_map AS m ON m.connect_school = w.connectSchoolId
WHERE classId IS NOT NULL AND connectClassroomId IS NOT NULL AND archived IS DISTINCT FROM 'true'
QUALIFY row_number() OVER (PARTITION BY connectClassroomId ORDER BY w._line) = 1;

CREATE TABLE delivered_classes AS
SELECT sourcedId AS new_id, coalesce(schoolSourcedId, (SELECT school FROM default_school)) AS school, words(title) AS title, grades
FROM classes WHERE sourcedId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY sourcedId ORDER BY _line) = 1;

CREATE TABLE gone_rooms AS
SELECT m.* FROM managed_rooms AS m ANTI JOIN delivered_classes AS d ON d.new_id = m.old_id AND (d.school = m.school OR d.school IS NULL OR m.school IS NULL);

CREATE TABLE fresh_classes AS
SELECT d.* FROM delivered_classes AS d
ANTI JOIN (SELECT w.classId, m.school FROM workspace_classrooms AS w JOIN school_map AS m ON m.connect_school = w.connectSchoolId WHERE w.classId IS NOT NULL) AS k
    ON k.classId = d.new_id AND (k.school = d.school OR d.school IS NULL OR k.school IS NULL);

CREATE TABLE room_pairs AS
SELECT *, pattern IN ('zeros_lost', 'zeros_gained', 'case', 'decimal', 'rounded', 'characters_lost', 'quotes_added') AS form FROM (
    SELECT *, id_pattern(old_id, new_id) AS pattern FROM (
        SELECT g.connect_id, f.new_id, g.connect_school, f.school, g.old_id, coalesce(g.grades = f.grades, g.grades IS NULL AND f.grades IS NULL) AS same_grades, true AS same_title
        FROM gone_rooms AS g JOIN fresh_classes AS f ON f.school = g.school AND f.title = g.title
        UNION ALL
        SELECT g.connect_id, f.new_id, g.connect_school, f.school, g.old_id, coalesce(g.grades = f.grades, false), false
        FROM suggested AS s JOIN gone_rooms AS g ON g.connect_id = s.classroom JOIN fresh_classes AS f ON f.new_id = s.class
    )
)
WHERE same_title OR form QUALIFY row_number() OVER (PARTITION BY connect_id, new_id ORDER BY same_title DESC) = 1;

-- Members by the delivery's ID. Who has risen a grade is in another class now, whatever its title says.
CREATE TABLE common_members AS
SELECT p.connect_id, p.new_id, count(DISTINCT s.new_id) AS shared
FROM room_pairs AS p JOIN workspace_enrollments AS e ON e.connectClassroomId = p.connect_id
JOIN same_students AS s ON s.connect_id = e.connectUserId AND s.stayed
JOIN enrollments AS n ON n.classSourcedId = p.new_id AND n.userSourcedId = s.new_id
GROUP BY ALL HAVING shared >= 2;

CREATE TABLE shared_rooms AS
SELECT p.*, coalesce(x.shared, 0) AS shared, a.n AS old_size, b.n AS new_size FROM room_pairs AS p
LEFT JOIN common_members AS x USING (connect_id, new_id)
LEFT JOIN (
    SELECT e.connectClassroomId AS connect_id, count(DISTINCT e.connectUserId) AS n FROM workspace_enrollments AS e
    SEMI JOIN common_members AS c ON c.connect_id = e.connectClassroomId SEMI JOIN workspace_students AS w ON w.connectStudentId = e.connectUserId GROUP BY ALL
) AS a ON a.connect_id = p.connect_id
LEFT JOIN (
    SELECT e.classSourcedId AS new_id, count(DISTINCT e.userSourcedId) AS n FROM enrollments AS e
    SEMI JOIN common_members AS c ON c.new_id = e.classSourcedId WHERE lower(e.role) = 'student' GROUP BY ALL
) AS b ON b.new_id = p.new_id;

-- Where the form of the ID is all that has changed, in most of a school's classes.
CREATE TABLE reformed AS
SELECT connect_school FROM (SELECT connect_school, count(DISTINCT connect_id) AS n FROM room_pairs WHERE form GROUP BY ALL)
JOIN (SELECT connect_school, count(*) AS whole FROM gone_rooms GROUP BY ALL) USING (connect_school) WHERE 2 * n > whole;

CREATE TABLE same_rooms AS
SELECT *, CASE WHEN reformed THEN 0.99 ELSE least(0.99, 0.8 + 0.2 * shared / greatest(old_size, new_size)) END AS probability FROM (
    SELECT s.*, s.form AND r.connect_school IS NOT NULL AS reformed, (s.form AND r.connect_school IS NOT NULL)::INTEGER * 1000 + shared AS score
    FROM shared_rooms AS s LEFT JOIN reformed AS r USING (connect_school)
    WHERE s.form AND r.connect_school IS NOT NULL
        OR same_grades AND 2 * shared >= old_size AND 2 * shared >= new_size AND s.new_id NOT IN (SELECT id FROM new_term)
)
QUALIFY score = max(score) OVER (PARTITION BY connect_id) AND score = max(score) OVER (PARTITION BY new_id)
    AND count(*) OVER (PARTITION BY connect_id, score) = 1 AND count(*) OVER (PARTITION BY new_id, score) = 1;

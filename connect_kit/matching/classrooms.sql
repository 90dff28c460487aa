-- Classes of the delivery, classrooms on Connect, and the pairs that their IDs make certain.
-- Runs with the room's own schema first, then the roster's, then the workspace's.
-- Needs ``partners`` (school, connect, title): a school of the delivery and its Connect school, by number k.

CREATE TABLE places AS
SELECT row_number() OVER (ORDER BY connect) - 1 AS k, school, connect FROM partners;

-- One row per ID; where several rows share one, the first counts (the repetition is a separate finding).
CREATE TABLE left_side AS
SELECT row_number() OVER (ORDER BY c._line) - 1 AS n, c.sourcedId AS id, c.title, c.grades, c.periods, c.location, c.school AS school_id, p.k, p.connect AS "group",
    CASE WHEN c.sourcedId IS NULL THEN 'has no class ID'
        WHEN c.school IS NULL THEN 'has no School ID'
        WHEN p.k IS NULL THEN 'School ' || c.school || ' has no partner on Connect' END AS why
FROM (
    SELECT _line, sourcedId, title, grades, periods, location, coalesce(schoolSourcedId, (SELECT school FROM default_school)) AS school FROM classes
    QUALIFY row_number() OVER (PARTITION BY coalesce(sourcedId, '#' || _line) ORDER BY _line) = 1
) AS c LEFT JOIN places AS p ON p.school = c.school;

CREATE TABLE right_side AS
SELECT row_number() OVER (ORDER BY w._line) - 1 AS n, w.connectClassroomId AS id, w.title, w.grades, w.classId AS class_id, w.archived, w.connectSchoolId AS "group",
    s.schoolId AS school_id, s.name AS school, p.k
FROM (
    SELECT * REPLACE ((archived IS NOT DISTINCT FROM 'true') AS archived) FROM workspace_classrooms
    WHERE connectClassroomId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY connectClassroomId ORDER BY _line) = 1
) AS w
LEFT JOIN (SELECT connectSchoolId, any_value(name) AS name, any_value(schoolId) AS schoolId FROM workspace_schools GROUP BY ALL) AS s USING (connectSchoolId)
LEFT JOIN places AS p ON p.connect = w.connectSchoolId;

-- The ID counts within the school (S10). Recorded on an active classroom and on archived ones, it is the active one's.
CREATE TABLE by_id AS
SELECT l, r FROM (
    SELECT l.n AS l, r.n AS r, r.archived, count(*) FILTER (NOT r.archived) OVER (PARTITION BY l.n) AS active
    FROM left_side AS l JOIN right_side AS r ON r.class_id = l.id AND r.k = l.k
) WHERE active = 0 OR NOT archived;

CREATE TABLE certain AS
SELECT b.l, b.r, 'matched' AS status,
    CASE WHEN r.archived THEN 'same class ID, archived: it stays so unless the setting ''Unarchive classrooms that reappear in the roster data'' is on'
        ELSE 'same class ID' END AS reason
FROM by_id AS b JOIN right_side AS r ON r.n = b.r QUALIFY count(*) OVER (PARTITION BY b.l) = 1;

CREATE TABLE by_form AS
WITH forms AS (
    SELECT k, n AS l, NULL AS r, zero_stripped_key(id) AS form FROM left_side WHERE k IS NOT NULL AND id IS NOT NULL
    UNION ALL SELECT k, NULL, n, zero_stripped_key(class_id) FROM right_side WHERE k IS NOT NULL AND class_id IS NOT NULL
)
SELECT max(l) AS l, max(r) AS r FROM forms GROUP BY k, form HAVING count(l) = 1 AND count(r) = 1;

INSERT INTO certain
SELECT f.l, f.r, 'suggested', 'class ID ''' || a.id || ''' ' || id_change(a.id, b.class_id) || ': ''' || b.class_id || ''''
FROM by_form AS f JOIN left_side AS a ON a.n = f.l JOIN right_side AS b ON b.n = f.r ANTI JOIN by_id AS x ON x.l = f.l WHERE NOT b.archived;

CREATE TABLE repeated_ids AS
SELECT l, r, count(*) OVER (PARTITION BY l) AS holders FROM by_id ANTI JOIN certain USING (l);

CREATE TABLE open_left AS SELECT * FROM left_side WHERE k IS NOT NULL AND id IS NOT NULL AND n NOT IN (SELECT l FROM certain);

-- A recorded ID is a fact, even where no class has it: last year's classroom is not this year's.
CREATE TABLE open_right AS
SELECT * FROM right_side WHERE k IS NOT NULL AND n NOT IN (SELECT r FROM certain) AND (class_id IS NULL AND NOT archived OR n IN (SELECT r FROM repeated_ids));

-- Why a class or classroom has no partner, as far as that is known.
CREATE TABLE left_reasons AS
SELECT l.n, CASE WHEN l.why IS NULL AND r.id IS NOT NULL AND l.n NOT IN (SELECT l FROM repeated_ids)
    THEN 'its class ID is recorded on classroom ' || r.id || ' of another Connect school' ELSE l.why END AS why
FROM left_side AS l LEFT JOIN (SELECT class_id, min(id) AS id FROM right_side WHERE class_id IS NOT NULL GROUP BY class_id) AS r ON r.class_id = l.id;

CREATE TABLE right_reasons AS
SELECT r.n, CASE
    WHEN r.archived AND r.class_id IS NULL THEN 'archived: needs no partner'
    WHEN r.k IS NULL THEN 'its Connect school has no partner in the delivery'
    WHEN c.k = r.k AND r.holders > 1 THEN 'class ID ''' || r.class_id || ''' is recorded on ' || r.holders || ' classrooms of this school'
    WHEN c.n IS NOT NULL AND c.k IS DISTINCT FROM r.k THEN 'class ID ''' || r.class_id || ''' belongs to a class of school ' || coalesce(c.school_id, 'unknown') || ' in the delivery'
    WHEN r.class_id IS NOT NULL THEN CASE WHEN r.archived THEN 'archived: ' ELSE '' END || 'class ID ''' || r.class_id || ''' is not in the delivery' END AS why
FROM (SELECT *, count(*) OVER (PARTITION BY k, class_id) AS holders FROM right_side) AS r LEFT JOIN left_side AS c ON c.id = r.class_id;

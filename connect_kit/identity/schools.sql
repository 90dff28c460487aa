-- Schools on Connect and in the delivery, and which is which.
-- Runs with the room's own schema first, then those of the duplicates, the roster and the workspace.
-- Needs ``partners`` (school, connect, sure): what :func:`match_schools` found; ``default_school`` (school), the school of rows without one.

CREATE TABLE delivered_schools AS
SELECT DISTINCT school FROM (
    SELECT unnest(entries(orgSourcedIds)) AS school FROM (SELECT DISTINCT orgSourcedIds FROM users WHERE orgSourcedIds IS NOT NULL)
    UNION ALL SELECT schoolSourcedId FROM classes UNION ALL SELECT schoolSourcedId FROM enrollments
    UNION ALL SELECT sourcedId FROM orgs WHERE type = 'school' UNION ALL SELECT school FROM default_school
) WHERE school IS NOT NULL;

CREATE TABLE connect_schools AS
SELECT connectSchoolId AS connect_school, name, schoolId AS recorded, d.school IS NOT NULL AS delivered
FROM workspace_schools AS w LEFT JOIN delivered_schools AS d ON d.school = w.schoolId
WHERE connectSchoolId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY connectSchoolId ORDER BY w._line) = 1;

CREATE TABLE gone_schools AS SELECT connect_school, recorded AS old_id FROM connect_schools WHERE recorded IS NOT NULL AND NOT delivered;

CREATE TABLE new_schools AS
SELECT school AS new_id FROM delivered_schools ANTI JOIN connect_schools ON recorded = school WHERE school <> '';

-- Where most of a school's children are now, by children whose name only one of either side has.
CREATE TABLE moved_schools AS
WITH children AS (
    SELECT g.connect_school, f.school, count(*) AS n
    FROM (SELECT names, any_value(connect_school) AS connect_school FROM gone GROUP BY names HAVING count(*) = 1) AS g
    JOIN (SELECT names, any_value(school) AS school FROM fresh GROUP BY names HAVING count(*) = 1) AS f USING (names)
    GROUP BY ALL
)
SELECT connect_school, school AS new_id FROM children
WHERE connect_school IN (SELECT connect_school FROM gone_schools) AND school IN (SELECT new_id FROM new_schools)
QUALIFY n >= 5 AND n > 0.6 * sum(n) OVER (PARTITION BY connect_school) AND n > 0.6 * sum(n) OVER (PARTITION BY school);

CREATE TABLE school_changes AS
WITH possible AS (
    SELECT g.connect_school, g.old_id, n.new_id, 3 AS sure FROM gone_schools AS g
    JOIN partners AS p ON p.connect = g.connect_school JOIN new_schools AS n ON n.new_id = p.school WHERE p.sure
    UNION ALL
    SELECT g.connect_school, g.old_id, n.new_id, 2 FROM gone_schools AS g JOIN new_schools AS n
        ON digit_core(g.old_id) = digit_core(n.new_id) OR unpadded(lower(g.old_id)) = unpadded(lower(n.new_id)) OR unpadded(g.old_id) || '.0' = unpadded(n.new_id)
    UNION ALL
    SELECT connect_school, old_id, new_id, 2 FROM moved_schools JOIN gone_schools USING (connect_school)
), weighed AS (
    SELECT connect_school, old_id, new_id, sum(sure) AS sure FROM possible GROUP BY ALL
)
SELECT connect_school, old_id, new_id, id_pattern(old_id, new_id) AS pattern, 0.99 AS probability FROM weighed
QUALIFY row_number() OVER (PARTITION BY connect_school ORDER BY sure DESC) = 1 AND row_number() OVER (PARTITION BY new_id ORDER BY sure DESC) = 1
    AND count(*) OVER (PARTITION BY connect_school, sure) = 1 AND count(*) OVER (PARTITION BY new_id, sure) = 1;

-- The School ID that each Connect school has in the delivery.
CREATE TABLE school_map AS
SELECT c.connect_school, coalesce(CASE WHEN c.delivered THEN c.recorded END, s.new_id, p.school) AS school
FROM connect_schools AS c LEFT JOIN school_changes AS s USING (connect_school)
LEFT JOIN (SELECT connect, any_value(school) AS school FROM partners GROUP BY connect) AS p ON p.connect = c.connect_school;

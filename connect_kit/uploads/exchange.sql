-- The roster's tables with the IDs that Connect has in place of changed ones. {changes}: table id_changes; {roster}: the
-- roster's schema; {sure}: from which probability on a single pair is exchanged. An ID that another row of the delivery has,
-- or that two records would get, is not exchanged.

CREATE MACRO entries(value) AS list_filter(list_transform(string_split(value, ','), lambda x: trim(x)), lambda x: x <> '');

CREATE TABLE delivered AS
SELECT unnest(['students', 'staff', 'guardians']) AS kind, sourcedId AS id FROM users WHERE sourcedId IS NOT NULL
UNION SELECT 'guardians', guardianSourcedId FROM guardians WHERE guardianSourcedId IS NOT NULL
UNION SELECT 'classrooms', sourcedId FROM classes WHERE sourcedId IS NOT NULL
UNION SELECT 'schools', unnest(entries(orgSourcedIds)) FROM (SELECT DISTINCT orgSourcedIds FROM users WHERE orgSourcedIds IS NOT NULL)
UNION SELECT 'schools', schoolSourcedId FROM classes WHERE schoolSourcedId IS NOT NULL
UNION SELECT 'schools', schoolSourcedId FROM enrollments WHERE schoolSourcedId IS NOT NULL;

CREATE TABLE crosswalk AS
SELECT * EXCLUDE (times) FROM (
    SELECT c.kind, coalesce(c.connect_school, '') AS connect_school, c.old_id, c.new_id, c.pattern, c.mass,
        count(*) OVER (PARTITION BY CASE WHEN c.kind IN ('students', 'staff', 'guardians') THEN 'users' ELSE c.kind END, c.old_id) AS times
    FROM {changes} AS c ANTI JOIN delivered AS d ON d.kind = c.kind AND d.id = c.old_id
    WHERE c.new_id IS NOT NULL AND (c.mass OR c.probability >= {sure})
) WHERE times = 1;

CREATE TABLE school_lists AS
SELECT listed, string_agg(coalesce(x.old_id, p.id), ',' ORDER BY place) AS exchanged
FROM (
    SELECT listed, generate_subscripts(ids, 1) AS place, unnest(ids) AS id
    FROM (SELECT DISTINCT orgSourcedIds AS listed, entries(orgSourcedIds) AS ids FROM users WHERE orgSourcedIds IS NOT NULL)
) AS p LEFT JOIN crosswalk AS x ON x.kind = 'schools' AND x.new_id = p.id
GROUP BY listed HAVING count(x.old_id) > 0;

CREATE TABLE agent_lists AS
SELECT listed, string_agg(coalesce(x.old_id, p.id), ',' ORDER BY place) AS exchanged
FROM (
    SELECT listed, generate_subscripts(ids, 1) AS place, unnest(ids) AS id
    FROM (SELECT DISTINCT agentSourcedIds AS listed, entries(agentSourcedIds) AS ids FROM users WHERE agentSourcedIds IS NOT NULL)
) AS p LEFT JOIN crosswalk AS x ON x.kind = 'guardians' AND x.new_id = p.id
GROUP BY listed HAVING count(x.old_id) > 0;

-- Members of classes are students or staff; an ID that both have is repeated in users.csv, which Connect refuses.
CREATE TABLE members AS
SELECT new_id, any_value(old_id) AS old_id FROM crosswalk WHERE kind IN ('students', 'staff') GROUP BY new_id;

CREATE TABLE exchanged_users AS
SELECT u.* REPLACE (
    coalesce(x.old_id, u.sourcedId) AS sourcedId, coalesce(s.exchanged, u.orgSourcedIds) AS orgSourcedIds,
    coalesce(a.exchanged, u.agentSourcedIds) AS agentSourcedIds)
FROM {roster}.users AS u
LEFT JOIN crosswalk AS x ON x.new_id = u.sourcedId
    AND x.kind = CASE u._kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END
LEFT JOIN school_lists AS s ON s.listed = u.orgSourcedIds
LEFT JOIN agent_lists AS a ON a.listed = u.agentSourcedIds;

CREATE TABLE exchanged_classes AS
SELECT c.* REPLACE (coalesce(x.old_id, c.sourcedId) AS sourcedId, coalesce(s.old_id, c.schoolSourcedId) AS schoolSourcedId)
FROM {roster}.classes AS c
LEFT JOIN crosswalk AS x ON x.kind = 'classrooms' AND x.new_id = c.sourcedId
LEFT JOIN crosswalk AS s ON s.kind = 'schools' AND s.new_id = c.schoolSourcedId;

CREATE TABLE exchanged_enrollments AS
SELECT e.* REPLACE (
    coalesce(c.old_id, e.classSourcedId) AS classSourcedId, coalesce(s.old_id, e.schoolSourcedId) AS schoolSourcedId,
    coalesce(m.old_id, e.userSourcedId) AS userSourcedId)
FROM {roster}.enrollments AS e
LEFT JOIN crosswalk AS c ON c.kind = 'classrooms' AND c.new_id = e.classSourcedId
LEFT JOIN crosswalk AS s ON s.kind = 'schools' AND s.new_id = e.schoolSourcedId
LEFT JOIN members AS m ON m.new_id = e.userSourcedId;

CREATE TABLE exchanged_guardians AS
SELECT g.* REPLACE (
    coalesce(s.old_id, g.studentSourcedId) AS studentSourcedId, coalesce(x.old_id, g.guardianSourcedId) AS guardianSourcedId)
FROM {roster}.guardians AS g
LEFT JOIN crosswalk AS s ON s.kind = 'students' AND s.new_id = g.studentSourcedId
LEFT JOIN crosswalk AS x ON x.kind = 'guardians' AND x.new_id = g.guardianSourcedId;

CREATE TABLE exchanged_student_attributes AS
SELECT a.* REPLACE (coalesce(s.old_id, a.studentSourcedId) AS studentSourcedId)
FROM {roster}.student_attributes AS a
LEFT JOIN crosswalk AS s ON s.kind = 'students' AND s.new_id = a.studentSourcedId;

-- From here on these stand in front of the roster's.
ALTER TABLE exchanged_users RENAME TO users;

ALTER TABLE exchanged_classes RENAME TO classes;

ALTER TABLE exchanged_enrollments RENAME TO enrollments;

ALTER TABLE exchanged_guardians RENAME TO guardians;

ALTER TABLE exchanged_student_attributes RENAME TO student_attributes;

-- Which row goes to which school, when a district's delivery is uploaded school by school. "homes" (school, _place) holds
-- the schools that are prepared; people of several schools go to each.

CREATE MACRO entries(value) AS list_filter(list_transform(string_split(value, ','), lambda x: trim(x)), lambda x: x <> '');

CREATE TABLE part_classes AS
SELECT c._line, h._place FROM classes AS c JOIN homes AS h ON h.school = c.schoolSourcedId;

CREATE TABLE part_enrollments AS
SELECT e._line, h._place
FROM enrollments AS e
LEFT JOIN (SELECT sourcedId, min(schoolSourcedId) AS school FROM classes WHERE sourcedId IS NOT NULL GROUP BY sourcedId) AS c
    ON c.sourcedId = e.classSourcedId
JOIN homes AS h ON h.school = coalesce(e.schoolSourcedId, c.school);

-- Who is enrolled in a class of a school goes with that school too, whatever schools are listed: the class needs them.
CREATE TABLE listed AS
SELECT u._line, u._kind, u.sourcedId, h._place
FROM (SELECT _line, _kind, sourcedId, unnest(entries(orgSourcedIds)) AS school FROM users WHERE orgSourcedIds IS NOT NULL) AS u
JOIN homes AS h ON h.school = u.school
UNION
SELECT u._line, u._kind, u.sourcedId, s._place
FROM (SELECT DISTINCT e.userSourcedId, p._place FROM part_enrollments AS p JOIN enrollments AS e ON e._line = p._line) AS s
JOIN users AS u ON u.sourcedId = s.userSourcedId
WHERE u._kind <> 'guardian';

CREATE TABLE named AS
SELECT DISTINCT agent, _line FROM (SELECT _line, unnest(entries(agentSourcedIds)) AS agent FROM users WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL);

-- Guardians go with the students that name them (S0: one school's data only); one that nobody names goes where it is listed.
CREATE TABLE part_users AS
SELECT _line, _place FROM listed WHERE _kind <> 'guardian'
UNION
SELECT g._line, s._place
FROM users AS g JOIN named AS n ON n.agent = g.sourcedId JOIN listed AS s ON s._line = n._line
WHERE g._kind = 'guardian'
UNION
SELECT _line, _place FROM listed AS g WHERE _kind = 'guardian' AND NOT EXISTS (SELECT 1 FROM named AS n WHERE n.agent = g.sourcedId);

CREATE TABLE students AS
SELECT DISTINCT sourcedId, _place FROM listed WHERE _kind = 'student' AND sourcedId IS NOT NULL;

CREATE TABLE part_guardians AS
SELECT g._line, s._place FROM guardians AS g JOIN students AS s ON s.sourcedId = g.studentSourcedId;

CREATE TABLE part_student_attributes AS
SELECT a._line, s._place FROM student_attributes AS a JOIN students AS s ON s.sourcedId = a.studentSourcedId;

-- Which rows are sent, and where to. "homes" (school, _place) holds the schools that are sent, by number of the place (one
-- for a whole set of files); people of several schools go to each. "not_sent" (school) holds those that were chosen not to
-- be, "not_schools" orgs that are not schools, "placed_at" (school, _place) where people of the district are placed, if so,
-- "there" (_line, school) whom Connect has at which school already, where an upload replaces the schools of people.
-- open: rows that name no School ID are sent too. own_file: so are people who list nothing but the district's own org.

CREATE MACRO entries(value) AS list_filter(list_transform(string_split(value, ','), lambda x: trim(x)), lambda x: x <> '');

CREATE TABLE seats AS
SELECT e._line, e.userSourcedId, e.classSourcedId, s.school, h._place
FROM enrollments AS e
LEFT JOIN (SELECT sourcedId, min(schoolSourcedId) AS school FROM classes WHERE sourcedId IS NOT NULL GROUP BY sourcedId) AS c
    ON c.sourcedId = e.classSourcedId
CROSS JOIN LATERAL (SELECT coalesce(e.schoolSourcedId, c.school) AS school) AS s
LEFT JOIN homes AS h ON h.school = s.school;

CREATE TABLE user_lists AS SELECT _line, _kind, sourcedId, entries(orgSourcedIds) AS list FROM users;

CREATE TABLE user_entries AS
SELECT _line, _kind, sourcedId, unnest(list) AS school, unnest(range(1, len(list) + 1)) AS place FROM user_lists WHERE len(list) > 0;

CREATE TABLE of_no_school AS
SELECT _line, _kind, sourcedId FROM user_entries WHERE school IN (SELECT school FROM not_schools)
EXCEPT SELECT _line, _kind, sourcedId FROM user_entries WHERE school NOT IN (SELECT school FROM not_schools);

CREATE TABLE own AS
SELECT u._line, u._kind, u.sourcedId, h._place FROM user_entries AS u JOIN homes AS h ON h.school = u.school
UNION
SELECT _line, _kind, sourcedId, 0 FROM user_lists WHERE {open} AND coalesce(len(list), 0) = 0
UNION  -- a student whom nobody can place stays, so that the row is refused by name
SELECT _line, _kind, sourcedId, 0 FROM of_no_school WHERE {open} AND (_kind = 'student' OR (_kind <> 'guardian' AND {own_file}));

-- Who is enrolled in a class of a school goes with that school too, whatever schools are listed: the class needs them. Not
-- so a student none of whose own schools is sent.
CREATE TABLE listed AS
SELECT * FROM own
UNION
SELECT u._line, u._kind, u.sourcedId, s._place
FROM (SELECT DISTINCT userSourcedId, _place FROM seats WHERE _place IS NOT NULL) AS s JOIN user_lists AS u ON u.sourcedId = s.userSourcedId
WHERE u._kind <> 'guardian' AND (u._kind <> 'student' OR u._line IN (SELECT _line FROM own));

INSERT INTO listed
SELECT o._line, o._kind, o.sourcedId, p._place FROM of_no_school AS o CROSS JOIN placed_at AS p
WHERE o._kind NOT IN ('guardian', 'student') AND o._line NOT IN (SELECT _line FROM listed);

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

CREATE TABLE gone AS
SELECT sourcedId FROM users WHERE sourcedId IS NOT NULL
EXCEPT SELECT u.sourcedId FROM users AS u SEMI JOIN part_users AS p ON p._line = u._line;

CREATE TABLE part_enrollments AS
SELECT s._line, s._place FROM seats AS s ANTI JOIN gone AS g ON g.sourcedId = s.userSourcedId WHERE s._place IS NOT NULL
UNION ALL
SELECT s._line, 0 FROM seats AS s ANTI JOIN gone AS g ON g.sourcedId = s.userSourcedId WHERE {open} AND s.school IS NULL;

-- A class without a School ID is another school's where everybody in it is.
CREATE TABLE part_classes AS
SELECT c._line, h._place FROM classes AS c JOIN homes AS h ON h.school = c.schoolSourcedId
UNION ALL
SELECT c._line, 0 FROM classes AS c
LEFT JOIN (
    SELECT s.classSourcedId, bool_or(p._line IS NOT NULL) AS kept FROM seats AS s LEFT JOIN part_enrollments AS p ON p._line = s._line GROUP BY ALL
) AS k ON k.classSourcedId = c.sourcedId
WHERE {open} AND c.schoolSourcedId IS NULL AND coalesce(k.kept, true);

CREATE TABLE students AS
SELECT DISTINCT sourcedId, _place FROM listed WHERE _kind = 'student' AND sourcedId IS NOT NULL;

CREATE TABLE part_guardians AS
SELECT g._line, s._place FROM guardians AS g JOIN students AS s ON s.sourcedId = g.studentSourcedId
UNION ALL
SELECT g._line, 0 FROM guardians AS g ANTI JOIN users AS u ON u.sourcedId = g.studentSourcedId WHERE {open};

CREATE TABLE part_student_attributes AS
SELECT a._line, s._place FROM student_attributes AS a JOIN students AS s ON s.sourcedId = a.studentSourcedId
UNION ALL
SELECT a._line, 0 FROM student_attributes AS a ANTI JOIN users AS u ON u.sourcedId = a.studentSourcedId WHERE {open};

-- Schools that do not take part and that the delivery and Connect both have for a person: an upload of the others alone would
-- take them off there.
CREATE TABLE staying AS
SELECT e._line, e._kind, e.school, e.place FROM user_entries AS e SEMI JOIN there AS t ON t._line = e._line AND t.school = e.school
WHERE e.school NOT IN (SELECT school FROM homes) AND e._line IN (SELECT _line FROM part_users);

-- School IDs that are written in place of those delivered: only schools that are sent, and those that people stay at.
CREATE TABLE new_lists AS
WITH affected AS (
    SELECT _line, any_value(_kind) AS _kind, any_value(sourcedId) AS sourcedId FROM user_entries
    WHERE school NOT IN (SELECT school FROM homes) AND _line IN (SELECT _line FROM part_users) GROUP BY _line
), kept AS (
    SELECT e._line, e.school, e.place FROM user_entries AS e JOIN homes AS h ON h.school = e.school
    WHERE e._line IN (SELECT _line FROM affected)
), through AS (
    SELECT a._line, e.school FROM affected AS a JOIN named AS n ON n.agent = a.sourcedId
    JOIN user_entries AS e ON e._line = n._line JOIN homes AS h ON h.school = e.school WHERE a._kind = 'guardian'
    UNION
    SELECT a._line, s.school FROM affected AS a JOIN seats AS s ON s.userSourcedId = a.sourcedId WHERE a._kind <> 'guardian' AND s._place IS NOT NULL
), sent AS (
    SELECT * FROM kept
    UNION ALL
    SELECT _line, school, NULL FROM through WHERE _line NOT IN (SELECT _line FROM kept)
    UNION ALL
    SELECT a._line, p.school, NULL FROM affected AS a CROSS JOIN placed_at AS p
    WHERE a._kind NOT IN ('guardian', 'student') AND a._line NOT IN (SELECT _line FROM kept UNION ALL SELECT _line FROM through)
), written AS (
    SELECT _line, string_agg(school, ',' ORDER BY place NULLS LAST, school) AS list
    FROM (SELECT * FROM sent UNION ALL SELECT s._line, s.school, s.place FROM staying AS s SEMI JOIN sent ON sent._line = s._line)
    GROUP BY _line
)
SELECT w._line, l._kind, w.list FROM written AS w JOIN user_lists AS l ON l._line = w._line
WHERE w.list <> array_to_string(l.list, ',');

-- Rows that certainly belong to schools that were chosen not to be sent: what is wrong with them blocks nothing.
CREATE TABLE excluded_users AS
WITH own AS (SELECT DISTINCT _line FROM user_entries WHERE school IN (SELECT school FROM not_sent))
SELECT u._line, u.sourcedId FROM users AS u ANTI JOIN part_users AS p ON p._line = u._line
WHERE u._line IN (SELECT _line FROM own)
    OR (u._kind = 'guardian' AND u.sourcedId IN (SELECT agent FROM named WHERE _line IN (SELECT _line FROM own)));

CREATE TABLE excluded_classes AS
SELECT c._line FROM classes AS c ANTI JOIN part_classes AS p ON p._line = c._line
WHERE c.schoolSourcedId IN (SELECT school FROM not_sent) OR (c.schoolSourcedId IS NULL AND {open});

CREATE TABLE excluded_enrollments AS
SELECT s._line FROM seats AS s ANTI JOIN part_enrollments AS p ON p._line = s._line
WHERE s.school IN (SELECT school FROM not_sent) OR s.userSourcedId IN (SELECT sourcedId FROM excluded_users WHERE sourcedId IS NOT NULL);

CREATE TABLE excluded_guardians AS
SELECT g._line FROM guardians AS g ANTI JOIN part_guardians AS p ON p._line = g._line
WHERE g.studentSourcedId IN (SELECT sourcedId FROM excluded_users WHERE sourcedId IS NOT NULL);

CREATE TABLE excluded_student_attributes AS
SELECT a._line FROM student_attributes AS a ANTI JOIN part_student_attributes AS p ON p._line = a._line
WHERE a.studentSourcedId IN (SELECT sourcedId FROM excluded_users WHERE sourcedId IS NOT NULL);

-- Rows of users, classes and enrollments that are left out, by the School ID that they name.
CREATE TABLE left_out_schools AS
SELECT school, count(*) AS rows FROM (
    SELECT min(e.school) AS school FROM user_entries AS e ANTI JOIN part_users AS p ON p._line = e._line
    WHERE e.school IN (SELECT school FROM not_sent) GROUP BY e._line
    UNION ALL
    SELECT c.schoolSourcedId FROM classes AS c ANTI JOIN part_classes AS p ON p._line = c._line WHERE c.schoolSourcedId IN (SELECT school FROM not_sent)
    UNION ALL
    SELECT s.school FROM seats AS s ANTI JOIN part_enrollments AS p ON p._line = s._line WHERE s.school IN (SELECT school FROM not_sent)
) GROUP BY school;

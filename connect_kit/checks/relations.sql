-- What rules across tables look at, worked out once for all of them.
-- Runs with the check's own schema first, then the roster's tables, then the workspace's.

-- What makes a person, as numbers: 64-bit hashes of name, address and number in comparable form, so that millions of
-- people are grouped without comparing text (two of 2,000,000 texts share a hash once in ten million districts).
-- What reaches nobody does not count.
CREATE TABLE contacts AS
SELECT u._line, _kind, CASE WHEN sourcedId IS NOT NULL THEN hash(sourcedId) END AS id,
    (CASE WHEN _kind IN ('teacher', 'administrator') THEN 1 WHEN _kind = 'guardian' THEN 2 ELSE 0 END)::TINYINT AS part,
    hash(lower(coalesce(givenName, '') || ' ' || coalesce(familyName, ''))) AS name, coalesce(givenName, familyName) IS NULL AS nameless,
    CASE WHEN u.email IS NOT NULL AND f.email IS NULL THEN hash(lower(u.email)) END AS address,
    CASE WHEN sms IS NOT NULL AND f.number IS NULL THEN hash(right(translate(sms, '+-(). /', ''), 10)) END AS number
FROM users AS u LEFT JOIN contact_faults AS f ON f.tbl = 'users' AND f._line = u._line;

-- school: NULL below where the School ID is itself a finding; written stays as it is.
CREATE TABLE class_index AS
SELECT sourcedId, min(_line) AS _line, arg_min(schoolSourcedId, _line) AS school, arg_min(schoolSourcedId, _line) AS written
FROM classes WHERE sourcedId IS NOT NULL GROUP BY sourcedId;

-- A school-level delivery holds one school (S0): that of most people, then of most classes, then of most enrollments. tie: as
-- many have another one, so that nothing shows which is meant, and the rows of all are listed. Made at school level only.
CREATE TABLE file_school AS
WITH counted AS (
    SELECT 1 AS place, school, count(*) AS n FROM user_schools WHERE school NOT IN (SELECT school FROM not_schools WHERE what = 'district') GROUP BY school
    UNION ALL SELECT 2, schoolSourcedId, count(*) FROM classes WHERE schoolSourcedId IS NOT NULL GROUP BY schoolSourcedId
    UNION ALL SELECT 3, schoolSourcedId, count(*) FROM enrollments WHERE schoolSourcedId IS NOT NULL GROUP BY schoolSourcedId
), first AS (
    SELECT school, n FROM counted WHERE {one_school} AND place = (SELECT min(place) FROM counted)
)
SELECT school, count(*) OVER () > 1 AS tie FROM first WHERE n = (SELECT max(n) FROM first);

-- Every School ID of a school-level delivery that is not the one.
CREATE TABLE other_schools AS
SELECT DISTINCT o.school, EXISTS (SELECT 1 FROM file_school WHERE tie) AS tie FROM (
    SELECT school FROM user_schools UNION SELECT schoolSourcedId FROM classes UNION SELECT schoolSourcedId FROM enrollments
) AS o
WHERE EXISTS (SELECT 1 FROM file_school) AND o.school IS NOT NULL AND o.school NOT IN (SELECT school FROM file_school WHERE NOT tie)
    AND o.school NOT IN (SELECT school FROM not_schools WHERE what = 'district');

-- OneRoster 1.2: somebody whose first role is another one may be a guardian too.
CREATE TABLE further_guardians AS
SELECT DISTINCT userSourcedId AS sourcedId FROM roles
WHERE role IN ('guardian', 'parent', 'relative') AND userSourcedId IS NOT NULL;

-- Schools that were decided not to take part: a School ID of the delivery, or the one recorded on a Connect school.
CREATE TABLE out_schools AS
SELECT substr(key, 8) AS school FROM decided_out WHERE starts_with(key, 'roster:')
UNION
SELECT w.schoolId FROM workspace_schools AS w JOIN decided_out AS d ON d.key = 'workspace:' || w.connectSchoolId WHERE w.schoolId IS NOT NULL;

CREATE TABLE known_schools AS
SELECT DISTINCT schoolId AS school FROM workspace_schools WHERE schoolId IS NOT NULL AND schoolId NOT IN (SELECT school FROM out_schools);

-- out: decided not to take part. district, guardians: an org that is not a school (roster/not_schools.sql).
-- padded: unknown as written, known with its leading zeros (S3: IDs must match exactly).
CREATE TABLE school_status AS
WITH delivered AS (
    SELECT school FROM user_schools
    UNION SELECT schoolSourcedId FROM classes WHERE schoolSourcedId IS NOT NULL
    UNION SELECT schoolSourcedId FROM enrollments WHERE schoolSourcedId IS NOT NULL
    UNION SELECT sourcedId FROM orgs WHERE type = 'school' AND sourcedId IS NOT NULL
)
SELECT d.school, CASE WHEN o.school IS NOT NULL THEN 'out' WHEN k.school IS NOT NULL THEN 'known' WHEN n.school IS NOT NULL THEN n.what WHEN z.digits IS NOT NULL THEN 'padded' ELSE 'unknown' END AS status
FROM delivered AS d
LEFT JOIN out_schools AS o ON o.school = d.school
LEFT JOIN known_schools AS k ON k.school = d.school
LEFT JOIN not_schools AS n ON n.school = d.school
LEFT JOIN (SELECT DISTINCT ltrim(school, '0') AS digits FROM known_schools WHERE regexp_full_match(school, '[0-9]+')) AS z
    ON z.digits = ltrim(d.school, '0') AND regexp_full_match(d.school, '[0-9]+');

-- People who list an org that is not a school, and how they are placed: by another school of their list, by the classes that
-- they are in, by their students (guardians), or not at all.
CREATE TABLE no_schools AS
WITH those AS (
    SELECT u._line, any_value(u._kind) AS kind, min(u.school) FILTER (n.school IS NOT NULL) AS org, any_value(n.what) FILTER (n.school IS NOT NULL) AS what,
        min(u.school) FILTER (n.school IS NULL) AS other
    FROM user_schools AS u LEFT JOIN not_schools AS n ON n.school = u.school
    WHERE u._line IN (SELECT _line FROM user_schools WHERE school IN (SELECT school FROM not_schools)) GROUP BY u._line
)
SELECT t._line, t.org, t.what, CASE WHEN t.other IS NOT NULL THEN 'school' WHEN t.kind = 'guardian' THEN 'students' WHEN t.kind = 'student' THEN 'refused'
    WHEN e.userSourcedId IS NOT NULL THEN 'classes' ELSE 'nowhere' END AS placed
FROM those AS t JOIN users AS u ON u._line = t._line
LEFT JOIN (SELECT DISTINCT userSourcedId FROM enrollments WHERE userSourcedId IS NOT NULL) AS e ON e.userSourcedId = u.sourcedId;
-- Numeric School IDs by side: how each side writes them most often (main), and how else.
CREATE TABLE school_spellings AS
SELECT side, place, school, ltrim(school, '0') AS digits,
    row_number() OVER (PARTITION BY side, ltrim(school, '0') ORDER BY rows DESC, length(school) DESC) = 1 AS main
FROM (
    SELECT 'Connect' AS side, 0 AS place, school, 1 AS rows FROM known_schools
    UNION ALL SELECT 'users.csv', 1, school, count(*) FROM user_schools GROUP BY school
    UNION ALL SELECT 'classes.csv', 2, schoolSourcedId, count(*) FROM classes GROUP BY schoolSourcedId
    UNION ALL SELECT 'enrollments.csv', 3, schoolSourcedId, count(*) FROM enrollments GROUP BY schoolSourcedId
    UNION ALL SELECT DISTINCT 'orgs.csv', 4, sourcedId, 1 FROM orgs WHERE type = 'school'
) WHERE regexp_full_match(school, '[0-9]+');

-- Schools whose ID has other leading zeros here than there, and how it is right (kit decision): as Connect and a file have
-- it; where Connect is alone, as all files have it if that is longer, because zeros are lost and not added, and as Connect
-- has it where orgs.csv or the length of the other IDs shows so; otherwise nobody knows. Without Connect, most files decide.
CREATE TABLE school_forms AS
WITH disputed AS (
    SELECT digits FROM school_spellings GROUP BY digits
    HAVING count(DISTINCT school) FILTER (side <> 'orgs.csv') > 1 AND count(DISTINCT school) FILTER (side = 'Connect') <= 1
        AND count(DISTINCT school) FILTER (side = 'orgs.csv') <= 1
), votes AS (
    SELECT digits, school, count(*) FILTER (place BETWEEN 1 AND 3) AS files, count(*) AS sides,
        bool_or(side = 'Connect') AS connect, bool_or(side = 'orgs.csv') AS orgs
    FROM school_spellings SEMI JOIN disputed USING (digits) WHERE main GROUP BY digits, school
), forms AS (
    SELECT digits, max(school) FILTER (connect) AS connect, max(files) FILTER (connect) AS agree, max(school) FILTER (orgs) AS org,
        arg_max(school, (sides, length(school))) FILTER (files > 0) AS file
    FROM votes GROUP BY digits
), lengths AS (
    SELECT length(school) AS width, count(*) AS schools FROM (
        SELECT DISTINCT digits, school FROM school_spellings WHERE main AND side <> 'Connect'
    ) GROUP BY width
), usual AS (
    SELECT (SELECT arg_max(width, (schools, width)) FROM lengths) AS delivered, (SELECT list(width) FROM lengths) AS widths,
        min(length(school)) AS shortest, max(length(school)) AS longest FROM school_spellings WHERE side = 'Connect'
)
SELECT f.digits, CASE WHEN f.connect IS NULL THEN f.file WHEN f.agree > 0 THEN f.connect
        WHEN length(f.file) > length(f.connect) THEN f.file
        WHEN f.org = f.connect OR u.delivered = length(f.connect) OR u.shortest = u.longest AND list_contains(u.widths, length(f.connect))
        THEN f.connect END AS "right", f.connect
FROM forms AS f, usual AS u;

-- School IDs of the files that do not lead to their school, with the side that is wrong (file, connect or both) in words.
CREATE TABLE school_zeros AS
WITH sides AS (
    SELECT digits, school, array_to_string(list(side ORDER BY place), ', ') AS named FROM school_spellings GROUP BY digits, school
), wrong AS (
    SELECT DISTINCT s.school, s.digits, f."right", f.connect,
        CASE WHEN f."right" IS NULL THEN 'both' WHEN s.school <> f."right" THEN 'file' ELSE 'connect' END AS state
    FROM school_spellings AS s JOIN school_forms AS f ON f.digits = s.digits
    WHERE s.place BETWEEN 1 AND 3 AND (f."right" IS NULL AND s.school <> f.connect OR s.school <> f."right" OR f.connect <> f."right")
)
SELECT w.school, w.state, CASE w.state
        WHEN 'file' THEN 'School ' || w."right" || coalesce(' (as in ' || r.named || ')', '') || ' is written ' || w.school || ' in ' || m.named
            || CASE WHEN length(w.school) < length(w."right") THEN ', without its leading zeros' ELSE ', with leading zeros added' END
        WHEN 'connect' THEN 'School ' || w.school || ' (as in ' || m.named || ') is written ' || w.connect || ' on Connect, without its leading zeros'
        ELSE 'School ' || w.school || ' (as in ' || m.named || ') is written ' || w.connect || ' on Connect, and nothing shows which of the two is right' END AS words
FROM wrong AS w JOIN sides AS m ON m.digits = w.digits AND m.school = w.school
LEFT JOIN sides AS r ON r.digits = w.digits AND r.school = w."right"
UNION ALL
SELECT s.school, 'both', 'School ' || s.school || ' is on Connect with other leading zeros'
FROM school_status AS s ANTI JOIN school_forms AS f ON f.digits = ltrim(s.school, '0') WHERE s.status = 'padded';

-- guardian: nobody but a guardian has this ID on Connect.
CREATE TABLE known_ids AS
SELECT id, bool_and(guardian) AS guardian FROM (
    SELECT studentId AS id, false AS guardian FROM workspace_students WHERE studentId IS NOT NULL
    UNION ALL SELECT guardianId, true FROM workspace_guardians WHERE guardianId IS NOT NULL
    UNION ALL SELECT staffId, false FROM workspace_staff WHERE staffId IS NOT NULL
) GROUP BY id;

CREATE TABLE student_ids AS
SELECT sourcedId FROM user_index WHERE _kind = 'student'
UNION SELECT studentId FROM workspace_students WHERE studentId IS NOT NULL;

-- References that lead nowhere, with the reason: the reference has lost its zeros (padded), or the file that it points at has
-- (shorter). IDs with a quote character have a finding of their own.
CREATE TABLE unknown_users AS
WITH lost AS (
    SELECT DISTINCT e.userSourcedId AS id FROM enrollments AS e
    ANTI JOIN user_index AS u ON u.sourcedId = e.userSourcedId
    WHERE e.userSourcedId IS NOT NULL
), zeros AS (
    SELECT ltrim(sourcedId, '0') AS digits, arg_max(sourcedId, length(sourcedId)) AS longest FROM user_index
    WHERE EXISTS (SELECT 1 FROM lost) AND regexp_full_match(sourcedId, '[0-9]+') GROUP BY digits
)
SELECT l.id, CASE WHEN k.guardian THEN 'guardian' WHEN k.id IS NOT NULL THEN 'workspace' WHEN regexp_matches(l.id, '["''`«»‘’“”„]') THEN 'quoted'
    WHEN r.id IS NOT NULL THEN 'refused' WHEN length(z.longest) > length(l.id) THEN 'padded' WHEN z.digits IS NOT NULL THEN 'shorter' ELSE 'unknown' END AS status,
    coalesce(r.words, l.id || ' is ' || z.longest || ' in users.csv, without its leading zeros') AS words
FROM lost AS l
LEFT JOIN known_ids AS k ON k.id = l.id
LEFT JOIN refused_ids AS r ON r.id = l.id AND r.tbl = 'users'
LEFT JOIN zeros AS z ON z.digits = ltrim(l.id, '0') AND regexp_full_match(l.id, '[0-9]+');

CREATE TABLE unknown_classes AS
WITH lost AS (
    SELECT DISTINCT e.classSourcedId AS id FROM enrollments AS e
    ANTI JOIN class_index AS c ON c.sourcedId = e.classSourcedId
    WHERE e.classSourcedId IS NOT NULL
), zeros AS (
    SELECT ltrim(sourcedId, '0') AS digits, arg_max(sourcedId, length(sourcedId)) AS longest FROM class_index
    WHERE EXISTS (SELECT 1 FROM lost) AND regexp_full_match(sourcedId, '[0-9]+') GROUP BY digits
)
SELECT l.id, CASE WHEN k.classId IS NOT NULL THEN 'workspace' WHEN regexp_matches(l.id, '["''`«»‘’“”„]') THEN 'quoted'
    WHEN r.id IS NOT NULL THEN 'refused' WHEN length(z.longest) > length(l.id) THEN 'padded' WHEN z.digits IS NOT NULL THEN 'shorter' ELSE 'unknown' END AS status,
    coalesce(r.words, l.id || ' is ' || z.longest || ' in classes.csv, without its leading zeros') AS words
FROM lost AS l
LEFT JOIN (SELECT DISTINCT classId FROM workspace_classrooms WHERE classId IS NOT NULL) AS k ON k.classId = l.id
LEFT JOIN refused_ids AS r ON r.id = l.id AND r.tbl = 'classes'
LEFT JOIN zeros AS z ON z.digits = ltrim(l.id, '0') AND regexp_full_match(l.id, '[0-9]+');

-- Nothing is compared with a school that is itself a finding.
CREATE TABLE lost_schools AS
SELECT school FROM school_status WHERE status IN ('unknown', 'padded') AND EXISTS (SELECT 1 FROM known_schools)
UNION SELECT school FROM school_zeros WHERE state = 'file';

UPDATE class_index SET school = NULL WHERE school IN (SELECT school FROM lost_schools);

UPDATE user_index SET schools = NULL WHERE _line IN (
    SELECT u._line FROM user_schools AS u JOIN lost_schools AS s ON s.school = u.school
    UNION ALL SELECT _line FROM no_schools WHERE placed <> 'school');

-- Every enrollment with what it points at. Kinds: 1 student, 2 staff, 3 guardian, 0 unknown.
CREATE TABLE enrolled AS
SELECT e._line, c._line AS class_line, u._line AS user_line,
    -- Exact words first: hardly any row needs the rest.
    (CASE e.role WHEN 'student' THEN 1 WHEN 'teacher' THEN 2 ELSE CASE {role} WHEN 'student' THEN 1 WHEN 'teacher' THEN 2 WHEN 'aide' THEN 2 WHEN 'proctor' THEN 2
        WHEN 'administrator' THEN 2 WHEN 'guardian' THEN 3 WHEN 'parent' THEN 3 WHEN 'relative' THEN 3 ELSE 0 END END)::TINYINT AS role_kind,
    (CASE u._kind WHEN 'student' THEN 1 WHEN 'teacher' THEN 2 WHEN 'administrator' THEN 2 WHEN 'guardian' THEN 3 ELSE 0 END)::TINYINT AS user_kind,
    e.schoolSourcedId = c.written AS same_school,
    CASE WHEN c.school IS NULL OR u.schools IS NULL THEN NULL
        WHEN u.schools = c.school THEN true
        WHEN NOT contains(u.schools, ',') THEN false
        ELSE list_contains(string_split(replace(u.schools, ' ', ''), ','), c.school) END AS belongs
FROM enrollments AS e
LEFT JOIN class_index AS c ON c.sourcedId = e.classSourcedId
LEFT JOIN user_index AS u ON u.sourcedId = e.userSourcedId;

-- One number stands for the pair of lines, so that millions of pairs are grouped without comparing text.
CREATE TABLE repeated_pairs AS
WITH pairs AS (
    SELECT min(_line) AS _line FROM enrolled WHERE class_line IS NOT NULL AND user_line IS NOT NULL
    GROUP BY class_line * 4294967296 + user_line HAVING count(*) > 1
), strays AS (
    SELECT e.classSourcedId, e.userSourcedId FROM enrollments AS e
    JOIN (SELECT _line FROM enrolled WHERE class_line IS NULL OR user_line IS NULL) AS x ON x._line = e._line
    WHERE e.classSourcedId IS NOT NULL AND e.userSourcedId IS NOT NULL GROUP BY ALL HAVING count(*) > 1
)
SELECT * FROM (SELECT e.classSourcedId, e.userSourcedId FROM enrollments AS e JOIN pairs AS p ON p._line = e._line UNION SELECT * FROM strays)
WHERE NOT contains(userSourcedId, chr(65533)) AND NOT contains(classSourcedId, chr(65533));

-- Classes have people, and people classes, not rows: again is 0 on the first row of a person in a class, 1 on a further one in
-- another role, 2 on one in a role that was there before.
ALTER TABLE enrolled ADD COLUMN again TINYINT DEFAULT 0;

UPDATE enrolled SET again = r.again FROM (
    SELECT x._line, CASE WHEN row_number() OVER (PARTITION BY p.classSourcedId, p.userSourcedId, x.role_kind ORDER BY x._line) > 1 THEN 2
        WHEN row_number() OVER (PARTITION BY p.classSourcedId, p.userSourcedId ORDER BY x._line) > 1 THEN 1 ELSE 0 END AS again
    FROM repeated_pairs AS p JOIN enrollments AS e ON e.classSourcedId = p.classSourcedId AND e.userSourcedId = p.userSourcedId
    JOIN enrolled AS x ON x._line = e._line
) AS r WHERE r._line = enrolled._line AND r.again > 0;

-- A row without an ID names nobody, and no class.
UPDATE enrolled SET again = 2 WHERE _line IN (SELECT _line FROM enrollments WHERE userSourcedId IS NULL OR classSourcedId IS NULL);

-- Enrollments whose School ID is not the class's, in classes.csv or, for a class that only Connect has, there. school: which
-- of the two is itself a finding (the enrollment's own first), so that one cause explains both; NULL where neither is.
CREATE TABLE elsewhere_seats AS
WITH differing AS (
    SELECT e._line, c.written AS at_class FROM enrolled AS e JOIN class_index AS c ON c._line = e.class_line WHERE e.same_school = false
    UNION ALL
    SELECT e._line, NULL FROM enrollments AS e JOIN unknown_classes AS u ON u.id = e.classSourcedId AND u.status = 'workspace'
    ANTI JOIN (SELECT c.classId, k.schoolId FROM workspace_classrooms AS c JOIN workspace_schools AS k USING (connectSchoolId)) AS w
        ON w.classId = e.classSourcedId AND w.schoolId = e.schoolSourcedId
    WHERE e.schoolSourcedId IS NOT NULL
)
SELECT d._line, coalesce(o.school, c.school) AS school FROM differing AS d JOIN enrollments AS e ON e._line = d._line
LEFT JOIN lost_schools AS o ON o.school = e.schoolSourcedId LEFT JOIN lost_schools AS c ON c.school = d.at_class;

-- Students none of whose classes is at a school that they list. Not where Connect has them there as well: some schools teach
-- the students of others. Only where there are many: of so many of a school Connect has them where their classes are, or a
-- fifth of all is so. {shown}: a student's ID on Connect.
CREATE TABLE misplaced_students AS
WITH seats AS (
    SELECT e.user_line AS _line, bool_or(e.belongs) AS fits, min(c.school) AS school, list(DISTINCT c.school) AS schools
    FROM enrolled AS e JOIN class_index AS c ON c._line = e.class_line
    WHERE e.role_kind = 1 AND e.user_kind = 1 AND e.belongs IS NOT NULL GROUP BY e.user_line
), connected AS (
    SELECT w.studentId AS id, list(s.schoolId) AS schools FROM workspace_students AS w JOIN workspace_schools AS s USING (connectSchoolId)
    WHERE w.studentId IS NOT NULL AND s.schoolId IS NOT NULL GROUP BY w.studentId
), strays AS (
    SELECT s._line, s.school, coalesce(list_has_any(w.schools, s.schools), false) AS there FROM seats AS s
    JOIN (SELECT _line, {shown} AS shown FROM users WHERE _kind = 'student') AS u USING (_line) JOIN user_index AS x USING (_line)
    LEFT JOIN connected AS w ON w.id = u.shown
    WHERE NOT s.fits AND NOT coalesce(list_has_any(w.schools, string_split(replace(x.schools, ' ', ''), ',')), false)
), counted AS (
    SELECT school, count(*) AS every FROM seats GROUP BY school
), many AS (
    SELECT r.school, count(*) FILTER (there) >= 3 AND count(*) FILTER (there) > 0.05 * any_value(c.every)
        OR sum(count(*)) OVER () >= 5 AND sum(count(*)) OVER () > 0.2 * (SELECT sum(every) FROM counted) AS mass
    FROM strays AS r JOIN counted AS c USING (school) GROUP BY r.school
)
SELECT r._line FROM strays AS r JOIN many AS m USING (school) WHERE m.mass;

CREATE TABLE class_stats AS
SELECT c._line, c.sourcedId, s.students, s.staff, s.unknown, s.strangers FROM class_index AS c JOIN (
    SELECT class_line, count(*) FILTER (role_kind = 1) AS students, count(*) FILTER (role_kind = 2) AS staff,
        count(*) FILTER (role_kind = 0) AS unknown,
        count(*) FILTER (role_kind = 1 AND belongs = false) AS strangers
    FROM enrolled WHERE class_line IS NOT NULL AND again < 2 GROUP BY class_line
) AS s ON s.class_line = c._line;

CREATE TABLE user_stats AS
SELECT u._line, u.sourcedId, u._kind, s.classes FROM user_index AS u JOIN (
    SELECT user_line, count(*) FILTER (again = 0) AS classes FROM enrolled WHERE user_line IS NOT NULL GROUP BY user_line
) AS s ON s.user_line = u._line;

-- Records under the SIS on Connect that a nightly sync would archive because the delivery no longer has them (S20).
CREATE TABLE managed AS
SELECT 'students' AS kind, u.sourcedId IS NULL AS gone FROM workspace_students AS w
LEFT JOIN user_index AS u ON u.sourcedId = w.studentId
WHERE w.studentId IS NOT NULL AND w.archived IS DISTINCT FROM 'true'
UNION ALL
SELECT 'guardians', u.sourcedId IS NULL AND g.guardianSourcedId IS NULL FROM workspace_guardians AS w
LEFT JOIN user_index AS u ON u.sourcedId = w.guardianId
LEFT JOIN (SELECT DISTINCT guardianSourcedId FROM guardians) AS g ON g.guardianSourcedId = w.guardianId WHERE w.guardianId IS NOT NULL
UNION ALL
SELECT 'staff', u.sourcedId IS NULL FROM workspace_staff AS w
LEFT JOIN user_index AS u ON u.sourcedId = w.staffId WHERE w.staffId IS NOT NULL
UNION ALL
SELECT 'classrooms', c.sourcedId IS NULL FROM workspace_classrooms AS w
LEFT JOIN class_index AS c ON c.sourcedId = w.classId
WHERE w.classId IS NOT NULL AND w.archived IS DISTINCT FROM 'true';

CREATE TABLE school_change AS
WITH old AS (
    SELECT s.schoolId AS school, 'students' AS kind, w.studentId AS id,
        hash(lower(w.givenName), lower(w.familyName), lower(w.email), w.grade) AS fingerprint, g.rank AS grade
    FROM workspace_students AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.connectSchoolId
    LEFT JOIN grade_ranks AS g ON g.written = w.grade
    WHERE s.schoolId IS NOT NULL AND w.studentId IS NOT NULL AND w.archived IS DISTINCT FROM 'true'
    UNION ALL
    SELECT s.schoolId, 'classes', w.classId, hash(lower(w.title), w.grades), NULL
    FROM workspace_classrooms AS w JOIN workspace_schools AS s ON s.connectSchoolId = w.connectSchoolId
    WHERE s.schoolId IS NOT NULL AND w.classId IS NOT NULL AND w.archived IS DISTINCT FROM 'true'
), new AS (
    SELECT us.school, 'students' AS kind, u.sourcedId AS id,
        hash(lower(u.givenName), lower(u.familyName), lower(u.email), u.grades) AS fingerprint, g.rank AS grade
    FROM users AS u JOIN user_schools AS us ON us._line = u._line LEFT JOIN grade_ranks AS g ON g.written = u.grades
    WHERE u._kind = 'student' AND u.sourcedId IS NOT NULL AND EXISTS (SELECT 1 FROM known_schools)
    UNION ALL
    SELECT c.schoolSourcedId, 'classes', c.sourcedId, hash(lower(c.title), c.grades), NULL
    FROM classes AS c WHERE c.sourcedId IS NOT NULL AND EXISTS (SELECT 1 FROM known_schools)
)
SELECT school, kind, count(old_id) AS before, count(new_id) AS after, count(*) FILTER (old_id IS NULL) AS added,
    count(*) FILTER (new_id IS NULL) AS removed, count(*) FILTER (changed) AS changed,
    count(*) FILTER (old_id IS NULL AND NOT entering) AS joined, count(*) FILTER (new_id IS NULL AND NOT leaving) AS dropped, any_value(risen) AS risen
FROM (
    SELECT coalesce(o.school, n.school) AS school, coalesce(o.kind, n.kind) AS kind, o.id AS old_id, n.id AS new_id,
        o.fingerprint <> n.fingerprint AS changed,
        -- In a new school year a school's lowest grade enters and its highest one leaves.
        risen AND coalesce(n.grade = min(n.grade) OVER (PARTITION BY coalesce(n.school, o.school), coalesce(n.kind, o.kind)), false) AS entering,
        risen AND coalesce(o.grade = max(o.grade) OVER (PARTITION BY coalesce(n.school, o.school), coalesce(n.kind, o.kind)), false) AS leaving, risen
    FROM old AS o FULL JOIN new AS n ON n.school = o.school AND n.kind = o.kind AND n.id = o.id
    CROSS JOIN (SELECT coalesce(avg((n.grade - o.grade = 1)::INTEGER) > 0.5, false) AS risen FROM old AS o JOIN new AS n ON n.id = o.id AND n.kind = o.kind WHERE o.kind = 'students') AS year
) WHERE school IN (SELECT school FROM known_schools) GROUP BY school, kind;

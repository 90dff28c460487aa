-- Records that would be written over with what belongs to somebody else: IDs that were given to others, and columns that slid
-- against the rest. Runs after forms.sql; crosswalk (kind, old_id, new_id) was made before. {shown}: a student's ID on Connect.

-- So many of a school at once are no single correction any more.
CREATE MACRO many(part, whole) AS part >= 3 AND part > 0.05 * whole;

-- A title without numbers and letters of sections, periods and rooms.
CREATE MACRO course_of(title) AS array_to_string(list_filter(string_split(words(title), ' '), lambda x: length(x) > 1 AND NOT regexp_matches(x, '[0-9]')), ' ');

-- A guardian's school is that of the first child.
CREATE TABLE connect_records AS
WITH records AS (
    SELECT 'students' AS kind, studentId AS id, connectSchoolId AS school, givenName, familyName, email, NULL AS sms, grade FROM workspace_students
    UNION ALL SELECT 'staff', staffId, trim(string_split(connectSchoolIds, ',')[1]), givenName, familyName, email, sms, NULL FROM workspace_staff
    UNION ALL SELECT 'guardians', g.guardianId, s.school, g.givenName, g.familyName, g.email, g.sms, NULL FROM workspace_guardians AS g
    LEFT JOIN (SELECT connectStudentId AS child, min(connectSchoolId) AS school FROM workspace_students GROUP BY ALL) AS s ON s.child = trim(string_split(g.connectStudentIds, ',')[1])
)
SELECT kind, id, school, lower(strip_accents(givenName)) AS given, lower(strip_accents(familyName)) AS family, address_key(email) AS address,
    number_key(sms) AS number, grade FROM records WHERE id IS NOT NULL;

-- Rows of people whom Connect has under the same ID, beside what Connect has.
CREATE TABLE same_ids AS
WITH there AS (
    SELECT kind, id, min(school) AS school, any_value(given) AS given, any_value(family) AS family, any_value(address) AS address, any_value(number) AS number,
        any_value(grade) AS grade FROM connect_records GROUP BY kind, id HAVING count(*) = 1
), delivered AS (
    SELECT 'users' AS tbl, _line, CASE _kind WHEN 'student' THEN 'students' WHEN 'guardian' THEN 'guardians' ELSE 'staff' END AS kind,
        CASE _kind WHEN 'student' THEN {shown} ELSE sourcedId END AS id, givenName, familyName, email, CASE WHEN _kind <> 'student' THEN sms END AS sms, grades
    FROM users WHERE _kind IN ('student', 'guardian', 'teacher', 'administrator')
    UNION ALL SELECT 'guardians', _line, 'guardians', guardianSourcedId, givenName, familyName, email, sms, NULL FROM guardians
)
SELECT d.tbl, d._line, d.kind, t.id, t.school, lower(strip_accents(d.givenName)) AS given, lower(strip_accents(d.familyName)) AS family,
    t.given AS other_given, t.family AS other_family, address_key(d.email) AS address, t.address AS other_address,
    number_key(d.sms) AS number, t.number AS other_number, d.grades AS grade, t.grade AS other_grade
FROM delivered AS d JOIN there AS t USING (kind, id);

CREATE TABLE id_shares AS
SELECT kind, school, count(DISTINCT id) AS known, sum(count(DISTINCT id)) OVER (PARTITION BY kind) AS everywhere FROM same_ids GROUP BY kind, school;

-- A given or a family name that is not like Connect's. NULL where one is missing.
CREATE TABLE other_names AS
SELECT * FROM (
    SELECT tbl, _line, kind, id, school, given, family, other_given, other_family, kind <> 'students' AND coalesce(address = other_address, false) AS one_address,
        jaro_winkler_similarity(given, other_given) < 0.75 AND NOT contains(other_given || ' ' || other_family, given) AND NOT contains(given || ' ' || family, other_given) AS other_person,
        jaro_winkler_similarity(family, other_family) < 0.75 AND NOT contains(other_given || ' ' || other_family, family) AND NOT contains(given || ' ' || family, other_family) AS another_family
    FROM same_ids WHERE given <> other_given OR family <> other_family
) WHERE other_person OR another_family;

-- Addresses of staff that belong to a room or a post and not to a person: principal.east@, room12@. Where the addresses of
-- most of the staff show their names, also those that show no name.
CREATE TABLE seat_addresses AS
SELECT kind, address FROM (
    SELECT *, avg(named::INTEGER) OVER () AS usual FROM (
        SELECT DISTINCT r.kind, r.address, regexp_matches(local, '[a-z]') AND (contains(local, left(r.given, 3)) OR contains(local, left(r.family, 3))) AS named,
            regexp_matches(local, '(^|[^a-z])(room|rm|classroom|principal|office|frontdesk|front|desk|nurse|clinic|attendance|registrar|secretary|counsel(or|ing)|library|media|cafeteria|athletics|coach|dean|admin|reception|helpdesk|sub|substitute|teacher|grade|kindergarten|pe|music|art|lab|gym|info)([^a-z]|$)') AS post
        FROM connect_records AS r JOIN (
            SELECT DISTINCT address_key(email) AS address, lower(split_part(email, '@', 1)) AS local FROM workspace_staff WHERE email IS NOT NULL
        ) AS e USING (address) WHERE r.kind = 'staff'
    )
) WHERE post OR usual > 0.5 AND NOT named;

-- Guardians on Connect and their children.
CREATE TABLE wards AS
SELECT DISTINCT account, id, child FROM (
    SELECT connectUserId AS account, guardianId AS id, trim(unnest(string_split(connectStudentIds, ','))) AS child FROM workspace_guardians WHERE connectStudentIds IS NOT NULL
) WHERE child <> '';

-- Addresses and numbers that on Connect somebody else has, who is not of the family; one that several have there is nobody's.
-- Of guardians also those that four and more of three families get in place of their own (filled down).
CREATE TABLE contacts_of_others AS
WITH theirs AS (
    SELECT kind, contact, min(id) AS owner FROM (
        SELECT kind, id, unnest([CASE WHEN (kind, address) NOT IN (SELECT (kind, address) FROM seat_addresses) THEN address END, number]) AS contact FROM connect_records
    ) WHERE contact IS NOT NULL GROUP BY kind, contact HAVING count(DISTINCT id) = 1
), ours AS (
    SELECT *, count(DISTINCT id) OVER (PARTITION BY kind, contact) AS holders FROM (
        SELECT tbl, _line, kind, id, school, family, unnest([CASE WHEN address IS DISTINCT FROM other_address THEN address END, CASE WHEN number IS DISTINCT FROM other_number THEN number END]) AS contact,
            unnest([other_address, other_number]) AS former
        FROM same_ids
    ) WHERE contact IS NOT NULL
), filled AS (
    SELECT contact FROM ours WHERE kind = 'guardians' AND former IS NOT NULL GROUP BY contact HAVING count(DISTINCT id) >= 4 AND count(DISTINCT family) >= 3
)
SELECT DISTINCT o.tbl, o._line, o.kind, o.id, o.school FROM ours AS o JOIN theirs AS t USING (kind, contact)
WHERE t.owner <> o.id AND o.holders = 1 AND NOT (o.kind = 'guardians' AND EXISTS (FROM wards AS a JOIN wards AS b USING (child) WHERE a.id = o.id AND b.id = t.owner))
UNION SELECT tbl, _line, kind, id, school FROM ours WHERE kind = 'guardians' AND former IS NOT NULL AND contact IN (FROM filled);

-- By how many grades children rise, and what is usual at their school. Those before kindergarten are one.
CREATE TABLE grade_steps AS
SELECT *, mode(step) OVER (PARTITION BY school) AS usual FROM (
    SELECT s.tbl, s._line, s.kind, s.id, s.school, o.rank AS before, greatest(n.rank, {kindergarten} - 1) - greatest(o.rank, {kindergarten} - 1) AS step
    FROM same_ids AS s JOIN grade_ranks AS n ON n.written = s.grade JOIN grade_ranks AS o ON o.written = s.other_grade WHERE s.kind = 'students'
);

-- Grades that rise or fall by more than one beside what is usual; where it is usual to be a grade lower than on Connect, the
-- file is of an earlier year (earlier).
CREATE TABLE other_grades AS
SELECT *, usual < 0 AND step < 0 AS earlier FROM grade_steps WHERE abs(step - usual) > 1 OR usual < 0 AND step < 0;

-- Nearly all of a school or of a grade, and five, rise by fewer grades (back) or by more than the rest of the district: a part of
-- the file is of an earlier year, or its column slid. Kindergarten may have two years, and does not go back.
CREATE TABLE other_steps AS
WITH steps AS (
    SELECT * FROM grade_steps WHERE before >= {kindergarten} AND usual >= 0
), parts AS (
    SELECT school, before, step, count(*) AS n FROM steps GROUP BY GROUPING SETS ((school, step), (school, before, step))
), whole AS (
    SELECT step, count(*) AS n FROM steps GROUP BY step
), elsewhere AS (
    SELECT p.school, p.before, arg_max(w.step, w.n - coalesce(o.n, 0)) AS usual FROM (SELECT DISTINCT school, before FROM parts) AS p CROSS JOIN whole AS w
    LEFT JOIN parts AS o ON o.school = p.school AND o.before IS NOT DISTINCT FROM p.before AND o.step = w.step
    WHERE w.n > coalesce(o.n, 0) GROUP BY p.school, p.before
), judged AS (
    SELECT s.tbl, s._line, s.step < e.usual AS back, s.step > e.usual OR back AND (s.before > {kindergarten} OR e.usual > 0) AS other,
        count(*) FILTER (other AND back) OVER part AS behind, count(*) FILTER (other AND NOT back) OVER part AS ahead, count(*) OVER part AS every
    FROM steps AS s JOIN elsewhere AS e ON e.school = s.school AND coalesce(e.before, s.before) = s.before WINDOW part AS (PARTITION BY e.school, e.before)
)
SELECT DISTINCT tbl, _line, back FROM judged ANTI JOIN other_grades USING (tbl, _line)
WHERE other AND CASE WHEN back THEN behind ELSE ahead END >= 5 AND CASE WHEN back THEN behind ELSE ahead END > 0.8 * every;

-- What is wrong with a record, and whether it is so with many of a school at once, or with a quarter of the district, where
-- schools are small. reused: somebody else has the ID on Connect; the given name is not like the other's, and the family name
-- neither, or Connect has somebody of exactly this name under another ID; where there are many, names that others of them had
-- suffice (mixed). The upload would write one person over the other (decision 18). swapped: given and family name are the
-- other way round. contact, grade, earlier: only where there are many.
CREATE TABLE record_faults AS
WITH found AS (
    SELECT tbl, _line, kind, id, school, 'reused' AS fault, false AS mixed FROM other_names AS u
    WHERE other_person AND (another_family AND NOT one_address OR EXISTS (FROM connect_records AS n WHERE n.kind = u.kind AND n.given = u.given AND n.family = u.family AND n.id <> u.id))
    UNION ALL
    SELECT tbl, _line, kind, id, school, 'reused', true FROM other_names
    WHERE NOT coalesce(given = other_family AND family = other_given, false)
        AND (NOT coalesce(other_person, false) OR (kind, given) IN (SELECT (kind, other_given) FROM other_names WHERE other_person))
        AND (NOT coalesce(another_family, false) OR (kind, family) IN (SELECT (kind, other_family) FROM other_names WHERE another_family))
    UNION ALL
    SELECT tbl, _line, kind, id, school, 'swapped', false FROM same_ids WHERE given = other_family AND family = other_given AND given <> family
    UNION ALL SELECT tbl, _line, kind, id, school, 'contact', true FROM contacts_of_others
    UNION ALL SELECT tbl, _line, kind, id, school, CASE WHEN earlier THEN 'earlier' ELSE 'grade' END, true FROM other_grades
), counted AS (
    SELECT kind, fault, school, count(DISTINCT id) AS wrong, sum(count(DISTINCT id)) OVER (PARTITION BY kind, fault) AS wrong_everywhere FROM found GROUP BY kind, fault, school
), judged AS (
    SELECT f.tbl, f._line, f.kind, f.id, f.fault, bool_and(f.mixed) AS mixed,
        any_value(many(c.wrong, s.known) AND (f.fault <> 'contact' OR c.wrong >= 5) OR c.wrong_everywhere >= 3 AND c.wrong_everywhere > 0.25 * s.everywhere) AS mass
    FROM found AS f JOIN counted AS c ON c.kind = f.kind AND c.fault = f.fault AND c.school IS NOT DISTINCT FROM f.school
    JOIN id_shares AS s ON s.kind = f.kind AND s.school IS NOT DISTINCT FROM f.school GROUP BY f.tbl, f._line, f.kind, f.id, f.fault
)
SELECT tbl, _line, kind, id, fault, mass FROM judged WHERE mass OR NOT mixed;

-- ---- children who would get the guardians of another family.

-- Children of the delivery whom Connect has, by either ID that guardians.csv may name.
CREATE TABLE known_children AS
WITH students AS (
    SELECT sourcedId, {shown} AS shown, lower(strip_accents(familyName)) AS family FROM users
    WHERE _kind = 'student' AND sourcedId IS NOT NULL AND _line NOT IN (SELECT _line FROM record_faults WHERE tbl = 'users' AND fault = 'reused')
    QUALIFY row_number() OVER (PARTITION BY sourcedId ORDER BY _line) = 1
)
SELECT s.sourcedId, s.shown, w.connectStudentId AS child, w.connectSchoolId AS school, list_distinct([s.family, lower(strip_accents(w.familyName))]) AS families
FROM students AS s LEFT JOIN crosswalk AS k ON k.kind = 'students' AND k.new_id = s.sourcedId
JOIN workspace_students AS w ON w.studentId = coalesce(k.old_id, s.shown)
WHERE w.archived IS DISTINCT FROM 'true' AND w.connectStudentId IN (SELECT child FROM wards);

-- Whom the delivery names for them, and the account that this is: by the ID, an ID that changed, or exactly the same person.
CREATE TABLE named_for_known AS
WITH named AS (
    SELECT 'users' AS tbl, a._line, s.sourcedId AS student, a.agent AS guardian FROM user_agents AS a JOIN users AS s ON s._line = a._line WHERE a._kind = 'student'
    UNION ALL SELECT 'users', a._line, a.agent, g.sourcedId FROM user_agents AS a JOIN users AS g ON g._line = a._line WHERE a._kind = 'guardian'
), people AS (
    SELECT n.tbl, n._line, n.student, n.guardian, c.name, c.address, c.number, lower(strip_accents(g.familyName)) AS family
    FROM named AS n LEFT JOIN user_index AS i ON i.sourcedId = n.guardian LEFT JOIN users AS g ON g._line = i._line LEFT JOIN contacts AS c ON c._line = i._line
    UNION ALL
    SELECT 'guardians', _line, studentSourcedId, guardianSourcedId, hash(lower(coalesce(givenName, '') || ' ' || coalesce(familyName, ''))),
        address_key(email), number_key(sms), lower(strip_accents(familyName)) FROM guardians WHERE studentSourcedId IS NOT NULL
), children AS (
    SELECT sourcedId AS written, child, school, families FROM known_children
    UNION SELECT shown, child, school, families FROM known_children WHERE shown <> sourcedId
), by_id AS (
    SELECT guardianId AS id, min(connectUserId) AS account FROM workspace_guardians
    WHERE guardianId IS NOT NULL AND guardianId NOT IN (SELECT id FROM record_faults WHERE kind = 'guardians' AND fault = 'reused') GROUP BY guardianId
), by_person AS (
    SELECT name, address, number, min(account) AS account FROM family_accounts WHERE address IS NOT NULL OR number IS NOT NULL GROUP BY ALL
)
SELECT p.tbl, p._line, c.child, c.school, c.families, p.name, p.address, p.number, p.family, coalesce(i.account, e.account) AS account
FROM people AS p JOIN children AS c ON c.written = p.student
LEFT JOIN crosswalk AS k ON k.kind = 'guardians' AND k.new_id = p.guardian
LEFT JOIN by_id AS i ON i.id = coalesce(k.old_id, p.guardian)
LEFT JOIN by_person AS e ON e.name = p.name AND e.address IS NOT DISTINCT FROM p.address AND e.number IS NOT DISTINCT FROM p.number;

-- Who was a guardian, and whether the delivery still names the person, or somebody of the same name, address or number.
CREATE TABLE former_guardians AS
SELECT w.child, w.account, a.family, a.address, a.number, bool_or(coalesce(n.account = w.account OR n.name = a.name OR n.address = a.address OR n.number = a.number, false)) AS stays
FROM wards AS w SEMI JOIN named_for_known AS k ON k.child = w.child LEFT JOIN (
    SELECT f.account, f.name, f.address, f.number, lower(strip_accents(g.familyName)) AS family FROM family_accounts AS f JOIN workspace_guardians AS g ON g.connectUserId = f.account
) AS a ON a.account = w.account JOIN named_for_known AS n ON n.child = w.child GROUP BY ALL;

-- Who is on Connect as a guardian of other children only, with no sign of a family in common: a family name of the child's or of
-- a former guardian, an address or a number, a brother or sister.
CREATE TABLE strangers AS
WITH outside AS (
    SELECT n.*, a.address AS other_address, a.number AS other_number, lower(strip_accents(g.familyName)) AS other_family
    FROM named_for_known AS n SEMI JOIN wards AS w ON w.account = n.account ANTI JOIN wards AS o ON o.account = n.account AND o.child = n.child
    LEFT JOIN family_accounts AS a ON a.account = n.account LEFT JOIN workspace_guardians AS g ON g.connectUserId = n.account
), families AS (
    SELECT child, unnest(families) AS family FROM known_children UNION SELECT child, family FROM former_guardians
)
SELECT DISTINCT o.tbl, o._line, o.child, o.school, o.account FROM outside AS o
WHERE NOT EXISTS (FROM families AS f WHERE f.child = o.child AND (contains(o.family, f.family) OR contains(f.family, o.family) OR contains(o.other_family, f.family) OR contains(f.family, o.other_family)))
    AND NOT EXISTS (FROM former_guardians AS f WHERE f.child = o.child AND (f.address IN (o.address, o.other_address) OR f.number IN (o.number, o.other_number)))
    AND NOT EXISTS (FROM wards AS h JOIN wards AS s ON s.child = h.child JOIN former_guardians AS f ON f.account = s.account WHERE h.account = o.account AND f.child = o.child);

-- Children none of whose guardians is named any more, and children who get strangers beside theirs. Foster families take several
-- children, and parents marry again: many are five, from three households at least, in a quarter of a school or district; those
-- who lose theirs already from a twentieth on. Half of a school, or nearly all of a grade or class of ten, are many whoever comes.
-- A tenth of a school has to be decided (some).
CREATE TABLE other_families AS
WITH lost AS (
    SELECT child, NOT bool_or(stays) AS all_gone FROM former_guardians GROUP BY child HAVING NOT bool_and(stays)
), households AS (
    SELECT account, min(child) AS household FROM wards GROUP BY account
), found AS (
    SELECT s.*, h.household, l.child IS NOT NULL AS lost, coalesce(l.all_gone, false) AS all_gone FROM strangers AS s JOIN households AS h USING (account) LEFT JOIN lost AS l USING (child)
), counted AS (
    SELECT school, count(DISTINCT child) AS every, count(DISTINCT household) AS households, count(DISTINCT child) FILTER (all_gone) AS left_alone,
        count(DISTINCT child) FILTER (lost) AS losing, count(DISTINCT household) FILTER (lost) AS losing_to FROM found GROUP BY school
), known AS (
    SELECT DISTINCT child, school FROM named_for_known
), shares AS (
    SELECT school, count(*) AS known FROM known GROUP BY school
), judged AS (
    SELECT s.school, coalesce(many(c.left_alone, s.known) AND c.losing >= 5 AND c.losing_to >= 3 OR c.every > 0.25 * s.known AND c.every >= 5 AND c.households >= 3 OR c.every > 0.5 * s.known AND c.every >= 10, false)
        OR sum(c.every) OVER () > 0.25 * sum(s.known) OVER () AND sum(c.every) OVER () >= 5 AND sum(c.households) OVER () >= 3 AS mass,
        coalesce(c.every > 0.1 * s.known AND c.every >= 5, false) AS some
    FROM shares AS s LEFT JOIN counted AS c USING (school)
), groups AS (
    SELECT k.child, 'grade ' || w.grade || ' ' || k.school AS grp FROM known AS k JOIN workspace_students AS w ON w.connectStudentId = k.child
    UNION ALL
    SELECT DISTINCT k.child, 'class ' || e.class_line FROM enrolled AS e JOIN user_index AS u ON u._line = e.user_line JOIN known_children AS k ON k.sourcedId = u.sourcedId WHERE e.role_kind = 1
), crowded AS (
    SELECT g.grp FROM groups AS g LEFT JOIN (SELECT DISTINCT child FROM found) AS f USING (child) GROUP BY g.grp HAVING count(f.child) >= 10 AND count(f.child) > 0.8 * count(*)
), close AS (
    SELECT DISTINCT child FROM groups SEMI JOIN crowded USING (grp)
)
SELECT f.tbl, f._line, f.child, f.account, j.mass OR c.child IS NOT NULL AS mass FROM found AS f JOIN judged AS j USING (school) LEFT JOIN close AS c USING (child)
WHERE f.all_gone OR j.mass OR j.some OR c.child IS NOT NULL;

-- Whether a new year has begun; where no grades are known on both sides, it may have.
CREATE TABLE year_turned AS
SELECT coalesce(avg((n.rank - o.rank = 1)::INTEGER) > 0.5, true) AS risen FROM same_ids AS s
JOIN grade_ranks AS n ON n.written = s.grade JOIN grade_ranks AS o ON o.written = s.other_grade WHERE s.kind = 'students';

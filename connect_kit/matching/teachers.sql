-- Who teaches a class, who has a classroom, and their names.

CREATE TABLE class_people AS
SELECT DISTINCT l.n AS l, l.k, e.userSourcedId AS id, CASE WHEN lower(trim(e.role)) IN ('teacher', 'aide', 'proctor', 'administrator') THEN 1 WHEN lower(trim(e.role)) = 'student' THEN 0 END AS staff
FROM enrollments AS e JOIN open_left AS l ON l.id = e.classSourcedId WHERE e.userSourcedId IS NOT NULL;

CREATE TABLE room_people AS
SELECT DISTINCT r.n AS r, r.k, e.connectUserId AS id, CASE WHEN lower(trim(e.role)) IN ('teacher', 'aide', 'proctor', 'administrator') THEN 1 WHEN lower(trim(e.role)) = 'student' THEN 0 END AS staff
FROM workspace_enrollments AS e JOIN open_right AS r ON r.id = e.connectClassroomId WHERE e.connectUserId IS NOT NULL;

-- A teacher is recognised by ID, by email address and by full name.
-- ``load``: how many classes a teacher has, or how many classrooms that are not archived.
CREATE TABLE class_staff AS
SELECT l, k, u.sourcedId AS id, lower(u.email) AS email, words(u.givenName) AS given, words(u.familyName) AS family, c.load
FROM class_people AS p JOIN users AS u ON u.sourcedId = p.id
JOIN (SELECT userSourcedId AS id, count(DISTINCT classSourcedId) AS load FROM enrollments WHERE userSourcedId IN (SELECT id FROM class_people WHERE staff = 1) GROUP BY ALL) AS c ON c.id = p.id
WHERE p.staff = 1;

CREATE TABLE room_staff AS
SELECT r, k, w.staffId AS id, lower(w.email) AS email, words(w.givenName) AS given, words(w.familyName) AS family, c.load
FROM room_people AS p JOIN workspace_staff AS w ON w.connectUserId = p.id
JOIN (
    SELECT e.connectUserId AS id, count(DISTINCT e.connectClassroomId) AS load FROM workspace_enrollments AS e JOIN right_side AS r ON r.id = e.connectClassroomId
    WHERE NOT r.archived AND e.connectUserId IN (SELECT id FROM room_people WHERE staff = 1) GROUP BY ALL
) AS c ON c.id = p.id
WHERE p.staff = 1;

CREATE MACRO staff_keys(id, email, given, family) AS list_filter([hash('id', id), hash('email', email), CASE WHEN given IS NOT NULL AND family IS NOT NULL THEN hash('name', given, family) END],
    lambda x: x IS NOT NULL AND x NOT IN (hash('id', NULL::VARCHAR), hash('email', NULL::VARCHAR)));

-- Every word of a family name counts except particles and single letters.
CREATE MACRO name_words(family) AS list_filter(string_split(family, ' '), lambda x: length(x) >= 2 AND x NOT IN ('de', 'la', 'del', 'las', 'los', 'da', 'dos', 'van', 'von', 'der', 'den', 'el', 'al', 'st', 'jr', 'sr', 'ii', 'iii'));

CREATE TABLE staff_words AS
SELECT DISTINCT k, word FROM (
    SELECT k, unnest(name_words(family)) AS word FROM class_staff
    UNION ALL SELECT k, unnest(name_words(family)) FROM room_staff
    UNION ALL
    SELECT p.k, unnest(name_words(words(w.familyName))) FROM (SELECT familyName, trim(unnest(string_split(connectSchoolIds, ','))) AS school FROM workspace_staff) AS w
    JOIN places AS p ON p.connect = w.school
) WHERE word NOT IN (SELECT word FROM subjects);

-- Words of a title that are the name of a teacher at the school are not its subject.
CREATE TABLE parsed AS
WITH known_words AS (
    SELECT p.k, p.title, w.pos, w.word, s.word IS NOT NULL AS is_name
    FROM prepared AS p JOIN numbered_texts AS t ON t.s = p.s JOIN words_meant AS w ON w.t = t.t
    LEFT JOIN staff_words AS s ON s.k = p.k AND s.word = w.word WHERE w.word <> ''
), sorted AS (
    SELECT k, title, list(word) FILTER (is_name) AS names,
        list_sort(list_distinct(list(word) FILTER (kind = 'word' AND NOT is_name))) AS subject,
        list_distinct(list(number) FILTER (kind = 'number')) AS numbers, list_distinct(list(number) FILTER (kind = 'section')) AS sections,
        list_distinct(list(number) FILTER (kind = 'period')) AS periods, list_distinct(list(number) FILTER (kind = 'year')) AS years
    FROM (
        SELECT *, CASE WHEN word ^@ 'zzp' THEN 'period' WHEN word ^@ 'zzs' THEN 'section' WHEN word ^@ 'zzy' THEN 'year'
                WHEN word ^@ 'zzg' OR word ^@ 'zzn' OR regexp_full_match(word, '[0-9]{1,3}') THEN 'number'
                WHEN pos > 1 AND regexp_full_match(word, '[a-h]') THEN 'section' ELSE 'word' END AS kind,
            CASE WHEN word ^@ 'zz' THEN substr(word, 4) ELSE word END AS number
        FROM known_words
    ) GROUP BY k, title
)
-- A title without letters and digits (an emoji) is its own subject.
SELECT p.k, p.title, list_concat(coalesce(s.names, []), list_filter(flatten(list_transform(p.named, lambda x: name_words(words(x)))), lambda x: x IS NOT NULL)) AS names,
    CASE WHEN len(s.subject) > 0 THEN array_to_string(s.subject, ' ') WHEN words(p.title) IS NULL THEN trim(p.title) END AS core,
    s.subject, s.numbers, s.sections, s.periods, s.years, p.rooms
FROM prepared AS p LEFT JOIN sorted AS s ON s.k = p.k AND s.title = p.title;

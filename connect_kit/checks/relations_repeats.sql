-- Rows that share an ID or a place, by what else they share: whether one of them is a copy, a further school, or somebody else.
-- Runs after relations.sql and relations_dates.sql, with the same schemas.

-- identical: the same but for the status. lists: the same but for schools, guardians and other lists. same: one person or one
-- class, with other values. other: several of them. IDs that have lost a character (U+FFFD) need not be the same.
CREATE TABLE repeated_ids AS
WITH people AS (
    SELECT * FROM users WHERE sourcedId IN (SELECT sourcedId FROM users WHERE NOT contains(sourcedId, chr(65533)) GROUP BY sourcedId HAVING count(*) > 1)
), rooms AS (
    SELECT * FROM classes WHERE sourcedId IN (SELECT sourcedId FROM classes WHERE NOT contains(sourcedId, chr(65533)) GROUP BY sourcedId HAVING count(*) > 1)
), compared AS (
    SELECT 'users' AS tbl, _line, sourcedId AS id, hash(*COLUMNS(* EXCLUDE (_line, status, dateLastModified))) AS every,
        hash(*COLUMNS(* EXCLUDE (_line, status, dateLastModified, orgSourcedIds, agentSourcedIds, userIds, primaryOrgSourcedId))) AS fields,
        hash(_kind, lower(trim(givenName)), lower(trim(familyName))) AS who, givenName IS NULL AND familyName IS NULL AS nameless FROM people
    UNION ALL
    SELECT 'classes', _line, sourcedId, hash(*COLUMNS(* EXCLUDE (_line, status, dateLastModified))),
        hash(*COLUMNS(* EXCLUDE (_line, status, dateLastModified, grades, termSourcedIds, subjects, subjectCodes, periods))),
        hash(lower(trim(title)), schoolSourcedId), title IS NULL FROM rooms
), judged AS (
    SELECT tbl, id, CASE WHEN min(every) = max(every) THEN 'identical' WHEN min(fields) = max(fields) THEN 'lists'
        WHEN min(who) = max(who) AND NOT bool_or(nameless) THEN 'same' ELSE 'other' END AS what FROM compared GROUP BY tbl, id
)
SELECT c.tbl, c._line, c.id, j.what FROM compared AS c JOIN judged AS j ON j.tbl = c.tbl AND j.id = c.id;

-- Enrollments of one person in one class. again: left and come back: no two of them run at one time, as far as their dates say.
-- back: a later one follows.
CREATE TABLE repeated_enrollments AS
WITH those AS (
    SELECT e.*, b.day AS begins, d.day AS ends
    FROM enrollments AS e SEMI JOIN repeated_pairs AS p ON p.classSourcedId = e.classSourcedId AND p.userSourcedId = e.userSourcedId
    LEFT JOIN read_dates AS b ON b.tbl = 'enrollments' AND b.col = 'beginDate' AND b.written = e.beginDate
    LEFT JOIN read_dates AS d ON d.tbl = 'enrollments' AND d.col = 'endDate' AND d.written = e.endDate
), compared AS (
    SELECT _line, classSourcedId AS class, userSourcedId AS id, hash(*COLUMNS(* EXCLUDE (_line, sourcedId, status, dateLastModified, begins, ends))) AS fields,
        ends < current_date AS over, begins, lag(ends) OVER places AS before, lead(_line) OVER places IS NOT NULL AS back FROM those
    WINDOW places AS (PARTITION BY classSourcedId, userSourcedId ORDER BY coalesce(begins, ends) NULLS LAST, ends)
), judged AS (
    SELECT class, id, CASE WHEN min(fields) = max(fields) THEN 'identical'
        WHEN NOT coalesce(bool_or(before >= begins), false) AND (count(*) FILTER (over IS NOT TRUE) <= 1 OR count(*) FILTER (before < begins) = count(*) - 1)
        THEN 'again' ELSE 'other' END AS what
    FROM compared GROUP BY class, id
)
SELECT c._line, c.id, j.what, c.back FROM compared AS c JOIN judged AS j ON j.class = c.class AND j.id = c.id;

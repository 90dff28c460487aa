-- Whom a row is, and the lists of schools and guardians on it. Runs first of all, with the schemas of relations.sql.

-- One row per ID; where several rows share one, the first counts (the repetition is a finding of its own).
CREATE TABLE user_index AS
SELECT u.sourcedId, u._line, u._kind, u.orgSourcedIds AS schools FROM users AS u
LEFT JOIN (SELECT sourcedId, min(_line) AS first FROM users GROUP BY sourcedId HAVING count(*) > 1) AS d ON d.sourcedId = u.sourcedId
WHERE u.sourcedId IS NOT NULL AND (d.first IS NULL OR d.first = u._line);

-- A person in several schools lists them, separated by commas (S1).
CREATE TABLE user_schools AS
SELECT _line, _kind, school FROM (
    SELECT _line, _kind, trim(orgSourcedIds) AS school FROM users WHERE NOT contains(orgSourcedIds, ',')
    UNION ALL
    SELECT DISTINCT _line, _kind, trim(unnest(string_split(orgSourcedIds, ','))) FROM users WHERE contains(orgSourcedIds, ',')
) WHERE school <> '';

CREATE TABLE user_agents AS
SELECT _line, _kind, agent FROM (
    SELECT _line, _kind, trim(agentSourcedIds) AS agent FROM users WHERE NOT contains(agentSourcedIds, ',')
    UNION ALL
    SELECT _line, _kind, trim(unnest(string_split(agentSourcedIds, ','))) FROM users WHERE contains(agentSourcedIds, ',')
) WHERE agent <> '';

-- Lists that are separated otherwise than by commas, so that Connect takes each for one ID. Semicolons, bars and brackets are
-- in no ID of the standard; blanks count where every part is an ID that is there. What is known as it stands is no list.
CREATE TABLE list_forms AS
WITH lists AS (
    SELECT _line, _kind, 'orgSourcedIds' AS col, orgSourcedIds AS list FROM users UNION ALL SELECT _line, _kind, 'agentSourcedIds', agentSourcedIds FROM users
), odd AS (
    SELECT * FROM lists WHERE contains(list, ';') OR contains(list, '|') OR contains(list, '[')
        OR (contains(list, ' ') OR contains(list, chr(9)) OR contains(list, chr(10))) AND regexp_matches(list, '[^\s,]\s+[^\s,]')
), there AS (
    SELECT 'agentSourcedIds' AS col, sourcedId AS id FROM user_index WHERE EXISTS (SELECT 1 FROM odd WHERE col = 'agentSourcedIds')
    UNION
    SELECT 'orgSourcedIds', id FROM (
        SELECT schoolSourcedId AS id FROM classes UNION SELECT schoolSourcedId FROM enrollments UNION SELECT sourcedId FROM orgs
        UNION SELECT schoolId FROM workspace_schools UNION SELECT school FROM user_schools WHERE NOT regexp_matches(school, '[;|\[\s]')
    ) WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM odd WHERE col = 'orgSourcedIds')
), named AS (
    SELECT _line, _kind, col, CASE WHEN starts_with(trim(list), '[') THEN 'brackets' WHEN contains(list, ';') THEN 'semicolons'
            WHEN contains(list, '|') THEN 'vertical bars' WHEN contains(list, '[') THEN 'brackets' ELSE 'blanks' END AS form,
        regexp_split_to_array(regexp_replace(list, '[\[\]"'']', '', 'g'), CASE WHEN regexp_matches(list, '[;|\[]') THEN '[;|,]' ELSE '[\s,]+' END) AS parts
    FROM odd AS o ANTI JOIN there AS t ON t.col = o.col AND t.id = trim(o.list)
), entry AS (
    SELECT DISTINCT _line, _kind, col, form, trim(unnest(parts)) AS id FROM named
)
SELECT e.*, t.id IS NOT NULL AS known FROM entry AS e LEFT JOIN there AS t ON t.col = e.col AND t.id = e.id WHERE e.id <> ''
QUALIFY e.form <> 'blanks' OR bool_and(t.id IS NOT NULL) OVER (PARTITION BY e._line, e.col);

-- What such a list means counts, so that nobody is said to be named by nobody; entries that are nowhere can wait until it is
-- right.
DELETE FROM user_schools WHERE _line IN (SELECT _line FROM list_forms WHERE col = 'orgSourcedIds');

INSERT INTO user_schools SELECT _line, _kind, id FROM list_forms WHERE col = 'orgSourcedIds' AND known;

UPDATE user_index SET schools = NULL WHERE _line IN (SELECT _line FROM list_forms WHERE col = 'orgSourcedIds');

DELETE FROM user_agents WHERE _line IN (SELECT _line FROM list_forms WHERE col = 'agentSourcedIds');

INSERT INTO user_agents SELECT _line, _kind, id FROM list_forms WHERE col = 'agentSourcedIds';

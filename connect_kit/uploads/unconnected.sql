-- Guardians whom no student names although their own row names students: Connect reads relationships on the students' rows
-- only, and would make an account that is connected to nobody.
-- Runs with the schema of the files to be written, then the roster's. Makes "unconnected" (_line).

CREATE OR REPLACE TABLE unconnected AS
WITH listing AS (
    SELECT _line, sourcedId, trim(unnest(string_split(agentSourcedIds, ','))) AS student FROM users
    WHERE _kind = 'guardian' AND agentSourcedIds IS NOT NULL AND sourcedId IS NOT NULL
), turned AS (
    SELECT DISTINCT l._line, l.sourcedId FROM listing AS l SEMI JOIN users AS s ON s.sourcedId = l.student AND s._kind = 'student'
), named AS (
    SELECT trim(unnest(string_split(agentSourcedIds, ','))) AS agent FROM users
    WHERE _kind = 'student' AND agentSourcedIds IS NOT NULL AND EXISTS (SELECT 1 FROM turned)
    UNION ALL
    SELECT guardianSourcedId FROM guardians WHERE EXISTS (SELECT 1 FROM turned)
)
SELECT t._line FROM turned AS t ANTI JOIN named AS n ON n.agent = t.sourcedId;

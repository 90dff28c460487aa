-- Guardians that students of users.csv name (S1), by guardian's ID.

CREATE TEMP TABLE named_agents AS
SELECT s._line, s.id AS student, a.agent, r.connectUserId AS account
FROM student_ids AS s JOIN agents AS a ON a._line = s._line LEFT JOIN guardian_roles AS r ON r.guardianId = a.agent;

CREATE TEMP TABLE pairs AS SELECT _line, student, account FROM named_agents WHERE account IS NOT NULL;

CREATE TEMP TABLE moved AS
SELECT DISTINCT n.student, c.held FROM claims AS c JOIN named_agents AS n ON n.agent = c.id
WHERE c.kind = 'guardian' AND c.held IS NOT NULL;

CREATE TEMP TABLE unknown_agents AS
SELECT _line, min(agent) AS agent FROM named_agents WHERE account IS NULL GROUP BY _line;

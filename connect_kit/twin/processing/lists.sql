-- Lists in users.csv, separated by commas: blanks around an entry do not count, empty ones are dropped, repeated ones
-- count once.

CREATE TEMP TABLE user_schools AS
WITH several AS (
    SELECT _line, trim(unnest(parts)) AS school, unnest(range(1, len(parts) + 1)) AS place
    FROM (SELECT _line, string_split(orgSourcedIds, ',') AS parts FROM given WHERE contains(orgSourcedIds, ','))
), firsts AS (
    SELECT _line, school, min(place) AS place FROM several WHERE school <> '' GROUP BY _line, school
)
SELECT _line, trim(orgSourcedIds) AS school, 1::INTEGER AS place FROM given WHERE NOT contains(orgSourcedIds, ',')
UNION ALL
SELECT _line, school, row_number() OVER (PARTITION BY _line ORDER BY place)::INTEGER FROM firsts;

CREATE TEMP TABLE agents AS
SELECT _line, trim(agentSourcedIds) AS agent FROM given WHERE NOT contains(agentSourcedIds, ',')
UNION ALL
SELECT _line, unnest(list_distinct(list_filter(list_transform(string_split(agentSourcedIds, ','), lambda x: trim(x)), lambda x: x <> '')))
FROM given WHERE contains(agentSourcedIds, ',');

-- What the self-check's rule counts: students' guardians. Only rows that list so many can have too many.
CREATE TEMP TABLE user_agents AS
SELECT a._line, a.agent FROM agents AS a
SEMI JOIN (SELECT _line FROM given WHERE _kind = 'student' AND strlen(agentSourcedIds) - strlen(replace(agentSourcedIds, ',', '')) >= {most}) AS g ON g._line = a._line;

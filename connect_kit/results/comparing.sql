-- One file: rows sent (sent), what came back (got) and the forecast (fore), joined by the kind's key columns into rows.
-- {key}: what is compared. A key that stands on several rows is told by its place among them.

CREATE OR REPLACE TABLE g AS
WITH keyed AS (SELECT *, {key} AS key FROM got),
placed AS (
    SELECT n, row_number() OVER (PARTITION BY key ORDER BY n) AS nth FROM keyed
    WHERE key IN (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1)
)
SELECT keyed.*, coalesce(nth, 1) AS nth FROM keyed LEFT JOIN placed USING (n);

DROP TABLE got;

CREATE OR REPLACE TABLE s AS
WITH keyed AS (SELECT *, {key} AS key FROM sent),
placed AS (
    SELECT n, row_number() OVER (PARTITION BY key ORDER BY n) AS nth FROM keyed
    WHERE key IN (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1)
)
SELECT keyed.*, coalesce(nth, 1) AS nth FROM keyed LEFT JOIN placed USING (n);

DROP TABLE sent;

-- Connect's texts are not documented and may repeat what the row holds: names and contacts are taken out (decision 24).
CREATE OR REPLACE TABLE told AS
SELECT g.n, {masked} AS message
FROM g JOIN {received} AS r ON r._line = g.line
LEFT JOIN s ON s.key = g.key AND s.nth = g.nth LEFT JOIN {original} AS o ON o._line = s.line
WHERE trim(g.message) <> '';

INSERT INTO rows BY NAME
WITH joined AS (
    SELECT {place} AS place, coalesce(s.n, g.n) AS n, s.n AS sent, g.n AS came, coalesce(s.line, g.line) AS line,
        g.line AS result_line, coalesce(s.k1, g.k1) AS "sourcedId", coalesce(s.k2, g.k2) AS second_id,
        CASE WHEN g.n IS NOT NULL THEN coalesce(nullif(upper(trim(g.result)), ''), 'BLANK') END AS result,
        nullif(upper(trim(g.action)), '') AS action, nullif(trim(g.code), '') AS code, told.message AS message,
        fore.result AS forecast_result, fore.action AS forecast_action, fore.code AS forecast_code,
        CASE WHEN s.n IS NOT NULL AND g.n IS NOT NULL AND {altered}
            THEN 'its ID was told without its leading zeros' END AS note
    FROM s FULL JOIN g ON s.key = g.key AND s.nth = g.nth
    LEFT JOIN told ON told.n = g.n
    LEFT JOIN fore ON fore.n = s.n
)
SELECT * EXCLUDE (sent, came),
    CASE
        WHEN NOT {planned} THEN 'no forecast'
        WHEN sent IS NULL THEN 'not sent'
        WHEN came IS NULL THEN 'not in result'
        WHEN forecast_result IS NULL THEN 'no forecast'
        WHEN result = 'SUCCESS' AND forecast_result <> 'SUCCESS' THEN 'better'
        WHEN result <> 'SUCCESS' AND forecast_result = 'SUCCESS' THEN 'worse'
        WHEN result <> 'SUCCESS' OR action IS NULL OR action = forecast_action THEN 'as forecast'
        -- Connect's own words are CREATED and UPDATED (S4): where it nowhere tells what stayed as it was, that is UPDATED.
        WHEN forecast_action = 'UNCHANGED' AND action = 'UPDATED'
            AND NOT (SELECT coalesce(bool_or(upper(trim(action)) = 'UNCHANGED'), false) FROM g) THEN 'as forecast'
        ELSE 'other action'
    END AS verdict
FROM joined;

DROP TABLE g;
DROP TABLE s;
DROP TABLE told;
DROP TABLE fore;

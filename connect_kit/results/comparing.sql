-- One file: rows sent (s), what came back (g) and the forecast, joined by key and place among equal keys into rows.

-- Connect's texts are not documented and may repeat what the row holds: names and contacts are taken out (decision 24).
CREATE OR REPLACE TABLE messages AS
SELECT g.n, {masked} AS message
FROM g JOIN {received} AS r ON r._line = g.line
LEFT JOIN s ON s.key = g.key AND s.nth = g.nth LEFT JOIN {original} AS o ON o._line = s.line
WHERE trim(g.message) <> '';

INSERT INTO rows BY NAME
WITH joined AS (
    SELECT {place} AS place, coalesce(s.n, g.n) AS n, s.n AS sent, g.n AS came, coalesce(s.line, g.line) AS line,
        g.line AS result_line, coalesce(s.k1, g.k1) AS "sourcedId", coalesce(s.k2, g.k2) AS second_id,
        CASE WHEN g.n IS NOT NULL THEN coalesce(nullif(upper(trim(g.result)), ''), 'BLANK') END AS result,
        nullif(upper(trim(g.action)), '') AS action, nullif(trim(g.code), '') AS code, messages.message AS message,
        forecast.result AS forecast_result, forecast.action AS forecast_action, forecast.code AS forecast_code,
        CASE WHEN s.n IS NOT NULL AND g.n IS NOT NULL AND {altered}
            THEN 'its ID came back without its leading zeros' END AS note
    FROM s FULL JOIN g ON s.key = g.key AND s.nth = g.nth
    LEFT JOIN messages ON messages.n = g.n
    LEFT JOIN forecast ON forecast.n = s.n
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
        -- Connect's own words are CREATED and UPDATED (S4): where nothing is called unchanged, that is UPDATED.
        WHEN forecast_action = 'UNCHANGED' AND action = 'UPDATED'
            AND NOT (SELECT coalesce(bool_or(upper(trim(action)) = 'UNCHANGED'), false) FROM g) THEN 'as forecast'
        ELSE 'other action'
    END AS verdict
FROM joined;

DROP TABLE g;
DROP TABLE s;
DROP TABLE messages;
DROP TABLE forecast;

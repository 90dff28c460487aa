-- The rows of {table}, numbered among those of equal key: {key} is what is compared.
CREATE OR REPLACE TABLE {to} AS
WITH keyed AS (SELECT *, {key} AS key FROM {table}),
placed AS (
    SELECT n, row_number() OVER (PARTITION BY key ORDER BY n) AS nth FROM keyed
    WHERE key IN (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1)
)
SELECT keyed.*, coalesce(nth, 1) AS nth FROM keyed LEFT JOIN placed USING (n);

DROP TABLE {table};

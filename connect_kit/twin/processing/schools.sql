-- Schools of a file as Connect knows them, by School ID (S9); {listed} names a table of the file with a column school.
-- padded: unknown as written, known with its leading zeros (S3: IDs must match exactly).

CREATE TEMP TABLE school_status AS
WITH delivered AS (
    SELECT DISTINCT {column} AS school FROM {listed} WHERE {column} IS NOT NULL
), known AS (
    SELECT schoolId AS school, min(connectSchoolId) AS connectSchoolId FROM schools WHERE schoolId IS NOT NULL GROUP BY schoolId
), zeros AS (
    SELECT DISTINCT ltrim(school, '0') AS digits FROM known WHERE regexp_full_match(school, '[0-9]+')
)
SELECT d.school, k.connectSchoolId,
    CASE WHEN k.school IS NOT NULL THEN 'known' WHEN z.digits IS NOT NULL THEN 'padded' ELSE 'unknown' END AS status
FROM delivered AS d
LEFT JOIN known AS k ON k.school = d.school
LEFT JOIN zeros AS z ON z.digits = ltrim(d.school, '0') AND regexp_full_match(d.school, '[0-9]+');

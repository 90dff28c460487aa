-- Orgs that people list and that are not schools of the delivery: "not_schools" (school, what), with what = 'district' (the
-- district's own org, or one above it) or 'guardians' (an org that nobody but guardians has).
-- Runs with the caller's schema first, then the roster's. known: SQL of the School IDs recorded on Connect, as "school".
-- guess: whether one org, if there is one only, may be taken for the district's although no orgs.csv says so.

CREATE TABLE not_schools AS
WITH lists AS (
    SELECT _kind, CASE WHEN regexp_matches(list, '[;|\[]') THEN regexp_split_to_array(regexp_replace(list, '[\[\]"'']', '', 'g'), '[;|,]')
        ELSE string_split(list, ',') END AS parts
    FROM (SELECT DISTINCT _kind, orgSourcedIds AS list FROM users WHERE orgSourcedIds IS NOT NULL)
), people AS (
    SELECT school, bool_and(_kind = 'guardian') AS guardians, bool_and(_kind IN ('teacher', 'administrator')) AS staff
    FROM (SELECT _kind, trim(unnest(parts)) AS school FROM lists) WHERE school <> '' GROUP BY school
), taught AS (
    SELECT schoolSourcedId AS school FROM classes WHERE schoolSourcedId IS NOT NULL
    UNION SELECT schoolSourcedId FROM enrollments WHERE schoolSourcedId IS NOT NULL
), known AS (
    SELECT DISTINCT school, CASE WHEN regexp_full_match(school, '[0-9]+') THEN ltrim(school, '0') END AS digits FROM ({known})
), above AS (
    SELECT DISTINCT sourcedId AS school FROM orgs WHERE lower(trim(type)) IN ('district', 'local', 'state', 'national')
), strangers AS (
    SELECT p.*, a.school IS NOT NULL AS above FROM people AS p
    LEFT JOIN above AS a ON a.school = p.school
    ANTI JOIN taught AS t ON t.school = p.school
    ANTI JOIN known AS k ON k.school = p.school OR (a.school IS NULL AND k.digits = ltrim(p.school, '0') AND regexp_full_match(p.school, '[0-9]+'))
)
SELECT school, 'district' AS what FROM strangers WHERE above
UNION ALL
SELECT school, 'guardians' FROM strangers WHERE guardians AND NOT above AND EXISTS (SELECT 1 FROM known)
UNION ALL
SELECT school, 'district' FROM (SELECT school, count(*) OVER () AS n FROM strangers WHERE staff AND NOT above)
WHERE n = 1 AND {guess} AND EXISTS (SELECT 1 FROM known) AND NOT EXISTS (SELECT 1 FROM orgs WHERE sourcedId IS NOT NULL);

-- Pairs of a student on Connect (c) and one of the delivery (d), with what their names and families say, in bits.
-- {weight}: the match weight of the fields that a move, a new school year and a new ID do not change; {undecidable}: a pair
-- that may be twins; {household}: a guardian or contact in common; {apart}: guardians on both sides, of whom none agree.

CREATE TABLE candidates AS
SELECT unique_id_l AS d, unique_id_r AS c, {weight} AS weight, {undecidable} AS undecidable, {household} AS household, {apart} AS apart, true AS compared
FROM scored WHERE unique_id_r IN (SELECT c FROM gone) AND unique_id_l IN (SELECT d FROM fresh);

-- Who has one partner, by much more than a name, and by far the likeliest: others would change nothing.
CREATE TABLE settled AS
SELECT c, d FROM candidates WHERE weight >= {sure}
QUALIFY weight >= {sure} + 15 AND NOT undecidable AND count(*) OVER (PARTITION BY c) = 1 AND count(*) OVER (PARTITION BY d) = 1;

CREATE TABLE pairs AS
FROM candidates SEMI JOIN settled USING (c, d)
UNION ALL FROM candidates AS p ANTI JOIN settled AS s ON s.c = p.c ANTI JOIN settled AS t ON t.d = p.d;

-- The same names, where there are too many of them to have been compared: in a grade that may be, and of many at one school.
CREATE TABLE namesakes AS
WITH few AS (
    SELECT names, l * r <= {most} AS every
    FROM (SELECT names, count(*) AS l FROM gone WHERE names IS NOT NULL GROUP BY names) JOIN (SELECT names, count(*) AS r FROM fresh GROUP BY names) USING (names)
)
SELECT f.d, g.c FROM gone AS g JOIN few USING (names) JOIN fresh AS f USING (names) LEFT JOIN school_map AS m ON m.connect_school = g.connect_school
ANTI JOIN pairs AS p ON p.d = f.d AND p.c = g.c ANTI JOIN settled AS s ON s.d = f.d ANTI JOIN settled AS t ON t.c = g.c
WHERE (few.every AND coalesce(f.grade - g.grade BETWEEN -1 AND 2, true) OR (m.school = f.school AND (f.grade - g.grade IN (0, 1) OR f.grade IS NULL OR g.grade IS NULL)));

CREATE MACRO apart(a, b) AS coalesce(a.ties, a.tie_names) IS NOT NULL AND coalesce(b.ties, b.tie_names) IS NOT NULL AND NOT coalesce(list_has_any(a.ties, b.ties), false)
    AND NOT coalesce(list_has_any(a.tie_names, b.tie_names), false) AND NOT coalesce(list_has_any(a.contacts, b.contacts), false);

INSERT INTO pairs
SELECT n.d, n.c, log2(0.6 / greatest(a.tf_names, b.tf_names, 1e-7)), false, false, apart(a, b), false
FROM namesakes AS n JOIN people AS a ON a.unique_id = n.d JOIN people AS b ON b.unique_id = n.c;

-- IDs with the same digits or letters, where only one of either side has them; the old ID as the new identifier.
CREATE TABLE id_keys AS
WITH old AS (FROM gone ANTI JOIN settled USING (c)), new AS (FROM fresh ANTI JOIN settled USING (d))
SELECT side, n, hash(what, key) AS key FROM (
    SELECT 'c' AS side, c AS n, 'core' AS what, digit_core(old_id) AS key FROM old UNION ALL SELECT 'd', d, 'core', digit_core(new_id) FROM new
    UNION ALL SELECT 'c', c, 'id', lower(old_id) FROM old UNION ALL SELECT 'd', d, 'id', lower(new_id) FROM new
    UNION ALL SELECT 'c', c, 'number', old_id FROM old UNION ALL SELECT 'd', d, 'number', identifier FROM new
) WHERE key IS NOT NULL;

CREATE TABLE alike AS
SELECT max(n) FILTER (side = 'd') AS d, max(n) FILTER (side = 'c') AS c FROM id_keys
GROUP BY key HAVING count(*) FILTER (side = 'd') = 1 AND count(*) FILTER (side = 'c') = 1;

-- What names say where the model has not compared them: it leaves out what is not one child in its eyes.
INSERT INTO pairs
SELECT d, c, given + family, false, false, apart, false FROM (
    SELECT x.d, x.c, apart(a, b) AS apart, CASE WHEN a.given_first = b.given_first THEN log2(0.4 / greatest(a.tf_given_first, b.tf_given_first, 2e-4))
            WHEN list_contains(a.given_roots, b.given_first) OR list_contains(b.given_roots, a.given_first) THEN 3.5
            WHEN a.given IS NULL OR b.given IS NULL THEN 0 WHEN jaro_winkler_similarity(a.given, b.given) >= 0.85 THEN 4
            WHEN a.given = b.family AND a.family = b.given THEN 12 ELSE -8 END AS given,
        CASE WHEN a.family = b.family THEN log2(0.7 / greatest(a.tf_family, b.tf_family, 3e-5)) WHEN a.family IS NULL OR b.family IS NULL THEN 0
            WHEN list_has_any(a.family_tokens, b.family_tokens) THEN 4 WHEN jaro_winkler_similarity(a.family, b.family) >= 0.85 THEN 4 ELSE -4.6 END AS family
    FROM (SELECT DISTINCT d, c FROM alike ANTI JOIN pairs USING (d, c)) AS x JOIN people AS a ON a.unique_id = x.d JOIN people AS b ON b.unique_id = x.c
);

-- Everything else that is known of a pair.
CREATE TABLE facts AS
SELECT * EXCLUDE (old_id, new_id), CASE WHEN pattern <> 'unrelated' OR NOT only_digits(old_id || new_id) THEN id_rule(old_id, new_id, pattern) END AS rule FROM (
    SELECT p.*, CASE WHEN g.names = f.names THEN g.names END AS names, g.names = f.names AND a.names IS NOT NULL AND b.names IS NOT NULL AS only_names, g.old_id, f.new_id, g.connect_school,
        f.school, g.grade AS old_grade, f.grade AS new_grade, f.grade - g.grade AS step,
        CASE WHEN m.school IS NULL OR f.school IS NULL THEN NULL ELSE m.school = f.school OR coalesce(list_contains(f.schools, m.school), false) END AS same_school,
        f.identifier = g.old_id AS numbered, quick_pattern(g.old_id, f.new_id) AS pattern
    FROM pairs AS p JOIN gone AS g USING (c) JOIN fresh AS f USING (d) LEFT JOIN school_map AS m ON m.connect_school = g.connect_school
    LEFT JOIN (SELECT names FROM gone GROUP BY names HAVING count(*) = 1) AS a ON a.names = g.names
    LEFT JOIN (SELECT names FROM fresh GROUP BY names HAVING count(*) = 1) AS b ON b.names = f.names
    WHERE NOT coalesce(g.generation <> f.generation, false)
);

-- Children of one name whom nothing distinguishes: that so many of them come under new IDs is known, and not who is who.
-- Needs ``weighed``, ``facts`` and ``assigned``.

CREATE TABLE open_pairs AS
SELECT w.c, w.d, f.names, f.school, f.new_grade AS grade, w.fitting, pow(2, least(w.weight, 300)) AS odds
FROM weighed AS w JOIN facts AS f USING (c, d)
WHERE f.names IS NOT NULL AND NOT w.undecidable AND NOT w.cousins AND w.c NOT IN (SELECT c FROM assigned) AND w.d NOT IN (SELECT d FROM assigned);

-- Whom a child on Connect is among: those of the name at the likeliest school and in the likeliest grade.
CREATE TABLE among AS
SELECT * FROM (SELECT c, names, school, grade, sum(odds) AS odds, bool_and(fitting) AS fitting FROM open_pairs GROUP BY ALL)
QUALIFY row_number() OVER (PARTITION BY c ORDER BY odds DESC, school, grade) = 1;

-- The delivery shows that the child is one of them; or several are gone and several have come, of the same name.
CREATE TABLE undecided AS
WITH sizes AS (SELECT names, school, grade, count(DISTINCT d) AS m FROM open_pairs GROUP BY ALL), counted AS (
    SELECT a.*, s.m, count(*) FILTER (a.fitting) OVER (PARTITION BY a.names, a.school, a.grade) AS n FROM among AS a
    JOIN sizes AS s ON s.names = a.names AND s.school IS NOT DISTINCT FROM a.school AND s.grade IS NOT DISTINCT FROM a.grade
)
SELECT c, school, least(1, m / count(*) OVER (PARTITION BY names, school, grade)) AS share FROM counted
WHERE odds >= 9 OR fitting AND n >= 2 AND m >= 2;

-- What the certain pairs show: how grades rise, who changes school, how IDs change. Needs ``facts``.

-- Children whose ID has not changed show the turn of the year as well.
CREATE TABLE steps AS
SELECT connect_school, old_grade, step, same_school, count(*) AS n FROM (
    SELECT m.connect_school, a.rank AS old_grade, b.rank - a.rank AS step,
        s.school = coalesce(list_extract(entries(u.orgSourcedIds), 1), (SELECT school FROM default_school)) AS same_school
    FROM managed_students AS m JOIN shown_ids AS i ON i.shown = m.old_id JOIN users AS u ON u.sourcedId = i.sourcedId AND u._kind = 'student'
    LEFT JOIN grade_ranks AS a ON a.written = m.grade LEFT JOIN grade_ranks AS b ON b.written = u.grades
    LEFT JOIN school_map AS s ON s.connect_school = m.connect_school
    UNION ALL
    -- Names that only one of either side has.
    SELECT connect_school, old_grade, step, same_school FROM facts WHERE only_names
) GROUP BY ALL;

-- Of a school's children, smoothed by the district's: the share that rises by so many grades.
CREATE TABLE grade_steps AS
WITH district AS (
    SELECT step, (sum(n) + CASE step WHEN 0 THEN 1 WHEN 1 THEN 1 ELSE 0.02 END) / ((SELECT coalesce(sum(n), 0) FROM steps WHERE step IS NOT NULL) + 2.1) AS share
    FROM (SELECT step, n FROM steps WHERE step IS NOT NULL UNION ALL SELECT unnest([0, 1]), 0) GROUP BY step
), schools AS (
    SELECT connect_school, sum(n) AS n FROM steps WHERE step IS NOT NULL GROUP BY ALL
)
SELECT s.connect_school, d.step, (coalesce(k.n, 0) + 10 * d.share) / (s.n + 10) AS share
FROM schools AS s CROSS JOIN district AS d LEFT JOIN (SELECT connect_school, step, sum(n) AS n FROM steps GROUP BY ALL) AS k USING (connect_school, step)
UNION ALL SELECT '', step, share FROM district;

-- Of a grade's children, smoothed by the district's: the share that stays at its school. From the last grade nobody does.
CREATE TABLE stays AS
WITH district AS (SELECT (coalesce(sum(n) FILTER (same_school), 0) + 9) / (coalesce(sum(n), 0) + 10) AS share FROM steps WHERE same_school IS NOT NULL)
SELECT old_grade, (coalesce(sum(n) FILTER (same_school), 0) + 5 * any_value(share)) / (sum(n) + 5) AS share
FROM steps, district WHERE same_school IS NOT NULL GROUP BY old_grade
UNION ALL SELECT -1, share FROM district;

-- Where guardians are known, they hardly ever all change with the ID: then none in common means another child, as a cousin,
-- however rare the name. Unless this delivery shows that they do.
CREATE TABLE families AS
SELECT (count(*) FILTER (apart) + 1) / (count(*) FILTER (apart OR household) + 30) < 0.1 AS stay FROM facts WHERE only_names;

-- Pairs that names make certain, rare ones or those that only one of either side has, where family, school and grade agree.
CREATE TABLE likely AS
SELECT f.c, f.d, f.connect_school, f.rule FROM facts AS f LEFT JOIN grade_steps AS s ON s.connect_school = f.connect_school AND s.step = f.step
WHERE NOT (apart AND (SELECT stay FROM families)) AND (weight >= {certain} OR (only_names AND weight >= 3)) AND NOT undecidable AND (household OR coalesce(same_school, true)) AND (f.step IS NULL OR s.share >= 0.1);

CREATE TABLE certain AS
SELECT * FROM likely WHERE c NOT IN (SELECT c FROM likely GROUP BY c HAVING count(*) > 1) AND d NOT IN (SELECT d FROM likely GROUP BY d HAVING count(*) > 1);

-- The share of a school's missing children who have a partner, and how many of them there are. A few say little.
CREATE TABLE priors AS
WITH district AS (SELECT ((SELECT count(*) FROM certain) + 0.2) / ((SELECT count(*) FROM gone) + 4) AS share, (SELECT count(*) FROM fresh) AS others)
SELECT g.connect_school, greatest(least((coalesce(k.n, 0) + 2 * d.share) / (g.n + 2), 0.98), 0.02) AS partnered, others
FROM (SELECT connect_school, count(*) AS n FROM gone GROUP BY ALL) AS g CROSS JOIN district AS d
LEFT JOIN (SELECT connect_school, count(*) AS n FROM certain GROUP BY ALL) AS k USING (connect_school);

-- The change that most IDs of a school have in common; where a school shows none, the district's.
CREATE TABLE id_rules AS
WITH counted AS (
    SELECT connect_school, rule, count(*) AS n FROM certain GROUP BY ALL
    UNION ALL SELECT NULL, rule, count(*) FROM certain GROUP BY rule
)
SELECT connect_school, rule, n / whole AS share FROM (SELECT *, sum(n) OVER (PARTITION BY connect_school) AS whole FROM counted)
WHERE rule IS NOT NULL AND n >= 3 AND n > 0.5 * whole;

-- How common schools and grades are among the students whose ID is new; where they are few, among all.
CREATE TABLE common AS
WITH all_students AS (
    SELECT coalesce(s.schools[1], (SELECT school FROM default_school)) AS school, g.rank AS grade FROM persons AS s LEFT JOIN grade_ranks AS g ON g.written = s.grade WHERE s.source = 'roster'
)
SELECT 'school' AS what, school AS value, (coalesce(f.n, 0) + 20 * a.n / (SELECT count(*) FROM all_students)) / ((SELECT count(*) FROM fresh) + 20)::DOUBLE AS share
FROM (SELECT school, count(*) AS n FROM all_students WHERE school IS NOT NULL GROUP BY school) AS a LEFT JOIN (SELECT school, count(*) AS n FROM fresh GROUP BY school) AS f USING (school)
UNION ALL
SELECT 'grade', grade::VARCHAR, (coalesce(f.n, 0) + 13 * a.n / (SELECT count(*) FROM all_students)) / ((SELECT count(*) FROM fresh) + 13)::DOUBLE
FROM (SELECT grade, count(*) AS n FROM all_students WHERE grade IS NOT NULL GROUP BY grade) AS a LEFT JOIN (SELECT grade, count(*) AS n FROM fresh GROUP BY grade) AS f USING (grade);

-- The log2 of the odds that two records are one child, before other partners are looked at; who is much less likely than
-- all others together is none.
CREATE TABLE weighed AS
SELECT * REPLACE (CASE WHEN cousins THEN least(weight - greatest(from_names - 4, 0), 5) ELSE weight END AS weight) FROM (
SELECT f.c, f.d, f.rule IS NOT NULL AND f.rule = coalesce(r.rule, '') AS follows, f.undecidable, f.weight AS from_names,
    f.apart AND (SELECT stay FROM families) AND NOT coalesce(f.numbered, false) AND NOT coalesce(f.rule = r.rule, false) AS cousins,
    coalesce(f.same_school, true) AND (f.step IS NULL OR coalesce(s.share, dg.share) >= 0.1) AS fitting,
    log2(p.partnered / (1 - p.partnered)) - log2(greatest(p.others, 1))
    + f.weight
    + CASE WHEN f.step IS NULL OR cg.share IS NULL THEN 0 ELSE log2(greatest(coalesce(s.share, dg.share, 0), 0.002) / cg.share) END
    + CASE WHEN f.same_school IS NULL OR cs.share IS NULL THEN 0 WHEN f.same_school THEN log2(greatest(coalesce(st.share, da.share), 0.02) / cs.share)
        ELSE log2(greatest(1 - coalesce(st.share, da.share), 0.02) / greatest(1 - cs.share, 0.02)) END
    + CASE WHEN f.numbered THEN log2(0.9 * greatest(p.others, 2))
        WHEN r.rule IS NOT NULL THEN CASE WHEN f.rule = r.rule THEN log2(r.share * greatest(p.others, 2)) ELSE log2(greatest(1 - r.share, 0.02)) END
        WHEN f.pattern IN ('zeros_lost', 'zeros_gained', 'case', 'separators', 'decimal') THEN log2(0.2 * greatest(p.others, 5)) ELSE 0 END AS weight
FROM facts AS f JOIN priors AS p USING (connect_school)
LEFT JOIN grade_steps AS s ON s.connect_school = f.connect_school AND s.step = f.step
LEFT JOIN grade_steps AS dg ON dg.connect_school = '' AND dg.step = f.step
LEFT JOIN common AS cg ON cg.what = 'grade' AND cg.value = f.new_grade::VARCHAR
LEFT JOIN common AS cs ON cs.what = 'school' AND cs.value = f.school
LEFT JOIN stays AS st ON st.old_grade = f.old_grade LEFT JOIN stays AS da ON da.old_grade = -1
LEFT JOIN (
    SELECT k.connect_school, coalesce(o.rule, w.rule) AS rule, coalesce(o.share, w.share) AS share
    FROM (SELECT DISTINCT connect_school FROM gone) AS k LEFT JOIN id_rules AS o USING (connect_school)
    LEFT JOIN (SELECT rule, share FROM id_rules WHERE connect_school IS NULL) AS w
        ON k.connect_school NOT IN (SELECT connect_school FROM certain GROUP BY ALL HAVING count(*) >= 5)
) AS r ON r.connect_school = f.connect_school
) WHERE weight > -12 OR follows;

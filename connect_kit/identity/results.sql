-- Tables ``id_changes`` and ``id_shares`` from what was found. {share}, {least}: from where on a change is a mass change.
-- {number}: how many come under new IDs; of several children of one name as many as the delivery has, ``probability`` is the share.

CREATE TABLE found AS
SELECT * REPLACE (CASE WHEN kind IN ('classrooms', 'schools') THEN id_rule(old_id, new_id, pattern) ELSE rule END AS rule) FROM (
    SELECT 'students' AS kind, f.school, g.connect_school, g.connect_id, g.old_id, f.new_id, a.probability, x.pattern, x.rule
    FROM assigned AS a JOIN gone AS g USING (c) JOIN fresh AS f USING (d) LEFT JOIN facts AS x ON x.c = a.c AND x.d = a.d
    UNION ALL
    SELECT 'students', u.school, g.connect_school, g.connect_id, g.old_id, NULL, u.share, 'undecided', NULL FROM undecided AS u JOIN gone AS g USING (c)
    UNION ALL
    SELECT g.kind, coalesce(m.school, f.schools[1]), p.connect_school, g.connect_id, g.old_id, f.new_id, a.probability, a.pattern, a.rule
    FROM same_adults AS a JOIN gone_adults AS g USING (c) JOIN fresh_adults AS f USING (d)
    JOIN managed_adults AS p ON p.c = g.c LEFT JOIN school_map AS m ON m.connect_school = p.connect_school
    UNION ALL
    SELECT 'classrooms', school, connect_school, connect_id, old_id, new_id, probability, pattern, NULL FROM same_rooms
    UNION ALL
    SELECT 'schools', new_id, connect_school, connect_school, old_id, new_id, probability, pattern, NULL FROM school_changes
);

-- What looks like a prefix or suffix of a short ID is chance where no other ID of the kind has changed in this way.
CREATE TABLE chances AS
SELECT kind, rule FROM (SELECT kind, rule, count(*) AS n FROM found WHERE starts_with(pattern, 'prefix') OR starts_with(pattern, 'suffix') GROUP BY ALL)
JOIN (SELECT kind, count(*) AS whole FROM found GROUP BY ALL) USING (kind) WHERE 4 * n < whole;

CREATE VIEW named AS
SELECT f.* REPLACE (CASE WHEN c.rule IS NOT NULL AND least(length(old_id), length(new_id)) < 5 THEN 'unrelated' ELSE pattern END AS pattern)
FROM found AS f LEFT JOIN chances AS c USING (kind, rule);

CREATE TABLE managed_records AS
SELECT 'students' AS kind, connect_school, count(*) AS n FROM managed_students GROUP BY ALL
UNION ALL SELECT kind, connect_school, count(*) FROM managed_adults GROUP BY ALL
UNION ALL SELECT 'classrooms', connect_school, count(*) FROM managed_rooms GROUP BY ALL
UNION ALL SELECT 'schools', NULL, count(*) FROM connect_schools WHERE recorded IS NOT NULL;

-- All schools are counted together: a school has but one ID of its own.
INSERT INTO id_shares
SELECT kind, school, connect_school, name, managed, changed, changed > {share} * managed AND changed >= {least}, pattern FROM (
    SELECT f.kind, CASE WHEN f.kind <> 'schools' THEN mode(f.school) END AS school, k.connect_school, any_value(s.name) AS name, any_value(k.n) AS managed,
        {number} AS changed, mode(f.pattern) AS pattern
    FROM named AS f JOIN managed_records AS k ON k.kind = f.kind AND k.connect_school IS NOT DISTINCT FROM CASE WHEN f.kind <> 'schools' THEN f.connect_school END
    LEFT JOIN connect_schools AS s ON s.connect_school = k.connect_school
    GROUP BY f.kind, k.connect_school
);

INSERT INTO id_changes
SELECT f.kind, f.school, f.connect_school, f.connect_id, f.old_id, f.new_id, f.pattern, round(f.probability, 4), s.mass
FROM named AS f JOIN id_shares AS s ON s.kind = f.kind AND s.connect_school IS NOT DISTINCT FROM CASE WHEN f.kind <> 'schools' THEN f.connect_school END;

-- The evidence of every pair of a class and a classroom. Continues blocks.sql once ``similar_cores`` (a, b, ratio ...) is there.
-- What is unknown on one side is not evidence (NULL).

CREATE MACRO in_common(bits, other) AS (bits & other) > 0;

CREATE TABLE evidence AS
SELECT c.l, c.r, i.holders AS id_holders, m.known, m.all_members, coalesce(s.shared, 0) AS shared,
    CASE WHEN i.l IS NOT NULL THEN 'shared' END AS id,
    CASE WHEN a.core = b.core THEN CASE WHEN a.unique_title AND b.unique_title AND a.number_bits IS NOT DISTINCT FROM b.number_bits THEN 'only' ELSE 'same' END
        WHEN w.ratio >= 85 THEN 'spelling' WHEN w.part THEN 'part' WHEN w.ratio >= 60 OR w.overlap THEN 'alike' WHEN w.ratio IS NOT NULL THEN 'different' END AS title,
    CASE WHEN a.number_bits = b.number_bits THEN 'same' WHEN in_common(a.number_bits, b.number_bits) THEN 'overlap' WHEN NOT in_common(a.number_bits, b.number_bits) THEN 'differs' END AS number,
    CASE WHEN in_common(a.section_bits, b.section_bits) THEN 'same' WHEN NOT in_common(a.section_bits, b.section_bits) THEN 'differs' END AS section,
    CASE WHEN in_common(a.period_bits, b.period_bits) THEN 'same' WHEN NOT in_common(a.period_bits, b.period_bits) THEN 'differs' END AS period,
    CASE WHEN a.grade_bits = b.grade_bits THEN 'same' WHEN in_common(a.grade_bits, b.grade_bits) THEN 'overlap' WHEN NOT in_common(a.grade_bits, b.grade_bits) THEN 'differs' END AS grade,
    CASE WHEN in_common(a.sole_bloom, b.sole_bloom) AND list_has_any(a.sole_keys, b.sole_keys) THEN 'only'
        WHEN in_common(a.staff_bloom, b.staff_bloom) AND list_has_any(a.staff, b.staff) THEN 'same'
        WHEN list_has_any(a.sole_names, b.names) THEN 'only name'
        WHEN in_common(a.name_bloom, b.name_bloom) AND list_has_any(a.names, b.names) THEN 'name' WHEN a.names IS NOT NULL AND b.names IS NOT NULL THEN 'differs' END AS teacher,
    CASE WHEN NOT a.has_students OR m.known IS NULL THEN NULL
        WHEN s.shared >= 0.8 * m.known AND s.shared >= 2 THEN 'most' WHEN s.shared >= 0.5 * m.known THEN 'half' WHEN s.shared >= 0.3 * m.known THEN 'some' WHEN s.shared > 0 THEN 'few'
        WHEN m.known >= 5 THEN 'none' WHEN m.known >= 3 THEN 'none of few'
        WHEN m.known <= 0.1 * m.all_members AND m.all_members >= 5 AND m.usual THEN 'strangers' END AS members,
    CASE WHEN b.rooms IS NULL THEN NULL WHEN list_has_any(a.rooms, b.rooms) THEN 'same' WHEN a.rooms IS NOT NULL THEN 'differs' END AS room,
    CASE WHEN b.years IS NULL THEN NULL WHEN NOT list_has_any(a.years, b.years) THEN 'differs' WHEN a.years IS NULL AND (list_contains(b.years, 'old') OR list_max(b.years) < '{year}') THEN 'past' END AS year,
    -- An extra number that the class does not have is its section, period or grade, if anything. KG is bit 4 of the grades.
    -- Where only one of section and period is known, it may mean the other.
    CASE WHEN a.section_bits IS NULL OR a.period_bits IS NULL THEN NULL
        WHEN in_common(b.number_bits & ~coalesce(a.number_bits, 0), a.section_bits | a.period_bits) THEN 'same'
        WHEN (b.number_bits & ~(coalesce(a.number_bits, 0) | (coalesce(a.grade_bits, 0) >> 4))) > 0 AND coalesce((a.number_bits & ~b.number_bits) = 0, true) THEN 'differs' END AS further
FROM candidates AS c JOIN facts AS a ON a.side = 'l' AND a.n = c.l JOIN facts AS b ON b.side = 'r' AND b.n = c.r
LEFT JOIN similar_cores AS w ON w.a = a.core AND w.b = b.core
LEFT JOIN known_members AS m ON m.r = c.r LEFT JOIN shared_members AS s ON s.l = c.l AND s.r = c.r LEFT JOIN repeated_ids AS i ON i.l = c.l AND i.r = c.r;

-- What is shown about both sides.
CREATE TABLE left_shown AS
SELECT l.n, l.id, l.title, l.school_id, p.title AS school, l."group", l.grades, l.periods, coalesce(w.why, x.why) AS why
FROM left_side AS l JOIN left_reasons AS w USING (n) LEFT JOIN oversized_titles AS x ON x.side = 'l' AND x.n = l.n LEFT JOIN partners AS p ON p.school = l.school_id;

CREATE TABLE right_shown AS
SELECT r.n, r.id, r.title, coalesce(p.school, r.school_id) AS school_id, coalesce(p.title, r.school) AS school, r."group", r.grades, r.class_id, r.archived, coalesce(w.why, x.why) AS why
FROM right_side AS r JOIN right_reasons AS w USING (n) LEFT JOIN oversized_titles AS x ON x.side = 'r' AND x.n = r.n LEFT JOIN partners AS p ON p.connect = r."group";

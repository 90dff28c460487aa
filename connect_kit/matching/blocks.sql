-- Which classes are compared with which classrooms: those of one school that have something in common.
-- Most pairs: {block} in one block, {small} in a school in which all are compared, {pairs} in all blocks together.

CREATE TABLE staff_of AS
SELECT side, n, list_distinct(flatten(list(staff_keys(id, email, given, family)))) AS keys, list_distinct(flatten(list(staff_keys(id, email, given, family)) FILTER (load = 1))) AS sole_keys,
    list_distinct(flatten(list(name_words(family)))) AS words, list_distinct(flatten(list(name_words(family)) FILTER (load = 1))) AS sole_words
FROM (SELECT 'l' AS side, l AS n, * FROM class_staff UNION ALL SELECT 'r', r, * FROM room_staff) GROUP BY side, n;

CREATE TABLE unique_titles AS
SELECT k, core, numbers FROM (SELECT t.side, t.k, p.core, list_sort(p.numbers) AS numbers FROM titled AS t JOIN parsed AS p USING (k, title) WHERE p.core IS NOT NULL)
GROUP BY ALL HAVING count(*) FILTER (side = 'l') = 1 AND count(*) FILTER (side = 'r') = 1;

-- Short lists of numbers and letters as the bits of one number, so that millions of pairs are compared fast: 0 to 47
-- and the letters a to h have a bit each, larger numbers share eight.
CREATE MACRO slot(x) AS CASE WHEN regexp_full_match(x, '[a-h]') THEN ascii(x) - 49 WHEN NOT regexp_full_match(x, '[0-9]{1,9}') THEN 63 WHEN x::INTEGER < 48 THEN x::INTEGER ELSE 56 + x::INTEGER % 8 END;

CREATE MACRO bits(list) AS list_bit_or(list_transform(list, lambda x: 1::UBIGINT << slot(x)::UBIGINT));

CREATE MACRO bloom(list) AS list_bit_or(list_transform(list, lambda x: 1::UBIGINT << (hash(x) % 64)));

-- For a class that meets in many periods, the period says nothing.
CREATE TABLE plain_facts AS
SELECT *, bits(numbers) AS number_bits, bits(sections) AS section_bits, bits(periods) AS period_bits, bloom(staff) AS staff_bloom, bloom(sole_keys) AS sole_bloom, bloom(names) AS name_bloom
FROM (
    SELECT o.side, o.n, o.k, p.core, p.subject, p.numbers, p.sections, p.years, x.core IS NOT NULL AS unique_title,
        coalesce(p.rooms, nullif(regexp_extract_all(lower(o.location), '[a-z]?[0-9]{1,4}[a-z]?'), [])) AS rooms,
        CASE WHEN len(o.listed) > 3 THEN NULL ELSE nullif(list_distinct(list_concat(coalesce(o.listed, []), coalesce(p.periods, []))), []) END AS periods,
        list_bit_or(list_transform(g.ranks, lambda x: 1::UBIGINT << x::UBIGINT)) AS grade_bits, nullif(t.keys, []) AS staff, nullif(t.sole_keys, []) AS sole_keys, t.sole_words,
        nullif(list_distinct(list_concat(coalesce(t.words, []), coalesce(p.names, []))), []) AS names, coalesce(c.students, false) AS has_students
    FROM (
        SELECT 'l' AS side, n, k, title, grades, location, list_transform(list_filter(string_split(periods, ','), lambda x: regexp_full_match(trim(x), '0*[1-9][0-9]?')), lambda x: ltrim(trim(x), '0')) AS listed FROM open_left
        UNION ALL SELECT 'r', n, k, title, grades, NULL, NULL FROM open_right
    ) AS o
    LEFT JOIN parsed AS p ON p.k = o.k AND p.title = o.title
    LEFT JOIN unique_titles AS x ON x.k = p.k AND x.core = p.core AND x.numbers IS NOT DISTINCT FROM list_sort(p.numbers)
    LEFT JOIN grade_lists AS g ON g.written = o.grades
    LEFT JOIN staff_of AS t ON t.side = o.side AND t.n = o.n
    LEFT JOIN (SELECT DISTINCT 'l' AS side, l AS n, true AS students FROM class_students) AS c ON c.side = o.side AND c.n = o.n
);

-- Family names of one class of the school, whose teacher has no other class, and of one classroom.
CREATE TABLE sole_names AS
SELECT max(n) FILTER (side = 'l') AS n, name FROM (SELECT side, k, n, unnest(names) AS name, sole_words FROM plain_facts)
GROUP BY k, name HAVING count(*) FILTER (side = 'l') = 1 AND count(*) FILTER (side = 'r') = 1 AND bool_or(list_contains(sole_words, name));

CREATE TABLE facts AS
SELECT f.*, s.names AS sole_names FROM plain_facts AS f LEFT JOIN (SELECT n, list(name) AS names FROM sole_names GROUP BY n) AS s ON f.side = 'l' AND s.n = f.n;

CREATE TABLE keys AS
SELECT DISTINCT side, n, rule, key FROM (
    SELECT side, n, 'small school' AS rule, hash(k, 'all') AS key FROM facts
    UNION ALL SELECT side, n, 'title', hash(k, 'title', core) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'word of the title', hash(k, 'word', unnest(subject)) FROM facts
    UNION ALL SELECT side, n, 'title and number', hash(k, 'number', core, unnest(numbers)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'title and section', hash(k, 'section', core, unnest(sections)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'title and period', hash(k, 'period', core, unnest(periods)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'title, number and period', hash(k, 'number, period', core, list_sort(numbers), unnest(periods)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'title, number and section', hash(k, 'number, section', core, list_sort(numbers), unnest(sections)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'room', hash(k, 'room', unnest(rooms)) FROM facts
    UNION ALL SELECT side, n, 'teacher', hash(k, 'staff', unnest(staff)) FROM facts
    UNION ALL SELECT side, n, 'name of the teacher', hash(k, 'name', unnest(names)) FROM facts
    UNION ALL SELECT side, n, 'title and name of the teacher', hash(k, 'both', core, unnest(names)) FROM facts WHERE core IS NOT NULL
    UNION ALL SELECT side, n, 'title, number and name of the teacher', hash(k, 'all three', core, list_sort(numbers), unnest(names)) FROM facts WHERE core IS NOT NULL
);

-- Small blocks first, as they say most. A block that is too large is left out and reported.
CREATE TABLE blocks AS
SELECT *, sum(pairs) OVER (ORDER BY pairs, key ROWS UNBOUNDED PRECEDING) <= {pairs} AND pairs <= CASE WHEN rule = 'small school' THEN {small} ELSE {block} END AS taken
FROM (
    SELECT rule, key, count(*) FILTER (side = 'l') AS classes, count(*) FILTER (side = 'r') AS classrooms, classes * classrooms AS pairs
    FROM keys GROUP BY rule, key HAVING classes > 0 AND classrooms > 0
);

-- A classroom that has a class's ID is compared with that class only.
CREATE TABLE candidates AS
SELECT l, r FROM (
SELECT a.n AS l, b.n AS r FROM blocks AS x JOIN keys AS a ON a.key = x.key AND a.side = 'l' JOIN keys AS b ON b.key = x.key AND b.side = 'r' WHERE x.taken
UNION SELECT l, r FROM repeated_ids
UNION SELECT s.l, s.r FROM shared_members AS s JOIN known_members AS m USING (r) WHERE s.shared * 4 >= m.known
) WHERE r NOT IN (SELECT r FROM repeated_ids) OR (l, r) IN (SELECT (l, r) FROM repeated_ids);

CREATE TABLE capped AS
SELECT rule, classes, classrooms, pairs AS comparisons_left_out FROM blocks WHERE NOT taken AND rule <> 'small school' ORDER BY pairs DESC, key;

CREATE TABLE oversized_titles AS
SELECT k.side, k.n, any_value(b.classes || ' classes and ' || b.classrooms || ' classrooms of the school have its title, too many to compare') AS why
FROM blocks AS b JOIN keys AS k USING (key) WHERE NOT b.taken AND b.rule = 'title' GROUP BY ALL;

CREATE TABLE cores AS
SELECT a, b, coalesce(list_has_all(a_words, b_words) OR list_has_all(b_words, a_words), false) AS part, coalesce(list_has_any(a_words, b_words), false) AS overlap
FROM (
    SELECT *, string_split(a, ' ') AS a_words, string_split(b, ' ') AS b_words
    FROM (SELECT DISTINCT a.core AS a, b.core AS b FROM candidates AS c JOIN facts AS a ON a.side = 'l' AND a.n = c.l JOIN facts AS b ON b.side = 'r' AND b.n = c.r)
);

-- The evidence of every pair of schools. Continues schools_pairs.sql once ``similar_cores`` (a, b, ratio) is there.

CREATE TABLE evidence AS
WITH known AS (
    SELECT r.n AS r, coalesce(i.n, 0) AS ids, coalesce(p.n, 0) AS names, coalesce(c.n, 0) AS classes FROM open_right AS r
    LEFT JOIN (SELECT r, count(DISTINCT _line) AS n FROM known_ids GROUP BY r) AS i ON i.r = r.n
    LEFT JOIN (SELECT r, sum(n) AS n FROM pupils_right GROUP BY r) AS p ON p.r = r.n
    LEFT JOIN (SELECT r, count(DISTINCT classId) AS n FROM known_classes GROUP BY r) AS c ON c.r = r.n
), delivered AS (SELECT l, sum(n) AS n FROM pupils_left GROUP BY l), counted AS (
    SELECT p.l, p.r, coalesce(i.shared, 0) AS ids_shared, k.ids AS ids_known, coalesce(n.shared, 0)::BIGINT AS names_shared,
        least(k.names, t.n)::BIGINT AS names_known, coalesce(c.shared, 0) AS classes_shared, k.classes AS classes_known,
        a.core AS left_core, b.core AS right_core, a.kinds AS left_kinds, b.kinds AS right_kinds, a.numbers AS left_numbers, b.numbers AS right_numbers,
        a.words AS left_words, b.words AS right_words, s.ratio, x.holders AS id_holders
    FROM candidates AS p JOIN known AS k USING (r) LEFT JOIN delivered AS t USING (l)
    LEFT JOIN shared_ids AS i USING (l, r) LEFT JOIN shared_names AS n USING (l, r) LEFT JOIN shared_classes AS c USING (l, r)
    LEFT JOIN named_left AS a USING (l) LEFT JOIN named_right AS b USING (r) LEFT JOIN similar_cores AS s ON s.a = a.core AND s.b = b.core
    LEFT JOIN by_id AS x USING (l, r)
)
SELECT l, r, ids_shared, ids_known, names_shared, names_known, classes_shared, classes_known, id_holders,
    CASE WHEN id_holders > 1 THEN 'shared' END AS id,
    CASE WHEN left_core IS NULL OR right_core IS NULL THEN NULL
        WHEN NOT list_has_any(left_kinds, right_kinds) THEN 'kind'
        WHEN left_numbers IS DISTINCT FROM right_numbers THEN 'different'
        WHEN left_core = right_core AND (left_kinds IS NULL) = (right_kinds IS NULL) THEN 'same'
        WHEN ratio >= 85 AND (left_kinds IS NULL) = (right_kinds IS NULL) THEN 'spelling'
        WHEN list_has_all(left_words, right_words) OR list_has_all(right_words, left_words) THEN 'part'
        WHEN ratio >= 60 THEN 'alike' ELSE 'different' END AS name,
    CASE WHEN ids_shared >= greatest(2, 0.5 * ids_known) THEN 'most' WHEN ids_shared >= greatest(2, 0.2 * ids_known) THEN 'some'
        WHEN ids_known >= 10 AND ids_shared <= 0.02 * ids_known THEN 'none' END AS ids,
    CASE WHEN names_shared >= greatest(3, 0.3 * names_known) THEN 'most' WHEN names_shared >= greatest(3, 0.1 * names_known) THEN 'some'
        WHEN names_known >= 20 AND names_shared <= 0.02 * names_known THEN 'none' END AS names,
    CASE WHEN classes_shared >= greatest(2, 0.5 * classes_known) THEN 'most' WHEN classes_known >= 5 AND classes_shared = 0 THEN 'none' END AS classes
FROM counted;

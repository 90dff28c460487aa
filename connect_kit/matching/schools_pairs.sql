-- Names of schools as words, and the pairs to compare. Continues schools.sql after words.sql.

CREATE TABLE parsed AS
SELECT s, array_to_string(list_sort(list_distinct(list(word) FILTER (NOT is_kind))), ' ') AS core,
    list(word) FILTER (NOT is_kind) AS words, list(word) FILTER (is_kind) AS kinds, list_sort(list(word) FILTER (regexp_matches(word, '[0-9]'))) AS numbers
FROM (SELECT t, word, word IN ({kinds}) AS is_kind FROM words_meant WHERE word <> '') JOIN numbered_texts USING (t) GROUP BY s;

CREATE TABLE named_left AS SELECT l.n AS l, p.* FROM open_left AS l JOIN parsed AS p ON p.s = lowered(l.title);

CREATE TABLE named_right AS SELECT r.n AS r, p.* FROM open_right AS r JOIN parsed AS p ON p.s = lowered(r.title);

-- All pairs where there are few; otherwise those with a rare word, a student or a class in common.
CREATE TABLE candidates AS
SELECT l.n AS l, r.n AS r FROM open_left AS l, open_right AS r WHERE (SELECT count(*) FROM open_left) * (SELECT count(*) FROM open_right) <= {everything}
UNION SELECT l, r FROM shared_ids
UNION SELECT l, r FROM shared_names WHERE shared >= 3
UNION SELECT l, r FROM shared_classes
UNION SELECT l, r FROM by_id
UNION SELECT a.l, b.r FROM (SELECT l, unnest(words) AS word FROM named_left) AS a JOIN (SELECT r, unnest(words) AS word FROM named_right) AS b USING (word)
WHERE word IN (SELECT word FROM (SELECT unnest(words) AS word FROM named_left) GROUP BY word HAVING count(*) <= {most});

CREATE TABLE cores AS SELECT DISTINCT a.core AS a, b.core AS b FROM candidates AS p JOIN named_left AS a USING (l) JOIN named_right AS b USING (r);

-- From names to words that can be compared. Needs ``texts`` (k, s: the school, and the name in lower case) and
-- ``spellings`` (written, meant).

CREATE TABLE numbered_texts AS SELECT row_number() OVER () AS t, k, s FROM texts;

CREATE TABLE words_written AS
SELECT t, unnest(range(1, len(w) + 1)) AS pos, unnest(w) AS word
FROM (SELECT t, string_split(words(s), ' ') AS w FROM numbered_texts WHERE words(s) IS NOT NULL);

-- Two words that mean something together are read together: the second is dropped.
CREATE TABLE words_meant AS
WITH beside AS (
    SELECT *, lead(word) OVER w AS next, lag(word) OVER w AS before FROM words_written WINDOW w AS (PARTITION BY t ORDER BY pos)
)
SELECT b.t, b.pos, unnest(string_split(coalesce(two.meant, one.meant, CASE WHEN b.word = 'i' AND b.pos > 1 THEN 'zzn1' END, b.word), ' ')) AS word
FROM beside AS b
LEFT JOIN spellings AS two ON two.written = b.word || ' ' || b.next
LEFT JOIN spellings AS one ON one.written = b.word
LEFT JOIN spellings AS second ON second.written = b.before || ' ' || b.word
WHERE second.written IS NULL;

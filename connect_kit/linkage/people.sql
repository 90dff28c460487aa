-- Whom the linkage compares: one row a person, made from ``persons`` and ``stands_behind`` of students.sql or adults.sql.
-- Runs with the linkage's own schema first, then the roster's, then the workspace's. One statement a blank line.

-- A contact or guardian of very many is a placeholder or the school's own, and says nothing of a family.
CREATE TABLE reached AS
SELECT unique_id, contact FROM (
    SELECT unique_id, address AS contact FROM stands_behind WHERE address IS NOT NULL
    UNION ALL SELECT unique_id, mobile FROM stands_behind WHERE mobile IS NOT NULL
    UNION ALL SELECT unique_id, home FROM stands_behind WHERE home IS NOT NULL
);

CREATE TABLE shared_by_many AS
SELECT contact AS value FROM reached WHERE contact IN (SELECT contact FROM reached GROUP BY contact HAVING count(*) > {family})
GROUP BY contact HAVING count(DISTINCT unique_id) > {family}
UNION ALL
SELECT tie FROM stands_behind WHERE tie IN (SELECT tie FROM stands_behind WHERE tie IS NOT NULL GROUP BY tie HAVING count(*) > {family})
GROUP BY tie HAVING count(DISTINCT unique_id) > {family};

CREATE TABLE households AS
SELECT unique_id, nullif(list(tie) FILTER (tie IS NOT NULL), []) AS ties, nullif(list(contact) FILTER (contact IS NOT NULL), []) AS contacts,
    nullif(list(name) FILTER (name IS NOT NULL), []) AS tie_names
FROM (
    SELECT unique_id, tie, NULL::UBIGINT AS contact, name FROM stands_behind
    WHERE (tie IS NOT NULL OR name IS NOT NULL) AND coalesce(tie NOT IN (SELECT value FROM shared_by_many), true)
    UNION ALL SELECT unique_id, NULL, contact, NULL FROM reached WHERE contact NOT IN (SELECT value FROM shared_by_many)
) GROUP BY unique_id;

-- Every spelling once: there are far fewer names than people.
CREATE TABLE spellings AS
SELECT raw, form, joined(form) AS whole, string_split(form, ' ') AS tokens FROM (
    SELECT raw, words(translate(raw, '-''’ʼ`´', '')) AS form FROM ( -- Ji-hoon and D'Andre are one name each
        SELECT givenName AS raw FROM persons UNION SELECT middleName FROM persons UNION SELECT preferredGivenName FROM persons
    ) WHERE raw IS NOT NULL
);

CREATE TABLE family_spellings AS
SELECT raw, joined(form) AS whole, left(consonants(joined(form)), 4) AS sound,
    list_filter(string_split(form, ' '), lambda x: length(x) >= 3 AND x NOT IN ('del', 'dos', 'las', 'los', 'van', 'von', 'der', 'den', 'ter', 'bin', 'ibn')) AS tokens
FROM (
    SELECT raw, coalesce(nullif(regexp_replace(words(raw), ' (jr|sr|ii|iii|iv)$', ''), ''), words(raw)) AS form
    FROM (SELECT DISTINCT familyName AS raw FROM persons WHERE familyName IS NOT NULL)
);

-- A first name in use by several people, or known as a name, is no misspelling.
CREATE TABLE first_names AS
SELECT name, left(consonants(name), 4) AS block_sound, consonants(name) || CASE WHEN regexp_matches(name, 'ah?$') THEN 'a' ELSE '' END AS sound,
    coalesce(r.roots, [name]) AS roots, n >= {established} + (SELECT count(*) FROM persons) / 50000 OR l.name IS NOT NULL AS known
FROM (SELECT s.tokens[1] AS name, count(*) AS n FROM persons AS p JOIN spellings AS s ON s.raw = p.givenName WHERE s.form IS NOT NULL GROUP BY s.tokens[1]) AS f
LEFT JOIN nickname_roots AS r USING (name) LEFT JOIN lexicon AS l USING (name);

-- A middle name stands in a column of its own, or behind the first one.
CREATE TABLE people_without_frequencies AS
SELECT p.unique_id, p.source, p.id, lower(ltrim(replace(p.sis_id, ' ', ''), '0')) AS id_form,
    g.whole AS given, g.tokens AS given_tokens, f.name AS given_first, coalesce(m.form, nullif(array_to_string(g.tokens[2:], ' '), '')) AS middle,
    CASE WHEN c.tokens[1] IS NULL OR c.tokens[1] = f.name THEN f.roots ELSE list_append(f.roots, c.tokens[1]) END AS given_roots,
    coalesce(f.known, false) AS given_known, f.block_sound AS given_sound, f.sound,
    y.whole AS family, f.name || ' ' || y.whole AS names, y.tokens AS family_tokens, y.sound AS family_sound,
    strftime(p.born, '%Y%m%d') AS born, least(day(p.born), month(p.born)) * 100 + greatest(day(p.born), month(p.born)) AS day_month,
    lower(ltrim(replace(p.identifier, ' ', ''), '0')) AS identifier, lower(p.email) AS email,
    letters(list_concat(f.roots, g.tokens)) | letters([c.tokens[1], y.whole]) AS initials,
    {phones} AS phones, k.rank AS grade, list_transform(p.schools, lambda x: hash(x)) AS schools, h.ties, h.contacts, h.tie_names
FROM persons AS p LEFT JOIN spellings AS g ON g.raw = p.givenName LEFT JOIN first_names AS f ON f.name = g.tokens[1]
LEFT JOIN spellings AS m ON m.raw = p.middleName LEFT JOIN spellings AS c ON c.raw = p.preferredGivenName LEFT JOIN family_spellings AS y ON y.raw = p.familyName
LEFT JOIN households AS h USING (unique_id) LEFT JOIN grade_ranks AS k ON k.written = p.grade;

-- Names in comparable form, each spelling once, and how alike two of them are. Runs after forms.sql.
-- {given}, {family}: SELECTs of names, each spelling once. Needs ``nickname_roots`` and ``lexicon`` of the duplicates.

-- What distinguishes father and son of one name, at the end of a name: jr, sr, ii, iii, iv.
CREATE MACRO generation_of(form) AS nullif(replace(replace(replace(replace(
    regexp_extract(form, ' (jr|sr|junior|senior|ii|iii|iv|2nd|3rd|4th)$', 1), 'junior', 'jr'), 'senior', 'sr'), '2nd', 'ii'), '3rd', 'iii'), '');

CREATE MACRO without_generation(form) AS regexp_replace(form, ' (jr|sr|junior|senior|ii|iii|iv|2nd|3rd|4th)$', '');

-- Tables of their own: DuckDB would bring every row's name into form to leave out those that have none.
CREATE TABLE given_spellings AS {given};

CREATE TABLE family_spellings AS {family};

CREATE TABLE given_forms AS
SELECT raw, generation, joined(form) AS whole, {'whole': joined(form), 'first': first, 'tokens': tokens, 'roots': coalesce(r.roots, [first]), 'known': l.name IS NOT NULL, 'sound': consonants(first)} AS given
FROM (
    SELECT raw, generation_of(form) AS generation, without_generation(form) AS form, string_split(without_generation(form), ' ') AS tokens, string_split(form, ' ')[1] AS first
    FROM (SELECT raw, words(translate(raw, '-''’ʼ`´', '')) AS form FROM given_spellings) WHERE form IS NOT NULL
) LEFT JOIN nickname_roots AS r ON r.name = first LEFT JOIN lexicon AS l ON l.name = first;

CREATE TABLE family_forms AS
SELECT raw, generation_of(form) AS generation, joined(without_generation(form)) AS whole, {'whole': joined(without_generation(form)), 'tokens': list_filter(string_split(without_generation(form), ' '), lambda x: length(x) >= 3)} AS family
FROM (SELECT raw, words(raw) AS form FROM family_spellings) WHERE form IS NOT NULL;

-- One name may be a misspelling of the other, and is not another name in use: not Daniel and Daniela, Maria and Mario.
CREATE MACRO misspelt(a, b) AS CASE
    WHEN a.known AND b.known AND a.sound <> b.sound OR left(a.first, 1) <> left(b.first, 1) OR least(length(a.first), length(b.first)) < 3 THEN false
    WHEN rtrim(a.first, 'aeo') = rtrim(b.first, 'aeo') THEN false
    ELSE jaro_winkler_similarity(a.first, b.first) >= 0.92 OR damerau_levenshtein(a.first, b.first) <= 1 END;

-- 3 the same, 2 a nickname, misspelling or one of two names, 1 similar, 0 another one; NULL where one is missing.
CREATE MACRO given_likeness(a, b) AS CASE WHEN a.whole IS NULL OR b.whole IS NULL THEN NULL WHEN a.whole = b.whole THEN 3
    WHEN list_contains(a.roots, b.first) OR list_contains(b.roots, a.first) THEN CASE WHEN a.first = b.first AND len(a.tokens) > 1 AND len(b.tokens) > 1 THEN 1 ELSE 2 END
    WHEN list_contains(a.tokens, b.first) AND length(b.first) >= 3 OR list_contains(b.tokens, a.first) AND length(a.first) >= 3 THEN 2
    WHEN regexp_matches(a.first || b.first, '[0-9]') THEN 0 WHEN misspelt(a, b) THEN 2
    WHEN jaro_winkler_similarity(a.first, b.first) >= 0.85 OR starts_with(a.first, b.first) OR starts_with(b.first, a.first) THEN 1 ELSE 0 END;

-- 3 the same, 2 a part of a double name in common, 1 similar, 0 another one; NULL where one is missing.
CREATE MACRO family_likeness(a, b) AS CASE WHEN a.whole IS NULL OR b.whole IS NULL THEN NULL WHEN a.whole = b.whole THEN 3
    WHEN list_has_any(a.tokens, b.tokens) THEN 2 WHEN regexp_matches(a.whole || b.whole, '[0-9]') THEN 0 WHEN jaro_winkler_similarity(a.whole, b.whole) >= 0.85 THEN 1 ELSE 0 END;

-- Both names as one number; NULL where there is none.
CREATE MACRO full_name(given, family) AS CASE WHEN coalesce(given, family) IS NOT NULL THEN hash(coalesce(given, '') || coalesce(family, '')) END;

-- Phone numbers in comparable form, in whatever column they stand.
CREATE MACRO numbers_of(sms, phone) AS list_filter([number_key(sms), number_key(phone)], lambda x: x IS NOT NULL);

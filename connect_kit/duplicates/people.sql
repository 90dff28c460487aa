-- Normalised values of ``persons`` and ``family_links`` (students.sql or adults.sql); comparable.sql joins them into one
-- row per person. Runs with the room's own schema first, then the roster's, then the workspace's.

-- A contact or guardian of very many people is a placeholder or the school itself, and says nothing about a family.
CREATE TABLE ties_of_many AS
SELECT tie AS value FROM family_links WHERE tie IN (SELECT tie FROM family_links WHERE tie IS NOT NULL GROUP BY tie HAVING count(*) > {family})
GROUP BY tie HAVING count(DISTINCT unique_id) > {family};

CREATE TABLE contact_holders AS
SELECT unique_id, contact, CASE WHEN tie IS NULL OR tie IN (FROM ties_of_many) THEN hash(unique_id) ELSE tie END AS holder FROM (
    SELECT unique_id, tie, address AS contact FROM family_links WHERE address IS NOT NULL
    UNION ALL SELECT unique_id, tie, mobile FROM family_links WHERE mobile IS NOT NULL
    UNION ALL SELECT unique_id, tie, home FROM family_links WHERE home IS NOT NULL
);

-- A contact of only one guardian says no more than the guardian does.
CREATE TABLE shared AS
SELECT contact, count(*) AS records, min(holder) <> max(holder) AS informative FROM contact_holders GROUP BY contact HAVING informative OR records > {family};

CREATE TABLE contacts_of_many AS
SELECT contact AS value FROM contact_holders SEMI JOIN (FROM shared WHERE records > {family}) USING (contact)
GROUP BY contact HAVING count(DISTINCT unique_id) > {family};

-- A person whose contacts nobody else has gets an empty list of contacts. ``family_bits`` holds ties and contacts as bits:
-- two people without a bit in common have no tie or contact in common.
CREATE TABLE households AS
SELECT unique_id, nullif(list(tie) FILTER (tie IS NOT NULL), []) AS ties, nullif(list(name) FILTER (name IS NOT NULL), []) AS tie_names,
    CASE WHEN bool_or(reachable) THEN coalesce(list(contact) FILTER (contact IS NOT NULL), []) END AS contacts,
    bit_or(CASE WHEN tie IS NOT NULL THEN 1::UBIGINT << (tie % 64) WHEN contact IS NOT NULL THEN 1::UBIGINT << (contact % 64) ELSE 0 END) AS family_bits
FROM (
    SELECT unique_id, CASE WHEN kept THEN tie END AS tie, CASE WHEN kept THEN name END AS name, NULL::UBIGINT AS contact, reachable
    FROM (
        SELECT unique_id, tie, name, coalesce(tie NOT IN (FROM ties_of_many), true) AS kept,
            coalesce(address NOT IN (FROM contacts_of_many), false) OR coalesce(mobile NOT IN (FROM contacts_of_many), false)
                OR coalesce(home NOT IN (FROM contacts_of_many), false) AS reachable
        FROM family_links
    ) WHERE kept AND (tie IS NOT NULL OR name IS NOT NULL) OR reachable
    UNION ALL
    SELECT unique_id, NULL, NULL, contact, true FROM contact_holders SEMI JOIN (FROM shared WHERE informative) USING (contact) ANTI JOIN contacts_of_many ON value = contact
) GROUP BY unique_id;

-- What is written where nobody knows a name, which counts as missing. Son, Na and Boyd are names, and Baby A is not Baby B.
CREATE MACRO no_given_name(form) AS regexp_full_match(form,
    '(new ?born |infant |unnamed |twin )?(baby|infant|new ?born|child|boy|girl|male|female|unnamed|twin)( (baby|infant|child|boy|girl|male|female|student|twin))?|(new |test |unknown )?(student|unknown|unk)( (student|child|name))?|tbd|none|null|nfn|fnu|no (first |given )?name|not (known|given|available|provided|applicable)|name unknown');

CREATE MACRO no_family_name(form) AS regexp_full_match(form, 'unknown|unk|lnu|tbd|no (last |family )?name|not (known|given|available|provided|applicable)|name unknown');

-- Each spelling once: there are far fewer names than people.
CREATE TABLE spellings AS
SELECT raw, form, joined(form) AS whole, tokens, tokens[1] AS first, nullif(array_to_string(tokens[2:], ' '), '') AS rest,
    name_bits(tokens) AS bits, name_bits(tokens[:1]) AS first_bit
FROM (
    SELECT raw, form, string_split(form, ' ') AS tokens FROM (
        SELECT raw, CASE WHEN no_given_name(words(raw)) THEN NULL ELSE words(translate(raw, '-''’ʼ`´', '')) END AS form FROM ( -- Ji-hoon and D'Andre are one name each
            SELECT givenName AS raw FROM persons UNION SELECT middleName FROM persons UNION SELECT preferredGivenName FROM persons
        ) WHERE raw IS NOT NULL
    )
);

CREATE TABLE family_spellings AS
SELECT raw, joined(form) AS whole, left(consonants(joined(form)), 4) AS sound,
    list_filter(string_split(form, ' '), lambda x: length(x) >= 3 AND x NOT IN ('del', 'dos', 'las', 'los', 'van', 'von', 'der', 'den', 'ter', 'bin', 'ibn')) AS tokens
FROM (
    SELECT raw, CASE WHEN no_family_name(words(raw)) THEN NULL ELSE coalesce(nullif(regexp_replace(words(raw), ' (jr|sr|ii|iii|iv)$', ''), ''), words(raw)) END AS form
    FROM (SELECT DISTINCT familyName AS raw FROM persons WHERE familyName IS NOT NULL)
);

-- A first name of several people, or one in the lexicon, is not a misspelling.
CREATE TABLE first_names AS
SELECT *, name_bits(roots) AS bits FROM (
    SELECT name, left(consonants(name), 4) AS block_sound, consonants(name) || CASE WHEN regexp_matches(name, 'ah?$') THEN 'a' ELSE '' END AS sound,
        coalesce(r.roots, [name]) AS roots, n >= {established} + (SELECT count(*) FROM persons) / 50000 OR l.name IS NOT NULL AS known
    FROM (SELECT s.first AS name, count(*) AS n FROM persons AS p JOIN spellings AS s ON s.raw = p.givenName WHERE s.form IS NOT NULL GROUP BY s.first) AS f
    LEFT JOIN nickname_roots AS r USING (name) LEFT JOIN lexicon AS l USING (name)
);

CREATE TABLE school_lists AS
SELECT schools AS written, list_transform(schools, lambda x: hash(x)) AS schools FROM (SELECT DISTINCT schools FROM persons WHERE schools IS NOT NULL);

CREATE TABLE birthdays AS
SELECT day, strftime(day, '%Y%m%d') AS born, least(day(day), month(day)) * 100 + greatest(day(day), month(day)) AS day_month
FROM (SELECT DISTINCT born AS day FROM persons WHERE born IS NOT NULL);

-- The values to be counted, to learn how common each is.
CREATE TABLE counted AS
SELECT p.unique_id, f.name AS given_first, f.block_sound AS given_sound, y.whole AS family, y.sound AS family_sound,
    both_names(f.name, y.whole) AS names, d.born, id_key(p.identifier) AS identifier, lower(p.email) AS email
FROM persons AS p LEFT JOIN spellings AS g ON g.raw = p.givenName LEFT JOIN first_names AS f ON f.name = g.first
LEFT JOIN family_spellings AS y ON y.raw = p.familyName LEFT JOIN birthdays AS d ON d.day = p.born;

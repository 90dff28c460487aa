-- How a field is brought into a form in which spelling does not matter.

-- Letters and digits of any script in small letters, the rest as one blank; nothing is left as NULL. No name is longer than
-- a hundred characters, and comparing what is takes minutes.
CREATE MACRO words(value) AS nullif(trim(regexp_replace(lower(strip_accents(left(value, 100))), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '');

CREATE MACRO joined(value) AS replace(value, ' ', '');

-- A number of fewer than seven digits, or of one digit repeated, does not count.
CREATE MACRO digits(value) AS right(translate(value, '+-(). /', ''), 10);

CREATE MACRO number_key(value) AS CASE WHEN length(digits(value)) >= 7 AND trim(digits(value), left(digits(value), 1)) <> '' THEN hash(digits(value)) END;

CREATE MACRO address_key(value) AS CASE WHEN value IS NOT NULL THEN hash(lower(value)) END;

CREATE MACRO name_key(given, family) AS hash(replace(lower(strip_accents(coalesce(given, '') || coalesce(family, ''))), ' ', ''));

-- An ID without leading zeros and blanks, in small letters.
CREATE MACRO id_key(value) AS lower(ltrim(replace(value, ' ', ''), '0'));

-- A given and a family name as one number.
CREATE MACRO both_names(given, family) AS CASE WHEN given IS NOT NULL AND family IS NOT NULL THEN hash(given || ' ' || family) END;

-- One of doubled letters stays.
CREATE MACRO single(value) AS replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    value, 'bb', 'b'), 'dd', 'd'), 'ff', 'f'), 'gg', 'g'), 'kk', 'k'), 'll', 'l'), 'mm', 'm'), 'nn', 'n'), 'pp', 'p'), 'rr', 'r'), 'ss', 's'), 'tt', 't'), 'vv', 'v');

-- What is left of a name without vowels, doubled letters and spellings that sound alike.
CREATE MACRO consonants(value) AS replace(replace(replace(left(value, 1), 'c', 'k'), 'q', 'k'), 'z', 's') || regexp_replace(single(
    replace(replace(replace(replace(replace(replace(substr(value, 2), 'ph', 'f'), 'ck', 'k'), 'sch', 's'), 'th', 't'), 'z', 's'), 'c', 'k')),
    '[aeiouyhw]', '', 'g');

-- The list of a field: several values, separated by commas.
CREATE MACRO entries(value) AS list_filter(list_transform(string_split(value, ','), lambda x: trim(x)), lambda x: x <> '');

-- Names as a set of bits: two lists without a bit in common have no name in common.
CREATE MACRO name_bits(names) AS list_reduce(list_prepend(0::UBIGINT, list_transform(names, lambda x: 1::UBIGINT << (hash(x) % 64))), lambda x, y: x | y);

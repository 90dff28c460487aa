-- Normal forms of IDs and names, in which typing errors do not matter. Needs forms.sql.

CREATE MACRO squeezed(id) AS regexp_replace(id, '[\s\x{00a0}\x{200b}\x{feff}]+', '', 'g');

-- A spreadsheet removes leading zeros from what it takes for a number, and from nothing else.
CREATE MACRO zero_stripped_key(id) AS CASE WHEN regexp_full_match(squeezed(id), '[0-9]+') THEN coalesce(nullif(ltrim(squeezed(id), '0'), ''), '0') ELSE lower(squeezed(id)) END;

CREATE MACRO id_change(delivered, recorded) AS CASE
    WHEN lower(squeezed(delivered)) <> lower(squeezed(recorded)) THEN 'lost its leading zeros ' || CASE WHEN length(squeezed(delivered)) > length(squeezed(recorded)) THEN 'on Connect' ELSE 'in the delivery' END
    WHEN squeezed(delivered) <> squeezed(recorded) THEN 'is written in different letter case on Connect'
    ELSE 'has different spaces on Connect' END;

-- First given name and family name, whatever the case, accents and hyphens.
CREATE MACRO pupil_key(given, family) AS hash(split_part(words(given), ' ', 1) || '|' || joined(words(family)));

-- A name in small letters without accents; U.S. is us.
CREATE MACRO lowered(name) AS regexp_replace(regexp_replace(lower(strip_accents(name)), '[’‘`´]', '''', 'g'), '\b([a-z])\.([a-z])\b\.?', '\1\2', 'g');

-- How one ID became another. Runs in the room's own schema, after forms.sql.

CREATE MACRO only_digits(id) AS regexp_full_match(id, '[0-9]+');

-- Without leading zeros, wherever digits begin: 00123 and 123, S-007 and S-7.
CREATE MACRO unpadded(id) AS CASE WHEN only_digits(id) THEN coalesce(nullif(ltrim(id, '0'), ''), left(id, 1)) ELSE regexp_replace(id, '(^|[^0-9])0+([0-9])', '\1\2', 'g') END;

-- Without blanks, hyphens and the like.
CREATE MACRO run_together(id) AS lower(regexp_replace(id, '[-_./ ]', '', 'g'));

CREATE MACRO is_guid(id) AS regexp_full_match(lower(id), '([a-z]{1,5}[-_:]?)?\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?')
    OR (length(id) >= 20 AND regexp_full_match(lower(id), '[0-9a-f]*[a-f][0-9a-f]*') AND regexp_matches(id, '[0-9]'));

CREATE MACRO is_numbered(id) AS regexp_full_match(id, '[A-Za-z]{0,4}[-_. ]?[0-9]+(\.0)?');

-- The digits of an ID, without what a prefix, zeros or a spreadsheet add; NULL where they say too little.
CREATE MACRO digit_core(id) AS CASE WHEN only_digits(id) THEN CASE WHEN length(ltrim(id, '0')) >= 2 THEN ltrim(id, '0') END WHEN is_numbered(id) THEN CASE WHEN length(ltrim(regexp_replace(regexp_replace(id, '\.0$', ''), '[^0-9]', '', 'g'), '0')) >= 2
    THEN ltrim(regexp_replace(regexp_replace(id, '\.0$', ''), '[^0-9]', '', 'g'), '0') END END;

-- The significant digits that a spreadsheet has left of a number, in plain or scientific form.
CREATE MACRO kept_digits(id) AS length(rtrim(ltrim(replace(regexp_extract(id, '^[0-9.]+'), '.', ''), '0'), '0'));

-- A spreadsheet shows 12 digits as 1.23457E+11 and keeps 15: the rest are zeros.
CREATE MACRO is_rounded(old, new) AS CASE
    WHEN old = new OR NOT regexp_full_match(old, '[0-9]{6,18}') OR NOT regexp_full_match(new, '[0-9]+(\.[0-9]+)?([eE]\+?[0-9]{1,2})?') THEN false
    WHEN NOT (regexp_matches(new, '[eE]') OR length(ltrim(old, '0')) - kept_digits(new) >= 3 OR (length(ltrim(old, '0')) > 15 AND kept_digits(new) <= 15)) THEN false
    ELSE abs(try_cast(new AS DOUBLE) - try_cast(old AS DOUBLE)) <= pow(10, length(ltrim(old, '0')) - kept_digits(new)) END;

-- A new ID in which a program left a sign for what it could not read, or an editor turned quotes of a file into others.
CREATE MACRO is_quoted_id(old, new) AS regexp_matches(new, '["`«»‘’“”„]|^''|''$') AND regexp_replace(new, '["''`«»‘’“”„]', '', 'g') = old;

-- In that order: what is damaged is nothing else, GUIDs and last letters are quickly compared, and then the simplest explanation counts.
CREATE MACRO id_pattern(old, new) AS CASE
    WHEN contains(new, chr(65533)) THEN 'characters_lost'
    WHEN is_quoted_id(old, new) THEN 'quotes_added'
    WHEN length(new) >= 20 AND length(old) < 20 AND is_guid(new) AND is_numbered(old) THEN 'number_to_guid'
    WHEN length(old) >= 20 AND length(new) < 20 AND is_guid(old) AND is_numbered(new) THEN 'guid_to_number'
    WHEN right(old, 1) = right(new, 1) AND unpadded(old) = unpadded(new) THEN CASE WHEN length(new) < length(old) THEN 'zeros_lost' ELSE 'zeros_gained' END
    WHEN lower(old) = lower(new) THEN 'case'
    WHEN right(old, 1) = right(new, 1) AND run_together(old) = run_together(new) THEN 'separators'
    WHEN ends_with(new, '.0') AND unpadded(old) || '.0' = unpadded(new) THEN 'decimal'
    WHEN is_rounded(old, new) THEN 'rounded'
    WHEN ends_with(lower(new), lower(old)) THEN 'prefix_added'
    WHEN ends_with(lower(old), lower(new)) THEN 'prefix_removed'
    WHEN starts_with(lower(new), lower(old)) THEN 'suffix_added'
    WHEN starts_with(lower(old), lower(new)) THEN 'suffix_removed'
    -- Zeros lost on the way, too: 00123 and S123.
    WHEN regexp_full_match(new, '[^0-9]+[0-9]+') AND digit_core(old) = digit_core(new) AND regexp_full_match(old, '[0-9]+') THEN 'prefix_added'
    WHEN regexp_full_match(old, '[^0-9]+[0-9]+') AND digit_core(old) = digit_core(new) AND regexp_full_match(new, '[0-9]+') THEN 'prefix_removed'
    ELSE 'unrelated' END;

-- The same as id_pattern, sooner: most pairs have nothing in common.
CREATE MACRO quick_pattern(old, new) AS CASE
    WHEN only_digits(old || new) AND NOT (contains(new, ltrim(old, '0')) OR contains(old, ltrim(new, '0')) OR greatest(length(old), length(new)) > 15 OR ends_with(new, '000')) THEN 'unrelated'
    ELSE id_pattern(old, new) END;

-- A pattern with what was added or removed, so that equal changes are counted together; NULL where nothing of the old ID is left.
CREATE MACRO id_rule(old, new, pattern) AS CASE
    WHEN pattern IN ('number_to_guid', 'guid_to_number') THEN NULL
    WHEN pattern IN ('zeros_lost', 'zeros_gained', 'case', 'separators', 'decimal', 'rounded', 'characters_lost', 'quotes_added') THEN pattern
    WHEN pattern IN ('prefix_added', 'prefix_removed') AND digit_core(old) = digit_core(new) THEN
        pattern || ' ' || rtrim(regexp_extract(CASE pattern WHEN 'prefix_added' THEN new ELSE old END, '^[^0-9]*'), '0')
    WHEN pattern = 'prefix_added' THEN pattern || ' ' || rtrim(left(new, length(new) - length(old)), '0')
    WHEN pattern = 'prefix_removed' THEN pattern || ' ' || rtrim(left(old, length(old) - length(new)), '0')
    WHEN pattern = 'suffix_added' THEN pattern || ' ' || right(new, length(new) - length(old))
    WHEN pattern = 'suffix_removed' THEN pattern || ' ' || right(old, length(old) - length(new))
    WHEN digit_core(old) = digit_core(new) THEN 'same digits' END;

-- Whether an email address or a mobile number reaches somebody, and if not, why: one notion for the self-check and the twin
-- (S18; what counts as usable is a kit decision). An address or number that stands in the field with something around it
-- counts. A number without country code is one of the United States. people: tbl, _line, guardian, email, sms.

-- Letters are named by their ranges, because classes of all letters take a tenth of a second to compile.

-- Words that stand for no address.
CREATE {macro} no_address(value) AS regexp_matches(trim(value),
    '(?i)^(no[._ -]?e?-?mails?|none|null|unknown|no-?reply|do-?not-?reply|fake|invalid)[0-9]*@|^(n/a|test(er|ing)?|nobody|x|x{3,}|abc|asdf|e-?mail)@|^(no|na|x+)@(e-?mail|g?mail|domain|address)\.[a-z]+$|@(none|null|nowhere|noemail|no-email|nomail)\.[a-z0-9.-]+$|@(no|na|n/a|x{3,}|test|fake|invalid|unknown)\.[a-z]+$|^(none|n/?a|n\.a\.|null|nil|nan|no( e-?mail)?( address)?|no-?e?-?mail|unknown|unk|refused|declined|tbd|not (available|applicable|provided|given)|[-.?0*_]+|x+)$');

CREATE {macro} is_address(value) AS regexp_matches(value,
    '^[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}]([A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}-]*[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}])?\.)+[A-Za-z\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}][A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}-]*[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}]$');

CREATE {macro} addresses_within(value) AS regexp_extract_all(value,
    '[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}][A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}!#$%&''*+/=?^_`{|}~.-]*@([A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}]([A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}-]*[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}])?\.)+[A-Za-z\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}][A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}-]*[A-Za-z0-9\x{C0}-\x{24F}\x{370}-\x{1FFF}\x{3040}-\x{9FFF}\x{AC00}-\x{D7AF}]');

-- The address in a field that has something around it, such as a name, brackets or a note; NULL or no address where there is none.
CREATE {macro} address_around(value) AS CASE
    WHEN regexp_full_match(value, '([^@<>]*[^@<>A-Za-z0-9.])?<\s*[^@<>\s]+@[^@<>\s]+\s*>[\s.,;]*') THEN regexp_replace(trim(regexp_extract(value, '<([^>]*)>', 1)), '(?i)^(mailto|e-?mail)\s*:\s*', '')
    WHEN starts_with(value, '.') THEN NULL
    ELSE trim(regexp_replace(trim(regexp_replace(value, '^\s*\([^@()]*\)\s*|\s*\([^@()]*\)\s*$', '', 'g'),
        ' "''‘’“”.,;:()[]' || chr(9) || chr(10) || chr(13) || chr(160) || chr(8203) || chr(8206) || chr(8207) || chr(8234) || chr(8236) || chr(8288) || chr(65279)), '(?i)^(mailto|e-?mail)\s*:\s*', '')) END;

-- The addresses in a field, and those of them that are no placeholders.
CREATE {macro} all_addresses(value) AS list_filter(addresses_within(value), lambda a: is_address(a));

CREATE {macro} usable_addresses(value) AS list_filter(all_addresses(value), lambda a: NOT no_address(a));

-- NULL: an address. around: one with something around it. several: more than one. placeholder. malformed.
CREATE {macro} email_fault(value) AS CASE WHEN value IS NULL THEN NULL
    WHEN no_address(value) AND length(value) - length(replace(value, '@', '')) < 2 THEN 'placeholder'
    WHEN is_address(value) AND NOT starts_with(value, '''') THEN NULL -- a spreadsheet's sign for text is none of the address
    WHEN len(all_addresses(value)) > 1 THEN CASE WHEN len(usable_addresses(value)) > 0 THEN 'several' ELSE 'placeholder' END
    WHEN is_address(address_around(value)) THEN CASE WHEN no_address(address_around(value)) THEN 'placeholder' ELSE 'around' END
    ELSE 'malformed' END;

CREATE {macro} numbers_within(value) AS regexp_extract_all(value, '(\+?1[-. ]?)?\(?[2-9][0-9]{2}\)?[-. ]*[2-9][0-9]{2}[-. ]*[0-9]{4}');

-- A field in ordinary digits, without what a word processor or a telephone puts into it and nobody sees.
CREATE {macro} plain_number(value) AS translate(value, '０１２３４５６７８９＋‐‑‒–—―−' || chr(160) || chr(8203) || chr(8206) || chr(8207) || chr(8234) || chr(8235) || chr(8236) || chr(8288) || chr(65279), '0123456789+-------');

-- What stands around the digits of one number; between them stands only what parts their groups.
CREATE {macro} number_around(value) AS regexp_replace(plain_number(value), '([0-9]{5})\.0+\s*$', '\1');

CREATE {macro} digits_around(value) AS regexp_replace(number_around(value), '[^0-9+]', '', 'g');

CREATE {macro} is_around_number(value) AS regexp_full_match(value, '[^0-9+]*[+]?[0-9][-0-9(). /_~*\s]*[^0-9]*');

-- One number, and digits enough for another that leaves the area code away.
CREATE {macro} has_short_number(value) AS regexp_matches(value, '[0-9]{4}\s*([/;,&]|or|and)\s*[2-9][0-9]{2}[-. ]?[0-9]{4}\W*$');

CREATE {macro} bare_number(value) AS translate(value, '-(). /', '');

-- A number of the United States and its neighbours: neither area code nor exchange begins with 0 or 1, no N11, not one digit.
CREATE {macro} is_us_number(bare) AS regexp_full_match(bare, '(\+?1)?[2-9]([02-9][0-9]|1[02-9])[2-9][0-9]{6}')
    AND NOT regexp_matches(bare, '(2{10}|3{10}|4{10}|5{10}|6{10}|7{10}|8{10}|9{10})$');

CREATE {macro} can_be_dialled(bare) AS is_us_number(bare)
    OR regexp_full_match(bare, '\+[2-9][0-9]{7,14}') AND trim(bare, left(bare, 2)) <> '';

-- A number that a spreadsheet took for one to reckon with; its zero is no digit of it.
CREATE {macro} ends_in_decimals(value) AS regexp_full_match(value, '[^0-9+]*[+]?[0-9]{5,}\.0+\s*');

-- NULL: can be dialled. words, several, extension: a number stands in it, with something else. placeholder. undialable.
CREATE {macro} number_fault(value) AS CASE WHEN value IS NULL THEN NULL
    WHEN ends_in_decimals(value) THEN CASE WHEN can_be_dialled(digits_around(value)) THEN 'words' ELSE 'undialable' END
    WHEN can_be_dialled(bare_number(value)) THEN NULL
    WHEN len(numbers_within(value)) > 1 OR len(numbers_within(value)) = 1 AND has_short_number(value) THEN 'several'
    WHEN regexp_matches(value, '(?i)(^|[^a-z])(ext\.?|extension|x|#) *[0-9]{1,6} *\)?$') THEN 'extension'
    WHEN is_around_number(number_around(value)) AND can_be_dialled(digits_around(value)) THEN 'words'
    WHEN regexp_full_match(lower(trim(value)), 'none|n/?a|null|nil|nan|no|unknown|unk|tbd|x+|refused|declined|not (available|applicable|provided|given)|[-.?*_0]+') THEN 'placeholder'
    ELSE 'undialable' END;

-- Of a contact is said that it is not to be used.
CREATE {macro} is_unwanted(value) AS regexp_matches(lower(value), '\b(do not|don.?t|dont|no longer|not (in use|valid|working)|wrong|disconnected|bad|old|former|invalid|out of (order|service))\b');

-- Contacts that are not in order, and guardians whom nobody can reach. email, number: what is wrong with it. state: none where
-- there is neither a usable address nor a usable number, malformed where the address would only have to be corrected.
CREATE {table} contact_faults AS
WITH judged AS MATERIALIZED ( -- once a row, whatever follows from it
    SELECT tbl, _line, guardian, email IS NULL AS no_email, sms IS NULL AS no_number, email_fault(email) AS email, number_fault(sms) AS number,
        CASE WHEN email_fault(email) = 'around' THEN is_unwanted(replace(email, address_around(email), ' ')) END AS unwanted_email,
        CASE WHEN number_fault(sms) = 'words' THEN is_unwanted(sms) END AS unwanted_number FROM {people}
), faulty AS MATERIALIZED (
    SELECT *, NOT guardian OR NOT no_email AND coalesce(email, '') NOT IN ('placeholder', 'malformed')
            OR NOT no_number AND coalesce(number, '') NOT IN ('extension', 'placeholder', 'undialable') AS reached,
        CASE number WHEN 'several' THEN 'holds several numbers: keep the mobile one'
            WHEN 'words' THEN CASE WHEN unwanted_number THEN 'is said to be of no use: give another one, or leave the field empty' ELSE 'has something around it: leave only the number' END
            WHEN 'extension' THEN 'has an extension, which gets no text messages' WHEN 'placeholder' THEN 'is a placeholder'
            ELSE 'cannot be dialled' END AS number_words
    FROM judged WHERE email IS NOT NULL OR number IS NOT NULL OR guardian AND no_email AND no_number
)
SELECT tbl, _line, email, number, CASE WHEN reached THEN NULL WHEN email = 'malformed' THEN 'malformed' ELSE 'none' END AS state,
    CASE WHEN no_email AND no_number THEN 'neither email nor mobile number' WHEN no_email THEN 'no email, and the mobile number ' || number_words
        WHEN no_number THEN 'email is a placeholder, and there is no mobile number' ELSE 'email is a placeholder, and the mobile number ' || number_words END AS words,
    CASE email WHEN 'several' THEN 'holds several addresses: keep one'
        WHEN 'around' THEN CASE WHEN unwanted_email THEN 'is said to be of no use: give another one, or leave the field empty' ELSE 'has something around the address: leave only the address' END
        ELSE 'is not an address' END AS email_words, number_words
FROM faulty;

-- Normalised person table, one row per person, from the tables of people.sql, with {shares}: how common its values are.
-- All narrow tables are joined in one statement, so that the wide rows are written once.
CREATE TABLE people AS
SELECT p.*, {shares}
FROM (
    SELECT p.unique_id, p.source, p.id, id_key(p.sis_id) AS id_form,
        g.whole AS given, g.tokens AS given_tokens, f.name AS given_first, coalesce(m.form, g.rest) AS middle,
        CASE WHEN c.first IS NULL OR c.first = f.name THEN f.roots ELSE list_append(f.roots, c.first) END AS given_roots,
        coalesce(f.known, false) AS given_known, f.block_sound AS given_sound, f.sound,
        y.whole AS family, both_names(f.name, y.whole) AS names, y.tokens AS family_tokens, y.sound AS family_sound,
        d.born, d.day_month, id_key(p.identifier) AS identifier, lower(p.email) AS email,
        coalesce(f.bits, 0) | coalesce(g.bits, 0) | coalesce(c.first_bit, 0) AS given_bits,
        {phones} AS phones, k.rank AS grade, s.schools, h.ties, h.contacts, h.tie_names, coalesce(h.family_bits, 0) AS family_bits
    FROM persons AS p LEFT JOIN spellings AS g ON g.raw = p.givenName LEFT JOIN first_names AS f ON f.name = g.first
    LEFT JOIN spellings AS m ON m.raw = p.middleName LEFT JOIN spellings AS c ON c.raw = p.preferredGivenName
    LEFT JOIN family_spellings AS y ON y.raw = p.familyName LEFT JOIN birthdays AS d ON d.day = p.born
    LEFT JOIN school_lists AS s ON s.written = p.schools LEFT JOIN grade_ranks AS k ON k.written = p.grade
    LEFT JOIN households AS h USING (unique_id)
) AS p {joins};

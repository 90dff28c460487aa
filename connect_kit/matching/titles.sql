-- Titles split into subject, numbers, section, period, school year and teacher's name.
-- A mark like zzp3 stands for period 3: zzg grade, zzn number, zzs section, zzy year.

CREATE MACRO plain(title) AS regexp_replace(lowered(title), '''s?\b', '', 'g');

-- Ms. Rivera, Mr. A. de la Cruz, Mrs. Garcia-Lopez: the second group is the name.
CREATE MACRO honorific() AS '\b(ms|mrs|mr|miss|mx|dr|prof|profe|coach|sra|srta|senora|maestra|maestro)\b\.?\s*((?:(?:de|del|la|las|los|da|dos|van|von|der|den|el|al|st|[a-z])[\s.]+)*[\p{L}\p{M}-]+)';

-- A school year, or "old" at the end.
CREATE MACRO marked_years(s) AS regexp_replace(regexp_replace(regexp_replace(regexp_replace(s, '\bold\b[^a-z0-9]*$', ' zzyold ', 'g'),
    '\b(20[0-9][0-9])\s*[-/–]\s*(?:20)?[0-9][0-9]\b', ' zzy\1 ', 'g'), '\b(?:sy\s*)?(2[0-9])\s*[-/–]\s*(?:2[0-9]|30)\b', ' zzy20\1 ', 'g'), '\b(20[0-9][0-9])\b', ' zzy\1 ', 'g');

CREATE MACRO room_number() AS '\b(?:room|rm)[\s.#:-]*([a-z]?[0-9]{1,4}[a-z]?)\b';

-- Rooms and terms are left out. 3A and 3-A are number and section.
CREATE MACRO without_rooms_and_terms(s) AS regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(s, room_number(), ' ', 'g'),
    '\b(?:semester|sem|quarter|trimester|term|s|q|t)[\s.#-]*[1-4]\b', ' ', 'g'),
    '\bpre[\s-]+([a-z])', 'pre\1', 'g'), '\b([0-9]{1,2})\s*-?\s*([a-h])\b', '\1 zzs\2 ', 'g'), '\bk(?:\s*-\s*|\s+)([a-h])\b', 'k zzs\1 ', 'g');

CREATE MACRO marked_periods(s) AS regexp_replace(regexp_replace(s,
    '\b(?:period|per|prd|pd|p|hour|block|blk)[\s.#:-]*0*([0-9]{1,2})(?:st|nd|rd|th)?\b', ' zzp\1 ', 'g'),
    '\b0*([0-9]{1,2})(?:st|nd|rd|th)?\s*(?:period|per|prd|pd|hour|block|blk)\b', ' zzp\1 ', 'g');

CREATE MACRO marked_grades(s) AS regexp_replace(regexp_replace(regexp_replace(s,
    '\b(?:grade|grd|gr|gd|g)[\s.#:-]*0*([0-9]{1,2})(?:st|nd|rd|th)?\b', ' zzg\1 ', 'g'),
    '\b0*([0-9]{1,2})(?:st|nd|rd|th)?[\s-]*(?:grade|graders?|grd|gr)\b', ' zzg\1 ', 'g'), '\b([0-9]{1,2})(?:st|nd|rd|th)\b', ' zzg\1 ', 'g');

-- (02), Sec. 2, #2 and a number that begins with 0.
CREATE MACRO marked_sections(s) AS regexp_replace(regexp_replace(s,
    '\b(?:section|sect|sec)[\s.#:-]*0*([0-9]{1,3}|[a-h]\b)', ' zzs\1 ', 'g'), '(?:\(\s*0*|#\s*0*|\b0+)([0-9]{1,3})\b\)?', ' zzs\1 ', 'g');

-- Titles of matched classes as well: a title is the only one of its school only if these have another.
CREATE TABLE titled AS
SELECT * FROM (SELECT 'l' AS side, n, k, title FROM left_side UNION ALL SELECT 'r', n, k, title FROM right_side WHERE NOT archived)
WHERE title IS NOT NULL AND k IN (SELECT k FROM open_left) AND k IN (SELECT k FROM open_right);

CREATE TABLE titles AS SELECT DISTINCT k, title FROM titled;

CREATE TABLE prepared AS
SELECT k, title, regexp_extract_all(p, honorific(), 2) AS named, nullif(regexp_extract_all(p, room_number(), 1), []) AS rooms,
    marked_sections(marked_grades(marked_periods(without_rooms_and_terms(marked_years(regexp_replace(p, honorific(), ' ', 'g')))))) AS s
FROM (SELECT k, title, plain(title) AS p FROM titles);

CREATE TABLE texts AS SELECT DISTINCT NULL::BIGINT AS k, s FROM prepared;

-- Dates as they are written, each different one read once: what form it has, and which day is meant. Runs after the roster's
-- tables are there, with the check's own schema first.

CREATE TABLE written_dates AS
SELECT 'enrollments' AS tbl, 'beginDate' AS col, beginDate AS written FROM enrollments WHERE beginDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'enrollments', 'endDate', endDate FROM enrollments WHERE endDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'roles', 'beginDate', beginDate FROM roles WHERE beginDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'roles', 'endDate', endDate FROM roles WHERE endDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'academicSessions', 'startDate', startDate FROM academicSessions WHERE startDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'academicSessions', 'endDate', endDate FROM academicSessions WHERE endDate IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'demographics', 'birthDate', birthDate FROM demographics WHERE birthDate IS NOT NULL GROUP BY ALL;

-- A day written in numbers: of the United States (M/D/Y), unless a file holds a first number above 12 and no second one.
-- Where it holds both, only those that leave no choice are read (kit decision).
CREATE TABLE read_dates AS
WITH forms AS (
    SELECT *, trim(written) AS v, regexp_extract(trim(written), '^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})( .*)?$', ['a', 'b', 'y']) AS n
    FROM written_dates
), sides AS (
    SELECT tbl, coalesce(bool_or(try_cast(n.a AS INTEGER) > 12), false) AS day_first, coalesce(bool_or(try_cast(n.b AS INTEGER) > 12), false) AS month_first
    FROM forms GROUP BY tbl
), parts AS (
    SELECT f.*, CASE WHEN n.y = '' THEN NULL WHEN NOT s.day_first THEN 'M/D/Y' WHEN NOT s.month_first THEN 'D/M/Y'
        WHEN try_cast(n.a AS INTEGER) > 12 THEN 'D/M/Y' WHEN try_cast(n.b AS INTEGER) > 12 THEN 'M/D/Y' ELSE 'either M/D/Y or D/M/Y' END AS order_,
        CASE WHEN length(n.y) = 4 THEN n.y WHEN n.y > right(year(current_date + 3650)::VARCHAR, 2) THEN '19' || n.y ELSE '20' || n.y END AS y
    FROM forms AS f JOIN sides AS s USING (tbl)
), days AS (
    SELECT tbl, col, written, CASE
        WHEN regexp_full_match(written, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN struct_pack(form := 'YYYY-MM-DD', day := try_cast(written AS DATE))
        WHEN regexp_full_match(v, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]+ *(Z|[+-][0-9:]+)?)?') THEN struct_pack(form := 'YYYY-MM-DD with a time or blanks', day := try_cast(left(v, 10) AS DATE))
        WHEN order_ = 'M/D/Y' THEN struct_pack(form := order_, day := try_cast(y || '-' || n.a || '-' || n.b AS DATE))
        WHEN order_ = 'D/M/Y' THEN struct_pack(form := order_, day := try_cast(y || '-' || n.b || '-' || n.a AS DATE))
        WHEN order_ IS NOT NULL THEN struct_pack(form := order_, day := NULL::DATE)
        WHEN regexp_full_match(v, '[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}') THEN struct_pack(form := 'Y/M/D', day := try_cast(replace(replace(v, '/', '-'), '.', '-') AS DATE))
        WHEN regexp_full_match(v, '[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}') THEN struct_pack(form := 'D.M.Y', day := try_cast(split_part(v, '.', 3) || '-' || split_part(v, '.', 2) || '-' || split_part(v, '.', 1) AS DATE))
        WHEN regexp_full_match(v, '(19|20)[0-9]{6}') THEN struct_pack(form := 'YYYYMMDD', day := try_cast(left(v, 4) || '-' || substr(v, 5, 2) || '-' || right(v, 2) AS DATE))
        WHEN regexp_full_match(v, '[2-5][0-9]{4}([.]0+)?') THEN struct_pack(form := 'the day number of a spreadsheet', day := DATE '1899-12-30' + try_cast(left(v, 5) AS INTEGER))
        ELSE struct_pack(form := 'the month in letters', day := try_strptime(replace(v, ',', ''), ['%d-%b-%Y', '%d-%b-%y', '%d %b %Y', '%d %B %Y', '%b %d %Y', '%B %d %Y', '%d-%B-%Y', '%a %b %d %Y'])::DATE)
    END AS read FROM parts
)
SELECT tbl, col, written, read.day AS day, CASE WHEN read.form LIKE 'either%' OR read.day IS NOT NULL THEN read.form END AS form FROM days;

-- Those in another form than the standard's, in words that show no value: birth dates are not shown.
CREATE TABLE odd_dates AS
SELECT tbl, col, written, CASE WHEN form IS NULL THEN 'is not a date that can be read, so that nothing could be compared with it'
    WHEN day IS NULL THEN 'is ' || form || ', so that nothing could be compared with it' ELSE 'has the form ' || form || ' and is read so' END AS words
FROM read_dates WHERE form IS DISTINCT FROM 'YYYY-MM-DD' OR day IS NULL;

-- swapped: ends before it begins, so that nothing else is judged by it.
CREATE TABLE session_dates AS
SELECT a._line, s.day AS starts, e.day AS ends, coalesce(s.day > e.day, false) AS swapped FROM academicSessions AS a
LEFT JOIN read_dates AS s ON s.tbl = 'academicSessions' AND s.col = 'startDate' AND s.written = a.startDate
LEFT JOIN read_dates AS e ON e.tbl = 'academicSessions' AND e.col = 'endDate' AND e.written = a.endDate;

CREATE TABLE role_dates AS
SELECT a._line, s.day AS starts, e.day AS ends FROM roles AS a
JOIN read_dates AS s ON s.tbl = 'roles' AND s.col = 'beginDate' AND s.written = a.beginDate
JOIN read_dates AS e ON e.tbl = 'roles' AND e.col = 'endDate' AND e.written = a.endDate;

-- Every different pair of days of enrollments. over: ended before today; reversed: ends before it begins.
CREATE TABLE enrollment_dates AS
SELECT p.*, e.day AS ends, CASE WHEN e.day < b.day THEN 'reversed' WHEN e.day < current_date THEN 'over' ELSE 'open' END AS state
FROM (SELECT coalesce(beginDate, '') AS beginDate, endDate, count(*) AS rows FROM enrollments WHERE endDate IS NOT NULL GROUP BY ALL) AS p
LEFT JOIN read_dates AS b ON b.tbl = 'enrollments' AND b.col = 'beginDate' AND b.written = p.beginDate
LEFT JOIN read_dates AS e ON e.tbl = 'enrollments' AND e.col = 'endDate' AND e.written = p.endDate;

-- A delivery of a year that is over, in words: all of its terms are, or all of its enrollments. Between two terms,
-- enrollments may all be over for a month.
CREATE TABLE delivery_over AS
WITH terms AS (
    SELECT count(*) AS every, count(*) FILTER (ends < current_date) AS over, max(ends) AS last FROM session_dates WHERE NOT swapped
), seats AS (
    SELECT (SELECT count(*) FROM enrollments) AS every, coalesce(sum(rows) FILTER (state = 'over'), 0) AS over, max(ends) AS last FROM enrollment_dates
)
SELECT CASE WHEN t.every > 0 AND t.over = t.every THEN 'every term of academicSessions.csv is over; the last one ended on ' || t.last
    ELSE 'every enrollment is over; the last one ended on ' || e.last END AS words
FROM terms AS t, seats AS e
WHERE t.every > 0 AND t.over = t.every AND NOT coalesce(e.last >= current_date, false)
    OR e.every > 0 AND e.over = e.every AND (t.every > 0 AND t.every = t.over OR e.last < current_date - 30);

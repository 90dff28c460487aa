-- An account with several staff IDs has the schools of all of its rows, in the order of the file.

CREATE OR REPLACE TEMP TABLE wanted_schools AS
SELECT w._line, w.id, w.school, coalesce(p.place, w.place) AS place, w.fresh FROM wanted_schools AS w
LEFT JOIN (
    SELECT id, school, row_number() OVER (PARTITION BY id ORDER BY min((_line, place)))::INTEGER AS place
    FROM wanted_schools WHERE id IN (SELECT id FROM wanted_schools GROUP BY id HAVING count(DISTINCT _line) > 1)
    GROUP BY id, school
) AS p ON p.id = w.id AND p.school = w.school;

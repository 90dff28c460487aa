-- Schools of people (kit decision): at district level a row's list replaces them; at school level the school is added.
-- {table}, {id}: the table that holds them, and its key. wanted_schools: _line, id, school, place. Makes {table}_changed:
-- lines of known people whose schools changed.

CREATE TEMP TABLE {table}_changed AS
WITH known AS (SELECT DISTINCT w.id FROM wanted_schools AS w WHERE NOT w.fresh),
differing AS (
    SELECT DISTINCT w.id FROM wanted_schools AS w
    ANTI JOIN {table} AS s ON s.{id} = w.id AND s.connectSchoolId = w.school AND {same_place} WHERE NOT w.fresh
    UNION
    SELECT s.{id} FROM {table} AS s SEMI JOIN known AS k ON k.id = s.{id}
    ANTI JOIN wanted_schools AS w ON w.id = s.{id} AND w.school = s.connectSchoolId WHERE {replaces}
)
SELECT DISTINCT w._line, w.id FROM wanted_schools AS w SEMI JOIN differing AS d ON d.id = w.id;

DELETE FROM {table} WHERE {replaces} AND {id} IN (SELECT id FROM {table}_changed);

INSERT INTO {table}
SELECT w.id, w.school, min(w.place) + coalesce(any_value(l.last), 0)
FROM (
    SELECT id, school, place FROM wanted_schools WHERE fresh
    UNION ALL SELECT id, school, place FROM wanted_schools WHERE NOT fresh AND id IN (SELECT id FROM {table}_changed)
) AS w LEFT JOIN (SELECT {id} AS id, max(place) AS last FROM {table} WHERE NOT {replaces} GROUP BY {id}) AS l ON l.id = w.id
GROUP BY w.id, w.school;

DROP TABLE wanted_schools;

-- Attributes as the file has them; a blank field leaves what is stored (kit decision). wanted: _line, id, name, value.

CREATE TEMP TABLE stored AS
SELECT w._line, w.id, w.name, w.value, a.name IS NULL AS fresh FROM wanted AS w
LEFT JOIN attributes AS a ON a.connectStudentId = w.id AND a.name = w.name
WHERE a.name IS NULL OR a.value IS DISTINCT FROM w.value;

UPDATE attributes AS a SET value = s.value FROM stored AS s WHERE NOT s.fresh AND a.connectStudentId = s.id AND a.name = s.name;

INSERT INTO attributes SELECT id, name, value FROM stored WHERE fresh;

CREATE TEMP TABLE outcome AS
SELECT g._line, CASE WHEN r._line IS NULL THEN 'SKIPPED' WHEN r._line NOT IN (SELECT _line FROM stored) THEN 'UNCHANGED'
        WHEN r.known THEN 'UPDATED' ELSE 'CREATED' END AS action,
    'attributes' AS what, {school} AS school
FROM given AS g LEFT JOIN attribute_rows AS r ON r._line = g._line
LEFT JOIN students AS p ON p.sourcedId = g.studentSourcedId
LEFT JOIN student_schools AS s ON s.connectStudentId = p.connectStudentId AND s.place = 1;

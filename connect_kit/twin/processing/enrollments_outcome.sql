-- Enrolls, and says what became of each row: outcome (_line, action, what, school) and notes.

-- One number stands for a pair, so that millions are grouped without comparing text; those repeated are then compared.
CREATE TEMP TABLE repeated AS
SELECT e._line, e.classroom, e.person FROM enrolled AS e ANTI JOIN refused AS x ON x._line = e._line
WHERE hash(e.classroom, e.person) IN (
    SELECT hash(classroom, person) FROM enrolled WHERE classroom IS NOT NULL AND person IS NOT NULL GROUP BY 1 HAVING count(*) > 1);

CREATE TEMP TABLE unchanged AS
SELECT e._line FROM enrolled AS e
SEMI JOIN enrollments AS t ON t.connectClassroomId = e.classroom AND t.connectUserId = e.person
UNION
SELECT a._line FROM repeated AS a JOIN (SELECT classroom, person, min(_line) AS first FROM repeated GROUP BY ALL) AS f
    ON f.classroom = a.classroom AND f.person = a.person WHERE a._line <> f.first;

INSERT INTO enrollments
SELECT e.classroom, e.person, CASE WHEN e.is_student THEN 'student' ELSE 'teacher' END FROM enrolled AS e
ANTI JOIN refused AS x ON x._line = e._line ANTI JOIN unchanged AS u ON u._line = e._line;

CREATE TEMP TABLE outcome AS
SELECT e._line, CASE WHEN x._line IS NOT NULL THEN 'SKIPPED' WHEN u._line IS NOT NULL THEN 'UNCHANGED' ELSE 'CREATED' END AS action,
    'enrollments' AS what, {school} AS school
FROM enrolled AS e LEFT JOIN refused AS x ON x._line = e._line LEFT JOIN unchanged AS u ON u._line = e._line {join};

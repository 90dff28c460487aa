-- Merges the students of the temporary table merging (place, survivor, other); decision 21. See merging_offered.sql.

CREATE OR REPLACE TEMP TABLE rooms AS
SELECT DISTINCT survivor, connectClassroomId, role FROM merging JOIN enrollments ON connectUserId = other
WHERE NOT EXISTS (
    FROM enrollments AS own WHERE own.connectUserId = survivor AND own.connectClassroomId = enrollments.connectClassroomId
);

CREATE OR REPLACE TEMP TABLE merged_counts AS SELECT
    (SELECT count(*) FROM merging) AS merged,
    (SELECT count(*) FROM history WHERE connectStudentId IN (SELECT other FROM merging)) AS history,
    (SELECT count(*) FROM offered WHERE taken) AS attributes,
    (SELECT count(*) FROM rooms) AS classrooms,
    (SELECT count(*) FROM merging JOIN relationships AS r ON r.connectStudentId = other WHERE NOT EXISTS (
        FROM relationships AS own WHERE own.connectStudentId = survivor AND own.connectUserId = r.connectUserId
    )) AS guardians_disconnected;

-- What was lost, for whoever asks later; the entry of the log is the one that is about to be written.
INSERT INTO merges
WITH entry AS (SELECT coalesce(max(number), 0) + 1 AS number FROM activity),
differing AS (
    SELECT m.survivor, m.other, unnest([
        {'field': 'givenName', 'kept': s.givenName, 'lost': o.givenName},
        {'field': 'familyName', 'kept': s.familyName, 'lost': o.familyName},
        {'field': 'grade', 'kept': s.grade, 'lost': o.grade}, {'field': 'email', 'kept': s.email, 'lost': o.email},
        {'field': 'archived', 'kept': s.archived::VARCHAR, 'lost': o.archived::VARCHAR},
        {'field': 'studentId', 'kept': s.studentId, 'lost': o.studentId}
    ]) AS part
    FROM merging AS m JOIN students AS s ON s.connectStudentId = m.survivor JOIN students AS o ON o.connectStudentId = m.other
    UNION ALL
    SELECT survivor, other, {'field': 'attribute ' || name, 'kept': kept, 'lost': value} FROM offered WHERE NOT taken
    UNION ALL
    SELECT survivor, other, {'field': 'guardian', 'kept': NULL, 'lost': connectUserId}
    FROM merging JOIN relationships ON connectStudentId = other
    WHERE NOT EXISTS (
        FROM relationships AS own WHERE own.connectStudentId = survivor AND own.connectUserId = relationships.connectUserId
    )
)
SELECT number, survivor, other, part.field, part.kept, part.lost FROM differing, entry
WHERE coalesce(part.lost, '') <> '' AND part.lost IS DISTINCT FROM part.kept
UNION ALL
SELECT number, survivor, other, NULL, NULL, NULL FROM merging, entry;

UPDATE history SET connectStudentId = survivor FROM merging WHERE connectStudentId = other;

INSERT INTO attributes SELECT survivor, name, value FROM offered WHERE taken;

DELETE FROM attributes WHERE connectStudentId IN (SELECT other FROM merging);

INSERT INTO enrollments SELECT connectClassroomId, survivor, role FROM rooms;

DELETE FROM enrollments WHERE connectUserId IN (SELECT other FROM merging);

DELETE FROM relationships WHERE connectStudentId IN (SELECT other FROM merging);

DELETE FROM student_schools WHERE connectStudentId IN (SELECT other FROM merging);

DELETE FROM students WHERE connectStudentId IN (SELECT other FROM merging);

-- What a few years have brought to the students of a sample who were made by hand; the same for the same IDs.

INSERT INTO history
WITH students_by_hand AS (
    SELECT connectStudentId AS id, CAST(md5_number_lower(connectStudentId) % 1000003 AS BIGINT) AS seed FROM students WHERE studentId IS NULL
), items AS (
    SELECT id, seed, unnest(range(1 + seed % 4)) AS n FROM students_by_hand
)
SELECT printf('H%08d', row_number() OVER (ORDER BY id, n)), id, (['announcement', 'backpack', 'interaction'])[1 + (seed // 7 + n) % 3],
    strftime(DATE '2024-09-02' + CAST((seed // 11 + 97 * n) % 600 AS INTEGER), '%Y-%m-%d')
FROM items ORDER BY id, n;

INSERT INTO attributes
WITH students_by_hand AS (
    SELECT connectStudentId AS id, CAST(md5_number_lower(connectStudentId) % 1000003 AS BIGINT) AS seed FROM students WHERE studentId IS NULL
)
SELECT id, 'bus', 'Route ' || (1 + seed // 5 % 24) FROM students_by_hand WHERE seed % 3 = 0
UNION ALL SELECT id, 'house', (['Blue', 'Green', 'Red', 'Yellow'])[1 + seed // 13 % 4] FROM students_by_hand WHERE seed % 2 = 0;

-- Which students are in a class and in a classroom: recognised by ID, by name and grade, or by a decision.

CREATE TABLE class_students AS
SELECT p.l, p.k, u._line AS student FROM class_people AS p JOIN users AS u ON u.sourcedId = p.id WHERE p.staff = 0 AND u._kind = 'student';

CREATE TABLE room_students AS
SELECT p.r, p.k, w._line AS student FROM room_people AS p JOIN workspace_students AS w ON w.connectStudentId = p.id WHERE p.staff IS DISTINCT FROM 1;

CREATE TABLE delivered_students AS
SELECT s.k, s.student, u.sourcedId AS id, pupil_key(u.givenName, u.familyName) AS name, g.rank AS grade
FROM (SELECT DISTINCT k, student FROM class_students) AS s JOIN users AS u ON u._line = s.student LEFT JOIN grade_ranks AS g ON g.written = u.grades;

CREATE TABLE existing_students AS
SELECT s.k, s.student, w.studentId AS id, w.connectStudentId AS own, pupil_key(w.givenName, w.familyName) AS name, g.rank AS grade
FROM (SELECT DISTINCT k, student FROM room_students) AS s JOIN workspace_students AS w ON w._line = s.student LEFT JOIN grade_ranks AS g ON g.written = w.grade;

-- A name counts where only one student of the school has it. The list on Connect may be a year old, and its grades one
-- lower.
CREATE TABLE same_students AS
SELECT h.k, t.student AS existing, h.student AS delivered FROM existing_students AS t JOIN delivered_students AS h ON h.k = t.k AND h.id = t.id
UNION
SELECT h.k, t.student, h.student
FROM (SELECT * FROM existing_students WHERE id IS NULL QUALIFY count(*) OVER (PARTITION BY k, name) = 1) AS t
JOIN (SELECT * FROM delivered_students QUALIFY count(*) OVER (PARTITION BY k, name) = 1) AS h ON h.k = t.k AND h.name = t.name AND (h.grade IS NULL OR t.grade IS NULL OR h.grade - t.grade IN (0, 1))
UNION
SELECT h.k, t.student, h.student FROM decided_students AS d JOIN existing_students AS t ON t.own = d.workspace JOIN delivered_students AS h ON h.id = d.roster AND h.k = t.k;

-- ``usual``: in most classrooms of the school somebody is recognised, so that a classroom of strangers is meaningful.
CREATE TABLE known_members AS
SELECT r, all_members, known, median(known) OVER (PARTITION BY k) >= 1 AS usual FROM (
    SELECT m.r, m.k, count(*) AS all_members, count(s.existing) AS known
    FROM room_students AS m LEFT JOIN (SELECT DISTINCT k, existing FROM same_students) AS s ON s.existing = m.student AND s.k = m.k GROUP BY ALL
);

CREATE TABLE shared_members AS
SELECT c.l, m.r, count(*) AS shared FROM room_students AS m JOIN same_students AS s ON s.k = m.k AND s.existing = m.student
JOIN class_students AS c ON c.k = s.k AND c.student = s.delivered GROUP BY ALL;

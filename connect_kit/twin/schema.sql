-- What a twin holds: one district's workspace on Connect. IDs are text. No keys or indexes: the processing is set-based
-- and looks at whole tables, and the tests hold the keys.

-- name: schemaVersion, district, id (identifies the twin), made.
CREATE TABLE meta (name VARCHAR, value VARCHAR);

-- Names of connect_kit.twin.values.Settings.
CREATE TABLE settings (name VARCHAR, value VARCHAR);

-- The next number of the IDs that the twin gives, by kind (CC, CS, CU).
CREATE TABLE counters (kind VARCHAR, next BIGINT);

CREATE TABLE schools (connectSchoolId VARCHAR, name VARCHAR, schoolId VARCHAR);

-- classId NULL: made by hand.
CREATE TABLE classrooms (connectClassroomId VARCHAR, connectSchoolId VARCHAR, title VARCHAR, grades VARCHAR, classId VARCHAR, archived BOOLEAN);

-- studentId: the ID shown on Connect, NULL for a student made by hand. sourcedId: what the roster's files refer to; another
-- than studentId only where the setting student_id is "number".
CREATE TABLE students (connectStudentId VARCHAR, givenName VARCHAR, familyName VARCHAR, grade VARCHAR, email VARCHAR, studentId VARCHAR, sourcedId VARCHAR, archived BOOLEAN);

-- place 1 is the school of the workspace's students.csv.
CREATE TABLE student_schools (connectStudentId VARCHAR, connectSchoolId VARCHAR, place INTEGER);

-- An account of an adult; it may hold several roles (S12).
CREATE TABLE accounts (connectUserId VARCHAR, givenName VARCHAR, familyName VARCHAR, email VARCHAR, sms VARCHAR, phone VARCHAR, language VARCHAR);

-- One row a guardian's ID; an account that is a guardian without ID has one row with NULL.
CREATE TABLE guardian_roles (connectUserId VARCHAR, guardianId VARCHAR);

-- role: teacher or admin (S18). One row a staff ID; NULL for staff made by hand.
CREATE TABLE staff_roles (connectUserId VARCHAR, role VARCHAR, staffId VARCHAR);

CREATE TABLE staff_schools (connectUserId VARCHAR, connectSchoolId VARCHAR, place INTEGER);

-- managed: connected by an upload, so that Abandon may disconnect it.
CREATE TABLE relationships (connectStudentId VARCHAR, connectUserId VARCHAR, managed BOOLEAN);

-- connectUserId is a connectStudentId for students. role: student or teacher.
CREATE TABLE enrollments (connectClassroomId VARCHAR, connectUserId VARCHAR, role VARCHAR);

CREATE TABLE attributes (connectStudentId VARCHAR, name VARCHAR, value VARCHAR);

-- What a student's record gathers over time: kind is announcement, backpack or interaction.
CREATE TABLE history (historyId VARCHAR, connectStudentId VARCHAR, kind VARCHAR, happened VARCHAR);

-- The log. kind: made, upload, an Action's kind, actions (several as one), merge, undo. digest: of the file that was
-- uploaded, or of the rows that an action or a merge changed. counts: JSON. undone: number of the entry that took it back.
CREATE TABLE activity (number BIGINT, happened VARCHAR, kind VARCHAR, what VARCHAR, digest VARCHAR, counts VARCHAR, undone BIGINT);

-- Real uploads, written in the same transaction as what they did. run: of which plan, and which time. outcome: processed, or undone. counts: JSON.
CREATE TABLE uploads (run VARCHAR, identity VARCHAR, kind VARCHAR, level VARCHAR, school VARCHAR, digest VARCHAR, activity BIGINT, rows BIGINT, errors BIGINT, outcome VARCHAR, counts VARCHAR);

-- Rows (JSON) that an action removed (side -1) and added (side 1), by which it is undone.
CREATE TABLE changes (activity BIGINT, tbl VARCHAR, side TINYINT, row VARCHAR);

-- Merges of students: one row with field NULL each, and one for each value that the merged record had otherwise.
CREATE TABLE merges (activity BIGINT, survivor VARCHAR, other VARCHAR, field VARCHAR, kept VARCHAR, lost VARCHAR);

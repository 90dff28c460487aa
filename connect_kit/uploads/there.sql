-- Rows of users whose person Connect has at a school already: there (_line, school), by School ID. A student is found by
-- the SIS ID ({shown}: the column that Connect has of it); staff by it, or as the account that the same name, email and
-- mobile number join (S12), as an upload finds them. Guardians have no schools of their own.

CREATE TABLE there AS
WITH staff AS (
    SELECT staffId AS id, givenName, familyName, coalesce(email, '') AS email, coalesce(sms, '') AS sms,
        trim(unnest(string_split(connectSchoolIds, ','))) AS connectSchoolId
    FROM workspace_staff WHERE connectSchoolIds IS NOT NULL
), students AS (
    SELECT studentId AS id, connectSchoolId FROM workspace_students
    UNION ALL
    SELECT s.studentId, f.connectSchoolId FROM workspace_student_schools AS f JOIN workspace_students AS s USING (connectStudentId)
), found AS (
    SELECT u._line, s.connectSchoolId FROM users AS u JOIN students AS s ON s.id = {shown} WHERE u._kind = 'student'
    UNION
    SELECT u._line, s.connectSchoolId FROM users AS u JOIN staff AS s ON s.id = u.sourcedId WHERE u._kind IN ('teacher', 'administrator')
    UNION
    SELECT u._line, s.connectSchoolId FROM users AS u JOIN staff AS s ON s.givenName = u.givenName AND s.familyName = u.familyName
        AND s.email = coalesce(u.email, '') AND s.sms = coalesce(u.sms, '')
    WHERE u._kind IN ('teacher', 'administrator') AND (u.email IS NOT NULL OR u.sms IS NOT NULL)
)
SELECT DISTINCT f._line, s.schoolId AS school FROM found AS f JOIN workspace_schools AS s USING (connectSchoolId)
WHERE s.schoolId IS NOT NULL;

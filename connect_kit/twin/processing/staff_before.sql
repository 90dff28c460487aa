-- Which staff under the SIS are at which school before the file changes anything, so that nobody is removed uncounted (decision 29).

CREATE TEMP TABLE staff_before AS
SELECT s.connectUserId AS account, s.connectSchoolId AS school, r.staffId AS id
FROM staff_schools AS s JOIN staff_roles AS r ON r.connectUserId = s.connectUserId WHERE r.staffId IS NOT NULL;

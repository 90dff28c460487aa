-- What rules on OneRoster's further tables look at; made only when one of those tables was delivered.
-- Where several rows share an ID, the first counts.

CREATE TABLE org_index AS
SELECT sourcedId, _line, type, parentSourcedId AS parent FROM orgs WHERE sourcedId IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY sourcedId ORDER BY _line) = 1;

CREATE TABLE session_index AS
SELECT a.sourcedId, a._line, a.type, a.parentSourcedId AS parent, CASE WHEN NOT d.swapped THEN d.starts END AS starts, CASE WHEN NOT d.swapped THEN d.ends END AS ends
FROM academicSessions AS a JOIN session_dates AS d ON d._line = a._line WHERE a.sourcedId IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY a.sourcedId ORDER BY a._line) = 1;

-- Each step doubles how far up a row looks, so that 24 steps pass every line of ancestors that a file can hold. Who
-- still has an ancestor then is in a circle or beneath one, and the ancestors reached are the circle itself. Without a
-- circle it ends as soon as the longest line does.
CREATE TABLE org_cycles AS
WITH RECURSIVE climb AS (
    SELECT c._line, p._line AS above, 0 AS step FROM org_index AS c JOIN org_index AS p ON p.sourcedId = c.parent
    UNION ALL
    SELECT a._line, b.above, a.step + 1 FROM climb AS a JOIN climb AS b ON b._line = a.above WHERE a.step < 24
)
SELECT DISTINCT above AS _line FROM climb WHERE step = 24;

CREATE TABLE session_cycles AS
WITH RECURSIVE climb AS (
    SELECT c._line, p._line AS above, 0 AS step FROM session_index AS c JOIN session_index AS p ON p.sourcedId = c.parent
    UNION ALL
    SELECT a._line, b.above, a.step + 1 FROM climb AS a JOIN climb AS b ON b._line = a.above WHERE a.step < 24
)
SELECT DISTINCT above AS _line FROM climb WHERE step = 24;

CREATE TABLE class_terms AS
SELECT DISTINCT _line, term FROM (
    SELECT _line, trim(unnest(string_split(termSourcedIds, ','))) AS term FROM classes WHERE termSourcedIds IS NOT NULL
) WHERE term <> '';

-- none: no role of the person is primary; org: a second primary role at one org; person: one at a second org.
-- Roles whose roleType is blank or unknown are findings of their own, so such a person does not count as one without.
-- Copies of a row are one role.
CREATE TABLE role_faults AS
WITH held AS (
    SELECT _line, userSourcedId, roleType,
        count(*) FILTER (roleType IS DISTINCT FROM 'secondary') OVER person AS others,
        row_number() OVER person_first AS place,
        row_number() OVER (PARTITION BY userSourcedId, orgSourcedId, roleType ORDER BY _line) AS at_org,
        row_number() OVER (PARTITION BY userSourcedId, roleType ORDER BY _line) AS at_all
    FROM (SELECT * REPLACE ({role_type} AS roleType) FROM roles WHERE userSourcedId IS NOT NULL QUALIFY row_number() OVER (PARTITION BY sourcedId, userSourcedId, role, roleType, orgSourcedId ORDER BY _line) = 1)
    WINDOW person AS (PARTITION BY userSourcedId), person_first AS (PARTITION BY userSourcedId ORDER BY _line)
)
SELECT _line, CASE WHEN others = 0 THEN 'none' WHEN at_org > 1 THEN 'org' ELSE 'person' END AS fault
FROM held WHERE (others = 0 AND place = 1) OR (roleType = 'primary' AND at_all > 1);

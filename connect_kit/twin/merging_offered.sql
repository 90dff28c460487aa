-- Attributes that the other records of the temporary table merging (place, survivor, other) offer: survivor, other, name,
-- value, place, kept (the survivor's value afterwards) and taken. The survivor's own value counts, or else that of the
-- first record of the plan.
CREATE OR REPLACE TEMP TABLE offered AS
SELECT * FROM (
    SELECT survivor, other, name, value, place,
        first_value(value) OVER (PARTITION BY survivor, name ORDER BY place) AS kept,
        place = min(place) OVER (PARTITION BY survivor, name) AS taken
    FROM (
        SELECT survivor, other, name, value, place FROM merging JOIN attributes ON connectStudentId = other
        UNION ALL
        SELECT survivor, NULL, name, value, -1
        FROM (SELECT DISTINCT survivor FROM merging) JOIN attributes ON connectStudentId = survivor
    )
) WHERE other IS NOT NULL;

-- Attributes of the other record whose value is lost: the survivor, or another record before it, has one of this name.
CREATE OR REPLACE TEMP TABLE offered AS
SELECT survivor, other, name, place, value, first_value(value) OVER (PARTITION BY survivor, name ORDER BY place) AS kept
FROM (
    SELECT survivor, other, name, value, place FROM merging JOIN attributes ON connectStudentId = other
    UNION ALL
    SELECT survivor, NULL, name, value, -1 FROM (SELECT DISTINCT survivor FROM merging) JOIN attributes ON connectStudentId = survivor
);

SELECT survivor, other, 'attribute ' || name AS field, kept AS survivor_value, value AS other_value, 'survivor' AS stays
FROM offered WHERE other IS NOT NULL AND value IS DISTINCT FROM kept ORDER BY place, name;

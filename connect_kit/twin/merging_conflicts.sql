-- Attributes of the other record whose value is lost: the survivor, or another record before it, has one of this name.
SELECT survivor, other, 'attribute ' || name AS field, kept AS survivor_value, value AS other_value, 'survivor' AS stays
FROM offered WHERE value IS DISTINCT FROM kept ORDER BY place, name;

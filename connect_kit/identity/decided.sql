-- What people have decided about pairs of students. Keys are roster:ID and workspace:ID, in either order.

CREATE TABLE decided_pairs AS
SELECT g.c, f.d, x.decision FROM (SELECT one, other, decision FROM decided UNION ALL SELECT other, one, decision FROM decided) AS x
JOIN gone AS g ON x.one = 'workspace:' || g.connect_id JOIN fresh AS f ON x.other = 'roster:' || f.new_id;

DELETE FROM weighed WHERE (c, d) IN (SELECT (c, d) FROM decided_pairs WHERE decision = 'different');

CREATE TABLE assigned AS
SELECT c, d, 1.0::DOUBLE AS probability FROM decided_pairs WHERE decision = 'same'
QUALIFY count(*) OVER (PARTITION BY c) = 1 AND count(*) OVER (PARTITION BY d) = 1;

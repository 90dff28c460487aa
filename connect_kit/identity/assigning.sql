-- One round of assigning partners: the likeliest pairs of those who have none yet. Needs ``weighed`` and ``assigned``.

CREATE OR REPLACE TABLE standing AS
WITH free AS MATERIALIZED (
    SELECT c, d, follows, undecidable, pow(2, least(weight, 300)) AS odds FROM weighed
    WHERE c NOT IN (SELECT c FROM assigned) AND d NOT IN (SELECT d FROM assigned)
)
SELECT free.*, odds / (1 + greatest(of_c, of_d)) AS probability FROM free
JOIN (SELECT c, sum(odds) AS of_c FROM free GROUP BY c) USING (c) JOIN (SELECT d, sum(odds) AS of_d FROM free GROUP BY d) USING (d);

INSERT INTO assigned SELECT c, d, probability FROM standing WHERE probability >= {least} AND (follows OR NOT undecidable);

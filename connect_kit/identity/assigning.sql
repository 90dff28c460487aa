-- One round of assigning partners: the likeliest pairs of those who have none yet. Needs ``weighed`` and ``assigned``.

CREATE OR REPLACE TABLE standing AS
SELECT *, odds / (1 + greatest(sum(odds) OVER (PARTITION BY c), sum(odds) OVER (PARTITION BY d))) AS probability
FROM (
    SELECT *, pow(2, least(weight, 300)) AS odds FROM weighed WHERE c NOT IN (SELECT c FROM assigned) AND d NOT IN (SELECT d FROM assigned)
);

INSERT INTO assigned SELECT c, d, probability FROM standing WHERE probability >= {least} AND (follows OR NOT undecidable);

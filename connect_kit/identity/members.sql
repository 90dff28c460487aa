-- Which student of the delivery each student on Connect is, by ID or by the changed one; stayed: in the same grade.

CREATE TABLE same_students AS
SELECT m.connect_id, i.sourcedId AS new_id, coalesce(b.rank = a.rank, x.same_grade) AS stayed
FROM (
    SELECT m.connect_id, m.old_id, m.grade, i.sourcedId FROM managed_students AS m JOIN shown_ids AS i ON i.shown = m.old_id
    UNION ALL SELECT m.connect_id, m.old_id, m.grade, f.new_id FROM assigned AS a JOIN gone AS g USING (c) JOIN fresh AS f USING (d) JOIN managed_students AS m USING (connect_id)
) AS m JOIN (SELECT sourcedId, any_value(grades) AS grades FROM users WHERE _kind = 'student' GROUP BY sourcedId) AS i USING (sourcedId)
LEFT JOIN grade_ranks AS a ON a.written = m.grade LEFT JOIN grade_ranks AS b ON b.written = i.grades
CROSS JOIN (SELECT coalesce(any_value(share) FILTER (step = 0), 1) >= 0.5 AS same_grade FROM grade_steps WHERE connect_school = '') AS x;

-- What each merge of the temporary table merging (place, survivor, other) moves, and what is lost.
SELECT survivor, other, coalesce(h.announcement, 0) AS announcement, coalesce(h.backpack, 0) AS backpack,
    coalesce(h.interaction, 0) AS interaction, coalesce(a.attributes, 0) AS attributes, coalesce(e.classrooms, 0) AS classrooms,
    coalesce(a.attributes_lost, 0) AS attributes_lost, coalesce(r.guardians_lost, 0) AS guardians_lost
FROM merging
LEFT JOIN (
    SELECT connectStudentId AS other, count(*) FILTER (kind = 'announcement') AS announcement,
        count(*) FILTER (kind = 'backpack') AS backpack, count(*) FILTER (kind = 'interaction') AS interaction
    FROM history GROUP BY ALL
) AS h USING (other)
LEFT JOIN (
    SELECT other, count(*) FILTER (taken) AS attributes, count(*) FILTER (NOT taken AND value IS DISTINCT FROM kept) AS attributes_lost
    FROM offered GROUP BY ALL
) AS a USING (other)
LEFT JOIN (
    SELECT other, count(*) AS classrooms FROM merging AS m JOIN enrollments AS x ON x.connectUserId = other
    WHERE NOT EXISTS (FROM enrollments AS own WHERE own.connectUserId = m.survivor AND own.connectClassroomId = x.connectClassroomId)
    GROUP BY ALL
) AS e USING (other)
LEFT JOIN (
    SELECT other, count(*) AS guardians_lost FROM merging AS m JOIN relationships AS x ON x.connectStudentId = other
    WHERE NOT EXISTS (FROM relationships AS own WHERE own.connectStudentId = m.survivor AND own.connectUserId = x.connectUserId)
    GROUP BY ALL
) AS r USING (other)
ORDER BY place;

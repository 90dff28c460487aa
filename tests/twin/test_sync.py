"""What a nightly sync would archive, against the deletion threshold (S20, S21; decision 20)."""

from __future__ import annotations

from connect_kit.twin import Action
from tests.twin.uploads import CLASSES, OAK, USERS, Desk

HEADER = "sourcedId,orgSourcedIds,role,givenName,familyName,email\n"
COLUMNS = ["what", "managed", "gone", "percent", "allowed", "would_exceed", "threshold_needed"]


def test_501_students_and_ten_percent_allow_50(desk: Desk) -> None:
    """S20's own example; 51 would exceed."""
    rows = [f"S{i},0104,student,Amal,Hadid{i},\n" for i in range(501)]
    desk.upload("users", HEADER + "".join(rows))
    fifty = desk.twin.sync_deletions([desk.file("users", HEADER + "".join(rows[50:]))])
    more = desk.twin.sync_deletions([desk.file("users", HEADER + "".join(rows[51:]))])
    assert list(fifty.columns) == COLUMNS
    assert fifty.iloc[0].tolist() == ["students", 501, 50, 10.0, 50, False, 10]
    assert more.iloc[0].tolist() == ["students", 501, 51, 10.2, 50, True, 11]
    desk.set(deletion_threshold="11")
    assert not desk.twin.sync_deletions([desk.file("users", HEADER + "".join(rows[51:]))])["would_exceed"].any()


def test_each_type_of_record_is_counted_for_itself(desk: Desk) -> None:
    desk.upload("users", USERS)
    desk.upload("classes", CLASSES)
    fewer = "".join(line + "\n" for line in USERS.splitlines() if not line.startswith(("G2", "T1")))
    files = [desk.file("users", fewer), desk.file("classes", CLASSES.replace("C2", "C3"))]
    assert desk.twin.sync_deletions(files).to_numpy().tolist() == [
        ["students", 2, 0, 0.0, 0, False, 0],
        ["guardians", 2, 1, 50.0, 0, True, 50],
        ["staff", 2, 1, 50.0, 0, True, 50],
        ["classrooms", 2, 1, 50.0, 0, True, 50],
    ]


def test_a_byte_order_mark_makes_all_seem_gone(desk: Desk) -> None:
    # S21: CSV not recognised leads to a threshold failure
    desk.upload("users", USERS)
    found = desk.twin.sync_deletions([desk.file("users", USERS.encode("utf-8-sig"))])
    assert list(found["percent"]) == [100.0, 100.0, 100.0]


def test_rows_of_schools_that_connect_does_not_know_do_not_count(desk: Desk) -> None:
    # S21: IDs that differ from those of Connect
    desk.upload("users", USERS)
    found = desk.twin.sync_deletions([desk.file("users", USERS.replace("S1,0104", "S1,104"))])
    assert found.set_index("what")["gone"]["students"] == 1


def test_what_is_archived_or_not_under_the_sis_is_not_counted(desk: Desk) -> None:
    # S20: a percentage of SIS-managed records
    desk.upload("users", USERS)
    desk.twin.apply(Action("archive_students", school=OAK))
    found = desk.twin.sync_deletions([desk.file("users", HEADER)])
    assert found.set_index("what")["managed"]["students"] == 1


def test_at_school_level_the_school_s_own_records_count(desk: Desk) -> None:
    desk.upload("users", USERS)
    desk.upload("classes", CLASSES)
    text = "sourcedId,role,givenName,familyName\nS1,student,Amal,Hadid\n"
    files = [
        desk.file("users", text, level="school", school=OAK),
        desk.file("classes", "sourcedId,title,grades\nC1,x,03\n", level="school", school=OAK),
    ]
    found = desk.twin.sync_deletions(files)
    assert list(zip(found["what"], found["managed"], found["gone"], strict=True)) == [
        ("students", 1, 0),
        ("guardians", 2, 2),
        ("staff", 1, 1),
        ("classrooms", 1, 0),
    ]


def test_guardians_of_the_guardian_file_are_there(desk: Desk) -> None:
    desk.upload("users", USERS)
    students = "".join(line + "\n" for line in USERS.splitlines() if not line.startswith("G"))
    guardians = "studentSourcedId,guardianSourcedId,givenName,familyName,email\nS1,G1,Cy,Hadid,cy@example.org\n"
    found = desk.twin.sync_deletions([desk.file("users", students), desk.file("guardians", guardians)])
    assert found.set_index("what")["gone"].to_dict() == {"students": 0, "guardians": 1, "staff": 0}


def test_looking_changes_nothing(desk: Desk) -> None:
    desk.upload("users", USERS)
    before = desk.twin.digest()
    desk.twin.sync_deletions([desk.file("users", HEADER)])
    assert desk.twin.digest() == before

"""A district uploaded to a twin, and its next delivery: what stays behind is listed, acted on, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.cli import run
from connect_kit.uploads.values import UploadFile

KINDS = ("users", "classes", "enrollments")


def send(twin: ck.Twin, delivery: Path, folder: Path) -> None:
    """Upload the files of a delivery as they are."""
    for kind in KINDS:
        file: Any = UploadFile.of(delivery / f"{kind}.csv", kind)  # type: ignore[arg-type]
        assert set(twin.send(file, folder, run=f"{delivery}:{kind}").table()["result"]) <= {"SUCCESS"}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def exported(twin: ck.Twin, folder: Path) -> duckdb.DuckDBPyConnection:
    """The twin's CSV files, as tables of text."""
    twin.export(folder)
    con = duckdb.connect()
    for path in folder.glob("*.csv"):
        con.execute(f"CREATE TABLE \"{path.stem}\" AS FROM read_csv('{path}', header = true, all_varchar = true)")
    return con


class Turn(NamedTuple):
    """A twin after last year's upload, this year's delivery, and who is who in it."""

    twin: ck.Twin
    delivery: Path
    child: str
    guardian: str
    teacher: str
    moved: str


@pytest.fixture
def turn(tmp_path: Path) -> Turn:
    """One guardian is taken from a child, one teacher is gone, one child changed school, all class IDs are new."""
    sample = ck.sample_roster(tmp_path / "district", students=80, faults="none", layout="connect")
    schools = read(sample.workspace / "schools.csv")
    twin = ck.Twin.new(
        tmp_path / "maple.duckdb", "Maple Valley", dict(zip(schools["name"], schools["schoolId"], strict=True))
    )
    send(twin, sample.delivery, tmp_path / "sent")
    users, classes, seats = (read(sample.delivery / f"{kind}.csv") for kind in KINDS)
    students = users[users["role"] == "student"].set_index("sourcedId")
    child = students.index[students["agentSourcedIds"].str.contains(",")][0]
    guardian, _, rest = students["agentSourcedIds"][child].partition(",")
    users.loc[users["sourcedId"] == child, "agentSourcedIds"] = rest
    assert not users.loc[users["role"] != "student", "agentSourcedIds"].any()
    teaching = seats.loc[seats["role"] == "teacher", "userSourcedId"]
    teacher = teaching.iloc[0]
    users = users[users["sourcedId"] != teacher]
    seats = seats[seats["userSourcedId"] != teacher]
    moved = next(one for one in students.index if one != child)
    elsewhere = next(school for school in schools["schoolId"] if school != students["orgSourcedIds"][moved])
    users.loc[users["sourcedId"] == moved, "orgSourcedIds"] = elsewhere
    seats = seats[seats["userSourcedId"] != moved]
    room = classes.loc[classes["schoolSourcedId"] == elsewhere, "sourcedId"].iloc[0]
    seats.loc[len(seats) + 10_000] = [{"classSourcedId": room, "schoolSourcedId": elsewhere, "userSourcedId": moved,
                                       "role": "student"}[column] for column in seats]  # fmt: skip
    classes["sourcedId"] = "N-" + classes["sourcedId"]
    classes["title"] = "2027: " + classes["title"]  # other classes, not the same ones under new IDs
    seats["classSourcedId"] = "N-" + seats["classSourcedId"]
    delivery = tmp_path / "2027-08-15"
    delivery.mkdir()
    for kind, frame in zip(KINDS, (users, classes, seats), strict=True):
        frame.to_csv(delivery / f"{kind}.csv", index=False)
    return Turn(twin, delivery, child, guardian, teacher, moved)


def listed(left: pd.DataFrame, kind: str, *columns: str) -> list[tuple[str, ...]]:
    found = left.loc[left["kind"] == kind, list(columns)]
    return sorted(found.itertuples(index=False, name=None))


def test_a_turn_of_the_year_leaves_exactly_these_behind(turn: Turn, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(["audit", str(turn.delivery), "--workspace", str(turn.twin.path), "--out", str(out)]) == 0
    left = read(out / "left_behind.csv")
    con = exported(turn.twin, tmp_path / "before")
    assert listed(left, "guardian_relationships", "studentId", "userId") == [(turn.child, turn.guardian)]
    (account,) = (
        con.execute("SELECT connectUserId FROM guardians WHERE guardianId = ?", [turn.guardian]).fetchone() or ()
    )
    assert listed(left, "guardian_relationships", "connectUserId") == [(account,)]
    at = con.execute(
        "SELECT trim(unnest(string_split(connectSchoolIds, ','))) FROM staff WHERE staffId = ?", [turn.teacher]
    ).fetchall()
    assert listed(left, "staff", "userId", "connectSchoolId") == sorted((turn.teacher, school) for (school,) in at)
    rooms = con.execute(
        "SELECT e.connectClassroomId, s.studentId FROM enrollments AS e JOIN students AS s "
        "ON s.connectStudentId = e.connectUserId WHERE s.studentId = ? ORDER BY ALL", [turn.moved],
    ).fetchall()  # fmt: skip
    assert rooms and listed(left, "classroom_students", "connectClassroomId", "studentId") == rooms
    assert set(left.loc[left["kind"] == "classroom_students", "reason"]) == {"moved_school"}
    every = con.execute("SELECT connectClassroomId FROM classrooms ORDER BY ALL").fetchall()
    assert listed(left, "classrooms", "connectClassroomId") == every
    assert set(left["kind"]) == {"guardian_relationships", "staff", "classroom_students", "classrooms"}
    summary = pd.read_json(out / "summary.json", typ="series")
    assert summary["left_behind"]["classrooms"] == len(every)
    codes = {row["code"]: (row["severity"], row["count"]) for row in summary["findings"]}
    assert codes["workspace.guardians.left_behind"] == ("warning", 1)
    assert codes["workspace.staff.left_behind"] == ("warning", len(at))
    assert codes["workspace.students.left_behind"] == ("warning", len(rooms))
    assert codes["workspace.classrooms.left_behind"] == ("warning", len(every))


@pytest.mark.thorough
def test_the_command_shows_writes_acts_and_each_action_is_taken_back(
    turn: Turn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin, before = turn.twin, turn.twin.digest()
    arguments = ["twin", "left-behind", str(twin.path), str(turn.delivery)]
    assert run([*arguments, "--out", str(tmp_path / "sheet")]) == 0
    said = capsys.readouterr().out
    assert "1 guardian still connected to a student" in said and "Remove Guardians" in said
    assert "guardians disconnected: 1 change\n" in said and "Nothing was changed. To do it:" in said
    assert {path.name for path in (tmp_path / "sheet").glob("[!.]*")} == {"left_behind.csv", "left_behind.xlsx"}
    assert twin.digest() == before

    con = exported(twin, tmp_path / "before")
    relationships = "SELECT count(*) FROM (SELECT unnest(string_split(connectStudentIds, ',')) FROM guardians)"
    active = "SELECT count(*) FROM classrooms WHERE archived = 'false'"
    (connected,) = con.execute(relationships).fetchone() or (0,)
    (rooms,) = con.execute(active).fetchone() or (0,)
    assert run([*arguments, "--kind", "guardians", "--yes"]) == 0
    con = exported(twin, tmp_path / "after-one")
    assert con.execute(relationships).fetchone() == (connected - 1,)
    assert con.execute(active).fetchone() == (rooms,)
    assert run([*arguments, "--yes"]) == 0
    con = exported(twin, tmp_path / "after")
    assert con.execute(active).fetchone() == (0,)
    at = con.execute("SELECT connectSchoolIds FROM staff WHERE staffId = ?", [turn.teacher]).fetchall()
    assert at == [(None,)]
    left = ck.left_behind(ck.read_roster(turn.delivery), twin.workspace())
    assert len(left) == 0
    send(twin, turn.delivery, tmp_path / "sent")
    left = ck.left_behind(ck.read_roster(turn.delivery), twin.workspace())
    assert len(left) == 0


def test_what_was_done_is_undone_step_by_step(turn: Turn) -> None:
    before = turn.twin.digest()
    left = ck.left_behind(ck.read_roster(turn.delivery), turn.twin.workspace())
    kinds = [turn.twin.apply(action).what.partition(" (")[0] for action in left.actions()]
    assert [kind.partition(" of ")[0] for kind in kinds] == [
        "guardians disconnected", "staff removed from schools", "removed from classrooms", "classrooms archived",
    ]  # fmt: skip
    for _ in kinds:
        turn.twin.undo()
    assert turn.twin.digest() == before


@pytest.mark.thorough
def test_a_kind_that_is_not_known_is_refused(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["twin", "left-behind", str(turn.twin.path), str(turn.delivery), "--kind", "people", "--yes"]) == 2
    assert "nothing of kind 'people' is left behind" in capsys.readouterr().err


# ---- any two years

SCHOOLS = {"Oak": "0104", "Elm": "0205"}
USERS = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email", "agentSourcedIds", "grades"]


class Year(NamedTuple):
    """Students to school, guardians and classes; teachers to classes; classes to school. All are numbers."""

    students: dict[int, tuple[str, frozenset[int], frozenset[int]]]
    teachers: dict[int, frozenset[int]]
    classes: dict[int, str]

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        people: list[dict[str, Any]] = [
            {"sourcedId": f"S{n}", "orgSourcedIds": place, "role": "student", "grades": "03",
             "agentSourcedIds": ",".join(f"G{g}" for g in sorted(guardians))}
            for n, (place, guardians, _) in self.students.items()
        ]  # fmt: skip
        named = sorted({g for _, guardians, _ in self.students.values() for g in guardians})
        people += [{"sourcedId": f"G{g}", "orgSourcedIds": "0104", "role": "guardian"} for g in named]
        people += [{"sourcedId": f"T{t}", "orgSourcedIds": "0104", "role": "teacher"} for t in self.teachers]
        users = pd.DataFrame(people, columns=USERS, dtype=object).fillna("")
        users["givenName"] = users["sourcedId"].str[0] + "name"
        users["familyName"] = "Of" + users["sourcedId"]
        users["email"] = users["sourcedId"].str.lower() + "@example.org"
        users.to_csv(folder / "users.csv", index=False)
        classes = [(f"C{c}", f"Class {c}", "03", place) for c, place in self.classes.items()]
        pd.DataFrame(classes, columns=["sourcedId", "title", "grades", "schoolSourcedId"]).to_csv(
            folder / "classes.csv", index=False
        )
        pd.DataFrame(
            [(f"C{c}", self.classes[c], who, role) for who, c, role in self.seats()],
            columns=["classSourcedId", "schoolSourcedId", "userSourcedId", "role"],
        ).to_csv(folder / "enrollments.csv", index=False)
        return folder

    def seats(self) -> list[tuple[str, int, str]]:
        found = [(f"S{n}", c, "student") for n, (_, _, rooms) in self.students.items() for c in rooms]
        return found + [(f"T{t}", c, "teacher") for t, rooms in self.teachers.items() for c in rooms]


@st.composite
def years(draw: st.DrawFn) -> Year:
    places = st.sampled_from(sorted(SCHOOLS.values()))
    # Somebody stays at each school, so that both take part every year.
    classes = {1: "0104", 2: "0205"} | draw(st.dictionaries(st.integers(3, 6), places, max_size=3))
    rooms = st.frozensets(st.sampled_from(sorted(classes)), max_size=3)
    student = st.tuples(places, st.frozensets(st.integers(1, 4), max_size=3), rooms)
    students = {0: ("0104", frozenset({9}), frozenset({1}))} | draw(
        st.dictionaries(st.integers(1, 5), student, max_size=5)
    )
    teachers = {0: frozenset({1})} | draw(st.dictionaries(st.integers(1, 3), rooms, max_size=3))
    return Year(students, teachers, classes)


@pytest.mark.thorough
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=years(), after=years())
def test_after_upload_and_actions_connect_has_only_what_is_delivered(
    before: Year, after: Year, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("years")
    twin = ck.Twin.new(place / "twin.duckdb", "Maple Valley", SCHOOLS)
    send(twin, before.write(place / "before"), place / "sent")
    delivery = after.write(place / "after")
    left = ck.left_behind(ck.read_roster(delivery), twin.workspace())
    assert left.not_judged == {}
    if actions := left.actions(limit=100):  # nothing is known of who leaves in a year
        twin.apply_all(actions)
    send(twin, delivery, place / "sent")
    con = exported(twin, place / "export")
    active = {
        (student, guardian) for student, guardian in con.execute(
            "SELECT s.studentId, g.guardianId FROM ("
            "SELECT guardianId, unnest(string_split(connectStudentIds, ',')) AS p FROM guardians) AS g "
            "JOIN students AS s ON s.connectStudentId = g.p WHERE s.archived = 'false'"
        ).fetchall()
    }  # fmt: skip
    assert active == {(f"S{n}", f"G{g}") for n, (_, guardians, _) in after.students.items() for g in guardians}
    seats = con.execute(
        "SELECT coalesce(s.studentId, t.staffId), c.classId, c.connectSchoolId FROM enrollments AS e "
        "JOIN classrooms AS c ON c.connectClassroomId = e.connectClassroomId AND c.archived = 'false' "
        "LEFT JOIN students AS s ON s.connectStudentId = e.connectUserId "
        "LEFT JOIN staff AS t ON t.connectUserId = e.connectUserId WHERE coalesce(s.archived, 'false') = 'false'"
    ).fetchall()
    schools = dict(con.execute("SELECT connectSchoolId, schoolId FROM schools").fetchall())
    assert {(who, room, schools[at]) for who, room, at in seats} == {
        (who, f"C{c}", after.classes[c]) for who, c, _ in after.seats()
    }
    rooms = con.execute("SELECT classId, connectSchoolId FROM classrooms WHERE archived = 'false'").fetchall()
    assert {(room, schools[at]) for room, at in rooms} == {(f"C{c}", at) for c, at in after.classes.items()}
    there = con.execute("SELECT studentId FROM students WHERE archived = 'false'").fetchall()
    assert {student for (student,) in there} == {f"S{n}" for n in after.students}
    assert len(ck.left_behind(ck.read_roster(delivery), twin.workspace())) == 0

"""Truth and delivery agree: rules written again find exactly what truth.csv lists."""

import csv
from datetime import date

import duckdb
import pandas as pd
import pytest

from connect_kit.samples import known_faults, sample_roster
from tests.samples.rules_again import FURTHER_RULES, LEFT_BEHIND, OF_MANY, ON_CONNECT, RULES

TODAY = date(2026, 10, 1)
KINDS = [
    pytest.param({}, id="district"),
    pytest.param({"guardians": "file"}, id="guardians-in-a-file"),
    pytest.param({"level": "school"}, id="one-school"),
    pytest.param({"layout": "oneroster11", "seed": 5}, id="oneroster-1-1"),
    pytest.param({"layout": "oneroster12", "seed": 7}, id="oneroster-1-2"),
]

OF_1_2_ELSEWHERE = ("users.orgSourcedIds.", "users.role.")
OF_DISTRICTS = (".known_school", "SourcedIds.leading_zero_lost", "schoolSourcedId.")


@pytest.fixture(scope="module", params=KINDS)
def spoiled(request, tmp_path_factory):
    """A delivery with every compatible fault, loaded line by line, and its truth."""
    folder = tmp_path_factory.mktemp("spoiled")
    sample = sample_roster(folder, students=600, faults="all", today=TODAY, **request.param)
    con = duckdb.connect()
    refused = {}
    for path in sorted(sample.delivery.glob("*.csv")):
        refused[path.name] = load(con, path)
    load(con, sample.workspace / "schools.csv")
    if request.param.get("layout") == "oneroster12":
        con.execute("""
            CREATE TABLE joined AS SELECT u.*, r.role, r.orgs AS "orgSourcedIds" FROM users u
            JOIN (SELECT "userSourcedId" AS id, any_value(role) AS role,
                         string_agg("orgSourcedId", ',') AS orgs FROM roles GROUP BY id) r
              ON r.id = u."sourcedId";
            DROP TABLE users; ALTER TABLE joined RENAME TO users;
            UPDATE users SET role = 'administrator' WHERE role = 'siteAdministrator'""")
    status = "status IS NULL" if "layout" in request.param else "true"
    con.execute(f"CREATE VIEW live AS SELECT * FROM users WHERE {status}")
    with sample.truth.open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    yield con, truth, refused, request.param, sample
    con.close()


def load(con, path, table=None):
    """Load a file whose every line is a record; return the lines that are not."""
    canonical = {"sourceid": "sourcedId", "schoolsourcedid": "schoolSourcedId"}
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    delimiter = ";" if ";" in lines[0] else ","
    header = [name.strip() for name in lines[0].split(delimiter)]
    header = [canonical.get(n.lower(), n.lower() if n.isupper() else n) for n in header]
    good, bad = [], []
    for number, line in enumerate(lines[1:], start=2):
        try:
            fields = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            fields = []
        if len(fields) == len(header):
            good.append([number, *(field or None for field in fields)])
        else:
            bad.append(number)
    frame = pd.DataFrame(good, columns=["line", *header], dtype=object).astype({"line": int})
    con.register("frame", frame)
    titles = ", ".join(f'"{name}"::VARCHAR AS "{name}"' for name in header)
    con.execute(f'CREATE TABLE "{table or path.stem}" AS SELECT line, {titles} FROM frame')
    con.unregister("frame")
    return bad


def listed(truth, code):
    return sorted({int(row["line"]) for row in truth if row["code"] == code and row["line"]})


def test_each_rule_finds_exactly_the_lines_of_the_truth(spoiled):
    con, truth, _, asked, sample = spoiled
    wrong, looked = {}, set()
    rules = RULES | (FURTHER_RULES if "layout" in asked else {})
    for code, select in rules.items():
        table = code.split(".")[0]
        if table == "guardians" and not (sample.delivery / "guardians.csv").exists():
            continue
        if asked.get("guardians") == "file" and "guardian" in code and table == "users":
            continue
        if "layout" not in asked and code in ("enrollments.dates.past", "users.status.tobedeleted"):
            continue
        if asked.get("level") == "school" and any(part in code for part in OF_DISTRICTS):
            continue
        if asked.get("layout") == "oneroster12" and code.startswith(OF_1_2_ELSEWHERE):
            continue
        looked.add(code)
        found = sorted({row[0] for row in con.execute(select).fetchall()})
        if found != listed(truth, code):
            wrong[code] = (found[:9], listed(truth, code))
    assert wrong == {}
    # Everything that the truth lists about rows has been compared.
    rows = {r["code"] for r in truth if int(r["line"] or 1) > 1}
    of_one_school = {"users.orgSourcedIds.one_school", "classes.schoolSourcedId.one_school"}
    assert rows - looked <= {"file.malformed_line", *of_one_school}


def test_broken_lines_are_where_the_truth_says(spoiled):
    _, truth, refused, _, _ = spoiled
    assert refused["classes.csv"] == listed(truth, "file.malformed_line")
    assert len(refused["classes.csv"]) == 3
    assert all(not bad for name, bad in refused.items() if name != "classes.csv")


def test_the_truth_names_the_row_it_points_at(spoiled):
    con, truth, _, _, _ = spoiled
    keys = {"users": "sourcedId", "classes": "sourcedId", "enrollments": "userSourcedId",
            "guardians": "studentSourcedId", "student_attributes": "studentSourcedId"}  # fmt: skip
    for row in truth:
        if row["line"] and row["line"] != "1" and row["table"] in keys and row["sourcedId"]:
            found = con.execute(
                f'SELECT "{keys[row["table"]]}" FROM "{row["table"]}" WHERE line = ?',
                [int(row["line"])],
            ).fetchall()
            assert found == [(row["sourcedId"],)], row


def test_every_compatible_fault_is_in_the_truth(spoiled):
    _, truth, _, asked, _ = spoiled
    layout, level = asked.get("layout", "connect"), asked.get("level", "district")
    place = asked.get("guardians", "users")
    fitting = {f.code for f in known_faults() if not f.alone and f.fits(layout, level, place)}
    assert {row["code"] for row in truth if row["kind"] == "planted"} == fitting
    allowed = {code for f in known_faults() for code in f.knock_on}
    assert {row["code"] for row in truth if row["kind"] == "knock_on"} <= allowed


def test_faults_leave_the_number_of_students_alone(spoiled):
    con, _, _, _, _ = spoiled
    assert con.execute("SELECT count(*) FROM users WHERE role = 'student'").fetchall() == [(600,)]


def test_the_workspace_shows_what_was_planted_in_it(spoiled):
    con, truth, _, asked, sample = spoiled
    for name in ("students", "staff", "classrooms"):
        load(con, sample.workspace / f"{name}.csv", f"connect_{name}")
    about = {r["code"]: r["sourcedId"] for r in truth if r["code"].startswith("workspace.")}
    none_managed = con.execute(
        'SELECT "connectSchoolId" FROM connect_students GROUP BY ALL HAVING count("studentId") = 0'
    ).fetchall()
    assert none_managed == [(about["workspace.students.not_archived"],)]
    gone = 'count(*) FILTER ("staffId" NOT IN (SELECT "sourcedId" FROM users WHERE '
    gone += '"sourcedId" IS NOT NULL))'
    assert con.execute(f"SELECT {gone} / count(*) > 0.2 FROM connect_staff").fetchall() == [(True,)]
    grown = con.execute(
        'SELECT c."schoolSourcedId" FROM classes c LEFT JOIN connect_classrooms w '
        'ON w."classId" = c."sourcedId" GROUP BY ALL '
        'HAVING count(*) > 1.3 * count(w."classId") AND count(w."classId") > 0'
    ).fetchall()
    assert grown == [(about["workspace.change.unusual"],)]
    if asked.get("level") != "school":
        unmatched = con.execute(
            'SELECT "schoolId" FROM schools WHERE "schoolId" NOT IN '
            '(SELECT "schoolSourcedId" FROM classes WHERE "schoolSourcedId" IS NOT NULL)'
        ).fetchall()
        planted_schools = {
            (r["sourcedId"],) for r in truth if r["code"] == "workspace.schools.unmatched" and r["kind"] == "planted"
        }
        assert set(unmatched) == planted_schools


@pytest.mark.parametrize(
    ("code", "column"), [("users.orgSourcedIds.one_school", 1), ("classes.schoolSourcedId.one_school", 4)]
)
def test_a_file_of_one_school_names_another_where_planted(tmp_path, code, column):
    sample = sample_roster(tmp_path, students=60, level="school", faults=[code])
    table = code.partition(".")[0]
    with sample.truth.open(encoding="utf-8", newline="") as file:
        (row,) = (row for row in csv.DictReader(file) if row["kind"] == "planted")
    with (sample.delivery / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    usual = rows[1][column]
    others = [line for line, one in enumerate(rows[1:], start=2) if one[column] != usual]
    assert others == [int(row["line"])]


def planted(tmp_path, code, **more):
    sample = sample_roster(tmp_path, students=60, faults=[code], today=TODAY, **more)
    with sample.truth.open(encoding="utf-8", newline="") as file:
        return sample.delivery, list(csv.DictReader(file))


def test_a_file_can_be_missing_or_empty(tmp_path):
    delivery, truth = planted(tmp_path / "missing", "file.missing")
    assert [row["file"] for row in truth] == ["enrollments.csv"]
    assert not (delivery / "enrollments.csv").exists()
    delivery, truth = planted(tmp_path / "empty", "file.empty")
    assert sorted(row["file"] for row in truth) == ["classes.csv", "enrollments.csv"]
    assert (delivery / "classes.csv").read_bytes() == b""
    assert (delivery / "enrollments.csv").read_bytes().count(b"\n") == 1


def test_files_can_be_in_other_encodings_and_hold_the_same_text(tmp_path):
    delivery, truth = planted(tmp_path / "spoiled", "file.encoding")
    clean = sample_roster(tmp_path / "clean", students=60, faults="none", today=TODAY).delivery
    assert sorted(row["file"] for row in truth) == ["classes.csv", "enrollments.csv", "users.csv"]
    for name, encoding in (
        ("classes.csv", "utf-16"),
        ("enrollments.csv", "utf-8-sig"),
        ("users.csv", "cp1252"),
    ):
        data = (delivery / name).read_bytes()
        assert data != (clean / name).read_bytes()
        assert data.decode(encoding) == (clean / name).read_bytes().decode("utf-8")


def test_bytes_can_be_text_in_no_encoding(tmp_path):
    delivery, _ = planted(tmp_path, "file.undecodable")
    data = (delivery / "classes.csv").read_bytes()
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(UnicodeDecodeError):
            data.decode(encoding)


def test_a_header_can_lack_or_repeat_a_column(tmp_path):
    delivery, _ = planted(tmp_path / "lacks", "header.missing_column")
    assert "grades" not in (delivery / "classes.csv").read_text(encoding="utf-8").split("\n")[0]
    delivery, _ = planted(tmp_path / "repeats", "header.repeated_column")
    header = (delivery / "classes.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    assert header.count("title") == 2
    delivery, _ = planted(tmp_path / "unnamed", "student_attributes.columns.named")
    assert ",," in (delivery / "student_attributes.csv").read_text(encoding="utf-8").split("\n")[0]


def test_a_manifest_can_contradict_the_files(tmp_path):
    delivery, truth = planted(tmp_path / "mismatch", "manifest.mismatch", layout="oneroster11")
    lines = (delivery / "manifest.csv").read_text(encoding="utf-8").split("\n")
    assert len(truth) == 7
    for row in truth:
        if row["line"]:
            assert lines[int(row["line"]) - 1].startswith(row["sourcedId"] + ",")
        else:
            assert not any(line.startswith(row["sourcedId"] + ",") for line in lines)
    delivery, _ = planted(tmp_path / "delta", "delivery.delta", layout="oneroster12")
    assert "file.users,delta\n" in (delivery / "manifest.csv").read_text(encoding="utf-8")


def test_guardians_can_come_from_two_sources(tmp_path):
    delivery, _ = planted(tmp_path, "guardians.both_sources")
    guardians = (delivery / "guardians.csv").read_text(encoding="utf-8").split("\n")
    assert guardians[1].split(",")[1] in (delivery / "users.csv").read_text(encoding="utf-8")


def test_naming_a_fault_of_guardians_csv_moves_guardians_there(tmp_path):
    delivery, truth = planted(tmp_path, "guardians.language.known")
    assert {row["file"] for row in truth} == {"guardians.csv"}
    assert ",guardian," not in (delivery / "users.csv").read_text(encoding="utf-8")


# The others are planted together above.
@pytest.mark.parametrize("code", sorted({f.code for f in known_faults() if f.alone or f.knock_on}))
def test_each_fault_can_be_planted_on_its_own(tmp_path, code):
    fault = next(fault for fault in known_faults() if fault.code == code)
    sample = sample_roster(
        tmp_path, students=400, faults=[code], layout=fault.layouts[0], today=TODAY,
        level="school" if fault.level == "school" else "district",
    )  # fmt: skip
    with sample.truth.open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    assert {row["code"] for row in truth if row["kind"] == "planted"} == {code}
    of_code = [f for f in known_faults() if f.code == code]
    # Rules about orgs.csv have nothing to say where it is not delivered.
    expected = {c for f in of_code for c in f.knock_on if not c.endswith(".known_org")}
    assert {row["code"] for row in truth if row["kind"] == "knock_on"} == expected
    severities = {f.severity for f in of_code if fault.layouts[0] in f.layouts}
    assert {row["severity"] for row in truth if row["kind"] == "planted"} == severities


def test_the_same_faults_are_planted_in_the_same_bytes(tmp_path):
    first = sample_roster(tmp_path / "a", students=500, today=TODAY)
    again = sample_roster(tmp_path / "b", students=500, today=TODAY)
    for path in sorted(first.folder.rglob("*.csv")):
        assert path.read_bytes() == (again.folder / path.relative_to(first.folder)).read_bytes()


def both_sides(folder, code):
    """The tables of a delivery and of its workspace with one fault, and the truth about it."""
    sample = sample_roster(folder, students=200, faults=[code], today=TODAY)
    con = duckdb.connect()
    for path in sample.delivery.glob("*.csv"):
        load(con, path)
    for path in sample.workspace.glob("*.csv"):
        load(con, path, f"connect_{path.stem}")
    with sample.truth.open(encoding="utf-8", newline="") as file:
        return con, list(csv.DictReader(file))


@pytest.mark.parametrize("code", LEFT_BEHIND)
def test_what_stays_behind_is_on_connect_where_the_truth_says(tmp_path, code):
    con, truth = both_sides(tmp_path, code)
    ((found, at),) = [(row["code"], row["sourcedId"]) for row in truth]
    assert found == code
    for other, select in LEFT_BEHIND.items():
        assert con.execute(select).fetchall() == ([(at,)] if other == code else [])
    con.close()


@pytest.mark.parametrize("code", ON_CONNECT)
def test_what_connect_has_otherwise_is_at_the_line_that_the_truth_says(tmp_path, code):
    con, truth = both_sides(tmp_path, code)
    [line] = {row["line"] for row in truth if row["code"] == code}
    for other, select in ON_CONNECT.items():
        found = [str(one) for (one,) in con.execute(select).fetchall()]
        assert found == ([line] if other == code else []), other
    con.close()


@pytest.mark.parametrize("code", OF_MANY)
def test_what_only_many_of_a_school_show_is_at_the_lines_of_the_truth(tmp_path, code):
    con, truth = both_sides(tmp_path, code)
    for other, select in OF_MANY.items():
        found = sorted(line for (line,) in con.execute(select).fetchall())
        assert found == (listed(truth, code) if other == code else []), other
    con.close()

"""A district without planted faults breaks no rule, by SQL that is independent of the suites."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from connect_kit.connect import FILES, WORKSPACE_FILES
from connect_kit.errors import SettingError
from connect_kit.oneroster import ENUMERATIONS, GRADES, TABLES, USERS_1_2, column_names
from connect_kit.samples import sample_roster

TODAY = date(2026, 10, 1)
KINDS = [
    pytest.param({"students": 20}, id="20-students"),
    pytest.param({"students": 500}, id="500-students"),
    pytest.param({"students": 500, "level": "school"}, id="one-school"),
    pytest.param({"students": 500, "guardians": "file"}, id="guardians-in-a-file"),
    pytest.param({"students": 500, "layout": "oneroster11"}, id="oneroster-1-1"),
    pytest.param({"students": 20, "layout": "oneroster12"}, id="oneroster-1-2-tiny"),
    pytest.param({"students": 3000, "schools": 7, "seed": 5}, id="seven-schools"),
]


@pytest.fixture(scope="module", params=KINDS)
def clean(request, tmp_path_factory):
    """A clean delivery in DuckDB, every value text, roles joined to users as in 1.1."""
    folder = tmp_path_factory.mktemp("clean")
    sample = sample_roster(folder, faults="none", today=TODAY, **request.param)
    con = duckdb.connect()
    for path in sorted(sample.delivery.glob("*.csv")):
        load(con, path.stem, path)
    for path in sorted(sample.workspace.glob("*.csv")):
        load(con, f"connect_{path.stem}", path)
    if request.param.get("layout") == "oneroster12":
        con.execute("""
            CREATE TABLE users_1_1 AS SELECT u.*, r.role, r.orgs AS "orgSourcedIds" FROM users u
            JOIN (SELECT "userSourcedId" AS id, any_value(role) AS role,
                         string_agg("orgSourcedId", ',') AS orgs FROM roles GROUP BY id) r
              ON r.id = u."sourcedId";
            DROP TABLE users; ALTER TABLE users_1_1 RENAME TO users""")
    con.execute("CREATE MACRO has(list, id) AS list_contains(string_split(list, ','), id)")
    con.execute("CREATE MACRO is_guardian(r) AS r IN ('guardian', 'parent', 'relative')")
    yield con, request.param, sample
    con.close()


def load(con, table, path):
    con.execute(
        f"CREATE TABLE \"{table}\" AS SELECT * FROM read_csv('{path}', header = true, "
        "all_varchar = true, delim = ',', quote = '\"', escape = '\"', strict_mode = true)"
    )


def none_of(con, select):
    found = con.execute(f"SELECT * FROM ({select}) LIMIT 5").fetchall()
    assert found == [], select


def number(con, select):
    return con.execute(select).fetchall()[0][0]


def test_it_holds_exactly_the_students_asked_for(clean):
    con, asked, _ = clean
    assert number(con, "SELECT count(*) FROM users WHERE role = 'student'") == asked["students"]


def test_ids_are_unique_in_every_file_that_has_them(clean):
    con, _, _ = clean
    for table in ("users", "classes"):
        none_of(con, f'SELECT "sourcedId" FROM {table} GROUP BY ALL HAVING count(*) > 1')
    none_of(
        con,
        "SELECT upper(ltrim(\"sourcedId\", '0')) AS id FROM users GROUP BY id HAVING count(*) > 1",
    )
    none_of(
        con,
        'SELECT 1 FROM enrollments GROUP BY "classSourcedId", "userSourcedId" HAVING count(*) > 1',
    )


def test_ids_are_written_as_text_with_their_zeros(clean):
    con, _, _ = clean
    none_of(
        con,
        'SELECT "sourcedId" FROM users WHERE NOT regexp_full_match("sourcedId", '
        "CASE WHEN role = 'student' THEN '0\\d{7}' WHEN is_guardian(role) THEN 'G\\d{7}' "
        "ELSE 'T\\d{5}' END)",
    )
    none_of(con, "SELECT 1 FROM classes WHERE left(\"schoolSourcedId\", 1) <> '0'")
    none_of(con, 'SELECT 1 FROM classes WHERE NOT starts_with("sourcedId", "schoolSourcedId")')


def test_every_reference_has_its_row(clean):
    con, asked, _ = clean
    users, classes = 'SELECT "sourcedId" FROM users', 'SELECT "sourcedId" FROM classes'
    none_of(con, f'SELECT 1 FROM enrollments WHERE "userSourcedId" NOT IN ({users})')
    none_of(con, f'SELECT 1 FROM enrollments WHERE "classSourcedId" NOT IN ({classes})')
    none_of(con, f'SELECT 1 FROM student_attributes WHERE "studentSourcedId" NOT IN ({users})')
    if asked.get("guardians") == "file":
        none_of(con, f'SELECT 1 FROM guardians WHERE "studentSourcedId" NOT IN ({users})')
    else:
        agents = "SELECT unnest(string_split(\"agentSourcedIds\", ',')) FROM users"
        guardians = 'SELECT "sourcedId" FROM users WHERE is_guardian(role)'
        none_of(con, f"{agents} EXCEPT {guardians}")
        none_of(con, f"{guardians} EXCEPT {agents}")


def test_every_student_has_one_to_six_guardians(clean):
    con, asked, _ = clean
    if asked.get("guardians") == "file":
        none_of(
            con,
            'SELECT "sourcedId" FROM users LEFT JOIN guardians ON "studentSourcedId" = '
            "\"sourcedId\" WHERE role = 'student' GROUP BY ALL "
            'HAVING count("guardianSourcedId") NOT BETWEEN 1 AND 6',
        )
    else:
        none_of(
            con,
            "SELECT 1 FROM users WHERE role = 'student' AND (\"agentSourcedIds\" IS NULL OR "
            "len(string_split(\"agentSourcedIds\", ',')) > 6)",
        )
        none_of(con, "SELECT 1 FROM users WHERE role <> 'student' AND \"agentSourcedIds\" IS NOT NULL")


def test_no_two_people_share_an_address_or_a_number(clean):
    con, asked, _ = clean
    people = 'SELECT "givenName" || \'|\' || "familyName" AS name, email, sms, phone FROM users'
    if asked.get("guardians") == "file":
        people += ' UNION SELECT "givenName" || \'|\' || "familyName", email, sms, phone FROM guardians'
    for column in ("email", "sms", "phone"):
        none_of(
            con,
            f"SELECT {column} FROM ({people}) WHERE {column} IS NOT NULL "
            f"GROUP BY {column} HAVING count(DISTINCT name) > 1",
        )
    none_of(con, f"SELECT 1 FROM ({people}) a, ({people}) b WHERE a.sms = b.phone")


def test_a_contact_shared_by_two_rows_belongs_to_one_person_with_two_roles(clean):
    con, _, _ = clean
    kind = "CASE WHEN role = 'student' THEN 1 WHEN is_guardian(role) THEN 2 ELSE 3 END"
    for column in ("email", "sms"):
        none_of(
            con,
            f"SELECT {column} FROM users WHERE {column} IS NOT NULL GROUP BY {column} "
            f"HAVING count(*) > count(DISTINCT {kind}) OR count(DISTINCT "
            '(\'\' || "givenName", "familyName", email, sms, phone)) > 1',
        )


def test_guardians_can_be_reached_and_numbers_are_dialable(clean):
    import phonenumbers

    con, asked, _ = clean
    table = "guardians" if asked.get("guardians") == "file" else "users"
    where = "true" if table == "guardians" else "is_guardian(role)"
    none_of(con, f"SELECT 1 FROM {table} WHERE {where} AND email IS NULL AND sms IS NULL")
    none_of(con, f"SELECT 1 FROM {table} WHERE {where} AND sms IS NULL AND phone IS NOT NULL")
    for (value,) in con.execute(
        f"SELECT sms FROM {table} WHERE sms IS NOT NULL UNION SELECT phone FROM {table} WHERE phone IS NOT NULL"
    ).fetchall():
        assert phonenumbers.is_possible_number(phonenumbers.parse(value)), value
    none_of(
        con,
        f"SELECT email FROM {table} WHERE NOT regexp_full_match(email, "
        "'[a-z]+\\.[a-z]+\\d*@([a-z-]+\\.)*example\\.(org|com|net)')",
    )


def test_names_are_neither_shouted_nor_padded_nor_placeholders(clean):
    con, _, _ = clean
    for column in ("givenName", "familyName"):
        name = f'"{column}"'
        none_of(
            con,
            f"SELECT {name} FROM users WHERE {name} IS NULL OR length({name}) < 2 "
            f"OR {name} = upper({name}) OR {name} = lower({name}) OR {name} <> trim({name}) "
            f"OR contains({name}, '  ') OR regexp_matches({name}, '\\d')",
        )


def test_classes_are_of_a_sensible_size_and_have_a_teacher(clean):
    con, _, _ = clean
    none_of(
        con,
        'SELECT c."sourcedId" FROM classes c LEFT JOIN enrollments e '
        'ON e."classSourcedId" = c."sourcedId" GROUP BY ALL HAVING '
        "count(*) FILTER (e.role = 'student') NOT BETWEEN 2 AND 60 "
        "OR count(*) FILTER (e.role = 'teacher') = 0",
    )
    none_of(
        con,
        'SELECT u."sourcedId" FROM users u LEFT JOIN enrollments e ON e."userSourcedId" = '
        "u.\"sourcedId\" WHERE u.role IN ('student', 'teacher', 'aide', 'proctor') GROUP BY ALL "
        'HAVING count(e."classSourcedId") NOT BETWEEN 1 AND 15',
    )


def test_members_belong_to_the_school_of_the_class_and_keep_their_role(clean):
    con, _, _ = clean
    joined = (
        'enrollments e JOIN classes c ON c."sourcedId" = e."classSourcedId" '
        'JOIN users u ON u."sourcedId" = e."userSourcedId"'
    )
    none_of(con, f'SELECT 1 FROM {joined} WHERE e."schoolSourcedId" <> c."schoolSourcedId"')
    none_of(con, f'SELECT 1 FROM {joined} WHERE NOT has(u."orgSourcedIds", e."schoolSourcedId")')
    none_of(con, f"SELECT 1 FROM {joined} WHERE (u.role = 'student') <> (e.role = 'student')")
    none_of(con, f"SELECT 1 FROM {joined} WHERE is_guardian(u.role)")


def test_titles_distinguish_classes_of_a_school_and_period(clean):
    con, _, _ = clean
    none_of(
        con,
        'SELECT "schoolSourcedId", title, periods FROM classes GROUP BY ALL HAVING count(*) > 1',
    )


def test_every_value_is_in_its_list(clean):
    con, _, _ = clean
    grades = ", ".join(f"'{grade}'" for grade in GRADES)
    for select in ("users WHERE role = 'student'", "classes WHERE true"):
        none_of(con, f"SELECT 1 FROM {select} AND coalesce(grades NOT IN ({grades}), true)")


def test_the_workspace_agrees_with_the_delivery(clean):
    con, asked, _ = clean
    for ours, theirs in (
        (
            'SELECT DISTINCT "schoolSourcedId" FROM classes',
            'SELECT "schoolId" FROM connect_schools',
        ),
        (
            'SELECT "sourcedId", title, grades FROM classes',
            'SELECT "classId", title, grades FROM connect_classrooms',
        ),
        (
            'SELECT "sourcedId", "givenName", "familyName", grades, email FROM users WHERE role = \'student\'',
            'SELECT "studentId", "givenName", "familyName", grade, email FROM connect_students',
        ),
        (
            'SELECT "sourcedId", "givenName", "familyName", email, sms FROM users '
            "WHERE role <> 'student' AND NOT is_guardian(role)",
            'SELECT "staffId", "givenName", "familyName", email, sms FROM connect_staff',
        ),
        (
            'SELECT DISTINCT "guardianSourcedId", "givenName", "familyName", email, sms, phone FROM guardians'
            if asked.get("guardians") == "file"
            else 'SELECT "sourcedId", "givenName", "familyName", email, sms, phone FROM users WHERE is_guardian(role)',
            'SELECT "guardianId", "givenName", "familyName", email, sms, phone FROM connect_guardians',
        ),
    ):
        none_of(con, f"{ours} EXCEPT ALL {theirs}")
        none_of(con, f"{theirs} EXCEPT ALL {ours}")
    assert number(con, "SELECT count(*) FROM connect_enrollments") == number(con, "SELECT count(*) FROM enrollments")
    none_of(
        con,
        'SELECT "connectUserId" FROM connect_enrollments EXCEPT (SELECT "connectStudentId" '
        'FROM connect_students UNION ALL SELECT "connectUserId" FROM connect_staff)',
    )


def test_headers_are_those_of_the_layout_and_of_the_workspace(clean):
    _, asked, sample = clean
    layout = asked.get("layout", "connect")
    for path in sorted(sample.delivery.glob("*.csv")):
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data and data.endswith(b"\n")
        header = data.split(b"\n", 1)[0].decode().split(",")
        table = path.stem
        if table == "manifest":
            assert header == ["propertyName", "value"]
        elif table == "student_attributes":
            assert header[0] == "studentSourcedId"
        elif layout == "connect" or table == "guardians":
            assert tuple(header) == FILES[table].columns
        elif layout == "oneroster12" and table == "users":
            assert header == [column.name for column in USERS_1_2]
        else:
            assert tuple(header) == column_names(table)
    for name, titles in WORKSPACE_FILES.items():
        first = (sample.workspace / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
        assert tuple(first.split(",")) == titles


def test_a_oneroster_package_fills_what_the_standard_requires(clean):
    con, asked, sample = clean
    layout = asked.get("layout", "connect")
    if layout == "connect":
        assert not (sample.delivery / "manifest.csv").exists()
        return
    manifest = dict(con.execute('SELECT "propertyName", value FROM manifest').fetchall())
    assert manifest["manifest.version"] == "1.0"
    assert manifest["oneroster.version"] == ("1.1" if layout == "oneroster11" else "1.2")
    present = {path.stem for path in sample.delivery.glob("*.csv")}
    modes = {k.removeprefix("file."): v for k, v in manifest.items() if k.startswith("file.")}
    assert {name for name, mode in modes.items() if mode == "bulk"} == present - {
        "manifest",
        "student_attributes",
    }
    for table in sorted(set(TABLES) & present):
        columns = USERS_1_2 if table == "users" and layout == "oneroster12" else TABLES[table]
        for column in columns:
            if column.need == "required":
                none_of(con, f'SELECT 1 FROM "{table}" WHERE "{column.name}" IS NULL')
            if column.values and column.values not in ("role12",):
                allowed = ", ".join(f"'{value}'" for value in ENUMERATIONS[column.values])
                none_of(
                    con,
                    f'SELECT "{column.name}" FROM "{table}" WHERE "{column.name}" NOT IN ({allowed})',
                )
            if column.refers and column.refers != "users":
                none_of(
                    con,
                    f'SELECT unnest(string_split("{column.name}", \',\')) AS id FROM "{table}" '
                    f'WHERE "{column.name}" IS NOT NULL EXCEPT '
                    f'SELECT "sourcedId" FROM "{column.refers}"',
                )
    if "roles" in present:
        none_of(
            con,
            'SELECT "userSourcedId" FROM roles GROUP BY ALL HAVING count(*) FILTER ("roleType" = \'primary\') <> 1',
        )


def test_birth_dates_fit_the_grades(clean):
    con, asked, _ = clean
    if asked.get("layout", "connect") == "connect":
        return
    none_of(
        con,
        'SELECT d."birthDate", u.grades FROM demographics d JOIN users u USING ("sourcedId") '
        "WHERE date_diff('year', d.\"birthDate\"::DATE, DATE '2026-09-01') "
        "- (CASE u.grades WHEN 'KG' THEN 0 ELSE u.grades::INTEGER END) NOT BETWEEN 4 AND 7",
    )


@pytest.mark.parametrize("level", ["district", "school"])
def test_the_same_arguments_write_the_same_bytes(tmp_path, level):
    first = sample_roster(tmp_path / "a", students=300, level=level, faults="none", today=TODAY)
    again = sample_roster(tmp_path / "b", students=300, level=level, faults="none", today=TODAY)
    other = sample_roster(tmp_path / "c", students=300, level=level, faults="none", seed=2, today=TODAY)
    assert contents(first.folder) == contents(again.folder)
    assert (first.delivery / "users.csv").read_bytes() != (other.delivery / "users.csv").read_bytes()


def test_a_smaller_sample_leaves_nothing_of_a_larger_one_behind(tmp_path):
    sample_roster(tmp_path, students=40, layout="oneroster12", faults="none", guardians="file")
    (tmp_path / "delivery" / "kept.txt").write_text("not ours", encoding="utf-8")
    sample = sample_roster(tmp_path, students=20, faults="none")
    assert sorted(path.name for path in sample.delivery.iterdir()) == [
        "classes.csv",
        "enrollments.csv",
        "kept.txt",
        "student_attributes.csv",
        "users.csv",
    ]


def test_the_summary_counts_rows_per_file(tmp_path):
    summary = sample_roster(tmp_path, students=25, faults="none").summary()
    rows = dict(zip(summary["file"], summary["rows"], strict=True))
    assert rows["student_attributes.csv"] == 25
    assert (summary["planted"] == 0).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"students": 19}, "at least 20"),
        ({"layout": "oneroster13"}, "oneroster13"),
        ({"level": "state"}, "state"),
        ({"guardians": "nowhere"}, "nowhere"),
        ({"schools": 2}, "at least 3"),
        ({"schools": 2, "level": "school"}, "exactly one"),
        ({"students": 20, "schools": 9}, "too few for 9 schools"),
        ({"faults": ["users.nothing"]}, "users.nothing"),
        ({"faults": ["file.missing", "header.order"]}, "cannot be planted together with header.order"),
        ({"faults": ["enrollments.dates.past"]}, "cannot be planted in layout connect"),
    ],
)
def test_an_impossible_setting_is_refused(tmp_path, wrong, message):
    with pytest.raises(SettingError, match=message):
        sample_roster(tmp_path, **{"students": 40, **wrong})


def test_a_sample_that_is_too_small_for_its_faults_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="ask for fewer faults or for 500 students"):
        sample_roster(tmp_path / "small", students=60, faults="all")
    assert not (tmp_path / "small").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

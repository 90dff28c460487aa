"""What must not be read, or cannot be, costs one clear error and leaves nothing behind."""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import tempfile
import zipfile

import pytest

from connect_kit.engine import DuckDBEngine
from connect_kit.errors import DeliveryError
from connect_kit.roster import read_roster
from connect_kit.roster.delivery import MOST_MEMBERS, open_delivery

USERS = "sourcedId,orgSourcedIds,role,givenName,familyName\n00017,010,student,Ada,Brook\n"


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine(threads=1)


@pytest.fixture
def refused(engine, tmp_path, monkeypatch):
    """Read a delivery that must be refused, and return the message."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    def below(folder):
        return {p: p.lstat().st_mtime_ns for p in folder.rglob("*") if not p.is_relative_to(scratch)}

    def refused(path):
        before = below(tmp_path)
        with pytest.raises(DeliveryError, match=r"\A[^\n]+\Z") as caught:
            read_roster(path, engine=engine)
        assert list(scratch.iterdir()) == []
        assert below(tmp_path) == before
        return str(caught.value)

    return refused


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "delivery"
    made.mkdir()
    return made


def packed(folder, *members, compression=zipfile.ZIP_DEFLATED):
    """A ZIP of (name, text) members whose names are written as they are."""
    path = folder / "delivery.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, text in members:
            member = zipfile.ZipInfo("x")
            member.filename = name
            member.compress_type = compression
            archive.writestr(member, text)
    return path


# Paths and folders


@pytest.mark.parametrize(
    "path, message",
    [
        ("nowhere", "nowhere: not found; give the folder or ZIP that holds the CSV files"),
        ("no\0where", "cannot be read; expected a path without NUL"),
        ("~nobody-of-that-name/x", "cannot be read; expected a path whose home folder exists"),
    ],
    ids=["missing", "a NUL byte", "an unknown user"],
)
def test_a_path_without_anything_is_refused(refused, path, message):
    assert message in refused(path)


def test_an_empty_folder_is_refused(refused, folder):
    assert refused(folder) == (
        f"{folder}: holds no roster file (it is empty); expected users.csv, classes.csv and enrollments.csv"
    )


def test_a_folder_of_other_files_is_refused_and_some_are_named(refused, folder):
    for name in ("grades.csv", "notes.txt", ".users.csv"):
        (folder / name).write_text(USERS, encoding="utf-8")
    assert "holds no roster file (found: grades.csv, notes.txt); expected users.csv" in refused(folder)


def test_a_manifest_alone_is_not_a_delivery(refused, folder):
    (folder / "manifest.csv").write_text("propertyName,value\n", encoding="utf-8")
    assert "none of its files can be read (there is only a manifest)" in refused(folder)


def test_files_of_other_names_are_named_with_what_they_probably_are(refused, folder):
    for name in ("users_2026.csv", "student enrolments.csv", "classes (1).csv"):
        (folder / name).write_text(USERS, encoding="utf-8")
    assert "; classes (1).csv is probably classes.csv; users_2026.csv is probably users.csv" in refused(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_path_with_a_byte_that_is_no_utf_8_is_one_line(refused, tmp_path):
    place = tmp_path / os.fsdecode(b"deliv\xe9ry")
    place.mkdir()
    (place / "users.csv").write_text(USERS, encoding="utf-8")
    words = "cannot be read; expected a path whose bytes are UTF-8: rename that folder or file"
    assert f"deliv\\udce9ry': {words}" in refused(place)
    assert words in refused(tmp_path / os.fsdecode(b"\xff.zip"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_file_whose_name_is_no_utf_8_is_listed_visibly(engine, folder):
    (folder / "users.csv").write_text(USERS, encoding="utf-8")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("x", encoding="utf-8")
    roster = read_roster(folder, engine=engine)
    assert roster.schema.execute("SELECT file FROM _notices WHERE code = 'delivery.extra_file'") == [
        ("caf\\udce9.txt",)
    ]


def test_two_folders_are_refused(refused, folder):
    for name in ("autumn", "spring"):
        (folder / name).mkdir()
        (folder / name / "users.csv").write_text(USERS, encoding="utf-8")
    assert refused(folder) == f"{folder}: holds 2 folders and no file; give the folder with the CSV files"


def test_a_single_csv_file_is_not_mistaken_for_a_delivery(refused, folder):
    (folder / "users.csv").write_text(USERS, encoding="utf-8")
    assert "users.csv: not a ZIP file, or a damaged one; give the folder with the CSV files" in refused(
        folder / "users.csv"
    )


def test_a_pipe_is_not_a_delivery(refused, folder):
    os.mkfifo(folder / "pipe")
    assert "neither a folder nor a ZIP file" in refused(folder / "pipe")


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing"])
def test_something_else_named_like_a_file_is_refused_by_name(refused, folder, kind):
    (folder / "classes.csv").write_text("sourcedId,title,grades\nc,Art,01\n", encoding="utf-8")
    place = folder / "users.csv"
    {
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
        "link to nothing": lambda: place.symlink_to(folder / "gone"),
    }[kind]()
    assert refused(folder) == f"{place}: is not a file but a folder, a pipe or a broken link; put the CSV file there"


def test_a_link_that_leads_to_itself_is_refused(refused, folder):
    (folder / "users.csv").symlink_to(folder / "users.csv")
    assert "users.csv" in refused(folder)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file whatever its mode"
)
def test_a_file_without_permission_is_refused(refused, folder):
    (folder / "users.csv").write_text(USERS, encoding="utf-8")
    (folder / "users.csv").chmod(0)
    assert "cannot be read (Permission denied); check the path and its permissions" in refused(folder)


@pytest.mark.parametrize("name", ["users.csv", "notes.txt"])
def test_a_link_out_of_the_folder_is_refused(refused, folder, tmp_path, name):
    (tmp_path / "elsewhere.csv").write_text(USERS, encoding="utf-8")
    (folder / name).symlink_to(tmp_path / "elsewhere.csv")
    assert (
        refused(folder) == f"{folder / name}: leads out of the delivery's folder; put the file itself there, not a link"
    )


def test_a_linked_folder_elsewhere_is_refused(refused, folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "users.csv").write_text(USERS, encoding="utf-8")
    (folder / "export").symlink_to(tmp_path / "elsewhere")
    assert "leads out of the delivery's folder" in refused(folder)


def test_a_link_inside_the_folder_is_followed(engine, folder):
    (folder / "people.txt").write_text(USERS, encoding="utf-8")
    (folder / "users.csv").symlink_to(folder / "people.txt")
    assert read_roster(folder, engine=engine).info["users"].rows == 1


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "ZIP"])
def test_the_same_table_twice_is_refused(refused, folder, as_zip):
    names = ["USERS.csv", "users.CSV"]
    for name in names:
        (folder / name).write_text(USERS, encoding="utf-8")
    path = packed(folder.parent, *((name, USERS) for name in names)) if as_zip else folder
    assert "holds USERS.csv and users.CSV, the same table twice; keep one" in refused(path)


# ZIPs


def test_no_zip_is_refused(refused, folder):
    (folder / "delivery.zip").write_bytes(b"PK\x03\x04" + random.Random(1).randbytes(500))
    assert "not a ZIP file, or a damaged one" in refused(folder / "delivery.zip")


@pytest.mark.parametrize("kept", [0, 10, 100, -30], ids=["nothing", "ten bytes", "a hundred bytes", "all but the end"])
def test_a_truncated_zip_is_refused(refused, folder, kept):
    path = packed(folder, ("users.csv", USERS * 50))
    path.write_bytes(path.read_bytes()[:kept])
    assert "not a ZIP file, or a damaged one" in refused(path)


@pytest.mark.parametrize(
    "compression",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
    ids=["stored", "deflated", "bzip2", "lzma"],
)
def test_a_damaged_member_is_refused_by_name(refused, folder, compression):
    text = "".join(f"{i},{random.Random(i).random()}\n" for i in range(200))
    path = packed(folder, ("users.csv", text), compression=compression)
    data = bytearray(path.read_bytes())
    data[200:206] = b"\xff\x00\xff\x00\xff\x00"
    path.write_bytes(data)
    assert "member 'users.csv' is damaged" in refused(path)


def test_a_wrong_checksum_is_refused(refused, folder):
    path = packed(folder, ("users.csv", USERS), compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Brook", b"Crook"))
    assert "member 'users.csv' is damaged (Bad CRC-32 for file 'users.csv'); pack the files again" in refused(path)


def test_an_encrypted_member_is_refused(refused, folder):
    path = packed(folder, ("users.csv", USERS))
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    path.write_bytes(data)
    assert "member 'users.csv' is encrypted; unpack it yourself and give the folder" in refused(path)


@pytest.mark.parametrize("name", ["inner.zip", "inner.ZIP", "users.csv.gz", "old.tar", "old.7z"])
def test_an_archive_inside_is_refused_where_nothing_else_can_be_read(refused, folder, name):
    assert f"member {name!r} is an archive itself" in refused(packed(folder, ("notes.txt", "x"), (name, "x")))


def test_members_that_are_not_read_are_not_unpacked_and_count_for_nothing(engine, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("connect_kit.roster.delivery.MOST_UNPACKED", len(USERS))
    path = packed(
        folder,
        ("x/users.csv", USERS),
        ("x/last year.zip", "x" * 500),
        ("x/grades.csv", "x" * 500),
        ("x/pictures/a.csv", "x"),
        ("x/" + "a" * 300 + ".csv", "x"),
        ("x/zeros.bin", bytes(50_000_000)),
    )
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"grades.csv"))
    data[place + 8] |= 1  # said to be encrypted
    path.write_bytes(data)
    (tmp_path / "scratch").mkdir()
    found = open_delivery(path, tmp_path / "scratch")
    assert [entry.name for entry in (tmp_path / "scratch").iterdir()] == ["users.csv"]
    assert found.others == ("a.csv", "a" * 300 + ".csv", "grades.csv", "last year.zip", "zeros.bin")
    assert read_roster(path, engine=engine).info["users"].rows == 1


@pytest.mark.parametrize(
    "name",
    [
        "../users.csv",
        "a/../../users.csv",
        "/users.csv",
        "..\\users.csv",
        "\\users.csv",
        "C:\\users.csv",
        "C:users.csv",
        "//host/users.csv",
    ],
)
def test_a_member_that_leaves_the_folder_is_refused(refused, folder, name):
    message = refused(packed(folder, ("users.csv", USERS), (name, USERS)))
    assert f"member {name!r} leads out of the delivery's folder; pack the files again" in message


@pytest.mark.parametrize("name", ["", ".", "./."], ids=repr)
def test_a_member_without_a_name_is_refused(refused, folder, name):
    assert "a member has no name" in refused(packed(folder, ("users.csv", USERS), (name, "x")))


def test_a_member_whose_name_is_not_text_is_refused(refused, folder):
    path = packed(folder, ("usérs.csv", USERS))
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff"))
    assert "not a ZIP file, or a damaged one" in refused(path)


def test_a_link_in_a_zip_is_refused(refused, folder):
    path = folder / "delivery.zip"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("users.csv")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/hostname")
    assert "member 'users.csv' is a link; pack the file itself" in refused(path)


@pytest.mark.parametrize("name", ["users.csv", "manifest.csv"])
def test_a_bomb_is_refused_before_it_is_unpacked(refused, folder, name):
    path = folder / "delivery.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(200):
            member.write(bytes(1_000_000))
    assert f"member {name!r} unpacks to 200 MB, more than 200 times its packed size" in refused(path)


def test_a_member_larger_than_the_archive_says_is_refused(refused, folder):
    path = packed(folder, ("users.csv", USERS * 10_000))
    data = bytearray(path.read_bytes())
    for mark, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(mark) + size
        data[place : place + 4] = struct.pack("<I", 50)
    path.write_bytes(data)
    assert "member 'users.csv' is damaged" in refused(path)


def test_more_than_the_limit_in_all_is_refused(refused, folder, monkeypatch):
    monkeypatch.setattr("connect_kit.roster.delivery.MOST_UNPACKED", 100)
    assert "the limit is" in refused(packed(folder, ("users.csv", USERS * 10)))


@pytest.mark.parametrize("members", [MOST_MEMBERS + 1, 20_000])
def test_a_huge_number_of_members_is_refused(refused, folder, members):
    path = packed(folder, *((f"{i}.txt", "") for i in range(members)), compression=zipfile.ZIP_STORED)
    assert f"holds {members:,} files; a delivery has at most 1,000" in refused(path)


@pytest.mark.parametrize(
    "names",
    [("a/users.csv", "b/classes.csv"), ("users.csv", "a/classes.csv"), ("a/b/users.csv",)],
    ids=["two folders", "root and a folder", "a folder in a folder"],
)
def test_files_in_several_folders_of_a_zip_are_refused(refused, folder, names):
    path = packed(folder, *((name, USERS) for name in names))
    assert "CSV files lie in several folders; put them in the root or in one folder" in refused(path)


def test_the_same_member_twice_is_refused(refused, folder):
    assert "holds users.csv twice; keep one" in refused(packed(folder, ("users.csv", USERS), ("./users.csv", USERS)))


def test_a_zip_without_roster_files_is_refused(refused, folder):
    path = packed(folder, ("__MACOSX/users.csv", USERS), (".users.csv", USERS), ("notes.txt", "x"))
    assert "holds no roster file (found: notes.txt)" in refused(path)


def test_what_a_mac_adds_is_not_read(engine, folder):
    path = packed(folder, ("x/users.csv", USERS), ("__MACOSX/x/._users.csv", "y"), ("x/.DS_Store", "z"), ("x/", ""))
    roster = read_roster(path, engine=engine)
    assert roster.info["users"].rows == 1
    assert roster.schema.execute("SELECT file FROM _notices WHERE code = 'delivery.extra_file'") == []


def test_a_good_zip_leaves_nothing_behind(engine, folder, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    roster = read_roster(packed(folder, ("users.csv", USERS.encode("utf-16"))), engine=engine)
    assert (roster.info["users"].rows, list(scratch.iterdir())) == (1, [])


def test_random_damage_to_a_zip_gives_a_roster_or_a_clear_error(folder, tmp_path):
    good = packed(folder, ("users.csv", USERS), ("notes.txt", "x")).read_bytes()
    rng = random.Random(5)
    for number in range(500):
        data = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path, scratch = folder / "damaged.zip", tmp_path / str(number)
        path.write_bytes(data)
        scratch.mkdir()
        try:
            found = open_delivery(path, scratch)
        except DeliveryError as error:
            assert len(str(error).splitlines()) == 1
        else:
            assert set(found.tables) <= {"users"}


def test_a_member_that_was_unpacked_is_the_same_to_the_byte(folder, tmp_path):
    data = io.BytesIO(random.Random(2).randbytes(3_000_000)).getvalue()
    found = open_delivery(packed(folder, ("USERS.csv", data)), tmp_path)
    assert (found.tables["users"].read_bytes(), found.names, found.size) == (data, {"users": "USERS.csv"}, 3_000_000)

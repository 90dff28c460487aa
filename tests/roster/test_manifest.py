"""manifest.csv: what it promises against what was delivered."""

from __future__ import annotations

import pytest

from connect_kit import oneroster
from connect_kit.roster.manifest import read_manifest

START = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n"


def whole(text, *delivered):
    """A manifest that names, behind what it says itself, every further file that it must name."""
    others = [n for n in oneroster.MANIFEST_FILES if f"file.{n}" not in text and n not in delivered]
    return text + "".join(f"file.{name},absent\n" for name in others)


@pytest.fixture
def noted(tmp_path):
    def noted(data, *delivered):
        path = tmp_path / "manifest.csv"
        path.write_bytes(data if isinstance(data, bytes) else whole(data, *delivered).encode())
        found = read_manifest(path, {name.casefold() for name in delivered})
        assert {(note.table, note.file) for note in found.notices} <= {("manifest", "manifest.csv")}
        return found.version, [(note.code, note.line, note.value) for note in found.notices]

    return noted


def mismatch(line, text):
    return ("manifest.mismatch", line, text)


def test_no_manifest_says_nothing():
    found = read_manifest(None, {"users"})
    assert (found.version, found.notices) == (None, ())


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_manifest_that_fits_gives_the_version_and_no_note(noted, version):
    text = START.replace("1.1", version) + "source.systemName,Elm SIS\nfile.users,bulk\nfile.orgs,absent\n"
    assert noted(text, "users") == (version, [])


@pytest.mark.parametrize(
    "line, delivered, expected",
    [
        ("file.users,absent", ["users"], [mismatch(4, "file.users is absent, but users.csv was delivered")]),
        ("file.users,bulk", [], [mismatch(4, "file.users is bulk, but there is no users.csv")]),
        ("file.users,delta", ["users"], [("delivery.delta", 4, "users.csv holds changes only")]),
        ("file.users,all", ["users"], [mismatch(4, "file.users is 'all'; expected absent, bulk or delta")]),
        ("file.users", ["users"], [mismatch(4, "file.users is ''; expected absent, bulk or delta")]),
        ("colour,red", [], [mismatch(4, "colour is not a property of the standard")]),
        ("manifest.version,1.0", [], [mismatch(4, "manifest.version is repeated")]),
        (
            "",
            ["academicSessions"],
            [mismatch(None, "file.academicSessions is missing, but academicSessions.csv was delivered")],
        ),
        ("file.lineItems,bulk", ["LINEITEMS"], []),
    ],
    ids=[
        "absent but there",
        "bulk but not there",
        "delta",
        "unknown mode",
        "no mode",
        "unknown property",
        "repeated property",
        "delivered but not named",
        "another case of the file's name",
    ],
)
def test_each_difference_is_noted_with_its_line(noted, line, delivered, expected):
    assert noted(START + line + "\n", *delivered) == ("1.1", expected)


@pytest.mark.parametrize(
    "text, expected",
    [
        (START.replace("1.0", "1"), [mismatch(2, "manifest.version is '1'; expected 1.0")]),
        (START.replace("manifest.version,1.0\n", ""), [mismatch(None, "manifest.version is missing")]),
    ],
    ids=["shortened by a spreadsheet", "missing"],
)
def test_the_version_of_the_manifest_is_exactly_1_0(noted, text, expected):
    assert noted(text)[1] == expected


def test_an_unknown_version_of_the_standard_is_noted(noted):
    assert noted(START.replace("1.1", "1.0")) == (
        "1.0",
        [mismatch(3, "oneroster.version is '1.0'; expected 1.1 or 1.2")],
    )


def test_blank_lines_and_quoted_breaks_move_the_lines(noted):
    text = 'propertyName,value\n\nmanifest.version,1.0\n"source.systemName","Elm\nSIS"\n\noneroster.version,9\n'
    assert noted(text)[1] == [mismatch(7, "oneroster.version is '9'; expected 1.1 or 1.2")]


@pytest.mark.parametrize(
    "data, text, line",
    [
        (b"", "the first line is not propertyName,value", 1),
        (b"manifest.version,1.0\n", "the first line is not propertyName,value", 1),
        (b"propertyName;value\n", "the first line is not propertyName,value", 1),
        (b"\x81\x00\xff" * 20, "cannot be decoded", None),
        (b"propertyName,value\n" + b"x" * 200_000, "cannot be read as CSV", None),
        ("propertyName,value\n".encode("utf-16") + b"x", "cannot be read as CSV", None),
    ],
    ids=["empty", "no header", "semicolons", "no text", "an endless value", "half a character"],
)
def test_what_is_not_a_manifest_is_noted_once(noted, data, text, line):
    assert noted(data) == (None, [mismatch(line, text)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_manifest_is_read_in_the_encodings_of_the_other_files(noted, encoding):
    assert noted(whole(START).encode(encoding)) == ("1.1", [])


@pytest.mark.parametrize("name", oneroster.MANIFEST_FILES)
def test_a_file_that_the_manifest_must_name_and_does_not_is_noted(noted, name):
    text = whole(START).replace(f"file.{name},absent\n", "")
    assert noted(text.encode()) == ("1.1", [mismatch(None, f"file.{name} is missing; expected absent, bulk or delta")])


def test_the_titles_may_be_of_any_case_and_blanks_do_not_count(noted):
    assert noted(START.replace("propertyName,value", " PROPERTYNAME , Value ").replace("1.1", " 1.1 ")) == ("1.1", [])

"""What a file's bytes are taken for, and the plain copy of what is not plain."""

from __future__ import annotations

import codecs
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_kit.engine.encoding import CHUNK, INVISIBLE, probe_file, write_plain

HEAD = "sourcedId,givenName\n"


def file(folder, data):
    path = folder / "users.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def probe(folder, data):
    return probe_file(file(folder, data))


@pytest.mark.parametrize(
    "data, encoding, label, plain",
    [
        (b"", "utf-8", "ASCII", True),
        (HEAD.encode() + b"1,Ann\n", "utf-8", "ASCII", True),
        (HEAD.encode() + "1,Zoë\n".encode(), "utf-8", "UTF-8", True),
        (codecs.BOM_UTF8 + HEAD.encode() + b"1,Ann\n", "utf-8-sig", "UTF-8 with a byte order mark", True),
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark", True),
        ((HEAD + "1,Zoë\n").encode("utf-16"), "utf-16", "UTF-16", False),
        (codecs.BOM_UTF16_BE + (HEAD + "1,Zoë\n").encode("utf-16-be"), "utf-16", "UTF-16", False),
        ((HEAD + "1,Zoë\n").encode("utf-16-le"), "utf-16-le", "UTF-16", False),
        ((HEAD + "1,Zoë\n").encode("utf-16-be"), "utf-16-be", "UTF-16", False),
        ((HEAD + "1,Zoë\n").encode("latin-1"), "cp1252", "ISO-8859-1", False),
        ((HEAD + "1,“Zoë”\n").encode("cp1252"), "cp1252", "Windows-1252", False),
        ((HEAD + "1,Zoë\x81\n").encode("latin-1"), None, "no accepted encoding", False),
        (HEAD.encode() + b"1,Zo\xc3\n", "cp1252", "ISO-8859-1", False),
        (HEAD.encode() + b"1,\xc3\x28" + b"\x01" * 40, None, "no accepted encoding", False),
    ],
    ids=[
        "no bytes",
        "ASCII",
        "UTF-8",
        "UTF-8 with BOM",
        "a BOM alone",
        "UTF-16 with BOM",
        "UTF-16 big endian with BOM",
        "UTF-16 little endian without BOM",
        "UTF-16 big endian without BOM",
        "ISO-8859-1",
        "Windows-1252",
        "a byte that Windows-1252 does not define",
        "half a UTF-8 character",
        "control bytes in no UTF-8",
    ],
)
def test_bytes_are_taken_for(tmp_path, data, encoding, label, plain):
    found = probe(tmp_path, data)
    assert (found.encoding, found.label, found.plain) == (encoding, label, plain)
    assert found.size == len(data)


@pytest.mark.parametrize(
    "data, ends, final, plain",
    [
        ("a\nb\n", 2, True, True),
        ("a\nb", 1, False, True),
        ("a\r\nb\r\n", 2, True, True),
        ("a\rb\r", 2, True, True),
        ("a\rb", 1, False, True),
        ("a\r\nb\n", 2, True, False),
        ("a\nb\r", 2, True, False),
        ("a\r\nb\rc", 2, False, False),
        ("a\n\r", 2, True, False),
    ],
    ids=[
        "LF",
        "LF, none at the end",
        "CRLF",
        "CR",
        "CR, none at the end",
        "CRLF and LF",
        "LF and CR",
        "CRLF and CR",
        "LF before CR",
    ],
)
def test_line_ends_are_counted_and_distinguished(tmp_path, data, ends, final, plain):
    found = probe(tmp_path, data)
    assert (found.line_ends, found.final_line_end, found.plain) == (ends, final, plain)
    assert found.lines == ends + (not final)


@pytest.mark.parametrize("shift", [0, 1, 2, 3])
@pytest.mark.parametrize("character", ["é", "\u200b", "\U0001f600"], ids=["two bytes", "three bytes", "four bytes"])
def test_a_character_cut_by_the_border_between_two_pieces_is_seen_whole(tmp_path, character, shift):
    data = b"a" * (CHUNK - shift) + character.encode() + b"\n"
    found = probe(tmp_path, data)
    assert (found.encoding, found.label, found.line_ends) == ("utf-8", "UTF-8", 1)
    assert found.odd_characters == (character in INVISIBLE)


@pytest.mark.parametrize("shift", [0, 1, 2], ids=["before the line end", "inside the line end", "behind the line end"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"], ids=["CRLF", "LF", "CR"])
def test_a_line_end_at_the_border_between_two_pieces_counts_once(tmp_path, end, shift):
    data = b"a" * (CHUNK - shift) + end.encode() + b"b" + end.encode()
    found = probe(tmp_path, data)
    assert (found.line_ends, found.final_line_end, found.plain) == (2, True, True)


def test_a_crlf_at_the_border_stays_one_line_end_in_the_plain_copy(tmp_path):
    path = file(tmp_path, b"a" * (CHUNK - 1) + b"\r\nb\rc\r\n")
    write_plain(path, "utf-8", tmp_path / "plain.csv")
    assert (tmp_path / "plain.csv").read_bytes()[CHUNK - 1 :] == b"\r\nb\nc\r\n"


def test_a_file_that_stops_inside_a_character_is_not_utf_8(tmp_path):
    assert probe(tmp_path, HEAD.encode() + b"1,Zo\xe2\x80").label == "Windows-1252"


def test_the_incremental_look_sees_every_piece(tmp_path):
    seen: list[int] = []
    path = file(tmp_path, b"a" * (2 * CHUNK + 5))
    probe_file(path, seen.append)
    assert seen == [CHUNK, CHUNK, 5]


@pytest.mark.parametrize("character", [*INVISIBLE, "\x00", "\x07", "\x7f"], ids=lambda c: f"U+{ord(c):04X}")
def test_invisible_characters_are_noticed(tmp_path, character):
    assert probe(tmp_path, f"a\nb{character}c\n").odd_characters


@pytest.mark.parametrize("text", ["Ann\tLee", "Zoë", "李", "é\u00a1", "😀", "\u2013"], ids=ascii)
def test_visible_characters_are_not_odd(tmp_path, text):
    assert not probe(tmp_path, f"a\n{text}\r\n").odd_characters


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_undecodable(tmp_path, seed):
    data = random.Random(seed).randbytes(100_000).removeprefix(codecs.BOM_UTF16_LE)
    assert probe(tmp_path, data).encoding is None


def test_half_a_utf_16_character_is_an_error_of_the_copy(tmp_path):
    path = file(tmp_path, HEAD.encode("utf-16") + b"x")
    with pytest.raises(UnicodeDecodeError, match="truncated data"):
        write_plain(path, "utf-16", tmp_path / "plain.csv")


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=60),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_the_plain_copy_holds_the_same_text_and_no_line_ends_in_cr_beside_others(tmp_path_factory, text, encoding):
    folder = tmp_path_factory.mktemp("copy")
    path = file(folder, text.encode(encoding))
    write_plain(path, encoding, folder / "plain.csv")
    copy = (folder / "plain.csv").read_bytes().decode()
    if '"' not in text:
        assert copy == (re.sub("\r(?!\n)", "\n", text) if "\n" in text else text)
    assert copy.replace("\r", "\n") == text.replace("\r", "\n")
    assert path.read_bytes() == text.encode(encoding)


def test_a_few_bytes_that_are_not_utf_8_leave_the_others_what_they_are(tmp_path):
    data = "a\nZoë\nJosé\n".encode() + b"Ren\xe9e \x81\nBj\xf6rk\n" + "Åsa\n".encode()
    seen = probe(tmp_path, data)
    assert (seen.encoding, seen.label, seen.faults) == ("utf-8", "UTF-8 but for some bytes", ((4, "E9 81"), (5, "F6")))
    write_plain(tmp_path / "users.csv", "utf-8", tmp_path / "plain.csv", "replace")
    copy = "a\nZoë\nJosé\nRen\ufffde \ufffd\nBj\ufffdrk\nÅsa\n"
    assert (tmp_path / "plain.csv").read_bytes().decode() == copy


def test_a_byte_that_no_encoding_explains_is_named_with_its_line(tmp_path):
    assert probe(tmp_path, (HEAD + "1,Zoë\n2,Ann\x81\n").encode("latin-1")).faults == ((3, "81"),)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_line_of_a_bad_byte_is_counted_whatever_ends_lines(tmp_path, end):
    lines = ["sourcedId", "Zoë", "Zoë"]
    data = end.join(lines).encode() + end.encode() + b"Ren\xe9e" + end.encode()
    assert probe(tmp_path, data).faults == ((4, "E9"),)
    assert probe(tmp_path, b"Ann\n" + data).faults == ((5, "E9"),)
    assert probe(tmp_path, end.join(lines).encode("latin-1") + b"\x81").faults == ((3, "81"),)

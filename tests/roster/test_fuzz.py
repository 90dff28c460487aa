"""Thousands of damaged files and archives: no foreign exception, no altered value, every line accounted for."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from connect_kit.checks import check_roster
from connect_kit.engine import DuckDBEngine
from connect_kit.errors import ConnectKitError
from connect_kit.roster import Roster, read_roster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES, ARCHIVES, AT_A_TIME = 5_000, 1_000, 100
BLANKS = " \t\r\n\u00a0\u200b\ufeff"
NAMES = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email", "sms", "agentSourcedIds", "grades"]
VALUES = [
    "", " ", "00017", "1E5", "12,5", 'a"b', "a\nb", "x\r\ny", "Zoë", "李", "N/A", "=1+1", "\u00a0", "-", "true", "07",
    "K", "2026-09-01", "a@b.org", "555", "\t", "\u200bx", "org1,org2", "'", "\u0001", "student", "guardian", "teacher",
]  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")
DAMAGES = ("none", "none", "cut", "byte", "delete", "repeat line", "drop line", "quote", "separator", "footer", "junk")


def made(rng: random.Random) -> bytes:
    """A users.csv of a few rows, written by the library and then damaged here and there."""
    names = NAMES[: rng.randint(3, 9)] + rng.choice([[], ["extra"], ["", ""]])
    rows = [[rng.choice(VALUES) for _ in names] for _ in range(rng.randint(0, 12))]
    for number, row in enumerate(rows):
        row[0] = row[0] or f"id{number}"
    text = io.StringIO()
    end, mark = rng.choice(["\n", "\r\n", "\r"]), rng.choice([",", ",", ",", ";", "\t", "|"])
    csv.writer(text, delimiter=mark, lineterminator=end).writerows([names, *rows])
    lines = text.getvalue()
    encoding = rng.choice(ENCODINGS)
    data = lines.encode(encoding, "replace")
    for _ in range(rng.choice([0, 1, 1, 2])):
        data = damaged(rng, data, end.encode(), mark.encode())
    return data


def damaged(rng: random.Random, data: bytes, end: bytes, mark: bytes) -> bytes:
    kind, place = rng.choice(DAMAGES), rng.randrange(len(data) + 1)
    lines = data.split(end)
    line = rng.randrange(len(lines))
    if kind == "cut":
        return data[:place]
    if kind == "byte":
        return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
    if kind == "delete":
        return data[:place] + data[place + rng.randint(1, 9) :]
    if kind == "repeat line":
        return end.join([*lines[:line], lines[line], *lines[line:]])
    if kind == "drop line":
        return end.join(lines[:line] + lines[line + 1 :])
    if kind == "quote":
        return data[:place] + b'"' + data[place:]
    if kind == "separator":
        return data[:place] + mark * rng.randint(1, 3) + data[place:]
    if kind == "footer":
        return data + rng.choice([b"Total records: 4", b"(4 rows)", mark * 5]) + end
    if kind == "junk":
        return data[:place] + rng.randbytes(rng.randint(1, 40)) + data[place:]
    return data


def deliveries(folder: Path, seed: int) -> Iterator[tuple[Path, bytes]]:
    for number in range(AT_A_TIME):
        rng = random.Random(seed * AT_A_TIME + number)
        place = folder / str(number)
        place.mkdir()
        data = made(rng)
        (place / "users.csv").write_bytes(data)
        yield place, data


def require_whole(roster: Roster, data: bytes) -> None:
    """Every line is a row, part of one, refused, set aside or blank, and a row's values are those of its lines."""
    if "users" not in roster.info:
        return
    text = decoded(data)
    physical = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    users = roster.users
    starts = [int(line) for line in users.index]
    assert starts == sorted(set(starts))
    named = set(starts) | {int(line) for line in roster.aside["line"]}
    for line, raw in roster.refused[["line", "raw"]].itertuples(index=False):
        named |= {int(line) + n for n in range(len(re.split(r"\r\n|\r|\n", str(raw).rstrip("\r\n"))))}
    assert len(starts) == roster.info["users"].rows
    begun = header_end(roster, physical)
    inside = False
    for number, line in enumerate(physical, 1):
        if number <= begun or not line.strip(BLANKS):
            continue
        if number in named:
            inside = number in starts
        else:
            assert inside, f"line {number} is neither read nor refused nor set aside"
    for start, row in zip(starts, users.itertuples(index=False), strict=True):
        following = [line for line in sorted(named) if line > start]
        raw = "\n".join(physical[start - 1 : (following[0] - 1) if following else None])
        for value in row:
            if not pd.isna(value):
                bare = str(value).replace("\r\n", "\n").replace("\r", "\n")
                assert bare in raw or bare.replace('"', '""') in raw, f"{value!r} is not in line {start}"


def header_end(roster: Roster, physical: list[str]) -> int:
    """Number of the line on which the header ends: the first that holds the name of the first column."""
    first = str(roster.info["users"].columns[0]).casefold()
    return next((n for n, line in enumerate(physical, 1) if first[:4] in line.casefold()), 1)


def decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[:4096].count(0) > 0.4 * len(data[:4096]):  # UTF-16 that has lost its mark
        return max((data.decode(f"utf-16-{end}", "replace") for end in ("le", "be")), key=lambda text: text.count("s"))
    kept = data.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= one <= "\udcff" for one in kept)
    # Single bytes that are not UTF-8 do not make the others something else.
    if wrong <= sum(one > "\x7f" for one in kept) - wrong:
        return data.decode("utf-8-sig", "replace")
    return data.decode("cp1252", "replace")


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(FILES // AT_A_TIME))
def test_a_damaged_file_is_read_or_refused_in_words_and_no_line_of_it_is_lost(tmp_path: Path, seed: int) -> None:
    engine = DuckDBEngine(threads=1)
    for place, data in deliveries(tmp_path, seed):
        try:
            roster = read_roster(place, engine=engine)
        except ConnectKitError as error:
            assert str(place) in str(error)
            continue
        require_whole(roster, data)
        if place.name == "7":
            check_roster(roster)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(ARCHIVES // AT_A_TIME))
def test_a_damaged_archive_is_read_or_refused_in_words(tmp_path: Path, seed: int) -> None:
    engine = DuckDBEngine(threads=1)
    for place, data in deliveries(tmp_path, 1_000 + seed):
        rng = random.Random(str(place))
        packed = io.BytesIO()
        kind = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
        with zipfile.ZipFile(packed, "w", kind) as archive:
            archive.writestr(rng.choice(["users.csv", "out/users.csv", "USERS.CSV", "a/b/users.csv"]), data)
            if rng.random() < 0.5:
                archive.writestr(rng.choice(["notes.txt", "more.zip", "../users.csv", "classes.csv"]), data)
        raw = bytearray(packed.getvalue())
        for _ in range(rng.choice([0, 1, 3])):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        if rng.random() < 0.2:
            del raw[rng.randrange(len(raw)) :]
        file = place / "delivery.zip"
        file.write_bytes(raw)
        try:
            read_roster(file, engine=engine)
        except ConnectKitError as error:
            assert str(file) in str(error)

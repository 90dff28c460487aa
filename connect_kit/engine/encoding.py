"""What a file's bytes are: encoding, line ends, odd characters; and a copy in plain UTF-8 where they are not.

Connect takes ASCII or UTF-8 (S7) and reads headers literally, so that a BOM hides the first column (S21).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 8 * 1024 * 1024
_CONTROL = bytes(b for b in (*range(32), 127) if b not in b"\t\r\n")
_NOT_CONTROL = bytes(b for b in range(256) if b not in _CONTROL)
_ORDINARY = bytes(b for b in range(128) if b not in _CONTROL)
_UNDEFINED_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_C1 = bytes(range(0x80, 0xA0))
_ALL = bytes(range(256))
#: UTF-8 of non-breaking, zero-width, directional and other invisible characters.
INVISIBLE = "\u00a0\u00ad\u180e\u2007\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u202f\u2060\ufeff"
#: What a program writes in place of a character that it could not read (U+FFFD).
LOST = "\ufffd"
_ODD_BYTES = tuple(character.encode() for character in (*INVISIBLE, LOST, *map(chr, range(0x80, 0xA0))))
_MOST_CONTROL = 0.001  # with a larger share of control bytes it is not text
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python holds bytes that are not
_MOST_FAULTS = 1_000  # bytes; after so many the file is given up as UTF-8, unless more are right
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file's bytes are.

    Attributes
    ----------
    encoding : str or None
        Python's name of the encoding, None where no accepted one explains the bytes.
    label : str
        The encoding in words, for messages.
    size, line_ends : int
        Bytes, and line ends of any kind.
    final_line_end : bool
        Whether the last line is ended.
    plain : bool
        UTF-8 with one kind of line end, so that it can be read in place.
    ascii : bool
        Only ASCII bytes.
    odd_characters : bool
        NUL, control, zero-width or non-breaking characters somewhere, or characters that were lost.
    lone_returns : bool
        Some lines end in CR alone, and others do not.
    faults : tuple of (int, str)
        By line, in hexadecimal, the bytes that the encoding does not explain; where there is none, the first of them.
    """

    encoding: str | None
    label: str
    size: int
    line_ends: int = 0
    final_line_end: bool = True
    plain: bool = False
    ascii: bool = False
    odd_characters: bool = False
    lone_returns: bool = False
    faults: tuple[tuple[int, str], ...] = ()

    @property
    def lines(self) -> int:
        """Number of physical lines."""
        return self.line_ends + (not self.final_line_end)


def chunks(path: Path, advance: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The file's bytes, a piece at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if advance:
                advance(len(chunk))
            yield chunk


def probe_file(path: Path, advance: Callable[[int], None] | None = None) -> Probe:
    """Read a file's bytes once and say what they are."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    if encoding := _utf16(head):
        return Probe(encoding, "UTF-16", size)
    bom = head.startswith(codecs.BOM_UTF8)
    decoder = codecs.getincrementaldecoder("utf-8")()
    ascii_only, odd, line_feeds, returns, pairs, last = not bom, False, 0, 0, 0, b""
    try:
        for number, chunk in enumerate(chunks(path, advance)):
            if number == 0 and bom:
                chunk = chunk[len(codecs.BOM_UTF8) :]
            rest = chunk.translate(None, _ORDINARY)  # mostly nothing, so that what follows is free
            begun = decoder.getstate()[0]  # a character that the end of the chunk before has cut
            if not rest.isascii() or begun:
                ascii_only = False
                decoder.decode(chunk)
                odd = odd or any(mark in begun + rest for mark in _ODD_BYTES)
            odd = odd or bool(rest.translate(None, _NOT_CONTROL))
            line_feeds += chunk.count(b"\n")
            if b"\r" in chunk or last == b"\r":
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            last = chunk[-1:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        faults = _faults(path)
        if faults:
            return Probe("utf-8-sig" if bom else "utf-8", "UTF-8 but for some bytes", size, faults=faults)
        return _single_byte(path, size)
    one_kind = (returns == 0) or (line_feeds == 0) or (returns == line_feeds == pairs)
    return Probe(
        "utf-8-sig" if bom else "utf-8",
        "UTF-8 with a byte order mark" if bom else "ASCII" if ascii_only else "UTF-8",
        size,
        line_ends=line_feeds + returns - pairs,
        final_line_end=last in (b"\n", b"\r", b""),
        plain=one_kind,
        ascii=ascii_only,
        odd_characters=odd,
        lone_returns=returns > pairs and line_feeds > 0,
    )


#: How files of other kinds begin, and what to do with them.
_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook or another office file; save it as CSV UTF-8"),
    (b"%PDF", "a PDF document; export the data as CSV UTF-8"),
    (b"\x1f\x8b", "a compressed (gzip) file; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"BZh", "a compressed (bzip2) file; unpack it first"),
    (b"\xfd7zXZ\x00", "a compressed (xz) file; unpack it first"),
    (b"{\\rtf", "a text document (RTF); export the data as CSV UTF-8"),
    (b"\x89PNG", "a picture; export the data as CSV UTF-8"),
    (b"\xff\xd8\xff", "a picture; export the data as CSV UTF-8"),
    (b"SQLite format 3", "a database; export the data as CSV UTF-8"),
    (b"PAR1", "a Parquet file; export the data as CSV UTF-8"),
)
_MARKUP = re.compile(rb"(?:<!--.*?-->\s*)*<(!doctype html|html|head|body|table|meta|script|\?xml|[a-z]+:)", re.I | re.S)
_TAIL = 65_536  # bytes at a file's end, where a ZIP lists its members


def foreign_kind(path: Path) -> str:
    """What a file is that is not CSV at all, with what to do; '' where nothing says so."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK\x03\x04"):
            file.seek(max(0, path.stat().st_size - _TAIL))
            listed = head + file.read()
            if b"xl/" in listed:
                return "an Excel workbook; save it as CSV UTF-8"
            # Office writes these flags, which hardly any other program does.
            if head[4:8] == b"\x14\x00\x06\x00" or b"[Content_Types].xml" in listed or b"mimetypeapplication" in head:
                return "an Excel workbook or another office file; save it as CSV UTF-8"
            return "a ZIP archive; unpack it first"
    for magic, words in _KINDS:
        if head.startswith(magic):
            return words
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or _zeros_by_threes(head):
        return "text in UTF-32; save it as CSV UTF-8"
    text = head.removeprefix(codecs.BOM_UTF8).replace(b"\x00", b"").removeprefix(codecs.BOM_UTF16_LE).lstrip()
    if found := _MARKUP.match(text.removeprefix(codecs.BOM_UTF16_BE)):
        page = found[1].lower() not in (b"?xml",) and b":" not in found[1]
        return f"{'a web page (HTML)' if page else 'an XML file'}; open it in a spreadsheet and save it as CSV UTF-8"
    if re.match(rb'[\[{]\s*["{\[]', text):
        return "a JSON file; export the data as CSV UTF-8"
    return ""


def _zeros_by_threes(head: bytes) -> bool:
    """Whether three of every four bytes are zero, as those of plain letters are in UTF-32."""
    first, second, third, fourth = (head[place::4].strip(b"\0") for place in range(4))
    return len(head) >= 16 and not second and not third and bool(first) != bool(fourth)


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(head) // 2
    if half >= 8 and head[1::2].count(0) > 0.9 * half:
        return "utf-16-le"
    if half >= 8 and head[0::2].count(0) > 0.9 * half:
        return "utf-16-be"
    return None


def _faults(path: Path) -> tuple[tuple[int, str], ...]:
    """Lines of a file in UTF-8 with bytes that are not; none where more bytes beyond ASCII are not than are."""
    faults, good, bad = [], 0, 0
    for number, line in _lines(path, "utf-8"):
        if line.isascii():
            continue
        odd = _NOT_UTF8.findall(line)
        good, bad = good + len(line) - len(line.encode("ascii", "ignore")) - len(odd), bad + len(odd)
        if odd:
            faults.append((number, " ".join(f"{ord(one) & 255:02X}" for one in odd[:_MOST_SHOWN])))
        if bad > max(good, _MOST_FAULTS):
            return ()
    return tuple(faults) if bad <= good else ()


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """A file's physical lines, whatever ends them, with their numbers; bytes that are no text are surrogates."""
    with path.open(encoding=encoding, errors="surrogateescape") as file:
        yield from enumerate(file, 1)


def _single_byte(path: Path, size: int) -> Probe:
    """Bytes that are not UTF-8: Windows-1252 where all its codes are defined, otherwise nothing that is a roster."""
    control, high = 0, False
    for chunk in chunks(path):
        control += len(chunk.translate(None, _NOT_CONTROL))
        undefined = chunk.translate(None, bytes(b for b in _ALL if b not in _UNDEFINED_1252))
        if undefined or control > max(16, _MOST_CONTROL * size):
            return Probe(None, "no accepted encoding", size, faults=_first(path, undefined[:1]))
        high = high or bool(chunk.translate(None, bytes(b for b in _ALL if b not in _C1)))
    # Where no byte lies between 80 and 9F the two read the same.
    label = "Windows-1252" if high else "ISO-8859-1"
    return Probe("cp1252", label, size, odd_characters=control > 0)


def _first(path: Path, byte: bytes) -> tuple[tuple[int, str], ...]:
    if not byte:
        return ()
    found = (number for number, line in _lines(path, "latin-1") if byte.decode("latin-1") in line)
    return tuple((number, byte.hex().upper()) for number in found)[:1]


def write_plain(path: Path, encoding: str, target: Path, errors: str = "strict") -> None:
    """Write a copy in UTF-8 without BOM, whose lines end in LF or CRLF, or in CR alone; values keep their line ends.

    With ``errors="replace"`` U+FFFD stands for bytes that the encoding does not explain.

    Raises
    ------
    UnicodeDecodeError
        When the bytes are not what the encoding allows.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with target.open("wb") as out:
        for chunk in chunks(path):
            out.write(decoder.decode(chunk).encode("utf-8", "surrogatepass"))
        out.write(decoder.decode(b"", final=True).encode())
    data = target.read_bytes()
    if b"\n" in data and data.count(b"\r") > data.count(b"\r\n"):
        target.write_bytes(_QUOTED.sub(_unix, data))


#: A quoted value, or else a CR that ends a line by itself.
_QUOTED = re.compile(rb'(?:(?<=[,;\t|\r\n])|\A) *"(?:[^"]|"")*" *(?=[,;\t|\r\n]|\Z)|\r(?!\n)')


def _unix(found: re.Match[bytes]) -> bytes:
    return b"\n" if found[0] == b"\r" else found[0]

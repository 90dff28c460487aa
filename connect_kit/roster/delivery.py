"""Opening a delivery: a folder or a ZIP of CSV files, and what in it is read.

Nothing is executed, nothing outside the folder is followed, and of a ZIP only the files that are read are unpacked,
into a private temporary folder and within limits, so that a hostile archive costs one clear error.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from connect_kit import connect, oneroster
from connect_kit.engine.places import unusable
from connect_kit.engine.room import is_full
from connect_kit.errors import DeliveryError
from connect_kit.roster.near_names import near_files

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_UNPACKED = 8 * 1024**3
MOST_MEMBERS = 1_000
#: A roster packs about ten to one, repeated rows thirty; a bomb a thousand.
MOST_RATIO = 200
_RATIO_FROM = 16 * 1024**2
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz")
_PIECE = 1024 * 1024

#: Names of the tables that a delivery may hold, by lower-case file name.
TABLE_OF_FILE = {f"{table}.csv".casefold(): table for table in (*oneroster.TABLES, *connect.FILES)}
_READ = {"manifest.csv", *TABLE_OF_FILE}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The files of a delivery, found but not read.

    Attributes
    ----------
    path : Path
        What was given.
    tables : mapping of str to Path
        Table name to the file to read.
    names : mapping of str to str
        Table name to the file's name as delivered.
    manifest : Path or None
        manifest.csv.
    others : tuple of str
        Files that are listed and not read.
    """

    path: Path
    tables: Mapping[str, Path]
    names: Mapping[str, str]
    manifest: Path | None = None
    others: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all tables."""
        return sum(path.stat().st_size for path in self.tables.values())


def open_delivery(path: str | Path, scratch: Path) -> Delivery:
    """Find the files of a delivery; a ZIP is unpacked into ``scratch``.

    Raises
    ------
    DeliveryError
        When there is no folder or ZIP at that path, it cannot be read, or it holds what must not be read.
    OSError
        When a ZIP finds no room in ``scratch``.
    """
    place = Path(path)
    if expected := unusable(path):
        raise DeliveryError(f"{ascii(str(path))[:200]}: cannot be read; expected {expected}")
    try:
        place = place.expanduser()
        if not _is_text(str(place.absolute())):  # DuckDB opens files by names in UTF-8 only
            shown = str(place).encode("utf-8", "backslashreplace").decode()
            raise DeliveryError(f"{shown}: the path holds a byte that is no UTF-8; rename that folder or file")
        if place.is_dir():
            found = _in_folder(place)
        elif place.is_file():
            found = _in_zip(place, scratch)
        elif place.exists():
            raise DeliveryError(f"{place}: neither a folder nor a ZIP file; give the folder or ZIP with the CSV files")
        else:
            raise DeliveryError(f"{place}: not found; give the folder or ZIP that holds the CSV files")
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, an unknown ~user
        if is_full(error):  # the disk for temporary files, and not the delivery's
            raise
        reason = getattr(error, "strerror", None) or error
        raise DeliveryError(f"{place}: cannot be read ({reason}); check the path and its permissions") from error
    return _sorted_out(place, found)


def _in_folder(place: Path) -> dict[str, Path]:
    entries = [entry for entry in sorted(place.iterdir()) if not _ignored(entry.name)]
    folders = [entry for entry in entries if entry.is_dir()]
    if len(folders) == 1 and not any(entry.suffix.lower() == ".csv" for entry in entries):
        entries = [entry for entry in sorted(folders[0].iterdir()) if not _ignored(entry.name)]
    elif len(folders) > 1 and folders == entries:
        raise DeliveryError(f"{place}: holds {len(folders)} folders and no file; give the folder with the CSV files")
    root = place.resolve()
    found = {}
    for entry in entries:
        if not entry.resolve().is_relative_to(root):
            raise DeliveryError(f"{entry}: leads out of the delivery's folder; put the file itself there, not a link")
        if entry.is_file():
            if entry.suffix.lower() == ".csv":
                with entry.open("rb"):  # permissions are checked now, so that the message names the file
                    pass
            found[entry.name] = entry
        elif entry.suffix.lower() == ".csv":
            raise DeliveryError(f"{entry}: is not a file but a folder, a pipe or a broken link; put the CSV file there")
    return found


def _in_zip(place: Path, scratch: Path) -> dict[str, Path]:
    try:
        archive = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:  # ValueError: names
        raise DeliveryError(
            f"{place}: not a ZIP file, or a damaged one; give the folder with the CSV files, or a ZIP of it"
        ) from error
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        if len(members) > MOST_MEMBERS:
            raise DeliveryError(f"{place}: holds {len(members):,} files; a delivery has at most {MOST_MEMBERS:,}")
        paths: dict[PurePosixPath, zipfile.ZipInfo] = {}
        twice = set()
        for member in members:
            inner = PurePosixPath(member.filename.replace("\\", "/"))
            _refuse_unsafe(place, member, inner)
            if any(_ignored(part) for part in inner.parts):
                continue
            twice |= {inner} & set(paths)  # an archive may hold two of one name
            paths[inner] = member
        read = {inner: member for inner, member in paths.items() if inner.name.casefold() in _READ}
        depth = {inner.parent for inner in read} or {inner.parent for inner in paths if inner.suffix.lower() == ".csv"}
        if len(depth) > 1 or any(len(folder.parts) > 1 for folder in depth):
            raise DeliveryError(f"{place}: CSV files lie in several folders; put them in the root or in one folder")
        if again := next((inner.name for inner in twice if inner in read), None):
            raise DeliveryError(f"{place}: holds {again} twice; keep one")
        for member in read.values():
            if member.flag_bits & 1:
                raise DeliveryError(
                    f"{place}: member {member.filename!r} is encrypted; unpack it yourself and give the folder"
                )
        _refuse_large(place, read.values())
        if not read and (packed := next((m.filename for i, m in paths.items() if i.suffix.lower() in _ARCHIVES), "")):
            raise DeliveryError(f"{place}: member {packed!r} is an archive itself; unpack it and give the folder")
        # What is not read is not unpacked either: it is listed by its name.
        found = {inner.name: scratch / f"{number}" for number, inner in enumerate(paths) if inner not in read}
        for inner, member in read.items():
            found[inner.name] = _unpack(place, archive, member, scratch / inner.name)
    return found


def _refuse_unsafe(place: Path, member: zipfile.ZipInfo, inner: PurePosixPath) -> None:
    name = member.filename
    if not inner.name:
        raise DeliveryError(f"{place}: a member has no name; pack the files again")
    if inner.is_absolute() or ".." in inner.parts or ":" in inner.parts[0]:
        raise DeliveryError(f"{place}: member {name!r} leads out of the delivery's folder; pack the files again")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DeliveryError(f"{place}: member {name!r} is a link; pack the file itself")


def _refuse_large(place: Path, members: object) -> None:
    total = 0
    for member in members:  # type: ignore[attr-defined]
        total += member.file_size
        if member.file_size > _RATIO_FROM and member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise DeliveryError(
                f"{place}: member {member.filename!r} unpacks to {member.file_size / 1e6:,.0f} MB, more than "
                f"{MOST_RATIO} times its packed size; if it is a roster, unpack it yourself and give the folder"
            )
    if total > MOST_UNPACKED:
        raise DeliveryError(f"{place}: unpacks to {total / 1e9:,.1f} GB; the limit is {MOST_UNPACKED / 1024**3:.0f} GB")


def _unpack(place: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    left = member.file_size  # a member that holds more than it declares is cut off by this count
    try:
        with archive.open(member) as source, target.open("wb") as out:
            while piece := source.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise DeliveryError(f"{place}: member {member.filename!r} is larger than the archive says")
                out.write(piece)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise DeliveryError(
            f"{place}: member {member.filename!r} is damaged ({error}); pack the files again"
        ) from error
    except Exception as error:
        # What a codec says of broken data; bz2 raises an OSError that, unlike the system's own, has no number.
        if type(error).__module__ in ("zlib", "_lzma", "lzma") or getattr(error, "errno", 0) is None:
            raise DeliveryError(
                f"{place}: member {member.filename!r} is damaged ({error}); pack the files again"
            ) from error
        raise
    return target


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _ignored(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _sorted_out(place: Path, found: dict[str, Path]) -> Delivery:
    tables: dict[str, Path] = {}
    names: dict[str, str] = {}
    others = []
    manifest = None
    for written, path in found.items():
        name = written.encode("utf-8", "backslashreplace").decode()
        key = name.casefold()
        if key == "manifest.csv":
            manifest = path
        elif key in TABLE_OF_FILE:
            table = TABLE_OF_FILE[key]
            if table in tables:
                raise DeliveryError(f"{place}: holds {names[table]} and {name}, the same table twice; keep one")
            tables[table], names[table] = path, name
        else:
            others.append(os.fsencode(name).decode("utf-8", "backslashreplace"))  # a name may hold other bytes
    if "[Content_Types].xml" in others:
        raise DeliveryError(f"{place}: is a workbook or another office file; save each sheet as a CSV file in UTF-8")
    if not tables and manifest is None:
        listed = f" (found: {', '.join(sorted(others)[:5])})" if others else " (it is empty)"
        near = (f"{name} is probably {table}.csv" for name, table in near_files(sorted(others), connect.FILES).items())
        hint = "".join(f"; {words}" for words in near)
        raise DeliveryError(
            f"{place}: holds no roster file{listed}; expected users.csv, classes.csv and enrollments.csv{hint}"
        )
    return Delivery(place, tables, names, manifest, tuple(sorted(others)))

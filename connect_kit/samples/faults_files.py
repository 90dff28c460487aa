"""Faults of whole files: what is there, how it is encoded, what its header says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from connect_kit.connect import Severity
from connect_kit.samples.fault import Fault
from connect_kit.samples.faults_classes import add_class
from connect_kit.samples.layouts import Column, Layout
from connect_kit.samples.planting import FaultPlanter

_FULL: Final[tuple[Layout, ...]] = ("oneroster11", "oneroster12")
_BOM: Final = b"\xef\xbb\xbf"


def _bytes(
    file: str, change: Callable[[bytes], bytes | None], *, line: int | None = None
) -> Callable[[FaultPlanter], None]:
    def plant(planter: FaultPlanter) -> None:
        planter.bytes.append((file, change))
        planter.planted_file(file, line=line)

    return plant


def _windows_1252(data: bytes) -> bytes:
    return data.decode("utf-8").encode("cp1252")


def _utf_16(data: bytes) -> bytes:
    return data.decode("utf-8").encode("utf-16")


def _half_utf_16(data: bytes) -> bytes:
    """Half a character pair over and over, and an odd number of bytes: text in no encoding."""
    return b"\xff\xfe" + b"\x00\xd8" * 40 + b"\x00"


def _separated_by(separator: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b",", separator)


def _broken_line(change: Callable[[bytes], bytes], planter: FaultPlanter) -> None:
    """Break one line of classes.csv; the class has no members, as its row is refused."""
    row = add_class(planter, students=0, teachers=0)
    planter.raw.append(("classes.csv", row, change))
    planter.planted(row, named=False)


def _odd_character(character: str, planter: FaultPlanter) -> None:
    planter.planted(planter.edit(planter.old_class()[0], location=f"Room{character}7"))


def _rename(table: str, old: str, new: str, planter: FaultPlanter) -> None:
    header = planter.headers[table]
    planter.headers[table] = [(new if name == old else name, sql) for name, sql in header]
    planter.planted_file(f"{table}.csv", line=1)


def _add_column(planter: FaultPlanter) -> None:
    planter.headers["users"].append(("shoe_size", "'unknown'"))
    planter.planted_file("users.csv", line=1)


def _swap(planter: FaultPlanter) -> None:
    header: list[Column] = planter.headers["classes"]
    names = [name for name, _ in header]
    a, b = names.index("title"), names.index("location")
    header[a], header[b] = header[b], header[a]
    planter.planted_file("classes.csv", line=1)


def _drop(table: str, column: str, planter: FaultPlanter) -> None:
    planter.headers[table] = [item for item in planter.headers[table] if item[0] != column]
    planter.planted_file(f"{table}.csv", line=1)


def _extra_file(planter: FaultPlanter) -> None:
    planter.extra["bell_schedule.csv"] = "period,start\n1,08:00\n2,08:55\n"
    planter.planted_file("bell_schedule.csv")


def _property(name: str, value: str | None, planter: FaultPlanter) -> None:
    """Change a property of manifest.csv, add it, or take it out."""
    places = {key: place for place, (key, _) in enumerate(planter.manifest)}
    place = places.get(name, len(planter.manifest))
    if value is None:
        del planter.manifest[place]
        planter.planted_file("manifest.csv", sourced_id=name)
        return
    planter.manifest[place : place + 1] = [(name, value)]
    planter.planted_file("manifest.csv", sourced_id=name, line=place + 2)


def _repeated_property(planter: FaultPlanter) -> None:
    planter.manifest.append(("source.systemName", "Another SIS"))
    planter.planted_file("manifest.csv", sourced_id="source.systemName", line=len(planter.manifest) + 1)


def _fault(
    code: str, severity: Severity, table: str, column: str, title: str,
    plant: Callable[[FaultPlanter], None], *, alone: bool = False,
    layouts: tuple[Layout, ...] = ("connect", "oneroster11", "oneroster12"),
) -> Fault:  # fmt: skip
    return Fault(
        code=code, severity=severity, table=table, column=column, title=title, plant=plant,
        excludes=("*",) if alone else (), layouts=layouts,
    )  # fmt: skip


FAULTS: Final[tuple[Fault, ...]] = (
    _fault("file.missing", "critical", "enrollments", "", "enrollments.csv is not there",
           _bytes("enrollments.csv", lambda data: None), alone=True),
    _fault("file.empty", "critical", "enrollments", "", "enrollments.csv has a header only",
           _bytes("enrollments.csv", lambda data: data.split(b"\n", 1)[0] + b"\n"), alone=True),
    _fault("file.empty", "critical", "classes", "", "classes.csv has no bytes",
           _bytes("classes.csv", lambda data: b""), alone=True),
    _fault("file.encoding", "warning", "enrollments", "", "a byte order mark",
           _bytes("enrollments.csv", lambda data: _BOM + data), alone=True),
    _fault("file.encoding", "warning", "users", "", "Windows-1252",
           _bytes("users.csv", _windows_1252), alone=True),
    _fault("file.encoding", "warning", "classes", "", "UTF-16",
           _bytes("classes.csv", _utf_16), alone=True),
    _fault("file.undecodable", "critical", "classes", "", "bytes that are text in no encoding",
           _bytes("classes.csv", _half_utf_16), alone=True),
    _fault("file.delimiter", "warning", "student_attributes", "", "semicolons for commas",
           _bytes("student_attributes.csv", _separated_by(b";"), line=1)),
    _fault("file.malformed_line", "critical", "classes", "", "a field too many",
           partial(_broken_line, lambda line: line + b",surplus")),
    _fault("file.malformed_line", "critical", "classes", "", "fields too few",
           partial(_broken_line, lambda line: b",".join(line.split(b",")[:3]))),
    _fault("file.malformed_line", "critical", "classes", "", "text behind a closing quote",
           partial(_broken_line, lambda line: line.replace(b"Advisory", b'"Advisory"s', 1))),
    _fault("file.nul_or_control", "warning", "classes", "location", "a non-breaking blank",
           partial(_odd_character, "\N{NO-BREAK SPACE}")),
    _fault("file.nul_or_control", "warning", "classes", "location", "a zero-width blank",
           partial(_odd_character, "\N{ZERO WIDTH SPACE}")),
    _fault("file.nul_or_control", "warning", "classes", "location", "a control character",
           partial(_odd_character, "\x07")),
    _fault("header.missing_column", "critical", "classes", "grades", "classes.csv has no grades",
           partial(_drop, "classes", "grades"), alone=True),
    _fault("header.repeated_column", "critical", "classes", "title", "title stands twice",
           _bytes("classes.csv", lambda data: data.replace(b"location", b"title", 1), line=1),
           alone=True),
    _fault("header.alias", "warning", "users", "sourcedId", "sourceId for sourcedId",
           partial(_rename, "users", "sourcedId", "sourceId")),
    _fault("header.alias", "warning", "enrollments", "schoolSourcedId",
           "schoolSourcedID for schoolSourcedId",
           partial(_rename, "enrollments", "schoolSourcedId", "schoolSourcedID")),
    _fault("header.alias", "warning", "classes", "periods", "a title in capitals after a blank",
           partial(_rename, "classes", "periods", " PERIODS")),
    _fault("header.unknown_column", "info", "users", "shoe_size", "a column of the SIS's own",
           _add_column, layouts=("connect",)),
    _fault("header.order", "info", "classes", "", "title and location have changed places", _swap),
    # First, as taking a line out moves the lines below it.
    _fault("manifest.mismatch", "warning", "manifest", "", "a property missing",
           partial(_property, "file.categories", None), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a spreadsheet cut the version to 1",
           partial(_property, "manifest.version", "1"), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a version that does not exist",
           partial(_property, "oneroster.version", "1.3"), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a file that is said to be there",
           partial(_property, "file.results", "bulk"), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a file that is said to be absent",
           partial(_property, "file.demographics", "absent"), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a property that does not exist",
           partial(_property, "file.lunches", "absent"), alone=True, layouts=_FULL),
    _fault("manifest.mismatch", "warning", "manifest", "", "a property twice",
           _repeated_property, alone=True, layouts=_FULL),
    _fault("delivery.delta", "warning", "manifest", "", "a delta delivery",
           partial(_property, "file.users", "delta"), alone=True, layouts=_FULL),
    _fault("delivery.extra_file", "info", "delivery", "", "a file that Connect does not ask for",
           _extra_file),
)  # fmt: skip

"""Result files as Connect gives them, and what is read of them."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

from connect_kit.results.value import Results
from connect_kit.uploads.values import FileResult, UploadFile

USERS = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email"]
ADA = ["0017", "S1", "student", "Ada", "Ashford", "ada@maple.example"]
BEN = ["0018", "S1", "student", "Ben", "Birch", ""]
CAL = ["0019", "S9", "student", "Cal", "Cove", ""]
SAID = ["result", "action", "code", "message"]
DONE = ["SUCCESS", "CREATED", "", ""]
UNKNOWN = ["ERROR", "SKIPPED", "users.orgSourcedIds.known_school", "School S9 is not a School ID recorded on Connect"]


def write(path: Path, *rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def workbook(path: Path, *rows: list) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def dry(file: UploadFile, path: Path | None, **more) -> FileResult:
    return FileResult(file, more.pop("outcome", "processed"), dry_run=True, path=path, **more)


def rows(results: Results, *columns: str) -> list[tuple]:
    return list(results.table().fillna("")[list(columns)].itertuples(index=False, name=None))

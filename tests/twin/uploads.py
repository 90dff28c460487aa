"""What the tests of the processing share: a small twin, and uploads of files written in the test."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connect_kit.twin import Action, Twin
from connect_kit.uploads.values import FileResult, UploadFile

#: Oak has the School ID 0104, Elm the School ID 0205; Ash has none.
SCHOOLS = {"Oak": "0104", "Elm": "0205", "Ash": None}
OAK, ELM, ASH = "S001", "S002", "S003"

USERS = """\
sourcedId,orgSourcedIds,role,givenName,familyName,email,sms,phone,agentSourcedIds,grades
S1,0104,student,Amal,Hadid,,,,"G1,G2",03
S2,0205,student,Bo,Hadid,bo@example.org,,,G1,KG
G1,0104,parent,Cy,Hadid,cy@example.org,+12025550101,,,
G2,0104,guardian,Di,Hadid,di@example.org,,+12025550199,,
T1,"0104,0205",teacher,Eve,Ito,eve@example.org,,,,
T2,0205,administrator,Fay,Ito,fay@example.org,,,,
"""
CLASSES = """\
sourcedId,title,grades,location,schoolSourcedId,periods
C1,Grade 3,03,Room 1,0104,1
C2,Kindergarten,KG,,0205,"1,2"
"""
ENROLLMENTS = """\
classSourcedId,schoolSourcedId,userSourcedId,role
C1,0104,S1,student
C1,0104,T1,teacher
C2,0205,S2,student
"""


@dataclass(frozen=True)
class Desk:
    """A twin and somebody who uploads to it."""

    twin: Twin
    folder: Path
    number: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def empty(cls, folder: Path) -> Desk:
        """A district of three schools, and nobody in them."""
        return cls(Twin.new(folder / "twin.duckdb", "Maple Valley", SCHOOLS), folder)

    @classmethod
    def started(cls, folder: Path) -> Desk:
        """The same after its first upload of users.csv and classes.csv."""
        desk = cls.empty(folder)
        desk.upload("users", USERS)
        desk.upload("classes", CLASSES)
        return desk

    def file(self, kind: Any, text: str | bytes, **options: Any) -> UploadFile:
        """A file on disk; ``options`` as :meth:`UploadFile.of` takes them."""
        path = self.folder / f"files-{next(self.number)}" / f"{kind}.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return UploadFile.of(path, kind, **options)

    def upload(self, kind: Any, text: str | bytes, **options: Any) -> FileResult:
        """Upload for real, in a run of its own."""
        run = f"run:{next(self.number)}"
        return self.twin.send(self.file(kind, text, **options), self.folder / run, run=run)

    def dry_run(self, *files: UploadFile, **options: Any) -> tuple[FileResult, ...]:
        """A dry run."""
        return self.twin.dry_run(files, self.folder / f"dry-{next(self.number)}", **options)

    def set(self, **values: str) -> None:
        """Change settings of the workspace."""
        self.twin.apply(Action("change_settings", values=values))

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a table of the twin, in order; missing values are None."""
        frame = self.twin.table(table)[list(columns)]
        plain = frame.astype(object).where(frame.notna(), None)
        return sorted(plain.itertuples(index=False, name=None), key=str)


def outcomes(result: FileResult) -> list[str]:
    """What became of each row, in order: the code of an error, or the action."""
    frame = result.table()
    return [code if end == "ERROR" else action for end, action, code in frame[["result", "action", "code"]].to_numpy()]


def lines(result: FileResult) -> list[str]:
    """The result file's lines."""
    assert result.path is not None
    text = result.path.read_bytes().decode()
    assert text.endswith("\r\n")
    return text.split("\r\n")[:-1]

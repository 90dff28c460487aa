"""The road from a delivery to Connect, by the command line; what came of it is counted on the exported CSV files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

import connect_kit as ck
from connect_kit.cli import run
from tests.accidents.years import District, Written, Year

#: Students on Connect who are not archived.
ACTIVE = "SELECT count(*) FROM students WHERE archived = 'false'"


class Road:
    """One delivery, and a twin of the district's workspace."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], delivery: Path, workspace: Path) -> None:
        self.folder, self.capsys, self.delivery = folder, capsys, delivery
        self.twin, self.plan, self.out = folder / "twin.duckdb", folder / "plan", folder / "out"
        self.said = ""
        assert self.run("twin", "new", self.twin, "--workspace", workspace, "--district", "Maple Valley") == 0

    def run(self, *words: object) -> int:
        """Run a command; what it printed is in ``said``."""
        self.capsys.readouterr()
        code = run([str(word) for word in words])
        printed = self.capsys.readouterr()
        self.said = printed.out + printed.err
        return code

    def audit(self, *more: object) -> int:
        return self.run("audit", self.delivery, "--workspace", self.twin, "--out", self.out, *more)

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return found

    def found(self, code: str, severity: str | None = None) -> int:
        """Failing rows of a code in the last audit."""
        rows = [one for one in self.summary["findings"] if one["code"] == code]
        return sum(one["count"] for one in rows if severity in (None, one["severity"]))

    def prepare(self, *more: object) -> int:
        return self.run("prepare", self.delivery, "--workspace", self.twin, "--out", self.plan, *more)

    def rehearse(self, *more: object) -> int:
        return self.run("upload", self.plan, "--twin", self.twin, *more)

    def upload(self, *more: object) -> int:
        """Upload for real, typing the words that the command asks for."""
        code = self.run("upload", self.plan, "--twin", self.twin, "--real", "--confirm", "?", *more)
        if "--confirm '" not in self.said:
            return code
        words = self.said.partition("--confirm '")[2].partition("'")[0]
        return self.run("upload", self.plan, "--twin", self.twin, "--real", "--confirm", words, *more)

    def count(self, sql: str) -> Any:
        """The first value of a query on the files that the twin exports; a table is named by its file."""
        return self.rows(sql)[0][0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        exported = self.folder / "exported"
        assert self.run("twin", "export", self.twin, "--out", exported) == 0, self.said
        with duckdb.connect() as connection:
            for file in sorted(exported.glob("*.csv")):
                connection.execute(
                    f"CREATE VIEW \"{file.stem}\" AS FROM read_csv('{file}', all_varchar = true, header = true)"
                )
            return connection.execute(sql).fetchall()


Lay = Callable[[Path, Path], Road]


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Change the rows of a CSV file; None leaves a row out."""
    rows = read(path)
    kept = [new for row in rows if (new := change(dict(row))) is not None]
    names: Sequence[str] = list(rows[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(kept)


def only(path: Path, keep: Callable[[dict[str, str]], bool]) -> None:
    """Keep some rows of a CSV file."""
    rewrite(path, lambda row: row if keep(row) else None)


def plain(folder: Path, lay: Lay, *, students: int = 180, schools: int = 2) -> tuple[Road, Year]:
    """A district whose delivery is what Connect has, uploaded once so that all of it came by upload."""
    district = District(students, schools=schools, seed=4)
    district.hire(schools - 1)  # somebody without a class
    made = district.write(folder / "district")
    road = lay(made.delivery, made.workspace)
    assert road.prepare() == 0, road.said
    assert road.rehearse() == 0, road.said
    assert road.upload() == 0, road.said
    return road, made.this


def audited(made: Written) -> ck.Audit:
    """An audit in Python, where the command line's road is not needed."""
    return ck.audit(made.delivery, made.workspace, progress=False)


def codes(audit: ck.Audit, severity: str) -> set[str]:
    """The codes that an audit found, of one severity."""
    found = audit.findings.summary()
    return set(found.loc[found["severity"] == severity, "code"])

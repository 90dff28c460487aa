"""Writes an invented district: a delivery, the workspace that fits it, and the truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from connect_kit.connect import FILES, Level
from connect_kit.errors import SettingError
from connect_kit.samples.bench import Bench
from connect_kit.samples.catalogue import choose_faults
from connect_kit.samples.fault import Fault
from connect_kit.samples.further import make_further_tables, make_roles
from connect_kit.samples.layouts import (
    FURTHER,
    LAYOUTS,
    STORED_AS,
    Layout,
    files_of,
    manifest_rows,
)
from connect_kit.samples.sizes import FEWEST_PER_SCHOOL, plan_sizes
from connect_kit.samples.tables import make_tables
from connect_kit.samples.text import spoil_files
from connect_kit.samples.truth import write_truth
from connect_kit.samples.writing import write_rows, write_table, write_workspace

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_LEVELS: Final = ("district", "school")
_GUARDIANS: Final = ("users", "file")


@dataclass(frozen=True, slots=True)
class SampleDistrict:
    """Where an invented district was written.

    Attributes
    ----------
    folder : Path
        The folder that holds everything.
    delivery : Path
        The CSV files as an SIS would export them.
    workspace : Path
        The state of the same district on Connect, as files.
    truth : Path
        What was planted: ``code,severity,table,file,line,sourcedId,column,kind``.
    """

    folder: Path
    delivery: Path
    workspace: Path
    truth: Path

    def summary(self) -> pd.DataFrame:
        """Count the written files' rows and planted findings.

        Returns
        -------
        pandas.DataFrame
            ``file`` (text), ``rows`` (lines without the header), ``planted`` and ``knock_on``
            (findings that name the file).
        """
        import pandas as pd

        truth = pd.read_csv(self.truth, dtype=str, keep_default_na=False)
        found = []
        for path in sorted(self.delivery.iterdir()):
            of_file = truth[truth["file"] == path.name]
            with path.open("rb") as file:
                lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
            found.append(
                {
                    "file": path.name,
                    "rows": max(0, lines - 1),
                    "planted": int((of_file["kind"] == "planted").sum()),
                    "knock_on": int((of_file["kind"] == "knock_on").sum()),
                }
            )
        return pd.DataFrame(found)


def sample_roster(
    folder: Path | str,
    *,
    students: int = 2000,
    schools: int | None = None,
    seed: int = 1,
    faults: Literal["all", "none"] | Iterable[str] = "all",
    layout: Layout = "connect",
    level: Level = "district",
    guardians: Literal["users", "file"] | None = None,
    today: date | None = None,
) -> SampleDistrict:
    """Write an invented district with planted faults.

    The same arguments write the same bytes. Without faults no rule is broken at critical or
    warning severity, neither by the delivery nor against its workspace.

    Parameters
    ----------
    folder : path
        Gets ``delivery/``, ``workspace/`` and ``truth.csv``; files of the same names are replaced.
    students : int
        Exactly this many students, 20 to some millions.
    schools : int, optional
        At level ``district`` about one per 700 students, at least three.
    seed : int
        Chooses names, sizes and victims.
    faults : "all", "none" or codes
        ``"all"`` plants every fault that can stand beside the others; faults that spoil a whole
        file or delivery are planted only when named.
    layout : {"connect", "oneroster11", "oneroster12"}
        The columns that Connect asks for, or everything that the standard has.
    level : {"district", "school"}
        A district, or one school.
    guardians : {"users", "file"}, optional
        Where guardians are kept; by default in users.csv unless a named fault needs guardians.csv.
    today : date, optional
        The school year around this day; it matters to the OneRoster layouts only.

    Raises
    ------
    SettingError
        When an argument is not allowed, or faults do not fit together.
    """
    _check(students, schools, layout, level, guardians)
    chosen, place = choose_faults(faults, layout=layout, level=level, guardians=guardians)
    sizes = plan_sizes(students, schools, seed, level, today or date.today())
    target = Path(folder)
    sample = SampleDistrict(target, target / "delivery", target / "workspace", target / "truth.csv")
    sample.delivery.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="connect-kit-sample-") as scratch:
        con = _connect(scratch)
        try:
            aide = "aide" if layout == "connect" else "proctor"
            make_tables(con, sizes, guardians=place, aide_role=aide)
            tables = files_of(layout, place)
            bench = Bench(
                con, sizes, layout=layout, level=level, guardians=place, tables=tables,
                manifest=[] if layout == "connect" else manifest_rows(layout, tables),
            )  # fmt: skip
            if layout != "connect":
                make_further_tables(con, sizes)
            _write(con, sample, bench, chosen)
        finally:
            con.close()
    return sample


def _check(students: int, schools: int | None, layout: str, level: str, guardians: str | None) -> None:
    if layout not in LAYOUTS:
        raise SettingError(f"layout {layout!r} is not one of {', '.join(LAYOUTS)}")
    if level not in _LEVELS:
        raise SettingError(f"level {level!r} is not one of {', '.join(_LEVELS)}")
    if guardians is not None and guardians not in _GUARDIANS:
        raise SettingError(f"guardians {guardians!r} is not one of {', '.join(_GUARDIANS)}")
    if students < 20:
        raise SettingError(f"students is {students}; a sample has at least 20")
    if schools is not None:
        if level == "school" and schools != 1:
            raise SettingError(f"schools is {schools}; at school level there is exactly one")
        if level == "district" and schools < 3:
            raise SettingError(f"schools is {schools}; a sample district has at least 3")
        if schools * FEWEST_PER_SCHOOL > students:
            raise SettingError(
                f"{students} students are too few for {schools} schools; a school has at least {FEWEST_PER_SCHOOL}"
            )


def _connect(scratch: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    # Nothing is fetched from the internet, and what does not fit in memory goes to the scratch.
    return duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": scratch,
            "memory_limit": "4GB",
            "threads": "2",
        }
    )


def _write(con: duckdb.DuckDBPyConnection, sample: SampleDistrict, bench: Bench, faults: tuple[Fault, ...]) -> None:
    """Write the workspace as it was, then plant in the delivery and write that."""
    of_workspace = [fault for fault in faults if fault.code.startswith("workspace.")]
    for fault in of_workspace:
        bench.begin(fault)
        fault.plant(bench)
    kept = {"classrooms": bench.kept_classrooms, "students": bench.kept_students}
    write_workspace(con, sample.workspace, kept=kept, added=bench.added)
    for fault in faults:
        if fault not in of_workspace:
            bench.begin(fault)
            fault.plant(bench)
    # A file of an earlier sample that this one does not have would belong to the delivery.
    for stale in (*FILES, *FURTHER, "manifest", "bell_schedule"):
        (sample.delivery / f"{stale}.csv").unlink(missing_ok=True)
    if "roles" in bench.tables:
        make_roles(con)
    for table in bench.tables:
        stored, changed = STORED_AS.get(table, table), table in bench.inserted
        path = sample.delivery / f"{table}.csv"
        write_table(con, path, stored, bench.headers[table], sort=changed)
    if bench.manifest:
        write_rows(sample.delivery / "manifest.csv", ("propertyName", "value"), bench.manifest)
    for name, text in bench.extra.items():
        (sample.delivery / name).write_text(text, encoding="utf-8", newline="\n")
    spoil_files(bench, sample.delivery)
    write_truth(bench, sample.truth)

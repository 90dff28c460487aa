"""Writes an invented district: a delivery, the workspace that fits it, and the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from connect_kit.connect import Level
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import replace_together
from connect_kit.engine.room import reason
from connect_kit.engine.scratch import scratch_folder
from connect_kit.engine.stopping import stoppable
from connect_kit.errors import OutputError, SettingError
from connect_kit.samples.actions import plant
from connect_kit.samples.catalogue import choose_faults
from connect_kit.samples.fault import Fault
from connect_kit.samples.layouts import LAYOUTS, Layout, files_of, manifest_rows
from connect_kit.samples.optional_tables import make_optional_tables, make_roles
from connect_kit.samples.plant_files import spoil_files
from connect_kit.samples.planting import FaultPlanter
from connect_kit.samples.sizes import FEWEST_PER_SCHOOL, plan_sizes
from connect_kit.samples.tables import make_tables
from connect_kit.samples.truth import write_truth
from connect_kit.samples.truth_people import make_person_rows, record_knock_ons, write_truth_adults, write_truth_people
from connect_kit.samples.unsynced_workspace import BY_HAND, UnsyncedWorkspace
from connect_kit.samples.writing import write_rows, write_table, write_workspace

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

#: The share of duplicate students where ``duplicates=True`` does not say how many.
DUPLICATE_SHARE: Final = 0.02
_LEVELS: Final = ("district", "school")
_GUARDIANS: Final = ("users", "file")


@dataclass(frozen=True, slots=True)
class SampleDistrict:
    """Where an invented district was written.

    The last four are None unless they were asked for. In a pair of people the delivery comes before the workspace, and
    the lower ID before the higher. Only truth_classrooms.csv and truth_schools.csv list what has the same ID on both
    sides.

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
    truth_people : Path or None
        Pairs of students: ``left_id,left_source,right_id,right_source,relation,kind``. A source is ``roster`` (ID:
        sourcedId) or ``workspace`` (connectStudentId of a student made by hand). Relation ``same``: one child, every
        pair of its rows; the kind names all differences, joined by ``+``. Relation ``different``: ``twins``,
        ``siblings``, and planted ``namesake`` pairs.
    truth_adults : Path or None
        Adults of the delivery, same columns: guardians entered again and staff who are guardians too (``same``),
        guardians of one family (``different``).
    truth_classrooms : Path or None
        ``roster_id,workspace_id,relation,kind``: relation ``same`` or ``no_counterpart``, then one side is blank.
    truth_schools : Path or None
        The same for schools.
    """

    folder: Path
    delivery: Path
    workspace: Path
    truth: Path
    truth_people: Path | None = None
    truth_adults: Path | None = None
    truth_classrooms: Path | None = None
    truth_schools: Path | None = None

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


#: How large a sample may be asked for, and how large a seed; DuckDB computes with it.
_MOST_STUDENTS, _SEEDS = 20_000_000, 2**62


@checked()
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
    duplicates: bool | float = False,
    existing: bool = False,
) -> SampleDistrict:
    """Write an invented district with planted faults.

    The same arguments write the same bytes. Without faults no rule is broken at critical or
    warning severity, neither by the delivery nor against its workspace.

    Parameters
    ----------
    folder : path
        Gets ``delivery/``, ``workspace/`` and ``truth.csv``, in place of an earlier sample that is as it was written.
    students : int
        Exactly this many students, 20 to 20 million.
    schools : int, optional
        At level ``district`` about one per 700 students, at least three.
    seed : int
        Chooses names, sizes and victims.
    faults : "all", "none" or codes
        ``"all"`` plants every fault that leaves room for the others; faults that spoil a whole
        file or delivery are planted only when named.
    layout : {"connect", "oneroster11", "oneroster12"}
        The columns that Connect asks for, or everything that the standard has.
    level : {"district", "school"}
        A district, or one school.
    guardians : {"users", "file"}, optional
        Where guardians are kept; by default in users.csv unless a named fault needs guardians.csv.
    today : date, optional
        The school year around this day; it matters to the OneRoster layouts, and to titles of last year.
    duplicates : bool or float
        The share of the students who are entered a second time under another ID, one of twenty of them a third time;
        ``True`` is 0.02; any share above 0 gives at least one. These rows come on top of ``students``. The
        district is lifelike then: many names, of which common ones recur among strangers, twins whose names are
        alike, siblings, namesakes. What the second rows break is in truth.csv; none of it is critical.
    existing : bool
        Whether a tenth of the schools await their first upload, so that their students, guardians and classrooms on
        Connect were made by hand; lifelike too. Without planted faults one more school has lost the zeros of its ID
        on Connect, another (not in layout ``connect``, which holds no school names) has no ID there, and a few class
        IDs are written differently. Such a district is not fit to send.

    Raises
    ------
    SettingError
        When an argument is not allowed, or faults do not fit together.
    OutputError
        When the folder holds files of these names that are no sample, or one that was changed since, or cannot be
        written to. It is as it was before then, as after a SettingError.
    """
    students, seed = int(students), int(seed)
    share = DUPLICATE_SHARE if duplicates is True else float(duplicates)
    _check(students, schools, seed, layout, level, guardians, share)
    chosen, place = choose_faults(
        faults if isinstance(faults, str) else list(faults), layout=layout, level=level, guardians=guardians
    )
    if existing and level == "school" and any(fault.code.startswith("workspace.") for fault in chosen):
        raise SettingError(
            "with existing, the only school's workspace is made by hand, so no workspace fault can be planted"
        )
    sizes = plan_sizes(students, schools, seed, level, today or date.today())
    with replace_together(folder, whole=True) as new, _connected(folder) as con:
        sample = _places(new, duplicates=share > 0, existing=existing)
        for one in (sample.delivery, sample.workspace):
            one.mkdir()
        aide = "aide" if layout == "connect" else "proctor"
        make_tables(
            con, sizes, guardians=place, aide_role=aide, lifelike=bool(duplicates) or existing,
            duplicates=share, dates=layout != "connect", letters=existing and not chosen,
        )  # fmt: skip
        tables = files_of(layout, place)
        planter = FaultPlanter(
            con, sizes, layout=layout, level=level, guardians=place, tables=tables,
            manifest=[] if layout == "connect" else manifest_rows(layout, tables),
        )  # fmt: skip
        if layout != "connect":
            make_optional_tables(con, sizes)
        if share:
            record_knock_ons(planter)
        made = UnsyncedWorkspace(con, planter, faults=bool(chosen)) if existing else None
        _write(con, sample, planter, chosen, made)
        if sample.truth_people:
            make_person_rows(con, with_duplicates=bool(share))
            if made:
                made.add_person_rows()
            write_truth_people(con, sample.truth_people)
        if sample.truth_adults:
            write_truth_adults(con, sample.truth_adults)
        if made and sample.truth_classrooms and sample.truth_schools:
            made.write_truth(sample.truth_classrooms, sample.truth_schools)
    return _places(Path(folder), duplicates=share > 0, existing=existing)


def _places(folder: Path, *, duplicates: bool, existing: bool) -> SampleDistrict:
    return SampleDistrict(
        folder, folder / "delivery", folder / "workspace", folder / "truth.csv",
        truth_people=folder / "truth_people.csv" if duplicates or existing else None,
        truth_adults=folder / "truth_adults.csv" if duplicates else None,
        truth_classrooms=folder / "truth_classrooms.csv" if existing else None,
        truth_schools=folder / "truth_schools.csv" if existing else None,
    )  # fmt: skip


def _check(
    students: int, schools: int | None, seed: int, layout: str, level: str, guardians: str | None, share: float
) -> None:
    if layout not in LAYOUTS:
        raise SettingError(f"layout {layout!r} is not one of {', '.join(LAYOUTS)}")
    if level not in _LEVELS:
        raise SettingError(f"level {level!r} is not one of {', '.join(_LEVELS)}")
    if guardians is not None and guardians not in _GUARDIANS:
        raise SettingError(f"guardians {guardians!r} is not one of {', '.join(_GUARDIANS)}")
    if not 20 <= students <= _MOST_STUDENTS:
        raise SettingError(f"students is {students}; a sample has at least 20, and at most {_MOST_STUDENTS:,}")
    if not abs(seed) < _SEEDS:
        raise SettingError(f"seed is {seed}; expected a whole number below {_SEEDS:,}")
    if not 0 <= share <= 1:
        raise SettingError(f"duplicates is {share}; the share of duplicate students is between 0 and 1")
    if schools is not None:
        if level == "school" and schools != 1:
            raise SettingError(f"schools is {schools}; at school level there is exactly one")
        if level == "district" and schools < 3:
            raise SettingError(f"schools is {schools}; a sample district has at least 3")
        if schools * FEWEST_PER_SCHOOL > students:
            raise SettingError(
                f"{students} students are too few for {schools} schools; a school has at least {FEWEST_PER_SCHOOL}"
            )


@contextmanager
def _connected(folder: Path | str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database that fetches nothing from the internet; what does not fit in memory goes to a scratch folder."""
    import duckdb

    with scratch_folder() as scratch:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": scratch,
            "memory_limit": "4GB",
            "threads": "2",
        }
        con = duckdb.connect(config=config)
        try:
            con.execute("SET enable_progress_bar = false")  # it would be drawn over the output of a command
            with stoppable(con):
                yield con
        except (duckdb.IOException, OSError) as error:
            raise OutputError(
                f"{folder}: the sample could not be written ({reason(error)}); what was there is unchanged. Make room, "
                "or name another folder, and try again"
            ) from error
        finally:
            con.close()


def _write(
    con: duckdb.DuckDBPyConnection,
    sample: SampleDistrict,
    planter: FaultPlanter,
    faults: tuple[Fault, ...],
    made: UnsyncedWorkspace | None,
) -> None:
    """Write the workspace as it was, then plant in the delivery and write that."""
    of_workspace = [fault for fault in faults if fault.code.startswith("workspace.")]
    for fault in of_workspace:
        plant(planter, fault)
    kept = {"classrooms": planter.kept_classrooms, "students": planter.kept_students}
    if made:
        kept = made.gaps
    write_workspace(
        con,
        sample.workspace,
        kept=kept,
        added=planter.added,
        by_hand=BY_HAND if made else None,
        otherwise=planter.otherwise,
    )
    for fault in faults:
        if fault not in of_workspace:
            plant(planter, fault)
    if "roles" in planter.tables:
        make_roles(con)
    for table in planter.tables:
        path = sample.delivery / f"{table}.csv"
        write_table(con, path, table, planter.headers[table], sort=table in planter.inserted)
    if planter.manifest:
        write_rows(sample.delivery / "manifest.csv", ("propertyName", "value"), planter.manifest)
    for name, text in planter.extra.items():
        (sample.delivery / name).write_text(text, encoding="utf-8", newline="\n")
    spoil_files(planter, sample.delivery)
    write_truth(planter, sample.truth)

"""What is measured of the kit itself; each function is one process."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from connect_kit.engine import literal
from connect_kit.errors import ConnectKitError
from tests.benchmark.process import last_line, peak_memory_of_children, surroundings

if TYPE_CHECKING:
    from connect_kit.checks import Findings
    from connect_kit.roster import Roster, Workspace
    from tests.benchmark.process import Clock

_IMPORT = "import time; t = time.perf_counter(); import connect_kit; print(time.perf_counter() - t)"


def sample(clock: Clock, folder: str, students: int) -> None:
    """Write an invented district without faults."""
    import connect_kit as ck

    started = time.perf_counter()
    district = ck.sample_roster(folder, students=students, faults="none")
    clock.add("sample_roster", time.perf_counter() - started, int(district.summary()["rows"].sum()))


def damage(clock: Clock, delivery: str, damaged: str, rows: int) -> None:
    """Copy a delivery and make the addresses of so many users invalid (or of all who have one)."""
    import duckdb

    source, target = Path(delivery), Path(damaged)
    with clock.step("damage") as facts:
        target.mkdir(parents=True)
        for path in source.glob("*.csv"):
            if path.name != "users.csv":
                shutil.copyfile(path, target / path.name)
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(target.parent / "spilled"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        with duckdb.connect(config=settings) as con:
            con.execute(
                "CREATE TABLE users AS SELECT * FROM read_csv(?, all_varchar = true, header = true)",
                [str(source / "users.csv")],
            )
            con.execute(
                "UPDATE users SET email = replace(email, '@', ' at ') "
                "WHERE rowid IN "
                "(SELECT rowid FROM users WHERE email IS NOT NULL ORDER BY rowid LIMIT ?)",
                [rows],
            )
            found = con.execute("SELECT count(*) FROM users WHERE contains(email, ' at ')").fetchone()
            facts["rows"] = int(found[0]) if found else 0
            place = literal(target / "users.csv")
            con.execute(f"COPY (SELECT * FROM users ORDER BY rowid) TO {place} (HEADER)")


def audit(clock: Clock, delivery: str, workspace: str, out: str) -> None:
    """Read, check, and hand over everything that an analyst may ask for."""
    import connect_kit as ck

    roster, exported = _read(clock, delivery, workspace)
    with clock.step("check_roster") as facts:
        findings = ck.check_roster(roster, exported, progress=False)
        facts["rows"] = len(roster)
    for name, seconds in findings.seconds.items():
        clock.add(f"check: {name}", seconds, None if name.startswith("wait") else len(roster))
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    _hand_over(clock, findings, target)


def _hand_over(clock: Clock, findings: Findings, target: Path) -> None:
    summary = findings.summary()
    total = int(summary["count"].sum())
    with clock.step("causes") as facts:
        findings.causes()
        facts["rows"] = total
    with clock.step("by_school"):
        findings.by_school()
    if total:
        largest = str(summary.sort_values("count")["code"].iloc[-1])
        with clock.step("rows of the largest finding") as facts:
            facts["rows"] = len(findings.rows(largest))
            facts["code"] = largest
        with clock.step("table of all findings") as facts:
            facts["rows"] = len(findings.table())
    with clock.step("findings.csv") as facts:
        findings.write_csv(target / "findings.csv")
        facts["rows"] = total
    if importlib.util.find_spec("connect_kit.report") is None:
        return
    import connect_kit as ck

    with clock.step("report.html") as facts:
        ck.write_report(findings, target / "report.html")
        facts["rows"] = total
    with clock.step("findings.xlsx") as facts:
        ck.write_workbook(findings, target / "findings.xlsx")
        facts["rows"] = total


def by_hand(clock: Clock, delivery: str, workspace: str) -> None:
    """Count the suites' failing rows with hand-written SQL, on the same tables, right after them.

    In one process, so that other work on the machine slows both alike; the faster of two runs of
    the hand-written SQL is the yardstick.
    """
    import connect_kit as ck
    from tests.benchmark.by_hand import count_by_hand, queries_by_hand

    roster = ck.read_roster(delivery, progress=False)
    exported = ck.read_workspace(workspace)
    findings = ck.check_roster(roster, exported, progress=False)
    found = [(r, findings.counts[i]) for i, r in enumerate(findings.rules) if r.expectation]
    expected = [*found, *((rule, 0) for rule in findings.passed)]
    rules = [rule for rule, _ in expected]
    others = (roster.schema.name, exported.schema.name)
    runs = [count_by_hand(findings.schema, others, rules) for _ in range(2)]
    counts, seconds = min(runs, key=lambda run: sum(run[1]))
    counted = zip(expected, counts, strict=True)
    timed = zip(queries_by_hand(rules), seconds, strict=True)
    slowest = sorted(((s, [rules[n].code for n in query.rules]) for query, s in timed), reverse=True)
    clock.add("suites", findings.seconds["suites"], len(roster))
    clock.add(
        "hand-written",
        sum(seconds),
        len(roster),
        rules=len(rules),
        failing=sum(counts),
        different=[rule.code for (rule, count), counted_too in counted if count != counted_too],
        slowest=[{"seconds": s, "codes": codes} for s, codes in slowest[:20]],
    )


def import_kit(clock: Clock) -> None:
    """Import the kit in a process that has imported nothing; twice, as the first may compile it."""
    for _ in range(2):
        done = subprocess.run(  # our own interpreter
            [sys.executable, "-c", _IMPORT],
            env=surroundings(),
            capture_output=True,
            text=True,
            check=True,
        )
    clock.add("import connect_kit", float(done.stdout), peak=peak_memory_of_children())


def command(clock: Clock, delivery: str, workspace: str, out: str, budget: float) -> None:
    """Run the command line from the shell's prompt to the written report.

    Raises
    ------
    ConnectKitError
        When the command line is not there or fails.
    """
    words = ["audit", delivery, "--workspace", workspace, "--out", out]
    started = time.perf_counter()
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "connect_kit", *words],
        env=surroundings(), capture_output=True, text=True, timeout=budget, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):  # 1: the delivery is not fit to send, which is a result
        raise ConnectKitError(f"python -m connect_kit audit ended with {done.returncode}: {last_line(done.stderr)}")
    report = (Path(out) / "report.html").is_file()
    clock.add("command to report", seconds, peak=peak_memory_of_children(), report=report)


def _read(clock: Clock, delivery: str, workspace: str) -> tuple[Roster, Workspace]:
    import connect_kit as ck

    with clock.step("read_roster") as facts:
        roster = ck.read_roster(delivery, progress=False)
        facts["rows"] = len(roster)
    with clock.step("read_workspace") as facts:
        exported = ck.read_workspace(workspace)
        facts["rows"] = sum(exported.rows.values())
    return roster, exported

"""Running the catalogue on a roster: Great Expectations decides, the engine lists the rows."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from connect_kit import connect
from connect_kit.checks import relations
from connect_kit.checks.findings import Findings
from connect_kit.checks.gx import prepare
from connect_kit.checks.phones import known_region
from connect_kit.checks.provided import provided_inputs
from connect_kit.checks.rule_run import RuleRun
from connect_kit.checks.suites import load_suites
from connect_kit.decisions import read_decisions
from connect_kit.engine.arguments import checked
from connect_kit.engine.progress import progress_bar
from connect_kit.roster.workspace import require_same_engine

if TYPE_CHECKING:
    from pathlib import Path

    from connect_kit.decisions import Decisions
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching.matches import ClassroomMatches
    from connect_kit.roster import Roster, Workspace


@checked(region=known_region)
def check_roster(
    roster: Roster,
    workspace: Workspace | None = None,
    *,
    duplicates: Duplicates | None = None,
    classrooms: ClassroomMatches | None = None,
    id_changes: IdChanges | None = None,
    decisions: Decisions | None = None,
    left_behind: LeftBehind | None = None,
    suites: str | Path | None = None,
    region: str = "US",
    progress: bool | None = None,
) -> Findings:
    """Self-check a roster with the kit's expectation suites.

    Parameters
    ----------
    roster : Roster
    workspace : Workspace, optional
        The district's Connect workspace; rules that need it are reported as not checked without it.
    duplicates : Duplicates, optional
        Duplicate students, from :func:`connect_kit.find_duplicates` on this roster and workspace; rules that
        need them are reported as not checked without it.
    classrooms : ClassroomMatches, optional
        From :func:`connect_kit.match_classrooms` on this roster and workspace; likewise.
    id_changes : IdChanges, optional
        From :func:`connect_kit.find_id_changes` on this roster and workspace; likewise.
    decisions : Decisions, optional
        Say which schools do not take part; by default, those beside the delivery.
    left_behind : LeftBehind, optional
        From :func:`connect_kit.left_behind` on this roster and workspace; likewise.
    suites : str or Path, optional
        A district's own suites, run after the kit's: a JSON file or a folder of them.
    region : str
        ISO 3166 code of the country whose numbers are expected. Connect reads a number without country code as one of
        the United States; where another region is given, messages name the country code that its numbers lack.
    progress : bool, optional
        Show a progress bar; for large rosters by default.

    Returns
    -------
    Findings

    Raises
    ------
    SuiteError
        When one of ``suites`` is not a suite, or one of its rules cannot be run.
    SettingError
        When roster and workspace are on different engines, or ``duplicates``, ``classrooms`` or
        ``id_changes`` or ``left_behind`` are those of others.
    DecisionsError
        When the file of decisions has lines that cannot be read.
    """
    started = time.perf_counter()
    importing = threading.Thread(
        target=prepare, daemon=True
    )  # GX takes seconds to import; the tables are made meanwhile
    importing.start()
    require_same_engine(roster, workspace)
    out = (decisions or read_decisions(roster)).out
    provided = provided_inputs(roster, workspace, duplicates, classrooms, id_changes, left_behind)
    rules = load_suites(suites)
    others = (roster.schema.name, *([workspace.schema.name] if workspace else []))
    schema = roster.schema.engine.new_schema("check")
    optional_tables = any(table not in connect.FILES for table in roster.info)
    shown_id = "sourcedId" if workspace is None else workspace.shown_id
    relations.build(
        schema,
        roster,
        others,
        workspace=workspace is not None,
        region=region,
        optional_tables=optional_tables,
        out=out,
        shown=shown_id,
    )
    relations.add_matches(schema, others, duplicates, classrooms, id_changes)
    if workspace is not None:
        relations.add_slid(schema, roster, others, shown_id, id_changes)
    if left_behind is not None:
        relations.add_left_behind(schema, left_behind)
    related = time.perf_counter()
    importing.join()
    prepare()  # an error of the thread shows here
    imported = time.perf_counter()
    run = RuleRun(roster, schema, others, provided)
    kit = [rule for rule in rules if not rule.district]
    shown = len(roster) > 500_000 if progress is None else progress
    with progress_bar(shown, "Checking", unit=" suites") as advance:
        for batch in dict.fromkeys(rule.batch for rule in kit):
            run.suite(batch, [rule for rule in kit if rule.batch == batch])
            advance(what=batch)
        # One by one, so that a district's rule that breaks takes no other one with it.
        for rule in rules[len(kit) :]:
            run.alone(rule)
            advance(what=rule.code)
    run.reader_notes()
    return Findings(
        schema=schema,
        roster=roster,
        workspace=workspace,
        rules=tuple(run.rules),
        counts=dict(run.counts),
        not_checked=tuple(run.unchecked),
        passed=tuple(run.passed),
        seconds={
            "relations": related - started,
            "wait for Great Expectations": imported - related,
            "suites": time.perf_counter() - imported,
        },
        duplicates=duplicates,
        id_changes=id_changes,
        left_behind=left_behind,
    ).ready()

"""Which class of the delivery is which classroom on Connect."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from connect_kit.connect import grade_code
from connect_kit.decisions.value import Decisions, read_decisions
from connect_kit.engine import create_table, run_sql
from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
from connect_kit.matching.schools import fill_home, match_schools, scratch
from connect_kit.matching.score import Evidence, compare_words, fill_spellings, near_pairs, spellings
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: A school whose classes and classrooms make no more pairs has all of them compared, so that a title mistyped in every
#: word is still found.
_SMALL = 2_500
_BLOCK = 40_000  # pairs of classes and classrooms that have one thing in common, up to which they are compared
_PAIRS = 800_000  # pairs compared at all
_YEAR_BEGINS = 7  # month of the new school year
_STEPS = ("classrooms.sql", "titles.sql", "words.sql", "teachers.sql", "members.sql", "blocks.sql")


def match_classrooms(
    roster: Roster,
    workspace: Workspace,
    *,
    schools: SchoolMatches | None = None,
    decisions: Decisions | None = None,
    progress: bool | None = None,
    today: date | None = None,
) -> ClassroomMatches:
    """Match the classes of a delivery with the classrooms on Connect.

    Within a school that is matched or suggested: the class ID recorded on the classroom decides (S3, S10). An ID that
    lost its leading zeros, blanks or letter case is suggested where no other can be meant. Classrooms without class ID
    are suggested by title, numbers in it, section, period, grade, teacher and members, one to one so that the best
    total wins; where another pair is as likely, none is suggested, because a wrong one would show a class to another
    teacher's families. What people decided comes before all that. The weights stand in ``match_model.json``.

    A classroom whose class ID no class of the delivery has is left alone, and so is an archived one.

    Parameters
    ----------
    roster : Roster
    workspace : Workspace
    schools : SchoolMatches, optional
        From :func:`match_schools`; matched here when left out.
    decisions : Decisions, optional
        Those beside the delivery when left out. ``same`` students count as members in common.
    progress : bool, optional
        Show a progress bar.
    today : date, optional
        The school year around this day is the present one; a classroom with an earlier year in its title is past.

    Returns
    -------
    ClassroomMatches

    Raises
    ------
    SettingError
        When roster and workspace live in different engines.
    DecisionsError
        When the file of decisions has lines that cannot be read.
    """
    if decisions is None:
        decisions = read_decisions(roster) if schools is None else schools.decisions
    if schools is None:
        schools = match_schools(roster, workspace, decisions=decisions)
    schema = scratch(roster, workspace)
    also = (roster.schema.name, workspace.schema.name)
    step = _bar(progress)
    fill_home(schema, also, roster)
    _fill_partners(schema, schools)
    _fill_grade_lists(schema, also)
    _fill_decided(schema, decisions)
    fill_spellings(schema, "classrooms")
    create_table(schema, "subjects", {"word": spellings("subjects").split()})
    for file in _STEPS:
        run_sql(schema, __package__, file, also, block=_BLOCK, small=_SMALL, pairs=_PAIRS)
        step(file)
    compare_words(schema)
    day = today or date.today()
    run_sql(
        schema,
        __package__,
        "classrooms_evidence.sql",
        also,
        year=day.year if day.month >= _YEAR_BEGINS else day.year - 1,
    )
    near = near_pairs(schema, "classrooms")
    step("evidence")
    evidence = Evidence(
        kind="classrooms",
        left=schema.frame("SELECT * EXCLUDE (n) FROM left_told ORDER BY n"),
        right=schema.frame("SELECT * EXCLUDE (n) FROM right_told ORDER BY n"),
        certain=schema.frame("SELECT l, r, status, reason FROM certain ORDER BY l"),
        **near,
        schema=schema,
        capped=schema.frame("SELECT * FROM capped"),
    )
    return ClassroomMatches(roster, workspace, decisions, evidence, schools=schools)


def _fill_partners(schema: Schema, schools: SchoolMatches) -> None:
    """Table ``partners`` (school, connect, title)."""
    partners = schools.partners()
    text = {name: partners[name].tolist() for name in ("school", "connect")}
    titles = [title if isinstance(title, str) else None for title in partners["title"]]
    create_table(schema, "partners", {**text, "title": titles})


def _fill_grade_lists(schema: Schema, also: tuple[str, ...]) -> None:
    """Table ``grade_lists`` (written, ranks): the grades of a class in CEDS' order."""
    import pyarrow as pa

    sql = "SELECT grades FROM classes UNION SELECT grades FROM workspace_classrooms"
    written = [row[0] for row in schema.execute(sql, also=also) if row[0]]
    codes = [{grade_code(part) for part in value.split(",")} - {None} for value in written]
    ranks = [sorted(GRADES.index(code) for code in found if code in GRADES) or None for found in codes]
    create_table(schema, "grade_lists", {"written": written, "ranks": pa.array(ranks, pa.list_(pa.int32()))})


def _fill_decided(schema: Schema, decisions: Decisions) -> None:
    """Table ``decided_students`` (roster, workspace): IDs of students who were decided to be the same."""
    same = [
        (decision.left.removeprefix("roster:"), decision.right.removeprefix("workspace:"))
        for decision in decisions.about("students")
        if decision.decision == "same" and decision.right.startswith("workspace:")
    ]
    left, right = [left for left, _ in same], [right for _, right in same]
    create_table(schema, "decided_students", {"roster": left, "workspace": right})


def _bar(wanted: bool | None) -> Callable[[str], object]:
    if not wanted:
        return lambda _: None
    from tqdm.auto import tqdm

    bar = tqdm(desc="Matching classrooms", total=len(_STEPS) + 1, unit=" steps", leave=False)

    def step(name: str) -> None:
        bar.set_postfix_str(name.removesuffix(".sql"))
        bar.update()

    return step

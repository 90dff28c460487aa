"""The verb :func:`match_classrooms`: from roster, workspace and matched schools to matched classrooms."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from connect_kit.decisions.value import Decisions, read_decisions
from connect_kit.engine import create_table, run_sql
from connect_kit.engine.arguments import checked
from connect_kit.engine.progress import progress_bar
from connect_kit.grades import grade_code
from connect_kit.matching.matches import ClassroomMatches, SchoolMatches
from connect_kit.matching.schools import match_schools, new_matching_schema
from connect_kit.matching.score import collect_evidence, compare_words, create_spellings, spellings
from connect_kit.oneroster import GRADES

if TYPE_CHECKING:
    from connect_kit.engine import Schema
    from connect_kit.roster import Roster, Workspace

#: In a school with at most this many pairs, all are compared, so that a title mistyped in every word is still found.
_SMALL_SCHOOL = 2_500
_MAX_BLOCK = 40_000  # a block with more pairs of classes and classrooms is not compared
_MAX_PAIRS = 800_000  # pairs compared in all blocks together, at most
_YEAR_STARTS_IN = 7  # month of the new school year
_STEPS = ("classrooms.sql", "titles.sql", "words.sql", "teachers.sql", "members.sql", "blocks.sql")


@checked()
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

    Within a school that is matched or suggested, the class ID recorded on the classroom decides (S3, S10). An ID that
    lost its leading zeros, blanks or letter case is suggested where no other can be meant. Classrooms without a class
    ID are suggested by title, the numbers in it, section, period, grade, teacher and members, one to one so that the
    total is highest. Where another pair is as likely, none is suggested, because a wrong one would show a class to
    another teacher's families. People's decisions override all of this. The weights are in ``matching/model.json``.

    A classroom whose class ID is not in the delivery is left alone, and so is an archived one.

    Parameters
    ----------
    roster : Roster
    workspace : Workspace
    schools : SchoolMatches, optional
        From :func:`match_schools`; by default, they are matched first.
    decisions : Decisions, optional
        By default, those beside the delivery. Students decided to be the ``same`` count as members in common.
    progress : bool, optional
        Show a progress bar.
    today : date, optional
        A day of the current school year; a classroom with an earlier year in its title is last year's.

    Returns
    -------
    ClassroomMatches

    Raises
    ------
    SettingError
        When roster and workspace are on different engines.
    DecisionsError
        When the file of decisions has lines that cannot be read.
    """
    if decisions is None:
        decisions = read_decisions(roster) if schools is None else schools.decisions
    if schools is None:
        schools = match_schools(roster, workspace, decisions=decisions)
    schema = new_matching_schema(roster, workspace)
    also = (roster.schema.name, workspace.schema.name)
    day = today or date.today()
    year = day.year if day.month >= _YEAR_STARTS_IN else day.year - 1
    with progress_bar(bool(progress), "Matching classrooms", total=len(_STEPS) + 1) as advance:
        _create_partners(schema, schools)
        _create_grade_lists(schema, also)
        _create_decided(schema, decisions)
        create_spellings(schema, "classrooms")
        create_table(schema, "subjects", {"word": spellings("subjects").split()})
        for file in _STEPS:
            run_sql(schema, __package__, file, also, block=_MAX_BLOCK, small=_SMALL_SCHOOL, pairs=_MAX_PAIRS)
            advance(1, file.removesuffix(".sql"))
        compare_words(schema)
        run_sql(schema, __package__, "classrooms_evidence.sql", also, year=year)
        evidence = collect_evidence(
            schema,
            "classrooms",
            "SELECT * EXCLUDE (n) FROM left_shown ORDER BY n",
            "SELECT * EXCLUDE (n) FROM right_shown ORDER BY n",
        )
        advance(1, "evidence")
    return ClassroomMatches(roster, workspace, decisions, evidence, schools=schools)


def _create_partners(schema: Schema, schools: SchoolMatches) -> None:
    """Make table ``partners`` (school, connect, title): the schools matched or suggested, taking part or not."""
    partners = schools.partners(out=True)
    text = {name: partners[name].tolist() for name in ("school", "connect")}
    titles = [title if isinstance(title, str) else None for title in partners["title"]]
    create_table(schema, "partners", {**text, "title": titles})


def _create_grade_lists(schema: Schema, also: tuple[str, ...]) -> None:
    """Make table ``grade_lists`` (written, ranks): the grades of a class, as positions in CEDS' order."""
    import pyarrow as pa

    sql = "SELECT grades FROM classes UNION SELECT grades FROM workspace_classrooms"
    written = [row[0] for row in schema.execute(sql, also=also) if row[0]]
    codes = [{grade_code(part) for part in value.split(",")} - {None} for value in written]
    ranks = [sorted(GRADES.index(code) for code in found if code in GRADES) or None for found in codes]
    create_table(schema, "grade_lists", {"written": written, "ranks": pa.array(ranks, pa.list_(pa.int32()))})


def _create_decided(schema: Schema, decisions: Decisions) -> None:
    """Make table ``decided_students`` (roster, workspace): the IDs of students decided to be the same."""
    same = [
        (decision.left.removeprefix("roster:"), decision.right.removeprefix("workspace:"))
        for decision in decisions.about("students")
        if decision.decision == "same" and decision.right.startswith("workspace:")
    ]
    left, right = [left for left, _ in same], [right for _, right in same]
    create_table(schema, "decided_students", {"roster": left, "workspace": right})

"""The report: one HTML page that stands alone, with IDs and without names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from connect_kit.checks import AuditData
from connect_kit.checks.causes import OF_CHILDREN, causes_in_words
from connect_kit.checks.unchecked import unchecked_in_words
from connect_kit.checks.verdict_words import left_open, look
from connect_kit.connect import FILES, SEVERITIES, SOURCES
from connect_kit.display import charts
from connect_kit.display.characters import missing, visible
from connect_kit.display.headings import heading
from connect_kit.display.look import SYMBOLS, percent
from connect_kit.display.svg import to_svg
from connect_kit.engine.arguments import checked
from connect_kit.engine.files import atomic_write
from connect_kit.report.left import left_section
from connect_kit.report.matched import changes_section, duplicates_section, partners_section
from connect_kit.roster.originals import outside_originals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from connect_kit.checks import Findings
    from connect_kit.duplicates import Duplicates
    from connect_kit.identity import IdChanges, LeftBehind
    from connect_kit.matching.matches import ClassroomMatches, SchoolMatches

MOST_EXAMPLES: Final = 5
MOST_CAUSES: Final = 100
MOST_SCHOOLS: Final = 50

MEANINGS: Final = {
    "critical": "Connect refuses the row or the file, or damage follows. Fix it before a real upload.",
    "warning": "Connect accepts it, but the result is probably not what was meant.",
    "info": "Worth knowing; nothing has to be done.",
}

_EXPLAINED: Final = {
    "not fit": "Fix what is critical before a real upload: Connect would refuse these rows or files, or damage would "
    "follow.",
    "fit, but decide first": "Connect would take these files. Whether that is meant, a person decides before they are "
    "sent.",
    "fit": "Look at the warnings below, if there are any, before you send the files.",
}

Record = dict[str, Any]


@checked()
def write_report(
    findings: Findings | AuditData,
    path: Path | str,
    *,
    title: str | None = None,
    duplicates: Duplicates | None = None,
    schools: SchoolMatches | None = None,
    classrooms: ClassroomMatches | None = None,
    id_changes: IdChanges | None = None,
    left_behind: LeftBehind | None = None,
) -> Path:
    """Write the report as one self-contained HTML page: no script, nothing loaded from anywhere.

    Parameters
    ----------
    findings : Findings or Audit
        An audit stands for its other parts as well.
    path : path
        Replaced in one step once the page is complete.
    title : str, optional
        By default the name of the delivery's folder or ZIP.
    duplicates : Duplicates, optional
        Adds the section on duplicate students: IDs, no names.
    schools : SchoolMatches, optional
    classrooms : ClassroomMatches, optional
        Each adds its half of the section on schools and classrooms: IDs, no titles of classes.
    id_changes : IdChanges, optional
        Adds the section on changed IDs.
    left_behind : LeftBehind, optional
        Adds the section on what stays behind on Connect: IDs.

    Returns
    -------
    Path
        Where the page stands.

    Raises
    ------
    SettingError
        For a file inside the delivery or the workspace's export.
    OutputError
        When it cannot be written; a page that was there before is unchanged.
    """
    page = report_html(
        findings,
        title=title,
        duplicates=duplicates,
        schools=schools,
        classrooms=classrooms,
        id_changes=id_changes,
        left_behind=left_behind,
    )
    with atomic_write(outside_originals(path, findings.roster, findings.workspace)) as beside:
        beside.write_text(page, encoding="utf-8", newline="\n")
    return Path(path)


def report_html(
    findings: Findings | AuditData,
    *,
    title: str | None = None,
    duplicates: Duplicates | None = None,
    schools: SchoolMatches | None = None,
    classrooms: ClassroomMatches | None = None,
    id_changes: IdChanges | None = None,
    left_behind: LeftBehind | None = None,
) -> str:
    """The page that :func:`write_report` writes, as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("connect_kit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_shown,
    )
    environment.filters["heading"] = heading
    template = environment.get_template("report.html.j2")
    audit = AuditData.of(findings, duplicates, schools, classrooms, id_changes, left_behind)
    context = _context(audit, title or delivery_name(audit.findings))
    context["duplicates"] = duplicates_section(audit.duplicates) if audit.duplicates is not None else None
    context["changes"] = changes_section(audit.id_changes) if audit.id_changes is not None else None
    context["partners"] = partners_section(audit.schools, audit.classrooms)
    context["left"] = left_section(audit.left_behind) if audit.left_behind is not None else None
    context["contents"] = [(link, name) for link, name in _CONTENTS if link not in _MATCHED or context[link]]
    return template.render(context)


def delivery_name(findings: Findings) -> str:
    """What the delivery is called: its folder or ZIP, or that it was made in a notebook."""
    path = findings.roster.path
    return (path.resolve().name or str(path)) if path else "Roster made in a notebook"


def _shown(value: Any) -> Any:
    # Markup (the charts) passes as it is; other text shows the characters a browser would not.
    return visible(value) if type(value) is str else value


def _context(audit: AuditData, title: str) -> Record:
    from connect_kit import __version__

    findings, verdict = audit.findings, audit.judgement
    summary, by_file, by_school = findings.summary(), findings.by_file(), findings.by_school()
    by_file = by_file.iloc[[row for row, _ in sorted(enumerate(by_file["table"]), key=_in_order)]]
    files = _records(by_file)
    details = _findings(findings, summary, {row["table"]: row["file"] for row in files})
    found = findings.causes()
    causes = _causes(found)
    first = [cause for cause in causes if cause["severity"] == "critical" or OF_CHILDREN.intersection(cause["codes"])]
    further = [cause for cause in causes if cause not in first]
    schools = charts.schools_by_problems(by_school)
    anchors: dict[str, str] = {}
    for finding in details:
        anchors.setdefault(finding["code"], finding["anchor"])
    made = datetime.now().astimezone()
    return {
        "title": title,
        "level": findings.level,
        "version": __version__,
        "changed_here": "file.changed_here" in {rule.code for rule in findings.rules},
        "made": made,
        "made_text": f"{made.day} {made:%B %Y, %H:%M %Z}",
        "look": look(verdict.text),
        "headline": verdict.headline.partition(" ")[2],
        "verdict": verdict.sentence[0].upper() + verdict.sentence[1:],
        "explained": _EXPLAINED[verdict.text],
        "left_open": left_open(verdict),
        "severities": SEVERITIES,
        "symbols": SYMBOLS,
        "meanings": MEANINGS,
        "tiles": _tiles(details),
        "rows_read": sum(row["rows"] for row in files),
        "files": files,
        "causes_counted": causes_in_words(found),
        "causes": first[:MOST_CAUSES],
        "further": further[:MOST_CAUSES],
        "causes_left": max(0, len(first) - MOST_CAUSES) + max(0, len(further) - MOST_CAUSES),
        "groups": _groups(details),
        "anchors": anchors,
        "most_examples": MOST_EXAMPLES,
        "schools": [_with_share(row) for row in _records(schools.head(MOST_SCHOOLS))],
        "schools_left": max(0, len(schools) - MOST_SCHOOLS),
        "unchecked": _unchecked(findings),
        "unchecked_words": [f"{words}." for words in unchecked_in_words(findings)],
        "sources": _cited(finding["source"] for finding in details),
        "charts": _charts(summary, by_file, by_school),
    }


_CONTENTS: Final = (
    ("first", "What to do first"),
    ("findings", "Findings"),
    ("changes", "Changed IDs"),
    ("duplicates", "Duplicate students"),
    ("partners", "Schools and classrooms"),
    ("left", "What stays behind"),
    ("schools", "Schools"),
    ("files", "Files"),
    ("unchecked", "Could not be checked"),
    ("reading", "How to read this page"),
)

#: Sections that are there only where somebody looked for these.
_MATCHED: Final = ("changes", "duplicates", "partners", "left")


def _records(frame: pd.DataFrame) -> list[Record]:
    """Rows as dictionaries; a missing value is an empty text, a whole number Python's own."""
    numbers = {name for name in frame if getattr(frame[name].dtype, "kind", "O") in "iuf"}
    return [
        {
            str(name): (0 if missing(value) else int(value)) if name in numbers else ("" if missing(value) else value)
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _findings(findings: Findings, summary: pd.DataFrame, names: Mapping[str, str]) -> list[Record]:
    """Each broken rule with a few of its rows."""
    found = _records(summary)
    for place, row in enumerate(found):
        code = row["code"]
        before = sum(one["code"] == code for one in found[:place])
        row["anchor"] = "rule-" + code.replace(".", "-") + (f"-{before + 1}" if before else "")
        row["file"] = names.get(row["table"], row["table"])
        sample = findings.rows_sample(
            code,
            MOST_EXAMPLES,
            severity=row["severity"],
            table=row["table"],
            column=row["column"],
            title=row["title"],
        )
        row["examples"] = _records(sample)
        row["by_row"] = any(example["line"] for example in row["examples"])
    return found


def _groups(details: list[Record]) -> list[Record]:
    """Findings by severity and then by file, in the order they came in."""
    groups = []
    for severity in SEVERITIES:
        of_severity = [finding for finding in details if finding["severity"] == severity]
        found = {finding["file"]: finding["table"] for finding in of_severity}
        names = [name for name, _ in sorted(found.items(), key=_in_order)]
        files = [{"file": name, "findings": [one for one in of_severity if one["file"] == name]} for name in names]
        if files:
            groups.append({"severity": severity, "rules": len(of_severity), "files": files})
    return groups


def _in_order(named: tuple[object, str]) -> tuple[int, str]:
    """Connect's files in its own order, then the others, and last what is about no file."""
    table, last = str(named[1]), named[1] == "workspace"
    return (list(FILES).index(table) if table in FILES else len(FILES) + last, table)


def _tiles(details: list[Record]) -> list[Record]:
    tiles = []
    for severity in SEVERITIES:
        counts = [finding["count"] for finding in details if finding["severity"] == severity]
        tiles.append({"severity": severity, "rules": len(counts), "rows": sum(counts)})
    return tiles


def _causes(frame: pd.DataFrame) -> list[Record]:
    causes = _records(frame)
    for cause in causes:
        codes = cause["codes"]
        cause["codes"] = codes.replace(",", " ").split() if isinstance(codes, str) else list(codes)
    return causes


def _unchecked(findings: Findings) -> list[Record]:
    """Rules that could not be checked; what a reason says to Python is left out."""
    return [row | {"reason": in_report(row["reason"])} for row in _records(findings.unchecked())]


def in_report(reason: str) -> str:
    """Why a rule could not be checked, for whoever does not write Python."""
    return "; ".join(dict.fromkeys(part for part in reason.split("; ") if not part.startswith("pass ")))


def _with_share(row: Record) -> Record:
    return row | {"share": percent(row["students_without_guardian"], row["students"])}


def _cited(sources: Iterable[str]) -> list[tuple[str, str]]:
    """The articles that the findings name by their short key, spelt out."""
    cited = {part.strip() for source in sources for part in source.split(",")}
    return [(key, name) for key, name in SOURCES.items() if key in cited]


def _charts(summary: pd.DataFrame, by_file: pd.DataFrame, by_school: pd.DataFrame) -> Record:
    from markupsafe import Markup

    drawn: dict[str, tuple[Callable[[pd.DataFrame], Any], pd.DataFrame]] = {
        "files": (charts.findings_by_file, by_file),
        "codes": (charts.findings_by_code, summary),
        "rows": (charts.rows_by_file, by_file),
        "schools": (charts.schools_overview, by_school),
    }
    # to_svg escapes what it holds, so its text is markup already.
    return {
        name: Markup(to_svg(draw(frame), name)) if len(frame) else ""  # noqa: S704
        for name, (draw, frame) in drawn.items()
    }

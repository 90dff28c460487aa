"""No character of a delivery or of Connect ends the process, or hides: in charts, report, workbook and panels."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import connect_kit as ck
from connect_kit.display.characters import drawable, storable, visible
from connect_kit.display.svg import to_svg
from tests.marks import some

#: What a native library dies of, what nobody sees, what turns the text round, and what is markup elsewhere.
CHARACTERS = "".join(map(chr, range(0x20))) + "\x7f\x85\ufffe\uffff\u200f\u202e\u2066\u061c\u200b\ufeff"
ODD = {"characters": CHARACTERS, "markup": "<b>&amp;\"']]>", "long": "9" * 1_000_000}


def write(folder: Path, **tables: dict[str, list[str]]) -> Path:
    folder.mkdir()
    for name, columns in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL)
            rows.writerow(columns)
            rows.writerows(zip(*columns.values(), strict=True))
    return folder


def district(folder: Path, odd: str) -> tuple[Path, Path]:
    """A delivery and a workspace with odd characters in every ID, title and name."""
    school, other = f"01{odd}04", f"02{odd}05"
    delivery = write(
        folder / "delivery",
        users={
            "sourcedId": [f"S1{odd}", f"S2{odd}", f"S3{odd}", f"T1{odd}"],
            "orgSourcedIds": [school, other, school, f"7{odd}7"],
            "role": ["student", "student", "student", f"teach{odd}er"],
            "givenName": [f"Ada{odd}", f"Bo{odd}", f"Ada{odd}", "Eve"],
            "familyName": [f"Quill{odd}", "Marsh", f"Quill{odd}", f"Ito{odd}"],
            "email": ["ada@school.example.org", "", "ada@school.example.org", f"eve{odd}@school.example.org"],
            "grades": ["03", f"0{odd}6", "03", ""],
        },
        classes={
            "sourcedId": [f"c1{odd}", f"c2{odd}"],
            "title": [f"Homeroom {odd} A", f"Math {odd}"],
            "grades": ["03", "06"],
            "schoolSourcedId": [school, other],
        },
        enrollments={
            "classSourcedId": [f"c1{odd}", f"c2{odd}"],
            "schoolSourcedId": [school, other],
            "userSourcedId": [f"S1{odd}", f"S2{odd}"],
            "role": ["student", "student"],
        },
        orgs={
            "sourcedId": [school, other],
            "name": [f"Oak {odd} School", f"Elm {odd} School"],
            "type": ["school", "school"],
        },
    )
    workspace = write(
        folder / "workspace",
        schools={
            "connectSchoolId": ["C1", "C2"],
            "name": [f"Oak {odd} School", f"Elm {odd} School"],
            "schoolId": [school, ""],
        },
        classrooms={
            "connectClassroomId": ["R1", "R2"],
            "connectSchoolId": ["C1", "C2"],
            "title": [f"Homeroom {odd} A", f"Math {odd}"],
            "grades": ["03", "06"],
            "classId": ["", f"old{odd}"],
            "archived": ["false", "false"],
        },
        students={
            "connectStudentId": ["P1", "P2"],
            "connectSchoolId": ["C1", "C1"],
            "givenName": [f"Ada{odd}", "Zoe"],
            "familyName": [f"Quill{odd}", f"Thorn{odd}"],
            "grade": ["03", f"0{odd}3"],
            "email": ["ada@school.example.org", ""],
            "studentId": ["", f"gone{odd}"],
            "archived": ["false", "false"],
        },
    )
    return delivery, workspace


def charts(audit: Any) -> dict[str, Any]:
    found = {f"findings {kind}": audit.findings.chart(kind) for kind in ("rules", "files", "schools")}
    found |= {f"roster {kind}": audit.roster.chart(kind) for kind in ("files", "roles")}
    found |= {"schools": audit.schools.chart(), "classrooms": audit.classrooms.chart()}
    found |= {"left behind": audit.left_behind.chart(), "duplicates": audit.duplicates.chart()}
    return found


def shown(svg: str) -> str:
    root = ET.fromstring(svg)  # noqa: S314  # our own output
    return " ".join([*root.itertext(), root.get("aria-label", "")])


@pytest.mark.parametrize("kind", some(ODD))
def test_odd_characters_everywhere_are_spelled_out_wherever_they_are_shown(kind: str, tmp_path: Path) -> None:
    unseen = set(ODD[kind]) & set(CHARACTERS)
    delivery, workspace = district(tmp_path, ODD[kind])
    twin = ck.Twin.fill(tmp_path / "twin.duckdb", workspace, district="Maple Valley")
    audit: Any = ck.audit(delivery, twin, progress=False)
    plan = ck.plan_upload(audit, folder=tmp_path / "plan")
    forecast = ck.forecast_upload(plan, twin)
    result = ck.upload(plan, twin, progress=False)
    assert result.folder is not None
    results = ck.read_results(result.folder, plan)
    more = {"forecast": forecast.chart(), "result": result.chart(), "results": results.chart()}
    for name, chart in {**charts(audit), **more}.items():
        text = shown(to_svg(chart))
        assert not unseen & set(text), name
        assert len(text) < 30_000, name
    chart.save(str(tmp_path / "chart.png"))
    for value in (audit, forecast, result, results):
        value.save(tmp_path / "out" / type(value).__name__)
    result.save(tmp_path / "excel", excel=True)
    assert not (unseen - {"\n"}) & set((tmp_path / "out" / "Audit" / "report.html").read_text(encoding="utf-8"))
    for sheet in openpyxl.load_workbook(tmp_path / "out" / "Audit" / "findings.xlsx"):
        assert all(len(str(cell.value)) < 32_767 for row in sheet.iter_rows() for cell in row if cell.value)
    for value in (audit, audit.findings, audit.roster, audit.schools, audit.duplicates, audit.left_behind, plan):
        assert not (unseen - {"\n", "\t"}) & set(value._repr_html_())
    pairs, rooms = ck.DuplicatesPanel(audit.duplicates), ck.ClassroomsPanel(audit.classrooms)
    upload = ck.UploadPanel(plan, twin, audit=audit)
    for panel in (pairs, rooms, upload):
        assert not unseen & set("".join(label for label, _ in panel.school.options))
    for view in (pairs.pair, pairs.why, rooms.pair, rooms.partners, upload.head, ck.ResultsPanel(results).head):
        assert not unseen & set(view.text)


@pytest.mark.parametrize("where", ["name", "heading", "text", "title"])
def test_a_chart_spells_out_what_ends_its_drawing(where: str) -> None:
    from connect_kit.display.bars import Bar, bar_chart

    bars = [
        Bar("a\x01\ufffe\ud800b" if where == "name" else "a", "read", 3, "c\x1f" if where == "text" else "c"),
        Bar("d\x02" if where == "heading" else "d", heading=True),
    ]
    text = shown(to_svg(bar_chart("t\x00" if where == "title" else "t", bars)))
    expected = {"name": "a[U+0001][U+FFFE][U+D800]b", "heading": "d[U+0002]", "text": "c[U+001F]", "title": "t[U+0000]"}
    assert expected[where] in text


def test_every_character_but_letters_is_spelled_out_once() -> None:
    for code in (*range(0x20), 0x7F, 0x85, 0xFFFE, 0xFFFF, 0xD800, 0xDFFF, 0x200F, 0x202E, 0x2066):
        assert visible(chr(code)) == drawable(chr(code)) == f"[U+{code:04X}]"
    assert visible("Žofia Nǎ שלום") == "Žofia Nǎ שלום"
    assert storable("two\nlines\tand\x01") == "two\nlines\tand[U+0001]"
    assert drawable("9" * 1_000_000) == "9" * 80 + "…"


def test_half_characters_of_a_frame_are_refused_in_words_and_shown_spelled_out() -> None:
    frame = pd.DataFrame(
        {"sourcedId": ["1", "2\ud800"], "role": "student", "givenName": "Ada", "familyName": "Quill"}, dtype=object
    )
    with pytest.raises(ck.ConnectKitError, match=r"users\.sourcedId: line 3 holds half a character"):
        ck.Roster.from_frames({"users": frame})
    table = ck.show(frame)
    assert "2[U+D800]" in table._repr_html_() and "2[U+D800]" in repr(table)

"""Whatever a public verb is given, it does its work or says in plain words what it expects."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import connect_kit as ck
from connect_kit.errors import SettingError
from tests.marks import some
from tests.uploads import small

VERBS = {name: getattr(ck, name) for name in ck.__all__ if inspect.isfunction(getattr(ck, name))}
PARAMETERS = [(verb, name) for verb, call in VERBS.items() for name in inspect.signature(call).parameters]
#: The first two parameters of each verb, and the others.
FIRST_TWO = [(verb, name) for verb, call in VERBS.items() for name in list(inspect.signature(call).parameters)[:2]]
OTHERS = [one for one in PARAMETERS if one not in FIRST_TWO]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A right value for each parameter, by its name; where verbs differ, by verb and name."""
    place = tmp_path_factory.mktemp("right")
    delivery = small.deliver(place / "2026-08-15")
    twin = small.new_twin(place / "maple.duckdb")
    audit = ck.audit(delivery, twin, progress=False)
    plan = ck.plan_upload(audit, folder=place / "plan")
    dry_run = ck.upload(plan, twin, progress=False)
    twin.export(place / "workspace")
    return {
        "audit": audit,
        "twin": twin,
        "delivery": delivery,
        "roster": audit.roster,
        "workspace": audit.workspace,
        "findings": audit.findings,
        "frame": pd.DataFrame({"count": [1]}),
        "matches": audit.schools,
        "duplicates": audit.duplicates,
        "plan": plan,
        "target": twin,
        "sample_roster.students": 20,
        "sample_roster.faults": "none",
        "audit.duplicates": False,
        "read_roster.path": delivery,
        "read_workspace.path": place / "workspace",
        "read_decisions.path": delivery,
        "read_results.path": dry_run.folder,
        "write_report.path": place / "report.html",
        "write_workbook.path": place / "findings.xlsx",
        "read_plan.folder": plan.folder,
        "sample_roster.folder": place / "sample",
        "dry_run": dry_run,
    }


def call(verb: str, right: dict[str, Any], **wrong: Any) -> Any:
    """The verb, given what it needs and one other value."""
    needed = {
        name: right.get(f"{verb}.{name}", right.get(name))
        for name, parameter in inspect.signature(VERBS[verb]).parameters.items()
        if parameter.default is parameter.empty or f"{verb}.{name}" in right
    }
    return VERBS[verb](**{**needed, **wrong})


def odd(right: dict[str, Any]) -> list[Any]:
    values = [
        None, True, False, 5, -1, 10**30, 2.5, float("nan"), b"x", "", "x", "us", "\0", "\ud800", "x" * 5_000,
        "~nobody-of-that-name/x", [], [5], ["x"], {}, {"x": 5}, {5: "x"}, {"x": "y"}, object(), int, ck.Roster, ck.Twin,
        print, ..., date(2026, 8, 15), threading.Event(), pd.DataFrame({"a": [1]}), right["delivery"] / "users.csv",
        right["audit"].schools, right["audit"].classrooms,
    ]  # fmt: skip
    names = ("audit", "roster", "workspace", "findings", "duplicates", "plan", "dry_run", "twin")
    return values + [right[name] for name in names]


def survives(what: Callable[[], Any]) -> None:
    try:
        what()
    except ck.ConnectKitError as error:
        assert len(str(error)) > 20, error


@pytest.mark.parametrize(("verb", "name"), some(FIRST_TWO + OTHERS, len(FIRST_TWO)), ids=lambda part: part)
def test_an_odd_value_is_taken_or_is_an_error_of_the_kits_own(
    verb: str, name: str, right: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    for value in odd(right):
        survives(functools.partial(call, verb, right, **{name: value}))


scalar: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.binary()


scalar |= st.text(st.characters(exclude_characters="/~\\"))  # nothing is written outside the test's own folder


anything = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=3,
)
#: Verbs that are done at once where a value is taken.
QUICK = [
    one for one in PARAMETERS if one[0].startswith(("read_", "match_", "plan_")) or one == ("write_report", "title")
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=anything)
@example("..")
@pytest.mark.parametrize(("verb", "name"), QUICK, ids=lambda part: part)
def test_any_value_is_taken_or_is_an_error_of_the_kits_own(
    verb: str, name: str, right: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    survives(functools.partial(call, verb, right, **{name: value}))


@pytest.mark.parametrize(
    ("verb", "name", "value", "expected"),
    [
        ("audit", "delivery", None, "delivery is None; expected a path (text or Path) or a Roster (from read_roster)."),
        ("audit", "delivery", 5, "delivery is 5; expected a path"),
        ("audit", "workspace", 5, "workspace is 5; expected a path (text or Path), a Workspace (from read_workspace)"),
        ("audit", "suites", 5, "suites is 5; expected a path (text or Path) or None. See help(connect_kit.audit)"),
        ("audit", "region", 5, "region is 5; expected text."),
        ("audit", "region", "us", "region is 'us'; expected 'US'."),
        ("audit", "region", "Utopia", "region is 'Utopia'; expected a country's two capital letters, such as 'US',"),
        ("audit", "progress", "yes", "progress is 'yes'; expected True, False or None."),
        ("audit", "duplicates", "no", "duplicates is 'no'; expected True or False."),
        ("audit", "level", "region", "level is 'region'; expected 'district' or 'school'."),
        ("check_roster", "region", "us", "region is 'us'; expected 'US'."),
        ("find_duplicates", "threshold", "0.9", "threshold is '0.9'; expected a number."),
        ("find_duplicates", "kind", "pupils", "kind is 'pupils'; expected 'students' or 'people'."),
        ("plan_upload", "waivers", {"users.email.format": 5}, "waivers is a dict; expected a dict of text to text or "),
        ("read_roster", "path", Path, "path is the class Path; expected a path (text or Path)."),
        ("sample_roster", "students", True, "students is True; expected a whole number."),
        ("upload", "dry_run", 0, "dry_run is 0; expected True or False."),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named_with_what_is_expected(
    verb: str, name: str, value: Any, expected: str, right: dict[str, Any]
) -> None:
    with pytest.raises(SettingError) as error:
        call(verb, right, **{name: value})
    assert str(error.value).startswith(expected)


def test_who_gives_an_audit_for_a_part_of_it_is_shown_the_part(right: dict[str, Any]) -> None:
    for verb, name in (("audit", "delivery"), ("find_duplicates", "roster")):
        with pytest.raises(SettingError, match=rf"{name} is an Audit; .* Give the audit's roster: audit\.roster"):
            call(verb, right, **{name: right["audit"]})
    with pytest.raises(SettingError, match=r"Give the audit's workspace: audit\.workspace"):
        call("match_schools", right, workspace=right["audit"])


def test_a_message_shows_no_values_that_may_be_names(right: dict[str, Any]) -> None:
    frame = pd.DataFrame({"givenName": ["Ada"]})
    for value in (frame, ["Ada"], {"givenName": "Ada"}):
        with pytest.raises(SettingError) as error:
            ck.read_roster(value)  # type: ignore[arg-type]
        assert "Ada" not in str(error.value)


def test_a_verb_keeps_its_signature_and_its_help() -> None:
    for name, verb in VERBS.items():
        assert verb.__doc__ and verb.__name__ == name
        assert "kwargs" not in inspect.signature(verb).parameters


def test_every_public_verb_checks_its_arguments() -> None:
    assert [name for name, verb in VERBS.items() if not hasattr(verb, "__wrapped__")] == []


@pytest.mark.parametrize(
    "make",
    [
        ck.DuplicatesPanel, ck.ClassroomsPanel, ck.ResultsPanel,
        functools.partial(ck.MergePanel, twin="maple.duckdb"), functools.partial(ck.UploadPanel, target="maple.duckdb"),
        functools.partial(ck.Twin.fill, "maple.duckdb"), functools.partial(ck.Twin.new, "maple.duckdb"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, 5, pd.DataFrame(), ck])
def test_a_panel_or_twin_made_of_something_else_says_what_it_expects(make: Any, value: Any) -> None:
    with pytest.raises(SettingError, match=r"; expected .+\. See help\(connect_kit\."):
        make(value)


def test_a_panel_given_an_audit_names_the_part_that_it_shows(right: dict[str, Any]) -> None:
    for panel, part in ((ck.DuplicatesPanel, "duplicates"), (ck.ClassroomsPanel, "classrooms")):
        with pytest.raises(SettingError, match=rf"Give the audit's {part}: audit\.{part}"):
            panel(right["audit"])


def test_true_and_false_of_numpy_are_true_and_false(tmp_path: Path) -> None:
    twin = small.new_twin(tmp_path / "maple.duckdb")
    plan = ck.plan_upload(ck.read_roster(small.deliver(tmp_path / "delivery")), twin.workspace())
    yes: Any = pd.Series([1, 2]).gt(0).all()
    assert type(yes).__module__ == "numpy"
    assert ck.upload(plan, twin, dry_run=yes, progress=False).dry_run


#: Wrong calls, each with words of the answer; what the names are is said in :func:`things`.
WRONG_CALLS = {
    "ck.check_roster('folder')": "expected a Roster (from read_roster)",
    "ck.check_roster(audit)": "Give the audit's roster: audit.roster",
    "ck.find_duplicates('folder')": "expected a Roster (from read_roster)",
    "ck.match_schools('folder', workspace)": "expected a Roster (from read_roster)",
    "ck.match_schools(roster, 'folder')": "expected a Workspace (from read_workspace)",
    "ck.match_classrooms(roster, 5)": "expected a Workspace (from read_workspace)",
    "ck.find_id_changes('x', workspace, duplicates)": "expected a Roster (from read_roster)",
    "ck.left_behind(roster, 'x', None)": "expected a Workspace (from read_workspace)",
    "ck.plan_merge('x', workspace)": "expected a Duplicates (from find_duplicates)",
    "ck.plan_upload('folder')": "expected a Roster (from read_roster)",
    "ck.upload('plan', twin)": "expected an UploadPlan (from plan_upload or read_plan)",
    "ck.upload(plan, 'twin.duckdb')": "no such twin; make one",
    "ck.forecast_upload(plan, 5)": "expected a Twin",
    "ck.read_plan(5)": "expected a path (text or Path)",
    "ck.read_results([])": "expected a path (text or Path)",
    "ck.plan_resend('x', 'y')": "expected a",
    "ck.write_report('x', 'y')": "expected a",
    "ck.write_report(audit, 5)": "expected a path (text or Path)",
    "ck.write_workbook(5, 'y')": "expected a",
    "ck.show('x')": "expected a DataFrame",
    "ck.show(audit)": "expected a DataFrame",
    "ck.sample_roster(5)": "expected a path (text or Path)",
    "ck.sample_roster('s', students='x')": "expected a whole number",
    "ck.sample_roster('s', layout='x')": "expected 'connect'",
    "ck.audit(roster, region='us')": "expected 'US'.",
    "ck.audit(roster, region='USA')": "expected a country's two capital letters",
    "ck.connections(5)": "expected",
    "ck.DuckDBEngine(5)": "expected a path (text or Path)",
    "ck.DuckDBEngine(threads='x')": "expected a whole number",
    "ck.DuckDBEngine(memory_limit='lots')": "Memory must have a number",
    "ck.Twin(5)": "expected a path (text or Path)",
    "ck.Twin(None)": "expected a path (text or Path)",
    "ck.Twin('')": "expected a path, and not an empty text",
    "ck.Twin('nowhere.duckdb')": "no such twin",
    "ck.Twin.new('q.duckdb', 5)": "expected text",
    "ck.Twin.new('q.duckdb', 'x', 5)": "expected a",
    "ck.Twin.fill('q.duckdb', 5)": "expected a Workspace (from read_workspace)",
    "ck.Twin.sample(students='x')": "expected a whole number",
    "ck.Settings(deletion_threshold='x')": "expected a whole number",
    "ck.Settings(daily_sync=1)": "expected True or False",
    "ck.Settings(student_id='name')": "expected one of id, number",
    "twin.table('x')": "its tables are",
    "twin.table([])": "expected text",
    "twin.student(5)": "expected text",
    "twin.student('nobody')": "no student has the ID",
    "twin.export(5)": "expected a path (text or Path)",
    "twin.apply('x')": "expected an Action",
    "twin.apply(ck.Action('x'))": "x",
    "twin.apply_all(5)": "each an Action",
    "twin.apply_all(['x'])": "each an Action",
    "twin.preview(None)": "expected an Action",
    "twin.merge('x')": "expected a MergePlan (from plan_merge)",
    "twin.changes_since(5)": "expected text",
    "twin.sync_deletions('x')": "each an UploadFile",
    "twin.sync_deletions([5])": "each an UploadFile",
    "twin.dry_run(5, 'x')": "each an UploadFile",
    "twin.send(5, 'x', run='y')": "expected an UploadFile",
    "findings.rows(5)": "expected text",
    "findings.rows('x')": "no finding has the code 'x'",
    "findings.rows_sample(5)": "expected text",
    "findings.rows_sample('x', 'y')": "expected a whole number",
    "findings.rows_sample('x', None)": "expected a whole number",
    "findings.total('grave')": "expected one of critical, warning, info",
    "findings.chart('pie')": "expected 'rules', 'files' or 'schools'",
    "findings.write_csv(5)": "expected a path (text or Path)",
    "list(findings.iter_table(0))": "expected a number of rows",
    "list(findings.iter_table('x'))": "expected a whole number",
    "roster.frame('x')": "expected one of those that were read",
    "roster.frame([])": "expected text",
    "roster.chart('pie')": "expected 'files' or 'roles'",
    "roster.replace(users='x')": "expected a DataFrame",
    "roster.replace(users=None)": "expected a DataFrame",
    "roster.replace(pupils=frame)": "not a table of a roster",
    "ck.Roster.from_frames('x')": "expected a dict of table names to DataFrames",
    "ck.Roster.from_frames([frame])": "expected a dict of table names to DataFrames",
    "ck.Roster.from_frames({'users': 5})": "expected a DataFrame",
    "ck.Roster.from_frames({'users': [{'sourcedId': '1'}]})": "expected a DataFrame",
    "ck.Roster.from_frames({5: frame})": "not a table of a roster",
    "ck.Roster.from_frames({'users': frame}, level='state')": "expected 'district' or 'school'",
    "ck.Roster.from_frames({'users': frame}, level=[])": "expected 'district' or 'school'",
    "ck.Roster.from_frames({'users': frame}, engine=5)": "expected a DuckDBEngine or None",
    "duplicates.explain(None, None)": "expected text",
    "duplicates.explain('x', 'y')": "x",
    "duplicates.pairs('x')": "expected a number",
    "duplicates.at('x')": "expected a number",
    "duplicates.at(7)": "7",
    "duplicates.decide(None, 'x', 'same')": "expected text",
    "duplicates.decide('x', 'y', 'same')": "x",
    "schools.accept([])": "expected text or None",
    "schools.accept(least='x')": "expected a number",
    "schools.decide(5, 'S001', 'connect')": "expected text or None",
    "schools.decide('0104', None, 'connect')": "needs the ID on Connect as well",
    "schools.decide('0104', 'S001', 'marry')": "marry",
    "classrooms.decide('x', 'y', 'connect')": "y",
    "classrooms.accept(5)": "expected text or None",
    "left_behind.table('x')": "x",
    "left_behind.table([])": "expected text or None",
    "left_behind.worksheet(5)": "expected text",
    "id_changes.only('x')": "expected one of",
    "decisions.decide(5, 5, 5, 5)": "expected text",
    "decisions.decide('students', None, None, 'same')": "expected text",
    "decisions.decide('students', 'roster:1', 'roster:2', 'same', note=5)": "expected text",
    "decisions.decide('students', 'roster:1', 'roster:2', 'maybe')": "is not one of",
    "decisions.decide_all(5)": "expected a list",
    "decisions.decide_all([5])": "expected a list",
    "decisions.of(5, 5, 5)": "expected text",
    "decisions.undo()": "nothing to undo",
    "merges.conflicts_on(5)": "expected a Twin",
    "ck.MergePlan.of(5, [])": "expected a Workspace (from read_workspace)",
    "ck.MergePlan.of(workspace, 5)": "expected a list",
    "ck.MergePlan.of(workspace, [5])": "expected a list",
    "results.received_rows('x')": "is none of the files here",
    "results.received_rows([])": "expected text",
    "plan.gates(5)": "give a Twin, or the path of one",
    "ck.DuplicatesPanel(5)": "expected a Duplicates (from find_duplicates)",
    "ck.ClassroomsPanel(audit)": "Give the audit's classrooms: audit.classrooms",
    "ck.MergePanel(5, twin)": "expected a MergePlan (from plan_merge)",
    "ck.ResultsPanel('x')": "expected a Results (from read_results)",
    "ck.UploadPanel(5, twin)": "expected an UploadPlan (from plan_upload or read_plan)",
    **{
        f"{saving}.save({bad})": "expected a path"
        for saving in (
            "audit", "findings", "roster", "duplicates", "schools", "classrooms", "left_behind", "id_changes", "plan",
            "dry_run", "forecast", "results", "merges",
        )
        for bad in ("5", "None", "[]", "''", r"'\0'", r"'\ud800'")
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def things(right: dict[str, Any]) -> dict[str, Any]:
    """What the wrong calls are about."""
    audit, plan, twin = right["audit"], right["plan"], right["twin"]
    named = {name: getattr(audit, name) for name in ("schools", "classrooms", "left_behind", "id_changes")}
    return {
        **right, **named, "ck": ck, "decisions": ck.read_decisions(right["delivery"]),
        "forecast": ck.forecast_upload(plan, twin), "results": ck.read_results(right["dry_run"].folder, plan),
        "merges": ck.plan_merge(audit.duplicates, audit.workspace), "frame": pd.DataFrame({"sourcedId": ["1"]}),
    }  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_CALLS)
def test_a_wrong_call_is_answered_with_what_to_pass(
    wrong: str, things: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ck.ConnectKitError) as error:
        eval(wrong, things)  # noqa: S307  # the table above
    assert WRONG_CALLS[wrong] in str(error.value)
    assert list(tmp_path.iterdir()) == []

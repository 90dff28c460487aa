"""Whatever is done to a twin, in whatever order: it holds what the model of the documentation holds."""

from __future__ import annotations

import contextlib
import copy
import csv
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from connect_kit.errors import TwinError
from connect_kit.merging import MergePlan
from connect_kit.twin import Twin
from connect_kit.twin.values import Action
from connect_kit.uploads.values import RESULT_COLUMNS, FileResult, UploadFile
from tests.twin.model import Model
from tests.twin.model_actions import RefusedError, act, merge
from tests.twin.model_files import File
from tests.twin.model_state import read_model, state_of_model, state_of_twin
from tests.twin.strategies import KINDS, SCHOOLS, files, write, write_workspace

EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "40"))  # a night's run: STATEFUL_EXAMPLES=5000
CHOSEN = st.one_of(st.none(), st.sampled_from(SCHOOLS))


def removed(before: Model, after: Model) -> dict[str, int]:
    """How many staff with a staff ID are at a school no longer, under any account that has one of their IDs now."""
    counts: Counter[str] = Counter()
    for user in {user for user, _, sis in before.place.staff if sis is not None}:
        own = {sis for holder, _, sis in before.place.staff if holder == user and sis is not None}
        holders = {user, *(holder for holder, _, sis in after.place.staff if sis in own)}
        still = {school for holder in holders for school in after.place.schools.get(holder, [])}
        counts.update(set(before.place.schools.get(user, [])) - still)
    return dict(counts)


def fewer_schools(before: Model, after: Model) -> dict[str, int]:
    """How many children under the SIS, who were at several schools and are at fewer now, each school has lost."""
    counts: Counter[str] = Counter()
    for key, student in before.students.items():
        was, now = before.at[key], after.at.get(key, [])
        if student.shown is not None and not student.archived and len(was) > 1 and len(now) < len(was):
            counts.update(set(was) - set(now))
    return dict(counts)


@cache
def beginning() -> tuple[Path, Model]:
    """The twin that every example begins with, and its model."""
    folder = Path(tempfile.mkdtemp(prefix="stateful-"))
    write_workspace(folder / "workspace")
    path = Twin.fill(folder / "first.duckdb", folder / "workspace", district="Maple Valley").path
    return path, read_model(path)


class Before(NamedTuple):
    """The model before something was done, whether that was an upload, and whether the twin can still go back."""

    model: Model
    upload: bool = False
    kept: bool = True


class TwinAndModel(RuleBasedStateMachine):
    """Does everything to both, and compares all that they hold and answer."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.number = 0
        self.undoable: list[Before] = []
        self.seen: dict[str, str] = {}  # what the twin held, by its state

    @initialize()
    def begin(self) -> None:
        first, model = beginning()
        shutil.copy(first, self.folder / "twin.duckdb")
        self.twin, self.model = Twin(self.folder / "twin.duckdb"), copy.deepcopy(model)
        self.unchanged_by_look()

    @rule(file=st.sampled_from(KINDS).flatmap(files), tried=st.booleans())
    def upload(self, file: File, tried: bool) -> None:
        """A file, for real; a dry run before it changes nothing and says the same."""
        written = self.written(file)
        if tried:
            before = self.twin.digest()
            (dry,) = self.twin.dry_run([written], self.folder / "dry")
            assert self.twin.digest() == before
        done = self.sent(written)
        if tried:
            assert (dry.outcome, dry.code, dry.tallies, dry.disconnected) == (
                done.outcome, done.code, done.tallies, done.disconnected,
            )  # fmt: skip
            assert _bytes(dry) == _bytes(done)
        self.compared(file, done, self.model)
        self.unchanged_by_look()

    @rule(file=st.sampled_from(KINDS).flatmap(files))
    def upload_twice(self, file: File) -> None:
        """The second time changes nothing (every accepted row is UNCHANGED)."""
        written = self.written(file)
        self.compared(file, self.sent(written), self.model)
        again = self.sent(written)
        assert again.counts["CREATED"] == again.counts["UPDATED"] == again.disconnected == 0, again.table()
        self.compared(file, again, self.model)
        self.unchanged_by_look()

    @rule(several=st.lists(st.sampled_from(KINDS).flatmap(files), min_size=2, max_size=5))
    def dry_run(self, several: list[File]) -> None:
        """Later files see what earlier ones would have done; then everything is as it was."""
        model = copy.deepcopy(self.model)
        written = [self.written(file) for file in several]
        before = self.twin.digest()
        done = self.twin.dry_run(written, self.folder / f"dry-{self.number}")
        assert len(done) == len(several)
        for file, result in zip(several, done, strict=True):
            self.compared(file, result, model)
        assert self.twin.digest() == before

    @rule(
        kind=st.sampled_from(["archive_students", "unarchive_students", "archive_classrooms", "unarchive_classrooms"]),
        school=CHOSEN,
        unsynced=st.booleans(),
    )
    def archive(self, kind: Any, school: str | None, unsynced: bool) -> None:
        self.acted(Action(kind, school, unsynced))

    @rule(school=CHOSEN, unsynced=st.booleans(), data=st.data())
    def remove_guardians(self, school: str | None, unsynced: bool, data: st.DataObject) -> None:
        some = data.draw(st.sets(st.sampled_from(sorted(self.model.students)), max_size=2))
        self.acted(Action("remove_guardians", school, unsynced, tuple(sorted(some))))

    @rule(school=st.sampled_from(SCHOOLS), value=st.sampled_from(["001", "002", "003", "1", "", " "]))
    def connect_school(self, school: str, value: str) -> None:
        self.acted(Action("connect_schools", values={school: value}))

    @rule(value=st.sampled_from(["C1", "C2", "007", ""]), data=st.data())
    def connect_classroom(self, value: str, data: st.DataObject) -> None:
        room = data.draw(st.sampled_from(sorted(self.model.classrooms)))
        self.acted(Action("connect_classrooms", values={room: value}))

    @rule(
        setting=st.sampled_from(
            [
                ("unarchive_reappearing_classrooms", "true"), ("unarchive_reappearing_classrooms", "false"),
                ("guardians_from", "guardians"), ("guardians_from", "users"), ("guardians_from", "users"),
                ("student_id", "number"), ("student_id", "id"), ("daily_sync", "true"), ("daily_sync", "false"),
                ("phone_credential_column", "phone"), ("phone_credential_column", "sms"),
            ]
        )
    )  # fmt: skip
    def change_setting(self, setting: tuple[str, str]) -> None:
        self.acted(Action("change_settings", values=dict([setting])))

    @rule(data=st.data(), others=st.integers(1, 2))
    def merge(self, data: st.DataObject, others: int) -> None:
        """Students made by hand into one with SIS ID (decision 21), or the other way round, which cannot be."""
        students = self.model.students
        survivor = data.draw(st.sampled_from(sorted(students)))
        one = st.sampled_from(sorted(students.keys() - {survivor}))
        chosen = sorted(data.draw(st.sets(one, min_size=1, max_size=others)))
        good = [key for key in chosen if students[survivor].sis and not students[key].sis]
        event(f"merge of {len(good)}")
        plan = MergePlan.of(self.twin.workspace(), [(survivor, key) for key in chosen])
        if not good:
            with _refused():
                self.twin.merge(plan)
        else:
            self.undoable.append(Before(copy.deepcopy(self.model)))
            self.twin.merge(plan)
            for key in good:
                merge(self.model, survivor, key)
        self.unchanged_by_look()

    @rule()
    def undo(self) -> None:
        """The last action, merge or upload; of uploads, only the last one has a copy to go back to (decision 27)."""
        if self.undoable and self.undoable[-1].kept:
            before, known = self.undoable.pop(), set(self.seen)
            event("undo of an upload" if before.upload else "undo of an action")
            self.twin.undo()
            assert self.twin.state() in known  # as before what was taken back
            self.model = before.model
        else:
            event("undo of an upload whose copy is gone" if self.undoable else "nothing to undo")
            with _refused():
                self.twin.undo()
        self.unchanged_by_look()

    def acted(self, action: Action) -> None:
        """An action on both; a preview of it changes nothing."""
        before = copy.deepcopy(self.model)
        try:
            act(self.model, action)
        except RefusedError:
            self.model = before
            with _refused():
                self.twin.apply(action)
        else:
            self.twin.apply(action)
            self.undoable.append(Before(before))
        self.unchanged_by_look()

    def written(self, file: File) -> UploadFile:
        self.number += 1
        path = self.folder / f"{self.number}" / f"{file.kind}.csv"
        path.parent.mkdir()
        write(file, path)
        return UploadFile.of(path, file.kind, level=file.level, school=file.school, abandon=file.abandon)  # type: ignore[arg-type]

    def sent(self, written: UploadFile) -> FileResult:
        self.number += 1
        done = self.twin.send(written, self.folder / f"results-{self.number}", run=f"plan:{self.number}")
        self.noted()
        return done

    def compared(self, file: File, result: FileResult, model: Model) -> None:
        """The model's answer is the twin's: the refusal, or the result of every record."""
        before = copy.deepcopy(model)
        answer = model.upload(file)
        event(f"{file.kind} {answer.code or 'processed'}")
        assert (result.outcome == "refused", result.code) == (answer.code != "", answer.code), result.message
        if answer.code:
            assert result.path is None
            assert result.message
            return
        if not result.dry_run:  # one copy is kept: that of the last run (decision 27)
            self.undoable = [one._replace(kept=one.kept and not one.upload) for one in self.undoable]
            self.undoable.append(Before(before, upload=True))
        assert result.path is not None
        with result.path.open(encoding="utf-8", newline="") as opened:
            header, *rows = csv.reader(opened)
        assert header == [*_written_header(file), *RESULT_COLUMNS]
        width = len(file.header)
        assert [tuple(row[:width]) for row in rows] == [record or ("",) * width for record in file.records]
        found = [(row[width], row[width + 1], row[width + 2] if row[width] == "ERROR" else "") for row in rows]
        for place, (row, said) in enumerate(zip(found, answer.rows, strict=True)):
            assert row == said, f"record {place}: the twin says {row}, the model {said}"
        assert all(row[-1] for row in rows if row[width] == "ERROR")
        assert result.counts == answer.counts
        assert result.rows == len(file.records)
        assert result.disconnected == answer.disconnected
        taken_off = result.removals.items()
        assert {school: one.staff for school, one in taken_off if one.staff} == removed(before, model)
        assert {school: one.children for school, one in taken_off if one.children} == fewer_schools(before, model)

    def unchanged_by_look(self) -> None:
        """Both hold the same."""
        twin, model = state_of_twin(self.twin.path), state_of_model(self.model)
        for name, rows in twin.items():
            assert rows == model[name], f"{name}: the twin holds {rows}, the model {model[name]}"
        self.noted()

    def noted(self) -> None:
        """A state is never that of two contents."""
        held = self.twin.digest()
        assert self.seen.setdefault(self.twin.state(), held) == held

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except TwinError:
        return
    raise AssertionError("the twin did what the model refuses")


def _written_header(file: File) -> list[str]:
    mark = "\ufeff" if file.encoding == "utf-8-sig" else ""
    return [mark + file.header[0], *file.header[1:]]


def _bytes(result: FileResult) -> bytes:
    return result.path.read_bytes() if result.path else b""


#: A few runs, always the same ones.
QUICK = settings(
    max_examples=4, stateful_step_count=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class TestTwinAgreesWithModel(TwinAndModel.TestCase):  # type: ignore[misc,valid-type]
    pass


@pytest.mark.thorough
class TestTwinAgreesWithModelInMoreRuns(TwinAndModel.TestCase):  # type: ignore[misc,valid-type]
    pass


TestTwinAgreesWithModel.settings = QUICK
TestTwinAgreesWithModelInMoreRuns.settings = settings(
    QUICK, max_examples=EXAMPLES, derandomize="STATEFUL_EXAMPLES" not in os.environ
)

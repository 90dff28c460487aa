"""Where an upload goes. A target takes files and says what gates need to know of it; today that is a twin."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from connect_kit.engine.arguments import is_target
from connect_kit.errors import SettingError

if TYPE_CHECKING:
    import threading

    import pandas as pd

    from connect_kit.uploads.values import FileResult, OnProgress, UploadFile

#: What opens a target that is given as a path: the home of the class, and its name.
_OPENER = ("connect_kit.twin", "Twin")


class School(NamedTuple):
    """A school of a target: its ``name``, ``school_id`` (None: not connected), and students.

    Those of several schools count at each: ``synced`` (with SIS ID) and ``unsynced`` (without, not archived).
    """

    name: str
    school_id: str | None
    synced: int = 0
    unsynced: int = 0


class Facts(NamedTuple):
    """What gates need to know: ``schools`` by connectSchoolId, and the district's ``synced`` and ``unsynced``.

    ``active`` are those of the synced that are not archived; None where a target does not say.
    """

    schools: Mapping[str, School]
    synced: int
    unsynced: int
    active: int | None = None


class Done(NamedTuple):
    """Something that was done to a target: ``what`` in words, and the ``run`` that did it; blank if none did."""

    what: str
    run: str = ""


class Target(Protocol):
    """What an upload needs of the place it goes to."""

    @property
    def id(self) -> str:
        """Identifies the target."""

    @property
    def district(self) -> str:
        """Its name."""

    def facts(self) -> Facts:
        """What gates need to know."""

    def state(self) -> str:
        """Identifies what it holds now: changed by all that is done to it, and as it was once that is taken back."""

    def changes_since(self, before: str) -> tuple[Done, ...] | None:
        """What was done since a state and not taken back, oldest first; None where it was never in that state."""

    def dry_run(
        self,
        files: Sequence[UploadFile],
        results: Path,
        *,
        progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[FileResult, ...]:
        """Dry run of all files; nothing is changed."""

    def send(
        self,
        file: UploadFile,
        results: Path,
        *,
        run: str,
        place: tuple[int, int] = (1, 1),
        progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> FileResult:
        """Upload one file, unless this run has sent it before."""

    def runs(self, plan: str) -> tuple[str, ...]:
        """Runs of a plan that count, oldest first: those that were taken back do not."""

    def new_run(self, plan: str) -> str:
        """A name that no run of a plan has had."""

    def sent(self, run: str) -> frozenset[str]:
        """Identities of the files that a run has sent."""

    def note(self, what: str) -> None:
        """Write what people decided about an upload to the log (decision 23)."""

    def sync_deletions(self, files: Sequence[UploadFile]) -> pd.DataFrame:
        """What a nightly sync of these files would archive."""

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """No other upload of this process comes between."""


def as_target(thing: Target | str | Path) -> Target:
    """A target from itself, or from the path of a twin.

    Raises
    ------
    SettingError
        For anything else.
    TwinError
        When there is no twin at the path.
    """
    if is_target(thing):
        return thing  # type: ignore[return-value]
    if isinstance(thing, (str, os.PathLike)):
        home, name = _OPENER
        target: Target = getattr(importlib.import_module(home), name)(Path(thing))
        return target
    raise SettingError(f"{type(thing).__name__} is not a target of an upload; give a Twin, or the path of one")

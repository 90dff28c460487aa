"""Commands as they are typed: whole, so that whoever reads one can paste it, with places as the user typed them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import connect_kit as ck

TOOL = "python -m connect_kit"
#: The words after the tool's name that were typed; none where the commands are called in another way.
_typed: ContextVar[tuple[str, ...]] = ContextVar("typed", default=())


def command(*words: object) -> str:
    """A command with its words quoted as the shell takes them."""
    return " ".join((TOOL, *(shlex.quote(str(word)) for word in words)))


def shell(path: Path | str) -> str:
    """A path as the shell takes it."""
    return shlex.quote(str(path))


def remember_typed(words: Sequence[str]) -> None:
    """Keep what was typed, for :func:`again`."""
    _typed.set(tuple(words))


def again(*more: str, without: str = "") -> str:
    """The command that was typed, with further options; ``without`` an option that has a value."""
    words = [*_typed.get()]
    if without in words:
        at = words.index(without)
        del words[at : at + 2]
    words = [word for word in words if not (without and word.startswith(f"{without}="))]
    return command(*words, *more) if words else f"{TOOL} … {shlex.join(more)}"


def as_typed(path: Path, like: Path) -> Path:
    """A path relative to the current folder where ``like`` was typed so, and the path lies in that folder."""
    here = Path.cwd()
    inside = not like.is_absolute() and path.is_absolute() and path.is_relative_to(here)
    return path.relative_to(here) if inside else path


def beside(folder: Path, what: str) -> Path:
    """A folder beside another one, named after it; inside it where that has no name of its own."""
    return folder.with_name(f"{folder.name}-{what}") if folder.name not in ("", "..") else folder / what


@dataclass(frozen=True)
class Places:
    """Where the parts of an upload are, for the commands that are next; what is not known stands in capitals."""

    plan: ck.UploadPlan
    workspace: Path | None = None

    @property
    def twin(self) -> Path:
        """The workspace, where it is a twin; else the twin that :attr:`new_twin` makes of it."""
        place = self.workspace
        if place is None:
            return Path("TWIN")
        if not place.is_dir():
            return place
        return Path(f"{place}.duckdb") if place.name not in ("", "..") else beside(self.plan.folder, "twin.duckdb")

    @property
    def of_folder(self) -> bool:
        """Whether the workspace is a folder exported from Connect, where nothing can be done."""
        return self.workspace is not None and self.workspace.is_dir()

    @property
    def new_twin(self) -> list[str]:
        """The command that makes the twin, where there is only a folder."""
        if not self.of_folder or self.twin.exists():
            return []
        return [command("twin", "new", self.twin, "--workspace", str(self.workspace))]

    @property
    def delivery(self) -> Path:
        """The delivery, as it was typed where that is still the same place."""
        source, made = self.plan.source, self.plan.command
        if made and made[0] == "resend" and made[2]:
            return Path(made[2])
        typed = Path(made[1]) if made and made[0] == "prepare" else None
        if typed is None or (source and typed.expanduser().resolve() != Path(source)):
            return Path(source or "DELIVERY")
        return typed

    @property
    def level(self) -> list[str]:
        """The option for a delivery of one school."""
        options = self._options
        one = "--level" in options if self.plan.command else self.plan.level == "school"
        return ["--level", "school"] if one else []

    @property
    def _options(self) -> list[str]:
        return [*self.plan.command[2:]] if self.plan.command and self.plan.command[0] == "prepare" else []

    def prepare(self, *more: str, corrected: bool = False, on_twin: bool = False, without: Sequence[str] = ()) -> str:
        """Prepare again in the same folder and way, with ``more`` options and ``without`` some.

        Answers stay, and so do waivers, unless it is a ``corrected`` delivery or another part of it. ``on_twin``: for
        the twin, where something was done that a folder does not know.
        """
        plan, options = self.plan, self._options
        if plan.command and plan.command[0] == "resend":
            return command("resend", plan.command[1], "--corrected", self.delivery, "--out", plan.folder)
        for name in without:
            if name in options:
                at = options.index(name)
                valued = at + 1 < len(options) and not options[at + 1].startswith("--")
                del options[at : at + 1 + valued]
        workspace = self.twin if on_twin else self.workspace or "WORKSPACE"
        words = ["prepare", self.delivery, "--workspace", workspace, "--out", plan.folder]
        words += options or ([] if plan.command else self.level)
        if plan.archive_existing is not None:
            words.append("--archive-existing" if plan.archive_existing else "--keep-existing")
        if plan.keep_ids and "--keep-ids" not in more:
            words.append("--keep-ids")
        if not corrected:
            words += [word for code, reason in plan.waivers.items() for word in ("--waive", f"{code}={reason}")]
        return command(*words, *more)

    def upload(self, *more: str) -> str:
        """Upload the plan to the twin: in a dry run, unless ``more`` says otherwise."""
        return command("upload", self.plan.folder, "--twin", self.twin, *more)

    def on_twin(self, verb: str, *more: str) -> str:
        """A command of ``twin`` that compares the twin with the delivery."""
        return command("twin", verb, self.twin, self.delivery, *self.level, *more)

    def worksheet(self, verb: str) -> str:
        """The command that writes a worksheet for Connect."""
        where = self.workspace or self.twin
        options = [*self.level, *(self.sent if verb == "left-behind" else ())]
        return command("twin", verb, where, self.delivery, *options, "--out", beside(self.plan.folder, verb))

    @property
    def sent(self) -> list[str]:
        """Options that name the schools that are sent, where these are a part of the delivery."""
        plan = self.plan
        if plan.named or plan.left_out_schools:
            schools = [one for one in plan.takes_part if one not in plan.not_shown]
        else:
            schools = [] if self.level else [own for own in dict.fromkeys(file.school for file in plan.files) if own]
        return [word for one in schools for word in ("--school", one)]

    def merge(self) -> str:
        """The command that plans the merges."""
        out = beside(self.plan.folder, "merges")
        return command("merge", self.delivery, "--twin", self.twin, *self.level, "--out", out)

    def audit(self) -> str:
        """The command that audits the delivery as it was prepared, with its report."""
        alike = [word for pair in pairwise(self._options) if pair[0] in ("--suites", "--student-id") for word in pair]
        alike += [name for name in self._options if name == "--no-duplicates"]
        where = ["--workspace", self.workspace or "WORKSPACE", *self.level, *alike]
        return command("audit", self.delivery, *where, "--out", beside(self.plan.folder, "audit"))

    def results(self) -> str:
        """The command that reads the results of the last upload."""
        return command("results", self.plan.folder, "--out", beside(self.plan.folder, "results"))

    def archive(self) -> list[str]:
        """What archives the students without SIS ID, at the schools that upload for the first time."""
        plan = self.plan
        schools = [own for own, left in plan.first_schools.items() if left]
        if plan.first_upload and plan.level == "district" and not plan.left_out_schools:
            schools = []
        options = [["--school", own] for own in schools] or [[]]
        return [command("twin", "archive-students", self.twin, *one, "--unsynced", "--yes") for one in options]

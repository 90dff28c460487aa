"""Gates on the console: what a real upload needs, and the command that is next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd

    import connect_kit as ck
    from connect_kit.connect import Level

_MARKS = {"blocking": "▲ blocking", "met": "✔ met     "}
_INDENT = " " * 14  # what belongs to a gate stands beneath its name
_TOOL = "python -m connect_kit"
_RECORD = "record the new IDs: {record}"
_DRY_RUN = f"{_TOOL} upload {{plan}} --twin {{twin}}"
#: What is done next, by the code of a gate's step.
_STEPS = {
    "check": f"{_TOOL} prepare checks the delivery",
    "fix_or_waive": "prepare again, or --waive {subject}=REASON",
    "keep_record_or_archive": f"prepare --keep-ids keeps the IDs that Connect has; or {_RECORD}, or archive these "
    f"records first: {_TOOL} twin archive-changed {{twin}} {{delivery}} --yes, and prepare again; or --waive "
    "{subject}=REASON ({waived})",
    "keep_or_record": f"prepare --keep-ids keeps the IDs that Connect has; or {_RECORD}, and prepare again; or --waive "
    "{subject}=REASON ({waived})",
    "keep_or_record_single": f"to keep the IDs that Connect has: {_TOOL} prepare {{delivery}} --workspace "
    f"{{workspace}} --out {{plan}} --keep-ids; or to {_RECORD}, and prepare again",
    "archive_undecided": "look at each of them (id_changes.csv of the audit lists those on Connect), and record the "
    f"new IDs by hand; or archive them first: {_TOOL} twin archive-changed {{twin}} {{delivery}} --yes; then prepare "
    "again; or --waive {subject}=REASON ({waived})",
    "prepare_again": f"{_TOOL} prepare {{delivery}} --workspace {{twin}}",
    "ids_taken": "give each of these records an ID of its own in the SIS and prepare again, or --waive "
    "{subject}=REASON ({waived})",
    "compare_ids": "prepare again without --no-duplicates, which compares the IDs; or --waive {subject}=REASON",
    "deliver_schools": "deliver orgSourcedIds and schoolSourcedId",
    "correct_zeros": "prepare again; School IDs that differ in more than zeros are recorded on Connect (S9)",
    "record_schools": f"record the School IDs on Connect (S9); on a twin: {_TOOL} twin connect {{twin}} {{delivery}}; "
    f"or --schools ID,ID for those that take part, or {_TOOL} decide-school {{delivery}} ID --workspace {{workspace}} "
    "--out",
    "choose_school": "record the School IDs on Connect (S9), and prepare again; or --school ID, or --schools ID,ID",
    "name_school": "name the one school that is sent: --school ID",
    "choose_target": "give the district's own twin, or prepare again with its workspace",
    "answer": "--archive-existing or --keep-existing",
    "archive": "{archive}",
    "name_target": _DRY_RUN,
    "run_dry": _DRY_RUN,
    "rehearse_again": _DRY_RUN,
    "fix_and_run_dry": f"fix it, prepare again, and {_DRY_RUN}",
    "abandon": "deliver all guardians, or prepare without --abandon; or --waive guardians.abandon.many=REASON",
    "fix_or_waive_rows": "prepare again, or {waivers}",
}


@dataclass(frozen=True)
class Places:
    """Where the parts of an upload are, for the commands that are next; what is not known stands in capitals."""

    plan: ck.UploadPlan
    delivery: Path | None = None
    workspace: Path | None = None
    delivered_level: Level = "district"

    @property
    def twin(self) -> Path | None:
        """The workspace, where it is a twin."""
        return self.workspace if self.workspace is not None and self.workspace.is_file() else None

    def words(self) -> dict[str, str]:
        """Names in the commands, quoted for the shell."""
        delivery = self.delivery or (Path(self.plan.source) if self.plan.source else None)
        made = {
            "plan": shell(self.plan.folder),
            "delivery": shell(delivery, "DELIVERY"),
            "workspace": shell(self.workspace, "WORKSPACE"),
            "twin": shell(self.twin, "TWIN"),
        }
        record = f"{_TOOL} twin record-ids {made['twin']} {made['delivery']}{self._level} --yes"
        if self.workspace is not None and self.twin is None:
            record = f"{self._listing('record-ids', made)} writes the list for Connect"
        return {**made, "record": record, "archive": archive_commands(self.plan, made["twin"])}

    @property
    def left_behind(self) -> str:
        """The command that lists what stays behind at the schools that are sent."""
        return self._listing("left-behind", self.words())

    def _listing(self, command: str, words: Mapping[str, str]) -> str:
        return listing(command, words["workspace"], words["delivery"] + self._level, self._worksheets(command))

    def _worksheets(self, command: str) -> Path:
        return self.plan.folder.with_name(f"{self.plan.folder.name}-{command}")

    @property
    def _level(self) -> str:
        return " --level school" if self.delivered_level == "school" else ""


def shell(path: Path | None, unknown: str = "") -> str:
    """A path as the shell takes it."""
    return unknown if path is None else shlex.quote(str(path))


def listing(command: str, workspace: str, delivery: str, folder: Path) -> str:
    """The command that writes a worksheet for Connect; workspace and delivery as the shell takes them."""
    return f"{_TOOL} twin {command} {workspace} {delivery} --out {shell(folder)}"


def archive_commands(plan: ck.UploadPlan, twin: str) -> str:
    """What archives the students without SIS ID, at the schools that upload for the first time."""
    schools = [own for own, left in plan.first_schools.items() if left]
    if plan.first_upload and plan.level == "district" and not plan.left_out_schools:
        schools = []
    options = [f" --school {shlex.quote(own)}" for own in schools] or [""]
    return " && ".join(f"{_TOOL} twin archive-students {twin}{one} --unsynced --yes" for one in options)


def print_gates(gates: pd.DataFrame, places: Places) -> None:
    """Print what a real upload needs, what of it is still to be done, and how."""
    from connect_kit.uploads.gate import waived  # late, so that --help is quick

    words = places.words()
    typer.echo("")
    typer.echo(f"Before a real upload, {_still(gates)}:")
    columns = ["gate", "state", "why", "step", "subject", "remedy"]
    for gate, state, why, step, subject, remedy in gates[columns].itertuples(index=False, name=None):
        typer.echo(f"  {_MARKS[state]}  {gate}: {why}")
        for line in remedy.splitlines():
            typer.echo(f"{_INDENT}{line}")
        if step:
            more = {"waived": waived(subject), "waivers": " ".join(f"--waive {one}=REASON" for one in subject.split())}
            done = _STEPS[step].format(subject=subject, **more, **words)
            typer.echo(f"{_INDENT}→ {'then ' if remedy else ''}{done}")
    if words["twin"] == "TWIN" and (gates["step"] != "").any() and places.workspace is not None:
        made = f"{_TOOL} twin new TWIN --workspace {shell(places.workspace)}"
        typer.echo(f"{_INDENT}TWIN: a file that this makes: {made}")


def print_next(plan: ck.UploadPlan, target: ck.Twin, places: Places) -> None:
    """Print what comes after a dry run: the command of the real upload, or what still blocks it."""
    from connect_kit.uploads import confirmation, expected_upload  # late, so that --help is quick

    gates = plan.gates(target)
    blocking = gates[gates["state"] == "blocking"]
    if len(blocking):
        print_gates(blocking, places)
        return
    words = confirmation(plan, target.district, expected_upload(plan, target))
    typer.echo("")
    typer.echo("Nothing is blocking. Next, the real upload:")
    typer.echo(f"  {_DRY_RUN.format(**places.words())} --real --confirm {shlex.quote(words)}")


def _still(gates: pd.DataFrame) -> str:
    """What is blocking, by name: the verdict is of the delivery, and a fit one is not yet uploaded."""
    blocking = list(dict.fromkeys(gates.loc[gates["state"] == "blocking", "code"]))
    if not blocking:
        return "nothing is blocking"
    if blocking == ["dry_run"]:
        return "only the dry run is still to be made"
    return f"{len(blocking):,} {'condition is' if len(blocking) == 1 else 'conditions are'} blocking"

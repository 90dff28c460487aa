"""What the upload does to a school or classroom, according to Connect's articles, and what each choice leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Outcome(NamedTuple):
    """What happens if nothing more is done, and the article that says so."""

    what: str
    source: str


_ARCHIVE = Outcome(
    "Archive it before the upload: it is archived for all its members, sends no notifications, keeps its contents and "
    "can be unarchived by its teacher at any time. The class gets a new classroom, and no two are active.",
    "S10, S11, S23",
)
_LEAVE = Outcome(
    "It stays as it is. Every class of the delivery gets a classroom of its own, so there will be two of this one.",
    "S10, S11",
)
_CONNECT = Outcome(
    "Record the class ID on it (School page → Settings → SIS Rostering → Classroom Connections to SIS → Add): the "
    "upload takes the classroom over. Students, guardians and contacts who are not in the delivery are removed "
    "from it.",
    "S10, S11",
)
#: The three documented choices for a classroom without a partner (S10, S11).
CHOICES: Mapping[str, Outcome] = {"connect": _CONNECT, "archive": _ARCHIVE, "leave": _LEAVE}

#: By what is known about a class or classroom.
CLASSROOMS: Mapping[str, Outcome] = {
    "matched": Outcome(
        "The upload updates the classroom: name, grade and who is in it. Students and guardians who are not in the "
        "delivery are removed from it.",
        "S10, S18",
    ),
    "archived": Outcome(
        "The classroom is archived and stays so, unless the setting 'Unarchive classrooms that reappear in the roster "
        "data' is on.",
        "S23",
    ),
    "decided: connect": _CONNECT,
    "decided: archive": _ARCHIVE,
    "decided: leave": _LEAVE,
    "out": Outcome("Nothing is uploaded to it: its school was decided not to take part.", "kit decision"),
    "suggested": Outcome(
        "A second classroom is created beside the existing one, unless the class ID is recorded on it exactly as in "
        "the delivery, or it is archived.",
        "S3, S10, S11",
    ),
    "unmatched_roster": Outcome("A new classroom is created for the class.", "S10, S11"),
    "no school": Outcome(
        "The class is left out of the upload, because its school is not matched with a Connect school.", "S9, S21"
    ),
    "unmatched_workspace": _LEAVE,
    "unmatched and archived": Outcome("It stays archived.", "S23"),
    "other ID": Outcome(
        "Its class ID is not in the delivery: a nightly sync archives it, a manual upload leaves it as it is.",
        "S24, kit decision",
    ),
}
SCHOOLS: Mapping[str, Outcome] = {
    "matched": Outcome("The School ID assigns the delivery's records to this school.", "S9"),
    "decided: connect": Outcome(
        "Record the School ID on it (District → Settings → SIS Rostering → School Connection to SIS → Add) exactly as "
        "in the delivery; until then the school's records are left out.",
        "S9, S21",
    ),
    "suggested": Outcome(
        "The school's records are left out of the upload until the School ID is recorded on Connect exactly as in the "
        "delivery.",
        "S9, S21",
    ),
    "other zeros": Outcome(
        "The School ID is on Connect with leading zeros that the delivery has lost: leave it there, and export the "
        "files again with School IDs as text. Until then the school's records are left out.",
        "S3, S9",
    ),
    "unmatched_roster": Outcome(
        "The school's records are left out of the upload: a school is never created from the files.", "S9, S21"
    ),
    "unmatched_workspace": Outcome("Nothing is uploaded to the school: only schools with a School ID take part.", "S9"),
    "other ID": Outcome(
        "The School ID recorded on Connect is not in the delivery: the sync fails with 'schools to sync are not "
        "found'. Correct the ID, or remove it if the school does not take part.",
        "S20",
    ),
    "out": Outcome(
        "Nothing of this school is uploaded. A nightly sync needs its School ID removed from Connect as well.",
        "S9, S20, kit decision",
    ),
    "school level": Outcome("The file is uploaded at this school; its School ID is optional there.", "S0"),
}

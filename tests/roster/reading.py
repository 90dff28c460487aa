"""The people of the deliveries in the tests, and what is noted of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DELIVERIES = Path(__file__).parent.parent / "deliveries"
#: The users of the delivery "clean"; most others hold the same people in another shape.
USERS = [
    (2, "00017", "010", "student", "Ada", "Brook", None, None, "G1", "03"),
    (3, "00018", "010", "student", "Zoë", "Castle", None, None, "G1,G2", "KG"),
    (4, "T-1", "010,020", "teacher", "Uma", "Dale", "uma.dale@school.example", None, None, None),
    (5, "G1", "010", "guardian", "Ivo", "Brook", "ivo@home.example", "+12025550142", None, None),
    (6, "G2", "010", "parent", "Mia", "Castle", "mia@home.example", "+12025550143", None, None),
]
COLUMNS = ["sourcedId", "orgSourcedIds", "role", "givenName", "familyName", "email", "sms", "agentSourcedIds", "grades"]


def rows(frame):
    """A table as tuples, the line first, None where there is no value."""
    return [
        (line, *(None if pd.isna(value) else value for value in row))
        for line, row in zip(frame.index, frame.itertuples(index=False), strict=True)
    ]


def notices(roster, *codes):
    """What the reader noted, of some codes or of all but the listing of further files."""
    found = roster.schema.execute(
        "SELECT code, file, line, col, value FROM _notices ORDER BY code, file, line, col, value"
    )
    return [note for note in found if note[0] in codes or (not codes and note[0] != "delivery.extra_file")]


def checked(roster, columns, table="users"):
    """The rows that the rules look at."""
    return roster.schema.execute(f"SELECT {columns} FROM {table} ORDER BY _line")

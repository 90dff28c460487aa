"""What the fixtures of these tests are given and give."""

from __future__ import annotations

from collections.abc import Callable

import connect_kit as ck

Row = dict[str, str]
Pairs = set[frozenset[str]]
#: A roster of the small district with these rows added.
District = Callable[..., ck.Roster]
#: Who is paired with whom in a table of duplicates.
PairsOf = Callable[..., Pairs]

"""Given names in use, and the names that nicknames stand for, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connect_kit.engine import create_table, package_text

if TYPE_CHECKING:
    from connect_kit.engine import Schema


def create_nicknames(schema: Schema) -> None:
    """Tables ``nickname_roots`` (a name and the names it may stand for) and ``lexicon`` (established given names)."""
    import pyarrow as pa

    pairs = [line.split(",") for line in _lines("nicknames.csv")]
    roots: dict[str, set[str]] = {}
    for formal, nickname in pairs:
        roots.setdefault(formal, {formal})
        roots.setdefault(nickname, {nickname}).add(formal)
    stands_for = pa.array([sorted(names) for names in roots.values()], pa.list_(pa.string()))
    create_table(schema, "nickname_roots", {"name": list(roots), "roots": stands_for})
    established = {*_lines("given_names.csv"), *(formal for formal, _ in pairs)}
    create_table(schema, "lexicon", {"name": sorted(established)})


def _lines(file: str) -> list[str]:
    return [line for line in package_text(__package__, file).splitlines()[1:] if line]

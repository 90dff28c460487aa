"""Given names in use, and the names that nicknames stand for, as tables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from connect_kit.engine import create_table, package_text

if TYPE_CHECKING:
    from connect_kit.engine import Schema


def create_nicknames(schema: Schema) -> None:
    """Tables ``nickname_roots`` (a name and the names it may stand for) and ``lexicon`` (established given names)."""
    import pyarrow as pa

    lexicon = {*_lines("given_names.csv"), *(formal for formal, _ in _own())}
    roots: dict[str, set[str]] = {}
    for formal, nickname in nickname_pairs():
        roots.setdefault(formal, {formal})
        roots.setdefault(nickname, {nickname}).add(formal)
    stands_for = pa.array([sorted(names) for names in roots.values()], pa.list_(pa.string()))
    create_table(schema, "nickname_roots", {"name": list(roots), "roots": stands_for})
    create_table(schema, "lexicon", {"name": sorted(lexicon)})


@cache
def nickname_pairs() -> tuple[tuple[str, str], ...]:
    """Formal names with their nicknames: the kit's own, and those of the package ``nicknames`` that join no two names.

    That list has pairs of which each is a child's whole name (Sarah and Sara, Angela and Angel): two children, twins
    even, are likelier to have them than one child is to have both.
    """
    from nicknames import name_triplets

    own, established = _own(), frozenset(_lines("given_names.csv"))
    more = [
        (one.name1, one.name2)
        for one in name_triplets()
        if one.relationship == "has_nickname" and not {one.name1, one.name2} <= established
    ]
    return tuple(dict.fromkeys([*own, *more]))


def _own() -> list[tuple[str, str]]:
    pairs = [line.split(",") for line in _lines("nicknames.csv")]
    return [(formal, nickname) for formal, nickname in pairs]


def _lines(file: str) -> list[str]:
    return [line for line in package_text(__package__, file).splitlines()[1:] if line]

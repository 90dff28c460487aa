"""How values of a hostile delivery are spoilt, from a seed."""

# the ways in which a value is spoilt read best in one line

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.recount.pools import STAMPS, STATUS


class Dirt:
    """Chance of one seed: how dirty a delivery is, who and what is in it, and how its values are spoilt."""

    def __init__(self, seed: int, layout: str, level: str, guardians: str) -> None:
        self.random = random.Random(f"{seed} {layout} {level} {guardians}")
        self.layout, self.level, self.guardians = layout, level, guardians
        self.dirt = self.random.choice((0.02, 0.1, 0.2, 0.4))
        self.schools = self.random.choice(
            (["0010", "0020"], ["10", "200", "3000"], ["North", "South"], ["0010", "0020", "North"])
        )
        if level == "school" and self.random.random() < 0.7:
            self.schools = self.schools[:1]
        self.width = self.random.choice((0, 3, 5))
        self.files: dict[str, tuple[list[str], list[list[str]]]] = {}
        self.people = {"student": [self.id(n) for n in range(1, self.random.randint(8, 45))]}
        self.people["staff"] = [self.id(n) for n in range(60, 60 + self.random.randint(1, 6))]
        self.people["guardian"] = [self.id(n) for n in range(80, 80 + self.random.randint(1, 12))]
        self.classes = [
            self.random.choice(("c", "", "0")) + self.id(n) for n in range(40, 40 + self.random.randint(1, 8))
        ]

    def id(self, number: int) -> str:
        return str(number).zfill(self.width)

    def dirty(self, share: float = 1.0) -> bool:
        return self.random.random() < self.dirt * share

    def pick(self, *pools: Sequence[str]) -> str:
        """One of the first pool; where it gets dirty, of any."""
        return self.random.choice(self.random.choice(pools) if self.dirty(2) else pools[0])

    def ref(self, right: str) -> str:
        """An ID as it is referred to: mostly right."""
        if not self.dirty():
            return right
        return self.random.choice(
            (
                "",
                " ",
                right.lstrip("0"),
                "0" + right,
                "00" + right,
                right.upper(),
                right + " ",
                f"'{right}'",
                "x99",
                f"\u201c{right}",
                right + ".0",
                right.title(),
                "{" + right + "}",
                right[:1] + " " + right[1:],
                right[:-3] + "," + right[-3:] if len(right) > 3 else right,
            )
        )

    def own_id(self, right: str) -> str:
        """An ID as it stands on its own row: mostly right."""
        if not self.dirty(0.6):
            return right
        return self.random.choice(
            (
                "",
                "\u00a0",
                right.lstrip("0"),
                "0" + right,
                right.upper(),
                right + "#",
                f'"{right}"',
                "1.23E+11",
                "1E5",
                "{0a1b2c3d-0000-4000-8000-00000000000f}",
                "1,234",
                f"{right}.0",
                "a" * 256,
                self.id(1),
            )
        )

    def separator(self) -> str:
        return self.random.choice((";", "|", " ", "; ")) if self.dirty(0.3) else self.random.choice((",", ", "))

    def school(self, right: str) -> str:
        if not self.dirty(0.5):
            return right
        return self.random.choice(
            ("", " ", "77", right.lstrip("0") or right, "0" + right, self.random.choice(self.schools), "D1")
        )

    def head(self) -> tuple[str, str]:
        """status and dateLastModified."""
        return (self.pick(("",), STATUS), self.pick(("",), STAMPS))

    def put(self, table: str, names: str, rows: list[list[str]], drop: str = "") -> None:
        """Keep a file; each of the columns to drop is left out now and then."""
        columns = names.split()
        gone = [name for name in drop.split() if self.random.random() < 0.12]
        kept = [n for n, name in enumerate(columns) if name not in gone]
        if rows and self.dirty(0.7):
            rows.append(list(self.random.choice(rows)))
        self.files[table] = ([columns[n] for n in kept], [[row[n] for n in kept] for row in rows])

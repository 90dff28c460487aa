"""How far a long run is, as a bar: in a notebook and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Moves a progress bar on by an ``amount``, and shows what is being done."""

    def __call__(self, amount: int = 1, what: str = "") -> None:
        """Move on."""


@contextmanager
def progress_bar(shown: bool, doing: str, *, total: int | None = None, unit: str = " steps") -> Iterator[Advance]:
    """Show a progress bar while the work inside goes on, and give what moves it on.

    Parameters
    ----------
    shown : bool
        Without it nothing is shown, and tqdm is not imported.
    doing : str
        What the whole work is called.
    total : int, optional
    unit : str
        ``B`` and other short units of large numbers are scaled (kB, MB).
    """
    if not shown:
        yield _nothing
        return
    from tqdm.auto import tqdm

    with tqdm(desc=doing, total=total, unit=unit, unit_scale=unit in ("B", " rows"), leave=False) as bar:

        def advance(amount: int = 1, what: str = "") -> None:
            if what:
                bar.set_postfix_str(what)
            bar.update(amount)

        yield advance


def _nothing(amount: int = 1, what: str = "") -> None:
    """Move nothing."""

"""Where a run of the benchmark keeps its districts, and where its figures stand in the end."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_kit.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def workplace(folder: Path | None) -> Iterator[tuple[Path, Path]]:
    """The folder for the figures (``build/bench`` when none is given), and one for the run's districts within it.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    target = Path("build/bench") if folder is None else folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        data = Path(tempfile.mkdtemp(prefix="districts-", dir=target)).resolve()
    except OSError as error:
        why = f"cannot be written to ({error.strerror}); name another folder"
        raise OutputError(f"{target}: {why}") from error
    try:
        yield target, data
    finally:
        shutil.rmtree(data, ignore_errors=True)


def write_figures(path: Path, content: Mapping[str, Any]) -> None:
    """Write what was measured as JSON.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    try:
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from error

"""Another process that has a twin open."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Opens a twin, says so, and holds it until its input ends.
_HOLDER = """
import sys
from pathlib import Path
from connect_kit.twin.database import open_session
with open_session(Path(sys.argv[1]), "a test", write=sys.argv[2] == "write"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(twin: Path, how: str = "write") -> Iterator[subprocess.Popen[str]]:
    """A process that has the twin open, to ``read`` or to ``write``."""
    given = [sys.executable, "-c", _HOLDER, str(twin), how]
    with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.communicate()

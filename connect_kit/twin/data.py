"""What a twin is to whatever looks at it or changes it: a file, its district, and the sessions in which it is open."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from connect_kit.engine.arguments import checked
from connect_kit.errors import TwinBusyError
from connect_kit.twin.database import open_session
from connect_kit.twin.session import Session

_LOOK = "a look at it"
_uploading: set[Path] = set()
_guard = threading.Lock()


class TwinData:
    """An existing twin; see :class:`connect_kit.twin.Twin`."""

    @checked()
    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with open_session(self.path, _LOOK, write=False) as session:
            meta = dict(session.execute("SELECT name, value FROM meta"))
        self.district: str = meta["district"]
        self.id: str = meta["id"]

    def reading(self) -> contextlib.AbstractContextManager[Session]:
        """Open it for a look; :func:`open_session` says what raises."""
        return open_session(self.path, _LOOK, write=False, of=self.id)

    def writing(self, doing: str) -> contextlib.AbstractContextManager[Session]:
        """Open it for an operation that changes it: "an upload", "a merge"."""
        return open_session(self.path, doing, of=self.id)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Refuse a second upload of this process while one is under way; another process's is refused by the file."""
        place = self.path.resolve()
        with _guard:
            if place in _uploading:
                raise TwinBusyError(f"{self.path}: an upload to it is under way; wait until it has ended, or cancel it")
            _uploading.add(place)
        try:
            yield
        finally:
            with _guard:
                _uploading.discard(place)

    def __repr__(self) -> str:
        return f"Twin({self.path.name!r}: {self.district})"

    def __fspath__(self) -> str:
        return str(self.path)

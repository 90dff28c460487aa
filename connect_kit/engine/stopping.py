"""Ctrl-C within a query.

DuckDB looks for it where it waits for its threads. They know nothing of it and work on, and DuckDB waits for them, so
that a query on several threads neither ends nor can be stopped (2.0). What they heed is a connection's ``interrupt``.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import duckdb


@contextmanager
def stoppable(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Ctrl-C in a query of a connection is a KeyboardInterrupt, as elsewhere; text that is none is an EngineError.

    DuckDB takes no half characters, which Python has for bytes that are no UTF-8, and says nothing more of them.
    """
    try:
        with _interrupting(connection):
            yield
    except RuntimeError as error:
        if interrupted(error):
            raise KeyboardInterrupt from error
        if str(error) == "std::bad_cast":
            raise EngineError(
                "DuckDB: a name or a value holds bytes that are no UTF-8; write it without them"
            ) from error
        raise
    except UnicodeEncodeError as error:
        raise EngineError("DuckDB: a name or a value holds half a character; write it without") from error


@contextmanager
def _interrupting(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupt the connection where Ctrl-C would end what runs now; whoever handles it otherwise goes on doing so."""
    before = signal.getsignal(signal.SIGINT)
    # Signals come to the main thread, and only there are they handled.
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def press(number: int, frame: FrameType | None) -> None:
        try:
            before(number, frame)
        except KeyboardInterrupt:
            with suppress(Exception):  # it may be closed
                connection.interrupt()
            raise

    signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def interrupted(error: BaseException) -> bool:
    """Whether it comes of Ctrl-C within a query, for which DuckDB raises an error of no kind of its own."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause) is RuntimeError and str(cause) == "Query interrupted":
            return True
        cause = cause.__cause__ or cause.__context__
    return False

"""Ctrl-C within a query.

DuckDB looks for it where its main thread waits for the others or takes a next task, which may be minutes away. They
know nothing of it and work on, and DuckDB waits for them, so that a query on several threads may never end (2.0). What
they heed is a connection's ``interrupt``, which therefore a thread of its own calls as soon as the signal arrives.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import duckdb

#: The connections of the main thread that Ctrl-C is to interrupt, and where else signals are to be announced.
_running: Final[list[duckdb.DuckDBPyConnection]] = []
_announced: Final[list[int]] = []
#: Handlers of this module that end in Python's own one.
_ending: Final[set[Any]] = {signal.default_int_handler}


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

    watched = before in _ending  # of any other handler nobody knows whether it will end the query
    signal.signal(signal.SIGINT, press)
    if watched:
        _ending.add(press)
        _watch(connection)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if watched:
            _unwatch()
            _ending.discard(press)


def _watch(connection: duckdb.DuckDBPyConnection) -> None:
    if not _running:
        _announced.append(signal.set_wakeup_fd(_bell(os.getpid()).fileno(), warn_on_full_buffer=False))
    _running.append(connection)


def _unwatch() -> None:
    _running.pop()
    if not _running:
        signal.set_wakeup_fd(_announced.pop(), warn_on_full_buffer=False)


@cache
def _bell(_process: int) -> socket.socket:
    """What Python writes the numbers of signals to the moment they arrive; one thread a process listens."""
    heard, bell = socket.socketpair()
    bell.setblocking(False)
    threading.Thread(target=_listen, args=(heard,), name="connect-kit-ctrl-c", daemon=True).start()
    return bell


def _listen(heard: socket.socket) -> None:
    while numbers := heard.recv(64):
        for other in tuple(_announced):
            with suppress(OSError):  # there is none, or it has gone
                os.write(other, numbers)
        if signal.SIGINT in numbers:
            _interrupt()


def _interrupt() -> None:
    """Apart from the thread that listens, which must not hold a connection when the process ends."""
    for connection in tuple(_running):
        with suppress(Exception):  # it may be closed
            connection.interrupt()


def interrupted(error: BaseException) -> bool:
    """Whether it comes of Ctrl-C within a query, for which DuckDB raises an error of no kind of its own."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause) is RuntimeError and str(cause) == "Query interrupted":
            return True
        cause = cause.__cause__ or cause.__context__
    return False

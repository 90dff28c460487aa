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
from typing import TYPE_CHECKING, Any, Final, cast

from connect_kit.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    import duckdb

#: The connections of the main thread in which queries run or may run, the innermost last.
_running: Final[list[duckdb.DuckDBPyConnection]] = []
#: Where else signals are to be announced, while they are announced here.
_announced: Final[list[int]] = []
#: What Ctrl-C does where nothing of this module is at work.
_before: Final[list[Callable[[int, FrameType | None], Any]]] = [signal.default_int_handler]
#: How often Ctrl-C was announced, how often it has ended something, and whether it came while handlers were changed.
_counts: Final = {"rung": 0, "heard": 0, "missed": 0, "waiting": 0}


@contextmanager
def stoppable(connection: duckdb.DuckDBPyConnection, *, timed: bool = False) -> Iterator[None]:
    """Ctrl-C in a query of a connection is a KeyboardInterrupt, as elsewhere; text that is none is an EngineError.

    ``timed`` says that something else may interrupt the connection too. DuckDB takes no half characters, which Python
    has for bytes that are no UTF-8, and says nothing more of them.
    """
    try:
        with _interrupting(connection):
            yield
    except UnicodeEncodeError as error:
        raise EngineError("DuckDB: a name or a value holds half a character; write it without") from error
    except Exception as error:
        ended = any(type(one).__name__ == "InterruptException" for one in (error, error.__cause__))
        if interrupted(error) or (ended and not timed):
            raise KeyboardInterrupt from error
        if type(error) is RuntimeError and str(error) == "std::bad_cast":
            raise EngineError(
                "DuckDB: a name or a value holds bytes that are no UTF-8; write it without them"
            ) from error
        raise


@contextmanager
def _interrupting(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupt the connection where Ctrl-C would end what runs now; whoever handles it otherwise goes on doing so.

    Ctrl-C may come before the end of a ``with`` is reached, which then is reached when the exception is forgotten: in
    whatever order they end, the last one puts back what was there before the first.
    """
    # Signals come to the main thread, and only there are they handled.
    if threading.current_thread() is not threading.main_thread() or not callable(signal.getsignal(signal.SIGINT)):
        yield
        return
    try:
        _counts["waiting"] += 1  # nothing breaks what follows
        _running.append(connection)
        if signal.getsignal(signal.SIGINT) is not _press:
            _before[0] = cast("Any", signal.getsignal(signal.SIGINT))
            signal.signal(signal.SIGINT, _press)
        if _before[0] is signal.default_int_handler and not _announced:  # of others nobody knows what they end
            _announced.append(signal.set_wakeup_fd(_bell(os.getpid()).fileno(), warn_on_full_buffer=False))
        _go_on()
        yield
    finally:
        _counts["waiting"] += 1
        if connection in _running:
            _running.remove(connection)
        if not _running and threading.current_thread() is threading.main_thread():
            if _announced:
                signal.set_wakeup_fd(_announced.pop(), warn_on_full_buffer=False)
            if signal.getsignal(signal.SIGINT) is _press:
                signal.signal(signal.SIGINT, _before[0])
        _go_on()


def _go_on() -> None:
    """Let Ctrl-C through again, and hear the one that came meanwhile."""
    _counts["waiting"] = 0
    if _counts["missed"]:
        _counts["missed"] = 0
        signal.raise_signal(signal.SIGINT)


def _press(number: int, frame: FrameType | None) -> None:
    if _counts["waiting"]:
        _counts["missed"] = 1
        return
    try:
        _before[0](number, frame)
    except KeyboardInterrupt:
        _counts["heard"] = max(_counts["heard"] + 1, _counts["rung"])
        _interrupt()
        raise


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
        _counts["rung"] += numbers.count(signal.SIGINT)
        if _counts["rung"] > _counts["heard"]:  # or the query has ended, and another may have begun
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

"""Work that takes its time, beside the kernel's main thread, so that the panel goes on answering."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
#: Seconds between two drawings of how far the work is; more often nobody can read it.
PACE = 0.1


class Work(Generic[T]):
    """One piece of work at a time, in a thread of its own.

    Parameters
    ----------
    ended : callable
        Called in that thread when the work is over, with the outcome and with what went wrong; one of them is None.
    """

    def __init__(self, ended: Callable[[T | None, Exception | None], object]) -> None:
        self._ended = ended
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._busy = False
        #: Set when somebody wants it to stop; the work looks at it between its steps.
        self.cancelled = threading.Event()

    @property
    def running(self) -> bool:
        """Whether something is being worked at."""
        return self._busy

    def start(self, doing: Callable[[threading.Event], T]) -> bool:
        """Begin, and return at once; False, and nothing else, where something is running already.

        Parameters
        ----------
        doing : callable
            Gets the event that is set by :meth:`cancel`.
        """
        with self._guard:
            if self._busy:
                return False
            self._busy = True
            self.cancelled = threading.Event()
            # What the kernel knows about the cell that began it, so that messages find their way to its output.
            context = contextvars.copy_context()
            # A daemon: a kernel that is shut down does not wait. A transaction that is cut off leaves nothing behind.
            self._thread = threading.Thread(
                target=context.run, args=(self._work, doing, self.cancelled), name="connect-kit panel", daemon=True
            )
            self._thread.start()
        return True

    def cancel(self) -> bool:
        """Ask it to stop; False where nothing is running."""
        if not self._busy:
            return False
        self.cancelled.set()
        return True

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over and told; False when the seconds have passed before."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
            return not thread.is_alive()
        return True

    def _work(self, doing: Callable[[threading.Event], T], cancelled: threading.Event) -> None:
        outcome: T | None = None
        fault: Exception | None = None
        try:
            outcome = doing(cancelled)
        except Exception as wrong:  # noqa: BLE001 - handed over; a thread has nobody who would catch it
            fault = wrong
        finally:
            self._busy = False
        self._ended(outcome, fault)


class Paced:
    """Calls on, but not more often than ten times a second; what must not be missed is told with ``now``."""

    def __init__(self, call: Callable[..., object], pace: float = PACE) -> None:
        self._call = call
        self._pace = pace
        self._last = -pace

    def __call__(self, *arguments: Any, now: bool = False) -> bool:
        """Whether it was called on."""
        moment = time.monotonic()
        if not now and moment - self._last < self._pace:
            return False
        self._last = moment
        self._call(*arguments)
        return True

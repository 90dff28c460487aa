"""Work that takes a while, in a thread of its own, so that the panel keeps responding."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
#: Seconds between two drawings of the progress; nobody can read it faster.
PACE = 0.1


class BackgroundTask(Generic[T]):
    """One job at a time, in a thread of its own.

    Parameters
    ----------
    on_end : callable
        Called in that thread when the job is over, with its outcome and its exception; one of them is None.
    """

    def __init__(self, on_end: Callable[[T | None, Exception | None], object]) -> None:
        self._on_end = on_end
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._busy = False
        #: Set when somebody wants the job to stop; the job looks at it between its steps.
        self.cancelled = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a job is running."""
        return self._busy

    def start(self, job: Callable[[threading.Event], T]) -> bool:
        """Start a job and return at once; False, and nothing else, where one is running already.

        Parameters
        ----------
        job : callable
            Receives the event that :meth:`cancel` sets.
        """
        with self._guard:
            if self._busy:
                return False
            self._busy = True
            self.cancelled = threading.Event()
            # What the kernel knows about the cell that started it, so that messages reach its output.
            context = contextvars.copy_context()
            # A daemon: a kernel that shuts down does not wait. A transaction that is cut off leaves nothing behind.
            self._thread = threading.Thread(
                target=context.run, args=(self._work, job, self.cancelled), name="connect-kit panel", daemon=True
            )
            self._thread.start()
        return True

    def cancel(self) -> bool:
        """Ask the job to stop; False where none is running."""
        if not self._busy:
            return False
        self.cancelled.set()
        return True

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job and its ``on_end`` are over; False when the time runs out first."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
            return not thread.is_alive()
        return True

    def _work(self, job: Callable[[threading.Event], T], cancelled: threading.Event) -> None:
        outcome: T | None = None
        fault: Exception | None = None
        try:
            outcome = job(cancelled)
        except Exception as error:  # noqa: BLE001 - handed over; nobody could catch it in a thread
            fault = error
        finally:
            self._busy = False
        self._on_end(outcome, fault)


class Throttle:
    """Passes calls on, but at most ten times a second; a call that must not be missed says ``now``."""

    def __init__(self, call: Callable[..., object], pace: float = PACE) -> None:
        self._call = call
        self._pace = pace
        self._last = -pace

    def __call__(self, *arguments: Any, now: bool = False) -> bool:
        """Whether the call was passed on."""
        moment = time.monotonic()
        if not now and moment - self._last < self._pace:
            return False
        self._last = moment
        self._call(*arguments)
        return True

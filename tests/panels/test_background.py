import threading

import pytest

from connect_kit.panels.background import BackgroundTask, Throttle


class Ends(list):
    """What the jobs reported at their end."""

    def __call__(self, outcome, fault):
        self.append((outcome, fault, threading.current_thread() is not threading.main_thread()))


@pytest.fixture
def ends():
    return Ends()


def test_a_job_runs_beside_the_caller_and_reports_its_outcome(ends):
    work, go = BackgroundTask(ends), threading.Event()
    assert work.start(lambda _: go.wait(10) and "done")
    assert work.running and ends == []
    go.set()
    assert work.wait(10)
    assert ends == [("done", None, True)] and not work.running


def test_a_second_start_does_nothing(ends):
    work, go = BackgroundTask(ends), threading.Event()
    assert work.start(lambda _: go.wait(10))
    assert not work.start(lambda _: "second")
    go.set()
    work.wait(10)
    assert ends == [(True, None, True)]


def test_of_many_starts_at_once_one_succeeds(ends):
    work, go, together = BackgroundTask(ends), threading.Event(), threading.Barrier(8)
    begun = []

    def start():
        together.wait(10)
        begun.append(work.start(lambda _: go.wait(10)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    go.set()
    work.wait(10)
    assert begun.count(True) == 1 and len(ends) == 1


def test_an_exception_is_handed_over_and_the_next_job_can_start(ends):
    work, fault = BackgroundTask(ends), ValueError("no")

    def failing(_):
        raise fault

    work.start(failing)
    assert work.wait(10) and ends == [(None, fault, True)]
    assert work.start(lambda _: "again") and work.wait(10)
    assert ends[1] == ("again", None, True)


def test_a_job_learns_of_its_cancellation_and_the_next_one_does_not(ends):
    work = BackgroundTask(ends)
    work.start(lambda cancelled: cancelled.wait(10))
    assert work.cancel() and work.wait(10)
    work.start(lambda cancelled: cancelled.is_set())
    work.wait(10)
    assert [outcome for outcome, _, _ in ends] == [True, False]
    assert not work.cancel()


def test_without_a_job_there_is_nothing_to_wait_for(ends):
    assert BackgroundTask(ends).wait(0)


def test_waiting_ends_after_the_seconds_asked_for(ends):
    work, go = BackgroundTask(ends), threading.Event()
    work.start(lambda _: go.wait(10))
    assert not work.wait(0.01)
    go.set()
    assert work.wait(10)


def test_frequent_calls_are_left_out_except_those_that_must_not_be_missed():
    heard: list[int] = []
    throttled = Throttle(heard.append, pace=3600)
    assert [throttled(1), throttled(2), throttled(3, now=True), throttled(4)] == [True, False, True, False]
    assert heard == [1, 3]

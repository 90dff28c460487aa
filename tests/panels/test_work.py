import threading

import pytest

from connect_kit.panels.work import Paced, Work


class Ends(list):
    """What the work told at its end."""

    def __call__(self, outcome, fault):
        self.append((outcome, fault, threading.current_thread() is not threading.main_thread()))


@pytest.fixture
def ends():
    return Ends()


def test_work_runs_beside_the_caller_and_tells_its_outcome(ends):
    work, go = Work(ends), threading.Event()
    assert work.start(lambda _: go.wait(10) and "done")
    assert work.running and ends == []
    go.set()
    assert work.wait(10)
    assert ends == [("done", None, True)] and not work.running


def test_a_second_start_does_nothing(ends):
    work, go = Work(ends), threading.Event()
    assert work.start(lambda _: go.wait(10))
    assert not work.start(lambda _: "second")
    go.set()
    work.wait(10)
    assert ends == [(True, None, True)]


def test_of_many_starts_at_once_one_succeeds(ends):
    work, go, together = Work(ends), threading.Event(), threading.Barrier(8)
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


def test_what_goes_wrong_is_handed_over_and_the_next_work_can_begin(ends):
    work, fault = Work(ends), ValueError("no")

    def failing(_):
        raise fault

    work.start(failing)
    assert work.wait(10) and ends == [(None, fault, True)]
    assert work.start(lambda _: "again") and work.wait(10)
    assert ends[1] == ("again", None, True)


def test_the_work_hears_of_a_cancellation_and_the_next_one_does_not(ends):
    work = Work(ends)
    work.start(lambda cancelled: cancelled.wait(10))
    assert work.cancel() and work.wait(10)
    work.start(lambda cancelled: cancelled.is_set())
    work.wait(10)
    assert [outcome for outcome, _, _ in ends] == [True, False]
    assert not work.cancel()


def test_without_work_there_is_nothing_to_wait_for(ends):
    assert Work(ends).wait(0)


def test_waiting_gives_up_after_the_seconds_asked_for(ends):
    work, go = Work(ends), threading.Event()
    work.start(lambda _: go.wait(10))
    assert not work.wait(0.01)
    go.set()
    assert work.wait(10)


def test_what_is_told_too_often_is_left_out_but_for_what_must_not_be_missed():
    heard: list[int] = []
    paced = Paced(heard.append, pace=3600)
    assert [paced(1), paced(2), paced(3, now=True), paced(4)] == [True, False, True, False]
    assert heard == [1, 3]

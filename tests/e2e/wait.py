"""Waiting for something to become true, without sleeping longer than it takes."""
import time


def wait_until(question, what, timeout=20.0, pause=0.05):
    """Ask until the answer is true, and return it; fail with the last answer."""
    end = time.monotonic() + timeout
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() >= end:
            raise AssertionError(f"after {timeout:g} s still not: {what} (last: {answer!r})")
        time.sleep(pause)


def stays(question, what, seconds, pause=0.05):
    """Ask for so long; fail as soon as the answer is not true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        assert answer, f"not any more: {what} (last: {answer!r})"
        time.sleep(pause)

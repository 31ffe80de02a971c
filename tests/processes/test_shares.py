"""No web process takes all connections while another has nothing to do."""

from __future__ import annotations

import multiprocessing

import pytest

from service.processes.shares import Share, Shares


@pytest.fixture
def shares() -> Shares:
    return Shares()


def test_a_process_alone_leaves_nothing(shares: Shares) -> None:
    share = shares.new()
    share.hold(100)
    assert not share.leaves_next()


def test_who_has_more_leaves_the_next_connection_but_not_twice_in_a_row(shares: Shares) -> None:
    one, other = shares.new(), shares.new()
    one.hold(3)
    assert [one.leaves_next() for _ in range(4)] == [True, False, True, False]
    assert not other.leaves_next()


def test_who_has_as_many_as_the_others_takes_it(shares: Shares) -> None:
    one, other = shares.new(), shares.new()
    one.hold(3)
    other.hold(3)
    assert not one.leaves_next()


def test_nothing_is_left_to_a_process_that_takes_none_any_more(shares: Shares) -> None:
    one, other = shares.new(), shares.new()
    one.hold(1)
    other.give_up()
    assert not one.leaves_next()


def test_a_place_that_was_given_up_is_given_to_the_next(shares: Shares) -> None:
    first, second = shares.new(), shares.new()
    second.hold(1)
    first.give_up()
    assert not second.leaves_next()
    shares.new()
    assert second.leaves_next()


def test_processes_see_each_others_counts(shares: Shares) -> None:
    one, other = shares.new(), shares.new()
    one.hold(1)
    other.hold(1)
    process = multiprocessing.get_context("fork").Process(target=Share.hold, args=(other, 0))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert one.leaves_next()

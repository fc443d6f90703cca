"""Pieces of work at once: the answers stand in the order of the pieces, and an error is raised."""

import threading
from functools import partial

import pytest

from audiorec.learning.at_once import FROM, at_once


@pytest.mark.parametrize("size", [1, FROM])
def test_answers_stand_in_the_order_of_the_pieces(size: int) -> None:
    assert at_once([partial(pow, number, 2) for number in range(9)], size) == [number**2 for number in range(9)]
    assert at_once([], size) == []


@pytest.mark.parametrize("size", [1, FROM])
def test_an_error_is_raised(size: int) -> None:
    with pytest.raises(ZeroDivisionError):
        at_once([int, partial(divmod, 1, 0)], size)


def test_small_work_stays_in_its_thread() -> None:
    assert at_once([threading.get_ident] * 3, FROM - 1) == [threading.get_ident()] * 3

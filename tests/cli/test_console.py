"""What a person sees: the estimate of what is left, and tables that keep words whole."""

import json
import random

import pytest

from audiorec.cli.console import Clock, console, notes, print_table


def test_after_a_tenth_it_is_right_within_a_fifth() -> None:
    chance = random.Random(0)
    sizes = [chance.choice([3, 4, 5, 60, 600]) * 1_000_000 for _ in range(400)]
    # Starting takes as long as ten songs; then a byte takes a tenth of a microsecond, give or take.
    times = [size * 1e-7 * chance.uniform(0.5, 1.5) for size in sizes]
    now = 5.0
    clock = Clock(sum(sizes), lambda: now)
    done = 0
    for size, seconds in zip(sizes, times, strict=True):
        now += seconds
        clock.left(size)
        done += size
        left = clock.seconds()
        if done >= 0.1 * sum(sizes):
            break
    truth = 5.0 + sum(times) - now
    assert left is not None
    assert abs(left - truth) < 0.2 * truth


def test_it_says_nothing_before_the_second_piece_and_at_the_end() -> None:
    now = 0.0
    clock = Clock(100, lambda: now)
    assert clock.left(10) == ""
    now = 10.0
    assert clock.left(10) == ", 80 s left"
    now = 1000.0
    assert clock.left(30) == ", 21 min left"
    assert clock.left(50) == ""


def test_a_heading_is_not_broken_inside_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    columns = ["file", "rows", "listens", "users", "songs", "rows matched", "not matched", "malformed"]
    print_table("t", columns, [("x" * 60, "413", "3588", "40", "34", "413 by path", "0", "0")])
    assert "malformed" in capsys.readouterr().out


def test_names_that_look_like_markup_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Songs of [/]", ["user"], [("[bold]b :star:",)])
    console().print("nothing for [/] :star:")
    notes().print("[/red]")
    printed = capsys.readouterr()
    for name in ("Songs of [/]", "[bold]b :star:", "nothing for [/] :star:"):
        assert name in printed.out
    assert "[/red]" in printed.err


def test_names_in_json_do_not_steer_the_terminal_either(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["\x9b31m", "a\u202eb", "\x1b[2J", "\x7f", "Où 晴天"]
    console().print_json(json.dumps(names))
    printed = capsys.readouterr().out
    assert not set("\x9b\u202e\x1b\x7f") & set(printed)
    assert "Où 晴天" in printed
    assert json.loads(printed) == names


def test_names_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "Tide\x1b[31m\x07\x9b2J\u202e\r"
    print_table(f"Songs of {name}", ["song"], [(name,)])
    console().print(f"nothing for {name}")
    notes().print(name)
    printed = capsys.readouterr()
    for text in (printed.out, printed.err):
        assert "Tide␛[31m␇\\x9b2J\\u202e␍" in text
        assert not set("\x1b\x07\x9b\u202e\r") & set(text)

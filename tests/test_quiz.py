"""Being asked: from code, and at a terminal played by two functions."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given

from autograd_scalar import UsageError, Value, functions, op
from autograd_scalar.explain import Mark, Quiz, quiz
from autograd_scalar.testing import Graph, graphs


def neuron(activation: str = "relu") -> tuple[Value, Value]:
    x, w, b, y = (Value(number, label=name) for name, number in (("x", 2), ("w", 3), ("b", 1), ("y", 5)))
    z = (w * x + b).named("z")
    a = getattr(z, activation)().named("a")
    return ((a - y) ** 2).named("L"), w


def terminal(*typed: str | type[BaseException]) -> tuple[Callable[[str], str], list[str]]:
    """A `read` that gives these lines, or raises; and what was written, prompts included."""
    lines: Iterator[str | type[BaseException]] = iter(typed)
    written: list[str] = []

    def read(prompt: str) -> str:
        written.append(prompt)
        line = next(lines)
        if not isinstance(line, str):
            raise line
        return line

    return read, written


def test_each_slope_is_asked_in_turn_and_then_the_gradient() -> None:
    q = quiz(*neuron())
    assert q.questions == ("dL/da = ?", "da/dz = ?", "dz/dw = ?", "dL/dw = ?")
    assert q.question == "dL/da = ?"
    assert q.answer("2(a - y)")
    assert q.answer("1{z > 0}")
    assert q.answer(2.0)
    assert not q.is_done
    assert q.answer("dL/dw = 4·1·2 = 8")
    assert q.is_done
    assert q.question == ""
    assert (q.score.right, q.score.asked, q.score.tries, q.score.hints, q.score.skipped) == (4, 4, 4, 0, 0)
    assert str(q.score) == "4 of 4 right (4 tries)"


def test_a_wrong_answer_stays_and_does_not_give_the_number_away() -> None:
    q = quiz(*neuron("sigmoid"))
    mark = q.answer("2(y - a)")
    assert isinstance(mark, Mark)
    assert (mark.is_right, mark.slip) == (False, "sign")
    assert "8.00182" not in str(mark)
    assert q.question == "dL/da = ?"
    mark = q.answer("a - y")
    assert mark.slip == "missing factor"
    assert "the factor 2 is missing" in str(mark)
    assert q.answer("-8.002")
    mark = q.answer("0.999(1 - 0.999)")
    assert mark.slip == "rounded too early"
    assert "0.00091" not in str(mark)
    assert q.marks[-1] == mark


def test_a_formula_that_fits_by_accident_is_not_right() -> None:
    mark = quiz(*neuron()).answer("(a - y)^2")
    assert not mark.is_right
    assert "by accident" in str(mark)


def test_the_hint_is_the_rule_of_the_table() -> None:
    q = quiz(*neuron("sigmoid"))
    assert q.hint() == (
        "u ** v is the power. Its slope by u: v * u**(v - 1). Here u is a − y and v is 2.\n"
        "u - v is the difference. Its slope by u: 1. Here u is a."
    )
    q.skip()
    sigmoid = "sigmoid(u) is 1/(1 + e⁻ᵘ), between 0 and 1."
    assert q.hint() == f"{sigmoid} Its slope by u: sigmoid(u) * (1 - sigmoid(u)). Here u is z."
    q.skip()
    q.skip()
    assert "chain rule" in q.hint()
    assert (q.score.hints, q.score.skipped) == (3, 3)


def test_a_hint_never_uses_the_letters_of_the_graph_for_others() -> None:
    q = quiz(*neuron())
    q.skip()
    assert q.hint() == "relu(u) is u where it is positive, else 0. Its slope by u: 0 if u <= 0, else 1. Here u is z."
    q.skip()
    assert q.hint().endswith("u * v is the product. Its slope by u: v. Here u is w and v is x.")
    x = Value(0.5, label="x")

    def hint(result: Value) -> str:
        return quiz(result.named("r"), x).hint()

    assert hint(x.exp()) == "exp(u) is the exponential function. Its slope by u: exp(u). Here u is x."
    assert hint(x.sqrt()).endswith("Its slope by u: 1 / (2 * sqrt(u)). Here u is x.")
    assert hint(2.0**x).endswith("Its slope by v: (u ** v) * log(u). Here u is 2 and v is x.")
    assert hint(x.leaky_relu(slope=0.25)) == (
        "leaky_relu(u, slope=0.01) is relu with a small slope at the left. Its slope by u: slope if u <= 0, else 1.\n"
        "Here u is x and slope is 0.25."
    )
    assert hint(functions.maximum([x, 0.25])).endswith(
        "Its slope by each u: 0 if u < z, else share(u, z), z being its own value."
    )
    assert hint(functions.dot([x], [3.0])) == (
        "dot(*w, *u, b=0) is w₁·u₁ + w₂·u₂ + … + b: a neuron's weighted sum. Its slope by each w: u."
    )
    own = op("swing(u, y)", "u * y", "y", "u")
    assert hint(own(2.0, x)) == "swing(u, y) is an operation of your own. Its slope by y: u. Here u is 2 and y is x."


def test_skipping_gives_the_solution() -> None:
    q = quiz(*neuron())
    assert q.skip() == "dL/da = 2(a − y) = 2·(7 − 5) = 4"
    assert q.skip() == "da/dz = 1{z > 0} = 1"
    assert q.skip() == "dz/dw = x = 2"
    assert q.skip() == "dL/dw = 4 · 1 · 2 = 8"
    with pytest.raises(UsageError, match="all questions are done: 0 of 4 right"):
        q.skip()


def test_an_answer_that_cannot_be_read_is_no_try() -> None:
    q = quiz(*neuron())
    for text, message in (
        ("2(a - y", "not closed"),
        ("2(q - y)", "there is no 'q'"),
        ("da/dz = 1", "the question is dL/da"),
        ("dL/da", "is what is asked for"),
    ):
        with pytest.raises(UsageError, match=message):
            q.answer(text)
    assert q.score.tries == 0


def test_two_nodes_of_equal_number_are_not_taken_for_each_other() -> None:
    w = Value(1.0, label="w")
    u = (w * 1.0).named("u")
    L = (u * 1.0).named("L")
    q = quiz(L, w)
    with pytest.raises(UsageError, match="the question is dL/du"):
        q.answer("du/dw = 1")


def test_a_quiz_in_the_terminal() -> None:
    read, written = terminal("2(a-y)", "?", "1", "", "8")
    q = quiz(*neuron())
    score = q.run(read=read, write=lambda line: written.append(str(line)))
    assert str(score) == "3 of 4 right (3 tries, 1 hint, 1 skipped)"
    text = "\n".join(written)
    assert text.startswith("z = w·x + b = 3·2 + 1 = 7\na = relu(z) = relu(7) = 7\nL = (a − y)² = (7 − 5)² = 4")
    assert "dL/da = \n  right: dL/da = 2(a − y) = 2·(7 − 5) = 4" in text
    assert "  dz/dw = x = 2" in text
    assert written[-1] == str(score)


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt, "q", "quit"])
def test_a_quiz_is_left_cleanly(end: str | type[BaseException]) -> None:
    read, written = terminal("4", end)
    q = quiz(*neuron())
    score = q.run(read=read, write=lambda line: written.append(str(line)))
    assert (score.right, score.asked) == (1, 4)
    assert written[-1] == "1 of 4 right (1 try)"
    assert q.question == "da/dz = ?"


WORDS = {"q": "end", "quit": "end", "exit": "end", "h": "hint", "hint": "hint", "s": "skip", "skip": "skip"}


@pytest.mark.parametrize(("name", "kind"), WORDS.items())
def test_a_word_that_is_a_name_in_the_graph_is_an_answer_and_does_what_it_does_after_a_colon(
    name: str, kind: str
) -> None:
    w, u = Value(0.5, label="w"), Value(-1, label="u")
    named = (w * u + 0.25).named(name)
    read, written = terminal(name, f":{name}", ":q")
    asked = quiz((named**2).named("L"), w)
    asked.run(read=read, write=lambda line: written.append(str(line)))
    does = {"end": "ends", "hint": "gives a hint", "skip": "gives the solution"}[kind]
    assert written[2].endswith(", :q ends (q is a name here)." if name == "q" else ", q ends.")
    assert f"  {name} is a name here, and was the answer; :{name} {does}." in written
    score = asked.score
    assert (score.tries, score.hints, score.skipped) == (1, int(kind == "hint"), int(kind == "skip"))
    assert len(asked.marks) == 1
    assert asked.question == (f"d{name}/dw = ?" if kind == "skip" else f"dL/d{name} = ?")


@pytest.mark.parametrize(("word", "kind"), (WORDS | {"?": "hint"}).items())
@pytest.mark.parametrize("write", [str, str.upper, ":{}".format])
def test_a_word_does_what_it_does_in_any_graph_however_it_is_written(
    word: str, kind: str, write: Callable[[str], str]
) -> None:
    read, written = terminal(":", write(word), EOFError)  # a colon alone is nothing
    asked = quiz(*neuron())
    score = asked.run(read=read, write=lambda line: written.append(str(line)))
    assert (score.tries, score.hints, score.skipped) == (0, int(kind == "hint"), int(kind == "skip"))


def test_a_right_answer_that_is_a_command_s_word_needs_no_word_on_it() -> None:
    w, q = Value(0.5, label="w"), Value(-1, label="q")
    read, written = terminal("q", EOFError)
    assert quiz((w * q).named("L"), w).run(read=read, write=lambda line: written.append(str(line))).right == 1
    assert not any("was the answer" in line for line in written)


def test_a_typing_error_is_shown_and_the_question_stays() -> None:
    read, written = terminal("2(a", "2(a - y)", EOFError)
    quiz(*neuron()).run(read=read, write=lambda line: written.append(str(line)))
    place = written.index("  this bracket is not closed")
    assert written[place + 1 : place + 3] == ["      2(a", "       ^"]
    assert written.count("dL/da = ") == 2


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_runs_by_itself_only_at_the_prompt_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(sys, "ps1", raising=False)
    monkeypatch.setattr(sys, "stdin", Typed("4\nq\n"))
    quiz(*neuron())
    assert capsys.readouterr().out == ""  # a script in a terminal is no prompt
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    q = quiz(*neuron())
    assert "1 of 4 right" in capsys.readouterr().out
    assert q.score.right == 1
    monkeypatch.setattr(sys, "stdin", io.StringIO("4\n"))
    quiz(*neuron())
    assert capsys.readouterr().out == ""  # input from a pipe


@given(graphs())
def test_the_true_numbers_and_the_solutions_are_right_answers(graph: Graph) -> None:
    wrt = graph.used[0]
    numbers, formulas = quiz(graph.result, wrt, digits=None), quiz(graph.result, wrt, digits=None)
    twin = quiz(graph.result, wrt, digits=None)
    while not numbers.is_done:
        solution = twin.skip()
        formulas.answer(solution.replace("∂", "d") if "∂" in solution else solution)
        last = solution.split(" = ")[-1].split(" ≈ ")[-1]
        mark = numbers.answer(last)
        assert mark.is_right, f"{solution}: {mark}"
        assert formulas.marks[-1].is_right, f"{solution}: {formulas.marks[-1]}"
    assert numbers.score.right == numbers.score.asked == formulas.score.right


def test_several_routes_ask_for_partial_slopes() -> None:
    x = Value(0.5, label="x")
    h = (x * 3.0).named("h")
    u = h.exp().named("u")
    L = (h * u).named("L")
    q = quiz(L, x)
    assert q.questions == ("∂L/∂h = ?", "dL/du = ?", "du/dh = ?", "dh/dx = ?", "dL/dx = ?")
    for answer in ("u", "h", "u", "3", "3(u + h·u)"):
        assert q.answer(answer), q.marks[-1]


def test_it_shows_itself() -> None:
    q = quiz(*neuron())
    assert repr(q) == "quiz about dL/dw, 0 of 4 right (0 tries): dL/da = ?   .answer(…), .hint() or .skip()"
    q.answer("4")
    assert "dL/da = ?" in q._repr_html_()
    while not q.is_done:
        q.skip()
    assert repr(q) == "quiz about dL/dw, 1 of 4 right (1 try, 3 skipped): .marks has all answers"
    assert isinstance(q, Quiz)


def test_a_function_with_its_arguments() -> None:
    def net(x: Value, w: Value) -> Value:
        z = w * x
        return z.relu()

    assert quiz(net, "w", x=2, w=3).questions[-1].endswith("/dw = ?")


def test_bad_input() -> None:
    result, w = neuron()
    with pytest.raises(UsageError):
        quiz(result, Value(1.0, label="elsewhere"))
    with pytest.raises(UsageError, match="digits"):
        quiz(result, w, digits=0)


def test_no_slip_is_claimed_that_the_slope_cannot_have() -> None:
    q = quiz(*neuron("sigmoid"))
    q.skip()
    assert "Likely" not in str(q.answer(1))
    q.skip()
    assert str(q.answer(1)) == "2 times too small."
    q.skip()
    assert "Likely: the factor 2 is missing" in str(q.answer("(a-y)·a(1-a)·x"))


def test_the_terminal_gets_one_line_at_a_time() -> None:
    read, written = terminal("?", "2(a", "", "q")
    quiz(*neuron("sigmoid")).run(read=read, write=lambda line: written.append(str(line)))
    assert not [line for line in written if "\n" in line]
    assert written[:3] == [
        "z = w·x + b = 3·2 + 1 = 7",
        "a = σ(z) = σ(7) ≈ 0.999089",
        "L = (a − y)² ≈ (−4.00091)² ≈ 16.0073",
    ]


def test_an_error_names_the_quiz() -> None:
    result, w = neuron()
    with pytest.raises(UsageError, match=r"^quiz: "):
        quiz(result, w, x=3)


def test_what_is_wrong_is_told_without_the_number_that_is_asked_for() -> None:
    q = quiz(*neuron())
    assert q.answer("2·…").remark == "not compared: a part is left out"
    for _ in range(3):
        q.skip()
    assert q.question == "dL/dw = ?"
    assert str(q.answer("dL/da·da/dz")) == "2 times too small. Likely: the factor dz/dw is missing."
    assert str(q.answer("a + 1")).startswith("the number is right at this point, but only by accident")


def test_of_a_long_chain_forty_questions_are_asked() -> None:
    node = w = Value(0.5, label="w")
    for place in range(50):
        node = node.sin().named(f"a{place}")
    asked = quiz(node, w).questions
    assert len(asked) == 40
    assert asked[-1] == "da₄₉/dw = ?"


@pytest.mark.parametrize("wrt", [2, 1.5, None, [Value(1.0)], True])
def test_what_is_no_node_is_refused(wrt: Any) -> None:
    x = Value(2.0, label="x")
    with pytest.raises(UsageError, match="is neither a Value nor the name of one"):
        (x * x).quiz(wrt)

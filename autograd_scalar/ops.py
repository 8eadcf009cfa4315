"""The table: every operation is one row, and this is the only file that is touched to add one.

A row is calculus as text: the value of the operation, and one partial derivative per argument::

    op("mul(x, y)", "x * y", "y", "x", infix="*")

Nobody evaluates the text here. `codegen` turns it into code, `formula` into formulas, `testing` into properties;
the engine, which has never heard of ``tanh``, follows what came out. To read a row:

*signature*   ``x`` is an argument, ``*x`` a sequence of them; what stands after a bare ``*`` is a parameter: a plain
              number, kept with the result, with no partial.
*value*       an expression of the arguments. A row whose value is its own call (``exp(x)``) is one that every
              target has built in.
*partials*    one for each argument; ``z`` is the operation's own value. The partial of a sequence is written for one
              element of it. ``tie``, in a row of two scalars, is ½ between two Values and 0 against a plain number.
              ``nothing`` says that an argument is no operand of the result at all: then each partial of the row, none
              of which is of a sequence, is ``nothing`` or ``slope if test else nothing``, with a test of the
              arguments' numbers.
given         shared intermediate results: ``"m = largest(x); r = total(exp(x - m))"``.
written       the partials as a person writes them, where the form that keeps its digits is another one.
domain        where the value exists: an interval for an argument and, perhaps, a condition, joined by ``and``.
poles         where the value divides by zero.
kinks         where the slopes at the left and at the right differ; the partial there says which slope is taken.

An expression is Python's arithmetic, comparisons and ``a if c else b``; it calls earlier rows and `helpers`.
What has no formula is given as callables, by `custom`; its rows are calls of themselves, too.
Accuracy is part of a rule: value and partials keep nearly all their digits for every float, also where the form a
person writes cancels (1 − z² for tanh far out), overflows (x² + y²) or leaves the range (−z/y near its bottom).
"""

from __future__ import annotations

from .errors import UsageError

TYPE_CHECKING = False
if not TYPE_CHECKING:
    overload = staticmethod  # any decorator will do: `typing` is slow to import, and the last definition counts
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, overload  # noqa: TC004  # when it runs, the line above stands in for it

    from .value import Value

__all__ = ["Argument", "Row", "add", "op", "subscribe", "table"]


class Argument:
    """One argument of a row: ``kind`` is "scalar", "sequence" or "parameter"; ``default`` is None when required."""

    __slots__ = ("default", "kind", "name")

    def __init__(self, name: str, kind: str, default: float | None) -> None:
        self.name = name
        self.kind = kind
        self.default = default

    def __repr__(self) -> str:
        stars = "*" if self.kind == "sequence" else ""
        return f"{stars}{self.name}" + ("" if self.default is None else f"={self.default:g}")


class Row:
    """One operation, as it stands in the table. All facts are text; `arguments` and `given` read them apart."""

    __slots__ = (
        "_arguments",
        "_operands",
        "about",
        "built_in",
        "compute",
        "domain",
        "dunder",
        "form",
        "function",
        "given_text",
        "infix",
        "kinks",
        "latex",
        "name",
        "partial_of",
        "partials",
        "poles",
        "signature",
        "symbol",
        "value",
        "written",
    )

    def __init__(
        self,
        signature: str,
        value: str,
        partials: tuple[str, ...],
        *,
        given: str,
        written: tuple[str, ...],
        domain: str,
        poles: str,
        kinks: str,
        infix: str,
        form: str,
        symbol: str,
        latex: str,
        dunder: str,
        about: str,
        built_in: bool,
        compute: Callable[..., float] | None = None,
        partial_of: str = "",
    ) -> None:
        self.signature = signature
        self.name = signature.partition("(")[0].strip()
        self.value = value
        self.partials = partials
        self.given_text = given
        self.written = written or partials
        self.domain = domain
        self.poles = poles
        self.kinks = kinks
        self.infix = infix
        self.form = form
        self.symbol = symbol or self.name
        self.latex = latex
        self.dunder = dunder
        self.about = about
        self.built_in = built_in
        self.compute = compute  # the callable that a row of `custom` was given as: nobody can look inside
        self.partial_of = partial_of  # the row of `custom` that has this one for a partial
        self.function: Callable[..., Any] | None = None
        self._arguments: tuple[Argument, ...] | None = None
        self._operands: tuple[Argument, ...] | None = None

    @property
    def sides(self) -> tuple[str, str]:
        """The methods of a `Value` that stands on the left of another operand, and on its right."""
        sides = ("__{}__", "__r{}__") if self.dunder else ("_left_of_{}", "_right_of_{}")
        left, right = (side.format(self.dunder or self.name) for side in sides)
        return left, right

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The signature, read apart: all arguments in order, the parameters last."""
        if self._arguments is None:
            self._arguments = _read_signature(self.signature)
        return self._arguments

    @property
    def operands(self) -> tuple[Argument, ...]:
        """The arguments that have a partial: scalars and sequences, not parameters."""
        if self._operands is None:
            self._operands = tuple(argument for argument in self.arguments if argument.kind != "parameter")
        return self._operands

    @property
    def given(self) -> dict[str, str]:
        """The shared intermediate results: name to expression, in order."""
        pairs = (part.split("=", 1) for part in self.given_text.split(";") if part.strip())
        return {name.strip(): expression.strip() for name, expression in pairs}

    @property
    def definition(self) -> str:
        """The call that has defined the row, as errors show it."""
        if self.compute is not None:
            return f"custom(…, name={self.partial_of or self.name!r})"
        value = repr(self.value)
        return f"op({self.signature!r}, {value if len(value) <= _SHOWN else value[:_SHOWN] + '…'}, …)"

    @overload
    def __call__(self, x: float, /, *more: float, **parameters: float) -> float: ...
    @overload
    def __call__(self, x: Value, /, *more: Any, **parameters: float) -> Value: ...
    @overload
    def __call__(self, x: float, y: Value, /, *more: Any, **parameters: float) -> Value: ...
    @overload
    def __call__(self, /, *arguments: Any, **parameters: Any) -> Any: ...
    def __call__(self, /, *arguments: Any, **parameters: Any) -> Any:
        """The row as a function, for rows that were added: ``cube = op("cube(x)", …); cube(2.0)``."""
        if self.function is None:
            raise UsageError(f"{self.name} is a built-in row; its function is autograd_scalar.functions.{self.name}")
        return self.function(*arguments, **parameters)

    def __repr__(self) -> str:
        value = f" = {self.value}" if self.compute is None else ", given as a callable"
        return f"<op {self.signature}{value}; partials {', '.join(self.partials)}>"


_SHOWN = 100  # characters of a value in an error


def as_python_reads(text: Any) -> Any:
    """`text` with its names as Python's parser makes them: one letter for µ and μ, two for ﬁ.

    What is no text is left as it is, and refused elsewhere.

    >>> as_python_reads("gain(x, *, \u00b5=2)") == "gain(x, *, \u03bc=2)"
    True
    """
    if not isinstance(text, str) or text.isascii():
        return text
    from itertools import groupby
    from unicodedata import normalize

    runs = ((is_name, "".join(run)) for is_name, run in groupby(text, key=lambda one: f"a{one}".isidentifier()))
    return "".join([normalize("NFKC", run) if is_name else run for is_name, run in runs])


def _read_signature(signature: str) -> tuple[Argument, ...]:
    """Read ``"dot(*w, *x, b=0)"`` apart: what every row's text begins with."""
    name, opening, rest = signature.partition("(")
    if not (name.strip().isidentifier() and opening and rest.rstrip().endswith(")")):
        raise UsageError(f"op({signature!r}, …): a signature looks like 'cube(x)' or 'leaky_relu(x, *, slope=0.01)'")
    arguments: list[Argument] = []
    kind = "scalar"
    for part in filter(None, (part.strip() for part in rest.rstrip()[:-1].split(","))):
        if part == "*":
            kind = "parameter"
            continue
        argument, _, default = (piece.strip() for piece in part.partition("="))
        is_sequence = argument.startswith("*")
        argument = argument.lstrip("*").strip()
        if not argument.isidentifier() or (is_sequence and (kind == "parameter" or default)):
            raise UsageError(f"op({signature!r}, …): {part!r} is not an argument")
        try:
            number = float(default) if default else None
        except ValueError:
            raise UsageError(f"op({signature!r}, …): the default in {part!r} is not a number") from None
        arguments.append(Argument(argument, "sequence" if is_sequence else kind, number))
    _check_defaults(signature, arguments)
    return tuple(arguments)


def _check_defaults(signature: str, arguments: list[Argument]) -> None:
    """That the arguments that have a default may have one: parameters, and single numbers after sequences."""
    kinds = [argument.kind for argument in arguments]
    wrong = [
        argument
        for place, argument in enumerate(arguments)
        if argument.kind == "scalar" and argument.default is not None and "sequence" not in kinds[:place]
    ]
    if wrong:
        others = [argument for argument in arguments if argument not in wrong]
        operands = [repr(argument) for argument in others if argument.kind != "parameter"]
        parameters = [repr(argument) for argument in (*wrong, *others) if repr(argument) not in operands]
        meant = f"{signature.partition('(')[0].strip()}({', '.join([*operands, '*', *parameters])})"
        instead = f"write {meant!r}, or leave the default out" if operands else "leave it out"
        raise UsageError(
            f"op({signature!r}, …): {wrong[0]!r} is a default, and only a parameter has one, a plain number with no "
            f"partial: {instead}"
        )


table: dict[str, Row] = {}
_readers: list[Callable[[Row], None]] = []
_own_rows_are_read = False


def subscribe(reader: Callable[[Row], None]) -> None:
    """Have `reader` called with each row that a user adds from now on (the built-in rows are in `table`)."""
    _readers.append(reader)


def op(
    signature: str,
    value: str,
    *partials: str,
    given: str = "",
    written: tuple[str, ...] = (),
    domain: str = "",
    poles: str = "",
    kinks: str = "",
    infix: str = "",
    form: str = "call",
    symbol: str = "",
    latex: str = "",
    dunder: str = "",
    about: str = "",
) -> Row:
    """Add one operation z = f(x, y, …): its method, function, derivatives, formulas and tests follow from the row.

    ``help("autograd_scalar.ops")`` says more of how a row is written.

    Args:
        signature: name and arguments: ``"pow(x, y)"``; ``*x`` is a sequence; what stands after a bare ``*`` is a
            parameter, a plain number with no partial.
        value: z, an expression of the arguments; it may call earlier rows.
        partials: ∂z/∂x, ∂z/∂y, …, one for each argument that is no parameter; they may use ``z``.
        given: shared intermediate results: ``"m = largest(x); r = total(exp(x - m))"``.
        written: the partials as a person writes them, where the form that keeps its digits is another one.
        domain: where z exists: ``"x > 0"``. Outside it `DomainError` is raised.
        poles: where z divides by zero: ``"y == 0"``. There `DivisionError` is raised.
        kinks: where the slopes at the left and at the right differ: ``"x == 0"``.
        infix: the Python operator, if it has one.
        form: how it is printed: "call", "infix", "power", "fraction", "root", "bars", "square", ….
        symbol: what is printed in place of the name.
        latex: what LaTeX has in place of the name.
        dunder: the method behind the operator: ``"mul"`` for ``__mul__``.
        about: what it is, in a few words.

    Returns:
        The operation, to be called: a float in gives a float, a Value in gives a Value.

    Raises `UsageError` where the row cannot be right: text that does not parse, a name that is neither an argument
    nor known, a missing partial, a name that is taken. The error shows the row and points at the place.

    A row of one's own may be defined again, to correct it or because a cell of a notebook is run twice: the same row is
    given back, another one takes its place, with as many arguments of the same kinds. What was recorded before keeps
    the rule it was recorded with. The new row may call those that stand before the first one.

    >>> from autograd_scalar import Value, op
    >>> row = op("quartic(x)", "x**4", "4 * x**3")
    >>> x = Value(2.0)
    >>> y = x.quartic()
    >>> y.backward()
    >>> y.data, x.grad
    (16.0, 32.0)
    """
    if not isinstance(signature, str):
        raise UsageError(f"op({signature!r}, …): a signature is text, such as 'cube(x)'")
    if _own_rows_are_read:
        signature, value, given, domain, poles, kinks = map(
            as_python_reads, (signature, value, given, domain, poles, kinks)
        )
        partials = tuple(map(as_python_reads, partials))
    row = Row(
        signature,
        value,
        partials,
        given=given,
        written=written,
        domain=domain,
        poles=poles,
        kinks=kinks,
        infix=infix,
        form=form,
        symbol=symbol,
        latex=latex,
        dunder=dunder,
        about=about,
        built_in=not _own_rows_are_read,
    )
    if _own_rows_are_read:  # the rows below are validated when `_generated` is written from them, not at each import
        from .validation import validate

        earlier = table
        if (known := table.get(row.name)) is not None and not known.built_in:
            if _facts(known) == _facts(row):
                return known
            names = list(table)
            earlier = {name: table[name] for name in names[: names.index(row.name)]}
        validate(row, earlier)
        add(row)
    else:
        table[row.name] = row
    return row


def add(row: Row) -> None:
    """Put a valid row of a user's in the table, unless a reader objects."""
    for reader in _readers:
        reader(row)
    table[row.name] = row


def _facts(row: Row) -> list[Any]:
    """All that was written of a row: two rows with the same facts are one."""
    return [getattr(row, fact) for fact in Row.__slots__ if fact not in {"_arguments", "_operands", "function"}]


# A row is read as a row: what it computes on its first lines, the facts after them. So the formatter is kept off.
# fmt: off
# ---------------------------------------------------------------------------------------------- arithmetic

op("add(x, y)", "x + y", "1", "1", infix="+", form="infix", dunder="add", about="the sum")
op("sub(x, y)", "x - y", "1", "-1", infix="-", form="infix", dunder="sub", about="the difference")
op("mul(x, y)", "x * y", "y", "x", infix="*", form="infix", dunder="mul", about="the product")
op(
    "abs(x)", "x if x > 0 else 0 - x", "-1 if x < 0 else 0 if x == 0 else 1",
    kinks="x == 0", form="bars", dunder="abs", about="the absolute value",
)
op(
    "div(x, y)", "x / y", "1 / y", "-x / (y * y) if -1e-290 < z < 1e-290 and x != 0 else -z / y",
    written=("1 / y", "-x / y**2"), poles="y == 0", infix="/", form="fraction", dunder="truediv", about="the quotient",
)
op("neg(x)", "-x", "-1", infix="-", form="infix", dunder="neg", about="the opposite")
op("square(x)", "x * x", "2 * x", form="square", about="the square")
op("reciprocal(x)", "1 / x", "-z * z", written=("-1 / x**2",), poles="x == 0", form="inverse",
   about="one over the number")
op("identity(x)", "x", "1", form="same", about="the number itself, as a new node")

# ------------------------------------------------------------------------------- roots, exponentials, logarithms

op("sqrt(x)", "sqrt(x)", "0.5 / z if z != 0 else inf", written=("1 / (2 * z)",), domain="x >= 0", form="root",
   about="the square root")
op("cbrt(x)", "cbrt(x)", "z / x / 3 if x != 0 else inf", written=("1 / (3 * z**2)",), symbol="cbrt",
   about="the cube root, of negative numbers too")
op("exp(x)", "exp(x)", "z", latex=r"\exp", about="the exponential function")
op("expm1(x)", "expm1(x)", "exp(x)", about="exp(x) − 1, exact near 0")
op("log(x)", "log(x)", "1 / x", domain="x > 0", latex=r"\log", about="the natural logarithm")
op(
    "pow(x, y)", "x + y if x != x or y != y else x**y",
    "(y * x**(y - 1) if y >= 1 else 0 if y == 0 else inf) if x == 0"
    " else y * x**(y - 1) if y >= 1 or abs(z) < 1e-290 else y * z / x",
    "z * log(x) if x > 0 and z != 0 else nan if not x >= 0 else -inf if y == 0 else 0",
    written=("y * x**(y - 1)", "z * log(x)"), domain="x >= 0 or y == floor(y)", poles="x == 0 and y < 0",
    infix="**", form="power", dunder="pow", about="the power",
)
op("log1p(x)", "log1p(x)", "1 / (1 + x)", domain="x > -1", about="log(1 + x), exact near 0")
op("log2(x)", "log2(x)", "1.4426950408889634 / x", written=("1 / (x * log(2))",), domain="x > 0", latex=r"\log_2",
   about="the logarithm to base 2")
op("log10(x)", "log10(x)", "0.4342944819032518 / x", written=("1 / (x * log(10))",), domain="x > 0",
   latex=r"\log_{10}", about="the logarithm to base 10")
op(
    "hypot(x, y)", "x + y if x != x or y != y else hypot(x, y)",
    "0 if z == 0 else x / z if 1e-290 < z < 1e300 else x * s / hypot(x * s, y * s)",
    "0 if z == 0 else y / z if 1e-290 < z < 1e300 else y * s / hypot(x * s, y * s)",
    given="s = 1e300 if z < 1 else 1e-300", written=("x / z", "y / z"), kinks="x == 0 and y == 0",
    about="√(x² + y²), without overflow on the way",
)

# ------------------------------------------------------------------------------------------------ trigonometry

op("sin(x)", "sin(x)", "cos(x)", domain="-inf < x < inf", latex=r"\sin", about="the sine of an angle in radians")
op("cos(x)", "cos(x)", "-sin(x)", domain="-inf < x < inf", latex=r"\cos", about="the cosine of an angle in radians")
op("tan(x)", "tan(x)", "1 + z * z", written=("1 + z**2",), domain="-inf < x < inf", latex=r"\tan",
   about="the tangent of an angle in radians")
op("asin(x)", "asin(x)", "1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else inf", written=("1 / sqrt(1 - x**2)",),
   domain="-1 <= x <= 1", latex=r"\arcsin", about="the angle in radians whose sine is x, from −π/2 to π/2")
op("acos(x)", "acos(x)", "-1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else -inf", written=("-1 / sqrt(1 - x**2)",),
   domain="-1 <= x <= 1", latex=r"\arccos", about="the angle in radians whose cosine is x, from 0 to π")
op("atan(x)", "atan(x)", "1 / (1 + x * x)", written=("1 / (1 + x**2)",), latex=r"\arctan",
   about="the angle in radians whose tangent is x, between −π/2 and π/2")
op(
    "atan2(y, x)", "atan2(y, x)",
    "0 if h == 0 else x / h / h if abs(x) >= 1e-290 * abs(y) else x / (h * h)",
    "0 if h == 0 else -y / h / h if abs(y) >= 1e-290 * abs(x) else -y / (h * h)",
    given="h = hypot(x, y)", written=("x / (x**2 + y**2)", "-y / (x**2 + y**2)"), kinks="x == 0 and y == 0",
    about="the angle of the point (x, y) in radians, from −π to π",
)

# ------------------------------------------------------------------------------------------ hyperbolic functions

op("sinh(x)", "sinh(x)", "cosh(x)", latex=r"\sinh", about="the hyperbolic sine")
op("cosh(x)", "cosh(x)", "sinh(x)", latex=r"\cosh", about="the hyperbolic cosine")
op(
    "tanh(x)", "tanh(x)", "h * h", given="e = exp(-x if x > 0 else x); h = 2 * e / (1 + e * e)",
    written=("1 - z**2",), latex=r"\tanh", about="the hyperbolic tangent, between −1 and 1",
)
op("asinh(x)", "asinh(x)", "1 / hypot(x, 1)", written=("1 / sqrt(x**2 + 1)",), latex=r"\operatorname{arsinh}",
   about="the inverse of sinh")
op("acosh(x)", "acosh(x)", "1 / (sqrt(x - 1) * sqrt(x + 1)) if x != 1 else inf", written=("1 / sqrt(x**2 - 1)",),
   domain="x >= 1", latex=r"\operatorname{arcosh}", about="the inverse of cosh")
op("atanh(x)", "atanh(x)", "1 / ((1 - x) * (1 + x))", written=("1 / (1 - x**2)",), domain="-1 < x < 1",
   latex=r"\operatorname{artanh}", about="the inverse of tanh")

# ------------------------------------------------------------------------- what neurons and distributions need

op("erf(x)", "erf(x)", "1.1283791670955126 * exp(-x * x)", written=("2 / sqrt(pi) * exp(-x**2)",),
   about="the error function")
op("erfc(x)", "erfc(x)", "-1.1283791670955126 * exp(-x * x)", written=("-2 / sqrt(pi) * exp(-x**2)",),
   about="1 − erf(x), exact far out")
op(
    "sigmoid(x)", "1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))", "sigmoid(x) * sigmoid(-x)",
    written=("z * (1 - z)",), symbol="σ", latex=r"\sigma", about="1/(1 + e⁻ˣ), between 0 and 1",
)
op("log_sigmoid(x)", "-log1p(exp(-x)) if x >= 0 else x - log1p(exp(x))", "sigmoid(-x)", about="log σ(x)")
op("softplus(x)", "x + log1p(exp(-x)) if x > 0 else log1p(exp(x))", "sigmoid(x)", about="log(1 + eˣ), a smooth relu")
op("relu(x)", "0 if x <= 0 else x", "0 if x <= 0 else 1", kinks="x == 0", about="x where it is positive, else 0")
op("leaky_relu(x, *, slope=0.01)", "slope * x if x <= 0 else x", "slope if x <= 0 else 1", kinks="x == 0",
   about="relu with a small slope at the left")
op("elu(x, *, alpha=1)", "alpha * expm1(x) if x <= 0 else x", "alpha * exp(x) if x <= 0 else 1",
   kinks="x == 0 and alpha != 1", about="relu with an exponential left side")
op("selu(x)", "1.7580993408473766 * expm1(x) if x <= 0 else 1.0507009873554805 * x",
   "1.7580993408473766 * exp(x) if x <= 0 else 1.0507009873554805", kinks="x == 0",
   about="elu, scaled so that activations normalise themselves")
op(
    "gelu(x)", "0.5 * x * erfc(-0.7071067811865476 * x)",
    "0.5 * erfc(-0.7071067811865476 * x) + 0.3989422804014327 * x * exp(-0.5 * x * x)",
    written=("(1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)",),
    about="x·Φ(x), Φ being the distribution function of N(0, 1)",
)
op("silu(x)", "x * sigmoid(x)", "sigmoid(x) * (1 + x * sigmoid(-x))",
   written=("sigmoid(x) * (1 + x * (1 - sigmoid(x)))",), about="x·σ(x)")
op("softsign(x)", "x / (1 + abs(x))", "1 / ((1 + abs(x)) * (1 + abs(x)))", written=("1 / (1 + abs(x))**2",),
   about="x/(1 + |x|), between −1 and 1")

# ------------------------------------------------------------------------------------------------------- choices

op("max(x, y)", "y if x < y or y != y else x",
   "0 if x < y else tie if x == y else 1", "0 if y < x else tie if x == y else 1",
   kinks="x == y", latex=r"\max", about="the larger of two")
op("min(x, y)", "y if y < x or y != y else x",
   "0 if y < x else tie if x == y else 1", "0 if x < y else tie if x == y else 1",
   kinks="x == y", latex=r"\min", about="the smaller of two")
op("clip(x, *, low, high)", "low if x < low else high if x > high else x", "0 if x <= low or x >= high else 1",
   kinks="x == low or x == high", about="x, kept between low and high")
op("where(condition, x, y)", "condition if condition != condition else x if condition else y",
   "nothing", "1 if condition else nothing", "nothing if condition else 1",
   form="select", about="x where the condition holds, else y; nothing flows from the other one")

# ------------------------------------------------------------------------------- many arguments, each a single node

op("sum(*x)", "t if isfinite(t) else total(x * 2.0**-64) * 2.0**64", "1", given="t = total(x)", form="sum",
   about="the sum of a sequence, left to right")
op("mean(*x)", "t / count(x) if isfinite(t) else total(x / count(x))", "1 / count(x)",
   given="t = total(x)", form="mean",
   about="the sum of a sequence over its length")
op("prod(*x)", "product(x)", "others(x)", form="product", about="the product of a sequence")
op("dot(*w, *x, b=0)", "t + b if isfinite(t) else (total(w * s * (x * s)) + b * s * s) * 2.0**540 * 2.0**540",
   "x", "w", "1", given="t = total(w * x); s = 2.0**-540", form="dot",
   about="w₁·x₁ + w₂·x₂ + … + b: a neuron's weighted sum")
op("logsumexp(*x)", "m + log1p(r + (k - 1))", "exp(x - m) / s", written=("exp(x - z)",),
   given="m = largest(x); r = total(exp(x - m) if x < m else 0); k = total(0 if x < m else 1); s = total(exp(x - m))",
   about="log(Σ eˣ), without overflow")
op("maximum(*x)", "largest(x)", "0 if x < z else share(x, z)", kinks="share(x, z) != 1", latex=r"\max", symbol="max",
   about="the largest of a sequence")
op("minimum(*x)", "smallest(x)", "0 if x > z else share(x, z)", kinks="share(x, z) != 1", latex=r"\min", symbol="min",
   about="the smallest of a sequence")

# fmt: on
_own_rows_are_read = True

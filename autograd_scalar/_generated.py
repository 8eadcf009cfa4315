"""The engine's operations. Generated from the table in ops.py by codegen.py; change those, never this file.

``python -m autograd_scalar.codegen`` writes it anew; a test fails when it is stale. It reads like an engine written
by hand: for each row of the table the value for plain numbers, the rules (how a node's gradient moves to its
parents), the method that records a node, and the function of the same name.
"""
# ruff: noqa
# fmt: off

from __future__ import annotations

import math
from _thread import allocate_lock

from .graph import Rule
from .helpers import *

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar, overload

    from .value import Value, new
    from .recording import (
        accepted, are_floats, are_values, coerced, elements, number, number_of, numbers, read_each, read_one, recorded,
        refusal, sequence, share, unequal, values,
    )

    Number = TypeVar("Number", float, Value)
else:
    def overload(function):
        return function

REFUSED = (ValueError, ArithmeticError, IndexError)  # what a float refuses, and the largest of no numbers
edits = allocate_lock()  # held while a leaf is edited, so that ticks are never lost between threads
clock = 0  # ticks at every edit of a leaf; a node remembers the clock of its birth
modes = 0  # how many modes (no_grad, …) are on, anywhere; 0 is the fast path


def connect(names: dict[str, Any]) -> None:
    """Called once, by `value`: it stands above this module and brings the class and what recording needs."""
    globals().update(names)


def propagate(z: Any) -> None:
    """The general rule: the adjoint times each partial, for whatever mixture of Values and numbers."""
    for parent, partial in zip(z._rule.parents(z), z._rule.partials(z), strict=True):
        parent._grad += z._grad * partial

# ----------------------------------------------------------------------------------------- values, for plain numbers


def _add(x: float, y: float) -> float:
    return x + y


def _sub(x: float, y: float) -> float:
    return x - y


def _mul(x: float, y: float) -> float:
    return x * y


def _abs(x: float) -> float:
    return x if x > 0.0 else 0.0 - x


def _div(x: float, y: float) -> float:
    return x / y


def _neg(x: float) -> float:
    return -x


def _square(x: float) -> float:
    return x * x


def _reciprocal(x: float) -> float:
    return 1.0 / x


def _identity(x: float) -> float:
    return x


_sqrt = math.sqrt

_cbrt = math.cbrt

_exp = math.exp

_expm1 = math.expm1

_log = math.log

def _pow(x: float, y: float) -> float:
    return x + y if x != x or y != y else math.pow(x, y)


_log1p = math.log1p

_log2 = math.log2

_log10 = math.log10

def _hypot(x: float, y: float) -> float:
    return x + y if x != x or y != y else math.hypot(x, y)


_sin = math.sin

_cos = math.cos

_tan = math.tan

_asin = math.asin

_acos = math.acos

_atan = math.atan

_atan2 = math.atan2

_sinh = math.sinh

_cosh = math.cosh

_tanh = math.tanh

_asinh = math.asinh

_acosh = math.acosh

_atanh = math.atanh

_erf = math.erf

_erfc = math.erfc

def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + _exp(-x)) if x >= 0.0 else _exp(x) / (1.0 + _exp(x))


def _log_sigmoid(x: float) -> float:
    return -_log1p(_exp(-x)) if x >= 0.0 else x - _log1p(_exp(x))


def _softplus(x: float) -> float:
    return x + _log1p(_exp(-x)) if x > 0.0 else _log1p(_exp(x))


def _relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def _leaky_relu(x: float, slope: float) -> float:
    return slope * x if x <= 0.0 else x


def _elu(x: float, alpha: float) -> float:
    return alpha * _expm1(x) if x <= 0.0 else x


def _selu(x: float) -> float:
    return 1.7580993408473766 * _expm1(x) if x <= 0.0 else 1.0507009873554805 * x


def _gelu(x: float) -> float:
    return 0.5 * x * _erfc(-0.7071067811865476 * x)


def _silu(x: float) -> float:
    return x * _sigmoid(x)


def _softsign(x: float) -> float:
    return x / (1.0 + _abs(x))


def _max(x: float, y: float) -> float:
    return y if x < y or y != y else x


def _min(x: float, y: float) -> float:
    return y if y < x or y != y else x


def _clip(x: float, low: float, high: float) -> float:
    return low if x < low else high if x > high else x


def _where(condition: float, x: float, y: float) -> float:
    return condition if condition != condition else x if condition else y


def _sum(x: Sequence[float]) -> float:
    x_data = x
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += x_i
    t = sum_1
    if isfinite(t):
        return t
    sum_2 = 0.0
    for x_i in x_data:
        sum_2 += x_i * 5.421010862427522e-20
    return sum_2 * 1.8446744073709552e+19


def _mean(x: Sequence[float]) -> float:
    x_data = x
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += x_i
    t = sum_1
    if isfinite(t):
        return t / count(x)
    sum_2 = 0.0
    for x_i in x_data:
        sum_2 += x_i / count(x)
    return sum_2


def _prod(x: Sequence[float]) -> float:
    x_data = x
    return product(x_data)


def _dot(w: Sequence[float], x: Sequence[float], b: float) -> float:
    w_data = w
    x_data = x
    sum_1 = 0.0
    for w_i, x_i in zip(w_data, x_data):
        sum_1 += w_i * x_i
    t = sum_1
    if isfinite(t):
        return t + b
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w_data, x_data):
        sum_2 += w_i * s * (x_i * s)
    return (sum_2 + b * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _logsumexp(x: Sequence[float]) -> float:
    x_data = x
    m = largest(x_data)
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += _exp(x_i - m) if x_i < m else 0.0
    r = sum_1
    sum_2 = 0.0
    for x_i in x_data:
        sum_2 += 0.0 if x_i < m else 1.0
    k = sum_2
    return m + _log1p(r + (k - 1.0))


def _maximum(x: Sequence[float]) -> float:
    x_data = x
    return largest(x_data)


def _minimum(x: Sequence[float]) -> float:
    x_data = x
    return smallest(x_data)



# ------------------------------------------------------------------------------------------------------------- rules


def _add_xy_backward(z: Any) -> None:
    z._x._grad += z._grad
    z._y._grad += z._grad


def _add_xy_partials(z: Any) -> tuple[float, ...]:
    return (1.0, 1.0)


ADD_XY = Rule("add", "xy", _add_xy_backward, _add_xy_partials)


def _add_x_backward(z: Any) -> None:
    z._x._grad += z._grad


def _add_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0,)


ADD_X = Rule("add", "x", _add_x_backward, _add_x_partials)


def _add_y_backward(z: Any) -> None:
    z._y._grad += z._grad


def _add_y_partials(z: Any) -> tuple[float, ...]:
    return (1.0,)


ADD_Y = Rule("add", "y", _add_y_backward, _add_y_partials)


def _sub_xy_backward(z: Any) -> None:
    z._x._grad += z._grad
    z._y._grad -= z._grad


def _sub_xy_partials(z: Any) -> tuple[float, ...]:
    return (1.0, -1.0)


SUB_XY = Rule("sub", "xy", _sub_xy_backward, _sub_xy_partials)


def _sub_x_backward(z: Any) -> None:
    z._x._grad += z._grad


def _sub_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0,)


SUB_X = Rule("sub", "x", _sub_x_backward, _sub_x_partials)


def _sub_y_backward(z: Any) -> None:
    z._y._grad -= z._grad


def _sub_y_partials(z: Any) -> tuple[float, ...]:
    return (-1.0,)


SUB_Y = Rule("sub", "y", _sub_y_backward, _sub_y_partials)


def _mul_xy_backward(z: Any) -> None:
    z._x._grad += z._grad * z._y._data
    z._y._grad += z._grad * z._x._data


def _mul_xy_partials(z: Any) -> tuple[float, ...]:
    return (z._y._data, z._x._data)


MUL_XY = Rule("mul", "xy", _mul_xy_backward, _mul_xy_partials)


def _mul_x_backward(z: Any) -> None:
    z._x._grad += z._grad * z._y


def _mul_x_partials(z: Any) -> tuple[float, ...]:
    return (z._y,)


MUL_X = Rule("mul", "x", _mul_x_backward, _mul_x_partials)


def _mul_y_backward(z: Any) -> None:
    z._y._grad += z._grad * z._x


def _mul_y_partials(z: Any) -> tuple[float, ...]:
    return (z._x,)


MUL_Y = Rule("mul", "y", _mul_y_backward, _mul_y_partials)


def _abs_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (-1.0 if x < 0.0 else 0.0 if x == 0.0 else 1.0)


def _abs_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (-1.0 if x < 0.0 else 0.0 if x == 0.0 else 1.0,)


ABS_X = Rule("abs", "x", _abs_x_backward, _abs_x_partials)


def _div_xy_backward(z: Any) -> None:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    z._x._grad += z._grad * (1.0 / y)
    z._y._grad += z._grad * (-x / (y * y) if -1e-290 < z_data < 1e-290 and x != 0.0 else -z_data / y)


def _div_xy_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    return (1.0 / y, -x / (y * y) if -1e-290 < z_data < 1e-290 and x != 0.0 else -z_data / y)


DIV_XY = Rule("div", "xy", _div_xy_backward, _div_xy_partials)


def _div_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (1.0 / z._y)


def _div_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0 / z._y,)


DIV_X = Rule("div", "x", _div_x_backward, _div_x_partials)


def _div_y_backward(z: Any) -> None:
    x = z._x
    y = z._y._data
    z_data = z._data
    z._y._grad += z._grad * (-x / (y * y) if -1e-290 < z_data < 1e-290 and x != 0.0 else -z_data / y)


def _div_y_partials(z: Any) -> tuple[float, ...]:
    x = z._x
    y = z._y._data
    z_data = z._data
    return (-x / (y * y) if -1e-290 < z_data < 1e-290 and x != 0.0 else -z_data / y,)


DIV_Y = Rule("div", "y", _div_y_backward, _div_y_partials)


def _neg_x_backward(z: Any) -> None:
    z._x._grad -= z._grad


def _neg_x_partials(z: Any) -> tuple[float, ...]:
    return (-1.0,)


NEG_X = Rule("neg", "x", _neg_x_backward, _neg_x_partials)


def _square_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (2.0 * z._x._data)


def _square_x_partials(z: Any) -> tuple[float, ...]:
    return (2.0 * z._x._data,)


SQUARE_X = Rule("square", "x", _square_x_backward, _square_x_partials)


def _reciprocal_x_backward(z: Any) -> None:
    z_data = z._data
    z._x._grad += z._grad * (-z_data * z_data)


def _reciprocal_x_partials(z: Any) -> tuple[float, ...]:
    z_data = z._data
    return (-z_data * z_data,)


RECIPROCAL_X = Rule("reciprocal", "x", _reciprocal_x_backward, _reciprocal_x_partials)


def _identity_x_backward(z: Any) -> None:
    z._x._grad += z._grad


def _identity_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0,)


IDENTITY_X = Rule("identity", "x", _identity_x_backward, _identity_x_partials)


def _sqrt_x_backward(z: Any) -> None:
    z_data = z._data
    z._x._grad += z._grad * (0.5 / z_data if z_data != 0.0 else inf)


def _sqrt_x_partials(z: Any) -> tuple[float, ...]:
    z_data = z._data
    return (0.5 / z_data if z_data != 0.0 else inf,)


SQRT_X = Rule("sqrt", "x", _sqrt_x_backward, _sqrt_x_partials)


def _cbrt_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (z._data / x / 3.0 if x != 0.0 else inf)


def _cbrt_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (z._data / x / 3.0 if x != 0.0 else inf,)


CBRT_X = Rule("cbrt", "x", _cbrt_x_backward, _cbrt_x_partials)


def _exp_x_backward(z: Any) -> None:
    z._x._grad += z._grad * z._data


def _exp_x_partials(z: Any) -> tuple[float, ...]:
    return (z._data,)


EXP_X = Rule("exp", "x", _exp_x_backward, _exp_x_partials)


def _expm1_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _exp(z._x._data)


def _expm1_x_partials(z: Any) -> tuple[float, ...]:
    return (_exp(z._x._data),)


EXPM1_X = Rule("expm1", "x", _expm1_x_backward, _expm1_x_partials)


def _log_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (1.0 / z._x._data)


def _log_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0 / z._x._data,)


LOG_X = Rule("log", "x", _log_x_backward, _log_x_partials)


def _pow_xy_backward(z: Any) -> None:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    z._x._grad += z._grad * ((y * math.pow(x, y - 1.0) if y >= 1.0 else 0.0 if y == 0.0 else inf) if x == 0.0 else y * math.pow(x, y - 1.0) if y >= 1.0 or _abs(z_data) < 1e-290 else y * z_data / x)
    z._y._grad += z._grad * (z_data * _log(x) if x > 0.0 and z_data != 0.0 else nan if not x >= 0.0 else -inf if y == 0.0 else 0.0)


def _pow_xy_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    return ((y * math.pow(x, y - 1.0) if y >= 1.0 else 0.0 if y == 0.0 else inf) if x == 0.0 else y * math.pow(x, y - 1.0) if y >= 1.0 or _abs(z_data) < 1e-290 else y * z_data / x, z_data * _log(x) if x > 0.0 and z_data != 0.0 else nan if not x >= 0.0 else -inf if y == 0.0 else 0.0)


POW_XY = Rule("pow", "xy", _pow_xy_backward, _pow_xy_partials)


def _pow_x_backward(z: Any) -> None:
    x = z._x._data
    y = z._y
    z_data = z._data
    z._x._grad += z._grad * ((y * math.pow(x, y - 1.0) if y >= 1.0 else 0.0 if y == 0.0 else inf) if x == 0.0 else y * math.pow(x, y - 1.0) if y >= 1.0 or _abs(z_data) < 1e-290 else y * z_data / x)


def _pow_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y
    z_data = z._data
    return ((y * math.pow(x, y - 1.0) if y >= 1.0 else 0.0 if y == 0.0 else inf) if x == 0.0 else y * math.pow(x, y - 1.0) if y >= 1.0 or _abs(z_data) < 1e-290 else y * z_data / x,)


POW_X = Rule("pow", "x", _pow_x_backward, _pow_x_partials)


def _pow_y_backward(z: Any) -> None:
    x = z._x
    z_data = z._data
    z._y._grad += z._grad * (z_data * _log(x) if x > 0.0 and z_data != 0.0 else nan if not x >= 0.0 else -inf if z._y._data == 0.0 else 0.0)


def _pow_y_partials(z: Any) -> tuple[float, ...]:
    x = z._x
    z_data = z._data
    return (z_data * _log(x) if x > 0.0 and z_data != 0.0 else nan if not x >= 0.0 else -inf if z._y._data == 0.0 else 0.0,)


POW_Y = Rule("pow", "y", _pow_y_backward, _pow_y_partials)


def _log1p_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (1.0 / (1.0 + z._x._data))


def _log1p_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0 / (1.0 + z._x._data),)


LOG1P_X = Rule("log1p", "x", _log1p_x_backward, _log1p_x_partials)


def _log2_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (1.4426950408889634 / z._x._data)


def _log2_x_partials(z: Any) -> tuple[float, ...]:
    return (1.4426950408889634 / z._x._data,)


LOG2_X = Rule("log2", "x", _log2_x_backward, _log2_x_partials)


def _log10_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (0.4342944819032518 / z._x._data)


def _log10_x_partials(z: Any) -> tuple[float, ...]:
    return (0.4342944819032518 / z._x._data,)


LOG10_X = Rule("log10", "x", _log10_x_backward, _log10_x_partials)


def _hypot_xy_backward(z: Any) -> None:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    z._x._grad += z._grad * (0.0 if z_data == 0.0 else x / z_data if 1e-290 < z_data < 1e+300 else x * s / _hypot(x * s, y * s))
    z._y._grad += z._grad * (0.0 if z_data == 0.0 else y / z_data if 1e-290 < z_data < 1e+300 else y * s / _hypot(x * s, y * s))


def _hypot_xy_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    return (0.0 if z_data == 0.0 else x / z_data if 1e-290 < z_data < 1e+300 else x * s / _hypot(x * s, y * s), 0.0 if z_data == 0.0 else y / z_data if 1e-290 < z_data < 1e+300 else y * s / _hypot(x * s, y * s))


HYPOT_XY = Rule("hypot", "xy", _hypot_xy_backward, _hypot_xy_partials)


def _hypot_x_backward(z: Any) -> None:
    x = z._x._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    z._x._grad += z._grad * (0.0 if z_data == 0.0 else x / z_data if 1e-290 < z_data < 1e+300 else x * s / _hypot(x * s, z._y * s))


def _hypot_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    return (0.0 if z_data == 0.0 else x / z_data if 1e-290 < z_data < 1e+300 else x * s / _hypot(x * s, z._y * s),)


HYPOT_X = Rule("hypot", "x", _hypot_x_backward, _hypot_x_partials)


def _hypot_y_backward(z: Any) -> None:
    y = z._y._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    z._y._grad += z._grad * (0.0 if z_data == 0.0 else y / z_data if 1e-290 < z_data < 1e+300 else y * s / _hypot(z._x * s, y * s))


def _hypot_y_partials(z: Any) -> tuple[float, ...]:
    y = z._y._data
    z_data = z._data
    s = 1e+300 if z_data < 1.0 else 1e-300
    return (0.0 if z_data == 0.0 else y / z_data if 1e-290 < z_data < 1e+300 else y * s / _hypot(z._x * s, y * s),)


HYPOT_Y = Rule("hypot", "y", _hypot_y_backward, _hypot_y_partials)


def _sin_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _cos(z._x._data)


def _sin_x_partials(z: Any) -> tuple[float, ...]:
    return (_cos(z._x._data),)


SIN_X = Rule("sin", "x", _sin_x_backward, _sin_x_partials)


def _cos_x_backward(z: Any) -> None:
    z._x._grad += z._grad * -_sin(z._x._data)


def _cos_x_partials(z: Any) -> tuple[float, ...]:
    return (-_sin(z._x._data),)


COS_X = Rule("cos", "x", _cos_x_backward, _cos_x_partials)


def _tan_x_backward(z: Any) -> None:
    z_data = z._data
    z._x._grad += z._grad * (1.0 + z_data * z_data)


def _tan_x_partials(z: Any) -> tuple[float, ...]:
    z_data = z._data
    return (1.0 + z_data * z_data,)


TAN_X = Rule("tan", "x", _tan_x_backward, _tan_x_partials)


def _asin_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.0 / _sqrt((1.0 - x) * (1.0 + x)) if _abs(x) != 1.0 else inf)


def _asin_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.0 / _sqrt((1.0 - x) * (1.0 + x)) if _abs(x) != 1.0 else inf,)


ASIN_X = Rule("asin", "x", _asin_x_backward, _asin_x_partials)


def _acos_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (-1.0 / _sqrt((1.0 - x) * (1.0 + x)) if _abs(x) != 1.0 else -inf)


def _acos_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (-1.0 / _sqrt((1.0 - x) * (1.0 + x)) if _abs(x) != 1.0 else -inf,)


ACOS_X = Rule("acos", "x", _acos_x_backward, _acos_x_partials)


def _atan_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.0 / (1.0 + x * x))


def _atan_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.0 / (1.0 + x * x),)


ATAN_X = Rule("atan", "x", _atan_x_backward, _atan_x_partials)


def _atan2_xy_backward(z: Any) -> None:
    y = z._x._data
    x = z._y._data
    h = _hypot(x, y)
    z._x._grad += z._grad * (0.0 if h == 0.0 else x / h / h if _abs(x) >= 1e-290 * _abs(y) else x / (h * h))
    z._y._grad += z._grad * (0.0 if h == 0.0 else -y / h / h if _abs(y) >= 1e-290 * _abs(x) else -y / (h * h))


def _atan2_xy_partials(z: Any) -> tuple[float, ...]:
    y = z._x._data
    x = z._y._data
    h = _hypot(x, y)
    return (0.0 if h == 0.0 else x / h / h if _abs(x) >= 1e-290 * _abs(y) else x / (h * h), 0.0 if h == 0.0 else -y / h / h if _abs(y) >= 1e-290 * _abs(x) else -y / (h * h))


ATAN2_XY = Rule("atan2", "xy", _atan2_xy_backward, _atan2_xy_partials)


def _atan2_x_backward(z: Any) -> None:
    y = z._x._data
    x = z._y
    h = _hypot(x, y)
    z._x._grad += z._grad * (0.0 if h == 0.0 else x / h / h if _abs(x) >= 1e-290 * _abs(y) else x / (h * h))


def _atan2_x_partials(z: Any) -> tuple[float, ...]:
    y = z._x._data
    x = z._y
    h = _hypot(x, y)
    return (0.0 if h == 0.0 else x / h / h if _abs(x) >= 1e-290 * _abs(y) else x / (h * h),)


ATAN2_X = Rule("atan2", "x", _atan2_x_backward, _atan2_x_partials)


def _atan2_y_backward(z: Any) -> None:
    y = z._x
    x = z._y._data
    h = _hypot(x, y)
    z._y._grad += z._grad * (0.0 if h == 0.0 else -y / h / h if _abs(y) >= 1e-290 * _abs(x) else -y / (h * h))


def _atan2_y_partials(z: Any) -> tuple[float, ...]:
    y = z._x
    x = z._y._data
    h = _hypot(x, y)
    return (0.0 if h == 0.0 else -y / h / h if _abs(y) >= 1e-290 * _abs(x) else -y / (h * h),)


ATAN2_Y = Rule("atan2", "y", _atan2_y_backward, _atan2_y_partials)


def _sinh_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _cosh(z._x._data)


def _sinh_x_partials(z: Any) -> tuple[float, ...]:
    return (_cosh(z._x._data),)


SINH_X = Rule("sinh", "x", _sinh_x_backward, _sinh_x_partials)


def _cosh_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _sinh(z._x._data)


def _cosh_x_partials(z: Any) -> tuple[float, ...]:
    return (_sinh(z._x._data),)


COSH_X = Rule("cosh", "x", _cosh_x_backward, _cosh_x_partials)


def _tanh_x_backward(z: Any) -> None:
    x = z._x._data
    e = _exp(-x if x > 0.0 else x)
    h = 2.0 * e / (1.0 + e * e)
    z._x._grad += z._grad * (h * h)


def _tanh_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    e = _exp(-x if x > 0.0 else x)
    h = 2.0 * e / (1.0 + e * e)
    return (h * h,)


TANH_X = Rule("tanh", "x", _tanh_x_backward, _tanh_x_partials)


def _asinh_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (1.0 / _hypot(z._x._data, 1.0))


def _asinh_x_partials(z: Any) -> tuple[float, ...]:
    return (1.0 / _hypot(z._x._data, 1.0),)


ASINH_X = Rule("asinh", "x", _asinh_x_backward, _asinh_x_partials)


def _acosh_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.0 / (_sqrt(x - 1.0) * _sqrt(x + 1.0)) if x != 1.0 else inf)


def _acosh_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.0 / (_sqrt(x - 1.0) * _sqrt(x + 1.0)) if x != 1.0 else inf,)


ACOSH_X = Rule("acosh", "x", _acosh_x_backward, _acosh_x_partials)


def _atanh_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.0 / ((1.0 - x) * (1.0 + x)))


def _atanh_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.0 / ((1.0 - x) * (1.0 + x)),)


ATANH_X = Rule("atanh", "x", _atanh_x_backward, _atanh_x_partials)


def _erf_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.1283791670955126 * _exp(-x * x))


def _erf_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.1283791670955126 * _exp(-x * x),)


ERF_X = Rule("erf", "x", _erf_x_backward, _erf_x_partials)


def _erfc_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (-1.1283791670955126 * _exp(-x * x))


def _erfc_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (-1.1283791670955126 * _exp(-x * x),)


ERFC_X = Rule("erfc", "x", _erfc_x_backward, _erfc_x_partials)


def _sigmoid_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (_sigmoid(x) * _sigmoid(-x))


def _sigmoid_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (_sigmoid(x) * _sigmoid(-x),)


SIGMOID_X = Rule("sigmoid", "x", _sigmoid_x_backward, _sigmoid_x_partials)


def _log_sigmoid_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _sigmoid(-z._x._data)


def _log_sigmoid_x_partials(z: Any) -> tuple[float, ...]:
    return (_sigmoid(-z._x._data),)


LOG_SIGMOID_X = Rule("log_sigmoid", "x", _log_sigmoid_x_backward, _log_sigmoid_x_partials)


def _softplus_x_backward(z: Any) -> None:
    z._x._grad += z._grad * _sigmoid(z._x._data)


def _softplus_x_partials(z: Any) -> tuple[float, ...]:
    return (_sigmoid(z._x._data),)


SOFTPLUS_X = Rule("softplus", "x", _softplus_x_backward, _softplus_x_partials)


def _relu_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (0.0 if z._x._data <= 0.0 else 1.0)


def _relu_x_partials(z: Any) -> tuple[float, ...]:
    return (0.0 if z._x._data <= 0.0 else 1.0,)


RELU_X = Rule("relu", "x", _relu_x_backward, _relu_x_partials)


def _leaky_relu_x_backward(z: Any) -> None:
    z._x._grad += z._grad * (z._y if z._x._data <= 0.0 else 1.0)


def _leaky_relu_x_partials(z: Any) -> tuple[float, ...]:
    return (z._y if z._x._data <= 0.0 else 1.0,)


LEAKY_RELU_X = Rule("leaky_relu", "x", _leaky_relu_x_backward, _leaky_relu_x_partials)


def _elu_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (z._y * _exp(x) if x <= 0.0 else 1.0)


def _elu_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (z._y * _exp(x) if x <= 0.0 else 1.0,)


ELU_X = Rule("elu", "x", _elu_x_backward, _elu_x_partials)


def _selu_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.7580993408473766 * _exp(x) if x <= 0.0 else 1.0507009873554805)


def _selu_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.7580993408473766 * _exp(x) if x <= 0.0 else 1.0507009873554805,)


SELU_X = Rule("selu", "x", _selu_x_backward, _selu_x_partials)


def _gelu_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (0.5 * _erfc(-0.7071067811865476 * x) + 0.3989422804014327 * x * _exp(-0.5 * x * x))


def _gelu_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (0.5 * _erfc(-0.7071067811865476 * x) + 0.3989422804014327 * x * _exp(-0.5 * x * x),)


GELU_X = Rule("gelu", "x", _gelu_x_backward, _gelu_x_partials)


def _silu_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (_sigmoid(x) * (1.0 + x * _sigmoid(-x)))


def _silu_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (_sigmoid(x) * (1.0 + x * _sigmoid(-x)),)


SILU_X = Rule("silu", "x", _silu_x_backward, _silu_x_partials)


def _softsign_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (1.0 / ((1.0 + _abs(x)) * (1.0 + _abs(x))))


def _softsign_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (1.0 / ((1.0 + _abs(x)) * (1.0 + _abs(x))),)


SOFTSIGN_X = Rule("softsign", "x", _softsign_x_backward, _softsign_x_partials)


def _max_xy_backward(z: Any) -> None:
    x = z._x._data
    y = z._y._data
    z._x._grad += z._grad * (0.0 if x < y else 0.5 if x == y else 1.0)
    z._y._grad += z._grad * (0.0 if y < x else 0.5 if x == y else 1.0)


def _max_xy_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y._data
    return (0.0 if x < y else 0.5 if x == y else 1.0, 0.0 if y < x else 0.5 if x == y else 1.0)


MAX_XY = Rule("max", "xy", _max_xy_backward, _max_xy_partials)


def _max_x_backward(z: Any) -> None:
    x = z._x._data
    y = z._y
    z._x._grad += z._grad * (0.0 if x < y else 0.0 if x == y else 1.0)


def _max_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y
    return (0.0 if x < y else 0.0 if x == y else 1.0,)


MAX_X = Rule("max", "x", _max_x_backward, _max_x_partials)


def _max_y_backward(z: Any) -> None:
    x = z._x
    y = z._y._data
    z._y._grad += z._grad * (0.0 if y < x else 0.0 if x == y else 1.0)


def _max_y_partials(z: Any) -> tuple[float, ...]:
    x = z._x
    y = z._y._data
    return (0.0 if y < x else 0.0 if x == y else 1.0,)


MAX_Y = Rule("max", "y", _max_y_backward, _max_y_partials)


def _min_xy_backward(z: Any) -> None:
    x = z._x._data
    y = z._y._data
    z._x._grad += z._grad * (0.0 if y < x else 0.5 if x == y else 1.0)
    z._y._grad += z._grad * (0.0 if x < y else 0.5 if x == y else 1.0)


def _min_xy_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y._data
    return (0.0 if y < x else 0.5 if x == y else 1.0, 0.0 if x < y else 0.5 if x == y else 1.0)


MIN_XY = Rule("min", "xy", _min_xy_backward, _min_xy_partials)


def _min_x_backward(z: Any) -> None:
    x = z._x._data
    y = z._y
    z._x._grad += z._grad * (0.0 if y < x else 0.0 if x == y else 1.0)


def _min_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    y = z._y
    return (0.0 if y < x else 0.0 if x == y else 1.0,)


MIN_X = Rule("min", "x", _min_x_backward, _min_x_partials)


def _min_y_backward(z: Any) -> None:
    x = z._x
    y = z._y._data
    z._y._grad += z._grad * (0.0 if x < y else 0.0 if x == y else 1.0)


def _min_y_partials(z: Any) -> tuple[float, ...]:
    x = z._x
    y = z._y._data
    return (0.0 if x < y else 0.0 if x == y else 1.0,)


MIN_Y = Rule("min", "y", _min_y_backward, _min_y_partials)


def _clip_x_backward(z: Any) -> None:
    x = z._x._data
    z._x._grad += z._grad * (0.0 if x <= z._y[0] or x >= z._y[1] else 1.0)


def _clip_x_partials(z: Any) -> tuple[float, ...]:
    x = z._x._data
    return (0.0 if x <= z._y[0] or x >= z._y[1] else 1.0,)


CLIP_X = Rule("clip", "x", _clip_x_backward, _clip_x_partials)


def _where_partials(z: Any) -> tuple[float, ...]:
    condition, x, y = z._y[:3]
    condition_data = number_of(condition)
    partials: list[float] = []
    if condition_data and isinstance(x, Value):
        partials.append(1.0)
    if not condition_data and isinstance(y, Value):
        partials.append(1.0)
    return tuple(partials)


def _where_mixed(condition: Any, x: Any, y: Any) -> float:
    return _where(number_of(condition), number_of(x), number_of(y))


WHERE_MIXED = (Rule("where", (3,), propagate, _where_partials), _where_mixed)
WHERE_RULES: dict[Any, Any] = {
    (False, False, False): (None, _where),
}


def _sum_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    partials: list[float] = []
    partials += [1.0 for operand in x if isinstance(operand, Value)]
    return tuple(partials)


def _sum_of_x(x: Any) -> Any:
    sum_1 = 0.0
    for x_i in x:
        sum_1 += x_i._data
    t = sum_1
    if isfinite(t):
        return t
    sum_2 = 0.0
    for x_i in x:
        sum_2 += x_i._data * 5.421010862427522e-20
    return sum_2 * 1.8446744073709552e+19


def _sum_of_x_backward(z: Any) -> None:
    x, = z._y
    adjoint = z._grad
    for x_i in x:
        x_i._grad += adjoint


def _sum_mixed(x: Any) -> float:
    return _sum(numbers(x))


SUM_MIXED = (Rule("sum", (1,), propagate, _sum_partials), _sum_mixed)
SUM_RULES: dict[Any, Any] = {
    (True,): (Rule("sum", (0,), _sum_of_x_backward, _sum_partials), _sum_of_x),
    (False,): (None, _sum),
}


def _mean_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    x_data = numbers(x)
    partials: list[float] = []
    partials += [1.0 / count(x) for operand, x_i in zip(x, x_data, strict=True) if isinstance(operand, Value)]
    return tuple(partials)


def _mean_of_x(x: Any) -> Any:
    sum_1 = 0.0
    for x_i in x:
        sum_1 += x_i._data
    t = sum_1
    if isfinite(t):
        return t / count(x)
    sum_2 = 0.0
    for x_i in x:
        sum_2 += x_i._data / count(x)
    return sum_2


def _mean_of_x_backward(z: Any) -> None:
    x, = z._y
    adjoint = z._grad
    for x_i in x:
        x_i._grad += adjoint * (1.0 / count(x))


def _mean_mixed(x: Any) -> float:
    return _mean(numbers(x))


MEAN_MIXED = (Rule("mean", (1,), propagate, _mean_partials), _mean_mixed)
MEAN_RULES: dict[Any, Any] = {
    (True,): (Rule("mean", (0,), _mean_of_x_backward, _mean_partials), _mean_of_x),
    (False,): (None, _mean),
}


def _prod_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    x_data = numbers(x)
    partials: list[float] = []
    partials += [other for operand, other in zip(x, others(x_data), strict=True) if isinstance(operand, Value)]
    return tuple(partials)


def _prod_of_x(x: Any) -> Any:
    x_data = [x_i._data for x_i in x]
    return product(x_data)


def _prod_of_x_backward(z: Any) -> None:
    x, = z._y
    x_data = numbers(x)
    adjoint = z._grad
    for x_i, other in zip(x, others(x_data)):
        x_i._grad += adjoint * other


def _prod_mixed(x: Any) -> float:
    return _prod(numbers(x))


PROD_MIXED = (Rule("prod", (1,), propagate, _prod_partials), _prod_mixed)
PROD_RULES: dict[Any, Any] = {
    (True,): (Rule("prod", (0,), _prod_of_x_backward, _prod_partials), _prod_of_x),
    (False,): (None, _prod),
}


def _dot_partials(z: Any) -> tuple[float, ...]:
    w, x, b = z._y[:3]
    w_data = numbers(w)
    x_data = numbers(x)
    partials: list[float] = []
    partials += [x_i for operand, x_i in zip(w, x_data, strict=True) if isinstance(operand, Value)]
    partials += [w_i for operand, w_i in zip(x, w_data, strict=True) if isinstance(operand, Value)]
    if isinstance(b, Value):
        partials.append(1.0)
    return tuple(partials)


def _dot_of_wxb(w: Any, x: Any, b: Any) -> Any:
    sum_1 = 0.0
    for w_i, x_i in zip(w, x):
        sum_1 += w_i._data * x_i._data
    t = sum_1
    if isfinite(t):
        return t + b._data
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w, x):
        sum_2 += w_i._data * s * (x_i._data * s)
    return (sum_2 + b._data * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_wxb_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        w_i._grad += adjoint * x_i._data
        x_i._grad += adjoint * w_i._data
    b._grad += adjoint


def _dot_of_wx(w: Any, x: Any, b: Any) -> Any:
    sum_1 = 0.0
    for w_i, x_i in zip(w, x):
        sum_1 += w_i._data * x_i._data
    t = sum_1
    if isfinite(t):
        return t + b
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w, x):
        sum_2 += w_i._data * s * (x_i._data * s)
    return (sum_2 + b * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_wx_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        w_i._grad += adjoint * x_i._data
        x_i._grad += adjoint * w_i._data


def _dot_of_wb(w: Any, x: Any, b: Any) -> Any:
    x_data = x
    sum_1 = 0.0
    for w_i, x_i in zip(w, x_data):
        sum_1 += w_i._data * x_i
    t = sum_1
    if isfinite(t):
        return t + b._data
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w, x_data):
        sum_2 += w_i._data * s * (x_i * s)
    return (sum_2 + b._data * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_wb_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        w_i._grad += adjoint * x_i
    b._grad += adjoint


def _dot_of_w(w: Any, x: Any, b: Any) -> Any:
    x_data = x
    sum_1 = 0.0
    for w_i, x_i in zip(w, x_data):
        sum_1 += w_i._data * x_i
    t = sum_1
    if isfinite(t):
        return t + b
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w, x_data):
        sum_2 += w_i._data * s * (x_i * s)
    return (sum_2 + b * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_w_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        w_i._grad += adjoint * x_i


def _dot_of_xb(w: Any, x: Any, b: Any) -> Any:
    w_data = w
    sum_1 = 0.0
    for w_i, x_i in zip(w_data, x):
        sum_1 += w_i * x_i._data
    t = sum_1
    if isfinite(t):
        return t + b._data
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w_data, x):
        sum_2 += w_i * s * (x_i._data * s)
    return (sum_2 + b._data * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_xb_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        x_i._grad += adjoint * w_i
    b._grad += adjoint


def _dot_of_x(w: Any, x: Any, b: Any) -> Any:
    w_data = w
    sum_1 = 0.0
    for w_i, x_i in zip(w_data, x):
        sum_1 += w_i * x_i._data
    t = sum_1
    if isfinite(t):
        return t + b
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w_data, x):
        sum_2 += w_i * s * (x_i._data * s)
    return (sum_2 + b * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_x_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    for w_i, x_i in zip(w, x):
        x_i._grad += adjoint * w_i


def _dot_of_b(w: Any, x: Any, b: Any) -> Any:
    w_data = w
    x_data = x
    sum_1 = 0.0
    for w_i, x_i in zip(w_data, x_data):
        sum_1 += w_i * x_i
    t = sum_1
    if isfinite(t):
        return t + b._data
    s = 2.778448436856347e-163
    sum_2 = 0.0
    for w_i, x_i in zip(w_data, x_data):
        sum_2 += w_i * s * (x_i * s)
    return (sum_2 + b._data * s * s) * 3.599131035634557e+162 * 3.599131035634557e+162


def _dot_of_b_backward(z: Any) -> None:
    w, x, b = z._y
    adjoint = z._grad
    b._grad += adjoint


def _dot_mixed(w: Any, x: Any, b: Any) -> float:
    return _dot(numbers(w), numbers(x), number_of(b))


DOT_MIXED = (Rule("dot", (3,), propagate, _dot_partials), _dot_mixed)
DOT_RULES: dict[Any, Any] = {
    (True, True, True): (Rule("dot", (0, 1, 2), _dot_of_wxb_backward, _dot_partials), _dot_of_wxb),
    (True, True, False): (Rule("dot", (0, 1), _dot_of_wx_backward, _dot_partials), _dot_of_wx),
    (True, False, True): (Rule("dot", (0, 2), _dot_of_wb_backward, _dot_partials), _dot_of_wb),
    (True, False, False): (Rule("dot", (0,), _dot_of_w_backward, _dot_partials), _dot_of_w),
    (False, True, True): (Rule("dot", (1, 2), _dot_of_xb_backward, _dot_partials), _dot_of_xb),
    (False, True, False): (Rule("dot", (1,), _dot_of_x_backward, _dot_partials), _dot_of_x),
    (False, False, True): (Rule("dot", (2,), _dot_of_b_backward, _dot_partials), _dot_of_b),
    (False, False, False): (None, _dot),
}


def _logsumexp_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    x_data = numbers(x)
    m = largest(x_data)
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += _exp(x_i - m)
    s = sum_1
    partials: list[float] = []
    partials += [_exp(x_i - m) / s for operand, x_i in zip(x, x_data, strict=True) if isinstance(operand, Value)]
    return tuple(partials)


def _logsumexp_of_x(x: Any) -> Any:
    x_data = [x_i._data for x_i in x]
    m = largest(x_data)
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += _exp(x_i - m) if x_i < m else 0.0
    r = sum_1
    sum_2 = 0.0
    for x_i in x_data:
        sum_2 += 0.0 if x_i < m else 1.0
    k = sum_2
    return m + _log1p(r + (k - 1.0))


def _logsumexp_of_x_backward(z: Any) -> None:
    x, = z._y
    x_data = numbers(x)
    adjoint = z._grad
    m = largest(x_data)
    sum_1 = 0.0
    for x_i in x_data:
        sum_1 += _exp(x_i - m)
    s = sum_1
    for x_i in x:
        x_i._grad += adjoint * (_exp(x_i._data - m) / s)


def _logsumexp_mixed(x: Any) -> float:
    return _logsumexp(numbers(x))


LOGSUMEXP_MIXED = (Rule("logsumexp", (1,), propagate, _logsumexp_partials), _logsumexp_mixed)
LOGSUMEXP_RULES: dict[Any, Any] = {
    (True,): (Rule("logsumexp", (0,), _logsumexp_of_x_backward, _logsumexp_partials), _logsumexp_of_x),
    (False,): (None, _logsumexp),
}


def _maximum_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    x_data = numbers(x)
    partials: list[float] = []
    partials += [0.0 if x_i < z._data else share(x, z._data) for operand, x_i in zip(x, x_data, strict=True) if isinstance(operand, Value)]
    return tuple(partials)


def _maximum_of_x(x: Any) -> Any:
    x_data = [x_i._data for x_i in x]
    return largest(x_data)


def _maximum_of_x_backward(z: Any) -> None:
    x, = z._y
    adjoint = z._grad
    for x_i in x:
        x_i._grad += adjoint * (0.0 if x_i._data < z._data else share(x, z._data))


def _maximum_mixed(x: Any) -> float:
    return _maximum(numbers(x))


MAXIMUM_MIXED = (Rule("maximum", (1,), propagate, _maximum_partials), _maximum_mixed)
MAXIMUM_RULES: dict[Any, Any] = {
    (True,): (Rule("maximum", (0,), _maximum_of_x_backward, _maximum_partials), _maximum_of_x),
    (False,): (None, _maximum),
}


def _minimum_partials(z: Any) -> tuple[float, ...]:
    x, = z._y[:1]
    x_data = numbers(x)
    partials: list[float] = []
    partials += [0.0 if x_i > z._data else share(x, z._data) for operand, x_i in zip(x, x_data, strict=True) if isinstance(operand, Value)]
    return tuple(partials)


def _minimum_of_x(x: Any) -> Any:
    x_data = [x_i._data for x_i in x]
    return smallest(x_data)


def _minimum_of_x_backward(z: Any) -> None:
    x, = z._y
    adjoint = z._grad
    for x_i in x:
        x_i._grad += adjoint * (0.0 if x_i._data > z._data else share(x, z._data))


def _minimum_mixed(x: Any) -> float:
    return _minimum(numbers(x))


MINIMUM_MIXED = (Rule("minimum", (1,), propagate, _minimum_partials), _minimum_mixed)
MINIMUM_RULES: dict[Any, Any] = {
    (True,): (Rule("minimum", (0,), _minimum_of_x_backward, _minimum_partials), _minimum_of_x),
    (False,): (None, _minimum),
}



# ----------------------------------------------------------------------------------------------------------- methods


class Operations:
    """The methods of `Value` that record an operation."""

    __slots__ = ("_clock", "_data", "_grad", "_rule", "_x", "_y")

    _data: float
    _grad: float | None
    _rule: Rule | None
    _x: Any
    _y: Any
    _clock: int

    def __add__(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = self._data + other._data
            z._rule = ADD_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = self._data + other
            z._rule = ADD_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__add__, other)

    def __radd__(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = other + self._data
            z._rule = ADD_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__radd__, other)

    def add(self, y: Value | float) -> Value:
        """The sum.

        z = add(x, y) = x + y

            ∂z/∂x = 1
            ∂z/∂y = 1

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).add(1.0).data, 6)
        1.5
        """
        return accepted(self.__add__(y), "add", y)

    def __sub__(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = self._data - other._data
            z._rule = SUB_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = self._data - other
            z._rule = SUB_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__sub__, other)

    def __rsub__(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = other - self._data
            z._rule = SUB_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__rsub__, other)

    def sub(self, y: Value | float) -> Value:
        """The difference.

        z = sub(x, y) = x - y

            ∂z/∂x = 1
            ∂z/∂y = -1

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).sub(1.0).data, 6)
        -0.5
        """
        return accepted(self.__sub__(y), "sub", y)

    def __mul__(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = self._data * other._data
            z._rule = MUL_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = self._data * other
            z._rule = MUL_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__mul__, other)

    def __rmul__(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = other * self._data
            z._rule = MUL_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__rmul__, other)

    def mul(self, y: Value | float) -> Value:
        """The product.

        z = mul(x, y) = x * y

            ∂z/∂x = y
            ∂z/∂y = x

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).mul(1.0).data, 6)
        0.5
        """
        return accepted(self.__mul__(y), "mul", y)

    def abs(self) -> Value:
        """The absolute value.

        z = abs(x) = x if x > 0 else 0 - x

            ∂z/∂x = -1 if x < 0 else 0 if x == 0 else 1

        Kinks: x == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).abs().data, 6)
        0.5
        """
        z = new()
        z._data = _abs(self._data)
        z._rule = ABS_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def __abs__(self) -> Value:
        return self.abs()

    def __truediv__(self, other: Value | float) -> Value:
        if type(other) is Value:
            try:
                data = self._data / other._data
            except REFUSED as error:
                raise refusal("div", (self, other), error) from None
            z = new()
            z._data = data
            z._rule = DIV_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            try:
                data = self._data / other
            except REFUSED as error:
                raise refusal("div", (self, other), error) from None
            z = new()
            z._data = data
            z._rule = DIV_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__truediv__, other)

    def __rtruediv__(self, other: float) -> Value:
        if type(other) is float:
            try:
                data = other / self._data
            except REFUSED as error:
                raise refusal("div", (other, self), error) from None
            z = new()
            z._data = data
            z._rule = DIV_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__rtruediv__, other)

    def div(self, y: Value | float) -> Value:
        """The quotient.

        z = div(x, y) = x / y

            ∂z/∂x = 1 / y
            ∂z/∂y = -x / y**2
                computed as -x / (y * y) if -1e-290 < z < 1e-290 and x != 0 else -z / y

        Poles: y == 0.
        There it raises `DivisionError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).div(1.0).data, 6)
        0.5
        """
        return accepted(self.__truediv__(y), "div", y)

    def neg(self) -> Value:
        """The opposite.

        z = neg(x) = -x

            ∂z/∂x = -1

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).neg().data, 6)
        -0.5
        """
        z = new()
        z._data = -self._data
        z._rule = NEG_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def __neg__(self) -> Value:
        return self.neg()

    def square(self) -> Value:
        """The square.

        z = square(x) = x * x

            ∂z/∂x = 2 * x

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).square().data, 6)
        0.25
        """
        z = new()
        z._data = _square(self._data)
        z._rule = SQUARE_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def reciprocal(self) -> Value:
        """One over the number.

        z = reciprocal(x) = 1 / x

            ∂z/∂x = -1 / x**2
                computed as -z * z

        Poles: x == 0.
        There it raises `DivisionError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).reciprocal().data, 6)
        2.0
        """
        try:
            data = 1.0 / self._data
        except REFUSED as error:
            raise refusal("reciprocal", (self,), error) from None
        z = new()
        z._data = data
        z._rule = RECIPROCAL_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def identity(self) -> Value:
        """The number itself, as a new node.

        z = identity(x) = x

            ∂z/∂x = 1

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).identity().data, 6)
        0.5
        """
        z = new()
        z._data = self._data
        z._rule = IDENTITY_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def sqrt(self) -> Value:
        """The square root.

        z = sqrt(x)

            ∂z/∂x = 1 / (2 * z)
                computed as 0.5 / z if z != 0 else inf

        Domain: x >= 0.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).sqrt().data, 6)
        0.707107
        """
        try:
            data = _sqrt(self._data)
        except REFUSED as error:
            raise refusal("sqrt", (self,), error) from None
        z = new()
        z._data = data
        z._rule = SQRT_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def cbrt(self) -> Value:
        """The cube root, of negative numbers too.

        z = cbrt(x)

            ∂z/∂x = 1 / (3 * z**2)
                computed as z / x / 3 if x != 0 else inf

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).cbrt().data, 6)
        0.793701
        """
        z = new()
        z._data = _cbrt(self._data)
        z._rule = CBRT_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def exp(self) -> Value:
        """The exponential function.

        z = exp(x)

            ∂z/∂x = z

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).exp().data, 6)
        1.648721
        """
        try:
            data = _exp(self._data)
        except REFUSED as error:
            raise refusal("exp", (self,), error) from None
        z = new()
        z._data = data
        z._rule = EXP_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def expm1(self) -> Value:
        """exp(x) − 1, exact near 0.

        z = expm1(x)

            ∂z/∂x = exp(x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).expm1().data, 6)
        0.648721
        """
        try:
            data = _expm1(self._data)
        except REFUSED as error:
            raise refusal("expm1", (self,), error) from None
        z = new()
        z._data = data
        z._rule = EXPM1_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def log(self) -> Value:
        """The natural logarithm.

        z = log(x)

            ∂z/∂x = 1 / x

        Domain: x > 0.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).log().data, 6)
        -0.693147
        """
        try:
            data = _log(self._data)
        except REFUSED as error:
            raise refusal("log", (self,), error) from None
        z = new()
        z._data = data
        z._rule = LOG_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def __pow__(self, other: Value | float) -> Value:
        if type(other) is Value:
            try:
                data = _pow(self._data, other._data)
            except REFUSED as error:
                raise refusal("pow", (self, other), error) from None
            z = new()
            z._data = data
            z._rule = POW_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            try:
                data = _pow(self._data, other)
            except REFUSED as error:
                raise refusal("pow", (self, other), error) from None
            z = new()
            z._data = data
            z._rule = POW_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__pow__, other)

    def __rpow__(self, other: float) -> Value:
        if type(other) is float:
            try:
                data = _pow(other, self._data)
            except REFUSED as error:
                raise refusal("pow", (other, self), error) from None
            z = new()
            z._data = data
            z._rule = POW_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self.__rpow__, other)

    def pow(self, y: Value | float) -> Value:
        """The power.

        z = pow(x, y) = x + y if x != x or y != y else x**y

            ∂z/∂x = y * x**(y - 1)
                computed as (y * x**(y - 1) if y >= 1 else 0 if y == 0 else inf) if x == 0 else y * x**(y - 1) if y >= 1 or abs(z) < 1e-290 else y * z / x
            ∂z/∂y = z * log(x)
                computed as z * log(x) if x > 0 and z != 0 else nan if not x >= 0 else -inf if y == 0 else 0

        Domain: x >= 0 or y == floor(y).
        Outside it raises `DomainError`.
        Poles: x == 0 and y < 0.
        There it raises `DivisionError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).pow(1.0).data, 6)
        0.5
        """
        return accepted(self.__pow__(y), "pow", y)

    def log1p(self) -> Value:
        """log(1 + x), exact near 0.

        z = log1p(x)

            ∂z/∂x = 1 / (1 + x)

        Domain: x > -1.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).log1p().data, 6)
        0.405465
        """
        try:
            data = _log1p(self._data)
        except REFUSED as error:
            raise refusal("log1p", (self,), error) from None
        z = new()
        z._data = data
        z._rule = LOG1P_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def log2(self) -> Value:
        """The logarithm to base 2.

        z = log2(x)

            ∂z/∂x = 1 / (x * log(2))
                computed as 1.4426950408889634 / x

        Domain: x > 0.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).log2().data, 6)
        -1.0
        """
        try:
            data = _log2(self._data)
        except REFUSED as error:
            raise refusal("log2", (self,), error) from None
        z = new()
        z._data = data
        z._rule = LOG2_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def log10(self) -> Value:
        """The logarithm to base 10.

        z = log10(x)

            ∂z/∂x = 1 / (x * log(10))
                computed as 0.4342944819032518 / x

        Domain: x > 0.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).log10().data, 6)
        -0.30103
        """
        try:
            data = _log10(self._data)
        except REFUSED as error:
            raise refusal("log10", (self,), error) from None
        z = new()
        z._data = data
        z._rule = LOG10_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def _left_of_hypot(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = _hypot(self._data, other._data)
            z._rule = HYPOT_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = _hypot(self._data, other)
            z._rule = HYPOT_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._left_of_hypot, other)

    def _right_of_hypot(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = _hypot(other, self._data)
            z._rule = HYPOT_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._right_of_hypot, other)

    def hypot(self, y: Value | float) -> Value:
        """√(x² + y²), without overflow on the way.

        z = hypot(x, y) = x + y if x != x or y != y else hypot(x, y)

            ∂z/∂x = x / z
                computed as 0 if z == 0 else x / z if 1e-290 < z < 1e300 else x * s / hypot(x * s, y * s)
                    where s = 1e300 if z < 1 else 1e-300
            ∂z/∂y = y / z
                computed as 0 if z == 0 else y / z if 1e-290 < z < 1e300 else y * s / hypot(x * s, y * s)
                    where s = 1e300 if z < 1 else 1e-300

        Kinks: x == 0 and y == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).hypot(1.0).data, 6)
        1.118034
        """
        return accepted(self._left_of_hypot(y), "hypot", y)

    def sin(self) -> Value:
        """The sine of an angle in radians.

        z = sin(x)

            ∂z/∂x = cos(x)

        Domain: -inf < x < inf.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).sin().data, 6)
        0.479426
        """
        try:
            data = _sin(self._data)
        except REFUSED as error:
            raise refusal("sin", (self,), error) from None
        z = new()
        z._data = data
        z._rule = SIN_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def cos(self) -> Value:
        """The cosine of an angle in radians.

        z = cos(x)

            ∂z/∂x = -sin(x)

        Domain: -inf < x < inf.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).cos().data, 6)
        0.877583
        """
        try:
            data = _cos(self._data)
        except REFUSED as error:
            raise refusal("cos", (self,), error) from None
        z = new()
        z._data = data
        z._rule = COS_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def tan(self) -> Value:
        """The tangent of an angle in radians.

        z = tan(x)

            ∂z/∂x = 1 + z**2
                computed as 1 + z * z

        Domain: -inf < x < inf.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).tan().data, 6)
        0.546302
        """
        try:
            data = _tan(self._data)
        except REFUSED as error:
            raise refusal("tan", (self,), error) from None
        z = new()
        z._data = data
        z._rule = TAN_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def asin(self) -> Value:
        """The angle in radians whose sine is x, from −π/2 to π/2.

        z = asin(x)

            ∂z/∂x = 1 / sqrt(1 - x**2)
                computed as 1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else inf

        Domain: -1 <= x <= 1.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).asin().data, 6)
        0.523599
        """
        try:
            data = _asin(self._data)
        except REFUSED as error:
            raise refusal("asin", (self,), error) from None
        z = new()
        z._data = data
        z._rule = ASIN_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def acos(self) -> Value:
        """The angle in radians whose cosine is x, from 0 to π.

        z = acos(x)

            ∂z/∂x = -1 / sqrt(1 - x**2)
                computed as -1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else -inf

        Domain: -1 <= x <= 1.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).acos().data, 6)
        1.047198
        """
        try:
            data = _acos(self._data)
        except REFUSED as error:
            raise refusal("acos", (self,), error) from None
        z = new()
        z._data = data
        z._rule = ACOS_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def atan(self) -> Value:
        """The angle in radians whose tangent is x, between −π/2 and π/2.

        z = atan(x)

            ∂z/∂x = 1 / (1 + x**2)
                computed as 1 / (1 + x * x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).atan().data, 6)
        0.463648
        """
        z = new()
        z._data = _atan(self._data)
        z._rule = ATAN_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def _left_of_atan2(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = _atan2(self._data, other._data)
            z._rule = ATAN2_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = _atan2(self._data, other)
            z._rule = ATAN2_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._left_of_atan2, other)

    def _right_of_atan2(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = _atan2(other, self._data)
            z._rule = ATAN2_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._right_of_atan2, other)

    def atan2(self, x: Value | float) -> Value:
        """The angle of the point (x, y) in radians, from −π to π.

        z = atan2(y, x)

            ∂z/∂y = x / (x**2 + y**2)
                computed as 0 if h == 0 else x / h / h if abs(x) >= 1e-290 * abs(y) else x / (h * h)
                    where h = hypot(x, y)
            ∂z/∂x = -y / (x**2 + y**2)
                computed as 0 if h == 0 else -y / h / h if abs(y) >= 1e-290 * abs(x) else -y / (h * h)
                    where h = hypot(x, y)

        Kinks: x == 0 and y == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).atan2(1.0).data, 6)
        0.463648
        """
        return accepted(self._left_of_atan2(x), "atan2", x)

    def sinh(self) -> Value:
        """The hyperbolic sine.

        z = sinh(x)

            ∂z/∂x = cosh(x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).sinh().data, 6)
        0.521095
        """
        try:
            data = _sinh(self._data)
        except REFUSED as error:
            raise refusal("sinh", (self,), error) from None
        z = new()
        z._data = data
        z._rule = SINH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def cosh(self) -> Value:
        """The hyperbolic cosine.

        z = cosh(x)

            ∂z/∂x = sinh(x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).cosh().data, 6)
        1.127626
        """
        try:
            data = _cosh(self._data)
        except REFUSED as error:
            raise refusal("cosh", (self,), error) from None
        z = new()
        z._data = data
        z._rule = COSH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def tanh(self) -> Value:
        """The hyperbolic tangent, between −1 and 1.

        z = tanh(x)

            ∂z/∂x = 1 - z**2
                computed as h * h
                    where e = exp(-x if x > 0 else x)
                    where h = 2 * e / (1 + e * e)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).tanh().data, 6)
        0.462117
        """
        z = new()
        z._data = _tanh(self._data)
        z._rule = TANH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def asinh(self) -> Value:
        """The inverse of sinh.

        z = asinh(x)

            ∂z/∂x = 1 / sqrt(x**2 + 1)
                computed as 1 / hypot(x, 1)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).asinh().data, 6)
        0.481212
        """
        z = new()
        z._data = _asinh(self._data)
        z._rule = ASINH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def acosh(self) -> Value:
        """The inverse of cosh.

        z = acosh(x)

            ∂z/∂x = 1 / sqrt(x**2 - 1)
                computed as 1 / (sqrt(x - 1) * sqrt(x + 1)) if x != 1 else inf

        Domain: x >= 1.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(2.0).acosh().data, 6)
        1.316958
        """
        try:
            data = _acosh(self._data)
        except REFUSED as error:
            raise refusal("acosh", (self,), error) from None
        z = new()
        z._data = data
        z._rule = ACOSH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def atanh(self) -> Value:
        """The inverse of tanh.

        z = atanh(x)

            ∂z/∂x = 1 / (1 - x**2)
                computed as 1 / ((1 - x) * (1 + x))

        Domain: -1 < x < 1.
        Outside it raises `DomainError`.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).atanh().data, 6)
        0.549306
        """
        try:
            data = _atanh(self._data)
        except REFUSED as error:
            raise refusal("atanh", (self,), error) from None
        z = new()
        z._data = data
        z._rule = ATANH_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def erf(self) -> Value:
        """The error function.

        z = erf(x)

            ∂z/∂x = 2 / sqrt(pi) * exp(-x**2)
                computed as 1.1283791670955126 * exp(-x * x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).erf().data, 6)
        0.5205
        """
        z = new()
        z._data = _erf(self._data)
        z._rule = ERF_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def erfc(self) -> Value:
        """1 − erf(x), exact far out.

        z = erfc(x)

            ∂z/∂x = -2 / sqrt(pi) * exp(-x**2)
                computed as -1.1283791670955126 * exp(-x * x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).erfc().data, 6)
        0.4795
        """
        z = new()
        z._data = _erfc(self._data)
        z._rule = ERFC_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def sigmoid(self) -> Value:
        """1/(1 + e⁻ˣ), between 0 and 1.

        z = sigmoid(x) = 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))

            ∂z/∂x = z * (1 - z)
                computed as sigmoid(x) * sigmoid(-x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).sigmoid().data, 6)
        0.622459
        """
        z = new()
        z._data = _sigmoid(self._data)
        z._rule = SIGMOID_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def log_sigmoid(self) -> Value:
        """log σ(x).

        z = log_sigmoid(x) = -log1p(exp(-x)) if x >= 0 else x - log1p(exp(x))

            ∂z/∂x = sigmoid(-x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).log_sigmoid().data, 6)
        -0.474077
        """
        z = new()
        z._data = _log_sigmoid(self._data)
        z._rule = LOG_SIGMOID_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def softplus(self) -> Value:
        """log(1 + eˣ), a smooth relu.

        z = softplus(x) = x + log1p(exp(-x)) if x > 0 else log1p(exp(x))

            ∂z/∂x = sigmoid(x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).softplus().data, 6)
        0.974077
        """
        z = new()
        z._data = _softplus(self._data)
        z._rule = SOFTPLUS_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def relu(self) -> Value:
        """x where it is positive, else 0.

        z = relu(x) = 0 if x <= 0 else x

            ∂z/∂x = 0 if x <= 0 else 1

        Kinks: x == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).relu().data, 6)
        0.5
        """
        z = new()
        z._data = _relu(self._data)
        z._rule = RELU_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def leaky_relu(self, slope: float = 0.01) -> Value:
        """relu with a small slope at the left.

        z = leaky_relu(x, slope=0.01) = slope * x if x <= 0 else x

            ∂z/∂x = slope if x <= 0 else 1

        Kinks: x == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).leaky_relu().data, 6)
        0.5
        """
        slope = number(slope, "leaky_relu")
        z = new()
        z._data = _leaky_relu(self._data, slope)
        z._rule = LEAKY_RELU_X
        z._x = self
        z._y = slope
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def elu(self, alpha: float = 1.0) -> Value:
        """relu with an exponential left side.

        z = elu(x, alpha=1) = alpha * expm1(x) if x <= 0 else x

            ∂z/∂x = alpha * exp(x) if x <= 0 else 1

        Kinks: x == 0 and alpha != 1.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).elu().data, 6)
        0.5
        """
        alpha = number(alpha, "elu")
        z = new()
        z._data = _elu(self._data, alpha)
        z._rule = ELU_X
        z._x = self
        z._y = alpha
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def selu(self) -> Value:
        """elu, scaled so that activations normalise themselves.

        z = selu(x) = 1.7580993408473766 * expm1(x) if x <= 0 else 1.0507009873554805 * x

            ∂z/∂x = 1.7580993408473766 * exp(x) if x <= 0 else 1.0507009873554805

        Kinks: x == 0.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).selu().data, 6)
        0.52535
        """
        z = new()
        z._data = _selu(self._data)
        z._rule = SELU_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def gelu(self) -> Value:
        """x·Φ(x), Φ being the distribution function of N(0, 1).

        z = gelu(x) = 0.5 * x * erfc(-0.7071067811865476 * x)

            ∂z/∂x = (1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)
                computed as 0.5 * erfc(-0.7071067811865476 * x) + 0.3989422804014327 * x * exp(-0.5 * x * x)

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).gelu().data, 6)
        0.345731
        """
        z = new()
        z._data = _gelu(self._data)
        z._rule = GELU_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def silu(self) -> Value:
        """x·σ(x).

        z = silu(x) = x * sigmoid(x)

            ∂z/∂x = sigmoid(x) * (1 + x * (1 - sigmoid(x)))
                computed as sigmoid(x) * (1 + x * sigmoid(-x))

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).silu().data, 6)
        0.31123
        """
        z = new()
        z._data = _silu(self._data)
        z._rule = SILU_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def softsign(self) -> Value:
        """x/(1 + |x|), between −1 and 1.

        z = softsign(x) = x / (1 + abs(x))

            ∂z/∂x = 1 / (1 + abs(x))**2
                computed as 1 / ((1 + abs(x)) * (1 + abs(x)))

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).softsign().data, 6)
        0.333333
        """
        z = new()
        z._data = _softsign(self._data)
        z._rule = SOFTSIGN_X
        z._x = self
        z._y = None
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z

    def _left_of_max(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = _max(self._data, other._data)
            z._rule = MAX_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = _max(self._data, other)
            z._rule = MAX_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._left_of_max, other)

    def _right_of_max(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = _max(other, self._data)
            z._rule = MAX_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._right_of_max, other)

    def max(self, y: Value | float) -> Value:
        """The larger of two.

        z = max(x, y) = y if x < y or y != y else x

            ∂z/∂x = 0 if x < y else tie if x == y else 1
            ∂z/∂y = 0 if y < x else tie if x == y else 1

        tie: ½ between two Values, 0 against a plain number.
        Kinks: x == y.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).max(1.0).data, 6)
        1.0
        """
        return accepted(self._left_of_max(y), "max", y)

    def _left_of_min(self, other: Value | float) -> Value:
        if type(other) is Value:
            z = new()
            z._data = _min(self._data, other._data)
            z._rule = MIN_XY
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        if type(other) is float:
            z = new()
            z._data = _min(self._data, other)
            z._rule = MIN_X
            z._x = self
            z._y = other
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._left_of_min, other)

    def _right_of_min(self, other: float) -> Value:
        if type(other) is float:
            z = new()
            z._data = _min(other, self._data)
            z._rule = MIN_Y
            z._x = other
            z._y = self
            z._grad = None
            z._clock = clock
            return recorded(z) if modes else z
        return coerced(self._right_of_min, other)

    def min(self, y: Value | float) -> Value:
        """The smaller of two.

        z = min(x, y) = y if y < x or y != y else x

            ∂z/∂x = 0 if y < x else tie if x == y else 1
            ∂z/∂y = 0 if x < y else tie if x == y else 1

        tie: ½ between two Values, 0 against a plain number.
        Kinks: x == y.
        There the partial says which slope is taken.

        >>> from autograd_scalar import Value
        >>> round(Value(0.5).min(1.0).data, 6)
        0.5
        """
        return accepted(self._left_of_min(y), "min", y)

    def clip(self, low: float, high: float) -> Value:
        """x, kept between low and high.

        z = clip(x, low, high) = low if x < low else high if x > high else x

            ∂z/∂x = 0 if x <= low or x >= high else 1

        Kinks: x == low or x == high.
        There the partial says which slope is taken.
        """
        low = number(low, "clip")
        high = number(high, "clip")
        z = new()
        z._data = _clip(self._data, low, high)
        z._rule = CLIP_X
        z._x = self
        z._y = (low, high)
        z._grad = None
        z._clock = clock
        return recorded(z) if modes else z


# --------------------------------------------------------------------------------------------------------- functions


@overload
def add(x: float, y: float) -> float: ...
@overload
def add(x: Value, y: Value | float) -> Value: ...
@overload
def add(x: float, y: Value) -> Value: ...
def add(x: Value | float, y: Value | float) -> Value | float:
    """The sum.

    z = add(x, y) = x + y

        ∂z/∂x = 1
        ∂z/∂y = 1

    >>> from autograd_scalar.functions import add
    >>> round(add(0.5, 1.0), 6)
    1.5
    """
    if isinstance(x, Value):
        return accepted(x.__add__(y), "add", y)
    if isinstance(y, Value):
        return accepted(y.__radd__(x), "add", x)
    return _add(number(x, "add"), number(y, "add"))


@overload
def sub(x: float, y: float) -> float: ...
@overload
def sub(x: Value, y: Value | float) -> Value: ...
@overload
def sub(x: float, y: Value) -> Value: ...
def sub(x: Value | float, y: Value | float) -> Value | float:
    """The difference.

    z = sub(x, y) = x - y

        ∂z/∂x = 1
        ∂z/∂y = -1

    >>> from autograd_scalar.functions import sub
    >>> round(sub(0.5, 1.0), 6)
    -0.5
    """
    if isinstance(x, Value):
        return accepted(x.__sub__(y), "sub", y)
    if isinstance(y, Value):
        return accepted(y.__rsub__(x), "sub", x)
    return _sub(number(x, "sub"), number(y, "sub"))


@overload
def mul(x: float, y: float) -> float: ...
@overload
def mul(x: Value, y: Value | float) -> Value: ...
@overload
def mul(x: float, y: Value) -> Value: ...
def mul(x: Value | float, y: Value | float) -> Value | float:
    """The product.

    z = mul(x, y) = x * y

        ∂z/∂x = y
        ∂z/∂y = x

    >>> from autograd_scalar.functions import mul
    >>> round(mul(0.5, 1.0), 6)
    0.5
    """
    if isinstance(x, Value):
        return accepted(x.__mul__(y), "mul", y)
    if isinstance(y, Value):
        return accepted(y.__rmul__(x), "mul", x)
    return _mul(number(x, "mul"), number(y, "mul"))


def abs(x: Number) -> Number:
    """The absolute value.

    z = abs(x) = x if x > 0 else 0 - x

        ∂z/∂x = -1 if x < 0 else 0 if x == 0 else 1

    Kinks: x == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import abs
    >>> round(abs(0.5), 6)
    0.5
    """
    if isinstance(x, Value):
        return x.abs()
    return _abs(number(x, "abs"))


@overload
def div(x: float, y: float) -> float: ...
@overload
def div(x: Value, y: Value | float) -> Value: ...
@overload
def div(x: float, y: Value) -> Value: ...
def div(x: Value | float, y: Value | float) -> Value | float:
    """The quotient.

    z = div(x, y) = x / y

        ∂z/∂x = 1 / y
        ∂z/∂y = -x / y**2
            computed as -x / (y * y) if -1e-290 < z < 1e-290 and x != 0 else -z / y

    Poles: y == 0.
    There it raises `DivisionError`.

    >>> from autograd_scalar.functions import div
    >>> round(div(0.5, 1.0), 6)
    0.5
    """
    if isinstance(x, Value):
        return accepted(x.__truediv__(y), "div", y)
    if isinstance(y, Value):
        return accepted(y.__rtruediv__(x), "div", x)
    try:
        return _div(number(x, "div"), number(y, "div"))
    except REFUSED as error:
        raise refusal("div", (x, y), error) from None


def neg(x: Number) -> Number:
    """The opposite.

    z = neg(x) = -x

        ∂z/∂x = -1

    >>> from autograd_scalar.functions import neg
    >>> round(neg(0.5), 6)
    -0.5
    """
    if isinstance(x, Value):
        return x.neg()
    return _neg(number(x, "neg"))


def square(x: Number) -> Number:
    """The square.

    z = square(x) = x * x

        ∂z/∂x = 2 * x

    >>> from autograd_scalar.functions import square
    >>> round(square(0.5), 6)
    0.25
    """
    if isinstance(x, Value):
        return x.square()
    return _square(number(x, "square"))


def reciprocal(x: Number) -> Number:
    """One over the number.

    z = reciprocal(x) = 1 / x

        ∂z/∂x = -1 / x**2
            computed as -z * z

    Poles: x == 0.
    There it raises `DivisionError`.

    >>> from autograd_scalar.functions import reciprocal
    >>> round(reciprocal(0.5), 6)
    2.0
    """
    if isinstance(x, Value):
        return x.reciprocal()
    try:
        return _reciprocal(number(x, "reciprocal"))
    except REFUSED as error:
        raise refusal("reciprocal", (x,), error) from None


def identity(x: Number) -> Number:
    """The number itself, as a new node.

    z = identity(x) = x

        ∂z/∂x = 1

    >>> from autograd_scalar.functions import identity
    >>> round(identity(0.5), 6)
    0.5
    """
    if isinstance(x, Value):
        return x.identity()
    return _identity(number(x, "identity"))


def sqrt(x: Number) -> Number:
    """The square root.

    z = sqrt(x)

        ∂z/∂x = 1 / (2 * z)
            computed as 0.5 / z if z != 0 else inf

    Domain: x >= 0.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import sqrt
    >>> round(sqrt(0.5), 6)
    0.707107
    """
    if isinstance(x, Value):
        return x.sqrt()
    try:
        return _sqrt(number(x, "sqrt"))
    except REFUSED as error:
        raise refusal("sqrt", (x,), error) from None


def cbrt(x: Number) -> Number:
    """The cube root, of negative numbers too.

    z = cbrt(x)

        ∂z/∂x = 1 / (3 * z**2)
            computed as z / x / 3 if x != 0 else inf

    >>> from autograd_scalar.functions import cbrt
    >>> round(cbrt(0.5), 6)
    0.793701
    """
    if isinstance(x, Value):
        return x.cbrt()
    return _cbrt(number(x, "cbrt"))


def exp(x: Number) -> Number:
    """The exponential function.

    z = exp(x)

        ∂z/∂x = z

    >>> from autograd_scalar.functions import exp
    >>> round(exp(0.5), 6)
    1.648721
    """
    if isinstance(x, Value):
        return x.exp()
    try:
        return _exp(number(x, "exp"))
    except REFUSED as error:
        raise refusal("exp", (x,), error) from None


def expm1(x: Number) -> Number:
    """exp(x) − 1, exact near 0.

    z = expm1(x)

        ∂z/∂x = exp(x)

    >>> from autograd_scalar.functions import expm1
    >>> round(expm1(0.5), 6)
    0.648721
    """
    if isinstance(x, Value):
        return x.expm1()
    try:
        return _expm1(number(x, "expm1"))
    except REFUSED as error:
        raise refusal("expm1", (x,), error) from None


def log(x: Number) -> Number:
    """The natural logarithm.

    z = log(x)

        ∂z/∂x = 1 / x

    Domain: x > 0.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import log
    >>> round(log(0.5), 6)
    -0.693147
    """
    if isinstance(x, Value):
        return x.log()
    try:
        return _log(number(x, "log"))
    except REFUSED as error:
        raise refusal("log", (x,), error) from None


@overload
def pow(x: float, y: float) -> float: ...
@overload
def pow(x: Value, y: Value | float) -> Value: ...
@overload
def pow(x: float, y: Value) -> Value: ...
def pow(x: Value | float, y: Value | float) -> Value | float:
    """The power.

    z = pow(x, y) = x + y if x != x or y != y else x**y

        ∂z/∂x = y * x**(y - 1)
            computed as (y * x**(y - 1) if y >= 1 else 0 if y == 0 else inf) if x == 0 else y * x**(y - 1) if y >= 1 or abs(z) < 1e-290 else y * z / x
        ∂z/∂y = z * log(x)
            computed as z * log(x) if x > 0 and z != 0 else nan if not x >= 0 else -inf if y == 0 else 0

    Domain: x >= 0 or y == floor(y).
    Outside it raises `DomainError`.
    Poles: x == 0 and y < 0.
    There it raises `DivisionError`.

    >>> from autograd_scalar.functions import pow
    >>> round(pow(0.5, 1.0), 6)
    0.5
    """
    if isinstance(x, Value):
        return accepted(x.__pow__(y), "pow", y)
    if isinstance(y, Value):
        return accepted(y.__rpow__(x), "pow", x)
    try:
        return _pow(number(x, "pow"), number(y, "pow"))
    except REFUSED as error:
        raise refusal("pow", (x, y), error) from None


def log1p(x: Number) -> Number:
    """log(1 + x), exact near 0.

    z = log1p(x)

        ∂z/∂x = 1 / (1 + x)

    Domain: x > -1.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import log1p
    >>> round(log1p(0.5), 6)
    0.405465
    """
    if isinstance(x, Value):
        return x.log1p()
    try:
        return _log1p(number(x, "log1p"))
    except REFUSED as error:
        raise refusal("log1p", (x,), error) from None


def log2(x: Number) -> Number:
    """The logarithm to base 2.

    z = log2(x)

        ∂z/∂x = 1 / (x * log(2))
            computed as 1.4426950408889634 / x

    Domain: x > 0.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import log2
    >>> round(log2(0.5), 6)
    -1.0
    """
    if isinstance(x, Value):
        return x.log2()
    try:
        return _log2(number(x, "log2"))
    except REFUSED as error:
        raise refusal("log2", (x,), error) from None


def log10(x: Number) -> Number:
    """The logarithm to base 10.

    z = log10(x)

        ∂z/∂x = 1 / (x * log(10))
            computed as 0.4342944819032518 / x

    Domain: x > 0.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import log10
    >>> round(log10(0.5), 6)
    -0.30103
    """
    if isinstance(x, Value):
        return x.log10()
    try:
        return _log10(number(x, "log10"))
    except REFUSED as error:
        raise refusal("log10", (x,), error) from None


@overload
def hypot(x: float, y: float) -> float: ...
@overload
def hypot(x: Value, y: Value | float) -> Value: ...
@overload
def hypot(x: float, y: Value) -> Value: ...
def hypot(x: Value | float, y: Value | float) -> Value | float:
    """√(x² + y²), without overflow on the way.

    z = hypot(x, y) = x + y if x != x or y != y else hypot(x, y)

        ∂z/∂x = x / z
            computed as 0 if z == 0 else x / z if 1e-290 < z < 1e300 else x * s / hypot(x * s, y * s)
                where s = 1e300 if z < 1 else 1e-300
        ∂z/∂y = y / z
            computed as 0 if z == 0 else y / z if 1e-290 < z < 1e300 else y * s / hypot(x * s, y * s)
                where s = 1e300 if z < 1 else 1e-300

    Kinks: x == 0 and y == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import hypot
    >>> round(hypot(0.5, 1.0), 6)
    1.118034
    """
    if isinstance(x, Value):
        return accepted(x._left_of_hypot(y), "hypot", y)
    if isinstance(y, Value):
        return accepted(y._right_of_hypot(x), "hypot", x)
    return _hypot(number(x, "hypot"), number(y, "hypot"))


def sin(x: Number) -> Number:
    """The sine of an angle in radians.

    z = sin(x)

        ∂z/∂x = cos(x)

    Domain: -inf < x < inf.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import sin
    >>> round(sin(0.5), 6)
    0.479426
    """
    if isinstance(x, Value):
        return x.sin()
    try:
        return _sin(number(x, "sin"))
    except REFUSED as error:
        raise refusal("sin", (x,), error) from None


def cos(x: Number) -> Number:
    """The cosine of an angle in radians.

    z = cos(x)

        ∂z/∂x = -sin(x)

    Domain: -inf < x < inf.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import cos
    >>> round(cos(0.5), 6)
    0.877583
    """
    if isinstance(x, Value):
        return x.cos()
    try:
        return _cos(number(x, "cos"))
    except REFUSED as error:
        raise refusal("cos", (x,), error) from None


def tan(x: Number) -> Number:
    """The tangent of an angle in radians.

    z = tan(x)

        ∂z/∂x = 1 + z**2
            computed as 1 + z * z

    Domain: -inf < x < inf.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import tan
    >>> round(tan(0.5), 6)
    0.546302
    """
    if isinstance(x, Value):
        return x.tan()
    try:
        return _tan(number(x, "tan"))
    except REFUSED as error:
        raise refusal("tan", (x,), error) from None


def asin(x: Number) -> Number:
    """The angle in radians whose sine is x, from −π/2 to π/2.

    z = asin(x)

        ∂z/∂x = 1 / sqrt(1 - x**2)
            computed as 1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else inf

    Domain: -1 <= x <= 1.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import asin
    >>> round(asin(0.5), 6)
    0.523599
    """
    if isinstance(x, Value):
        return x.asin()
    try:
        return _asin(number(x, "asin"))
    except REFUSED as error:
        raise refusal("asin", (x,), error) from None


def acos(x: Number) -> Number:
    """The angle in radians whose cosine is x, from 0 to π.

    z = acos(x)

        ∂z/∂x = -1 / sqrt(1 - x**2)
            computed as -1 / sqrt((1 - x) * (1 + x)) if abs(x) != 1 else -inf

    Domain: -1 <= x <= 1.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import acos
    >>> round(acos(0.5), 6)
    1.047198
    """
    if isinstance(x, Value):
        return x.acos()
    try:
        return _acos(number(x, "acos"))
    except REFUSED as error:
        raise refusal("acos", (x,), error) from None


def atan(x: Number) -> Number:
    """The angle in radians whose tangent is x, between −π/2 and π/2.

    z = atan(x)

        ∂z/∂x = 1 / (1 + x**2)
            computed as 1 / (1 + x * x)

    >>> from autograd_scalar.functions import atan
    >>> round(atan(0.5), 6)
    0.463648
    """
    if isinstance(x, Value):
        return x.atan()
    return _atan(number(x, "atan"))


@overload
def atan2(y: float, x: float) -> float: ...
@overload
def atan2(y: Value, x: Value | float) -> Value: ...
@overload
def atan2(y: float, x: Value) -> Value: ...
def atan2(y: Value | float, x: Value | float) -> Value | float:
    """The angle of the point (x, y) in radians, from −π to π.

    z = atan2(y, x)

        ∂z/∂y = x / (x**2 + y**2)
            computed as 0 if h == 0 else x / h / h if abs(x) >= 1e-290 * abs(y) else x / (h * h)
                where h = hypot(x, y)
        ∂z/∂x = -y / (x**2 + y**2)
            computed as 0 if h == 0 else -y / h / h if abs(y) >= 1e-290 * abs(x) else -y / (h * h)
                where h = hypot(x, y)

    Kinks: x == 0 and y == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import atan2
    >>> round(atan2(0.5, 1.0), 6)
    0.463648
    """
    if isinstance(y, Value):
        return accepted(y._left_of_atan2(x), "atan2", x)
    if isinstance(x, Value):
        return accepted(x._right_of_atan2(y), "atan2", y)
    return _atan2(number(y, "atan2"), number(x, "atan2"))


def sinh(x: Number) -> Number:
    """The hyperbolic sine.

    z = sinh(x)

        ∂z/∂x = cosh(x)

    >>> from autograd_scalar.functions import sinh
    >>> round(sinh(0.5), 6)
    0.521095
    """
    if isinstance(x, Value):
        return x.sinh()
    try:
        return _sinh(number(x, "sinh"))
    except REFUSED as error:
        raise refusal("sinh", (x,), error) from None


def cosh(x: Number) -> Number:
    """The hyperbolic cosine.

    z = cosh(x)

        ∂z/∂x = sinh(x)

    >>> from autograd_scalar.functions import cosh
    >>> round(cosh(0.5), 6)
    1.127626
    """
    if isinstance(x, Value):
        return x.cosh()
    try:
        return _cosh(number(x, "cosh"))
    except REFUSED as error:
        raise refusal("cosh", (x,), error) from None


def tanh(x: Number) -> Number:
    """The hyperbolic tangent, between −1 and 1.

    z = tanh(x)

        ∂z/∂x = 1 - z**2
            computed as h * h
                where e = exp(-x if x > 0 else x)
                where h = 2 * e / (1 + e * e)

    >>> from autograd_scalar.functions import tanh
    >>> round(tanh(0.5), 6)
    0.462117
    """
    if isinstance(x, Value):
        return x.tanh()
    return _tanh(number(x, "tanh"))


def asinh(x: Number) -> Number:
    """The inverse of sinh.

    z = asinh(x)

        ∂z/∂x = 1 / sqrt(x**2 + 1)
            computed as 1 / hypot(x, 1)

    >>> from autograd_scalar.functions import asinh
    >>> round(asinh(0.5), 6)
    0.481212
    """
    if isinstance(x, Value):
        return x.asinh()
    return _asinh(number(x, "asinh"))


def acosh(x: Number) -> Number:
    """The inverse of cosh.

    z = acosh(x)

        ∂z/∂x = 1 / sqrt(x**2 - 1)
            computed as 1 / (sqrt(x - 1) * sqrt(x + 1)) if x != 1 else inf

    Domain: x >= 1.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import acosh
    >>> round(acosh(2.0), 6)
    1.316958
    """
    if isinstance(x, Value):
        return x.acosh()
    try:
        return _acosh(number(x, "acosh"))
    except REFUSED as error:
        raise refusal("acosh", (x,), error) from None


def atanh(x: Number) -> Number:
    """The inverse of tanh.

    z = atanh(x)

        ∂z/∂x = 1 / (1 - x**2)
            computed as 1 / ((1 - x) * (1 + x))

    Domain: -1 < x < 1.
    Outside it raises `DomainError`.

    >>> from autograd_scalar.functions import atanh
    >>> round(atanh(0.5), 6)
    0.549306
    """
    if isinstance(x, Value):
        return x.atanh()
    try:
        return _atanh(number(x, "atanh"))
    except REFUSED as error:
        raise refusal("atanh", (x,), error) from None


def erf(x: Number) -> Number:
    """The error function.

    z = erf(x)

        ∂z/∂x = 2 / sqrt(pi) * exp(-x**2)
            computed as 1.1283791670955126 * exp(-x * x)

    >>> from autograd_scalar.functions import erf
    >>> round(erf(0.5), 6)
    0.5205
    """
    if isinstance(x, Value):
        return x.erf()
    return _erf(number(x, "erf"))


def erfc(x: Number) -> Number:
    """1 − erf(x), exact far out.

    z = erfc(x)

        ∂z/∂x = -2 / sqrt(pi) * exp(-x**2)
            computed as -1.1283791670955126 * exp(-x * x)

    >>> from autograd_scalar.functions import erfc
    >>> round(erfc(0.5), 6)
    0.4795
    """
    if isinstance(x, Value):
        return x.erfc()
    return _erfc(number(x, "erfc"))


def sigmoid(x: Number) -> Number:
    """1/(1 + e⁻ˣ), between 0 and 1.

    z = sigmoid(x) = 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))

        ∂z/∂x = z * (1 - z)
            computed as sigmoid(x) * sigmoid(-x)

    >>> from autograd_scalar.functions import sigmoid
    >>> round(sigmoid(0.5), 6)
    0.622459
    """
    if isinstance(x, Value):
        return x.sigmoid()
    return _sigmoid(number(x, "sigmoid"))


def log_sigmoid(x: Number) -> Number:
    """log σ(x).

    z = log_sigmoid(x) = -log1p(exp(-x)) if x >= 0 else x - log1p(exp(x))

        ∂z/∂x = sigmoid(-x)

    >>> from autograd_scalar.functions import log_sigmoid
    >>> round(log_sigmoid(0.5), 6)
    -0.474077
    """
    if isinstance(x, Value):
        return x.log_sigmoid()
    return _log_sigmoid(number(x, "log_sigmoid"))


def softplus(x: Number) -> Number:
    """log(1 + eˣ), a smooth relu.

    z = softplus(x) = x + log1p(exp(-x)) if x > 0 else log1p(exp(x))

        ∂z/∂x = sigmoid(x)

    >>> from autograd_scalar.functions import softplus
    >>> round(softplus(0.5), 6)
    0.974077
    """
    if isinstance(x, Value):
        return x.softplus()
    return _softplus(number(x, "softplus"))


def relu(x: Number) -> Number:
    """x where it is positive, else 0.

    z = relu(x) = 0 if x <= 0 else x

        ∂z/∂x = 0 if x <= 0 else 1

    Kinks: x == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import relu
    >>> round(relu(0.5), 6)
    0.5
    """
    if isinstance(x, Value):
        return x.relu()
    return _relu(number(x, "relu"))


def leaky_relu(x: Number, slope: float = 0.01) -> Number:
    """relu with a small slope at the left.

    z = leaky_relu(x, slope=0.01) = slope * x if x <= 0 else x

        ∂z/∂x = slope if x <= 0 else 1

    Kinks: x == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import leaky_relu
    >>> round(leaky_relu(0.5), 6)
    0.5
    """
    if isinstance(x, Value):
        return x.leaky_relu(slope=slope)
    return _leaky_relu(number(x, "leaky_relu"), number(slope, "leaky_relu"))


def elu(x: Number, alpha: float = 1.0) -> Number:
    """relu with an exponential left side.

    z = elu(x, alpha=1) = alpha * expm1(x) if x <= 0 else x

        ∂z/∂x = alpha * exp(x) if x <= 0 else 1

    Kinks: x == 0 and alpha != 1.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import elu
    >>> round(elu(0.5), 6)
    0.5
    """
    if isinstance(x, Value):
        return x.elu(alpha=alpha)
    return _elu(number(x, "elu"), number(alpha, "elu"))


def selu(x: Number) -> Number:
    """elu, scaled so that activations normalise themselves.

    z = selu(x) = 1.7580993408473766 * expm1(x) if x <= 0 else 1.0507009873554805 * x

        ∂z/∂x = 1.7580993408473766 * exp(x) if x <= 0 else 1.0507009873554805

    Kinks: x == 0.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import selu
    >>> round(selu(0.5), 6)
    0.52535
    """
    if isinstance(x, Value):
        return x.selu()
    return _selu(number(x, "selu"))


def gelu(x: Number) -> Number:
    """x·Φ(x), Φ being the distribution function of N(0, 1).

    z = gelu(x) = 0.5 * x * erfc(-0.7071067811865476 * x)

        ∂z/∂x = (1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * pi)
            computed as 0.5 * erfc(-0.7071067811865476 * x) + 0.3989422804014327 * x * exp(-0.5 * x * x)

    >>> from autograd_scalar.functions import gelu
    >>> round(gelu(0.5), 6)
    0.345731
    """
    if isinstance(x, Value):
        return x.gelu()
    return _gelu(number(x, "gelu"))


def silu(x: Number) -> Number:
    """x·σ(x).

    z = silu(x) = x * sigmoid(x)

        ∂z/∂x = sigmoid(x) * (1 + x * (1 - sigmoid(x)))
            computed as sigmoid(x) * (1 + x * sigmoid(-x))

    >>> from autograd_scalar.functions import silu
    >>> round(silu(0.5), 6)
    0.31123
    """
    if isinstance(x, Value):
        return x.silu()
    return _silu(number(x, "silu"))


def softsign(x: Number) -> Number:
    """x/(1 + |x|), between −1 and 1.

    z = softsign(x) = x / (1 + abs(x))

        ∂z/∂x = 1 / (1 + abs(x))**2
            computed as 1 / ((1 + abs(x)) * (1 + abs(x)))

    >>> from autograd_scalar.functions import softsign
    >>> round(softsign(0.5), 6)
    0.333333
    """
    if isinstance(x, Value):
        return x.softsign()
    return _softsign(number(x, "softsign"))


@overload
def max(x: float, y: float) -> float: ...
@overload
def max(x: Value, y: Value | float) -> Value: ...
@overload
def max(x: float, y: Value) -> Value: ...
def max(x: Value | float, y: Value | float) -> Value | float:
    """The larger of two.

    z = max(x, y) = y if x < y or y != y else x

        ∂z/∂x = 0 if x < y else tie if x == y else 1
        ∂z/∂y = 0 if y < x else tie if x == y else 1

    tie: ½ between two Values, 0 against a plain number.
    Kinks: x == y.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import max
    >>> round(max(0.5, 1.0), 6)
    1.0
    """
    if isinstance(x, Value):
        return accepted(x._left_of_max(y), "max", y)
    if isinstance(y, Value):
        return accepted(y._right_of_max(x), "max", x)
    return _max(number(x, "max"), number(y, "max"))


@overload
def min(x: float, y: float) -> float: ...
@overload
def min(x: Value, y: Value | float) -> Value: ...
@overload
def min(x: float, y: Value) -> Value: ...
def min(x: Value | float, y: Value | float) -> Value | float:
    """The smaller of two.

    z = min(x, y) = y if y < x or y != y else x

        ∂z/∂x = 0 if y < x else tie if x == y else 1
        ∂z/∂y = 0 if x < y else tie if x == y else 1

    tie: ½ between two Values, 0 against a plain number.
    Kinks: x == y.
    There the partial says which slope is taken.

    >>> from autograd_scalar.functions import min
    >>> round(min(0.5, 1.0), 6)
    0.5
    """
    if isinstance(x, Value):
        return accepted(x._left_of_min(y), "min", y)
    if isinstance(y, Value):
        return accepted(y._right_of_min(x), "min", x)
    return _min(number(x, "min"), number(y, "min"))


def clip(x: Number, low: float, high: float) -> Number:
    """x, kept between low and high.

    z = clip(x, low, high) = low if x < low else high if x > high else x

        ∂z/∂x = 0 if x <= low or x >= high else 1

    Kinks: x == low or x == high.
    There the partial says which slope is taken.
    """
    if isinstance(x, Value):
        return x.clip(low=low, high=high)
    return _clip(number(x, "clip"), number(low, "clip"), number(high, "clip"))


def where(condition: Value | float, x: Value | float, y: Value | float) -> Any:
    """x where the condition holds, else y; nothing flows from the other one.

    A comparison of Values gives a plain truth value: as the condition it decides once, when it is recorded.
    A Value as the condition stays part of the graph, and holds where it is not 0: ``x.relu()`` for x > 0,
    ``(x - 3).relu()`` for x > 3, ``x.relu() * y.relu()`` for both.

    z = where(condition, x, y) = condition if condition != condition else x if condition else y

        ∂z/∂condition = nothing
        ∂z/∂x = 1 if condition else nothing
        ∂z/∂y = nothing if condition else 1

    nothing: no gradient flows, and there is no edge.

    >>> from autograd_scalar.functions import where
    >>> round(where(0.5, 1.0, 1.5), 6)
    1.0
    """
    if type(condition) is Value:
        condition_values: bool | None = True
    elif type(condition) is float:
        condition_values = False
    else:
        condition, condition_values = read_one("where", "condition", condition)
    if type(x) is Value:
        x_values: bool | None = True
    elif type(x) is float:
        x_values = False
    else:
        x, x_values = read_one("where", "x", x)
    if type(y) is Value:
        y_values: bool | None = True
    elif type(y) is float:
        y_values = False
    else:
        y, y_values = read_one("where", "y", y)
    rule, value = WHERE_RULES.get((condition_values, x_values, y_values), WHERE_MIXED)
    data = value(condition, x, y)
    if rule is None:
        return data
    parents: list[Value] = []
    if number_of(condition) and isinstance(x, Value):
        parents.append(x)
    if not number_of(condition) and isinstance(y, Value):
        parents.append(y)
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = (condition, x, y, tuple(parents))
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def sum(*x: Any) -> Any:
    """The sum of a sequence, left to right.

    z = sum(*x) = t if isfinite(t) else total(x * 2.0**-64) * 2.0**64
        where t = total(x)

        ∂z/∂x = 1

    total: the sum over the elements, left to right.
    """
    x = elements("sum", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("sum", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = SUM_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("sum", "x", x)
            rule, value = SUM_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("sum", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def mean(*x: Any) -> Any:
    """The sum of a sequence over its length.

    z = mean(*x) = t / count(x) if isfinite(t) else total(x / count(x))
        where t = total(x)

        ∂z/∂x = 1 / count(x)

    total: the sum over the elements, left to right.
    count: how many elements there are.
    """
    x = elements("mean", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("mean", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = MEAN_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("mean", "x", x)
            rule, value = MEAN_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("mean", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def prod(*x: Any) -> Any:
    """The product of a sequence.

    z = prod(*x) = product(x)

        ∂z/∂x = others(x)

    product: the product of the elements.
    others: for each element the product of all the others.
    """
    x = elements("prod", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("prod", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = PROD_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("prod", "x", x)
            rule, value = PROD_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("prod", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def dot(w: Sequence[Any], x: Sequence[Any], b: Value | float = 0.0) -> Any:
    """w₁·x₁ + w₂·x₂ + … + b: a neuron's weighted sum.

    z = dot(*w, *x, b=0) = t + b if isfinite(t) else (total(w * s * (x * s)) + b * s * s) * 2.0**540 * 2.0**540
        where t = total(w * x)
        where s = 2.0**-540

        ∂z/∂w = x
        ∂z/∂x = w
        ∂z/∂b = 1

    total: the sum over the elements, left to right.
    """
    if type(w) is not tuple:
        w = tuple(w) if type(w) is list else sequence("dot", w)
    if type(x) is not tuple:
        x = tuple(x) if type(x) is list else sequence("dot", x)
    if not (len(w) == len(x)):
        raise unequal("dot", w, x)
    if w and type(w[0]) is Value:
        w_values: bool | None = True
    elif are_floats(map(type, w)):
        w_values = False
    else:
        w, w_values = read_each("dot", "w", w)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("dot", "x", x)
    if type(b) is Value:
        b_values: bool | None = True
    elif type(b) is float:
        b_values = False
    else:
        b, b_values = read_one("dot", "b", b)
    kept: tuple[Any, ...] = (w, x, b)
    try:
        try:
            rule, value = DOT_RULES[w_values, x_values, b_values]
            data = value(w, x, b)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            w, w_values = read_each("dot", "w", w)
            x, x_values = read_each("dot", "x", x)
            b, b_values = read_one("dot", "b", b)
            rule, value = DOT_MIXED
            kept = (w, x, b, values(w, x, b))
            data = value(w, x, b)
    except REFUSED as error:
        raise refusal("dot", (*w, *x, b,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def logsumexp(*x: Any) -> Any:
    """log(Σ eˣ), without overflow.

    z = logsumexp(*x) = m + log1p(r + (k - 1))
        where m = largest(x)
        where r = total(exp(x - m) if x < m else 0)
        where k = total(0 if x < m else 1)

        ∂z/∂x = exp(x - z)
            computed as exp(x - m) / s
                where s = total(exp(x - m))

    total: the sum over the elements, left to right.
    largest: the largest element.
    """
    x = elements("logsumexp", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("logsumexp", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = LOGSUMEXP_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("logsumexp", "x", x)
            rule, value = LOGSUMEXP_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("logsumexp", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def maximum(*x: Any) -> Any:
    """The largest of a sequence.

    z = maximum(*x) = largest(x)

        ∂z/∂x = 0 if x < z else share(x, z)

    largest: the largest element.
    share: 1 over how many elements equal z, or 0 where one of these is a plain number.
    Kinks: share(x, z) != 1.
    There the partial says which slope is taken.
    """
    x = elements("maximum", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("maximum", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = MAXIMUM_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("maximum", "x", x)
            rule, value = MAXIMUM_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("maximum", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


def minimum(*x: Any) -> Any:
    """The smallest of a sequence.

    z = minimum(*x) = smallest(x)

        ∂z/∂x = 0 if x > z else share(x, z)

    smallest: the smallest element.
    share: 1 over how many elements equal z, or 0 where one of these is a plain number.
    Kinks: share(x, z) != 1.
    There the partial says which slope is taken.
    """
    x = elements("minimum", x)
    if x and type(x[0]) is Value:
        x_values: bool | None = True
    elif are_floats(map(type, x)):
        x_values = False
    else:
        x, x_values = read_each("minimum", "x", x)
    kept: tuple[Any, ...] = (x,)
    try:
        try:
            rule, value = MINIMUM_RULES[x_values,]
            data = value(x)
        except (AttributeError, KeyError):  # a number among Values has no _data
            kept = ()
        if not kept:
            x, x_values = read_each("minimum", "x", x)
            rule, value = MINIMUM_MIXED
            kept = (x, values(x))
            data = value(x)
    except REFUSED as error:
        raise refusal("minimum", (*x,), error) from None
    if rule is None:
        return data
    z = new()
    z._data = data
    z._rule = rule
    z._x = None
    z._y = kept
    z._grad = None
    z._clock = clock
    return recorded(z) if modes else z


__all__ = [
    "add",
    "sub",
    "mul",
    "abs",
    "div",
    "neg",
    "square",
    "reciprocal",
    "identity",
    "sqrt",
    "cbrt",
    "exp",
    "expm1",
    "log",
    "pow",
    "log1p",
    "log2",
    "log10",
    "hypot",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softsign",
    "max",
    "min",
    "clip",
    "where",
    "sum",
    "mean",
    "prod",
    "dot",
    "logsumexp",
    "maximum",
    "minimum",
]

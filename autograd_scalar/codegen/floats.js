// What Python's floats compute and JavaScript's numbers do not, and what Python's floats refuse.
const floats = (() => {
  const SMALLEST_NORMAL = 2 ** -1022;
  class Refusal extends Error {
    constructor(kind) {
      super(kind);
      this.kind = kind; // "division", "domain" or "range"
    }
  }
  const refuse = (kind) => {
    throw new Refusal(kind);
  };

  // `result` of a function of Math for `numbers`; `inside` tells whether they are in its domain.
  const checked = (result, inside, ...numbers) => {
    if (Number.isFinite(result) || numbers.some(Number.isNaN)) return result;
    if (Number.isNaN(result)) refuse("domain");
    if (numbers.every(Number.isFinite)) refuse(inside ? "range" : "domain");
    return result;
  };
  const divided = (x, y) => (y === 0 ? refuse("division") : x / y);
  const power = (x, y) => {
    if (x === 1 || y === 0 || (x === -1 && Math.abs(y) === Infinity)) return 1;
    return checked(Math.pow(x, y), x !== 0, x, y);
  };
  const floor = (x) => Math.floor(x) + 0; // Python's is a whole number, which has no −0
  const isfinite = (x) => Number(Number.isFinite(x));

  // Sequences. Left to right, so that the same bits come out everywhere.
  const total = (count, term) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += term(i);
    return sum;
  };
  const extreme = (x, isBetter) => {
    if (x.length === 0) refuse("domain");
    let result = x[0];
    for (const element of x) if (isBetter(element, result) || Number.isNaN(element)) result = element;
    return result;
  };
  const largest = (x) => extreme(x, (a, b) => a > b);
  const smallest = (x) => extreme(x, (a, b) => a < b);
  const share = (x, z, areValues) => {
    let ties = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] !== z) continue;
      if (!areValues[i]) return 0;
      ties += 1;
    }
    return ties > 0 ? 1 / ties : 1;
  };

  // A number as fraction·2^exponent, 0.5 ≤ |fraction| < 1, and back, rounded once.
  const view = new DataView(new ArrayBuffer(8));
  const frexp = (x) => {
    if (x === 0 || !Number.isFinite(x)) return [x, 0];
    const shift = Math.abs(x) < SMALLEST_NORMAL ? 54 : 0;
    view.setFloat64(0, x * 2 ** shift);
    const high = view.getUint32(0);
    view.setUint32(0, ((high & 0x800fffff) | 0x3fe00000) >>> 0);
    return [view.getFloat64(0), ((high >>> 20) & 0x7ff) - 1022 - shift];
  };
  const ldexp = (fraction, exponent) => {
    if (exponent > 2000 || exponent < -2000) return fraction * (exponent > 0 ? Infinity : 0);
    const first = exponent < -1000 ? -1000 : Math.trunc(exponent / 2);
    return fraction * 2 ** first * 2 ** (exponent - first);
  };
  const times = ([fraction, exponent], element) => {
    const [own, shift] = frexp(element);
    const [product, carry] = frexp(fraction * own);
    return [product, exponent + shift + carry];
  };
  const joined = ([fraction, exponent]) => (fraction === 0 || Number.isNaN(fraction) ? fraction : ldexp(fraction, exponent));
  const product = (x) => {
    let result = 1;
    let inRange = true;
    for (const element of x) {
      result *= element;
      inRange = inRange && Math.abs(result) >= SMALLEST_NORMAL && Math.abs(result) < Infinity;
    }
    return inRange ? result : joined(x.reduce(times, [1, 0]));
  };
  const others = (x) => {
    const before = [[1, 0]];
    const after = [[1, 0]];
    x.slice(1).forEach((_, i) => {
      before.push(times(before[i], x[i]));
      after.push(times(after[i], x[x.length - 1 - i]));
    });
    return x.map((_, i) => {
      const [left, right] = [before[i], after[x.length - 1 - i]];
      return joined([left[0] * right[0], left[1] + right[1]]);
    });
  };

  // exp(−x²) for x ≥ 0, with the rounding of x² put right: high·high is exact.
  const bell = (x) => {
    const high = Math.round(x * 2 ** 20) / 2 ** 20;
    return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
  };
  // The error function near 0, by its series with positive terms only, and its complement far out, by the even part of
  // its continued fraction (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14).
  const NEAR = 1.5;
  const series = (x) => {
    let sum = 0;
    for (let k = 25; k > 0; k--) sum = 2 + (sum * x * x) / (k + 0.5);
    return ((sum * x) / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  };
  const complement = (x) => {
    if (x >= 30) return 0;
    let a = 0;
    let step = 0.5;
    let [p, before] = [1, 0];
    let [q, beforeQ] = [0.5 + x * x, 1];
    for (let k = 0; k < 50; k++) {
      a += step;
      step += 2;
      const b = step + x * x;
      [p, before] = [b * p - a * before, p];
      [q, beforeQ] = [b * q - a * beforeQ, q];
    }
    return (((p / q) * x) * bell(x)) / Math.sqrt(Math.PI);
  };
  const erf = (x) => {
    if (Number.isNaN(x)) return x;
    const size = Math.abs(x);
    return size < NEAR ? series(x) : Math.sign(x) * (1 - complement(size));
  };
  const erfc = (x) => {
    if (Number.isNaN(x)) return x;
    const size = Math.abs(x);
    if (size < NEAR) return 1 - series(x);
    return x > 0 ? complement(size) : 2 - complement(size);
  };

  return { Refusal, checked, divided, power, floor, isfinite, total, largest, smallest, share, product, others, erf, erfc };
})();

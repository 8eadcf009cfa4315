// A number, written as `formula.number` writes it, character by character; `digits` null: the shortest text that reads
// back as the same number.
const number = (x, digits = 6) => {
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "";
  const size = Math.abs(x);
  if (size === 0) return "0";
  if (size === Infinity) return sign + "∞";
  const apart = (text) => {
    const [mantissa, exponent] = text.split("e");
    return [mantissa.replace(".", ""), Number(exponent)];
  };
  let [figures, exponent] = apart(digits === null ? size.toExponential() : size.toExponential(digits - 1));
  if (digits !== null && Number(size.toExponential(digits)) === size) { // else it is no half, and needs no long look
    const [all, own] = apart(size.toExponential(99)); // a half is rounded to the even figure; toExponential rounds it up
    if (/^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0) {
      [figures, exponent] = [all.slice(0, digits), own];
    }
  }
  figures = figures.replace(/0+$/, "");
  if (exponent < -4 || exponent >= (digits === null ? 16 : digits)) {
    const mantissa = figures.length > 1 ? figures[0] + "." + figures.slice(1) : figures;
    const power = "10" + String(exponent).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
    return sign + (mantissa === "1" ? power : mantissa + "·" + power);
  }
  if (exponent < 0) return sign + "0." + "0".repeat(-exponent - 1) + figures;
  const whole = figures.padEnd(exponent + 1, "0");
  return sign + whole.slice(0, exponent + 1) + (whole.length > exponent + 1 ? "." + whole.slice(exponent + 1) : "");
};

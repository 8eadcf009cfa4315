// A program, ready to run: one pass forward and one backward over its equations.
const replay = (program, names, rules, number) => {
  const read = (x) => (typeof x === "string" ? { inf: Infinity, "-inf": -Infinity, nan: NaN }[x] : x);
  const inputs = program.inputs.map(([, x]) => read(x));
  const constants = program.constants.map(read);
  const first = inputs.length + constants.length; // the number of the first equation's node
  const count = first + program.equations.length;
  const isValue = (place) => place < inputs.length || place >= first;
  const shaped = (operands, of) => operands.map((one) => (Array.isArray(one) ? one.map(of) : of(one)));

  const equations = program.equations.map(([, op, operands, parameters = []]) => {
    const areValues = shaped(operands, isValue);
    const flat = operands.flat();
    return { op, rule: rules[op], operands, parameters, flat, areValues, tie: flat.every(isValue) ? 0.5 : 0 };
  });

  // ------------------------------------------------------------------------------------------------- refusals
  class Refused extends Error {
    constructor(name, place, message) {
      super(message);
      this.name = name;
      this.place = place;
    }
  }
  const mention = (place, values) => (isValue(place) ? names[place] : number(values[place]));
  const written = ({ op, rule, flat }, values) => {
    const shown = flat.slice(0, 6).map((place) => {
      const text = mention(place, values);
      return rule.infix !== "" && (text.startsWith("−") || text.includes(" ")) ? "(" + text + ")" : text;
    });
    if (rule.infix !== "") return shown.length > 1 ? shown.join(" " + rule.infix + " ") : rule.infix + shown[0];
    return op + "(" + shown.join(", ") + (flat.length > 6 ? ", …" : "") + ")";
  };
  const where = ({ flat }, values) =>
    [...new Set(flat.slice(0, 6).filter(isValue))].map((place) => names[place] + " = " + number(values[place])).join(", ");
  const refusal = (error, place, values, numbers) => {
    if (!(error instanceof floats.Refusal)) return error;
    const equation = equations[place - first];
    const [shown, at] = [written(equation, values), where(equation, values)];
    const { needs, isPole } = equation.rule;
    if (error.kind === "division" || isPole(...numbers)) {
      return new Refused("DivisionError", place, `${shown} divides by zero at ${at}; keep the denominator away from 0`);
    }
    if (error.kind === "range") {
      const advice = "bring its operands into a smaller range first";
      return new Refused("RangeError", place, `${shown} is beyond the largest float, about 1.8·10³⁰⁸, at ${at}; ${advice}`);
    }
    const advice = needs === "" ? "; change the operand first" : `: ${needs}. Bring it into that range first`;
    return new Refused("DomainError", place, `${shown} has no real value at ${at}${advice}`);
  };
  const refusedPartial = (error, place, values) => {
    if (!(error instanceof floats.Refusal)) return error;
    const name = { division: "DivisionError", range: "RangeError", domain: "DomainError" }[error.kind];
    const at = where(equations[place - first], values);
    return new Refused(name, place, `the derivative of ${names[place]} cannot be computed at ${at}`);
  };

  // ---------------------------------------------------------------------------------------------- both passes
  const forward = (given) => {
    const values = new Float64Array(count);
    values.set(given);
    values.set(constants, inputs.length);
    const get = (place) => values[place];
    equations.forEach(({ rule, operands, parameters }, i) => {
      const numbers = [...shaped(operands, get), ...parameters.map(get)];
      try {
        values[first + i] = rule.value(...numbers);
      } catch (error) {
        throw refusal(error, first + i, values, numbers);
      }
    });
    return values;
  };

  const run = (given = inputs) => {
    if (given.length !== inputs.length || !Array.from(given).every((x) => typeof x === "number")) {
      throw new TypeError(`run takes ${inputs.length} numbers, one for each of ${names.slice(0, inputs.length).join(", ")}`);
    }
    const values = forward(given);
    const get = (place) => values[place];
    const adjoints = new Float64Array(count);
    const reached = new Uint8Array(count);
    const partials = equations.map(({ flat }) => flat.map(() => null));
    adjoints[program.output] = 1;
    reached[program.output] = 1;
    for (let i = equations.length - 1; i >= 0; i--) {
      if (reached[first + i] === 0) continue;
      const { rule, operands, parameters, flat, areValues, tie } = equations[i];
      const numbers = [...shaped(operands, get), ...parameters.map(get), values[first + i], tie, areValues];
      try {
        partials[i] = operands.flatMap((operand, j) => {
          if (!Array.isArray(operand)) return [areValues[j] ? rule.partials[j](...numbers) : null];
          if (!areValues[j].includes(true)) return operand.map(() => null);
          return rule.partials[j](...numbers).map((partial, k) => (areValues[j][k] ? partial : null));
        });
      } catch (error) {
        throw refusedPartial(error, first + i, values);
      }
      flat.forEach((place, j) => {
        if (partials[i][j] === null) return;
        adjoints[place] += adjoints[first + i] * partials[i][j];
        reached[place] = 1;
      });
    }
    return { values, partials, adjoints, reached };
  };

  const operands = equations.map(({ flat }) => flat);
  return { names, inputs, constants, operands, ops: equations.map(({ op }) => op), output: program.output, run };
};

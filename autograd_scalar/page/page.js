// The page. It knows no calculus and no notation: `program` computes, `data` holds the templates, and here the numbers
// are put into them. The first lines of `templates.py` say what a template is.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { leaves, digits } = data;
  const element = (id) => document.getElementById(id);
  const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
  const read = (x) => (typeof x === "string" ? special[x] : x);

  // ----------------------------------------------------------------------------------------------- the views
  // The graph as its choices have it now; `View.key` in views.py says how a view is told from the others.
  let view;
  let [nodes, steps, cards, wires] = [[], [], [], []];
  let count = 0;
  const first = program.inputs.length + program.constants.length;
  const flowing = (partials) => partials.flatMap((partial, at) => (partial === null ? [] : [at])).join(",") || ".";
  class Elsewhere extends Error {}
  const viewOf = ({ reached, partials }) => {
    const key = data.choosers.map((place) => (reached[place] ? flowing(partials[place - first]) : "-")).join(" ");
    if (!(key in data.views)) throw new Elsewhere(key);
    return data.views[key];
  };

  // ------------------------------------------------------------------------------------------------ one pass
  let pass;
  let known = [];
  const take = (run) => {
    const next = viewOf(run);
    if (next !== view) enter(next);
    const of = (all) => nodes.map(({ place }) => all[place]);
    const gradients = of(run.adjoints);
    const partials = nodes.map(({ place, operands }) => operands.map((at) => run.partials[place - first][at]));
    const slopes = [];
    const contributions = [];
    const before = [];
    const after = [];
    const sofar = new Map();
    steps.forEach(({ phase, node, source, edges, use }, index) => {
      const k = index + 1;
      if (phase === "seed") after[k] = 1;
      if (phase !== "backward") return;
      const along = edges.map(([n, at]) => partials[n][at]);
      slopes[k] = along.reduce((product, slope) => product * slope, 1);
      contributions[k] = along.reduce((product, slope) => product * slope, gradients[source]);
      before[k] = sofar.get(node) ?? 0;
      after[k] = use[0] === use[1] ? gradients[node] : before[k] + contributions[k];
      sofar.set(node, after[k]);
    });
    pass = { all: run.values, values: of(run.values), gradients, partials, slopes, contributions, before, after };
    known = [];
  };

  // --------------------------------------------------------------------------------------------- expressions
  const operations = {
    of: (place) => pass.all[place],
    v: (i) => pass.values[i],
    g: (i) => pass.gradients[i],
    d: (i, at) => pass.partials[i][at],
    p: (k) => pass.slopes[k],
    c: (k) => pass.contributions[k],
    b: (k) => pass.before[k],
    a: (k) => pass.after[k],
    list: (...elements) => elements.map(evaluate),
    f: (name, ...operands) => rules[name].value(...operands.map(evaluate)),
    and: (...tests) => tests.every(evaluate),
    or: (...tests) => tests.some(evaluate),
    exact: (...places) => places.every((place) => isExact(valueOf(place))),
  };
  const arithmetic = {
    "+": (...terms) => terms.reduce((sum, term) => sum + term, 0),
    "*": (...factors) => factors.reduce((product, factor) => product * factor, 1),
    "-": (x) => -x,
    "/": (x, y) => x / y,
    "^": (x, y) => x ** y,
    abs: Math.abs,
    not: (test) => !test,
    finite: Number.isFinite,
    "=": (x, y) => x === y,
    "≠": (x, y) => x !== y,
    "<": (x, y) => x < y,
    "≤": (x, y) => x <= y,
    ">": (x, y) => x > y,
    "≥": (x, y) => x >= y,
  };
  const evaluate = (expression) => {
    if (!Array.isArray(expression)) return read(expression);
    const [name, ...operands] = expression;
    if (name in operations) return operations[name](...operands);
    return arithmetic[name](...operands.map(evaluate));
  };
  const valueOf = (place) => {
    if (!(place in known)) {
      try {
        known[place] = evaluate(view.expressions[place]);
      } catch {
        known[place] = NaN; // the formula of a slope that has no value here
      }
    }
    return known[place];
  };

  // ----------------------------------------------------------------------------------------------- templates
  const shown = (x) => number(x, digits);
  const isExact = (x) => digits === null || Number.isNaN(x) || !Number.isFinite(x) || Number(x.toPrecision(digits)) === x;
  const raised = (text) => text.replace(/[-−0-9]/g, (c) => ("-−".includes(c) ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
  const lowered = (text) => text.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => (c === "⁻" ? "−" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)));
  const NEGATIVE = 1;
  const PRODUCT = 2;
  const POWER = 3;
  const ATOM = 4;
  const tightness = (x) => {
    if (x < 0) return NEGATIVE;
    const written = shown(x);
    if (written.includes("·")) return PRODUCT;
    return /[⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(written) ? POWER : ATOM;
  };
  const text = {
    number: shown,
    level: tightness,
    bracketed: (inside) => `(${inside})`,
    relation: (sign) => `${sign} `,
    joined: (parts) => parts.join(" "),
    colon: ":",
  };
  const mathml = {
    number(x) {
      const digitsOnly = shown(Math.abs(x));
      let written = `<mn>${digitsOnly}</mn>`;
      if (Number.isNaN(x) || Math.abs(x) === Infinity) written = `<mi>${digitsOnly}</mi>`;
      const power = /^(?:(.*)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(digitsOnly);
      if (power) {
        written = `<msup><mn>10</mn><mn>${lowered(power[2])}</mn></msup>`;
        if (power[1]) written = `<mn>${power[1]}</mn><mo>·</mo>${written}`;
      }
      if (x < 0) return `<mrow><mo>−</mo>${written}</mrow>`;
      return power && power[1] ? `<mrow>${written}</mrow>` : written;
    },
    level: tightness,
    bracketed: (inside) => `<mrow><mo>(</mo>${inside}<mo>)</mo></mrow>`,
    relation: (sign) => `<mo form="infix">${sign}</mo>`,
    joined: (parts) => parts.map((part) => `<math displaystyle="true"><mrow>${part}</mrow></math>`).join("\u200b"),
    colon: "<mo>:</mo>",
  };
  const fill = (template, style, told) => template.map((part) => filled(part, style, told)).join("");
  const filled = (part, style, told) => {
    if (typeof part === "string") return part;
    if (part === null) {
      told.exact = false; // a plain number of the formula that is rounded
      return "";
    }
    const [kind, ...rest] = Array.isArray(part) ? part : [part, 0];
    if (kind === "x") {
      const alone = { exact: true };
      fill(rest[2] ?? rest[0], style, alone);
      return fill(rest[alone.exact ? 0 : 1], style, told);
    }
    if (kind === "(") {
      const inside = fill(rest[1], style, told);
      return valueOf(rest[0]) < 0 ? style.bracketed(inside) : inside;
    }
    const x = valueOf(kind === "^" ? rest[0] : kind);
    told.exact = told.exact && isExact(x);
    if (kind === "^") {
      if (Number.isInteger(x) && Math.abs(x) < 1000) return raised(String(x));
      return "^" + (style.level(x) < ATOM ? style.bracketed(style.number(x)) : style.number(x));
    }
    const written = style.number(x);
    return style.level(x) < rest[0] ? style.bracketed(written) : written;
  };
  // What a member is exactly, as `formula.exactness` has it: [top, bottom], IRRATIONAL, or null where nobody knows.
  const IRRATIONAL = "irrational";
  const SHORT = 12;
  const LARGEST = 64n;
  const fraction = (x) => {
    if (!Number.isFinite(x)) return null;
    const [mantissa, exponent = "0"] = String(x).split("e");
    const [whole, part = ""] = mantissa.split(".");
    const power = Number(exponent) - part.length;
    const tens = 10n ** BigInt(Math.abs(power));
    return power < 0 ? [BigInt(whole + part), tens] : [BigInt(whole + part) * tens, 1n];
  };
  const isFraction = (one) => Array.isArray(one);
  const isSame = (one, other) => one[0] * other[1] === other[0] * one[1];
  const isNought = (one) => isFraction(one) && one[0] === 0n;
  const times = ([a, b], [c, d]) => [a * c, b * d];
  const toThe = ([a, b], n) => (n < 0n ? toThe(a < 0n ? [-b, -a] : [b, a], -n) : [a ** n, b ** n]);
  const raisedExactly = (base, exponent, value) => {
    if (base === null || exponent === null) return null;
    if (!isFraction(base) || !isFraction(exponent)) return IRRATIONAL;
    let [n, d] = exponent;
    for (let a = n < 0n ? -n : n, b = d; b !== 0n; [a, b] = [b, a % b]) if (a % b === 0n) [n, d] = [n / b, d / b];
    if (n > LARGEST * d || -n > LARGEST * d || (base[0] === 0n && n <= 0n)) return null;
    if (d === 1n) return toThe(base, n);
    const found = fraction(value());
    if (found === null) return null;
    return d <= LARGEST && isSame(toThe(found, d), toThe(base, n)) ? found : IRRATIONAL;
  };
  const isProved = (name, [first, second], value) => {
    if (name === "cbrt") return isSame(toThe(value, 3n), first);
    if (name === "hypot") {
      const [[a, b], [c, d]] = [toThe(first, 2n), toThe(second, 2n)];
      return isSame(toThe(value, 2n), [a * d + c * b, b * d]);
    }
    const base = { log2: 2n, log10: 10n }[name];
    return base !== undefined && value[0] % value[1] === 0n && isSame(toThe([base, 1n], value[0] / value[1]), first);
  };
  const calledExactly = (kind, name, x, known) => {
    const found = fraction(x);
    if (found === null || known.includes(null)) return null;
    if (!known.every(isFraction)) return IRRATIONAL;
    if (kind === "all" || (kind === "some" && known.some((one) => isSame(one, found)))) return found;
    const isPlain = ([a, b]) => a === 0n || a === b || a === -b;
    if (known.every(isPlain) && Number(x.toPrecision(SHORT)) === x) return found;
    return isProved(name, known, found) ? found : IRRATIONAL;
  };
  const exactly = (tree) => {
    if (tree === null) return null;
    const [kind, ...rest] = tree;
    if (kind === "n") return fraction(valueOf(rest[0]));
    if (kind === "c") return fraction(Number(rest[0]));
    if (kind === "x") return exactly(rest[rest[0].every((place) => isExact(valueOf(place))) ? 1 : 2]);
    if (kind === "f") return calledExactly(rest[0], rest[1], valueOf(rest[2]), rest.slice(3).map(exactly));
    if (kind === "^") return raisedExactly(exactly(rest[0]), exactly(rest[1]), () => valueOf(rest[2]));
    const parts = rest.map(exactly);
    if (parts.includes(null)) return null;
    const fractions = parts.filter(isFraction);
    if (kind === "abs") return isFraction(parts[0]) ? [parts[0][0] < 0n ? -parts[0][0] : parts[0][0], parts[0][1]] : parts[0];
    if (kind === "*" && fractions.some(isNought)) return [0n, 1n];
    if (fractions.length < parts.length) return IRRATIONAL;
    return kind === "*" ? fractions.reduce(times) : fractions.reduce(([a, b], [c, d]) => [a * d + c * b, b * d]);
  };
  const differ = (one, other) => {
    if (one === null || other === null) return false;
    return isFraction(one) && isFraction(other) ? !isSame(one, other) : one !== other;
  };
  const withoutSign = (written) => (written.replace(/<[^>]*>/g, "") === "−0" ? written.replace(/−|<mo>−<\/mo>/, "") : written);
  // As `Equation.parts`: each member that says something new, and "=" only where nothing was dropped.
  const lineOf = (line, style) => {
    const [left, ...members] = line[style === text ? "t" : "m"];
    let beginning = fill(left, style, {});
    const parts = [];
    const seen = new Set([beginning]);
    const exactlyAt = (at) => (line.exact === undefined ? null : exactly(view.expressions[line.exact[at]]));
    const isZero = (at) => line.zeros !== undefined && valueOf(line.zeros[at]) === true;
    let exact = true;
    let before = -1;
    members.forEach((member, at) => {
      const own = { exact: true };
      const written = withoutSign(fill(member, style, own));
      const isLast = at === members.length - 1;
      exact = exact && own.exact;
      if (exact && before >= 0 && differ(exactlyAt(before), exactlyAt(at))) exact = false;
      if (seen.has(written) && !isLast) return;
      if (parts.length > 0 && parts.at(-1)[1] === written) {
        if (isLast && !isZero(at)) parts.at(-1)[0] = style.relation(exact ? "=" : "≈");
        return;
      }
      seen.add(written);
      const holds = exact || (own.exact && before >= 0 && isZero(at) && (isZero(before) || isNought(exactlyAt(before))));
      parts.push([style.relation(holds ? "=" : "≈"), written]);
      before = at;
    });
    if (line.colon && parts.length > 0) {
      beginning += style.colon;
      parts[0][0] = "";
    }
    return style.joined([beginning, ...parts.map(([relation, written]) => relation + written)]);
  };
  const wayOf = ({ ways }) => ways.find(({ when }) => when === undefined || valueOf(when));
  const lineAt = (k, key, style) => {
    const moment = steps[k - 1];
    if (key === "total") return moment.total ? lineOf(moment.total, style) : "";
    const way = wayOf(moment);
    let line = way[key];
    if (!line) return "";
    // The formula of a slope may have no value where the slope has one, by convention: then only the number is shown.
    const hasNone = way.term !== undefined && Number.isNaN(valueOf(way.term)) && !Number.isNaN(pass.slopes[k]);
    if (hasNone && (key === "slope" || !way.slope)) {
      line = { m: [line.m[0], line.m.at(-1)], t: [line.t[0], line.t.at(-1)], zeros: line.zeros.slice(-1), exact: line.exact.slice(-1) };
    }
    return lineOf(line, style);
  };
  // What may be seen while a slope is asked for: the left side, and dL/da · da/dz where the equation begins so.
  const questionAt = (k, style) => {
    const { asked, ways } = steps[k - 1];
    const { m, t } = ways[0].line;
    return lineOf({ m: m.slice(0, 1 + asked), t: t.slice(0, 1 + asked) }, style);
  };
  // The slope that is asked for, as the left side of its own equation.
  const askedFor = (k, style = text) => {
    const [{ slope, line }] = steps[k - 1].ways;
    const [left] = (slope ?? line)[style === text ? "t" : "m"];
    return style.joined([fill(left, style, {})]);
  };
  const said = (k) => {
    const [, template] = steps[k - 1].say.find(([when]) => when === null || valueOf(when));
    return fill(template, text, {});
  };

  // ------------------------------------------------------------------------------------------------ predicting
  let isAsking = false;
  let answered; // and what was passed by without an answer: later steps show what comes of it
  let score;
  const askAnew = () => {
    answered = new Set();
    score = { right: 0, tries: 0, skipped: 0 };
  };
  askAnew();
  const isHidden = (k) => isAsking && steps[k - 1].phase === "backward" && !answered.has(k);
  const skipTo = (end) => {
    const { size } = answered;
    for (let k = 1; k < end; k += 1) if (isHidden(k)) answered.add(k);
    score.skipped += answered.size - size;
    return answered.size > size;
  };
  // As the quiz in the terminal puts it.
  const scored = () => {
    const questions = steps.filter(({ phase }) => phase === "backward").length;
    const tries = `${score.tries} ${score.tries === 1 ? "try" : "tries"}`;
    return `${score.right} of ${questions} right (${tries}${score.skipped ? `, ${score.skipped} skipped` : ""}).`;
  };
  const functions = new Map(Object.entries({
    exp: Math.exp, log: Math.log, ln: Math.log, sqrt: Math.sqrt, abs: Math.abs, sin: Math.sin, cos: Math.cos,
    tanh: Math.tanh, sigmoid: (x) => 1 / (1 + Math.exp(-x)), σ: (x) => 1 / (1 + Math.exp(-x)), relu: (x) => Math.max(x, 0),
  }));
  // Arithmetic as on paper, such as 1/3, 3(1 − 0.2)² or −(1 − y)/(1 − p) in the names of the graph; NaN for what is none.
  const numberIn = (typed) => {
    const named = new Map(nodes.flatMap(({ called }, i) => called.map((name) => [name, pass.values[i]])));
    const names = [...named.keys(), ...functions.keys()].sort((one, other) => other.length - one.length);
    const word = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    const token = new RegExp(`(?:${word})(?![\\p{L}\\p{N}_])|(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?|[\\p{L}_][\\p{L}\\p{N}_]*|\\S`, "gu");
    const plain = typed.replaceAll("−", "-").replace(/[·×]/g, "*").replaceAll("**", "^").replace(/(\d),(\d)/g, "$1.$2");
    const tokens = plain.replaceAll("²", "^2").match(token) ?? [];
    let at = 0;
    const takes = (sign) => tokens[at] === sign && (at += 1) > 0;
    const sum = () => {
      let x = product();
      for (;;) {
        if (takes("+")) x += product();
        else if (takes("-")) x -= product();
        else return x;
      }
    };
    const product = () => {
      let x = signed();
      for (;;) {
        if (takes("*")) x *= signed();
        else if (takes("/")) x /= signed();
        else if (tokens[at] === "(" || named.has(tokens[at]) || functions.has(tokens[at])) x *= power();
        else return x;
      }
    };
    const signed = () => (takes("-") ? -signed() : takes("+") ? signed() : power());
    const power = () => {
      const x = single();
      return takes("^") ? x ** signed() : x;
    };
    const single = () => {
      if (named.has(tokens[at])) return named.get(tokens[at++]);
      if (functions.has(tokens[at]) && tokens[at + 1] === "(") return functions.get(tokens[at++])(single());
      if (!takes("(")) return Number(tokens[at++]);
      const x = sum();
      return takes(")") ? x : NaN;
    };
    const x = sum();
    return at === tokens.length ? x : NaN;
  };

  // --------------------------------------------------------------------------------------------------- drawing
  let [cardElements, wireElements, slopeElements] = [[], [], []];
  let rooms = [];
  // How wide a label may be that stands between two cards, in the middle.
  const roomOf = (label, boxes) => {
    const [x, y] = ["x", "y"].map((name) => Number(label.getAttribute(name)));
    const beside = boxes.filter(({ top, bottom }) => top < y + 3 && bottom > y - 12);
    const gaps = beside.map(({ left, right }) => (right <= x ? x - right : left - x));
    return 2 * Math.min(...gaps) - 10;
  };
  let stepsTo = [];
  const enterDrawing = () => {
    if (view.drawing !== null) element("drawing").innerHTML = view.drawing;
    element("drawing").style.setProperty("--width", `${view.width}px`);
    const svg = element("drawing").querySelector("svg");
    svg.setAttribute("role", "group");
    cardElements = cards.map((_, i) => svg.querySelector(`[data-card="${i}"]`));
    wireElements = wires.map((_, i) => svg.querySelector(`[data-wire="${i}"]`));
    slopeElements = wires.map((_, i) => svg.querySelector(`[data-slope="${i}"]`));
    const boxes = cardElements.map((card) => {
      const [x, y] = card.getAttribute("transform").match(/[\d.]+/g).map(Number);
      const box = card.querySelector("rect:last-of-type");
      return { left: x, right: x + Number(box.getAttribute("width")), top: y, bottom: y + Number(box.getAttribute("height")) };
    });
    rooms = slopeElements.map((label) => (label ? roomOf(label, boxes) : 0));
    stepsTo = nodes.map(() => []);
    steps.forEach(({ phase, node }, index) => {
      if (phase !== "forward") stepsTo[node].push(index + 1);
    });
    cards.forEach(({ steps: own }, i) => {
      if (own.length === 0) return;
      const card = cardElements[i];
      card.setAttribute("role", "button");
      card.setAttribute("tabindex", "0");
      card.addEventListener("click", () => jumpTo(own));
      card.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        jumpTo(own);
      });
    });
  };
  const set = (node, content) => {
    if (node && node.textContent !== content) node.textContent = content;
  };
  const put = (node, name, value) => {
    if (node && node.getAttribute(name) !== value) node.setAttribute(name, value);
  };
  let flows = [];
  const measure = () => {
    const { partials, gradients } = pass;
    const factors = new Map();
    for (const { head, inside } of cards) {
      if (head === null) continue;
      factors.set(head, 1);
      for (const [n, at, parent] of inside) {
        factors.set(parent, (factors.get(parent) ?? 0) + factors.get(n) * partials[n][at]);
      }
    }
    const total = (numbers) => numbers.reduce((sum, x) => sum + x, 0);
    flows = wires.map(({ edges, target }) => {
      const head = cards[target].head;
      if (head === null) {
        const along = edges.map(([n, at]) => Math.abs(gradients[n] * partials[n][at]));
        return { slope: NaN, through: (isIn) => total(along.filter(isIn)) };
      }
      const along = edges.map(([n, at]) => (factors.get(n) ?? 0) * partials[n][at]);
      return { slope: total(along), through: (isIn) => Math.abs(gradients[head] * total(along.filter(isIn))) };
    });
  };
  // As `draw` has it; `data.widths` are its numbers.
  const widthOf = (flow) => {
    const { plain, least, one, above, below, most } = data.widths;
    if (Number.isNaN(flow)) return plain;
    if (flow === 0) return least;
    const power = Math.min(9, Math.log10(flow));
    return power > 0 ? Math.min(most, one + above * power) : Math.max(least, one + below * power);
  };
  const classes = (node, name, isOn) => {
    if (node && node.classList.contains(name) !== isOn) node.classList.toggle(name, isOn);
  };
  const gradientAt = (node, k) => {
    const { isStep, reached } = nodes[node];
    if (!isStep) return reached <= k && !isHidden(reached) ? shown(pass.gradients[node]) : reached <= k ? "?" : "–";
    const own = stepsTo[node].filter((at) => at <= k);
    if (own.length === 0) return "–";
    return isHidden(own.at(-1)) ? "?" : shown(pass.after[own.at(-1)]);
  };
  // Two numbers that are longer than those for which their card was drawn are written smaller.
  const fit = (card, length) => {
    const room = (Number(card.querySelector("rect").getAttribute("width")) - 36) / 8.44; // beside the margins, at 14px
    const size = length > room ? `${((14 * room) / length).toFixed(1)}px` : "";
    for (const number of card.querySelectorAll(".data, .grad")) {
      if (number.style.fontSize !== size) number.style.fontSize = size;
    }
  };
  // So is a slope that is wider than the gap; as small as can be read it has fewer digits. All are in its title.
  const [LETTER, SMALL, WIDTH] = [14, 11, 0.603];
  const fitSlope = (i, x) => {
    if (!slopeElements[i]) return; // one of very many lines from one card
    const widest = rooms[i] / WIDTH;
    let written = shown(x);
    for (let least = (digits ?? 17) - 1; written.length * SMALL > widest && least > 1; least -= 1) written = number(x, least);
    const size = written.length * LETTER > widest ? `${Math.max(SMALL, widest / written.length).toFixed(1)}px` : "";
    slopeElements[i].style.fontSize = size;
    set(slopeElements[i], written);
  };
  const draw = (k) => {
    const step = steps[k - 1];
    const lit = new Set(step?.cards);
    const litWires = new Set(step?.wires);
    cards.forEach(({ node, what }, i) => {
      const card = cardElements[i];
      classes(card, "lit", lit.has(i));
      if (node === null) return;
      const value = nodes[node].valued <= k ? shown(pass.values[node]) : "–";
      const gradient = gradientAt(node, k);
      set(card.querySelector(".data"), value);
      set(card.querySelector(".grad"), gradient);
      fit(card, value.length + gradient.length);
      const title = `${what}: value ${value}, ${gradient === "–" ? "no gradient yet" : `gradient ${gradient}`}`;
      set(card.querySelector("title"), title);
      put(card, "aria-label", title);
    });
    wires.forEach(({ target, edges, isShown, passed, what }, i) => {
      const { slope, through } = flows[i];
      const all = passed.flat();
      // One answer tells the slope of an edge; that of several edges in one line is told by all of theirs.
      const isUntold = edges.length === 1 ? all.length > 0 && all.every(isHidden) : all.some(isHidden);
      // What flows through an edge has flowed after the first of the steps that pass it: each brings all of it.
      const come = passed.map((own) => own.length === 0 || own.some((at) => at <= k && !isHidden(at)));
      const hasCome = come.length === 0 || come.includes(true);
      const flow = through((_, at) => come[at]);
      const isKnown = cards[target].node === null || nodes[cards[target].node].valued <= k;
      const isShut = isShown && isKnown && slope === 0 && !isUntold;
      classes(wireElements[i], "lit", litWires.has(i));
      classes(wireElements[i], "shut", isShut);
      const width = isShut || !hasCome ? data.widths.plain : widthOf(flow);
      put(wireElements[i], "stroke-width", String(Math.round(width * 100) / 100));
      if (!isShown) return;
      const isAsked = isUntold && all.includes(k) && isHidden(k);
      const isTold = isKnown && !isUntold;
      if (isTold) {
        fitSlope(i, slope);
      } else if (slopeElements[i]) {
        slopeElements[i].style.fontSize = "";
        set(slopeElements[i], isAsked ? "?" : "");
      }
      classes(slopeElements[i], "asked", isAsked);
      classes(slopeElements[i], "lit", litWires.has(i));
      set(wireElements[i].querySelector("title"), `${what} = ${isTold ? shown(slope) : isAsked ? "?" : "–"}${hasCome ? `; ${shown(flow)} flows back` : ""}`);
    });
    const own = cards.findIndex(({ node }, i) => lit.has(i) && node === step.node);
    reveal([...lit].map((i) => cardElements[i]), cardElements[own]);
  };
  // The reader moved on: what is lit is brought into view, where the drawing is larger than its place; and where all of
  // it has no room there, the one card that the step is about.
  const reveal = (lit, own) => {
    const frame = element("drawing");
    if (lit.length === 0 || (frame.scrollWidth <= frame.clientWidth && frame.scrollHeight <= frame.clientHeight)) return;
    const outer = frame.getBoundingClientRect();
    const along = (from, to, size, scroll) => {
      const room = frame[size] - 2 * EDGE;
      let boxes = lit.map((card) => card.getBoundingClientRect());
      const span = () => [Math.min(...boxes.map((box) => box[from])), Math.max(...boxes.map((box) => box[to]))];
      let [begin, end] = span();
      if (end - begin > room) {
        boxes = [(own ?? lit[0]).getBoundingClientRect()];
        [begin, end] = span();
      }
      const first = outer[from] + EDGE;
      if (begin < first || end > first + room) frame[scroll] += (begin + end) / 2 - (first + room / 2);
    };
    along("left", "right", "clientWidth", "scrollLeft");
    along("top", "bottom", "clientHeight", "scrollTop");
  };
  // Where the drawing goes on beyond its place, a shade and an arrow say so.
  const EDGE = 26;
  const beyond = Object.fromEntries(
    ["left", "right", "over", "under"].map((side) => {
      const sign = document.createElement("span");
      sign.className = `beyond ${side}`;
      sign.hidden = true;
      element("stage").append(sign);
      return [side, sign];
    }),
  );
  const tellBeyond = () => {
    const frame = element("drawing");
    const { scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight } = frame;
    element("stage").style.setProperty("--bar-below", `${frame.offsetHeight - clientHeight}px`);
    element("stage").style.setProperty("--bar-aside", `${frame.offsetWidth - clientWidth}px`);
    beyond.left.hidden = scrollLeft < 2;
    beyond.right.hidden = scrollLeft + clientWidth > scrollWidth - 2;
    beyond.over.hidden = scrollTop < 2;
    beyond.under.hidden = scrollTop + clientHeight > scrollHeight - 2;
  };
  element("drawing").addEventListener("scroll", tellBeyond);

  // ---------------------------------------------------------------------------------------------------- table
  let rows = [];
  const made = (tag, properties, ...children) => {
    const one = Object.assign(document.createElement(tag), properties);
    one.append(...children);
    return one;
  };
  const enterTable = () => {
    rows = steps.map(({ phase, total }, index) => {
      const button = made("button", { type: "button", tabIndex: -1 }, String(index + 1));
      button.setAttribute("aria-label", `Go to step ${index + 1}`);
      const texts = [made("div", {})];
      if (total) texts.push(made("div", { className: "total" }));
      const row = made("tr", { className: phase }, made("th", { scope: "row" }, button), made("td", {}, phase), made("td", {}, ...texts));
      row.addEventListener("click", () => {
        go(index + 1);
        button.focus({ preventScroll: true });
      });
      return row;
    });
    element("rows").replaceChildren(...rows);
    set(element("count"), String(count));
    element("slider").max = count;
    element("position").style.minWidth = `${`step ${count} of ${count}`.length}ch`; // as wide at every step
  };
  const rowText = (k) => {
    if (isHidden(k)) return [`${questionAt(k, text)} = ?`, ""];
    const { total, nth } = steps[k - 1];
    return [lineAt(k, "line", text), total ? `${lineAt(k, "total", text)} (${nth})` : ""];
  };
  const writeRows = () => {
    rows.forEach((row, index) => {
      const [line, total] = rowText(index + 1);
      const cell = row.cells[2];
      set(cell.firstElementChild, line);
      if (cell.children.length > 1) set(cell.children[1], total);
    });
  };

  // ----------------------------------------------------------------------------------------------- the moment
  let position = 0;
  const phases = { forward: "forward", seed: "the seed", backward: "backward" };
  const spoken = (line) => line.replace(/−\s*/g, "minus ").replaceAll("·", " times ").replaceAll("≈", "is about").replaceAll("²", " squared");
  // No browser breaks a line within a formula, only between two. So one that is wider than its place becomes several,
  // each beginning with its sign; what still is too wide, one bracket perhaps, is written smaller, and then can be scrolled.
  const breakLines = (place) => {
    if (place.scrollWidth <= place.clientWidth) return;
    for (const math of [...place.querySelectorAll("math")]) {
      let [row] = math.children;
      const ahead = [];
      while (row.lastElementChild?.localName === "mrow" && row.children.length - ahead.length <= 2) {
        if (row.children.length > 1) ahead.push(row.firstElementChild);
        row = row.lastElementChild;
      }
      const pieces = [[...ahead]];
      for (const one of row.children) {
        if (one.localName === "mo" && /^[+−·=≈]$/.test(one.textContent) && pieces.at(-1).length > ahead.length) pieces.push([]);
        pieces.at(-1).push(one);
      }
      if (pieces.length < 2) continue;
      const broken = pieces.map((own) => {
        const [piece, inside] = [math.cloneNode(false), math.firstElementChild.cloneNode(false)];
        inside.append(...own.map((one) => one.cloneNode(true)));
        if (own[0].localName === "mo") inside.firstElementChild.setAttribute("form", "infix"); // as it was spaced
        piece.append(inside);
        return piece;
      });
      math.replaceWith(...broken.flatMap((one, at) => (at === 0 ? [one] : ["\u200b", one])));
    }
  };
  const LEAST = 14; // px
  const shrink = (place) => {
    if (place.scrollWidth <= place.clientWidth) return;
    const size = Number.parseFloat(getComputedStyle(place).fontSize);
    place.style.fontSize = `${Math.max(LEAST, (0.98 * size * place.clientWidth) / place.scrollWidth)}px`;
  };
  const show = ({ aloud = true } = {}) => {
    const k = position;
    const step = steps[k - 1];
    element("question").closest("main").dataset.phase = step ? step.phase : "before";
    let formula = lineOf(view.start.line, mathml);
    let [spokenLine, detail, why] = [lineOf(view.start.line, text), "", view.start.say];
    if (step && isHidden(k)) {
      formula = "";
      spokenLine = `What is ${askedFor(k)}?`;
      const whole = questionAt(k, text);
      why = whole === askedFor(k) ? "" : `Only this slope is asked for: the last factor of ${whole}.`;
    } else if (step) {
      formula = lineAt(k, "line", mathml);
      spokenLine = lineAt(k, "line", text);
      const lines = [lineAt(k, "slope", mathml), lineAt(k, "total", mathml)]; // each begins a line where both have no room
      detail = lines.flatMap((line) => (line ? [`<span>${line}</span>`] : [])).join(" ");
      why = said(k);
      if (step.total) spokenLine += `, ${lineAt(k, "total", text)}`;
    }
    const place = element("formula");
    place.innerHTML = formula;
    place.style.fontSize = "";
    place.classList.toggle("long", spokenLine.length > 60);
    if (place.scrollWidth > place.clientWidth) place.classList.add("long"); // smaller, before it is broken
    element("detail").innerHTML = detail;
    breakLines(place);
    breakLines(element("detail"));
    shrink(place);
    place.hidden = formula === "";
    set(element("why"), why);
    set(element("position"), k === 0 ? `${count} steps` : `step ${k} of ${count}`);
    put(element("slider"), "aria-valuetext", k === 0 ? "before the first step" : `step ${k} of ${count}, ${phases[step.phase]}`);
    element("slider").value = k;
    element("back").disabled = k === 0;
    element("next").disabled = k === count;
    const isAsked = k > 0 && isHidden(k);
    if (isAsked) {
      element("asked").innerHTML = askedFor(k, mathml).replace(/<\/mrow><\/math>$/, '<mo form="infix">=</mo></mrow></math>');
      set(element("label"), `${askedFor(k)} =`);
    }
    element("question").hidden = !isAsked;
    draw(k);
    tellBeyond();
    if (aloud) {
      const where = k === 0 ? "Before the first step" : `Step ${k} of ${count}, ${phases[step.phase]}`;
      set(element("spoken"), `${where}: ${spoken(spokenLine)}${spokenLine.endsWith("?") ? "" : "."} ${why}`);
    }
    for (const row of document.querySelectorAll("tr[aria-current]")) {
      row.removeAttribute("aria-current");
      put(row.querySelector("button"), "tabindex", "-1");
    }
    if (k > 0) {
      const row = rows[k - 1];
      row.setAttribute("aria-current", "step");
      put(row.querySelector("button"), "tabindex", "0");
      const scroll = row.closest(".scroll");
      if (row.offsetTop < scroll.scrollTop + 40) scroll.scrollTop = row.offsetTop - 40;
      const below = row.offsetTop + row.offsetHeight - scroll.clientHeight;
      if (below > scroll.scrollTop) scroll.scrollTop = below;
    }
  };
  const go = (k) => {
    const next = Math.max(0, Math.min(count, k));
    if (next === position) return;
    if (skipTo(next)) writeRows();
    position = next;
    set(element("verdict"), "");
    element("answer").value = "";
    show();
  };

  // ------------------------------------------------------------------------------------------------- controls
  element("back").addEventListener("click", () => go(position - 1));
  element("next").addEventListener("click", () => go(position + 1));
  element("slider").addEventListener("input", (event) => go(Number(event.target.value)));
  const moves = { ArrowLeft: () => position - 1, ArrowRight: () => position + 1, Home: () => 0, End: () => count };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(event.key in moves)) return;
    if (event.target instanceof HTMLInputElement) return; // a field and a slider have their own
    event.preventDefault();
    go(moves[event.key]());
  });
  const jumpTo = (own) => {
    if (own.length > 0) go(own.find((k) => k > position) ?? own[0]);
  };

  element("predict").addEventListener("click", () => {
    isAsking = !isAsking;
    put(element("predict"), "aria-pressed", String(isAsking));
    if (isAsking) askAnew(); // what is known already is not asked again only within one round
    set(element("verdict"), "");
    writeRows();
    show();
    if (!element("question").hidden) element("answer").focus();
  });
  element("question").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = element("answer").value.trim();
    const given = numberIn(typed);
    const verdict = element("verdict");
    const right = pass.slopes[position];
    const isRight = given === right || Math.abs(given - right) <= 0.01 * Math.abs(right);
    verdict.className = `verdict ${isRight ? "right" : typed === "" ? "" : "wrong"}`;
    if (typed !== "" && !isRight) {
      const again = "Try again, or check an empty field: that shows it.";
      const please = "A number, please, or a formula in the names of the graph: −0.5, 1/3 or 3·(1 − 0.2).";
      score.tries += Number(!Number.isNaN(given));
      verdict.textContent = Number.isNaN(given) ? please : `Not ${shown(given)}. ${again}`;
      element("answer").select();
      return;
    }
    score.tries += Number(isRight);
    score.right += Number(isRight);
    score.skipped += Number(!isRight);
    answered.add(position);
    const truth = `${askedFor(position)} ${isExact(right) ? "=" : "≈"} ${shown(right)}`;
    writeRows();
    show({ aloud: false });
    verdict.textContent = `${isRight ? "Right: " : ""}${truth}. ${scored()}`;
    element("answer").value = "";
    element(position === count ? "back" : "next").focus();
  });

  // --------------------------------------------------------------------------------------------------- leaves
  const recordedInputs = program.inputs.slice();
  let inputs = recordedInputs.slice(); // what is shown
  let wanted = recordedInputs.slice(); // what the fields say; it has no value where it was refused
  // It is said beside the field, and all that still shows the last numbers is dimmed.
  const refuse = (message, leaf) => {
    const refusal = element("refusal");
    (leaf ? element("fields").querySelector(`[data-leaf="${leaves.indexOf(leaf)}"]`) : element("leaves")).append(refusal);
    refusal.textContent = message && `${message}. The last numbers stay${leaf ? `, ${stayed(leaf)}` : ""}.`;
    document.querySelector("main").classList.toggle("stale", message !== "");
  };
  const stayed = (leaf) => {
    const others = leaves.filter((one) => one !== leaf && !Object.is(wanted[one.input], inputs[one.input]));
    return [leaf, ...others].map((one) => `${view.names[leaves.indexOf(one)]} = ${shown(inputs[one.input])}`).join(", ");
  };
  const told = (error) =>
    error instanceof Elsewhere ? "With these numbers the choices go a way that this page has no room for" : error.message;
  const change = (leaf, x, field) => {
    wanted[leaf.input] = x;
    try {
      take(program.run(wanted));
    } catch (error) {
      put(field, "aria-invalid", "true");
      refuse(told(error), leaf);
      return;
    }
    inputs = wanted.slice();
    renew();
  };
  const renew = () => {
    for (const field of document.querySelectorAll("#fields [aria-invalid]")) field.removeAttribute("aria-invalid");
    refuse("");
    askAnew();
    element("reset").hidden = inputs.every((x, i) => Object.is(x, recordedInputs[i]));
    set(element("settled"), element("reset").hidden ? "" : data.settled);
    measure();
    writeRows();
    show();
  };
  const plain = (x) => (Number.isFinite(x) ? String(x) : "");
  // A leaf without a name has a number, and another one where the graph is another.
  const nameField = (box, index) => {
    const name = view.names[index];
    box.className = view.names.some((one) => one.length > 6) ? "leaf long" : "leaf";
    set(box.querySelector("label"), name);
    put(box.querySelector("[type=range]"), "aria-label", `${name}, slider`);
  };
  const enterLeaves = () => {
    for (const box of element("fields").children) nameField(box, Number(box.dataset.leaf));
  };
  const fieldFor = (leaf, index) => {
    const box = document.createElement("div");
    box.dataset.leaf = index;
    const label = document.createElement("label");
    label.htmlFor = `leaf-${index}`;
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: leaf.least, max: leaf.most, step: leaf.step, value: wanted[leaf.input] });
    const field = document.createElement("input");
    Object.assign(field, { type: "number", step: "any", id: `leaf-${index}`, value: plain(wanted[leaf.input]) });
    slider.addEventListener("input", () => {
      field.value = slider.value;
      change(leaf, Number(slider.value), field);
    });
    field.addEventListener("input", () => {
      if (field.value.trim() === "" || Number.isNaN(field.valueAsNumber)) {
        put(field, "aria-invalid", "true");
        refuse(`${view.names[index]}: type a number`, leaf);
        return;
      }
      slider.value = field.value;
      change(leaf, field.valueAsNumber, field);
    });
    box.append(label, slider, field);
    nameField(box, index);
    return box;
  };
  const MOST = 12;
  const list = () => {
    const sought = element("search").value.trim().toLowerCase();
    const found = leaves.filter((_, index) => view.names[index].toLowerCase().includes(sought));
    element("leaves").append(element("refusal")); // not away with the fields
    element("fields").replaceChildren(...found.slice(0, MOST).map((leaf) => fieldFor(leaf, leaves.indexOf(leaf))));
    const more = found.length - MOST;
    element("more").hidden = more <= 0 && found.length > 0;
    set(element("more"), found.length === 0 ? "No leaf is called like that." : `${more} more: type a part of a name.`);
  };
  element("search").addEventListener("input", list);
  element("reset").addEventListener("click", () => {
    inputs = recordedInputs.slice();
    wanted = inputs.slice();
    take(program.run(inputs));
    renew();
    list();
    element("next").focus();
  });

  // ------------------------------------------------------------------------------------------ another view
  // The reader stays on the step where they were, if there is still such a step.
  const identity = ({ phase, node, source, use }) => [phase, nodes[node].place, nodes[source]?.place, use[0]].join();
  const enter = (next) => {
    const here = position > 0 ? identity(steps[position - 1]) : "";
    view = next;
    ({ nodes, steps, cards, wires } = view);
    count = steps.length;
    const same = steps.findIndex((step) => identity(step) === here);
    position = position === 0 ? 0 : same >= 0 ? same + 1 : Math.min(position, count);
    enterDrawing();
    enterTable();
    enterLeaves();
  };

  // A frame that is not in sight yet has no size, and hears of no change when it gets one: so it is the drawing's size
  // that is watched, and not the window's.
  let size = "";
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = element("drawing");
    const now = `${clientWidth} ${clientHeight}`;
    if (now === size) return;
    size = now;
    show({ aloud: false });
  }).observe(element("drawing"));

  // ---------------------------------------------------------------------------------------------------- begin
  take(program.run(inputs));
  measure();
  for (const id of ["moment", "controls", "hint"]) element(id).hidden = false;
  element("steps").classList.add("ready");
  if (leaves.length > 0) {
    element("leaves").hidden = false;
    element("search").hidden = leaves.length <= MOST;
    list();
  }
  writeRows();
  show({ aloud: false });
})();

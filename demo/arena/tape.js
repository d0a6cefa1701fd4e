// A reverse-mode tape over Float32Array.  A gradient is itself made of the tape's operations, so it has a gradient: WGAN-GP and R1 need that.
// Every tensor is a matrix.  A tape's buffers are kept in the order of its operations and used again after clear(): the same turn a second time allocates none.

class Tensor {
  /** @param {Float32Array} data @param {number} rows @param {number} cols @param {string} op of which it is the result @param {Tensor} a @param {Tensor} b @param {any} option */
  constructor(data, rows, cols, op = "", a = null, b = null, option = null) {
    this.data = data; this.rows = rows; this.cols = cols;
    this.op = op; this.a = a; this.b = b; this.option = option;
    this.reached = 0; // by the gradient() of that mark, from its inputs
    this.gradient = /** @type {Tensor} */ (null);
  }
}

const marks = { last: 0 }; // one for each gradient that was taken, by any tape

class Tape {
  constructor() {
    this.nodes = /** @type {Tensor[]} */ ([]);
    this.buffers = /** @type {Float32Array[]} */ ([]);
    this.used = 0;
  }

  clear() {
    this.nodes.length = this.used = 0;
  }

  /** A buffer that holds until clear(); what is in it is old.
   * @type {(size: number) => Float32Array} */
  buffer(size) {
    const k = this.used++;
    if (this.buffers[k]?.length !== size) this.buffers[k] = new Float32Array(size);
    return this.buffers[k];
  }

  /** @type {(rows: number, cols: number, op: string, a: Tensor, b?: Tensor, option?: any) => Tensor} */
  record(rows, cols, op, a, b = null, option = null) {
    const made = new Tensor(this.buffer(rows * cols), rows, cols, op, a, b, option);
    this.nodes.push(made);
    return made;
  }

  /** A (m, d) · B (d, n); ta, tb: of A, of B the transpose.
   * @type {(a: Tensor, b: Tensor, ta?: boolean, tb?: boolean) => Tensor} */
  matmul(a, b, ta = false, tb = false) {
    const m = ta ? a.cols : a.rows, n = tb ? b.rows : b.cols, out = this.record(m, n, "matmul", a, b, [ta, tb]);
    multiplyMatrices(out.data, a.data, b.data, m, n, ta ? a.rows : a.cols, ta, tb);
    return out;
  }

  /** An operation of FORWARD, element by element, or between two of one shape.
   * @type {(op: string, a: Tensor, b?: Tensor, option?: number) => Tensor} */
  map(op, a, b = null, option = 0) {
    const out = this.record(a.rows, a.cols, op, a, b, option);
    FORWARD[op](out.data, a.data, b?.data, option);
    return out;
  }

  /** @type {(a: Tensor, b: Tensor) => Tensor} */
  add(a, b) { return this.map("add", a, b); }
  /** @type {(a: Tensor, b: Tensor) => Tensor} */
  subtract(a, b) { return this.map("subtract", a, b); }
  /** @type {(a: Tensor, b: Tensor) => Tensor} */
  multiply(a, b) { return this.map("multiply", a, b); }
  /** @type {(a: Tensor, by: number) => Tensor} */
  scale(a, by) { return this.map("scale", a, null, by); }
  /** @type {(a: Tensor, by: number) => Tensor} */
  shift(a, by) { return this.map("shift", a, null, by); }
  /** aᵖ; 0 where a is 0, also for p < 0: the norm's slope at 0 is taken as 0, as torch does.
   * @type {(a: Tensor, p: number) => Tensor} */
  power(a, p) { return this.map("power", a, null, p); }
  /** @type {(a: Tensor) => Tensor} */
  sigmoid(a) { return this.map("sigmoid", a); }
  /** log(1 + eᵃ).
   * @type {(a: Tensor) => Tensor} */
  softplus(a) { return this.map("softplus", a); }
  /** @type {(a: Tensor) => Tensor} */
  tanh(a) { return this.map("tanh", a); }
  /** a where `by` is positive, else 0; relu(x) = gate(x, x), and so is its gradient.
   * @type {(a: Tensor, by: Tensor) => Tensor} */
  gate(a, by) { return this.map("gate", a, by); }

  /** A row (1, n) added to every row.
   * @type {(a: Tensor, row: Tensor) => Tensor} */
  addRow(a, row) {
    const out = this.record(a.rows, a.cols, "addRow", a, row);
    const to = out.data, from = a.data, addend = row.data;
    for (let k = 0; k < to.length;) for (let j = 0; j < addend.length; j++, k++) to[k] = from[k] + addend[j];
    return out;
  }

  /** (m, n) → (1, n).
   * @type {(a: Tensor) => Tensor} */
  sumRows(a) {
    const out = this.record(1, a.cols, "sumRows", a);
    for (let j = 0; j < a.cols; j++) {
      let sum = 0;
      for (let k = j; k < a.data.length; k += a.cols) sum += a.data[k];
      out.data[j] = sum;
    }
    return out;
  }

  /** (m, n) → (m, 1).
   * @type {(a: Tensor) => Tensor} */
  sumCols(a) {
    const out = this.record(a.rows, 1, "sumCols", a);
    for (let i = 0, k = 0; i < a.rows; i++) {
      let sum = 0;
      for (let j = 0; j < a.cols; j++, k++) sum += a.data[k];
      out.data[i] = sum;
    }
    return out;
  }

  /** (1, n) → (rows, n).
   * @type {(a: Tensor, rows: number) => Tensor} */
  repeatRow(a, rows) {
    const out = this.record(rows, a.cols, "repeatRow", a);
    for (let i = 0; i < rows; i++) out.data.set(a.data, i * a.cols);
    return out;
  }

  /** (m, 1) → (m, cols).
   * @type {(a: Tensor, cols: number) => Tensor} */
  repeatCol(a, cols) {
    const out = this.record(a.rows, cols, "repeatCol", a);
    for (let i = 0; i < a.rows; i++) out.data.fill(a.data[i], i * cols, (i + 1) * cols);
    return out;
  }

  /** The same numbers, row after row.
   * @type {(a: Tensor, rows: number, cols: number) => Tensor} */
  reshape(a, rows, cols) {
    const out = this.record(rows, cols, "reshape", a);
    out.data.set(a.data);
    return out;
  }

  /** @type {(a: Tensor) => Tensor} */
  mean(a) { return this.scale(this.sumCols(this.sumRows(a)), 1 / a.data.length); }

  /** ∂(sum of y)/∂x for every x of the inputs; they are on the tape as all else is.
   * @type {(y: Tensor, inputs: Tensor[]) => Tensor[]} */
  gradient(y, inputs) {
    const mark = ++marks.last, until = this.nodes.lastIndexOf(y);
    for (const x of inputs) { x.reached = mark; x.gradient = null; }
    for (let k = 0; k <= until; k++) {
      const node = this.nodes[k];
      if (node.reached === mark) continue; // an input
      if (node.a.reached === mark || node.b?.reached === mark) { node.reached = mark; node.gradient = null; }
    }
    y.gradient = this.constant(y.rows, y.cols, 1);
    for (let k = until; k >= 0; k--) {
      const node = this.nodes[k];
      if (node.reached !== mark || !node.gradient) continue;
      const [toA, toB] = BACKWARD[node.op];
      if (node.a.reached === mark) this.collect(node.a, toA(this, node, node.gradient));
      if (node.b?.reached === mark && toB) this.collect(node.b, toB(this, node, node.gradient));
    }
    return inputs.map((x) => x.gradient ?? this.constant(x.rows, x.cols, 0));
  }

  /** @type {(x: Tensor, gradient: Tensor) => void} */
  collect(x, gradient) {
    x.gradient = x.gradient ? this.add(x.gradient, gradient) : gradient;
  }

  /** @type {(rows: number, cols: number, value: number) => Tensor} */
  constant(rows, cols, value) {
    return new Tensor(this.buffer(rows * cols).fill(value), rows, cols);
  }
}

/** @type {(x: Float32Array) => Int32Array} */
const bitsOf = (x) => new Int32Array(x.buffer, x.byteOffset, x.length);

/** @type {Record<string, (out: Float32Array, a: Float32Array, b: Float32Array, option: number) => void>} */
const FORWARD = {
  add(out, a, b) { for (let k = 0; k < out.length; k++) out[k] = a[k] + b[k]; },
  subtract(out, a, b) { for (let k = 0; k < out.length; k++) out[k] = a[k] - b[k]; },
  multiply(out, a, b) { for (let k = 0; k < out.length; k++) out[k] = a[k] * b[k]; },
  gate(out, a, by) { // by their bits, for half of all branches would be guessed wrong: a sign spread over the word, and 0 is not positive
    const to = bitsOf(out), from = bitsOf(a), signs = bitsOf(by);
    for (let k = 0; k < to.length; k++) to[k] = from[k] & (-signs[k] >> 31) & ~(signs[k] >> 31);
  },
  scale(out, a, _, by) { for (let k = 0; k < out.length; k++) out[k] = a[k] * by; },
  shift(out, a, _, by) { for (let k = 0; k < out.length; k++) out[k] = a[k] + by; },
  power(out, a, _, p) { for (let k = 0; k < out.length; k++) out[k] = a[k] === 0 ? 0 : a[k] ** p; },
  sigmoid(out, a) { for (let k = 0; k < out.length; k++) out[k] = 1 / (1 + Math.exp(-a[k])); },
  softplus(out, a) { for (let k = 0; k < out.length; k++) out[k] = Math.max(a[k], 0) + Math.log1p(Math.exp(-Math.abs(a[k]))); },
  tanh(out, a) { for (let k = 0; k < out.length; k++) out[k] = Math.tanh(a[k]); },
};

/** For each operation, the gradient g of its result taken to a, and to b.
 * @type {Record<string, ((t: Tape, y: Tensor, g: Tensor) => Tensor)[]>} */
const BACKWARD = {
  matmul: [
    (t, { b, option: [ta, tb] }, g) => (ta ? t.matmul(b, g, tb, true) : t.matmul(g, b, false, !tb)),
    (t, { a, option: [ta, tb] }, g) => (tb ? t.matmul(g, a, true, ta) : t.matmul(a, g, !ta, false)),
  ],
  add: [(_, y, g) => g, (_, y, g) => g],
  subtract: [(_, y, g) => g, (t, y, g) => t.scale(g, -1)],
  multiply: [(t, y, g) => t.multiply(g, y.b), (t, y, g) => t.multiply(g, y.a)],
  gate: [(t, y, g) => t.gate(g, y.b)],
  scale: [(t, y, g) => t.scale(g, y.option)],
  shift: [(_, y, g) => g],
  power: [(t, y, g) => t.multiply(g, t.scale(t.power(y.a, y.option - 1), y.option))],
  sigmoid: [(t, y, g) => t.multiply(g, t.multiply(y, t.shift(t.scale(y, -1), 1)))],
  softplus: [(t, y, g) => t.multiply(g, t.sigmoid(y.a))],
  tanh: [(t, y, g) => t.multiply(g, t.shift(t.scale(t.multiply(y, y), -1), 1))],
  addRow: [(_, y, g) => g, (t, y, g) => t.sumRows(g)],
  sumRows: [(t, y, g) => t.repeatRow(g, y.a.rows)],
  sumCols: [(t, y, g) => t.repeatCol(g, y.a.cols)],
  repeatRow: [(t, y, g) => t.sumRows(g)],
  repeatCol: [(t, y, g) => t.sumCols(g)],
  reshape: [(t, y, g) => t.reshape(g, y.a.rows, y.a.cols)],
};

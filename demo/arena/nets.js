// Multilayer perceptrons with ReLU or leaky ReLU, as torch keeps and begins them: a layer is W (out, in) and b (1, out), uniform within ±1/√in.

class Mlp {
  /** All weights are one array, that of `weights`; the parameters are views of it, W and b of layer after layer.
   * @param {number[]} widths from input to output @param {number} slope of the activation below 0 */
  constructor(widths, slope = 0) {
    this.widths = widths; this.slope = slope;
    const sizes = widths.slice(1).map((out, k) => out * (widths[k] + 1));
    this.weights = new Float32Array(sizes.reduce((a, b) => a + b));
    this.parameters = /** @type {Tensor[]} */ ([]);
    let at = 0;
    for (let k = 1; k < widths.length; k++) {
      for (const [rows, cols] of [[widths[k], widths[k - 1]], [1, widths[k]]]) {
        this.parameters.push(new Tensor(this.weights.subarray(at, at + rows * cols), rows, cols));
        at += rows * cols;
      }
    }
  }

  /** @type {(rng: Rng) => this} */
  initialize(rng) {
    this.parameters.forEach(({ data }, k) => {
      const bound = 1 / Math.sqrt(this.widths[k >> 1]);
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * rng.uniform() - 1);
    });
    return this;
  }

  /** (B, in) → (B, out).
   * @type {(tape: Tape, x: Tensor) => Tensor} */
  forward(tape, x) {
    for (let k = 0; k < this.parameters.length; k += 2) {
      if (k) x = this.activate(tape, x);
      x = tape.addRow(tape.matmul(x, this.parameters[k], false, true), this.parameters[k + 1]);
    }
    return x;
  }

  /** @type {(tape: Tape, x: Tensor) => Tensor} */
  activate(tape, x) {
    const positive = tape.gate(x, x);
    return this.slope ? tape.add(tape.scale(x, this.slope), tape.scale(positive, 1 - this.slope)) : positive;
  }
}

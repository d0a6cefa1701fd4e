// Descent on one net's weights, with torch's definitions and constants.

const EPSILON = 1e-8;
const SMOOTHING = 0.99; // of RMSProp

class Optimizer {
  /** @param {OptimizerName} kind @param {Mlp} net @param {number} lr @param {number} beta1 @param {number} beta2 */
  constructor(kind, net, lr, beta1, beta2) {
    this.kind = kind; this.net = net; this.lr = lr; this.beta1 = beta1; this.beta2 = beta2;
    this.mean = new Float32Array(kind === "adam" ? net.weights.length : 0); // of the gradients
    this.square = new Float32Array(kind === "sgd" ? 0 : net.weights.length); // mean of their squares
    this.steps = 0;
  }

  /** @type {(gradients: Tensor[]) => void} */
  step(gradients) {
    this.steps++;
    let at = 0;
    this.net.parameters.forEach(({ data }, k) => {
      const end = at + data.length, mean = this.mean.subarray(at, end), square = this.square.subarray(at, end);
      this[this.kind](data, gradients[k].data, mean, square);
      at = end;
    });
  }

  /** @type {(w: Float32Array, g: Float32Array) => void} */
  sgd(w, g) {
    for (let k = 0; k < w.length; k++) w[k] -= this.lr * g[k];
  }

  /** @type {(w: Float32Array, g: Float32Array, mean: Float32Array, square: Float32Array) => void} */
  rmsprop(w, g, mean, square) {
    for (let k = 0; k < w.length; k++) {
      square[k] = SMOOTHING * square[k] + (1 - SMOOTHING) * g[k] * g[k];
      w[k] -= this.lr * g[k] / (Math.sqrt(square[k]) + EPSILON);
    }
  }

  /** arXiv:1412.6980, algorithm 1.
   * @type {(w: Float32Array, g: Float32Array, mean: Float32Array, square: Float32Array) => void} */
  adam(w, g, mean, square) {
    const { beta1, beta2 } = this, unbias = Math.sqrt(1 - beta2 ** this.steps), rate = this.lr / (1 - beta1 ** this.steps);
    for (let k = 0; k < w.length; k++) {
      mean[k] = beta1 * mean[k] + (1 - beta1) * g[k];
      square[k] = beta2 * square[k] + (1 - beta2) * g[k] * g[k];
      w[k] -= rate * mean[k] / (Math.sqrt(square[k]) / unbias + EPSILON);
    }
  }
}

// Two parallel segments, x = 0 and x = θ, y in 0 … 1.  arXiv:1701.07875, example 1: W = |θ|, JS = log 2 wherever θ is not 0.
// Beside the formulas, what a trained D and a trained critic say of them.

const SEGMENT_BATCH = 64;
const SEGMENT_STEPS = 600;
const SEGMENT_RATE = 1e-2;
const SEGMENT_HIDDEN = [16, 16];
const SEGMENT_SLOPE = 0.2; // so small a critic with ReLU now and then dies while it turns round
// λ of the penalty a unit of θ: the critic's slope is then 1 + 1/60, whatever θ is, and a small distance is learned as fast as a large one.
const SEGMENT_PENALTY = 30;
const LINE = { from: -2, to: 2, points: 81 }; // across both, at y = ½

class Segments {
  /** @param {number} theta in −2 … 2 @param {number} seed */
  constructor(theta, seed = 0) {
    this.theta = theta; this.seed = seed; this.step = 0;
    const made = (/** @type {number} */ stream) => {
      const net = new Mlp([2, ...SEGMENT_HIDDEN, 1], SEGMENT_SLOPE).initialize(new Rng(seed, stream));
      return { net, tape: new Tape(), optimizer: new Optimizer("adam", net, SEGMENT_RATE, 0.5, 0.9) };
    };
    this.D = made(STREAMS.initD); this.critic = made(STREAMS.initG);
  }

  get done() { return this.step >= SEGMENT_STEPS; }

  train() {
    const rate = SEGMENT_RATE * Math.min(1, 2 * (1 - this.step / SEGMENT_STEPS)), rng = new Rng(this.seed, STREAMS.D, ++this.step);
    const pair = this.pair(() => rng.uniform());
    pair.share = Float32Array.from({ length: SEGMENT_BATCH }, () => rng.uniform());
    for (const [{ net, tape, optimizer }, rule] of /** @type {const} */ ([[this.D, RULES.nonsaturating], [this.critic, RULES.wgangp]])) {
      tape.clear();
      const { loss } = rule.discriminator(tape, (t, x) => net.forward(t, x), pair, SEGMENT_PENALTY * Math.abs(this.theta));
      optimizer.lr = rate;
      optimizer.step(tape.gradient(loss, net.parameters));
    }
  }

  /** Points of both segments at heights of y(k).
   * @type {(y: (k: number) => number) => Pair} */
  pair(y) {
    const [real, fake] = [0, this.theta].map((x) => {
      const points = new Float32Array(2 * SEGMENT_BATCH);
      for (let k = 0; k < SEGMENT_BATCH; k++) { points[2 * k] = x; points[2 * k + 1] = y(k); }
      return new Tensor(points, SEGMENT_BATCH, 2);
    });
    return { real, fake };
  }

  /** The formulas' values, and what the two nets say: JS = log 2 − ½ L_D, W = E f(real) − E f(fake). */
  measure() {
    const even = this.pair((k) => (k + 0.5) / SEGMENT_BATCH), line = new Float32Array(2 * LINE.points);
    for (let k = 0; k < LINE.points; k++) { line[2 * k] = LINE.from + k * (LINE.to - LINE.from) / (LINE.points - 1); line[2 * k + 1] = 0.5; }
    const [lossD, lossC] = [RULES.nonsaturating, RULES.wgan].map(({ discriminator }, k) => {
      const { net, tape } = [this.D, this.critic][k];
      tape.clear();
      return discriminator(tape, (t, x) => net.forward(t, x), even, 0).loss.data[0];
    });
    const [D, critic] = [this.D, this.critic].map(({ net, tape }) => {
      tape.clear();
      return net.forward(tape, new Tensor(line, LINE.points, 2)).data.slice();
    });
    return {
      theta: this.theta, step: this.step, done: this.done, js: this.theta ? Math.LN2 : 0, w: Math.abs(this.theta),
      trainedJS: Math.LN2 - lossD / 2, trainedW: -lossC, D: D.map(logistic), critic,
    };
  }
}

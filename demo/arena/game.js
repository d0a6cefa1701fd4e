// One game: two nets, their optimizers, and the way it went.  Every number of it is a function of its settings and the turns that were played.

/** Moments of a run, at most `limit`, evenly thinned as the run grows.
 * @template {{step: number}} Moment */
class Film {
  constructor(/** @type {number} */ limit) {
    this.limit = limit; this.stride = 1;
    this.moments = /** @type {Moment[]} */ ([]);
  }
  wants(/** @type {number} */ step) { return step % this.stride === 0; }
  add(/** @type {Moment} */ moment) {
    this.moments.push(moment);
    if (this.moments.length <= this.limit) return;
    this.stride *= 2;
    this.moments = this.moments.filter(({ step }) => this.wants(step));
  }
  /** The last moment at or before a step. */
  at(/** @type {number} */ step) { return this.moments.findLast((moment) => moment.step <= step) ?? this.moments[0]; }
  /** Forgets what came later. */
  cut(/** @type {number} */ step) { this.moments = this.moments.filter((moment) => moment.step <= step); }
}

const STREAMS = { D: 0, G: 1, initD: 2, initG: 3, view: 4, measure: 5 }; // of a seed's random numbers
const MOMENTS = 600; // of the curves
const SNAPSHOTS = 400;
const SNAPSHOT_BYTES = 64e6; // of all of a game's

/** The loss or the weights are no longer numbers. */
class Diverged extends Error {
  constructor(/** @type {number} */ step) { super(`not a number at step ${step}`); this.step = step; }
}

class Game {
  constructor(/** @type {Settings} */ settings) {
    const s = this.settings = settings;
    this.rule = RULES[s.rule];
    this.D = new Mlp([2 * s.pack, ...s.hiddenD, 1]).initialize(new Rng(s.seed, STREAMS.initD));
    this.G = new Mlp([s.latent, ...s.hiddenG, 2]).initialize(new Rng(s.seed, STREAMS.initG));
    this.optimizers = [new Optimizer(s.optimizer, this.D, s.lrD, s.beta1, s.beta2), new Optimizer(s.optimizer, this.G, s.lrG, s.beta1, s.beta2)];
    this.tapes = { D: new Tape(), G: new Tape(), view: new Tape() };
    this.step = 0;
    this.metrics = /** @type {Metrics} */ ({ lossD: NaN, lossG: NaN, real: NaN, fake: NaN, gradient: NaN, modes: NaN, modesAny: NaN, near: NaN, js: NaN, w1: NaN, clipped: NaN });
    this.yardstick = /** @type {{points: Float32Array, shares: Float64Array}} */ (null);
    this.half = false; // D has moved in the iteration to come, G has not
    this.history = /** @type {Film<Moment>} */ (new Film(MOMENTS));
    const bytes = 12 * (this.D.weights.length + this.G.weights.length);
    this.snapshots = /** @type {Film<Snapshot>} */ (new Film(Math.max(32, Math.min(SNAPSHOTS, Math.floor(SNAPSHOT_BYTES / bytes)))));
    this.head = /** @type {Snapshot} */ (null); // where the run stood when an earlier moment was shown
    this.snapshots.add(this.snapshot());
  }

  /** One iteration: k moves of D and one of G, or only D's, or only G's.  Raises Diverged, and then shows the last snapshot.
   * half: of an iteration only D's moves, which the next turn that is not D's completes.
   * @type {(turn?: TurnName, half?: boolean) => void} */
  iterate(turn = this.usualTurn(), half = false) {
    this.resume();
    const { seed, k } = this.settings;
    if (this.half && turn === "D") this.count(); // the half one was one of D's own
    const step = this.step + 1;
    for (let move = 0; move < k && turn !== "G" && !this.half; move++) this.moveD(drawBatch(this.settings, new Rng(seed, STREAMS.D, step, move)));
    if (turn !== "D") this.moveG(drawBatch(this.settings, new Rng(seed, STREAMS.G, step)));
    else if (this.history.wants(step)) this.gradientOfG(drawBatch(this.settings, new Rng(seed, STREAMS.G, step)));
    this.requireNumbers(step);
    this.half = half;
    if (!half) this.count();
  }

  /** @type {() => TurnName} */
  usualTurn() {
    const { turn, hold } = this.settings;
    return hold && this.step >= hold ? "D" : turn;
  }

  count() {
    this.half = false;
    const step = ++this.step;
    if (this.history.wants(step)) this.history.add({ step, ...this.metrics });
    if (this.snapshots.wants(step)) this.snapshots.add(this.snapshot());
  }

  /** Adds to the metrics of this moment what is too costly for every one. */
  measure() {
    Object.assign(this.metrics, measureCloud(this));
    const last = this.history.moments.at(-1);
    if (last?.step === this.step) Object.assign(last, this.metrics);
  }

  /** The moments that were kept, and in its place the one that is shown: curves and picture then say the same. */
  moments() {
    const { moments } = this.history;
    return [...moments.filter(({ step }) => step < this.step), { step: this.step, ...this.metrics }, ...moments.filter(({ step }) => step > this.step)];
  }

  /** @type {(points: Tensor, noise: Float32Array, t: Tape) => Tensor} what D sees of points: with noise, and pack of them a row */
  shownToD(points, noise, t) {
    const { pack } = this.settings, seen = noise ? t.add(points, new Tensor(noise, points.rows, 2)) : points;
    return pack === 1 ? seen : t.reshape(seen, points.rows / pack, 2 * pack);
  }

  /** @type {(batch: Batch) => void} */
  moveD({ real, z, fake, share, noise, noiseFake }) {
    const { rule, D, metrics, settings: { batch: rows, latent, weight, clip } } = this, t = this.tapes.D;
    t.clear();
    const drawn = fake ? new Tensor(fake, rows, 2) : this.G.forward(t, new Tensor(z, rows, latent));
    const pair = { real: this.shownToD(new Tensor(real, rows, 2), noise, t), fake: this.shownToD(drawn, noiseFake, t), share };
    const scores = rule.discriminator(t, (tape, x) => D.forward(tape, x), pair, weight);
    this.optimizers[0].step(t.gradient(scores.loss, D.parameters));
    if (this.settings.rule === "wgan") clipWeights(D.weights, clip);
    metrics.lossD = scores.loss.data[0];
    metrics.real = this.meanScore(scores.real); metrics.fake = this.meanScore(scores.fake);
  }

  /** @type {(batch: Batch) => void} */
  moveG(batch) {
    this.optimizers[1].step(this.gradientOfG(batch));
  }

  /** ∇L_G by G's weights; its norm is in the metrics.
   * @type {(batch: Batch) => Tensor[]} */
  gradientOfG({ z, noiseFake }) {
    const { rule, D, G, metrics, settings: { batch: rows, latent } } = this, t = this.tapes.G;
    t.clear();
    const x = G.forward(t, new Tensor(z, rows, latent));
    const loss = rule.generator(t, D.forward(t, this.shownToD(x, noiseFake, t))), gradients = t.gradient(loss, G.parameters);
    metrics.lossG = loss.data[0];
    metrics.gradient = Math.sqrt(gradients.reduce((sum, { data }) => sum + sumSquares(data), 0));
    return gradients;
  }

  /** @type {(scores: Tensor) => number} D's mean probability, or the mean of its values */
  meanScore({ data }) {
    let sum = 0;
    for (let k = 0; k < data.length; k++) sum += this.rule.score === "logit" ? 1 / (1 + Math.exp(-data[k])) : data[k];
    return sum / data.length;
  }

  requireNumbers(/** @type {number} */ step) {
    const { lossD, lossG } = this.metrics, sum = sumSquares(this.D.weights) + sumSquares(this.G.weights);
    const played = [lossD, lossG].filter((_, k) => this.optimizers[k].steps);
    if (Number.isFinite(sum) && played.every(Number.isFinite)) return;
    this.restore(this.snapshots.at(this.step));
    throw new Diverged(step);
  }

  /** @type {() => Snapshot} */
  snapshot() {
    const nets = [this.D, this.G].map(({ weights }) => weights.slice());
    const optimizers = this.optimizers.map(({ mean, square, steps }) => ({ mean: mean.slice(), square: square.slice(), steps }));
    return { step: this.step, half: this.half, nets, optimizers, metrics: { ...this.metrics } };
  }

  restore(/** @type {Snapshot} */ { step, half, nets, optimizers, metrics }) {
    [this.D, this.G].forEach(({ weights }, k) => weights.set(nets[k]));
    this.optimizers.forEach((optimizer, k) => {
      optimizer.mean.set(optimizers[k].mean); optimizer.square.set(optimizers[k].square); optimizer.steps = optimizers[k].steps;
    });
    this.step = step; this.half = half;
    this.metrics = { ...metrics };
  }

  /** Shows the kept moment at or before a step. */
  seek(/** @type {number} */ step) {
    this.head ??= this.snapshot();
    this.restore(step >= this.head.step ? this.head : this.snapshots.at(step));
  }

  /** From an earlier moment on, what came later is forgotten. */
  resume() {
    if (!this.head) return;
    if (this.step < this.head.step) { this.snapshots.cut(this.step); this.history.cut(this.step); }
    this.head = null;
  }
}

/** A turn's random numbers: real points, z, where the penalty looks, and the noise.
 * @type {(settings: Settings, rng: Rng) => Batch} */
const drawBatch = (settings, rng) => {
  const { batch, latent, noise, rule, pack } = settings, real = sampleData(settings, rng, batch), z = rng.normals(batch * latent);
  const share = rule === "wgangp" ? Float32Array.from({ length: batch / pack }, () => rng.uniform()) : null;
  const fake = settings.fake === "noise" ? noisyData(settings, rng, batch) : null;
  return { real, z, fake, share, noise: noise ? rng.normals(2 * batch, noise) : null, noiseFake: noise ? rng.normals(2 * batch, noise) : null };
};

/** @type {(weights: Float32Array, bound: number) => void} */
const clipWeights = (weights, bound) => {
  for (let k = 0; k < weights.length; k++) weights[k] = Math.max(-bound, Math.min(bound, weights[k]));
};

/** @type {(x: Float32Array) => number} */
const sumSquares = (x) => {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * x[k];
  return sum;
};

// The losses of the game, from D's scores (B, 1): logits, or the critic's values.  As genlib/objectives/adversarial.py and wasserstein.py have them.

/** @typedef {(tape: Tape, x: Tensor) => Tensor} Score D's score of points, (B, 2) → (B, 1) */
/** @typedef {{real: Tensor, fake: Tensor, share?: Float32Array}} Pair points (B, 2) of each kind; where between them the penalty looks, (B,) in 0 … 1 */
/** @typedef {{score: "logit" | "value" | "critic", discriminator: (t: Tape, score: Score, pair: Pair, weight: number) => ScoredLoss,
 *             generator: (t: Tape, fake: Tensor) => Tensor}} Rule */
/** @typedef {{loss: Tensor, real: Tensor, fake: Tensor}} ScoredLoss the loss, and D's scores */

const R1_EVERY = 4; // of the real points, one in so many is penalised, as in genlib

/** −E log D(real) − E log(1 − D(fake)).  arXiv:1406.2661, algorithm 1.
 * @type {(t: Tape, real: Tensor, fake: Tensor) => Tensor} */
const discriminatorBce = (t, real, fake) => t.add(t.mean(t.softplus(t.scale(real, -1))), t.mean(t.softplus(fake)));

/** ½ E (score − target)².
 * @type {(t: Tape, score: Tensor, target: number) => Tensor} */
const halfSquare = (t, score, target) => {
  const miss = t.shift(score, -target);
  return t.scale(t.mean(t.multiply(miss, miss)), 0.5);
};

/** ‖∇D(x)‖² at every x: (B, 1).
 * @type {(t: Tape, score: Score, x: Tensor) => Tensor} */
const slopeSquared = (t, score, x) => {
  const [gradient] = t.gradient(score(t, x), [x]);
  return t.sumCols(t.multiply(gradient, gradient));
};

/** ½ E ‖∇D(x)‖² at real x.  arXiv:1801.04406, equation 9.
 * @type {(t: Tape, score: Score, pair: Pair) => Tensor} */
const r1Penalty = (t, score, { real }) => {
  const rows = Math.ceil(real.rows / R1_EVERY), x = t.constant(rows, real.cols, 0);
  for (let k = 0; k < rows; k++) x.data.set(real.data.subarray(k * R1_EVERY * real.cols, (k * R1_EVERY + 1) * real.cols), k * real.cols);
  return t.scale(t.mean(slopeSquared(t, score, x)), 0.5);
};

/** E (‖∇f(x̂)‖ − 1)², x̂ = εx + (1 − ε)G(z).  arXiv:1704.00028, equation 3.
 * @type {(t: Tape, score: Score, pair: Pair) => Tensor} */
const gradientPenalty = (t, score, { real, fake, share }) => {
  const between = t.constant(real.rows, real.cols, 0);
  for (let i = 0, k = 0; i < real.rows; i++) {
    for (let j = 0; j < real.cols; j++, k++) between.data[k] = share[i] * real.data[k] + (1 - share[i]) * fake.data[k];
  }
  const miss = t.shift(t.power(slopeSquared(t, score, between), 0.5), -1);
  return t.mean(t.multiply(miss, miss));
};

/** Both scores, and a loss of them.
 * @type {(loss: (t: Tape, real: Tensor, fake: Tensor) => Tensor, penalty?: (t: Tape, score: Score, pair: Pair) => Tensor) => Rule["discriminator"]} */
const scored = (loss, penalty) => (t, score, pair, weight) => {
  const real = score(t, pair.real), fake = score(t, pair.fake), plain = loss(t, real, fake);
  return { loss: penalty ? t.add(plain, t.scale(penalty(t, score, pair), weight)) : plain, real, fake };
};
/** @type {(t: Tape, real: Tensor, fake: Tensor) => Tensor} */
const criticLoss = (t, real, fake) => t.subtract(t.mean(fake), t.mean(real));
/** @type {(t: Tape, real: Tensor, fake: Tensor) => Tensor} */
const leastSquares = (t, real, fake) => t.add(halfSquare(t, real, 1), halfSquare(t, fake, 0));
/** −E log D(G(z)).
 * @type {(t: Tape, fake: Tensor) => Tensor} */
const nonsaturating = (t, fake) => t.mean(t.softplus(t.scale(fake, -1)));
/** @type {(t: Tape, fake: Tensor) => Tensor} */
const criticGenerator = (t, fake) => t.scale(t.mean(fake), -1);

/** @type {Record<RuleName, Rule>} */
const RULES = {
  saturating: { score: "logit", discriminator: scored(discriminatorBce), generator: (t, fake) => t.scale(t.mean(t.softplus(fake)), -1) }, // E log(1 − D(G(z)))
  nonsaturating: { score: "logit", discriminator: scored(discriminatorBce), generator: nonsaturating },
  leastsquares: { score: "value", discriminator: scored(leastSquares), generator: (t, fake) => halfSquare(t, fake, 1) }, // arXiv:1611.04076, equation 9
  wgan: { score: "critic", discriminator: scored(criticLoss), generator: criticGenerator }, // arXiv:1701.07875, algorithm 1
  wgangp: { score: "critic", discriminator: scored(criticLoss, gradientPenalty), generator: criticGenerator },
  r1: { score: "logit", discriminator: scored(discriminatorBce, r1Penalty), generator: nonsaturating },
};

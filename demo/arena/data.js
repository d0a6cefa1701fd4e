// Points of the plane that G is to learn.

const SPAN = 3; // the plane shown is −SPAN … SPAN
const RADIUS = 2;
/** @type {Record<DataName, number>} σ of the noise around each mode, or across the curve */
const SIGMA = { ring: 0.02, grid: 0.05, roll: 0.05, moons: 0.08, segments: 0, drawn: 0.02 };

/** The means of a mixture of Gaussians with equal shares; null where the data are none.
 * @type {(settings: Settings) => number[][]} */
const modesOf = ({ data }) => {
  if (data === "ring") return Array.from({ length: 8 }, (_, k) => [RADIUS * Math.cos(k * Math.PI / 4), RADIUS * Math.sin(k * Math.PI / 4)]);
  if (data === "grid") return Array.from({ length: 25 }, (_, k) => [k % 5 - 2, Math.floor(k / 5) - 2]);
  return null;
};
/** @type {(settings: Settings) => number} */
const sigmaOf = ({ data, sigma }) => sigma ?? SIGMA[data];

/** One point without its noise.
 * @type {Record<string, (rng: Rng, settings: Settings) => number[]>} */
const CURVES = {
  roll: (rng) => {
    const angle = 1.5 * Math.PI * (1 + 2 * rng.uniform()), radius = 2.4 * angle / (4.5 * Math.PI);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  moons: (rng) => {
    const angle = Math.PI * rng.uniform(), x = 1.5 * Math.cos(angle), y = 1.5 * Math.sin(angle);
    return rng.uniform() < 0.5 ? [x - 0.75, y - 0.375] : [0.75 - x, 0.375 - y];
  },
  segments: (rng) => [rng.uniform() < 0.5 ? -1 : 1, 3 * rng.uniform() - 1.5],
  drawn: (rng, { points }) => points[rng.below(points.length)],
};

/** What stands against the real points where no G does: real ones with noise of σ 1.  arXiv:1704.00028, figure 1.
 * @type {(settings: Settings, rng: Rng, n: number) => Float32Array} */
const noisyData = (settings, rng, n) => sampleData(settings, rng, n).map((x) => x + rng.normal());

/** n points (n, 2).
 * @type {(settings: Settings, rng: Rng, n: number) => Float32Array} */
const sampleData = (settings, rng, n) => {
  const modes = modesOf(settings), sigma = sigmaOf(settings), out = new Float32Array(2 * n);
  for (let k = 0; k < 2 * n; k += 2) {
    const [x, y] = modes ? modes[rng.below(modes.length)] : CURVES[settings.data](rng, settings);
    out[k] = x + sigma * rng.normal(); out[k + 1] = y + sigma * rng.normal();
  }
  return out;
};

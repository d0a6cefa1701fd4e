// How well G does, in numbers: modes, distances, and the D that would be best.

const FAIR = 0.2; // of its share of the samples, that a mode needs to count as found: at one sample a cloud with 1.7 % good points covers all
const REACH = 3; // σ
const W1_POINTS = 256;
const MODE_POINTS = 512;
const JS_POINTS = { real: 16384, fake: 2048 };
const JS_CELLS = 30; // a side of the plane
const BLUR = 0.15; // width of the kernel of p_r and p_g, one cell of the page's heat map

/** Of points (n, 2): modes with a fair share within 3σ, modes with any, and the share of points there.
 * @type {(points: Float32Array, modes: number[][], sigma: number) => {modes: number, modesAny: number, near: number}} */
const countModes = (points, modes, sigma) => {
  const counts = new Int32Array(modes.length), n = points.length / 2;
  for (let k = 0; k < n; k++) {
    const nearest = modes.findIndex(([x, y]) => Math.hypot(points[2 * k] - x, points[2 * k + 1] - y) <= REACH * sigma);
    if (nearest >= 0) counts[nearest]++;
  }
  const enough = Math.max(1, FAIR * n / modes.length);
  return { modes: counts.filter((c) => c >= enough).length, modesAny: counts.filter((c) => c > 0).length, near: counts.reduce((a, b) => a + b) / n };
};

/** W₁ of two clouds of as many points (n, 2), exactly: the mean way of the cheapest one-to-one transport; NaN where a point is nowhere.
 * @type {(a: Float32Array, b: Float32Array) => number} */
const wasserstein = (a, b) => {
  const n = a.length / 2, costs = new Float64Array(n * n);
  if (![...a, ...b].every(Number.isFinite)) return NaN; // no path to it would ever be the shortest
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) costs[i * n + j] = Math.hypot(a[2 * i] - b[2 * j], a[2 * i + 1] - b[2 * j + 1]);
  let sum = 0;
  for (const [i, j] of assign(costs, n).entries()) sum += costs[i * n + j];
  return sum / n;
};

/** Shares of points (n, 2) in the cells of the plane, and, last, outside of it.
 * @type {(points: Float32Array) => Float64Array} */
const cellShares = (points) => {
  const shares = new Float64Array(JS_CELLS ** 2 + 1), n = points.length / 2;
  for (let k = 0; k < n; k++) {
    const [i, j] = [points[2 * k], points[2 * k + 1]].map((x) => Math.floor((x / SPAN + 1) / 2 * JS_CELLS));
    const inside = i >= 0 && i < JS_CELLS && j >= 0 && j < JS_CELLS;
    shares[inside ? j * JS_CELLS + i : JS_CELLS ** 2] += 1 / n;
  }
  return shares;
};

/** JS of two distributions over the same cells, in nats: 0 … log 2.
 * @type {(p: Float64Array, q: Float64Array) => number} */
const jensenShannon = (p, q) => {
  let sum = 0;
  for (let k = 0; k < p.length; k++) {
    const middle = (p[k] + q[k]) / 2;
    if (p[k]) sum += p[k] * Math.log(p[k] / middle) / 2;
    if (q[k]) sum += q[k] * Math.log(q[k] / middle) / 2;
  }
  return Math.min(Math.LN2, Math.max(0, sum)); // sums of so many shares are off by a rounding
};

/** Adds Gaussians of width h at points (n, 2), together of mass 1, to a density over the heat map's cells.
 * @type {(points: ArrayLike<number>, h: number, side: number) => Float64Array} */
const kernelDensity = (points, h, side) => {
  const density = new Float64Array(side * side), n = points.length / 2, cell = 2 * SPAN / side, wide = Math.ceil(4 * h / cell);
  for (let k = 0; k < n; k++) {
    const column = (points[2 * k] + SPAN) / cell - 0.5, row = (SPAN - points[2 * k + 1]) / cell - 0.5;
    const x0 = Math.max(0, Math.round(column) - wide), x1 = Math.min(side - 1, Math.round(column) + wide);
    for (let j = Math.max(0, Math.round(row) - wide); j <= Math.min(side - 1, Math.round(row) + wide); j++) {
      for (let i = x0; i <= x1; i++) density[j * side + i] += Math.exp(-((i - column) ** 2 + (j - row) ** 2) * (cell / h) ** 2 / 2) / (2 * Math.PI * h * h * n);
    }
  }
  return density;
};

/** D* = p_r/(p_r + p_g) over the heat map's cells, both seen through a blur; NaN where neither has points.  arXiv:1406.2661, proposition 1.
 * @type {(settings: Settings, fake: Float32Array, side: number) => Float32Array} */
const optimalD = (settings, fake, side) => {
  const modes = modesOf(settings), q = kernelDensity(fake, BLUR, side);
  const p = modes ? kernelDensity(modes.flat(), Math.hypot(sigmaOf(settings), BLUR), side)
    : kernelDensity(sampleData(settings, new Rng(settings.seed, STREAMS.measure), 4096), BLUR, side);
  return Float32Array.from(p, (x, k) => (x + q[k] > 1e-6 ? x / (x + q[k]) : NaN));
};

/** Share of weights within 1 % of ±bound, where clipping piles them up.  arXiv:1704.00028, figure 1b.
 * @type {(weights: Float32Array, bound: number) => number} */
const clippedShare = (weights, bound) => weights.filter((w) => Math.abs(Math.abs(w) - bound) <= 0.01 * bound).length / weights.length;

/** The real points that a game is measured by, always the same.
 * @type {(settings: Settings) => {points: Float32Array, shares: Float64Array}} */
const yardstick = (settings) => {
  const points = sampleData(settings, new Rng(settings.seed, STREAMS.measure), JS_POINTS.real);
  return { points: points.slice(0, 2 * W1_POINTS), shares: cellShares(points) };
};

/** Modes, share near them, JS and W₁ of a game as it stands, and its clipped weights.  Costs some 20 ms.
 * @type {(game: Game) => Pick<Metrics, "modes" | "modesAny" | "near" | "js" | "w1" | "clipped">} */
const measureCloud = (game) => {
  const { settings } = game, fake = fakePoints(game, JS_POINTS.fake), modes = modesOf(settings);
  const { points, shares } = game.yardstick ??= yardstick(settings);
  const found = modes ? countModes(fake.subarray(0, 2 * MODE_POINTS), modes, sigmaOf(settings)) : { modes: NaN, modesAny: NaN, near: NaN };
  const clipped = clippedShare(game.D.weights, settings.clip);
  return { ...found, clipped, js: jensenShannon(shares, cellShares(fake)), w1: wasserstein(points, fake.subarray(0, 2 * W1_POINTS)) };
};

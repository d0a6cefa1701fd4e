// Two hundred draws of N(0, I), the same for a seed, on a plane and as a sheet of what they decode to.
const DRAWS = 200;
const SURE = 0.8; // of LeNet-5's reading, below which a picture is hardly a digit

// mulberry32, by Tommy Ettinger (public domain): 32 bits of state, passes the usual tests.
/** @type {(seed: number) => () => number} */
const uniform = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let v = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  v = (v + Math.imul(v ^ (v >>> 7), 61 | v)) ^ v;
  return ((v ^ (v >>> 14)) >>> 0) / 2 ** 32;
};
// Box and Muller: from two uniform numbers a point of N(0, I).
/** @type {(random: () => number) => Pair} */
const normal = (random) => {
  const r = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
  return [r * Math.cos(angle), r * Math.sin(angle)];
};
/** @type {(seed: number) => Pair[]} */
const drawsOf = (seed) => { const random = uniform(seed); return Array.from({ length: DRAWS }, () => normal(random)); };

/** @type {(plane: Plane | undefined, draws: Pair[]) => Pair[]} */
const pointsOf = (plane, draws) => (plane?.draws ? draws.map((_, k) => [plane.draws[2 * k], plane.draws[2 * k + 1]]) : draws); // a learned prior has its own

/**
 * The points it shows, how many of them are drawn already, and which LeNet-5 is unsure of.
 * @typedef {{canvas: HTMLCanvasElement, note: HTMLElement, count: HTMLElement, points: Pair[], unsure: boolean[], decoded: Float32Array[], at: number, columns: number, key?: string}} DrawSheet
 */
/** @type {(sheet: DrawSheet, points: Pair[], width: number) => void} */
const startSheet = (sheet, points, width) => {
  const k = width >= 25 * SIDE * 2 ? 2 : 1;
  sheet.columns = limit(Math.floor(width / (SIDE * k)), 4, 25);
  Object.assign(sheet, { points, unsure: [], decoded: [], at: 0 });
  sheet.canvas.width = sheet.columns * SIDE; sheet.canvas.height = Math.ceil(points.length / sheet.columns) * SIDE;
  enlarge(sheet.canvas, k);
  sheet.count.textContent = "";
};
// Whether there is more of a sheet to draw: all its pictures, then, where there is a judge, a frame around those it is unsure of.
/** @type {(sheet: DrawSheet, judge?: Judge) => boolean} */
const isUnfinished = ({ at, points }, judge) => at < points.length * (judge ? 2 : 1);
/** @type {(sheet: DrawSheet, layers: Layer[], judge: Judge | undefined, frame: string) => void} */
const drawNext = (sheet, layers, judge, frame) => {
  const n = sheet.points.length, k = sheet.at % n, x = (sheet.decoded[k] ||= decode(layers, sheet.points[k])), ctx = sheet.canvas.getContext("2d"), image = new ImageData(SIDE, SIDE);
  const [left, top] = [(k % sheet.columns) * SIDE, Math.floor(k / sheet.columns) * SIDE];
  if (sheet.at++ < n) {
    toGrey(x).forEach((v, i) => { image.data.set([v, v, v, 255], 4 * i); });
    ctx.putImageData(image, left, top);
    return;
  }
  sheet.unsure[k] = Math.max(...judged(judge, x)) < SURE;
  if (sheet.unsure[k]) { ctx.strokeStyle = frame; ctx.lineWidth = 2; ctx.strokeRect(left + 1, top + 1, SIDE - 2, SIDE - 2); }
};

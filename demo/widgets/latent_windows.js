// Which part of a plane is shown, how large, and in which tiles.
/** @typedef {{x: number, y: number, half: number}} Shown  a square of the plane: its middle, half its side */
/** @typedef {{shown: Shown, side: number}} View  a part of the plane, shown so large in pixels */
/** @typedef {{level: number, i: number, j: number}} Place  the tile from (i, j) to (i + 1, j + 1), in units of 2^−level */
const DEEPEST = 4096; // times nearer than all

/** @type {(view: View, p: ArrayLike<number>) => Pair} */
const toMap = ({ shown: { x, y, half }, side }, p) => [((p[0] - x + half) / (2 * half)) * side, ((y + half - p[1]) / (2 * half)) * side];
/** @type {(view: View, x: number, y: number) => Pair} */
const fromMap = ({ shown, side }, x, y) => [shown.x + (2 * x / side - 1) * shown.half, shown.y + (1 - 2 * y / side) * shown.half];
/** @type {(shown: Shown, p: Pair) => boolean} */
const contains = ({ x, y, half }, p) => Math.abs(p[0] - x) <= half && Math.abs(p[1] - y) <= half;
// Never beyond the plane, never nearer than its numbers tell apart.
/** @type {(shown: Shown, reach: number) => Shown} */
const within = ({ x, y, half }, reach) => {
  const size = limit(half, reach / DEEPEST, reach), far = reach - size;
  return { x: limit(x, -far, far), y: limit(y, -far, far), half: size };
};
// `factor` times nearer, the point p staying where it is.
/** @type {(shown: Shown, p: Pair, factor: number, reach: number) => Shown} */
const zoomed = (shown, p, factor, reach) => {
  const half = limit(shown.half / factor, reach / DEEPEST, reach), k = half / shown.half;
  return within({ x: p[0] + (shown.x - p[0]) * k, y: p[1] + (shown.y - p[1]) * k, half }, reach);
};
/** @type {(text: string, reach: number) => Shown} */
const windowOf = (text, reach) => {
  const [x, y, half] = text.split(",").map(Number);
  return half > 0 ? within({ x, y, half }, reach) : { x: 0, y: 0, half: reach };
};
/** @type {(shown: Shown, reach: number) => string} */
const spellWindow = ({ x, y, half }, reach) => (half >= reach ? "" : [x, y, half].map((v) => +v.toPrecision(6)).join(","));

// Tiles of `least` to twice as many pixels, a power of two of the plane's unit large: what was decoded stays of use when the map moves.
/** @type {(view: View, least: number) => number} */
const levelOf = ({ shown, side }, least) => Math.floor(Math.log2(side / (2 * shown.half) / least));
/** @type {(shown: Shown, level: number) => Place[]} */
const tilesIn = ({ x, y, half }, level) => {
  const n = 2 ** level, places = [];
  for (let j = Math.floor((y - half) * n); j < (y + half) * n; j++) for (let i = Math.floor((x - half) * n); i < (x + half) * n; i++) places.push({ level, i, j });
  return places;
};
/** @type {(place: Place) => Pair} */
const middleOf = ({ level, i, j }) => [(i + 0.5) / 2 ** level, (j + 0.5) / 2 ** level];

/** @typedef {{side: number, k: number, narrow: boolean}} Plan  the side of a map, and how large a decoded picture's pixels are */
const GAP = 24, WORDS = 60; // pixels between maps and pictures; under a picture
// One plane or two, and between or beside them what the cursor decodes to: as large as the screen lets them, the pictures no higher than the maps.
/** @type {(width: number, height: number, two: boolean) => Plan} */
const plan = (width, height, two) => {
  if (width < 640) return { side: width, k: limit(Math.floor((width - GAP) / 2 / SIDE), 4, 6), narrow: true };
  /** @type {(k: number) => number} */
  const sideFor = (k) => Math.floor(limit((width - Math.max(SIDE * k, 144) - GAP * (two ? 2 : 1)) / (two ? 2 : 1), 240, Math.max(340, height - 270)));
  let k = two ? 8 : 15;
  while (k > 4 && (two ? 2 * (SIDE * k + WORDS) > sideFor(k) + 30 : SIDE * k > width * 0.33)) k--;
  return { side: sideFor(k), k, narrow: false };
};
/** @type {(v: number, digits?: number) => string} */
const signed = (v, digits = 2) => v.toFixed(digits).replace(/^-(?!0\.?0*$)/, "−").replace("-", "");
/** @type {(z: Pair) => string} */
const spelled = (z) => `z = (${z.map((v) => signed(v)).join(", ")})`;
// How far a window reaches, in as many digits as tell its ends apart; of a small one its middle, and how far it goes from there.
/** @type {(shown: Shown) => string} */
const spellExtent = ({ x, y, half }) => {
  const digits = limit(Math.ceil(1 - Math.log10(half)), 0, 5);
  if (digits > 2) return `(${signed(x, digits)}, ${signed(y, digits)}) ± ${+half.toPrecision(1)}`;
  const ends = [x, y].map((v) => `${signed(v - half, digits)} … ${signed(v + half, digits)}`);
  return ends[0] === ends[1] ? ends[0] : ends.join(", ");
};
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
// A seventy-second of what is shown, with Shift five.
/** @type {(z: Pair, by: Pair, half: number, far: boolean) => Pair} */
const stepped = (z, by, half, far) => [z[0] + by[0] * half / 36 * (far ? 5 : 1), z[1] + by[1] * half / 36 * (far ? 5 : 1)];

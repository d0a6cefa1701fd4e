// The part of a photograph that is taken: edges in 0 … 1 of it, moved and pulled by hand and by key.
const LEAST = 0.04; // of the photograph's width and height: a smaller cut is a slip of the hand
/** @type {(cut: Edges, dx: number, dy: number) => Edges} */
const shifted = ([x0, y0, x1, y1], dx, dy) => {
  const x = limit(dx, -x0, 1 - x1), y = limit(dy, -y0, 1 - y1);
  return [x0 + x, y0 + y, x1 + x, y1 + y];
};
// Edges pulled by hand: `sides` are indices into the cut; one that passes its opposite takes its place.
/** @type {(cut: Edges, sides: number[], at: Pair) => Edges} */
const pulled = (cut, sides, at) => {
  const [x0, y0, x1, y1] = cut.map((v, i) => (sides.includes(i) ? limit(at[i % 2]) : v));
  return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
};
// Which edges a point takes hold of: those near it; none inside, where the whole frame moves; outside, a new frame begins.
/** @type {(cut: Edges, point: Pair, reach: Pair) => number[] | null} */
const grip = (cut, [x, y], reach) => {
  /** @type {(v: number, a: number, b: number, r: number) => boolean} */
  const inside = (v, a, b, r) => v >= a - r && v <= b + r;
  const [x0, y0, x1, y1] = cut, [rx, ry] = [Math.min(reach[0], (x1 - x0) / 3), Math.min(reach[1], (y1 - y0) / 3)];
  if (!inside(x, x0, x1, reach[0]) || !inside(y, y0, y1, reach[1])) return null;
  /** @type {(v: number, a: number, b: number, i: number, r: number) => number[]} */
  const near = (v, a, b, i, r) => (v <= a + r ? [i] : v >= b - r ? [i + 2] : []);
  return [...near(x, x0, x1, 0, rx), ...near(y, y0, y1, 1, ry)];
};
// The cut that a drag has made of one.
/** @type {(cut: Edges, sides: number[] | null, from: Pair, at: Pair) => Edges} */
const dragged = (cut, sides, from, at) => {
  if (!sides) return pulled(/** @type {Edges} */ ([...from, ...from].map((v) => limit(v))), [2, 3], at);
  return sides.length ? pulled(cut, sides, at) : shifted(cut, at[0] - from[0], at[1] - from[1]);
};
// The cut that an arrow key makes of one: moved or, with Shift, its lower right corner pulled.
/** @type {(cut: Edges, by: Pair, shift: boolean) => Edges} */
const nudged = (cut, by, shift) =>
  shift ? pulled(cut, [2, 3], [Math.max(cut[0] + LEAST, cut[2] + by[0]), Math.max(cut[1] + LEAST, cut[3] + by[1])]) : shifted(cut, ...by);
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] };

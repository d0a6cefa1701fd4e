// The plane of one game: D's surface with its level lines, the points, D's gradients, G's grid.  Nothing here knows the page.

const PLANE = 3; // it is shown from −3 to 3, as the engine has it

/** @type {typeof globalThis.rgb} */
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
// 256 colours from low over middle to high, as the 32 bits of a pixel.
/** @type {typeof globalThis.ramp} */
const ramp = (low, middle, high) => Uint32Array.from({ length: 256 }, (_, i) => {
  const from = i < 128 ? low : middle, to = i < 128 ? middle : high, part = i < 128 ? i / 128 : (i - 128) / 127;
  const [r, g, b] = from.map((v, k) => Math.round(v + (to[k] - v) * part));
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
});
/** @type {typeof globalThis.readColours} */
const readColours = (node) => {
  const styles = getComputedStyle(node);
  const [real, fake, low, middle, high, ink, ground, rule, quiet] = ["real", "fake", "low", "middle", "high", "ink", "ground", "rule", "quiet"].map((name) => styles.getPropertyValue(`--${name}`).trim());
  return { real, fake, ink, ground, rule, quiet, ramp: ramp(rgb(low), rgb(middle), rgb(high)) };
};

// Which edges of a cell its level line joins, by which of its corners lie above: 1 upper left, 2 upper right, 4 lower right, 8 lower left.
const UP = 0, RIGHT = 1, DOWN = 2, LEFT = 3;
const JOINED = [
  [], [LEFT, UP], [UP, RIGHT], [LEFT, RIGHT], [RIGHT, DOWN], [LEFT, UP, RIGHT, DOWN], [UP, DOWN], [LEFT, DOWN],
  [LEFT, DOWN], [UP, DOWN], [UP, RIGHT, LEFT, DOWN], [RIGHT, DOWN], [LEFT, RIGHT], [UP, RIGHT], [LEFT, UP], [],
];
// Marching squares over side × side values: x0, y0, x1, y1 of each piece, in cells from the first value's place.
/** @type {typeof globalThis.levelLine} */
const levelLine = (values, side, level) => {
  /** @type {number[]} */
  const pieces = [];
  for (let row = 0; row + 1 < side; row++) for (let column = 0; column + 1 < side; column++) {
    const i = row * side + column, a = values[i], b = values[i + 1], c = values[i + side + 1], d = values[i + side];
    if (Number.isNaN(a + b + c + d)) continue; // of D* where neither density is
    const kind = (a > level ? 1 : 0) | (b > level ? 2 : 0) | (c > level ? 4 : 0) | (d > level ? 8 : 0);
    for (const edge of JOINED[kind]) {
      if (edge === UP) pieces.push(column + (level - a) / (b - a), row);
      else if (edge === RIGHT) pieces.push(column + 1, row + (level - b) / (c - b));
      else if (edge === DOWN) pieces.push(column + (level - d) / (c - d), row + 1);
      else pieces.push(column, row + (level - a) / (d - a));
    }
  }
  return pieces;
};
/** @type {typeof globalThis.levels} */
const levels = ([low, high]) => Array.from({ length: 9 }, (_, i) => low + ((i + 1) / 10) * (high - low));
/** @type {typeof globalThis.toPixel} */
const toPixel = (x, y, side) => [((x / PLANE + 1) / 2) * side, ((1 - y / PLANE) / 2) * side];
/** @type {typeof globalThis.fromPixel} */
const fromPixel = (x, y, side) => [((2 * x) / side - 1) * PLANE, (1 - (2 * y) / side) * PLANE];
// An arrow's length in parts of the longest: a gradient of 1 is drawn full, a thousandth a third as long, a millionth not at all.
/** @type {typeof globalThis.arrowLength} */
const arrowLength = (gradient) => limit(1 + Math.log10(Math.max(gradient, 1e-9)) / 4.5);

const tile = document.createElement("canvas");
/** @type {typeof globalThis.drawHeat} */
const drawHeat = (ctx, side, heat, [low, high], colours) => {
  const n = Math.round(Math.sqrt(heat.length)), scale = 255 / (high - low || 1);
  if (tile.width !== n) tile.width = tile.height = n;
  const image = new ImageData(n, n), out = new Uint32Array(image.data.buffer);
  for (let i = 0; i < out.length; i++) out[i] = colours.ramp[limit(Math.round((heat[i] - low) * scale), 0, 255)];
  tile.getContext("2d").putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = true;
  ctx.drawImage(tile, 0, 0, side, side);
};
/** @type {typeof globalThis.drawLevels} */
const drawLevels = (ctx, side, values, wanted) => {
  const n = Math.round(Math.sqrt(values.length)), cell = side / n;
  ctx.beginPath();
  for (const level of wanted) {
    const line = levelLine(values, n, level);
    for (let i = 0; i < line.length; i += 4) {
      ctx.moveTo((line[i] + 0.5) * cell, (line[i + 1] + 0.5) * cell); ctx.lineTo((line[i + 2] + 0.5) * cell, (line[i + 3] + 0.5) * cell);
    }
  }
  ctx.stroke();
};
/** @type {typeof globalThis.drawPoints} */
const drawPoints = (ctx, side, points, radius, colour, halo) => {
  ctx.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = toPixel(points[i], points[i + 1], side);
    ctx.moveTo(x + radius, y); ctx.arc(x, y, radius, 0, 2 * Math.PI);
  }
  if (halo) { ctx.strokeStyle = halo; ctx.lineWidth = 2; ctx.stroke(); }
  ctx.fillStyle = colour; ctx.fill();
};
/** @type {typeof globalThis.drawArrows} */
const drawArrows = (ctx, side, points, arrows, colour) => {
  const longest = side / 10, head = Math.max(3, side / 110);
  ctx.beginPath();
  for (let i = 0; i < arrows.length; i += 2) {
    const size = Math.hypot(arrows[i], arrows[i + 1]), length = longest * arrowLength(size);
    if (length < 1.5) continue;
    const [x, y] = toPixel(points[i], points[i + 1], side), dx = arrows[i] / size, dy = -arrows[i + 1] / size;
    const tx = x + dx * length, ty = y + dy * length, h = Math.min(head, length / 2);
    ctx.moveTo(x, y); ctx.lineTo(tx, ty);
    ctx.moveTo(tx - h * (dx + dy * 0.6), ty - h * (dy - dx * 0.6)); ctx.lineTo(tx, ty); ctx.lineTo(tx - h * (dx - dy * 0.6), ty - h * (dy + dx * 0.6));
  }
  ctx.strokeStyle = colour; ctx.lineWidth = 1.3; ctx.stroke();
};
/** @type {typeof globalThis.drawGrid} */
const drawGrid = (ctx, side, grid, colour) => {
  const n = Math.round(Math.sqrt(grid.length / 2));
  ctx.beginPath();
  for (const along of [1, n]) for (let line = 0; line < n; line++) for (let k = 0; k < n; k++) {
    const i = line * (along === 1 ? n : 1) + k * along, [x, y] = toPixel(grid[2 * i], grid[2 * i + 1], side);
    if (k) ctx.lineTo(x, y); else ctx.moveTo(x, y);
  }
  ctx.strokeStyle = colour; ctx.lineWidth = 0.8; ctx.globalAlpha = 0.6; ctx.stroke(); ctx.globalAlpha = 1;
};
/** @type {typeof globalThis.drawGame} */
const drawGame = (ctx, side, frame, real, shown, colours) => {
  const probability = frame.range[0] === 0 && frame.range[1] === 1, radius = limit(side / 190, 1.3, 3.4);
  ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, side, side);
  if (shown.surface) drawHeat(ctx, side, frame.heat, frame.range, colours);
  if (shown.levels) {
    ctx.strokeStyle = colours.ink; ctx.lineWidth = 0.8; ctx.globalAlpha = 0.4;
    drawLevels(ctx, side, frame.heat, levels(frame.range));
    if (probability) { ctx.lineWidth = 1.8; ctx.globalAlpha = 0.8; drawLevels(ctx, side, frame.heat, [0.5]); }
    ctx.globalAlpha = 1;
  }
  if (shown.optimal && frame.optimal) {
    ctx.strokeStyle = colours.ink; ctx.lineWidth = 1.8; ctx.setLineDash([5, 4]);
    drawLevels(ctx, side, frame.optimal, [0.1, 0.5, 0.9]);
    ctx.setLineDash([]);
  }
  if (shown.grid) drawGrid(ctx, side, frame.grid, colours.fake);
  if (shown.real) drawPoints(ctx, side, real, radius * 0.8, colours.real);
  if (shown.arrows) drawArrows(ctx, side, frame.fake, frame.arrows, colours.ink);
  if (shown.fake) drawPoints(ctx, side, frame.fake, radius, colours.fake, colours.ground);
};

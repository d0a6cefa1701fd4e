// What lies over a plane: density, codes, the prior's circles; the posterior of a picture and draws that were dropped.
/** @typedef {{mean: Pair, logvar: (number | null)[]}} Posterior */
const GRID = 72; // cells of the density along a side
const FEW = 600; // codes, below which each is drawn twice as wide: so many are not a cloud
const BLUR = 1 / 60; // of the plane's reach: how wide a code without a width of its own is drawn

/** @type {(canvas: HTMLCanvasElement, side: number) => CanvasRenderingContext2D} */
const cleared = (canvas, side) => {
  const ctx = canvas.getContext("2d"), ratio = canvas.width / side;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, side, side);
  return ctx;
};
// The aggregate posterior (1/N) Σ q(z|xₙ) in the middle of each cell, row by row from the top; of points, each a little blurred.
/** @type {(plane: Plane, shown: Shown, reach: number, n?: number) => Float32Array} */
const densityOf = ({ mean, sigma }, { x, y, half }, reach, n = GRID) => {
  const out = new Float32Array(n * n), cell = 2 * half / n, column = new Float64Array(n), left = x - half + cell / 2, top = y + half - cell / 2;
  for (let k = 0; k < mean.length; k += 2) {
    const [sx, sy] = [0, 1].map((d) => Math.max(sigma ? sigma[k + d] : BLUR * reach, 0.6 * cell)); // none narrower than a cell sees
    const [i0, i1] = [(mean[k] - 4 * sx - left) / cell, (mean[k] + 4 * sx - left) / cell].map((v) => limit(Math.ceil(v), 0, n));
    const [j0, j1] = [(top - mean[k + 1] - 4 * sy) / cell, (top - mean[k + 1] + 4 * sy) / cell].map((v) => limit(Math.ceil(v), 0, n));
    for (let i = i0; i < i1; i++) column[i] = Math.exp(-0.5 * ((left + i * cell - mean[k]) / sx) ** 2) / (Math.PI * mean.length * sx * sy);
    for (let j = j0; j < j1; j++) {
      const row = Math.exp(-0.5 * ((top - j * cell - mean[k + 1]) / sy) ** 2);
      for (let i = i0; i < i1; i++) out[j * n + i] += row * column[i];
    }
  }
  return out;
};
/** @type {(ctx: CanvasRenderingContext2D, side: number, density: Float32Array, n?: number) => void} */
const drawDensity = (ctx, side, density, n = GRID) => {
  const sheet = document.createElement("canvas"), image = new ImageData(n, n), most = density.reduce((a, b) => Math.max(a, b), 1e-30);
  const accent = parseInt((style("--color-accent") || "#2563eb").slice(1, 7), 16), [r, g, b] = [accent >> 16, (accent >> 8) & 255, accent & 255];
  density.forEach((v, i) => { image.data.set([r, g, b, 230 * Math.sqrt(v / most)], 4 * i); });
  sheet.width = sheet.height = n;
  sheet.getContext("2d").putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = true;
  ctx.drawImage(sheet, 0, 0, side, side);
};
/** @type {(ctx: CanvasRenderingContext2D, view: View, plane: Plane) => void} */
const drawCodes = (ctx, view, { mean, label }) => {
  const nearer = limit(Math.sqrt(label.length ? 2 / view.shown.half : 1), 1, 2.2), r = (label.length < FEW ? 2.4 : 1.2) * nearer;
  ctx.globalAlpha = 0.75;
  for (let k = 0; k < label.length; k++) {
    const [x, y] = toMap(view, [mean[2 * k], mean[2 * k + 1]]);
    if (x < -r || y < -r || x > view.side + r || y > view.side + r) continue;
    ctx.fillStyle = CLASS_COLOURS[label[k] % 10];
    ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
  }
  ctx.globalAlpha = 1;
};
/** @type {(ctx: CanvasRenderingContext2D, view: View, p: ArrayLike<number>, rx: number, ry: number) => void} */
const ring = (ctx, view, p, rx, ry) => {
  const [x, y] = toMap(view, p), scale = view.side / (2 * view.shown.half);
  ctx.beginPath(); ctx.ellipse(x, y, Math.max(2, rx * scale), Math.max(2, ry * scale), 0, 0, 7);
  ctx.stroke();
};
// Dark over light: seen on paper, on black and on pictures, whatever the theme.
/** @type {(ctx: CanvasRenderingContext2D, colour: string, draw: () => void) => void} */
const twice = (ctx, colour, draw) => {
  for (const [stroke, width] of /** @type {const} */ ([["#fff", 4], [colour, 1.8]])) { ctx.strokeStyle = stroke; ctx.lineWidth = width; draw(); }
};
/** @type {(ctx: CanvasRenderingContext2D, view: View) => void} */
const drawCircles = (ctx, view) => {
  ctx.setLineDash([5, 4]);
  twice(ctx, "#111", () => { for (const r of [1, 2]) ring(ctx, view, [0, 0], r, r); });
  ctx.setLineDash([]);
};
// The half axes of two standard deviations; a code without a spread is a point.
/** @type {(posterior: Posterior) => Pair} */
const axesOf = ({ logvar }) => /** @type {Pair} */ (logvar.map((v) => (v === null ? 0 : 2 * Math.exp(v / 2))));
// The ring of two standard deviations, and from its middle the way along each axis, σ₁ε₁ and σ₂ε₂, to z.
/** @type {(ctx: CanvasRenderingContext2D, view: View, posterior: Posterior, z?: Pair | null) => void} */
const drawPosterior = (ctx, view, posterior, z) => {
  const accent = style("--color-accent") || "#2563eb", [mx, my] = toMap(view, posterior.mean);
  twice(ctx, accent, () => ring(ctx, view, posterior.mean, ...axesOf(posterior)));
  if (!z) return;
  const [x, y] = toMap(view, z);
  twice(ctx, accent, () => { ctx.beginPath(); ctx.moveTo(mx, my); ctx.lineTo(x, my); ctx.lineTo(x, y); ctx.stroke(); });
  ctx.fillStyle = accent;
  ctx.beginPath(); ctx.arc(mx, my, 3.5, 0, 7); ctx.fill();
};
/** @type {(ctx: CanvasRenderingContext2D, view: View, draws: Pair[], unsure: boolean[]) => void} */
const drawDraws = (ctx, view, draws, unsure) => draws.forEach((p, k) => {
  const [x, y] = toMap(view, p);
  ctx.beginPath(); ctx.arc(x, y, 3.4, 0, 7);
  ctx.fillStyle = unsure[k] ? style("--wrong") || "#b3261e" : "#fff"; ctx.fill();
  ctx.strokeStyle = unsure[k] ? "#fff" : "#111"; ctx.lineWidth = 1.2; ctx.stroke();
});

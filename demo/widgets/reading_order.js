/**
 * It has no value.  seen: a picture for each of cnn, row, diagonal.
 * @type {{fields: Ask<{size: number, pixel: number, depth: number}, {seen: Pixels}>}}
 */
var server;
const root = $(".reading_order"), SIDE = 16, KINDS = ["cnn", "row", "diagonal"];
let /** @type {HTMLCanvasElement[]} */ canvases, /** @type {HTMLInputElement} */ depth, /** @type {HTMLOutputElement} */ depthSaid;
let /** @type {HTMLButtonElement} */ playButton, /** @type {HTMLElement} */ said;
let at = 9 * SIDE + 5, /** @type {Pixels} */ seen = null, step = -1, /** @type {number} */ timer = null;
const { floor } = Math, STEPS = 60;
// When a state enters a cell: by pixel, by row, or by both diagonals.
/** @type {(kind: number, r: number, c: number) => number[]} */
const entered = (kind, r, c) => [[r * SIDE + c], [r], [r + c, r + (SIDE - 1 - c)]][kind];
/** @type {(kind: number) => number} */
const last = (kind) => [SIDE * SIDE - 1, SIDE - 1, 2 * SIDE - 2][kind];
// How far the state is at a step of the show.
/** @type {(kind: number, step: number) => number} */
const reached = (kind, step) => floor((step / STEPS) * last(kind));
const show = () => {
  if (!seen) return;
  const bytes = toBytes(seen.data), accent = style("--color-accent") || "#3b82f6";
  canvases.forEach((canvas, kind) => {
    paint(canvas, seen, kind, bytes);
    const ctx = canvas.getContext("2d"), now = reached(kind, step);
    for (let i = 0; step >= 0 && i < SIDE * SIDE; i++) {
      const r = floor(i / SIDE), c = i % SIDE, times = entered(kind, r, c), fresh = times.includes(now);
      if (Math.min(...times) > now) continue;
      ctx.globalAlpha = fresh ? 0.95 : 0.35; ctx.fillStyle = fresh ? "#ffa90e" : accent;
      ctx.fillRect(c, r, 1, 1);
    }
    ctx.globalAlpha = 1; ctx.fillStyle = "#ffe14d"; ctx.fillRect(at % SIDE, floor(at / SIDE), 1, 1);
  });
  playButton.textContent = timer ? "❚❚" : "▶ " + t("play");
};
const ask = latest(async () => {
  depthSaid.textContent = depth.value;
  const answer = await server.fields({ size: SIDE, pixel: at, depth: +depth.value });
  if (answer.error) { said.textContent = answer.error; return; }
  seen = answer.seen;
  show();
});
const stop = () => { clearInterval(timer); timer = null; step = -1; show(); };
const play = () => {
  if (timer) return stop();
  step = 0;
  timer = setInterval(() => { if (++step > STEPS) stop(); else show(); }, 50);
};
const build = () => {
  make("h3", "", root, t("title"));
  const row = make("div", "row", root);
  canvases = KINDS.map((kind) => {
    const figure = make("figure", "", row), canvas = make("canvas", "pixelated", figure);
    canvas.width = canvas.height = SIDE; enlarge(canvas, 10);
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t(kind));
    make("figcaption", "note", figure, t(kind));
    pointInto(canvas, (x, y) => { at = y * SIDE + x; ask(); });
    return canvas;
  });
  const tools = make("div", "tools", root);
  playButton = button("▶ " + t("play"), tools, play);
  const label = make("label", "note", tools, t("depth") + " ");
  depth = make("input", "", label); Object.assign(depth, { type: "range", min: 0, max: 6, step: 1, value: 3 });
  depthSaid = make("output", "note", label);
  depth.addEventListener("input", () => ask());
  said = make("p", "said", root, t("look"));
  ask();
};
build();

/**
 * value, sent and sent back with another mask: h·w digits, 1 in the hole.  face: true offers eyes and mouth.  Event: input, at the end of each gesture.
 * examples: of what the server knows, by name; one that is chosen is told in a select event, {example}.
 * @type {Props<{pixels: Pixels, mask: string, face?: boolean}> & {examples?: string[]}}
 */
var props;
const root = $(".mask_pad");
let /** @type {HTMLCanvasElement} */ view, /** @type {HTMLCanvasElement} */ over, /** @type {HTMLElement} */ percent, /** @type {HTMLElement} */ features;
let mask = new Uint8Array(0), /** @type {Bytes[]} */ history = [], erase = false, brush = 2;
let /** @type {{at: Pair, on: boolean} | null} */ down = null, /** @type {Pair | null} */ cursor = null;
/** @type {Set<string>} */
const told = new Set(); // masks had here: one that comes back is an echo, older than what was painted meanwhile
const { max, min, floor, round } = Math;
/** @typedef {(x: number, y: number, w: number, h: number) => boolean} Test  is a pixel in the hole? */
/** @type {Record<string, Test>} */
const HOLES = {
  top: (x, y, w, h) => y < h / 2,
  bottom: (x, y, w, h) => y >= h / 2,
  left: (x, y, w) => x < w / 2,
  centre: (x, y, w, h) => Math.abs(x + 0.5 - w / 2) < w / 5 && Math.abs(y + 0.5 - h / 2) < h / 5,
};
// Extended Yale B is cropped by the eyes: they are always here.
/** @type {Record<string, Test>} */
const FEATURES = {
  eyes: (x, y, w, h) => y >= 0.12 * h && y < 0.31 * h && x >= 0.06 * w && x < 0.94 * w,
  mouth: (x, y, w, h) => y >= 0.68 * h && y < 0.9 * h && x >= 0.2 * w && x < 0.8 * w,
};
// A square somewhere.
/** @type {(w: number, h: number, random: () => number) => Test} */
const blockIn = (w, h, random) => {
  const side = round(w * (0.375 + random() / 8)), x0 = floor(random() * (w - side)), y0 = floor(random() * (h - side));
  return (x, y) => x >= x0 && x < x0 + side && y >= y0 && y < y0 + side;
};
/** @type {(test: Test, size: Pair) => Bytes} */
const holeOf = (test, [w, h]) => Uint8Array.from({ length: w * h }, (_, i) => (test(i % w, floor(i / w), w, h) ? 1 : 0));
/** @type {(text: string) => Bytes} */
const fromDigits = (text) => Uint8Array.from(text, Number);
/** @type {(mask: Bytes) => number} */
const percentOf = (mask) => round((100 * mask.reduce((a, b) => a + b, 0)) / mask.length);
// A disc set or cleared, as much of it as lies in the picture.
/** @type {(mask: Bytes, size: Pair, centre: Pair, r: number, on: boolean) => void} */
const disc = (mask, [w, h], [x, y], r, on) => {
  for (let j = max(0, floor(y - r)); j <= min(h - 1, y + r); j++)
    for (let i = max(0, floor(x - r)); i <= min(w - 1, x + r); i++)
      if ((i - x) ** 2 + (j - y) ** 2 <= r * r) mask[j * w + i] = on ? 1 : 0;
};
// The pixels from one to another, without a gap, both ends among them.
/** @type {(from: Pair, to: Pair) => Pair[]} */
const line = (from, to) => {
  const n = max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  return Array.from({ length: n + 1 }, (_, k) => [round(from[0] + ((to[0] - from[0]) * k) / n), round(from[1] + ((to[1] - from[1]) * k) / n)]);
};
/** @type {(event: {shiftKey: boolean, button: number}, erase: boolean) => boolean} */
const paints = (event, erase) => !(erase || event.shiftKey || event.button === 2);
/** @type {Record<string, Pair>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {(cell: Pair, by: Pair, size: Pair) => Pair} */
const stepped = ([x, y], by, [w, h]) => [limit(x + by[0], 0, w - 1), limit(y + by[1], 0, h - 1)];

/** @type {() => Pair} */
const size = () => [props.value.pixels.w, props.value.pixels.h];
const text = () => mask.join("");
const drawMask = () => {
  const [w, h] = size(), image = new ImageData(w, h);
  for (let i = 0; i < w * h; i++) if (mask[i]) image.data.set([228, 64, 120, 205], 4 * i);
  const ctx = over.getContext("2d");
  ctx.putImageData(image, 0, 0);
  if (cursor) { ctx.fillStyle = "#ffe14d"; ctx.fillRect(cursor[0], cursor[1], 1, 1); }
  percent.textContent = percentOf(mask) + " %";
};
const tell = () => { told.add(text()); props.value = { ...props.value, mask: text() }; trigger("input"); };
const keep = () => { history.push(mask.slice()); if (history.length > 50) history.shift(); };
/** @type {(at: Pair, on: boolean) => void} */
const dab = (at, on) => disc(mask, size(), at, (brush * size()[0]) / 56, on);
/** @type {(from: Pair, to: Pair, on: boolean) => void} */
const stroke = (from, to, on) => { line(from, to).forEach((at) => dab(at, on)); drawMask(); };
/** @type {(test: Test) => void} */
const preset = (test) => { keep(); mask = holeOf(test, size()); drawMask(); tell(); };
const undo = () => { if (history.length) { mask = history.pop(); drawMask(); tell(); } };
// As large as the screen's height allows; on a phone, where it has no box of its own, half as wide as the pair that it is of.
const scale = () => {
  const room = root.clientWidth || (root.closest(".pair, .workbench").clientWidth - 8) / 2, height = min(window.innerHeight, window.screen.height);
  const k = fit(room, 1, size()[0], floor(max(336, height - 470) / size()[0]));
  enlarge(view, k); enlarge(over, k);
};
const build = () => {
  root.replaceChildren();
  const head = make("header", "", root);
  make("h3", "", head, t("hole"));
  percent = make("output", "note", head);
  const stage = make("div", "canvases", root);
  view = make("canvas", "pixelated", stage);
  over = make("canvas", "pixelated over", stage);
  over.tabIndex = 0;
  over.setAttribute("role", "application");
  over.setAttribute("aria-label", t("paint"));
  const presets = make("div", "tools acts", root);
  for (const name of props.examples || []) button(t(name), presets, () => { told.clear(); trigger("select", { example: name }); }, t(name + "_title")).classList.add("example"); // its hole may be one that was had here
  for (const name in HOLES) button(t(name), presets, () => preset(HOLES[name]));
  button(t("block"), presets, () => preset(blockIn(...size(), Math.random)));
  features = make("div", "tools", root);
  for (const name in FEATURES) button(t(name), features, () => preset(FEATURES[name]));
  const tools = make("div", "tools acts", root);
  const pen = button(t("brush"), tools, () => { erase = false; mark(); }), rubber = button(t("eraser"), tools, () => { erase = true; mark(); });
  const mark = () => { pen.setAttribute("aria-pressed", String(!erase)); rubber.setAttribute("aria-pressed", String(erase)); };
  mark();
  const label = make("label", "note", tools, t("size") + " ");
  const range = make("input", "", label); Object.assign(range, { type: "range", min: 1, max: 8, value: brush });
  range.addEventListener("input", () => { brush = +range.value; });
  button(t("undo"), tools, undo);
  button(t("clear"), tools, () => preset(() => false));
  for (const group of [presets, features, tools]) rove(group, "button");
  gesture(over, {
    begin: (e) => {
      over.focus({ preventScroll: true }); keep(); cursor = null;
      down = { at: cellAt(over, e), on: paints(e, erase) };
      stroke(down.at, down.at, down.on);
    },
    move: (e) => { const at = cellAt(over, e); stroke(down.at, at, down.on); down.at = at; },
    end: () => { down = null; tell(); },
    cancel: () => { down = null; mask = history.pop() || mask; drawMask(); },
  });
  over.addEventListener("contextmenu", (e) => e.preventDefault());
  over.addEventListener("keydown", (e) => {
    const [w, h] = size(), by = STEPS[e.key];
    if (e.key === "z" && (e.ctrlKey || e.metaKey)) return undo();
    if (!by && e.key !== " " && e.key !== "Enter") return;
    e.preventDefault();
    cursor = cursor || [w >> 1, h >> 1];
    if (by) cursor = stepped(cursor, by, [w, h]);
    else { keep(); dab(cursor, !erase); tell(); }
    drawMask();
  });
};
let built = false;
const draw = () => {
  const value = props.value;
  if (!value || !value.pixels) return;
  if (!built) { build(); built = true; }
  const [w, h] = size();
  paint(view, value.pixels, 0);
  features.hidden = !value.face;
  if (over.width !== w || over.height !== h) { over.width = w; over.height = h; history = []; told.clear(); }
  const late = told.has(value.mask) && value.mask !== text();
  if (value.mask && value.mask.length === w * h && !late && !down) { mask = fromDigits(value.mask); told.add(value.mask); }
  if (mask.length !== w * h) mask = new Uint8Array(w * h);
  drawMask(); scale();
  if (late && !down) setTimeout(tell, 30); // once the answer it came with is taken in
};
draw();
watch("value", draw);
onResize(() => built && scale());
window.addEventListener?.("resize", () => built && root.isConnected && scale());

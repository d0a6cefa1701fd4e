// value: {pixels, mask}; mask is a string of h·w digits, 1 in the hole.  Event: input, at the end of each gesture.
const root = $(".mask_pad");
let view, over, percent, features, mask = new Uint8Array(0), history = [], erase = false, brush = 2, down = null, cursor = null;
const told = new Set(); // masks had here: one that comes back is an echo, older than what was painted meanwhile
const { max, min, floor, round } = Math;
const size = () => [props.value.pixels.w, props.value.pixels.h];
const text = () => mask.join("");
const drawMask = () => {
  const [w, h] = size(), image = new ImageData(w, h);
  for (let i = 0; i < w * h; i++) if (mask[i]) image.data.set([228, 64, 120, 205], 4 * i);
  const ctx = over.getContext("2d");
  ctx.putImageData(image, 0, 0);
  if (cursor) { ctx.fillStyle = "#ffe14d"; ctx.fillRect(cursor[0], cursor[1], 1, 1); }
  percent.textContent = round((100 * mask.reduce((a, b) => a + b, 0)) / (w * h)) + " %";
};
const tell = () => { told.add(text()); props.value = { ...props.value, mask: text() }; trigger("input"); };
const keep = () => { history.push(mask.slice()); if (history.length > 50) history.shift(); };
const dab = (x, y, on) => {
  const [w, h] = size(), r = (brush * w) / 56;
  for (let j = max(0, floor(y - r)); j <= min(h - 1, y + r); j++)
    for (let i = max(0, floor(x - r)); i <= min(w - 1, x + r); i++)
      if ((i - x) ** 2 + (j - y) ** 2 <= r * r) mask[j * w + i] = on ? 1 : 0;
};
const stroke = (from, to, on) => {
  const n = max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  for (let k = 0; k <= n; k++) dab(round(from[0] + ((to[0] - from[0]) * k) / n), round(from[1] + ((to[1] - from[1]) * k) / n), on);
  drawMask();
};
const preset = (test) => {
  keep();
  const [w, h] = size();
  mask = Uint8Array.from({ length: w * h }, (_, i) => (test(i % w, floor(i / w), w, h) ? 1 : 0));
  drawMask(); tell();
};
const block = () => {
  const [w, h] = size(), side = round(w * (0.375 + Math.random() / 8)), x0 = floor(Math.random() * (w - side)), y0 = floor(Math.random() * (h - side));
  preset((x, y) => x >= x0 && x < x0 + side && y >= y0 && y < y0 + side);
};
const undo = () => { if (history.length) { mask = history.pop(); drawMask(); tell(); } };
const scale = () => { const k = fit(root.clientWidth, 1, size()[0], floor(448 / size()[0])); enlarge(view, k); enlarge(over, k); };
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
  const tools = make("div", "tools", root);
  const pen = button(t("brush"), tools, () => { erase = false; mark(); }), rubber = button(t("eraser"), tools, () => { erase = true; mark(); });
  const mark = () => { pen.setAttribute("aria-pressed", String(!erase)); rubber.setAttribute("aria-pressed", String(erase)); };
  mark();
  const label = make("label", "note", tools, t("size") + " ");
  const range = make("input", "", label); Object.assign(range, { type: "range", min: 1, max: 8, value: brush });
  range.addEventListener("input", () => { brush = +range.value; });
  button(t("undo"), tools, undo);
  button(t("clear"), tools, () => preset(() => false));
  const presets = make("div", "tools", root);
  button(t("top"), presets, () => preset((x, y, w, h) => y < h / 2));
  button(t("bottom"), presets, () => preset((x, y, w, h) => y >= h / 2));
  button(t("left"), presets, () => preset((x, y, w) => x < w / 2));
  button(t("centre"), presets, () => preset((x, y, w, h) => Math.abs(x + 0.5 - w / 2) < w / 5 && Math.abs(y + 0.5 - h / 2) < h / 5));
  button(t("block"), presets, block);
  // Extended Yale B is cropped by the eyes: they are always here.
  features = make("div", "tools", root);
  button(t("eyes"), features, () => preset((x, y, w, h) => y >= 0.12 * h && y < 0.31 * h && x >= 0.06 * w && x < 0.94 * w));
  button(t("mouth"), features, () => preset((x, y, w, h) => y >= 0.68 * h && y < 0.9 * h && x >= 0.2 * w && x < 0.8 * w));
  gesture(over, {
    begin: (e) => {
      over.focus({ preventScroll: true }); keep(); cursor = null;
      down = { at: cellAt(over, e), on: !(erase || e.shiftKey || e.button === 2) };
      stroke(down.at, down.at, down.on);
    },
    move: (e) => { const at = cellAt(over, e); stroke(down.at, at, down.on); down.at = at; },
    end: () => { down = null; tell(); },
    cancel: () => { down = null; mask = history.pop() || mask; drawMask(); },
  });
  over.addEventListener("contextmenu", (e) => e.preventDefault());
  over.addEventListener("keydown", (e) => {
    const [w, h] = size(), by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (e.key === "z" && (e.ctrlKey || e.metaKey)) return undo();
    if (!by && e.key !== " " && e.key !== "Enter") return;
    e.preventDefault();
    cursor = cursor || [w >> 1, h >> 1];
    if (by) cursor = [max(0, min(w - 1, cursor[0] + by[0])), max(0, min(h - 1, cursor[1] + by[1]))];
    else { keep(); dab(cursor[0], cursor[1], !erase); tell(); }
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
  if (value.mask && value.mask.length === w * h && !late && !down) { mask = Uint8Array.from(value.mask, Number); told.add(value.mask); }
  if (mask.length !== w * h) mask = new Uint8Array(w * h);
  drawMask(); scale();
  if (late && !down) setTimeout(tell, 30); // once the answer it came with is taken in
};
draw();
watch("value", draw);
onResize(() => built && scale());

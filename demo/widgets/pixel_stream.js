// value: {pixels, at, run, model, label, temperature, guidance, z, layers, about}; `at` pixels of each picture are drawn so far, in raster order.
const root = $(".pixel_stream");
let grid, canvases = [], range, where, playing = null, shown = null, bars, said, playButton, field, inspected = null, heat = null, heatButton, depth, depthSaid, speed = 1, run = null, halted = -1, value = null;
const total = () => value.pixels.w * value.pixels.h;
const now = () => (shown === null ? value.at : Math.min(shown, value.at));
// Pixels not drawn yet are shown as paper, not as black.
const show = () => {
  const { pixels } = value, shownPixels = heat || pixels, bytes = toBytes(shownPixels.data), n = now(), w = pixels.w, size = total();
  canvases.forEach((canvas, k) => {
    paint(canvas, shownPixels, k, bytes);
    const ctx = canvas.getContext("2d"), row = Math.floor(n / w), column = n % w;
    ctx.fillStyle = style("--background-fill-secondary") || "#ddd";
    if (n < size) { ctx.fillRect(column, row, w - column, 1); ctx.fillRect(0, row + 1, w, pixels.h - row - 1); ctx.fillStyle = style("--color-accent"); ctx.fillRect(column, row, 1, 1); }
    if (inspected && inspected[0] === k) { ctx.strokeStyle = "#ffe14d"; ctx.lineWidth = 0.4; ctx.strokeRect(inspected[1] % w + 0.2, Math.floor(inspected[1] / w) + 0.2, 0.6, 0.6); }
  });
  range.max = value.at; range.value = n;
  where.textContent = `${n} / ${size}`;
  root.dataset.at = value.at;
  playButton.textContent = playing ? "❚❚" : "▶";
  heatButton.disabled = value.at < size;
  heatButton.setAttribute("aria-pressed", String(!!heat));
};
const stop = () => { cancelAnimationFrame(playing); playing = null; show(); };
const play = () => {
  if (playing) return stop();
  if (now() >= value.at) shown = 0;
  if (shown === null) shown = value.at;
  const tick = () => {
    shown = shown + speed;
    if (shown >= value.at && (value.at >= total() || halted >= run)) { shown = null; return stop(); }
    playing = requestAnimationFrame(tick); show();
  };
  playing = requestAnimationFrame(tick);
};
// The entropy of every pixel's distribution in place of the pixels.
const entropies = async () => {
  if (heat) { heat = null; said.textContent = t("hover"); return show(); }
  const { model, label, temperature, guidance, pixels, z } = value, asked = run;
  const answer = await server.entropies({ model, label, temperature, guidance, pixels, z });
  if (answer.error) { said.textContent = answer.error; return; }
  if (asked !== run) return;
  heat = answer.pixels;
  said.textContent = t("entropy_says").replace("{m}", answer.most.toFixed(2)).replace("{s}", answer.sum.toFixed(1));
  show();
};
const inspect = latest(async (k, i) => {
  inspected = [k, i]; show();
  const { pixels, model, label, temperature, guidance, z } = value, size = total(), bytes = toBytes(pixels.data).slice(k * size, (k + 1) * size);
  const layer = +depth.value > value.layers ? null : +depth.value;
  depthSaid.textContent = layer === null ? t("output") : layer;
  const answer = await server.distribution({ model, label, temperature, guidance, z: z && [z[k]], pixel: i, depth: layer, pixels: { ...pixels, n: 1, data: toBase64(bytes) } });
  if (answer.error) { said.textContent = answer.error; return; }
  const top = Math.max(...answer.p, 1e-9), n = answer.p.length, ctx = bars.getContext("2d"), own = i < now() ? answer.level : -1;
  ctx.clearRect(0, 0, bars.width, bars.height);
  const accent = style("--color-accent"), ink = style("--quiet");
  answer.p.forEach((p, j) => { ctx.fillStyle = j === own ? "#e64078" : accent; const h = Math.max(p / top, j === own ? 0.03 : 0) * (bars.height - 4); ctx.fillRect((j / n) * bars.width, bars.height - h, Math.max(bars.width / n, j === own ? 4 : 1), h); });
  ctx.fillStyle = ink; ctx.fillRect(0, bars.height - 1, bars.width, 1);
  paint(field, answer.seen, 0);
  const mark = field.getContext("2d"); mark.fillStyle = "#ffe14d"; mark.fillRect(i % pixels.w, Math.floor(i / pixels.w), 1, 1);
  enlarge(field, Math.max(1, Math.floor(196 / pixels.w)));
  said.textContent = t("pixel").replace("{r}", Math.floor(i / pixels.w)).replace("{c}", i % pixels.w).replace("{h}", answer.entropy.toFixed(2)).replace("{p}", (100 * answer.own).toFixed(1));
});
const build = () => {
  root.replaceChildren();
  const stage = make("div", "stage-row", root);
  grid = make("div", "pictures", stage);
  const side = make("div", "reading", stage);
  make("h3", "", side, t("distribution"));
  bars = make("canvas", "bars", side); bars.width = 512; bars.height = 180;
  bars.setAttribute("role", "img"); bars.setAttribute("aria-label", t("distribution"));
  const ends = make("div", "ends", side); make("span", "", ends, t("black")); make("span", "", ends, t("white"));
  said = make("p", "said", side, t("hover"));
  make("h3", "", side, t("field"));
  field = make("canvas", "pixelated field", side); field.width = field.height = 28; enlarge(field, 7);
  field.setAttribute("role", "img"); field.setAttribute("aria-label", t("field"));
  const deep = make("label", "note", side, t("depth") + " ");
  depth = make("input", "", deep); Object.assign(depth, { type: "range", min: 0, max: 8, step: 1, value: 8 });
  depthSaid = make("output", "note", deep);
  depth.addEventListener("input", () => inspected && inspect(...inspected));
  make("p", "stale-note", root, t("stale"));
  const tools = make("div", "tools", root);
  playButton = button("▶", tools, play, t("play"));
  button("−1", tools, () => { stop(); shown = Math.max(0, now() - 1); show(); }, t("back"));
  button("+1", tools, () => { stop(); shown = now() + 1; show(); }, t("step"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 0, step: 1 });
  range.setAttribute("aria-label", t("scrub"));
  range.addEventListener("input", () => { if (playing) stop(); shown = +range.value; show(); });
  where = make("output", "note", tools);
  const label = make("label", "note", tools, t("speed") + " ");
  const dial = make("input", "", label); Object.assign(dial, { type: "range", min: 0, max: 5, step: 1, value: 2 });
  dial.addEventListener("input", () => { speed = 2 ** dial.value; }); speed = 4;
  heatButton = button(t("entropy"), tools, entropies);
  button("PNG", tools, () => {
    const { model, label, seed, temperature, guidance } = value.about, { pixels } = value, w = guidance === undefined ? "" : `, w = ${guidance}`;
    download("samples", { title: `${model}, c = ${label}, ${t("seed")} ${seed}, T = ${temperature}${w}`, pixels, columns: Math.min(pixels.n, 3) }, value.about);
  }, t("download"));
};
const pictures = () => {
  const { pixels } = value;
  if (canvases.length === pixels.n && canvases[0].width === pixels.w) return;
  grid.replaceChildren();
  canvases = Array.from({ length: pixels.n }, (_, k) => {
    const canvas = make("canvas", "pixelated", grid);
    canvas.width = pixels.w; canvas.height = pixels.h;
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("sample") + " " + (k + 1));
    pointInto(canvas, (x, y) => inspect(k, y * pixels.w + x));
    return canvas;
  });
};
const scale = () => {
  const { n, w } = value.pixels, wide = root.clientWidth > 760, columns = n === 1 ? 1 : n <= 4 ? 2 : 3;
  const k = fit(wide ? Math.min(480, root.clientWidth - 300) : root.clientWidth, columns, w, n === 1 ? 16 : 8);
  grid.style.gridTemplateColumns = `repeat(${columns}, ${w * k}px)`;
  canvases.forEach((c) => enlarge(c, k));
};
let built = false, wanted = true; // has anything been asked for since the last stop?
const draw = () => {
  const next = props.value;
  if (!next || !next.pixels || next.run <= halted || next.run < run) return; // a late answer to an older question
  if (next.run !== run && !wanted) { halted = next.run; return; } // begun before the stop and not seen yet, or put off until after it
  value = props.value;
  if (!built) { build(); built = true; }
  if (value.run !== run) { run = value.run; root.classList.remove("stale"); shown = null; inspected = null; heat = null; depth.max = value.layers + 1; depth.value = value.layers + 1; if (playing) stop(); }
  pictures(); scale(); show();
  if (value.at >= total() && !inspected) inspect(0, Math.floor(0.55 * value.pixels.h) * value.pixels.w + (value.pixels.w >> 1)); // to begin with
};
// A control was moved: until another run begins, the pictures are those of the old settings, and say so.
for (const kind of ["stale", "begin"]) root.addEventListener(kind, () => root.classList.add("stale"));
// After a stop Gradio triggers anew what it had put off; only what a person does asks for another run.
for (const kind of ["pointerdown", "keydown", "input", "click"])
  (root.closest("[role=tabpanel]") || document).addEventListener(kind, (e) => { if (!e.target.closest?.("[id^=stop-], .pixel_stream")) wanted = true; }, true);
root.addEventListener("halt", () => { wanted = false; halted = Math.max(halted, run); if (playing) stop(); });
draw();
watch("value", draw);
onResize(() => built && scale());

// value: {title, pixels (pass 1 … n), change: [n], psnr: [n] or none, caption, about, begin: the pass shown first, the last if there is none}
const root = $(".passes");
let canvas, range, title, where, curve, near, said, at = null, timer = null;
// One figure a pass, from `least` at the foot to the greatest; the shown pass has the large dot.
const plot = (svg, values, k, least, digits, name) => {
  const top = Math.max(...values, least + 1e-9), x = (i) => 6 + (i / Math.max(values.length - 1, 1)) * 288, y = (v) => 54 - ((v - least) / (top - least)) * 46;
  svg.innerHTML = `<polyline points="${values.map((v, i) => x(i).toFixed(1) + "," + y(v).toFixed(1)).join(" ")}"/>` +
    values.map((v, i) => `<circle cx="${x(i)}" cy="${y(v)}" r="${i === k ? 5 : 2.5}"><title>${i + 1}: ${v.toFixed(digits + 1)}</title></circle>`).join("");
  svg.setAttribute("aria-label", name + ": " + values.map((v) => v.toFixed(digits)).join(", "));
  svg.previousElementSibling.textContent = `${name}: ${values[k].toFixed(digits)}`;
};
const figure = () => {
  const box = make("div", "curve", root);
  make("span", "note", box);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 300 60"); svg.setAttribute("role", "img");
  box.appendChild(svg);
  return svg;
};
const show = () => {
  const { pixels, change } = props.value, last = pixels.n - 1, k = at === null ? Math.min(props.value.begin ?? last, last) : Math.min(at, last);
  paint(canvas, pixels, k);
  range.max = last + 1; range.value = k + 1;
  where.textContent = `${t("pass")} ${k + 1} / ${last + 1}`;
  plot(curve, change, k, 0, 3, t("change"));
  near.parentNode.hidden = !props.value.psnr;
  if (props.value.psnr) plot(near, props.value.psnr, k, Math.min(...props.value.psnr) - 1, 1, t("psnr"));
};
const stop = () => { clearInterval(timer); timer = null; };
const play = () => {
  if (timer) return stop();
  at = 0; show();
  timer = setInterval(() => { if (++at >= props.value.pixels.n) { at = null; stop(); } show(); }, 350);
};
const scale = () => enlarge(canvas, fit(root.clientWidth, 1, props.value.pixels.w, Math.floor(448 / props.value.pixels.w)));
const build = () => {
  root.replaceChildren();
  const head = make("header", "", root);
  title = make("h3", "", head);
  button("PNG", head, () => {
    const { title, caption, pixels, psnr, about } = props.value;
    const captions = Array.from({ length: pixels.n }, (_, k) => `${t("pass")} ${k + 1}` + (psnr ? `: ${psnr[k].toFixed(1)} dB` : ""));
    download("repair", { title, note: caption, pixels, captions, columns: Math.min(pixels.n, 11) }, about);
  }, t("download"));
  canvas = make("canvas", "pixelated", root);
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("repaired"));
  const tools = make("div", "tools", root);
  button("▶", tools, play, t("play"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 1, max: 1, step: 1 });
  range.setAttribute("aria-label", t("pass"));
  range.addEventListener("input", () => { stop(); at = +range.value - 1; show(); });
  where = make("output", "note", tools);
  curve = figure(); near = figure();
  said = make("p", "said", root);
};
let built = false;
const draw = () => {
  root.hidden = !props.value || !props.value.pixels;
  if (root.hidden) return stop();
  if (!built) { build(); built = true; }
  if (!timer) at = null;
  title.textContent = props.value.title;
  said.textContent = props.value.caption || "";
  show(); scale();
};
draw();
watch("value", draw);
onResize(() => built && !root.hidden && scale());

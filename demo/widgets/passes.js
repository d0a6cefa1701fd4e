// value: {title, pixels (pass 1 … n), change: [n], caption, about}
const root = $(".passes");
let canvas, range, title, where, curve, said, at = null, timer = null;
const show = () => {
  const { pixels, change } = props.value, last = pixels.n - 1, k = at === null ? last : Math.min(at, last);
  paint(canvas, pixels, k);
  range.max = last + 1; range.value = k + 1;
  where.textContent = `${t("pass")} ${k + 1} / ${last + 1}`;
  const top = Math.max(...change, 1e-9), x = (i) => 6 + (i / Math.max(last, 1)) * 288, y = (v) => 54 - (v / top) * 46;
  curve.innerHTML = `<polyline points="${change.map((v, i) => x(i).toFixed(1) + "," + y(v).toFixed(1)).join(" ")}"/>` +
    change.map((v, i) => `<circle cx="${x(i)}" cy="${y(v)}" r="${i === k ? 5 : 2.5}"><title>${i + 1}: ${v.toFixed(4)}</title></circle>`).join("");
  curve.setAttribute("aria-label", t("change") + ": " + change.map((v) => v.toFixed(3)).join(", "));
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
  button("PNG", head, async () => {
    const png = await server.as_png({ pixels: props.value.pixels, columns: props.value.pixels.n, about: props.value.about });
    offer("data:image/png;base64," + png, "repair.png");
  }, t("download"));
  canvas = make("canvas", "pixelated", root);
  canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t("repaired"));
  const tools = make("div", "tools", root);
  button("▶", tools, play, t("play"));
  range = make("input", "", tools); Object.assign(range, { type: "range", min: 1, max: 1, step: 1 });
  range.setAttribute("aria-label", t("pass"));
  range.addEventListener("input", () => { stop(); at = +range.value - 1; show(); });
  where = make("output", "note", tools);
  const box = make("div", "curve", root);
  make("span", "note", box, t("change"));
  curve = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  curve.setAttribute("viewBox", "0 0 300 60"); curve.setAttribute("role", "img");
  box.appendChild(curve);
  said = make("p", "said", root);
};
let built = false;
const draw = () => {
  if (!props.value || !props.value.pixels) return;
  if (!built) { build(); built = true; }
  if (!timer) at = null;
  title.textContent = props.value.title;
  said.textContent = props.value.caption || "";
  show(); scale();
};
draw();
watch("value", draw);
onResize(() => built && scale());

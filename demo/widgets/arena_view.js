// The parts of the arena on the page: panels, play bar, legend, curves; each is made once a run, and filled by what the run tells.

const GAP = 16, CAPTION = 30, TWO_LINES = 48; // between panels, and above each: of several its name and its figure have a line each
// Columns and the side of a panel, the largest at which so many fit.
/** @type {typeof globalThis.arrange} */
const arrange = (width, height, count) => {
  const caption = count > 1 ? TWO_LINES : CAPTION;
  const ways = Array.from({ length: count }, (_, i) => {
    const columns = i + 1, rows = Math.ceil(count / columns);
    return { columns, side: Math.floor(Math.min((width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows - caption)) };
  });
  return ways.reduce((best, way) => (way.side > best.side ? way : best));
};
/** @type {typeof globalThis.buildPanels} */
const buildPanels = (parent, titles, colours) => {
  parent.replaceChildren();
  return titles.map((title, i) => {
    const figure = make("figure", "panel", parent), caption = make("figcaption", "", figure);
    make("b", "", caption, title);
    caption.style.setProperty("--c", colours[i] || "transparent");
    const stat = make("span", "note", caption), canvas = make("canvas", "plane", figure);
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", title); stat.title = t("found_means");
    return { title, canvas, stat };
  });
};
/** @type {typeof globalThis.sizePanels} */
const sizePanels = (panels, side) => panels.forEach(({ canvas }) => { canvas.style.width = canvas.style.height = side + "px"; });
/** @type {Record<string, string>} */
const SIGNS = { real: "●", fake: "●", surface: "■", levels: "≋", arrows: "→", grid: "▦", optimal: "┄" };
/** @type {typeof globalThis.buildLegend} */
const buildLegend = (parent, shown, changed) => Object.keys(SIGNS).forEach((key) => {
  const toggle = button("", parent, () => { shown[key] = !shown[key]; toggle.setAttribute("aria-pressed", String(shown[key])); changed(key); });
  toggle.classList.add("key", key); toggle.title = t(`what.${key}`); toggle.setAttribute("aria-pressed", String(shown[key]));
  make("i", "", toggle, SIGNS[key]).setAttribute("aria-hidden", "true");
  toggle.append(t(`layer.${key}`));
});
// "L_D" with its D below the line.
/** @type {(text: string) => (string | HTMLElement)[]} */
const typeset = (text) => text.split(/_(.)/).map((part, i) => (i % 2 ? make("sub", "", null, part) : part));
/** @type {typeof globalThis.buildCharts} */
const buildCharts = (parent, charts, several, suffix) => {
  parent.replaceChildren();
  return charts.map((chart) => {
    const node = make("figure", "chart", parent), caption = make("figcaption", "", node), canvas = make("canvas", "", node);
    node.title = t(`chart.${chart.key}`);
    const values = chart.metrics.map((name, k) => {
      const label = make("span", k ? "dashed" : "", caption);
      label.append(...typeset(t(`metric.${name}${name === "real" || name === "fake" ? suffix : ""}`)));
      label.style.setProperty("--c", `var(--${several ? "ink" : colourOf(name)})`);
      return several ? null : make("output", "", caption);
    });
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", t(`chart.${chart.key}`));
    return { ...chart, canvas, values, axes: /** @type {ArenaAxes} */ (null) };
  });
};
// The curves as far as the run went, with a line where it stands.
/** @type {typeof globalThis.fillCharts} */
const fillCharts = (charts, histories, at, until, tints, colours) => charts.forEach((chart) => {
  if (chart.key === "weights" || !chart.canvas.clientWidth) return;
  const lines = chart.metrics.flatMap((name, k) => histories.map((history, i) => ({
    x: history.step, y: metric(history, name), colour: histories.length > 1 ? tints[i] : colours[colourOf(name)], dashed: k > 0 || name === "modesAny",
  })));
  chart.axes = drawChart(chart.canvas, { ...chart, lines, until: Math.max(until, 10) }, at, colours);
  chart.values.forEach((node, k) => { if (node) node.textContent = figure(valueAt(lines[k].x, lines[k].y, at), chart.range && Number.isInteger(chart.range[1]) && chart.range[1] > 1 ? 0 : 2); });
});
/** @type {typeof globalThis.buildBar} */
const buildBar = (parent, second, acts, paces) => {
  const first = make("div", "tools", parent);
  const play = button("▶", first, acts.play, t("play"));
  play.classList.add("primary");
  const range = make("input", "", first);
  Object.assign(range, { type: "range", min: 0, max: 1, step: 1, value: 0 });
  range.setAttribute("aria-label", t("scrub"));
  range.addEventListener("input", () => acts.seek(+range.value));
  range.addEventListener("change", () => acts.settle());
  const where = make("output", "note where", first);
  const steps = [button(t("step"), second, () => acts.step("both"), t("step_title")), button(t("only_D"), second, () => acts.step("D"), t("only_D_title")), button(t("only_G"), second, () => acts.step("G"), t("only_G_title"))];
  const speed = make("select", "", make("label", "speed", second, t("speed")));
  speed.setAttribute("aria-label", t("speed"));
  paces.forEach((pace, i) => { make("option", "", speed, pace === 0 ? t("slow") : Number.isFinite(pace) ? filled(t("pace"), { n: pace }) : t("fastest")).value = String(i); });
  speed.addEventListener("change", () => acts.pace(paces[+speed.value]));
  button("↺", second, acts.restart, t("restart")); button("PNG", second, acts.save, t("download"));
  button(t("clear"), second, acts.clear).classList.add("clear");
  return { play, range, where, speed, steps };
};
// Points drawn on a panel by mouse, pen or finger; arrows move a pen there too, and space puts points.
/** @type {typeof globalThis.attachPen} */
const attachPen = (canvas, points, colours, done) => {
  let /** @type {Pair} */ last = null, /** @type {Pair} */ pen = [0, 0], before = points.length;
  canvas.parentElement.classList.add("draw"); canvas.tabIndex = 0; canvas.setAttribute("aria-label", t("draw"));
  const preview = () => { const { ctx, width } = sharp(canvas); ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, width, width); drawPoints(ctx, width, points.flat(), 2, colours.real); drawPoints(ctx, width, last || pen, 4, colours.ink); };
  /** @type {(at: Pair) => void} */
  const put = (at) => { if (points.length < MOST_POINTS) points.push(...alongStroke(last || at, at, points.length)); last = at; preview(); };
  /** @type {Act} */
  const drag = (event) => { const box = canvas.getBoundingClientRect(); put(fromPixel(event.clientX - box.left, event.clientY - box.top, box.width)); };
  gesture(canvas, {
    begin: (event) => { before = points.length; last = null; drag(event); }, move: drag,
    end: () => done(points), cancel: () => { points.length = before; last = null; preview(); },
  });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!by && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (by) { last = null; pen = [limit(pen[0] + by[0] * 0.15, -PLANE, PLANE), limit(pen[1] + by[1] * 0.15, -PLANE, PLANE)]; preview(); }
    else if (event.key === " ") { last = null; put(pen); last = null; } else done(points);
  });
  if (points.length < 3) { const { ctx, width } = sharp(canvas); ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, width, width); ctx.fillStyle = colours.ink; ctx.textAlign = "center"; ctx.fillText(t("draw"), width / 2, width / 2, width - 20); drawPoints(ctx, width, points.flat(), 2, colours.real); }
};
// A sheet of all panels, each with its title and figure, as it stands on the page.
/** @type {typeof globalThis.sheetOf} */
const sheetOf = (panels, columns, title, colours) => {
  const sheet = make("canvas"), ctx = sheet.getContext("2d"), side = panels[0].canvas.width, k = side / panels[0].canvas.clientWidth, rows = Math.ceil(panels.length / columns);
  const gap = GAP * k, line = CAPTION * k;
  sheet.width = columns * (side + gap) + gap; sheet.height = 2 * line + rows * (side + gap + line);
  ctx.fillStyle = colours.ground; ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.fillStyle = colours.ink; ctx.textBaseline = "middle"; ctx.font = `${15 * k}px system-ui, sans-serif`;
  ctx.fillText(title, gap, line, sheet.width - 2 * gap);
  panels.forEach(({ title: name, stat, canvas }, i) => {
    const x = gap + (i % columns) * (side + gap), y = 1.6 * line + Math.floor(i / columns) * (side + gap + line);
    ctx.fillText([name, stat.textContent].filter((text) => text).join("   "), x, y + line / 2, side);
    ctx.drawImage(canvas, x, y + line);
  });
  return sheet;
};

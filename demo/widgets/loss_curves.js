/**
 * value, sent and never sent back.
 * @typedef {{name: string, x: number[], y: (number | null)[]}} Line
 * @typedef {{charts?: {title: string, lines: Line[]}[], until?: number, at?: number}} Value
 * @type {Props<Value>}
 */
var props;
let shown = "";
/** @type {(k: number) => string} */
const tint = (k) => CLASS_COLOURS[k % CLASS_COLOURS.length];
/** @type {(line: Line, k: number) => ArenaLine} */
const toLine = ({ x, y }, k) => ({ x, y: y.map((v) => (v === null ? NaN : v)), colour: tint(k) });
// The newest value of a line, as its legend has it.
/** @type {(line: Line) => string} */
const newest = ({ y }) => { const v = [...y].reverse().find((one) => one !== null); return v === undefined ? "" : String(+v.toPrecision(3)); };
const build = () => {
  const root = $(".loss_curves");
  root.replaceChildren();
  for (const { title, lines } of props.value.charts) {
    const figure = make("figure", "", root), canvas = make("canvas", "", figure), caption = make("figcaption", "", figure);
    canvas.setAttribute("role", "img"); canvas.setAttribute("aria-label", `${title}, ${t("axis")}`);
    make("b", "", caption, title);
    lines.forEach((line, k) => { const entry = make("span", "", caption); make("i", "", entry).style.background = tint(k); entry.append(line.name + " "); make("output", "", entry); });
    make("span", "axis", caption, t("axis"));
  }
};
const draw = () => {
  const { charts = [], until = 1, at = 0 } = props.value || {}, root = $(".loss_curves");
  const shape = JSON.stringify(charts.map(({ title, lines }) => [title, lines.map((line) => line.name)]));
  root.hidden = !charts.length;
  if (root.hidden) return;
  if (shape !== shown) { build(); shown = shape; }
  const colours = { quiet: style("--quiet"), rule: style("--border-color-primary"), ink: style("--body-text-color") };
  root.querySelectorAll("figure").forEach((figure, i) => {
    const { lines } = charts[i];
    drawChart(figure.querySelector("canvas"), { lines: lines.map(toLine), theory: [], range: null, log: false, until }, at, /** @type {any} */ (colours));
    figure.querySelectorAll("output").forEach((value, k) => { value.textContent = newest(lines[k]); });
  });
};
draw();
watch("value", draw);
onResize(draw);

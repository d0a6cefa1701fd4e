/**
 * No value: what is to be done comes with the tab.
 * of: the data set with which alone it can be done, or "".
 * @typedef {{name: string, text: string, of: string}} Task
 * @type {Props<null> & {tab: string, tasks: Task[]}}
 */
var props;
const KEY = "latent-atelier.tasks", SHOWN = 4000; // ms for which a tick is praised before the next task takes its place
const root = $(".tasks"), ids = props.tasks.map(({ name }) => `${props.tab}.${name}`);
/** @type {() => string[]} */
const stored = () => { try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; } }; // in a frame there may be no storage
/** @type {Set<string>} */
const done = new Set(stored().filter((id) => ids.includes(id)));
let fresh = -1, timer = 0; // the task that was ticked just now
// The first that is open and can be done with this data set, or else with another.
/** @type {(fresh: number, done: Set<string>, dataset: string) => number} */
const current = (fresh, done, dataset) => {
  if (fresh >= 0) return fresh;
  const open = props.tasks.map(({ of }, k) => ({ k, fits: !of || of === dataset })).filter(({ k }) => !done.has(ids[k]));
  return (open.find(({ fits }) => fits) || open[0] || { k: -1 }).k;
};
const bench = element.closest(".workbench");
const chosen = () => /** @type {HTMLInputElement | null} */ (bench?.querySelector("input[type=radio]:checked"))?.value || "";
let dataset = chosen(), acted = false; // whether anything was done with what this data set opened with
const act = () => { acted = true; };
const fold = make("details", "", root), line = make("summary", "", fold), list = make("ol", "", fold);
make("b", "", line, t("try"));
const now = make("span", "now", line), count = make("span", "count", line);
now.setAttribute("role", "status");
const items = props.tasks.map(({ text }) => make("li", "", list, text));
const draw = () => {
  const at = current(fresh, done, dataset);
  root.classList.toggle("fresh", fresh >= 0);
  now.textContent = at < 0 ? t("all") : (fresh >= 0 ? "✓ " : "") + props.tasks[at].text;
  count.textContent = t("count").replace("{done}", String(done.size)).replace("{all}", String(ids.length));
  items.forEach((item, k) => { item.dataset.done = done.has(ids[k]) ? "yes" : ""; });
};
// What an address shows done as it opens, nobody has done; nor what a data set does, or a game that plays unasked, of which an answer tells.
/** @type {Record<string, () => boolean>} */
const COUNTS = { hand: () => !!window.touched, answer: () => acted };
/** @type {(id: string, by: string) => void} */
const tick = (id, by) => {
  if (!COUNTS[by]() || !ids.includes(id) || done.has(id)) return;
  const next = ids.indexOf(id), praised = fresh >= 0 && !!timer;
  done.add(id);
  try { localStorage.setItem(KEY, JSON.stringify([...new Set([...stored(), id])])); } catch { /* it is forgotten with the page */ }
  if (praised) return draw(); // the one before is still praised: of two at once the first
  fresh = next;
  timer = setTimeout(() => { fresh = -1; timer = 0; draw(); }, SHOWN);
  draw();
};
for (const kind of ["pointerdown", "keydown", "input", "drop", "paste"]) bench?.addEventListener(kind, act, true);
// However it was chosen: by hand, by an address or by a picture that was dropped.
if (bench) new MutationObserver(() => { if (chosen() !== dataset) { dataset = chosen(); acted = false; draw(); } }).observe(bench, { subtree: true, attributeFilter: ["class"] });
document.addEventListener("task", (event) => {
  const { task, by } = /** @type {CustomEvent<{task: string, by: string}>} */ (event).detail;
  tick(task, by);
});
draw();

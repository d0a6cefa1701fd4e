/**
 * No value: what is to be done comes with the tab.
 * @typedef {{name: string, text: string}} Task
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
/** @type {(fresh: number, done: Set<string>) => number} */
const current = (fresh, done) => (fresh >= 0 ? fresh : ids.findIndex((id) => !done.has(id)));
const fold = make("details", "", root), line = make("summary", "", fold), list = make("ol", "", fold);
make("b", "", line, t("try"));
const now = make("span", "now", line), count = make("span", "count", line);
now.setAttribute("role", "status");
const items = props.tasks.map(({ text }) => make("li", "", list, text));
const draw = () => {
  const at = current(fresh, done);
  root.classList.toggle("fresh", fresh >= 0);
  now.textContent = at < 0 ? t("all") : (fresh >= 0 ? "✓ " : "") + props.tasks[at].text;
  count.textContent = t("count").replace("{done}", String(done.size)).replace("{all}", String(ids.length));
  items.forEach((item, k) => { item.dataset.done = done.has(ids[k]) ? "yes" : ""; });
};
/** @type {(id: string) => void} */
const tick = (id) => {
  if (!window.touched || !ids.includes(id) || done.has(id)) return; // what an address shows done, nobody has done
  done.add(id);
  try { localStorage.setItem(KEY, JSON.stringify([...new Set([...stored(), id])])); } catch { /* it is forgotten with the page */ }
  fresh = ids.indexOf(id);
  clearTimeout(timer);
  timer = setTimeout(() => { fresh = -1; draw(); }, SHOWN);
  draw();
};
document.addEventListener("task", (event) => tick(/** @type {CustomEvent<string>} */ (event).detail));
draw();

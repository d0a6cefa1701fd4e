/**
 * value, sent and never sent back.
 * @typedef {"ready" | "waiting" | "preparing" | "running" | "paused" | "measuring" | "done"} Phase
 * mine: the trained model, the kind of its pictures, and the tabs that show it, with their titles.
 * @typedef {{name: string, dataset: string, tabs: [string, string][]}} Mine
 * @typedef {Signed & {mine?: Mine, phase?: Phase, progress?: number, text?: string, can_start?: boolean}} Value
 * @type {Props<Value>}
 */
var props;
const /** @type {Record<Phase, string[]>} what can be asked for, phase by phase */ ACTS = {
  ready: ["start"], done: ["start"], waiting: ["stop"], preparing: ["stop"], measuring: [], running: ["pause", "stop", "best"], paused: ["go", "stop", "best"],
};
/** @type {(value: Value) => string[]} */
const acts = ({ phase = "ready", can_start: able = true }) => ACTS[phase].filter((act) => act !== "start" || able);
const PATIENCE = 5000; // milliseconds until the same may be asked again
let shown = "", asked = "";
/** @type {<T>(find: () => T) => Promise<T>} what comes into sight, or what there is when patience ends */
const awaited = async (find) => {
  for (let k = 0; k < 100 && !find(); k++) await new Promise((resolve) => { setTimeout(resolve, 100); });
  return find();
};
/** @type {(selector: string) => HTMLElement[]} */
const inSight = (selector) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]).filter((node) => node.checkVisibility());
// Whether all that is to be seen is of models of a data set.
/** @type {(dataset: string) => boolean} */
const shows = (dataset) => {
  const models = inSight(".atelier[data-model]").map((node) => node.dataset.model).filter((name) => name);
  return models.length > 0 && models.every((name) => name.endsWith(dataset));
};
// The model in another tab, as a person would choose it there: the kind of picture, then its name, typed.
/** @type {(tab: string, model: Mine) => Promise<void>} */
const openIn = async (tab, { name, dataset }) => {
  /** @type {HTMLElement} */ (document.querySelector(`[role=tab][data-tab-id=${tab}]`)).click();
  const bench = await awaited(() => inSight(".workbench:has(.model)")[0]);
  await awaited(() => inSight(".atelier[data-model]").some((node) => node.dataset.model));
  const radio = /** @type {HTMLInputElement} */ (bench.querySelector(`.controls input[type=radio][value=${dataset}]`));
  if (radio && !radio.checked) { radio.click(); await awaited(() => shows(dataset)); }
  const field = /** @type {HTMLInputElement} */ (bench.querySelector(".model input"));
  if (!field.checkVisibility()) /** @type {HTMLElement} */ (bench.querySelector(".fold .more"))?.click(); // on a phone it is folded away
  field.focus();
  field.value = name;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  field.blur();
};
/** @type {(act: string) => void} */
const ask = (act) => {
  asked = act;
  setTimeout(() => { asked = ""; draw(); }, PATIENCE); // it may have been refused
  if (act === "start") trigger("submit"); else trigger("select", { wish: act });
  draw();
};
/** @type {(names: string[], mine?: Mine) => void} */
const build = (names, mine) => {
  const root = $(".run_bar");
  root.replaceChildren();
  const tools = make("div", "tools", root);
  for (const act of names) button(t(act), tools, () => ask(act), t(act + "_title")).classList.toggle("primary", act === "start");
  if (mine) {
    const line = make("div", "tools others", root);
    make("span", "note", line, t("others"));
    for (const [tab, title] of mine.tabs) button(title, line, () => openIn(tab, mine), t("others") + " " + title);
  }
  const bar = make("progress", "", root);
  bar.max = 1;
  bar.setAttribute("aria-label", t("progress"));
  make("p", "text", root).setAttribute("role", "status");
};
const draw = () => {
  const value = props.value || {}, root = $(".run_bar"), names = acts(value), shape = [...names, (value.mine || {}).name].join();
  if (shape !== shown || !root.firstChild) { build(names, value.mine); shown = shape; }
  root.dataset.phase = value.phase || "ready";
  root.querySelectorAll("button").forEach((one) => { one.disabled = !!asked; });
  const bar = root.querySelector("progress"), busy = value.phase === "waiting" || value.phase === "preparing" || value.phase === "measuring";
  bar.hidden = value.phase === "ready" || value.phase === undefined || value.phase === "done";
  if (busy) bar.removeAttribute("value"); else bar.value = value.progress || 0;
  root.querySelector(".text").textContent = value.text || "";
};
draw();
watch("value", () => { asked = ""; draw(); });

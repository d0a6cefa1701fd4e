/**
 * value, sent and never sent back.
 * @typedef {"ready" | "waiting" | "preparing" | "running" | "paused" | "measuring" | "done"} Phase
 * mine: the trained model, the kind of its pictures, and the tabs that show it, with their titles.
 * @typedef {{name: string, dataset: string, tabs: [string, string][]}} Mine
 * consent: what has to be ticked before it starts.
 * @typedef {Signed & {mine?: Mine, phase?: Phase, progress?: number, text?: string, can_start?: boolean, consent?: string}} Value
 * @type {Props<Value>}
 */
var props;
const /** @type {Record<Phase, string[]>} what can be asked for, phase by phase */ ACTS = {
  ready: ["start"], done: ["start"], waiting: ["stop"], preparing: ["stop"], measuring: [], running: ["pause", "stop", "best"], paused: ["go", "stop", "best"],
};
/** @type {(value: Value) => string[]} */
const acts = ({ phase = "ready", can_start: able = true }) => ACTS[phase].filter((act) => act !== "start" || able);
/** @type {(act: string, value: Value, agreed: boolean) => boolean} whether it has to be agreed to first */
const waits = (act, { consent }, agreed) => act === "start" && !!consent && !agreed;
const PATIENCE = 5000; // milliseconds until the same may be asked again
let shown = "", asked = "", agreed = false;
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
  const more = field.checkVisibility() ? null : /** @type {HTMLElement} */ (bench.querySelector(".fold .more")); // on a phone it is folded away
  more?.click();
  field.focus();
  field.value = name;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  field.blur();
  more?.click();
  if (more) bench.scrollIntoView(); else window.scrollTo(0, 0); // where it is folded away the field lies below the picture
};
/** @type {(act: string) => void} */
const ask = (act) => {
  asked = act;
  setTimeout(() => { asked = ""; draw(); }, PATIENCE); // it may have been refused
  if (act === "start") trigger("submit", { consent: agreed }); else trigger("select", { wish: act });
  draw();
};
/** @type {(names: string[], value: Value) => void} */
const build = (names, { mine, consent }) => {
  const root = $(".run_bar");
  root.replaceChildren();
  const tools = make("div", "tools", root);
  for (const act of names) button(t(act), tools, () => ask(act), t(act + "_title")).classList.toggle("primary", act === "start");
  if (consent) {
    const line = make("label", "consent", root), box = make("input", "", line);
    box.type = "checkbox";
    box.checked = agreed = false;
    box.addEventListener("change", () => { agreed = box.checked; draw(); });
    make("span", "", line, consent);
  }
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
  const value = props.value || {}, root = $(".run_bar"), names = acts(value), shape = [...names, (value.mine || {}).name, value.consent].join();
  if (shape !== shown || !root.firstChild) { build(names, value); shown = shape; }
  root.dataset.phase = value.phase || "ready";
  root.dataset.own = root.dataset.phase !== "ready" || value.done?.length ? "yes" : "no"; // shell.js asks before the page is left
  root.querySelectorAll("button").forEach((one, k) => { one.disabled = !!asked || waits(names[k], value, agreed); });
  const bar = root.querySelector("progress"), busy = value.phase === "waiting" || value.phase === "preparing" || value.phase === "measuring";
  bar.hidden = value.phase === "ready" || value.phase === undefined || value.phase === "done";
  if (busy) bar.removeAttribute("value"); else bar.value = value.progress || 0;
  root.querySelector(".text").textContent = value.text || "";
};
draw();
watch("value", () => { asked = ""; draw(); });

/**
 * value, sent and never sent back.
 * @typedef {"ready" | "waiting" | "preparing" | "running" | "paused" | "measuring" | "done"} Phase
 * mine: the trained model, and the kind of its pictures, for the other tabs.
 * @typedef {Signed & {mine?: {name: string, dataset: string}, phase?: Phase, progress?: number, text?: string, can_start?: boolean}} Value
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
/** @type {(selector: string) => HTMLElement | undefined} */
const inSight = (selector) => [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
// The model in the Classes tab, as a person would choose it there: the kind of picture, then its name, typed.
/** @type {(model: {name: string, dataset: string}) => Promise<void>} */
const openInClasses = async ({ name, dataset }) => {
  /** @type {HTMLElement} */ (document.querySelector("[role=tab][data-tab-id=classes]")).click();
  await awaited(() => inSight("[id^=class-] canvas"));
  const radio = /** @type {HTMLInputElement} */ (inSight(`.controls input[type=radio][value=${dataset}]`));
  if (radio && !radio.checked) { radio.click(); await awaited(() => /** @type {HTMLInputElement} */ (inSight(".model input"))?.title.endsWith(dataset)); }
  const field = /** @type {HTMLInputElement} */ (inSight(".model input"));
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
/** @type {(names: string[], mine?: {name: string, dataset: string}) => void} */
const build = (names, mine) => {
  const root = $(".run_bar");
  root.replaceChildren();
  const tools = make("div", "tools", root);
  for (const act of names) button(t(act), tools, () => ask(act), t(act + "_title")).classList.toggle("primary", act === "start");
  if (mine) button(t("classes"), tools, () => openInClasses(mine), t("classes_title"));
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

/**
 * value, sent and never sent back.
 * @typedef {"ready" | "waiting" | "preparing" | "running" | "paused" | "measuring" | "done"} Phase
 * @typedef {Signed & {phase?: Phase, progress?: number, text?: string, can_start?: boolean}} Value
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
/** @type {(act: string) => void} */
const ask = (act) => {
  asked = act;
  setTimeout(() => { asked = ""; draw(); }, PATIENCE); // it may have been refused
  if (act === "start") trigger("submit"); else trigger("select", { wish: act });
  draw();
};
/** @type {(names: string[]) => void} */
const build = (names) => {
  const root = $(".run_bar");
  root.replaceChildren();
  const tools = make("div", "tools", root);
  for (const act of names) button(t(act), tools, () => ask(act), t(act + "_title")).classList.toggle("primary", act === "start");
  const bar = make("progress", "", root);
  bar.max = 1;
  bar.setAttribute("aria-label", t("progress"));
  make("p", "text", root).setAttribute("role", "status");
};
const draw = () => {
  const value = props.value || {}, root = $(".run_bar"), names = acts(value), shape = names.join();
  if (shape !== shown || !root.firstChild) { build(names); shown = shape; }
  root.dataset.phase = value.phase || "ready";
  root.querySelectorAll("button").forEach((one) => { one.disabled = !!asked; });
  const bar = root.querySelector("progress"), busy = value.phase === "waiting" || value.phase === "preparing" || value.phase === "measuring";
  bar.hidden = value.phase === "ready" || value.phase === undefined || value.phase === "done";
  if (busy) bar.removeAttribute("value"); else bar.value = value.progress || 0;
  root.querySelector(".text").textContent = value.text || "";
};
draw();
watch("value", () => { asked = ""; draw(); });

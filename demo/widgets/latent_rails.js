// Sliders under the maps.
/** @typedef {{show: (reach: number, v: number) => void}} Rail */
/** @typedef {{show: (series: Outline[], name: string) => void}} BetaRail */
/** @type {(parent: Element, name: string) => {row: HTMLElement, input: HTMLInputElement, output: HTMLElement}} */
const railRow = (parent, name) => {
  const row = make("label", "rail", parent);
  make("span", "", row, name);
  const input = make("input", "", row), output = make("output", "", row);
  input.type = "range";
  return { row, input, output };
};
/** @type {(parent: Element, name: string, move: (v: number) => void, settle: () => void) => Rail} */
const rail = (parent, name, move, settle) => {
  const { input, output } = railRow(parent, name);
  input.step = "any";
  input.addEventListener("input", () => move(+input.value));
  input.addEventListener("change", settle);
  return {
    show: (reach, v) => {
      if (+input.max !== reach) { input.min = String(-reach); input.max = String(reach); }
      input.value = String(v);
      input.setAttribute("aria-valuetext", signed(v));
      output.textContent = signed(v);
    },
  };
};
/** @type {(box: HTMLElement, terms: Term[]) => void} */
const drawTerms = (box, terms) => {
  box.replaceChildren();
  for (const { title, nats, share } of terms) {
    make("span", "", box, title);
    make("i", "", box).style.setProperty("--share", String(share));
    make("b", "", box, nats.toFixed(1) + " " + t("nats"));
  }
};
// A stop a model; those beside the hand's are fetched before it comes.
/** @type {(parent: Element, act: (k: number) => void, near: (k: number) => void) => BetaRail} */
const betaRail = (parent, act, near) => {
  const { row, input, output } = railRow(parent, "β"), ticks = make("span", "ticks", row), bars = make("div", "terms", parent);
  input.min = "0";
  const around = () => [0, 1, -1].forEach((by) => near(+input.value + by));
  input.addEventListener("input", () => { act(+input.value); around(); });
  for (const kind of ["pointerenter", "focus"]) input.addEventListener(kind, around);
  return {
    show: (series, name) => {
      const at = series.findIndex((outline) => outline.name === name), usual = series.findIndex(({ label }) => label === "1");
      row.hidden = !series.length;
      row.classList.toggle("idle", at < 0);
      input.max = String(series.length - 1);
      input.value = String(at < 0 ? usual : at);
      output.textContent = at < 0 ? t("beta_idle") : "";
      input.setAttribute("aria-valuetext", at < 0 ? t("beta_idle") : `β = ${series[at].label}`);
      drawTerms(bars, at < 0 ? [] : series[at].terms);
      ticks.replaceChildren(...series.map(({ label }, k) => make("span", k === at ? "here" : "", null, label)));
    },
  };
};

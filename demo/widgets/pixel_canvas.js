/**
 * What pixel_canvas.section makes, where each entry is told of.
 * @typedef {{title: string, pixels: Pixels, columns: number, scale?: number, captions?: string[], good?: (boolean | null)[], rows?: string[], head?: string[],
 *   chosen?: number | number[], own?: number[], aimed?: number, reveal?: string, warn?: boolean, name?: string, about?: About, pick?: boolean, meanings?: unknown[], flow?: number,
 *   least?: number, small?: number, tall?: boolean, view?: string, note?: string, lines?: string[], close?: boolean}} Section
 */
/**
 * value, sent by the server; a cell that is chosen comes back as picked, [section, cell], and in a select event {section, index, meaning}.
 * more: what is not drawn yet is asked for by an expand event, once this is shown.
 * @typedef {Signed & {sections: Section[], note?: string, picked?: [number, number], more?: boolean}} Value
 * @type {Props<Value>}
 */
var props;
let drawn = "";
/**
 * side: the width of the rows' names; k: how large a pixel is; aside: the last few stand at half the size beside the others, not below them.
 * @typedef {{side: number, columns: number, narrow: boolean, tight: boolean, k: number, aside?: boolean}} Plan
 */
// As large as the screen leaves room for, with the question above and what acts on it in sight.
/** @type {(section: Section, height?: number) => number} */
const mostOf = (s, height = Math.min(window.innerHeight, window.screen.height)) => (s.tall ? Math.floor(Math.max(308, height - 470) / s.pixels.h) : s.scale || 4);
/** @type {(section: Section, width: number) => Plan} */
const planHero = (s, width) => {
  const columns = s.pixels.n - s.small, aside = width > 600, room = aside ? columns + 0.5 : columns;
  const k = (width - 6 * Math.ceil(room)) / (room * s.pixels.w), step = aside ? 1 : 2; // a phone has two dots a pixel, or more
  return { side: 0, columns, narrow: false, tight: false, k: Math.max(1, Math.min(mostOf(s), Math.floor(step * k) / step)), aside };
};
// Large pictures that need no column of their own flow into more rows where the screen is narrow.
/** @type {(section: Section, width: number) => Plan} */
const plan = (s, width) => {
  if (s.small) return planHero(s, width);
  const phone = width <= 600, side = s.rows && !phone ? 108 : 0; // else above the row
  const room = Math.floor((width - side + 6) / (s.pixels.w * (s.least || 1) + 6) / (s.flow || 1)) * (s.flow || 1);
  const columns = s.flow ? Math.max(s.flow, Math.min(s.columns, room)) : s.columns, narrow = (width - side) / columns < 44, tight = phone || narrow;
  return { side, columns, narrow, tight, k: fit(width - side, columns, s.pixels.w, mostOf(s), tight ? 3 : 6) };
};
// What a cell is called, for who cannot see it.
/** @type {(section: Section, k: number) => string} */
const called = (s, k) => [s.title, s.head && s.head[k % s.columns], s.captions && s.captions[k]].filter(Boolean).join(", ");
/** @type {(section: Section, k: number) => "yes" | "no" | ""} */
const verdict = ({ good }, k) => (!good || good[k] === null ? "" : good[k] ? "yes" : "no");
// What is told of a cell that is chosen.
/** @type {(section: Section, at: number, k: number) => {section: number, index: number, meaning: unknown}} */
const chosen = (s, at, k) => ({ section: at, index: k, meaning: s.meanings ? s.meanings[k] : null });
// A cell that was chosen, alone, with room for what is to stand beside it.
/** @type {(section: Section, k: number) => Section} */
const preview = (s, k) => ({
  title: [s.rows && s.rows[Math.floor(k / s.columns)], s.captions && s.captions[k]].filter(Boolean).join(": "), pixels: only(s.pixels, k), columns: 7,
  scale: s.pixels.w < 64 ? 2 : 1, close: true,
});
/** @typedef {HTMLElement & {columns: number}} Block  a section, and how many cells it has side by side at present */
const layout = () => {
  for (const node of element.querySelectorAll(".section")) {
    const s = props.value.sections[+node.dataset.at], { side, columns, narrow, tight, k, aside } = plan(s, element.firstElementChild.clientWidth);
    node.classList.toggle("narrow", narrow);
    node.classList.toggle("tight", tight);
    node.classList.toggle("stacked", !!s.rows && !side);
    node.classList.toggle("upright", narrow && (s.head || []).some((text) => text.length > 2));
    /** @type {Block} */ (node).columns = columns;
    const half = Math.max(1, Math.floor(k / 2)), large = s.pixels.n - (s.small || 0);
    node.querySelectorAll("figure").forEach((figure, i) => {
      enlarge(figure.querySelector("canvas"), i < large ? k : half);
      figure.classList.toggle("small", i >= large);
      Object.assign(figure.style, !aside ? { gridArea: "" } : { gridArea: i < large ? `1 / ${i + 1} / span ${s.small}` : `${i - large + 1} / ${large + 1}` });
    });
    const ends = [side ? `${side - 6}px ` : "", aside ? ` ${s.pixels.w * half}px` : ""];
    node.querySelector(".cells").style.gridTemplateColumns = ends[0] + `repeat(${columns}, ${s.pixels.w * k}px)` + ends[1];
  }
};
/** @type {(root: HTMLElement) => void} */
const build = (root) => {
  root.replaceChildren();
  props.value.sections.forEach((s, at) => {
    const node = /** @type {Block} */ (make("section", "section", root));
    node.dataset.at = String(at);
    const head = make("header", "", node);
    make("h3", "", head, s.title || "");
    if (s.note) make("span", s.warn ? "note warn" : "note", head, s.note);
    if (s.close) button("✕", head, () => { props.value = { sections: [] }; draw(); }, t("close"));
    if (s.name) button("PNG", head, () => download(s.name, props.value.sections[at], props.value.about), t("download"));
    const cells = make("div", "cells", node);
    if (s.head) { if (s.rows) make("span", "corner", cells); s.head.forEach((text) => make("span", "colhead", cells, text)); }
    for (let k = 0; k < s.pixels.n; k++) {
      if (s.rows && k % s.columns === 0) make("span", "rowhead", cells, s.rows[k / s.columns] || "");
      const cell = make("figure", "cell", cells);
      const canvas = make("canvas", "pixelated", cell);
      canvas.setAttribute("role", "img");
      if (s.captions) make("figcaption", "", cell, " ");
      if (s.pick) {
        cell.classList.add("pick"); cell.setAttribute("role", "button");
        const choose = () => {
          const shown = s.reveal && document.querySelector(s.reveal + " .pixel_canvas");
          if (shown) shown.dispatchEvent(new CustomEvent("preview", { detail: preview(props.value.sections[at], k) }));
          element.querySelectorAll(".picked").forEach((old) => old.classList.remove("picked"));
          cell.classList.add("picked"); props.value = { ...props.value, picked: [at, k] };
          if (s.view) document.querySelector(s.view).scrollIntoView({ block: "nearest", behavior: "smooth" });
          trigger("select", chosen(props.value.sections[at], at, k));
        };
        cell.addEventListener("click", choose);
        cell.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(); } });
      }
    }
    if (s.pick) rove(cells, ".pick", { columns: () => node.columns });
    (s.lines || []).forEach((line) => make("p", "note", node, line));
  });
};
const draw = () => {
  const root = $(".pixel_canvas"), value = props.value;
  if (!root || !value || !value.sections) return;
  const shape = JSON.stringify(value.sections.map((s) => [s.title, s.pixels.n, s.pixels.w, s.columns, s.captions && 1, s.rows, s.head, s.note, s.warn, s.pick, s.lines]));
  if (shape !== drawn) { build(root); drawn = shape; }
  value.sections.forEach((s, at) => {
    const node = root.children[at], bytes = toBytes(s.pixels.data), figures = node.querySelectorAll("figure");
    node.querySelectorAll("canvas").forEach((canvas, k) => {
      paint(canvas, s.pixels, k, bytes);
      canvas.setAttribute("aria-label", called(s, k));
    });
    figures.forEach((figure, k) => {
      if (s.captions) {
        figure.lastElementChild.textContent = s.captions[k] || " ";
        figure.dataset.good = verdict(s, k);
      }
      figure.classList.toggle("chosen", [s.chosen].flat().includes(k));
      figure.classList.toggle("own", !!s.own?.includes(k));
      if (s.aimed !== undefined) figure.classList.toggle("picked", s.aimed === k);
      if (s.pick) figure.setAttribute("aria-label", figure.firstElementChild.getAttribute("aria-label"));
    });
  });
  layout();
};
const show = () => {
  draw();
  if (props.value && props.value.more) setTimeout(() => trigger("expand")); // once the controls have what came with it
};
show();
watch("value", show);
// What was chosen elsewhere is shown at once; what is known of it comes from the server.
$(".pixel_canvas").addEventListener("preview", (event) => {
  props.value = { sections: [/** @type {CustomEvent} */ (event).detail] };
  draw();
  element.scrollIntoView({ block: "nearest", behavior: "smooth" });
});
// A class that is gone to by its button is framed as one that is gone to by its picture.
$(".pixel_canvas").addEventListener("aim", (event) => {
  for (const s of props.value?.sections || []) if (s.aimed !== undefined) s.aimed = s.about.targets.indexOf(/** @type {CustomEvent} */ (event).detail);
  draw();
});
onResize(() => props.value && props.value.sections && drawn && layout());

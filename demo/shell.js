// The page around the tabs.  It stands in the page's head: it runs once, before anything is drawn, and listens to all of it.
const PHONE = "(max-width: 860px)";
/** @type {(selector: string, within?: ParentNode) => any[]} */
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
if (new URLSearchParams(location.search).has("lecture")) document.documentElement.classList.add("lecture"); // for the last row, see style.css
document.documentElement.dataset.station = new URLSearchParams(location.search).get("station") || ""; // of the tour, see tour.py
// Gradio writes the browser's language over the page's own.
const root = document.documentElement, { lang } = root;
new MutationObserver(() => { if (root.lang !== lang) root.lang = lang; }).observe(root, { attributeFilter: ["lang"] });
// The address is the page's own until somebody does something.
for (const kind of ["pointerdown", "keydown", "input", "drop", "paste"]) addEventListener(kind, () => { window.touched = true; }, { capture: true, once: true });

// One tab stop a group, arrows move within it: of the tabs the chosen one, a text's terms, a widget's tools, the PNGs of its rows, a table's heads.
/** @type {Record<string, string>} */
const GROUPS = {
  ".masthead": "summary, a", "[role=tablist]": "[role=tab]", ".lede": ".term", ".atelier:not(.picture_pad, .mask_pad, .pixel_stream) .tools": "button",
  ".picture_pad .top": "button", ".picture_pad .side": "button", ".picture_pad .tools": "button", ".mask_pad": ".tools button", ".pixel_stream": ".tools button, .acts button",
  ".pixel_canvas": "header button", ".figure_table": "thead button", ".arena .legend": "button",
};
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {(group: string, node: ParentNode) => any[]} */
const members = (group, node) => all(GROUPS[group], node).filter((item) => !item.disabled && item.checkVisibility());
/** @type {(items: any[], item: any) => void} */
const stop = (items, item) => items.forEach((one) => { one.tabIndex = one === item ? 0 : -1; });
const arrange = () => {
  for (const group of Object.keys(GROUPS)) {
    for (const node of all(group)) {
      const items = members(group, node);
      stop(items, items.find((item) => item === document.activeElement || item.ariaSelected === "true") || items[0]);
    }
  }
  // Gradio's radio buttons have a name each, and its sliders a number beside them that says the same.
  for (const node of all("fieldset")) all("input[type=radio]", node).forEach((one, _, every) => { one.name = every[0].name; });
  for (const number of all(".block:has(input[type=range]) input[type=number]")) number.tabIndex = -1;
};
/** @type {(event: KeyboardEvent) => void} */
const step = (event) => {
  const target = /** @type {HTMLElement} */ (event.target), by = STEPS[event.key];
  const group = by && target.matches && Object.keys(GROUPS).find((one) => target.matches(GROUPS[one]) && target.closest(one));
  if (!group) return;
  const items = members(group, target.closest(group)), next = items.at((items.indexOf(target) + by) % items.length);
  event.preventDefault();
  stop(items, next);
  next.focus();
  if (next.matches("[role=tab]")) next.click();
};
addEventListener("keydown", (event) => { if (event.key === "Tab") arrange(); else step(event); }, true);

// An equation that is wider than the screen is scrolled by key too.
new MutationObserver(() => { for (const node of all(".katex-display:not([tabindex])")) node.tabIndex = 0; }).observe(document, { childList: true, subtree: true });

// The strip of tabs shows the chosen one, where it is longer than the screen is wide.
const reveal = () => document.querySelector("[role=tab][aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
new MutationObserver((_, observer) => { if (document.querySelector("[role=tab][aria-selected=true]")) { observer.disconnect(); arrange(); reveal(); } })
  .observe(document, { childList: true, subtree: true });
addEventListener("click", (event) => { if (/** @type {HTMLElement} */ (event.target).closest?.("[role=tab]")) requestAnimationFrame(reveal); });

// On a phone a picture higher than half the screen stays in sight with its lower part, until what has no more to do with it pushes it away: see .hero in style.css.
addEventListener("scroll", () => {
  if (!matchMedia(PHONE).matches) return;
  for (const hero of all(".hero, .latent_pad .planes")) {
    const beyond = hero.closest(".workbench")?.querySelector(".beyond"), height = hero.offsetHeight;
    hero.style.setProperty("--height", height + "px");
    hero.style.setProperty("--push", (beyond ? Math.min(0, beyond.getBoundingClientRect().top - height) : 0) + "px");
  }
}, { passive: true, capture: true });

// Back and forward between tabs: address.py has put an entry into the history for each.
addEventListener("popstate", () => {
  const tab = new URLSearchParams(location.search).get("tab");
  all("[role=tab]").find((one) => !tab || one.dataset.tabId === tab)?.click();
});

// The tour's menu closes when something else is pressed, and by Escape.
const tour = () => /** @type {HTMLDetailsElement | null} */ (document.querySelector("details.tour[open]"));
addEventListener("pointerdown", (event) => { const menu = tour(); if (menu && !menu.contains(/** @type {Node} */ (event.target))) menu.open = false; }, true);
addEventListener("keydown", (event) => { const menu = tour(); if (event.key === "Escape" && menu) { menu.open = false; menu.querySelector("summary").focus(); } });

// A visitor's pictures and their model are gone with the page: the browser asks first.  Gradio would end the session before the answer: its own
// listener, the later one, is not called; of one who does leave the server hears by their connection's end.
addEventListener("beforeunload", (event) => { if (document.querySelector(".run_bar[data-own=yes]")) { event.preventDefault(); event.stopImmediatePropagation(); } });

// What cannot be had back is asked for twice.
addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest?.("button.asks"));
  if (button && !window.confirm(button.textContent.trim() + "?")) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

// The text that a downloaded PNG carries in its chunk of the name "latent-atelier", see common.js; null where it has none.
/** @type {(bytes: Uint8Array) => string | null} */
const readText = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), words = new TextDecoder("latin1");
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const [key, ...text] = words.decode(bytes.subarray(at + 8, at + 8 + view.getUint32(at))).split("\0");
    if (words.decode(bytes.subarray(at + 4, at + 8)) === "tEXt" && key === "latent-atelier") return text.join("\0");
  }
  return null;
};
// The state in which a PNG was made, as the query of an address; "" of any other file.
/** @type {(bytes: Uint8Array) => string} */
const stateOf = (bytes) => {
  try {
    return new URLSearchParams(String(JSON.parse(readText(bytes)).page || "")).toString();
  } catch { return ""; }
};
// A PNG of ours that is dropped anywhere restores its state; any other goes on to where it was dropped.
/** @type {DragEvent | null} */
let passed = null;
/** @type {(file: File, target: EventTarget) => Promise<void>} */
const receive = async (file, target) => {
  const state = stateOf(new Uint8Array(await file.arrayBuffer()));
  if (state) { location.search = state; return; }
  const data = new DataTransfer();
  data.items.add(file);
  passed = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data });
  target.dispatchEvent(passed);
};
addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
addEventListener("drop", (event) => {
  const file = event.dataTransfer?.files[0];
  if (!file || event === passed) return;
  event.preventDefault(); // the browser would leave the page for the file
  if (file.type !== "image/png") return;
  event.stopPropagation();
  receive(file, event.target);
}, true);

// The page around the tabs.  It stands in the page's head: it runs once, before anything is drawn, and listens to all of it.
const PHONE = "(max-width: 860px)";
/** @type {(selector: string, within?: ParentNode) => any[]} */
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
if (new URLSearchParams(location.search).has("lecture")) document.documentElement.classList.add("lecture"); // for the last row, see style.css
// The address is the page's own until somebody does something.
for (const kind of ["pointerdown", "keydown", "input", "drop", "paste"]) addEventListener(kind, () => { window.touched = true; }, { capture: true, once: true });

// One tab stop a group, where Gradio has one a choice: radio buttons of one name, of the tabs the chosen one, of a text's terms the first.
const arrange = () => {
  for (const group of all("fieldset")) all("input[type=radio]", group).forEach((one, _, every) => { one.name = every[0].name; });
  for (const tab of all("[role=tab]")) tab.tabIndex = tab.ariaSelected === "true" ? 0 : -1;
  for (const words of all(".lede")) if (!words.contains(document.activeElement)) all(".term", words).forEach((term, k) => { term.tabIndex = k ? -1 : 0; });
};
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {(event: KeyboardEvent) => void} */
const step = (event) => {
  const item = /** @type {HTMLElement} */ (event.target).closest?.("[role=tab], .term"), by = STEPS[event.key];
  if (!item || !by) return;
  const items = all(item.matches(".term") ? ".term" : "[role=tab]", item.parentElement), next = items.at((items.indexOf(item) + by) % items.length);
  event.preventDefault();
  items.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
  next.focus();
  if (!item.matches(".term")) next.click();
};
addEventListener("keydown", (event) => { if (event.key === "Tab") arrange(); else step(event); }, true);

// The strip of tabs shows the chosen one, where it is longer than the screen is wide.
const reveal = () => document.querySelector("[role=tab][aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
new MutationObserver((_, observer) => { if (document.querySelector("[role=tab][aria-selected=true]")) { observer.disconnect(); arrange(); reveal(); } })
  .observe(document, { childList: true, subtree: true });
addEventListener("click", (event) => { if (/** @type {HTMLElement} */ (event.target).closest?.("[role=tab]")) requestAnimationFrame(reveal); });

// A picture higher than half a phone's screen stays in sight with its lower part, see .hero in style.css.
addEventListener("scroll", () => {
  if (matchMedia(PHONE).matches) for (const hero of all(".hero")) hero.style.setProperty("--height", hero.offsetHeight + "px");
}, { passive: true, capture: true });

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

// A widget's script as the page runs it: common.js and its own, one after the other, the body of one function.
import { readFileSync } from "node:fs";

const read = (name) => readFileSync(new URL(`../../demo/widgets/${name}.js`, import.meta.url), "utf8");
const NAMES = /^(?:const|let) (\w+|\$) =/gm;

/** What stands for the page: every part of it is there, takes everything and holds nothing. */
export const nothing = new Proxy(function () {}, {
  get: (_, key) => {
    if (key === "then") return undefined; // no promise
    if (key === Symbol.iterator) return [][Symbol.iterator].bind([]);
    return key === Symbol.toPrimitive ? () => "" : nothing;
  },
  set: () => true,
  apply: () => nothing,
  construct: () => nothing,
});

class ImageData {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
}

const PAGE = {
  document: nothing, window: {}, ImageData, navigator: nothing, devicePixelRatio: 1, requestAnimationFrame: () => 0, cancelAnimationFrame: () => {},
  getComputedStyle: () => nothing, ResizeObserver: nothing, MutationObserver: nothing,
};

/** All that a script declares at its top, by name.  given: the widget's own props, server, trigger, watch and element, or parts of the page. */
export function load(name, given = {}) {
  const scope = { element: nothing, trigger: () => {}, props: {}, server: nothing, upload: nothing, watch: () => {}, ...PAGE, ...given };
  const text = read("common") + (name === "common" ? "" : read(name));
  const declared = [...text.matchAll(NAMES)].map(([, name]) => name);
  return new Function(...Object.keys(scope), `${text}\nreturn { ${declared.join(", ")} };`)(...Object.values(scope));
}

/** A node that can be listened to; fire("keydown", {key: "Home"}) returns the event that it was told. */
export function node(parts = {}) {
  const made = Object.assign(new EventTarget(), { isConnected: true, setPointerCapture: () => {} }, parts);
  made.fire = (kind, more = {}) => {
    const event = Object.defineProperties(new Event(kind, { cancelable: true }), Object.getOwnPropertyDescriptors(more));
    made.dispatchEvent(event);
    return event;
  };
  return made;
}

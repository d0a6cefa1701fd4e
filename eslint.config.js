import js from "@eslint/js";
import { readdirSync, readFileSync } from "node:fs";

const GIVEN = ["element", "trigger", "watch", "props", "server"]; // by gr.HTML to a script, see demo/widgets/types.d.ts
const BROWSER = [
  "Blob", "CustomEvent", "FileReader", "Event", "ImageData", "IntersectionObserver", "KeyboardEvent", "MutationObserver", "ResizeObserver", "TextDecoder", "TextEncoder", "URL", "Worker", "atob", "btoa",
  "cancelAnimationFrame", "clearInterval", "clearTimeout", "devicePixelRatio", "document", "fetch", "getComputedStyle", "localStorage", "location", "navigator", "performance",
  "requestAnimationFrame", "setInterval", "setTimeout", "window",
];
const NODE = ["Blob", "Buffer", "performance", "process", "Event", "EventTarget", "TextDecoder", "TextEncoder", "URL", "URLSearchParams", "setImmediate", "setTimeout"];
const named = (names, how) => Object.fromEntries(names.map((name) => [name, how]));
const widgets = new URL("demo/widgets/", import.meta.url), scripts = readdirSync(widgets).filter((name) => name.endsWith(".js"));
const PARTS = (prefix) => scripts.filter((name) => name.startsWith(prefix) && !name.endsWith("_pad.js")); // of one widget
// The names that a script declares at its top, for those that are read after it.
const declared = (name) => {
  const found = [...readFileSync(new URL(name, widgets), "utf8").matchAll(/^(const|let) ([\w$]+)/gm)];
  return Object.fromEntries(found.map(([, kind, word]) => [word, kind === "let" ? "writable" : "readonly"]));
};
const WORKER = ["MessageChannel", "importScripts", "performance", "postMessage", "setTimeout"];
const arena = new URL("demo/arena/", import.meta.url);
const ENGINE = readdirSync(arena).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(name, arena), "utf8"));
const engine = ENGINE.flatMap((text) => [...text.matchAll(/^(?:const|let|class) (\w+)/gm)].map(([, name]) => name));
const shared = declared("common.js");

export default [
  js.configs.recommended,
  {
    files: ["demo/widgets/*.js"],
    languageOptions: { sourceType: "script", globals: named([...GIVEN, ...BROWSER], "readonly") },
    rules: {
      "no-redeclare": ["error", { builtinGlobals: false }], // `var props;` gives the page's own a type
      "no-unassigned-vars": "off", // as above
    },
  },
  { files: ["demo/widgets/*.js"], ignores: ["**/common.js"], languageOptions: { globals: shared } },
  { files: ["demo/widgets/arena*.js", "demo/widgets/loss_curves.js"], languageOptions: { globals: Object.assign({}, ...PARTS("arena_").map(declared)) } },
  { files: ["demo/widgets/latent_*.js"], languageOptions: { globals: Object.assign({}, ...PARTS("latent_").map(declared)) } },
  { files: ["demo/widgets/picture_*.js"], languageOptions: { globals: Object.assign({}, ...PARTS("picture_").map(declared)) } },
  { files: ["demo/widgets/common.js", "demo/widgets/arena_*.js", ...["latent_", "picture_"].flatMap(PARTS).map((name) => `demo/widgets/${name}`)], rules: { "no-unused-vars": ["error", { vars: "local" }] } }, // read by the widgets
  {
    files: ["demo/arena/*.js"], // one scope: each reads the names of all
    languageOptions: { sourceType: "script", globals: { ...named([...WORKER, ...engine], "readonly"), onmessage: "writable" } },
    rules: { "no-redeclare": ["error", { builtinGlobals: false }], "no-unused-vars": ["error", { vars: "local", argsIgnorePattern: "^_" }] },
  },
  {
    files: ["demo/shell.js"], // in the page's head
    languageOptions: {
      sourceType: "script",
      globals: named([...BROWSER, "DataTransfer", "DragEvent", "TextDecoder", "URLSearchParams", "addEventListener", "location", "matchMedia"], "readonly"),
    },
  },
  { files: ["tests/js/**", "*.js"], languageOptions: { globals: named(NODE, "readonly") } },
];

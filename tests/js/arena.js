// The arena's engine as its worker runs it: all scripts, one after the other, in one scope.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../demo/arena/", import.meta.url);
const read = (name) => readFileSync(new URL(name, FOLDER), "utf8");
const TEXT = JSON.parse(read("sources.json")).map((name) => read(`${name}.js`)).join("\n");
const NAMES = [...TEXT.matchAll(/^(?:const|let|class) (\w+)/gm)].map(([, name]) => name);
const run = (text) => new Function(`${text}\nreturn { ${NAMES.join(", ")} };`)();

/** All that the engine declares, by name. */
export const engine = run(TEXT);
/** The same with numbers of twice the length, whose finite differences are worth something. */
export const doubled = run(TEXT.replaceAll("Float32Array", "Float64Array"));
doubled.FORWARD.gate = (out, a, by) => out.forEach((_, k) => { out[k] = by[k] > 0 ? a[k] : 0; }); // whose own goes by the bits of 32

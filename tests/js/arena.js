// The arena's engine as its worker runs it: all scripts, one after the other, in one scope.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../demo/arena/", import.meta.url);
const read = (name) => readFileSync(new URL(name, FOLDER), "utf8");
const TEXT = JSON.parse(read("sources.json")).map((name) => read(`${name}.js`)).join("\n");
const NAMES = [...TEXT.matchAll(/^(?:const|let|class) (\w+)/gm)].map(([, name]) => name);

/** All that the engine declares, by name. */
export const engine = new Function(`${TEXT}\nreturn { ${NAMES.join(", ")} };`)();

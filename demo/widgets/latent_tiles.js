// The atlas: decoded tiles of a plane, coarse ones first, as many a frame as it has time for.
/** @typedef {{slot: number, p?: Float32Array}} Tile  where its picture lies on the sheet; what LeNet-5 reads in it */
/** @typedef {{sheet: HTMLCanvasElement, known: Map<string, Tile>, queue: Place[]}} Atlas */
/** @typedef {Set<string>} Layers  of "codes", "density", "decoded", "classes", "circles" */
const ACROSS = 56, PITCH = 30; // tiles in a row of the sheet, and how far apart in pixels: wider than a tile, so that none shows its neighbour when it is enlarged
const CELL = 10; // the least side, in pixels, of a tile that is shown as its class alone
const BUSY = 5, SHARE = 0.6, LEAST = 12, MOST = 60; // of a frame: milliseconds while a hand moves, else the share, within bounds
/** @type {(frame: number, moving: boolean) => number} */
const budget = (frame, moving) => (moving ? BUSY : limit(SHARE * frame, LEAST, MOST));

/** @type {() => Atlas} */
const makeAtlas = () => {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = ACROSS * PITCH;
  return { sheet, known: new Map(), queue: [] };
};
/** @type {(place: Place) => string} */
const keyOf = ({ level, i, j }) => `${level}/${i}/${j}`;
/** @type {(place: Place, by: number) => string} */
const parentOf = ({ level, i, j }, by) => keyOf({ level: level - by, i: Math.floor(i / 2 ** by), j: Math.floor(j / 2 ** by) });

// A tile's picture, and its reading where there is a judge; the oldest makes room.
/** @type {(atlas: Atlas, layers: Layer[], place: Place, judge?: Judge) => Tile} */
const makeTile = ({ sheet, known }, layers, place, judge) => {
  const x = decode(layers, middleOf(place)), key = keyOf(place), oldest = known.keys().next().value;
  const slot = known.get(key)?.slot ?? (known.size < ACROSS ** 2 ? known.size : known.get(oldest).slot);
  if (!known.has(key) && known.size === ACROSS ** 2) known.delete(oldest);
  const image = new ImageData(SIDE, SIDE);
  toGrey(x).forEach((v, i) => { image.data.set([v, v, v, 255], 4 * i); });
  sheet.getContext("2d").putImageData(image, (slot % ACROSS) * PITCH, Math.floor(slot / ACROSS) * PITCH);
  const tile = { slot, p: judge && judged(judge, x) };
  known.set(key, tile);
  return tile;
};
/** @type {(canvas: HTMLCanvasElement, view: View, atlas: Atlas, place: Place, tile: Tile, shown: Layers) => void} */
const drawTile = (canvas, view, { sheet }, place, { slot, p }, shown) => {
  const ctx = canvas.getContext("2d"), ratio = canvas.width / view.side, n = 2 ** place.level;
  const [x0, y1] = toMap(view, [place.i / n, place.j / n]).map((v) => Math.round(v * ratio));
  const [x1, y0] = toMap(view, [(place.i + 1) / n, (place.j + 1) / n]).map((v) => Math.round(v * ratio)), [w, h] = [x1 - x0, y1 - y0];
  const pictures = shown.has("decoded");
  if (pictures) {
    ctx.imageSmoothingEnabled = w % SIDE > 0;
    ctx.drawImage(sheet, (slot % ACROSS) * PITCH, Math.floor(slot / ACROSS) * PITCH, SIDE, SIDE, x0, y0, w, h);
  }
  if (!shown.has("classes") || !p) return;
  const best = p.indexOf(Math.max(...p));
  if (pictures) ctx.globalCompositeOperation = "multiply"; // white strokes take the colour, black ground stays
  else ctx.clearRect(x0, y0, w, h);
  ctx.globalAlpha = p[best] ** 2;
  ctx.fillStyle = CLASS_COLOURS[best % 10];
  ctx.fillRect(x0, y0, w, h);
  ctx.globalAlpha = 1;
  ctx.globalCompositeOperation = "source-over";
};
// What is missing of a view, coarse tiles first, each level from the middle outward; a coarse tile only where no fine one lies.
/** @type {(view: View, level: number, has: (place: Place) => boolean) => Place[]} */
const missing = ({ shown }, level, has) => {
  const fine = tilesIn(shown, level), lacking = fine.filter((place) => !has(place)), covered = new Set();
  if (!lacking.length) return [];
  for (const place of fine) if (has(place)) for (const by of [1, 2]) covered.add(parentOf(place, by));
  const coarse = [level - 2, level - 1].flatMap((l) => tilesIn(shown, l)).filter((place) => !has(place) && !covered.has(keyOf(place)));
  /** @type {(place: Place) => number} */
  const far = (place) => { const [x, y] = middleOf(place); return Math.hypot(x - shown.x, y - shown.y); };
  return [...coarse, ...lacking].sort((a, b) => a.level - b.level || far(a) - far(b));
};
// Where a tile and all around it are read alike, for sure: of what lies within it nothing else is to be seen.
/** @type {(atlas: Atlas, place: Place) => boolean} */
const isSettled = ({ known }, { level, i, j }) => {
  const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => known.get(keyOf({ level, i: i + dx, j: j + dy }))?.p));
  const best = around.map((p) => (p ? p.indexOf(Math.max(...p)) : -1));
  return around.every((p, k) => p && best[k] === best[0] && p[best[k]] >= 0.9);
};
/** @type {(place: Place) => Place} */
const outer = ({ level, i, j }) => ({ level: level - 1, i: Math.floor(i / 2), j: Math.floor(j / 2) });
// All that is known of a view at once; the rest is queued.
/** @type {(canvas: HTMLCanvasElement, view: View, atlas: Atlas, shown: Layers) => void} */
const paintTiles = (canvas, view, atlas, shown) => {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  atlas.queue = [];
  const read = shown.has("classes");
  if (!read && !shown.has("decoded")) return;
  const level = levelOf(view, shown.has("decoded") ? SIDE : CELL);
  /** @type {(place: Place) => Tile | undefined} */
  const known = (place) => { const tile = atlas.known.get(keyOf(place)); return tile && (tile.p || !read) ? tile : undefined; };
  for (const l of [level - 2, level - 1, level]) for (const place of tilesIn(view.shown, l)) {
    const tile = known(place);
    if (tile) drawTile(canvas, view, atlas, place, tile, shown);
  }
  atlas.queue = missing(view, level, (place) => !!known(place)).reverse();
};

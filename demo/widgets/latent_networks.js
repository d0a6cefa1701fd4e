// Networks that the page computes itself, from the bytes of a safetensors file.
/** @typedef {{weight: Float32Array, bias: Float32Array}} Layer  weight: (out, in …) row by row */
/** @typedef {Record<string, Float32Array | Uint8Array | Int8Array>} Tensors */
/**
 * A plane: its decoder, the codes of the test set, two numbers each, and of a learned prior its draws.  sigma: none where a code is a point.
 * @typedef {{layers: Layer[], mean: Float32Array, sigma?: Float32Array, draws?: Float32Array, label: Uint8Array}} Plane
 */
/** @typedef {Layer[]} Judge  LeNet-5's five layers */
const SIDE = 28; // of a picture, in pixels

/** @type {(bits: number) => number} */
const halfToFloat = (bits) => {
  const e = (bits >> 10) & 31, f = bits & 1023, s = bits & 32768 ? -1 : 1;
  return e === 0 ? s * f * 2 ** -24 : e === 31 ? (f ? NaN : s * Infinity) : s * (1 + f / 1024) * 2 ** (e - 15);
};
const HALVES = new Float32Array(65536).map((_, i) => halfToFloat(i));

// An eight-byte length, a table of what lies where, the numbers: halves, or bytes with or without a sign.
/** @type {(buffer: ArrayBuffer) => Tensors} */
const readTensors = (buffer) => {
  const length = Number(new DataView(buffer).getBigUint64(0, true)), table = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Tensors} */
  const tensors = {};
  for (const [key, { dtype, data_offsets: at }] of Object.entries(table)) {
    if (!at) continue;
    const bytes = new Uint8Array(buffer.slice(8 + length + at[0], 8 + length + at[1]));
    tensors[key] = dtype === "U8" ? bytes : dtype === "I8" ? new Int8Array(bytes.buffer) : Float32Array.from(new Uint16Array(bytes.buffer), (v) => HALVES[v]);
  }
  return tensors;
};
// Whole multiples of a step a row, as numbers.
/** @type {(multiples: Int8Array, steps: Float32Array) => Float32Array} */
const scaled = (multiples, steps) => Float32Array.from(multiples, (v, i) => v * steps[Math.floor(i * steps.length / multiples.length)]);
/** @type {(tensors: Record<string, any>) => Layer[]} */
const layersOf = (tensors) => {
  const layers = [];
  for (let i = 0; tensors[`${i}.weight`]; i++) {
    const [weight, steps, bias] = ["weight", "steps", "bias"].map((part) => tensors[`${i}.${part}`]);
    layers.push({ weight: steps ? scaled(weight, steps) : weight, bias });
  }
  return layers;
};
/** @type {(tensors: Record<string, any>) => Plane} */
const planeOf = (tensors) => ({
  layers: layersOf(tensors), mean: tensors.mean, label: tensors.label, draws: tensors.draws,
  sigma: tensors.logvar && tensors.logvar.map((/** @type {number} */ v) => Math.exp(v / 2)),
});

/** @type {Map<string, Promise<Tensors>>} */
const fetched = new Map();
/** @type {(source: string) => Promise<Tensors>} */
const load = (source) => {
  const { root = "" } = window.gradio_config || {}, address = source.startsWith("data:") ? source : `${root}/${source}`;
  if (!fetched.has(source)) fetched.set(source, fetch(address).then((r) => (r.ok ? r.arrayBuffer() : Promise.reject(new Error(address)))).then(readTensors));
  fetched.get(source).catch(() => fetched.delete(source)); // asked for again, it is fetched again
  return fetched.get(source);
};

/** @type {(layer: Layer, h: ArrayLike<number>) => Float32Array} */
const dense = ({ weight, bias }, h) => {
  const n = bias.length, m = h.length, out = new Float32Array(n);
  for (let i = 0, w = 0; i < n; i++) {
    let a = bias[i], b = 0, c = 0, d = 0, j = 0;
    for (; j + 3 < m; j += 4, w += 4) { // four sums at once: one would wait for itself
      a += weight[w] * h[j]; b += weight[w + 1] * h[j + 1]; c += weight[w + 2] * h[j + 2]; d += weight[w + 3] * h[j + 3];
    }
    for (; j < m; j++) a += weight[w++] * h[j];
    out[i] = a + b + c + d;
  }
  return out;
};
// Dense layers with SiLU between them and a sigmoid at the end.
/** @type {(layers: Layer[], input: ArrayLike<number>) => Float32Array} */
const decode = (layers, input) => {
  let /** @type {Float32Array} */ h = Float32Array.from(input);
  layers.forEach((layer, at) => {
    h = dense(layer, h);
    for (let i = 0; i < h.length; i++) h[i] = (at < layers.length - 1 ? h[i] : 1) / (1 + Math.exp(-h[i]));
  });
  return h;
};
/** @type {(x: Float32Array) => Bytes} */
const toGrey = (x) => Uint8Array.from(x, (v) => Math.round(255 * v));

// A convolution of n maps (n, side, side) with a 5 × 5 kernel, then the largest of each 2 × 2, nothing below zero.
/** @type {(layer: Layer, x: Float32Array, n: number, side: number) => Float32Array} */
const convolve = ({ weight, bias }, x, n, side) => {
  const k = 5, wide = side - k + 1, half = wide / 2, out = new Float32Array(bias.length * half * half), sum = new Float32Array(wide * wide);
  for (let o = 0, w = 0; o < bias.length; o++) {
    sum.fill(bias[o]);
    for (let i = 0; i < n; i++) for (let dy = 0; dy < k; dy++) for (let dx = 0; dx < k; dx++, w++) {
      const v = weight[w];
      for (let y = 0; y < wide; y++) for (let to = y * wide, end = to + wide, from = (i * side + y + dy) * side + dx; to < end;) sum[to++] += v * x[from++];
    }
    for (let y = 0; y < half; y++) for (let c = 0; c < half; c++) {
      const at = 2 * y * wide + 2 * c;
      out[(o * half + y) * half + c] = Math.max(0, sum[at], sum[at + 1], sum[at + wide], sum[at + wide + 1]);
    }
  }
  return out;
};
/** @type {(x: Float32Array, edge: number) => Float32Array} */
const padded = (x, edge) => {
  const wide = SIDE + 2 * edge, out = new Float32Array(wide * wide);
  for (let y = 0; y < SIDE; y++) out.set(x.subarray(y * SIDE, (y + 1) * SIDE), (y + edge) * wide + edge);
  return out;
};
// P(class | picture) by LeNet-5: two convolutions, three dense layers.
/** @type {(judge: Judge, x: Float32Array) => Float32Array} */
const judged = ([one, two, ...rest], x) => {
  let h = convolve(two, convolve(one, padded(x, 2), 1, SIDE + 4), 6, 14);
  rest.forEach((layer, at) => { h = dense(layer, h); if (at < rest.length - 1) h.forEach((v, i) => { h[i] = Math.max(0, v); }); });
  const most = Math.max(...h), total = h.reduce((sum, v) => sum + Math.exp(v - most), 0);
  return h.map((v) => Math.exp(v - most) / total);
};

// The one costly kernel, out = A·B with either side transposed: both are first packed into panels four wide, as doubles,
// so that the inner loop reads straight ahead, converts nothing and keeps sixteen sums in registers.

const PANEL = 4;
const panels = { a: new Float64Array(1 << 14), b: new Float64Array(1 << 14) };
const edge = new Float64Array(PANEL * PANEL); // a tile that sticks out

/** lines × depth numbers, line i at i·stride and its p-th at p·along, as panels of four lines; what the last has too few of is left as it was, for nothing of it is kept.
 * @type {(side: "a" | "b", from: Float32Array, lines: number, depth: number, stride: number, along: number) => Float64Array} */
const pack = (side, from, lines, depth, stride, along) => {
  const size = Math.ceil(lines / PANEL) * PANEL * depth;
  if (panels[side].length < size) panels[side] = new Float64Array(2 * size);
  const to = panels[side];
  for (let line = 0; line < lines; line++) {
    let at = (line & ~3) * depth + (line & 3), read = line * stride;
    for (let p = 0; p < depth; p++, at += PANEL, read += along) to[at] = from[read];
  }
  return to;
};

/** out (m, n) = A (m, depth) · B (depth, n); ta, tb: A lies as (depth, m), B as (n, depth).
 * @type {(out: Float32Array, a: Float32Array, b: Float32Array, m: number, n: number, depth: number, ta: boolean, tb: boolean) => void} */
const multiplyMatrices = (out, a, b, m, n, depth, ta, tb) => {
  const left = pack("a", a, m, depth, ta ? 1 : depth, ta ? m : 1), right = pack("b", b, n, depth, tb ? depth : 1, tb ? 1 : n);
  for (let i = 0; i < m; i += PANEL) {
    for (let j = 0; j < n; j += PANEL) multiplyTile(out, left, right, i, j, m, n, depth);
  }
};

/** @type {(out: Float32Array, left: Float64Array, right: Float64Array, i: number, j: number, m: number, n: number, depth: number) => void} */
const multiplyTile = (out, left, right, i, j, m, n, depth) => {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0, u0 = 0, u1 = 0, u2 = 0, u3 = 0, v0 = 0, v1 = 0, v2 = 0, v3 = 0;
  for (let p = 0, q = i * depth, r = j * depth; p < depth; p++, q += PANEL, r += PANEL) {
    const b0 = right[r], b1 = right[r + 1], b2 = right[r + 2], b3 = right[r + 3];
    let x = left[q]; s0 += x * b0; s1 += x * b1; s2 += x * b2; s3 += x * b3;
    x = left[q + 1]; t0 += x * b0; t1 += x * b1; t2 += x * b2; t3 += x * b3;
    x = left[q + 2]; u0 += x * b0; u1 += x * b1; u2 += x * b2; u3 += x * b3;
    x = left[q + 3]; v0 += x * b0; v1 += x * b1; v2 += x * b2; v3 += x * b3;
  }
  if (i + PANEL <= m && j + PANEL <= n) {
    let o = i * n + j; out[o] = s0; out[o + 1] = s1; out[o + 2] = s2; out[o + 3] = s3;
    o += n; out[o] = t0; out[o + 1] = t1; out[o + 2] = t2; out[o + 3] = t3;
    o += n; out[o] = u0; out[o + 1] = u1; out[o + 2] = u2; out[o + 3] = u3;
    o += n; out[o] = v0; out[o + 1] = v1; out[o + 2] = v2; out[o + 3] = v3;
    return;
  }
  edge[0] = s0; edge[1] = s1; edge[2] = s2; edge[3] = s3; edge[4] = t0; edge[5] = t1; edge[6] = t2; edge[7] = t3;
  edge[8] = u0; edge[9] = u1; edge[10] = u2; edge[11] = u3; edge[12] = v0; edge[13] = v1; edge[14] = v2; edge[15] = v3;
  for (let r = 0; r < PANEL && i + r < m; r++) {
    for (let c = 0; c < PANEL && j + c < n; c++) out[(i + r) * n + j + c] = edge[PANEL * r + c];
  }
};

// Random numbers that are a function of their seeds: every draw of a run is one of (seed, step, stream), so a run that goes on from a snapshot is the run that never stopped.

// MurmurHash3's finalizer.
/** @type {(h: number) => number} */
const mixBits = (h) => {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** sfc32 of PractRand. */
class Rng {
  /** @param {number[]} seeds whole numbers */
  constructor(...seeds) {
    let h = 0x9e3779b9;
    for (const seed of seeds) h = mixBits(mixBits(h ^ (seed | 0)) + Math.floor(seed / 2 ** 32) + 0x6d2b79f5);
    this.a = h; this.b = mixBits(h + 1); this.c = mixBits(h + 2); this.count = 1; this.spare = NaN;
    for (let k = 0; k < 12; k++) this.bits();
  }

  bits() {
    const t = (this.a + this.b + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  uniform() {
    return this.bits() / 2 ** 32;
  }

  /** A whole number in 0 … n − 1. */
  below(/** @type {number} */ n) {
    return Math.floor(this.uniform() * n);
  }

  /** N(0, 1), by pairs (Box and Muller). */
  normal() {
    if (!Number.isNaN(this.spare)) { const kept = this.spare; this.spare = NaN; return kept; }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())), angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** @type {(size: number, scale?: number) => Float32Array} */
  normals(size, scale = 1) {
    const out = new Float32Array(size);
    for (let i = 0; i < size; i++) out[i] = scale * this.normal();
    return out;
  }
}

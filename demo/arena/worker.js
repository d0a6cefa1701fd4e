// The worker's side: messages of the page in, frames and curves out.  It runs in slices, so that a message waits for milliseconds at most.

const SLICE = 12; // ms of iterations between looks at the messages
const FRAME_EVERY = 25; // ms
const HISTORY_EVERY = 200; // ms

class Arena {
  /** @param {(message: any, transfer?: Transferable[]) => void} post */
  constructor(post) {
    this.post = post;
    this.games = /** @type {Game[]} */ ([]);
    this.ask = { heat: 40, arrows: 64, sample: 256 };
    this.playing = false; this.run = 0; this.rate = 0;
  }

  receive(/** @type {any} */ message) {
    /** @type {Record<string, (message: any) => void>} */
    const acts = { start: this.start, play: this.play, pause: this.pause, step: this.stepOnce, seek: this.seek, check: this.check };
    acts[message.type]?.call(this, message);
  }

  check(/** @type {{settings: Partial<Settings>}} */ { settings }) {
    this.post({ type: "checked", trouble: check(complete(settings)) });
  }

  start(/** @type {any} */ { games, heat = 40, arrows = 64, sample = 256 }) {
    const settings = games.map(complete), troubles = settings.map(check);
    this.halt();
    if (troubles.some(Boolean)) { this.post({ type: "troubles", troubles }); return; }
    this.ask = { heat, arrows, sample };
    this.games = settings.map((/** @type {Settings} */ s) => new Game(s));
    const real = settings.map((/** @type {Settings} */ s) => sampleData(s, new Rng(s.seed, STREAMS.view), 512));
    const modes = settings.map(modesOf);
    this.post({ type: "ready", real, modes: modes.some(Boolean) ? modes : null });
    this.sendFrame();
  }

  play(/** @type {{pace?: number}} */ { pace = Infinity }) {
    if (!this.games.length) return;
    this.halt();
    this.playing = true;
    const run = this.run;
    let began = performance.now(), done = 0, framed = began, told = began;
    const tick = () => {
      if (run !== this.run) return;
      const start = performance.now();
      while (done < (performance.now() - began) / 1000 * pace && performance.now() - start < SLICE) {
        if (!this.iterate()) return;
        done++;
      }
      const now = performance.now();
      if (now - framed >= FRAME_EVERY) { this.rate = 1000 * done / (now - began); this.sendFrame(); framed = performance.now(); }
      if (now - told >= HISTORY_EVERY) { this.sendHistory(); told = performance.now(); }
      if (now - began > 1000) { done = Math.round(done / 2); began = now - (now - began) / 2; } // the rate of the last second or two
      setTimeout(tick, 0);
    };
    tick();
  }

  halt() {
    this.playing = false;
    this.run++;
  }

  pause() {
    this.halt();
    if (this.games.length) { this.sendFrame(); this.sendHistory(); }
  }

  stepOnce(/** @type {{turn?: TurnName}} */ { turn }) {
    this.halt();
    if (this.games.length && this.iterate(turn)) { this.sendFrame(); this.sendHistory(); }
  }

  seek(/** @type {{step: number}} */ { step }) {
    this.halt();
    for (const game of this.games) game.seek(step);
    if (this.games.length) { this.sendFrame(); this.sendHistory(); }
  }

  /** Every game one iteration on; false where one of them can go no further.
   * @type {(turn?: TurnName) => boolean} */
  iterate(turn) {
    for (const [k, game] of this.games.entries()) {
      try { game.iterate(turn); } catch (error) {
        if (!(error instanceof Diverged)) throw error;
        this.halt();
        this.post({ type: "stopped", game: k, step: error.step, reason: "nan" });
        this.sendFrame(); this.sendHistory();
        return false;
      }
    }
    return true;
  }

  sendFrame() {
    const games = this.games.map((game) => ({ ...drawFrame(game, this.ask), metrics: nullForNaN(game.metrics), rate: this.rate }));
    const buffers = games.flatMap((frame) => [frame.fake, frame.arrows, frame.heat, frame.grid, frame.histogram.counts].map((data) => data.buffer));
    this.post({ type: "frame", playing: this.playing, games }, /** @type {Transferable[]} */ (buffers));
  }

  sendHistory() {
    this.post({ type: "history", games: this.games.map(({ history }) => columnsOf(history.moments)) });
  }
}

/** @type {(metrics: Metrics) => Record<string, number>} */
const nullForNaN = (metrics) => Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, Number.isFinite(value) ? value : null]));

/** Moments as one array a metric.
 * @type {(moments: Moment[]) => Record<string, Float32Array>} */
const columnsOf = (moments) => {
  const keys = /** @type {(keyof Moment)[]} */ (["step", "lossD", "lossG", "real", "fake", "gradient"]);
  return Object.fromEntries(keys.map((key) => [key, Float32Array.from(moments, (moment) => moment[key])]));
};

if (typeof importScripts === "function") { // in a worker; a test makes its own
  const arena = new Arena((message, /** @type {Transferable[]} */ transfer = []) => postMessage(message, transfer));
  onmessage = ({ data }) => arena.receive(data);
}

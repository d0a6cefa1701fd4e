// The worker's side: messages of the page in, frames and curves out.  It runs in slices, so that a message waits for milliseconds at most.

const SLICE = 12; // ms of iterations between looks at the messages
const FRAME_EVERY = 25; // ms
const HISTORY_EVERY = 200; // ms
const LESSON_EVERY = 100; // ms
const MEASURE_SHARE = 0.1; // of the time, that measuring the clouds may take

class Arena {
  /** @param {(message: any, transfer?: Transferable[]) => void} post */
  constructor(post) {
    this.post = post;
    this.games = /** @type {Game[]} */ ([]);
    this.ask = { heat: 40, arrows: 64, sample: 256, optimal: false };
    this.playing = false; this.run = 0; this.rate = 0;
  }

  receive(/** @type {any} */ message) {
    /** @type {Record<string, (message: any) => void>} */
    const acts = { start: this.start, play: this.play, pause: this.pause, step: this.stepOnce, seek: this.seek, show: this.show, lesson: this.lesson, check: this.check };
    acts[message.type]?.call(this, message);
  }

  check(/** @type {{settings: Partial<Settings>}} */ { settings }) {
    this.post({ type: "checked", trouble: check(complete(settings)) });
  }

  start(/** @type {any} */ { games, heat = 40, arrows = 64, sample = 256 }) {
    const settings = games.map(complete), troubles = settings.map(check);
    this.halt();
    if (troubles.some(Boolean)) { this.post({ type: "troubles", troubles }); return; }
    this.ask = { ...this.ask, heat, arrows, sample };
    this.games = settings.map((/** @type {Settings} */ s) => new Game(s));
    const real = settings.map((/** @type {Settings} */ s) => sampleData(s, new Rng(s.seed, STREAMS.view), 512));
    const modes = settings.map(modesOf);
    this.post({ type: "ready", real, modes: modes.some(Boolean) ? modes : null });
    this.sendMoment();
  }

  /** pace: iterations a second; until: the step at which it pauses. */
  play(/** @type {{pace?: number, until?: number}} */ { pace = Infinity, until = Infinity }) {
    if (!this.games.length) return;
    this.halt();
    this.playing = true;
    const run = this.run;
    let began = performance.now(), done = 0, framed = began, told = began, free = began;
    const tick = () => {
      if (run !== this.run) return;
      const start = performance.now();
      while (done < (performance.now() - began) / 1000 * pace && performance.now() - start < SLICE) {
        if (this.games[0].step >= until) { this.pause(); return; }
        if (!this.iterate()) return;
        done++;
      }
      const now = performance.now();
      if (now - framed >= FRAME_EVERY) { this.rate = 1000 * done / (now - began); this.sendFrame(); framed = performance.now(); }
      if (now - told >= HISTORY_EVERY) { free = this.measureAfter(free); this.sendHistory(); told = performance.now(); }
      if (now - began > 1000) { done /= 2; began = now - (now - began) / 2; } // the rate of the last second or two
      setTimeout(tick, 0);
    };
    tick();
  }

  /** Measures the clouds, if it is time again; returns when it will be.
   * @type {(free: number) => number} */
  measureAfter(free) {
    const start = performance.now();
    if (start < free) return free;
    for (const game of this.games) game.measure();
    const end = performance.now();
    return end + (end - start) / MEASURE_SHARE;
  }

  halt() {
    this.playing = false;
    this.run++;
  }

  pause() {
    this.halt();
    this.sendMoment();
  }

  /** half: D's moves of an iteration, which a next step with turn "G" or "both" completes. */
  stepOnce(/** @type {{turn?: TurnName, half?: boolean}} */ { turn, half = false }) {
    this.halt();
    if (this.iterate(turn, half)) this.sendMoment();
  }

  seek(/** @type {{step: number}} */ { step }) {
    this.halt();
    for (const game of this.games) game.seek(step);
    this.sendMoment(false);
  }

  show(/** @type {{optimal?: boolean}} */ { optimal = false }) {
    this.ask.optimal = optimal;
    if (this.games.length && !this.playing) this.sendFrame();
  }

  /** What is computed for a lesson that is no game; a new question ends the old. */
  lesson(/** @type {any} */ message) {
    this.halt();
    if (message.name === "dirac") this.post({ type: "lesson", name: "dirac", ...runDirac(message) });
    if (message.name === "distance") this.trainSegments(new Segments(message.theta, message.seed));
  }

  trainSegments(/** @type {Segments} */ segments) {
    const run = this.run;
    let told = -Infinity;
    const tick = () => {
      if (run !== this.run) return;
      for (const start = performance.now(); !segments.done && performance.now() - start < SLICE;) segments.train();
      if (segments.done || performance.now() - told >= LESSON_EVERY) {
        this.post({ type: "lesson", name: "distance", ...segments.measure() });
        told = performance.now();
      }
      if (!segments.done) setTimeout(tick, 0);
    };
    tick();
  }

  /** Every game one iteration on; false where one of them can go no further.
   * @type {(turn?: TurnName, half?: boolean) => boolean} */
  iterate(turn, half) {
    for (const [k, game] of this.games.entries()) {
      try { game.iterate(turn, half); } catch (error) {
        if (!(error instanceof Diverged)) throw error;
        this.halt();
        this.post({ type: "stopped", game: k, step: error.step, reason: "nan" });
        this.sendMoment();
        return false;
      }
    }
    return true;
  }

  /** A frame and the curves of a game that stands still. */
  sendMoment(measured = true) {
    if (!this.games.length) return;
    if (measured) for (const game of this.games) game.measure();
    this.sendFrame(); this.sendHistory();
  }

  sendFrame() {
    const games = this.games.map((game) => ({ ...drawFrame(game, this.ask), metrics: nullForNaN(game.metrics), rate: this.rate }));
    const buffers = games.flatMap(({ fake, arrows, heat, grid, histogram, optimal }) => [fake, arrows, heat, grid, histogram.counts, optimal].filter(Boolean).map((data) => data.buffer));
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
  const keys = /** @type {(keyof Moment)[]} */ (["step", "lossD", "lossG", "real", "fake", "gradient", "modes", "modesAny", "near", "js", "w1", "clipped"]);
  return Object.fromEntries(keys.map((key) => [key, Float32Array.from(moments, (moment) => moment[key])]));
};

if (typeof importScripts === "function") { // in a worker; a test makes its own
  const arena = new Arena((message, /** @type {Transferable[]} */ transfer = []) => postMessage(message, transfer));
  onmessage = ({ data }) => arena.receive(data);
}

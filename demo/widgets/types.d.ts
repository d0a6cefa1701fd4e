// What a widget's script finds in its scope.  For the type checker alone: the page never asks for this file.
//
// gr.HTML runs common.js and the widget's own script, one after the other, as the body of one function of these names.
// A script says `var props;` once more, to give the function's parameter the type of its own value; the argument stays.

declare var element: WidgetElement;
declare var props: Props<any>;
declare function trigger(event: string, data?: unknown): void;
declare function watch(names: string | string[], act: () => void): void;

interface WidgetElement extends HTMLElement {
  readonly firstElementChild: HTMLElement;
  latentDecode?(name: string, point: Pair): Promise<number[]>;
}
interface Props<Value> {
  value: Value;
  text?: Record<string, string>;
}
/** A server function: asked with an object, answers with one; `error` is a sentence for the reader. */
type Ask<Question, Answer> = (question: Question) => Promise<Partial<Answer> & { error?: string }>;

/** n pictures of h × w pixels in c channels; data is the base64 of n·h·w·c bytes, a picture after the other, row by row. */
interface Pixels { n: number; h: number; w: number; c: number; data: string }
/** What made a picture, in the API's words. */
type About = Record<string, any>;
type Pair = [x: number, y: number];
/** Left, top, right and bottom. */
type Edges = [x0: number, y0: number, x1: number, y1: number];
/** An answer that says which of a tab's questions it answers, what drew it, and which of the tab's tasks are done with it. */
interface Signed { ask?: { of: string; n: number }; about?: About; done?: string[] }

// The shared names of common.js.

type Bytes = Uint8Array<ArrayBuffer>;
/** A canvas, or what has its size. */
interface Size { width: number; height: number }
interface Gesture { begin: Act; move: Act; end: Act; cancel(event?: PointerEvent): void }
type Act = (event: PointerEvent) => void;
interface Held { node: HTMLElement; cancel: Gesture["cancel"]; id: number; kind: string }
/** Makes an item of a group its one tab stop; the first, if none is named. */
type Stop = (item?: HTMLElement) => void;
/** A group of items that `rove` moves in. */
interface Group extends HTMLElement { stop: Stop }
interface Sheet {
  title: string; note?: string; pixels: Pixels; columns: number; captions?: string[]; head?: string[]; rows?: string[]; about?: About;
}

declare function $(selector: string): HTMLElement;
declare function t(key: string): string;
declare function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, className?: string, parent?: Element, text?: string | number,
): HTMLElementTagNameMap[K];
declare function button(label: string, parent: Element, act: (event: MouseEvent) => void, title?: string): HTMLButtonElement;
declare function titled(parent: Element, text: string): void;
declare function toBytes(base64: string): Bytes;
declare function toBase64(bytes: Uint8Array): string;
declare function only(pixels: Pixels, k: number, bytes?: Uint8Array): Pixels;
declare var CLASS_COLOURS: string[];
declare function style(name: string): string;
declare function paint(canvas: HTMLCanvasElement, pixels: Omit<Pixels, "n" | "data"> & Partial<Pixels>, k: number, bytes?: Uint8Array): void;
declare function fit(width: number, columns: number, w: number, most: number, gap?: number): number;
declare function enlarge(canvas: HTMLCanvasElement, k: number): void;
declare function cellAt(canvas: Pick<HTMLCanvasElement, "width" | "height" | "getBoundingClientRect">, event: { clientX: number; clientY: number }): Pair;
declare function limit(v: number, least?: number, most?: number): number;
declare var held: Held | null;
declare function gesture(node: HTMLElement, acts: Gesture): void;
declare function pointInto(canvas: HTMLCanvasElement, look: (x: number, y: number) => void): void;
declare function rove(group: HTMLElement, selector: string, how?: { columns?: () => number; arrive?: (item: HTMLElement) => void }): Stop;
declare function latest<Args extends unknown[]>(call: (...args: Args) => Promise<void>): (...args: Args) => Promise<void>;
declare function offer(href: string, name: string): void;
declare function onResize(act: () => void): void;
declare function finish(task: string, by?: "hand" | "answer" | "game"): void;
declare function here(): string;
declare function ascii(text: string): string;
declare function crc(bytes: Uint8Array): number;
declare function withText(png: Uint8Array<ArrayBuffer>, key: string, text: string): Blob;
declare function spellAbout(about: object): string;
declare function poster(sheet: Sheet): HTMLCanvasElement;
declare function save(name: string, sheet: HTMLCanvasElement, about: About): void;
declare function download(name: string, section: Sheet, about: About): void;

interface Window {
  /** Gradio's own; root: the page's address. */
  gradio_config?: { root?: string };
  /** Which question of each tab is the newest. */
  asks?: Record<string, number>;
  /** Whether somebody has done something yet, see demo/shell.js. */
  touched?: boolean;
}
// Nothing but HTML is searched for.
type Found<Selector> = Selector extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Selector] : HTMLElement;
interface ParentNode {
  querySelector<S extends string>(selector: S): Found<S>;
  querySelectorAll<S extends string>(selector: S): NodeListOf<Found<S>>;
}
interface Element {
  closest<S extends string>(selector: S): Found<S>;
}
/** All that these scripts listen to happens to an element of the page. */
interface UIEvent {
  readonly target: HTMLElement;
}

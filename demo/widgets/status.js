/**
 * value, sent and never sent back: an HTML paragraph, or "".
 * Fixed to the window's foot it would be out of sight in a frame higher than the screen.
 * @type {Props<string>}
 */
var props;
const root = $(".status");
let /** @type {HTMLElement} */ touched = null;
const CONTROL = "button, input, textarea, select, label, canvas, video, [tabindex], .block";
/** @type {(event: UIEvent) => void} */
const remember = (event) => {
  if (root.contains(event.target)) return;
  touched = event.target.closest(CONTROL) || touched;
  // Gradio's toasts, of queued events, stand at that height too.
  if (touched) document.documentElement.style.setProperty("--touched", touched.getBoundingClientRect().top + "px");
};
/** @typedef {Pick<DOMRect, "left" | "right" | "top" | "bottom">} Sides */
// To the right of the control's column where there is room, else below the control: left and top in the window, and the width left over.
/** @type {(box: Sides, column: Sides, width: number) => {left: number, top: number, room: number}} */
const beside = (box, column, width) => {
  const room = width - column.right > 300, left = room ? column.right + 12 : Math.max(8, Math.min(box.left, width - 300));
  return { left, top: room ? box.top : box.bottom + 6, room: width - left - 12 };
};
// In its own place if nothing was touched.
const place = () => {
  const near = !!touched && touched.isConnected && touched.offsetParent !== null;
  root.classList.toggle("beside", near);
  if (!near) return;
  // Measured once the line is out of the flow.
  const box = touched.getBoundingClientRect(), column = (touched.closest(".block") || touched).getBoundingClientRect();
  const from = root.offsetParent.getBoundingClientRect(), { left, top, room } = beside(box, column, document.documentElement.clientWidth);
  Object.assign(root.style, { left: left - from.left + "px", top: top - from.top + "px" });
  root.style.setProperty("--room", room + "px");
  root.scrollIntoView({ block: "nearest" });
};
const draw = () => {
  root.innerHTML = props.value || "";
  if (props.value) place();
};
const bench = element.closest(".workbench");
for (const kind of ["pointerdown", "focusin", "input"]) bench.addEventListener(kind, remember, true);
draw();
watch("value", draw);

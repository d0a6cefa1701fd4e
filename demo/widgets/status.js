// value: an HTML paragraph, or "".  Fixed to the window's foot it would be out of sight in a frame higher than the screen.
const root = $(".status");
let touched = null;
const CONTROL = "button, input, textarea, select, label, canvas, video, [tabindex], .block";
const remember = (event) => {
  if (root.contains(event.target)) return;
  touched = event.target.closest(CONTROL) || touched;
  // Gradio's toasts, of queued events, stand at that height too.
  if (touched) document.documentElement.style.setProperty("--touched", touched.getBoundingClientRect().top + "px");
};
// To the right of the control's column where there is room, else below the control; in its own place if nothing was touched.
const place = () => {
  const beside = !!touched && touched.isConnected && touched.offsetParent !== null;
  root.classList.toggle("beside", beside);
  if (!beside) return;
  // Measured once the line is out of the flow.
  const box = touched.getBoundingClientRect(), column = (touched.closest(".block") || touched).getBoundingClientRect();
  const from = root.offsetParent.getBoundingClientRect(), width = document.documentElement.clientWidth;
  const room = width - column.right > 300, left = room ? column.right + 12 : Math.max(8, Math.min(box.left, width - 300));
  Object.assign(root.style, { left: left - from.left + "px", top: (room ? box.top : box.bottom + 6) - from.top + "px" });
  root.style.setProperty("--room", width - left - 12 + "px");
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

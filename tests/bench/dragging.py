"""A drag on the Latent map, as both benches of the page make it."""

# Milliseconds from a pointer's move to its pixels, the median of 120, and frames a second meanwhile.
DRAG = """async () => {
    const front = [...document.querySelectorAll('.latent_pad .front')].find((e) => e.checkVisibility()), box = front.getBoundingClientRect();
    const send = (kind, k) => front.dispatchEvent(new PointerEvent(kind, {
        bubbles: true, pointerId: 1, isPrimary: true, buttons: 1, clientX: box.x + 40 + k % 300, clientY: box.y + 60 + (2 * k) % 300}));
    front.setPointerCapture = () => {};
    send('pointerdown', 0);
    const cost = [], start = performance.now();
    for (let k = 0; k < 120; k++) {
        await new Promise(requestAnimationFrame);
        const before = performance.now(); send('pointermove', k); cost.push(performance.now() - before);
    }
    const frames = 120000 / (performance.now() - start);
    send('pointerup', 0);
    return [cost.sort((a, b) => a - b)[60], frames];
}"""

// One photograph: the first press opens the camera, the second takes the picture and closes it.
/** @typedef {{parent: () => HTMLElement, facing: () => string, take: (png: string) => void, say: (text: string, error?: boolean) => void}} Hold */
/** @type {(hold: Hold) => {press: () => Promise<void>, close: () => void}} */
const cameraOf = ({ parent, facing, take, say }) => {
  let /** @type {HTMLVideoElement} */ video = null;
  const close = () => { if (video) { /** @type {MediaStream} */ (video.srcObject).getTracks().forEach((track) => track.stop()); video.remove(); video = null; } };
  const press = async () => {
    if (video) {
      const shot = document.createElement("canvas");
      [shot.width, shot.height] = [video.videoWidth, video.videoHeight];
      shot.getContext("2d").drawImage(video, 0, 0);
      close();
      return take(shot.toDataURL("image/png").split(",")[1]);
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, facingMode: facing() } });
      video = make("video", "", parent());
      Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
      await video.play();
      say(t("camera_again"));
    } catch { close(); say(t("camera_refused"), true); }
  };
  return { press, close };
};

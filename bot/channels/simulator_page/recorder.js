/** Records a voice message. */

const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export class Recorder {
  #recorder;
  #chunks = [];
  #started;

  /**
   * Asks for the microphone and begins.
   *
   * @throws {Error} where it is refused, missing, or the browser cannot record (as over plain HTTP from another machine)
   */
  static async start() {
    if (!navigator.mediaDevices || !window.MediaRecorder) throw new Error("this browser cannot record here");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return new Recorder(stream);
  }

  constructor(stream) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, { mimeType });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#chunks.push(data));
    this.#started = Date.now();
    this.#recorder.start();
  }

  get seconds() {
    return (Date.now() - this.#started) / 1000;
  }

  /** Ends the recording and gives the microphone back. */
  stop() {
    const { seconds } = this;
    return new Promise((resolve) => {
      this.#recorder.addEventListener("stop", () => {
        for (const track of this.#recorder.stream.getTracks()) track.stop();
        resolve({ blob: new Blob(this.#chunks, { type: this.#recorder.mimeType }), seconds });
      });
      this.#recorder.stop();
    });
  }
}

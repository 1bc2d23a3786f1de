// The pattern of short answers, tried in a worker: one that takes for ever must not hold the page, and the server judges anyway.
import { say } from '../words.js';

const PATIENCE = 1500;

export class Pattern {
  #pattern; #worker = null; #asked = 0; #waiting = new Map();

  constructor(pattern) {
    this.#pattern = pattern;
    try { this.#worker = new Worker(new URL('./pattern-worker.js', import.meta.url)); } catch { return; }
    this.#worker.onmessage = ({ data }) => this.#end(data.number, data.fits);
    this.#worker.onerror = () => this.#giveUp();
  }

  /** A promise of why the text does not fit; of null where it does, or where only the server can tell. */
  faultOf(text) {
    if (!this.#worker) return null;
    const number = ++this.#asked;
    return new Promise(resolve => {
      this.#waiting.set(number, fits => resolve(fits ? null : say('MustMatch', { pattern: this.#pattern })));
      this.#worker.postMessage({ number, pattern: this.#pattern, text });
      setTimeout(() => { if (this.#waiting.has(number)) this.#giveUp(); }, PATIENCE);
    });
  }

  #end(number, fits) {
    this.#waiting.get(number)?.(fits);
    this.#waiting.delete(number);
  }

  /** From here on the server alone judges. */
  #giveUp() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const number of [...this.#waiting.keys()]) this.#end(number, true);
  }
}

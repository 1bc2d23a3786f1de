// Seconds a person really spent: time on screen, with every pause cut at a minute.

const LONGEST_PAUSE = 60000;

export class Attention {
  #last = performance.now(); #sum = 0; #visible = !document.hidden; #abort = new AbortController();

  constructor(onUse) {
    const use = () => { this.#count(); onUse(); };
    for (const name of ['keydown', 'pointerdown', 'wheel', 'touchmove'])
      document.addEventListener(name, use, { passive: true, capture: true, signal: this.#abort.signal });
    document.addEventListener('visibilitychange', () => { this.#count(); this.#visible = !document.hidden; },
      { signal: this.#abort.signal });
  }

  #count() {
    const now = performance.now();
    if (this.#visible) this.#sum += Math.min(now - this.#last, LONGEST_PAUSE);
    this.#last = now;
  }

  /** Milliseconds since the last reset. */
  take() { this.#count(); const ms = Math.round(this.#sum); this.#sum = 0; return ms; }
  stop() { this.#abort.abort(); }
}

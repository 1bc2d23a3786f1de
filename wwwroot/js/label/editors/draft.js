// An unfinished answer: kept in this browser two seconds after a change, and on the server after ten, for another machine.
const LOCAL_AFTER = 2000, SERVER_AFTER = 10000;

export class Draft {
  #services; #answer; #itemId = null; #local = 0; #server = 0;

  /** answer(): what there is so far, as it would be sent; null: nothing. */
  constructor(services, answer) { this.#services = services; this.#answer = answer; }

  /** Another card: what was begun on it here, else what the server has, else null. */
  begin(itemId, stored) {
    this.#stop();
    this.#itemId = itemId;
    return this.#read() ?? stored ?? null;
  }

  changed() {
    clearTimeout(this.#local);
    this.#local = setTimeout(() => this.#keep(), LOCAL_AFTER);
    this.#server ||= setTimeout(() => { this.#server = 0; this.#send(); }, SERVER_AFTER);
  }

  /** At once, here and on the server. */
  save() {
    this.#stop();
    this.#keep();
    this.#send();
  }

  /** The answer is on its way: its draft is not needed any more. */
  end() {
    this.#stop();
    try { localStorage.removeItem(this.#key); } catch { /* none there */ }
  }

  get #key() { return `dataefficiency.draft.${this.#services.user}.${this.#itemId}`; }

  #read() {
    let kept = null;
    try { kept = localStorage.getItem(this.#key); } catch { /* no local drafts then */ }
    if (!kept) return null;
    try {
      const answer = JSON.parse(kept);
      if (answer && typeof answer === 'object') return answer;
    } catch { /* a bare text, as it was kept once */ }
    return { text: kept };
  }

  #keep() {
    const answer = this.#answer();
    try {
      if (answer) localStorage.setItem(this.#key, JSON.stringify(answer));
      else localStorage.removeItem(this.#key);
    } catch { /* the server has it every ten seconds */ }
  }

  #send() { if (this.#services.isShown(this.#itemId)) this.#services.draft?.(this.#itemId, this.#answer()); }

  #stop() { clearTimeout(this.#local); clearTimeout(this.#server); this.#server = 0; }
}

// What was changed on one item, step by step, back and forth; of an item that was not touched the keys mean the answers before it.

export class Steps {
  #past = []; #next = [];

  /** Before a change: the state that it leaves. */
  note(state) {
    this.#past.push(state);
    this.#next = [];
  }

  clear() { this.#past = []; this.#next = []; }

  /** The state to return to, given the present one; undefined: no step there. name: "undo" or "redo". */
  take(name, state) {
    const [from, to] = name === 'undo' ? [this.#past, this.#next] : [this.#next, this.#past];
    if (from.length === 0) return undefined;
    to.push(state);
    return from.pop();
  }
}

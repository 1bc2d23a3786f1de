// What is selected in a text, by keys: a word and what it was extended by. Ends are moved by single characters.

export class Picking {
  #places; #base = null; #reach = null;

  /** places: of the text. */
  constructor(places) { this.#places = places; }

  /** [start, end] in UTF-16, or null. */
  get range() {
    return this.#base && [Math.min(this.#base[0], this.#reach[0]), Math.max(this.#base[1], this.#reach[1])];
  }

  set(range) { this.#base = this.#reach = range; }

  /** By word, on or back; extended: the word that it began with stays in. from: where to begin without a selection. */
  word(on, extended, from) {
    const [start, end] = extended && this.#base ? this.#reach : this.range ?? [from, from];
    const next = on ? this.#places.behind(end) : this.#places.before(start);
    if (!next) return;
    if (extended && this.#base) this.#reach = next;
    else this.set(next);
  }

  /** Moves one end by a character; a selection keeps one at least. */
  character(on, beginning, from) {
    const places = this.#places, [start, end] = this.range ?? [from, from];
    const moved = beginning ? [on ? places.on(start, 1) : places.back(start, 1), end]
      : [start, on ? places.on(end, 1) : places.back(end, 1)];
    if (moved[0] < moved[1]) this.set(moved);
  }
}

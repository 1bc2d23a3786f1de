// A person's flag and note on an item.
import { about } from './outbox.js';
import { say } from './words.js';

export class Notes {
  #page; #card = null;

  constructor(page) { this.#page = page; }

  flag() {
    const card = this.#page.shown;
    if (card) this.#keep(card, { flagged: !card.flagged });
  }

  open() {
    this.#card = this.#page.shown;
    if (this.#card) this.#page.panels.open('note', this.#card.note);
  }

  /** The field was left. */
  save(text) {
    const note = text.trim() || null;
    if (this.#card && note !== (this.#card.note ?? null)) this.#keep(this.#card, { note });
  }

  #keep(card, change) {
    Object.assign(card, change);
    if (card === this.#page.shown) this.#page.stage.showRemark(card);
    this.#page.outbox.add('remarks', card.itemId, { flagged: !!card.flagged, note: card.note ?? null }, about(card, say('FlagOrNote')));
  }
}

// The single-choice editor: choosing a label sends it.
import { el } from '../markup.js';
import { say } from '../words.js';
import { Palette } from './palette.js';

export class Choices {
  #send; #chosen = null;

  constructor({ choices }, { keys, send }) {
    this.#send = send;
    this.palette = new Palette(keys, { pick: label => send(this.#valueOf(label)), isOn: label => label.id === this.#chosen,
      note: say('YourAnswer') });
    this.element = el('div', { className: 'editor' }, this.palette.finder, this.palette.grid);
    this.renew({ choices });
  }

  renew({ choices }) {
    this.choices = choices;
    this.palette.use(choices);
  }

  redraw() { this.palette.redraw(); }

  /** Only the finder holds an answer that is not sent yet. */
  get value() { return this.palette.isOpen ? this.#valueOf(this.palette.marked) : null; }

  fault() { return null; }

  wordsOf({ label }) { return this.choices.find(c => c.id === label)?.name ?? ''; }

  act(chord, press) { return this.palette.act(chord, press); }

  leave() { return this.palette.close(); }

  /** A new card, or a reopened one with its answer marked. */
  show(card, answer) {
    const chosen = answer?.label ?? null, changed = chosen !== this.#chosen;
    this.#chosen = chosen;
    if (!this.palette.close() && changed) this.palette.draw();
  }

  #valueOf(label) { return label ? { answer: { label: label.id }, words: label.name } : null; }
}

// The editor of rewritten texts: the item's own text stands in the field, and what is changed is shown word by word. Leaving it as it is
// must be said, by a button or its key: Enter too early would be an answer.
import { el, kbd } from '../markup.js';
import { say } from '../words.js';
import { diff } from './words-diff.js';
import { Writing } from './writing.js';

const TAGS = { same: 'span', out: 'del', in: 'ins' };

export class Rewriting extends Writing {
  #services; #source = ''; #asIs = false; #changes; #key;

  constructor(schema, services) {
    super(schema, services);
    this.#services = services;
    this.#changes = el('p', { className: 'changes', dir: 'auto', ariaLabel: say('Changes') });
    this.#changes.setAttribute('role', 'group');
    this.#key = kbd(services.keys.of('unchanged'));
    this.offers.after(this.#changes, el('div', { className: 'answer-line' }, this.button.element,
      el('button', { type: 'button', className: 'btn ghost send', onclick: () => this.#leave() }, `${say('Unchanged')} `, this.#key)));
  }

  redraw() {
    super.redraw();
    this.#key.textContent = this.#services.keys.of('unchanged');
  }

  fault() {
    return !this.#asIs && this.text === this.#source.trim() ? say('StillUnchanged', { key: this.#services.keys.of('unchanged') })
      : super.fault();
  }

  act(chord, press) {
    if (press.name !== 'unchanged') return super.act(chord, press);
    this.#leave();
    return true;
  }

  show(card, answer, draft) {
    this.#source = card.text;
    super.show(card, answer, draft, card.text);
  }

  /** The text of a reopened card has come whole. */
  whole(card) {
    this.#source = card.text;
    this.onText();
  }

  onText() {
    this.#asIs = false;
    const pieces = diff(this.#source, this.input.value), same = pieces.every(piece => piece.kind === 'same');
    this.#changes.replaceChildren(...same ? [el('span', { className: 'muted' }, say('NoChangesYet'))]
      : pieces.map(({ kind, text }) => el(TAGS[kind], {}, text)));
  }

  #leave() {
    this.write(this.#source);
    this.#asIs = true;
    this.#services.send(this.value);
  }
}

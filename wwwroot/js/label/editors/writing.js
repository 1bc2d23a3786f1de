// The short-answer editor: one line that grows to ten, its pattern, and completions of what is typed.
import { find } from '../finder.js';
import { el, marked } from '../markup.js';
import { say } from '../words.js';
import { Draft } from './draft.js';
import { Pattern } from './pattern.js';
import { SendButton } from './send-button.js';

const LINES = 10, OFFERED = 8;

export class Writing {
  #limit; #keys; #pattern; #completions; #place = -1; #services; #draft;

  constructor(schema, services) {
    this.#services = services; this.#keys = services.keys;
    this.#draft = new Draft(services, () => this.input.value.trim() ? { text: this.input.value } : null);
    this.offers = el('div', { className: 'chips offers', hidden: true });
    this.offers.setAttribute('role', 'group');
    this.offers.ariaLabel = say('Completions');
    this.left = el('span', { className: 'muted' });
    this.input = el('textarea', { rows: 1, dir: 'auto', ariaLabel: say('Answer'), oninput: () => this.#changed() });
    this.button = new SendButton(this.#keys, () => services.send(this.value));
    this.element = el('div', { className: 'editor writing' }, el('div', { className: 'find' }, this.input, this.left), this.offers,
      this.button.element);
    this.renew(schema);
  }

  renew({ answerLimit, answerPattern, completions }) {
    this.input.maxLength = this.#limit = answerLimit;
    this.#pattern = answerPattern ? new Pattern(answerPattern) : null;
    this.#completions = completions.map(name => ({ name }));
  }

  redraw() { this.button.redraw(); }

  get text() { return this.input.value.trim(); }

  wordsOf({ text }) { return text; }

  get value() { return { answer: { text: this.text }, words: this.text }; }

  fault() {
    const text = this.text;
    if (!text) return say('AnswerEmpty', { key: this.#keys.of('skip-menu') });
    return this.#pattern?.faultOf(text) ?? null;
  }

  act(chord, { name, inField }) {
    if (inField && this.#offering && (chord === 'ArrowDown' || chord === 'ArrowUp')) this.#move(chord === 'ArrowDown' ? 1 : -1);
    // another key of "send" is a letter of the answer while one writes
    else if (name === 'send' && (chord === 'Enter' || !inField)) {
      if (chord !== 'Enter' || !this.#complete()) this.#services.send(this.value);
    } else return false;
    return true;
  }

  get #offering() { return !this.offers.hidden; }

  #move(by) {
    this.#place = Math.max(-1, Math.min(this.offers.children.length - 1, this.#place + by));
    [...this.offers.children].forEach((chip, i) => chip.classList.toggle('best', i === this.#place));
  }

  /** Puts the marked completion into the field; false: none is marked. */
  #complete() {
    const offer = this.#offering ? this.offers.children[this.#place] : null;
    offer?.click();
    return !!offer;
  }

  #offer() {
    const text = this.text, hits = text ? find(this.#completions, text).filter(hit => hit.label.name !== text).slice(0, OFFERED) : [];
    this.#place = -1;
    this.offers.hidden = hits.length === 0;
    this.offers.replaceChildren(...hits.map(({ label, start, end }) => el('button', { type: 'button', className: 'chip',
      onclick: () => { this.write(label.name); this.input.focus(); } }, marked(label.name, start, end))));
  }

  /** begun: what stands in the field of an item that nobody has begun. */
  show(card, answer, draft, begun = '') {
    const kept = this.#draft.begin(card.itemId, draft);
    this.input.value = answer?.text ?? kept?.text ?? begun;
    this.#grow();
    this.#offer();
    this.onText?.();
    this.input.focus({ preventScroll: true });
  }

  sent() { this.#draft.end(); }

  save() { this.#draft.save(); }

  /** As if it were typed. */
  write(text) {
    this.input.value = text;
    this.#changed();
  }

  #changed() {
    this.#grow();
    this.#offer();
    this.onText?.();
    this.#draft.changed();
  }

  #grow() {
    this.input.style.height = 'auto';
    const line = parseFloat(getComputedStyle(this.input).lineHeight) || 22;
    this.input.style.height = `${Math.min(this.input.scrollHeight, line * LINES)}px`;
    const left = this.#limit - this.input.value.length;
    this.left.textContent = left < 100 ? say('CharactersLeft', { characters: left }) : '';
  }
}

// The short-answer editor: one line that grows to ten, its pattern, and completions of what is typed.
import { find } from '../finder.js';
import { el, marked } from '../markup.js';
import { say } from '../words.js';
import { Pattern } from './pattern.js';
import { SendButton } from './send-button.js';

const LOCAL_AFTER = 2000, SERVER_AFTER = 10000, LINES = 10, OFFERED = 8;

export class Writing {
  #limit; #keys; #pattern; #completions; #place = -1; #services; #itemId = null; #local = 0; #server = 0;

  constructor(schema, services) {
    this.#services = services; this.#keys = services.keys;
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
    this.#stop();
    this.#itemId = card.itemId;
    let local = null;
    try { local = localStorage.getItem(this.#key); } catch { /* no local drafts then */ }
    this.input.value = answer?.text ?? local ?? draft?.text ?? begun;
    this.#grow();
    this.#offer();
    this.onText?.();
    this.input.focus({ preventScroll: true });
  }

  /** The answer is on its way: its draft is not needed any more. */
  sent() {
    this.#stop();
    try { localStorage.removeItem(this.#key); } catch { /* none there */ }
  }

  save() {
    this.#stop();
    this.#keep();
    this.#draft();
  }

  /** Where the draft lies in this browser. */
  get #key() { return `dataefficiency.draft.${this.#services.user}.${this.#itemId}`; }

  /** The unfinished text to the server, for another machine. */
  #draft() {
    if (!this.#services.isShown(this.#itemId)) return;
    const answer = this.text ? { text: this.text } : null;
    this.#services.draft?.(this.#itemId, answer);
  }

  /** As if it were typed. */
  write(text) {
    this.input.value = text;
    this.#changed();
  }

  #changed() {
    this.#grow();
    this.#offer();
    this.onText?.();
    clearTimeout(this.#local);
    this.#local = setTimeout(() => this.#keep(), LOCAL_AFTER);
    this.#server ||= setTimeout(() => { this.#server = 0; this.#draft(); }, SERVER_AFTER);
  }

  #keep() { try { localStorage.setItem(this.#key, this.input.value); } catch { /* the server has it every ten seconds */ } }

  #grow() {
    this.input.style.height = 'auto';
    const line = parseFloat(getComputedStyle(this.input).lineHeight) || 22;
    this.input.style.height = `${Math.min(this.input.scrollHeight, line * LINES)}px`;
    const left = this.#limit - this.input.value.length;
    this.left.textContent = left < 100 ? say('CharactersLeft', { characters: left }) : '';
  }

  #stop() { clearTimeout(this.#local); clearTimeout(this.#server); this.#server = 0; }
}

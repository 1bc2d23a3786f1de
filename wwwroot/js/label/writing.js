// The short-answer editor: one line that grows to ten, its pattern, and completions of what is typed.
import { find } from './finder.js';
import { count, el, kbd, marked } from './markup.js';

const LOCAL_AFTER = 2000, SERVER_AFTER = 10000, LINES = 10, OFFERED = 8;

export class Writing {
  #limit; #keys; #pattern; #completions; #place = -1; #onDraft; #keyOf; #itemId = null; #local = 0; #server = 0;

  /** pattern: what the whole answer must match, or null; completions: texts to offer; keyOf(itemId): where the draft lies in this browser; onDraft(itemId, text|null): to the server. */
  constructor({ limit, pattern, completions, keys, keyOf, onSend, onDraft }) {
    this.#limit = limit; this.#keys = keys; this.#onDraft = onDraft; this.#keyOf = keyOf;
    this.#completions = completions.map(name => ({ name }));
    this.pattern = pattern;
    // what only the server's kind of expression knows is left to the server
    try { this.#pattern = pattern && new RegExp(`^(?:${pattern})$`, 'u'); } catch { this.#pattern = null; }
    this.offers = el('div', { className: 'chips offers', hidden: true });
    this.offers.setAttribute('role', 'group');
    this.offers.ariaLabel = 'Completions';
    this.left = el('span', { className: 'muted' });
    this.input = el('textarea', { rows: 1, maxLength: limit, dir: 'auto', ariaLabel: 'Answer', oninput: () => this.#changed() });
    this.input.dataset.send = '';
    this.element = el('div', { className: 'editor writing' }, el('div', { className: 'find' }, this.input, this.left), this.offers,
      el('button', { type: 'button', className: 'btn send', onclick: onSend }, 'Send ', this.key = kbd(keys.of('send'))));
  }

  redraw() { this.key.textContent = this.#keys.of('send'); }

  get text() { return this.input.value.trim(); }

  /** Why the text cannot be sent, or null. */
  get fault() {
    if (!this.text) return `The answer is empty: write one, or skip with ${this.#keys.of('skip-menu')}.`;
    return this.#pattern && !this.#pattern.test(this.text) ? `The whole answer must match the pattern ${this.pattern}` : null;
  }

  get offering() { return !this.offers.hidden; }

  move(by) {
    this.#place = Math.max(-1, Math.min(this.offers.children.length - 1, this.#place + by));
    [...this.offers.children].forEach((chip, i) => chip.classList.toggle('best', i === this.#place));
  }

  /** Puts the marked completion into the field; false: none is marked. */
  complete() {
    const offer = this.offering ? this.offers.children[this.#place] : null;
    offer?.click();
    return !!offer;
  }

  #offer() {
    const text = this.text, hits = text ? find(this.#completions, text).filter(hit => hit.label.name !== text).slice(0, OFFERED) : [];
    this.#place = -1;
    this.offers.hidden = hits.length === 0;
    this.offers.replaceChildren(...hits.map(({ label, start, end }) => el('button', { type: 'button', className: 'chip',
      onclick: () => { this.input.value = label.name; this.#changed(); this.input.focus(); } }, marked(label.name, start, end))));
  }

  show(itemId, answer, draft) {
    this.#stop();
    this.#itemId = itemId;
    let local = null;
    try { local = localStorage.getItem(this.#keyOf(itemId)); } catch { /* no local drafts then */ }
    this.input.value = answer?.text ?? local ?? draft?.text ?? '';
    this.#grow();
    this.#offer();
    this.input.focus({ preventScroll: true });
  }

  /** The answer is on its way: its draft is not needed any more. */
  sent() {
    this.#stop();
    try { localStorage.removeItem(this.#keyOf(this.#itemId)); } catch { /* none there */ }
  }

  saveNow() {
    this.#stop();
    this.#keep();
    this.#onDraft(this.#itemId, this.text || null);
  }

  #changed() {
    this.#grow();
    this.#offer();
    clearTimeout(this.#local);
    this.#local = setTimeout(() => this.#keep(), LOCAL_AFTER);
    this.#server ||= setTimeout(() => { this.#server = 0; this.#onDraft(this.#itemId, this.text || null); }, SERVER_AFTER);
  }

  #keep() { try { localStorage.setItem(this.#keyOf(this.#itemId), this.input.value); } catch { /* the server has it every ten seconds */ } }

  #grow() {
    this.input.style.height = 'auto';
    const line = parseFloat(getComputedStyle(this.input).lineHeight) || 22;
    this.input.style.height = `${Math.min(this.input.scrollHeight, line * LINES)}px`;
    const left = this.#limit - this.input.value.length;
    this.left.textContent = left < 100 ? `${count(left)} left` : '';
  }

  #stop() { clearTimeout(this.#local); clearTimeout(this.#server); this.#server = 0; }
}

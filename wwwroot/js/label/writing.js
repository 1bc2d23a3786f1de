// The short-answer editor: one line that grows to ten.
import { count, el, kbd } from './markup.js';

const LOCAL_AFTER = 2000, SERVER_AFTER = 10000, LINES = 10;

export class Writing {
  #limit; #keys; #onDraft; #keyOf; #itemId = null; #local = 0; #server = 0;

  /** keyOf(itemId): where the draft lies in this browser; onDraft(itemId, text|null): to the server. */
  constructor({ limit, keys, keyOf, onSend, onDraft }) {
    this.#limit = limit; this.#keys = keys; this.#onDraft = onDraft; this.#keyOf = keyOf;
    this.left = el('span', { className: 'muted' });
    this.input = el('textarea', { rows: 1, maxLength: limit, dir: 'auto', ariaLabel: 'Answer', oninput: () => this.#changed() });
    this.input.dataset.send = '';
    this.element = el('div', { className: 'editor writing' }, el('div', { className: 'find' }, this.input, this.left),
      el('button', { type: 'button', className: 'btn send', onclick: onSend }, 'Send ', this.key = kbd(keys.of('send'))));
  }

  redraw() { this.key.textContent = this.#keys.of('send'); }

  get text() { return this.input.value.trim(); }

  show(itemId, answer, draft) {
    this.#stop();
    this.#itemId = itemId;
    let local = null;
    try { local = localStorage.getItem(this.#keyOf(itemId)); } catch { /* no local drafts then */ }
    this.input.value = answer?.text ?? local ?? draft?.text ?? '';
    this.#grow();
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

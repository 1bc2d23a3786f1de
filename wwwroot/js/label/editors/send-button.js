// The button of "send" with its key, for editors in which choosing is not sending.
import { el, kbd } from '../markup.js';
import { say } from '../words.js';

export class SendButton {
  #keys; #key;

  constructor(keys, send) {
    this.#keys = keys;
    this.#key = kbd(keys.of('send'));
    this.element = el('button', { type: 'button', className: 'btn send', onclick: send }, `${say('Send')} `, this.#key);
  }

  /** The person has other keys now. */
  redraw() { this.#key.textContent = this.#keys.of('send'); }
}

// The panel of keys: what each does, and the way to another key. The server says whether a key is free.
import { put } from './api.js';
import { el, kbd } from './markup.js';
import { chordOf, shown } from './keys.js';
import { say } from './words.js';

const places = name => /^label-/.test(name);

export class Keyboard {
  #keys; #onChange; #waiting = null;

  /** onChange(): the person has other keys. */
  constructor(keys, onChange) {
    this.#keys = keys; this.#onChange = onChange;
    this.said = el('p', { className: 'note' });
    this.said.setAttribute('role', 'status');
    this.list = el('div', { className: 'keyrows' });
    this.box = el('input', { type: 'checkbox', onchange: () => this.#store(this.#changed(), this.box.checked) });
    this.element = el('div', {},
      el('p', { className: 'note' }, say('ToChangeAKey')),
      this.said, this.list, el('label', { className: 'switch' }, this.box,
        ` ${say('BareKeys')}`),
      el('p', { className: 'actions' }, this.reset = el('button', { type: 'button', className: 'btn ghost', onclick: () =>
        this.#store({}, true) }, say('DefaultKeys'))));
    this.draw();
  }

  get waiting() { return this.#waiting !== null; }

  draw() {
    const row = action => el('div', {}, el('dt', {}, ...action.keys.map((key, i) => this.#button(action, i))), el('dd', {}, action.what));
    const rows = (list, ...more) => el('dl', { className: 'keytable' }, ...list.map(row), ...more);
    const fixed = (keys, what) => el('div', {}, el('dt', {}, ...keys.map(kbd)), el('dd', {}, what));
    const open = this.list.querySelector('details')?.open ?? false;
    this.list.replaceChildren(
      rows(this.#keys.actions.filter(a => !places(a.name)), fixed(['A … Z'], say('LetterKeys')),
        fixed(['1 … 9', '↑', '↓', 'Enter'], say('FinderKeys'))),
      el('details', { open },
        el('summary', {}, say('LabelKeys', { labels: this.#keys.actions.filter(a => places(a.name)).length })),
        rows(this.#keys.actions.filter(a => places(a.name)))));
    this.box.checked = this.#keys.bare;
  }

  #button(action, place) {
    const button = el('button',
      { type: 'button', className: 'key', ariaLabel: say('ChangeKey', { key: shown(action.keys[place]), action: action.what }),
        onclick: () => this.#wait(action, place, button) },
      kbd(shown(action.keys[place])));
    button.dataset.action = action.name;
    return button;
  }

  #wait(action, place, button) {
    this.#waiting = { action, place };
    button.classList.add('waiting');
    button.focus();
    button.onblur = () => this.stop();
    this.said.textContent = say('PressNewKey', { action: action.what });
  }

  // not drawn anew: a click on another key is on its way
  stop() {
    if (!this.#waiting) return;
    this.#waiting = null;
    this.said.textContent = '';
    this.list.querySelector('.waiting')?.classList.remove('waiting');
  }

  /** The key press that was waited for; true: it was taken. */
  take(event) {
    const leaves = event.key === 'Tab' || event.key === 'Escape' && this.#waiting.action.name !== 'escape';
    if (leaves) { this.stop(); return event.key === 'Escape'; }
    const key = chordOf(event);
    if (key) {
      const { action, place } = this.#waiting;
      this.#waiting = null;
      this.#store({ ...this.#changed(), [action.name]: action.keys.with(place, key) }, this.#keys.bare, `[data-action="${action.name}"]`);
    }
    return true;
  }

  #changed() { return Object.fromEntries(this.#keys.actions.map(a => [a.name, a.keys])); }

  /** Asks the server; resolves to null or to why it did not take it. */
  async #save(changed, bare) {
    // at once: who needs the switch cannot wait for the server
    this.#keys.bare = bare;
    const result = await put('keys', { bare, changed });
    if (result.kind !== 'ok') return result.reason ?? say('KeysNotStored');
    this.#keys.use(result.body);
    this.#onChange();
    return null;
  }

  async #store(changed, bare, focus) {
    const fault = await this.#save(changed, bare);
    this.draw();
    this.said.textContent = fault ?? say('Kept');
    this.said.classList.toggle('bad', fault !== null);
    if (focus) this.list.querySelector(focus)?.focus();
  }
}

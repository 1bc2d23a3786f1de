// The single-choice editor: up to 20 labels as buttons, more behind the finder, always in their fixed order.
import { find } from '../finder.js';
import { el, kbd, marked } from '../markup.js';
import { say } from '../words.js';

const ALL_AS_BUTTONS = 20, FOUND_KEYS = 9;

export class Choices {
  #labels; #keys; #send; #chosen = null; #place = -1; #hits = []; #open = false;

  constructor({ choices }, { keys, send }) {
    this.#keys = keys; this.#send = send;
    this.input = el('input', { type: 'text', autocomplete: 'off', spellcheck: false, placeholder: say('FindALabel'),
      oninput: () => this.#list(), onblur: () => { if (!this.input.value) this.close(); } });
    this.input.setAttribute('enterkeyhint', 'done');
    this.found = el('span', { className: 'muted' });
    this.found.setAttribute('role', 'status');
    this.finder = el('div', { className: 'find', onclick: () => this.open('') }, this.key = kbd(keys.of('finder')), this.input, this.found);
    this.grid = el('div', { className: 'chips' });
    this.grid.setAttribute('role', 'group');
    this.grid.ariaLabel = say('Labels');
    this.element = el('div', { className: 'editor' }, this.finder, this.grid);
    this.renew({ choices });
  }

  renew({ choices }) {
    this.#labels = choices;
    this.input.ariaLabel = say('FindOneOf', { labels: choices.length });
    this.finder.hidden = !this.#open && choices.length <= ALL_AS_BUTTONS;
    this.#list();
  }

  /** Only the finder holds an answer that is not sent yet. */
  get value() { return this.#open ? this.#valueOf(this.#found()) : null; }

  fault() { return null; }

  /** The finder is a text field: letters narrow it, and only a few keys act. */
  act(chord, { name, inField, text }) {
    if (inField) {
      if (chord === 'Enter') this.#choose(this.#found());
      else if (/^[1-9]$/.test(chord)) this.#choose(this.#hits[Number(chord) - 1]?.label);
      else if (chord === 'ArrowDown' || chord === 'ArrowUp') this.#move(chord === 'ArrowDown' ? 1 : -1);
      else return false;
      return true;
    }
    const label = this.#keys.labelOf(chord, name, this.#labels);
    if (label) this.#choose(label);
    else if (name === 'finder') this.open('');
    else if (!name && /^(?:Shift\+)?\p{L}$/u.test(chord)) this.open(text);
    else return false;
    return true;
  }

  /** Esc: leaves the finder. */
  leave() {
    const open = this.#open;
    if (open) this.close();
    return open;
  }

  open(text) {
    this.#open = true;
    this.finder.hidden = false;
    if (text) this.input.value += text;
    this.input.focus();
    this.#list();
  }

  close() {
    this.#open = false;
    this.input.value = '';
    this.finder.hidden = this.#labels.length <= ALL_AS_BUTTONS;
    if (document.activeElement === this.input) this.input.blur();
    this.#list();
  }

  /** The found label on which the arrows stand, or the first. */
  #found() { return this.#hits[Math.max(0, this.#place)]?.label; }

  #valueOf(label) { return label ? { answer: { label: label.id }, words: label.name } : null; }

  #choose(label) { if (label) this.#send(this.#valueOf(label)); }

  #move(by) {
    this.#place = Math.min(this.#hits.length - 1, Math.max(0, this.#place + by));
    this.#mark();
  }

  /** A new card, or a reopened one with its answer marked. */
  show(card, answer) {
    const chosen = answer?.label ?? null, open = this.#open;
    if (open) this.close();
    if (chosen === this.#chosen && !open) return;
    this.#chosen = chosen;
    this.#list();
  }

  /** The person has other keys now. */
  redraw() {
    this.key.textContent = this.#keys.of('finder');
    this.#list();
  }

  #list() {
    const query = this.#open ? this.input.value : '', searching = query.trim() !== '';
    this.#hits = find(this.#labels, query);
    this.#place = searching && this.#hits.length > 0 ? 0 : -1;
    this.found.textContent = searching || this.#labels.length > ALL_AS_BUTTONS
      ? say('FoundOf', { found: this.#hits.length, labels: this.#labels.length }) : '';
    this.grid.replaceChildren(...this.#hits.length > 0 ? this.#grouped(searching)
      : [el('p', { className: 'nothing' }, say('NothingFound'))]);
    this.grid.scrollTop = 0;
    this.#mark();
  }

  #grouped(searching) {
    let group = null;
    return this.#hits.flatMap((hit, i) => {
      const chip = this.#chip(hit, i, searching), head = !searching && hit.label.group && hit.label.group !== group;
      group = hit.label.group;
      return head ? [el('p', { className: 'group', dir: 'auto' }, group), chip] : [chip];
    });
  }

  #chip({ label, start, end }, index, searching) {
    const key = this.#open ? (index < FOUND_KEYS ? String(index + 1) : '') : this.#keys.ofLabel(label, index);
    const pressed = label.id === this.#chosen;
    return el('button', { type: 'button', className: 'chip', ariaPressed: String(pressed), title: label.description ?? null,
      // the finder must not close on the press, before the click comes
      onmousedown: event => event.preventDefault(), onclick: () => this.#choose(label) },
    key ? kbd(key) : null, marked(label.name, start, end),
    searching && index === 0 ? el('small', {}, 'Enter') : pressed ? el('small', {}, say('YourAnswer')) : null);
  }

  #mark() {
    [...this.grid.querySelectorAll('.chip')].forEach((chip, i) => {
      const best = i === this.#place;
      chip.classList.toggle('best', best || this.#place < 0 && chip.ariaPressed === 'true');
      if (best) chip.scrollIntoView({ block: 'nearest' });
    });
  }
}

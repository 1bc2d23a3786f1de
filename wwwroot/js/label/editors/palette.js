// The labels of an answer set as buttons with their keys, always in their fixed order; of more than twenty the finder is open to hand.
import { find } from '../finder.js';
import { el, kbd, marked } from '../markup.js';
import { say } from '../words.js';

const ALL_AS_BUTTONS = 20, FOUND_KEYS = 9;

export class Palette {
  #labels = []; #keys; #on; #place = -1; #hits = []; #open = false;

  /**
   * on: {pick(label), isOn(label): it is part of the answer, note: what the button of such a label says}; done(): Enter in an empty
   * finder, where more than one label can be picked; without it a pick is an answer.
   */
  constructor(keys, on) {
    this.#keys = keys; this.#on = on;
    this.input = el('input', { type: 'text', autocomplete: 'off', spellcheck: false, placeholder: say('FindALabel'),
      oninput: () => this.draw(), onblur: () => { if (!this.input.value) this.close(); } });
    this.input.setAttribute('enterkeyhint', 'done');
    this.found = el('span', { className: 'muted' });
    this.found.setAttribute('role', 'status');
    this.finder = el('div', { className: 'find', onclick: () => this.open('') }, this.key = kbd(keys.of('finder')), this.input, this.found);
    this.grid = el('div', { className: 'chips' });
    this.grid.setAttribute('role', 'group');
    this.grid.ariaLabel = say('Labels');
  }

  get isOpen() { return this.#open; }

  /** The found label on which the arrows stand, or the first. */
  get marked() { return this.#hits[Math.max(0, this.#place)]?.label; }

  use(labels) {
    this.#labels = labels;
    this.input.ariaLabel = say('FindOneOf', { labels: labels.length });
    this.finder.hidden = !this.#open && labels.length <= ALL_AS_BUTTONS;
    this.draw();
  }

  /** The finder is a text field: letters narrow it, and only a few keys act. */
  act(chord, { name, inField, text }) {
    if (inField) {
      if (chord === 'Enter' && this.#on.done && !this.input.value.trim()) this.#on.done();
      else if (chord === 'Enter') this.#pick(this.marked);
      else if (/^[1-9]$/.test(chord)) this.#pick(this.#hits[Number(chord) - 1]?.label);
      else if (chord === 'ArrowDown' || chord === 'ArrowUp') this.#move(chord === 'ArrowDown' ? 1 : -1);
      else return false;
      return true;
    }
    const label = this.#keys.labelOf(chord, name, this.#labels);
    if (label) this.#pick(label);
    else if (name === 'finder') this.open('');
    else if (!name && /^(?:Shift\+)?\p{L}$/u.test(chord)) this.open(text);
    else return false;
    return true;
  }

  open(text) {
    this.#open = true;
    this.finder.hidden = false;
    if (text) this.input.value += text;
    this.input.focus();
    this.draw();
  }

  /** Esc: leaves the finder; false: it was not open. */
  close() {
    const open = this.#open;
    this.#open = false;
    this.input.value = '';
    this.finder.hidden = this.#labels.length <= ALL_AS_BUTTONS;
    if (document.activeElement === this.input) this.input.blur();
    if (open) this.draw();
    return open;
  }

  /** The person has other keys now. */
  redraw() {
    this.key.textContent = this.#keys.of('finder');
    this.draw();
  }

  #pick(label) {
    if (!label) return;
    // the next one is looked for afresh
    if (this.#open && this.#on.done) this.input.value = '';
    this.#on.pick(label);
  }

  #move(by) {
    this.#place = Math.min(this.#hits.length - 1, Math.max(0, this.#place + by));
    this.#mark();
  }

  draw() {
    const query = this.#open ? this.input.value : '', searching = query.trim() !== '', scrolled = this.grid.scrollTop;
    this.#hits = find(this.#labels, query);
    this.#place = searching && this.#hits.length > 0 ? 0 : -1;
    this.found.textContent = searching || this.#labels.length > ALL_AS_BUTTONS
      ? say('FoundOf', { found: this.#hits.length, labels: this.#labels.length }) : '';
    this.grid.replaceChildren(...this.#hits.length > 0 ? this.#grouped(searching)
      : [el('p', { className: 'nothing' }, say('NothingFound'))]);
    this.grid.scrollTop = this.#open || !this.#on.done ? 0 : scrolled;
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
    const isOn = this.#on.isOn(label);
    return el('button', { type: 'button', className: 'chip', ariaPressed: String(isOn),
      // the finder must not close on the press, before the click comes
      onmousedown: event => event.preventDefault(), onclick: () => this.#pick(label) },
    key ? kbd(key) : null, swatch(label), described(label, marked(label.name, start, end)),
    searching && index === 0 ? el('small', {}, 'Enter') : isOn ? el('small', {}, this.#on.note) : null);
  }

  #mark() {
    [...this.grid.querySelectorAll('.chip')].forEach((chip, i) => {
      const best = i === this.#place;
      chip.classList.toggle('best', best || this.#place < 0 && chip.ariaPressed === 'true');
      if (best) chip.scrollIntoView({ block: 'nearest' });
    });
  }
}

/** When the label applies, under its name: fingers and keys find no tooltip. */
function described(label, name) {
  return label.description ? el('span', { className: 'described' }, name, el('em', { dir: 'auto' }, label.description)) : name;
}

/** A label's colour beside its name, or nothing. */
export function swatch(label) {
  if (!label.colour) return null;
  const box = el('i', { className: 'swatch', ariaHidden: 'true' });
  box.style.background = label.colour;
  return box;
}

// The editor of several labels: keys and clicks toggle, Enter sends; none of them is a choice of its own, never an empty answer.
import { el } from '../markup.js';
import { say } from '../words.js';
import { Draft } from './draft.js';
import { Palette, swatch } from './palette.js';
import { SendButton } from './send-button.js';
import { Steps } from './steps.js';

const NONE = { id: null };

export class Labels {
  #send; #draft; #chosen = []; #steps = new Steps(); #least = 0; #most = null; #labels = [];

  constructor(schema, services) {
    const { keys, send } = services;
    this.#send = send;
    this.#draft = new Draft(services, () => this.#chosen.length > 0 ? this.value.answer : null);
    this.palette = new Palette(keys, { pick: label => this.#toggle(label), isOn: label => this.#chosen.includes(label.id),
      note: say('Chosen'), done: () => send(this.value) });
    this.tray = el('div', { className: 'tray' });
    this.tray.setAttribute('role', 'group');
    this.tray.ariaLabel = say('ChosenLabels');
    this.button = new SendButton(keys, () => send(this.value));
    this.line = el('div', { className: 'answer-line' }, this.tray, this.button.element);
    this.element = el('div', { className: 'editor' }, this.palette.finder, this.palette.grid, this.line);
    this.renew(schema);
  }

  renew({ choices, least, most }) {
    this.#least = least; this.#most = most;
    this.#labels = choices;
    this.palette.use(least > 0 ? choices : [...choices, { ...NONE, name: say('NoneOfThese') }]);
    this.#draw();
  }

  redraw() {
    this.button.redraw();
    this.palette.redraw();
  }

  get value() {
    const answer = { labels: this.#labels.map(l => l.id).filter(id => this.#chosen.includes(id)) };
    return { answer, words: this.wordsOf(answer) };
  }

  wordsOf({ labels }) {
    return labels.length === 0 ? say('NoneOfThese') : this.#labels.filter(l => labels.includes(l.id)).map(l => l.name).join(', ');
  }

  fault() {
    const count = this.#chosen.filter(id => id !== NONE.id).length;
    if (this.#chosen.length === 0) return say('NothingChosen', { least: this.#least });
    if (count < this.#least) return say('TooFewLabels', { least: this.#least });
    return this.#most !== null && count > this.#most ? say('TooManyLabels', { most: this.#most }) : null;
  }

  act(chord, press) {
    const { name, inField } = press;
    if (!inField && (name === 'undo' || name === 'redo')) return this.#step(name);
    if (name === 'send' && !inField || name === 'send-anywhere') this.#send(this.value);
    else return this.palette.act(chord, press);
    return true;
  }

  leave() { return this.palette.close(); }

  sent() { this.#draft.end(); }

  save() { this.#draft.save(); }

  show(card, answer, draft) {
    const begun = this.#draft.begin(card.itemId, draft);
    answer ??= begun;
    this.#steps.clear();
    this.#chosen = !answer?.labels ? [] : answer.labels.length > 0 ? answer.labels : [NONE.id];
    if (!this.palette.close()) this.palette.draw();
    this.#draw();
  }

  #step(name) {
    const chosen = this.#steps.take(name, this.#chosen);
    if (chosen) this.#set(chosen);
    return chosen !== undefined;
  }

  #toggle({ id }) {
    this.#steps.note(this.#chosen);
    const others = this.#chosen.filter(c => c !== id && c !== NONE.id);
    this.#set(this.#chosen.includes(id) ? others : id === NONE.id ? [id] : [...others, id]);
  }

  #set(chosen) {
    this.#chosen = chosen;
    this.#draft.changed();
    this.palette.draw();
    this.#draw();
  }

  /** What is chosen, also where the list of many labels is scrolled away from it. */
  #draw() {
    const chosen = this.#labels.filter(l => this.#chosen.includes(l.id));
    this.tray.replaceChildren(...chosen.map(label => el('button', { type: 'button', className: 'picked', dir: 'auto',
      ariaLabel: say('TakeOut', { label: label.name }), onclick: () => this.#toggle(label) }, swatch(label), label.name, ' ×')));
  }
}

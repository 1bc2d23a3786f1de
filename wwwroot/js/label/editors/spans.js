// The editor of spans: parts of the text with a label each. Words are selected by keys, clicks or dragging; a label's key marks them.
import { EXCERPT } from '../history.js';
import { el, kbd } from '../markup.js';
import { say } from '../words.js';
import { Draft } from './draft.js';
import { MarkedText } from './marked-text.js';
import { Places, toPoints, toUnits } from './offsets.js';
import { Palette, swatch } from './palette.js';
import { Picking } from './selection.js';
import { SendButton } from './send-button.js';
import { Steps } from './steps.js';

const MOVES = {
  'word-left': (p, from) => p.word(false, false, from), 'word-right': (p, from) => p.word(true, false, from),
  'extend-left': (p, from) => p.word(false, true, from), 'extend-right': (p, from) => p.word(true, true, from),
  'end-left': (p, from) => p.character(false, false, from), 'end-right': (p, from) => p.character(true, false, from),
  'start-left': (p, from) => p.character(false, true, from), 'start-right': (p, from) => p.character(true, true, from),
};
const mirrored = name => name.replace(/left|right/, side => side === 'left' ? 'right' : 'left');
const order = (a, b) => a.start - b.start || a.end - b.end;

export class Spans {
  #services; #draft; #labels = []; #overlap = false; #text = ''; #spans = []; #current = null; #asIs = false; #steps = new Steps();
  #places; #picking; #waiting = null; #from = 0; #itemId = null;

  constructor(schema, services) {
    this.#services = services;
    this.#draft = new Draft(services, () => this.#spans.length > 0 ? this.value.answer : null);
    this.marked = new MarkedText(services.item, { select: (start, end, exactly) => this.#select(start, end, exactly),
      point: (unit, extended) => this.#point(unit, extended) }, services.signal);
    this.palette = new Palette(services.keys, { pick: label => this.#label(label), isOn: label => this.#current?.label === label.id,
      note: null, done: () => services.send(this.value) });
    this.tray = el('div', { className: 'tray' });
    this.tray.setAttribute('role', 'group');
    this.tray.ariaLabel = say('MarkedSpans');
    this.button = new SendButton(services.keys, () => services.send(this.value));
    this.none = el('button', { type: 'button', className: 'btn ghost send', onclick: () => this.#leave() }, `${say('NothingToMark')} `,
      this.key = kbd(''));
    this.element = el('div', { className: 'editor spans' }, this.tray, this.palette.finder, this.palette.grid,
      el('div', { className: 'answer-line' }, this.button.element, this.none));
    this.renew(schema);
    this.redraw();
  }

  renew({ choices, overlap }) {
    // marks need to be told apart, also where nobody chose colours
    this.#labels = choices.map((label, i) => ({ ...label, colour: label.colour ?? `hsl(${(i * 67 + 215) % 360} 60% 50%)` }));
    this.#overlap = overlap;
    this.palette.use(this.#labels);
    this.#draw();
  }

  redraw() {
    this.button.redraw();
    this.key.textContent = this.#services.keys.of('unchanged');
    this.palette.redraw();
  }

  get value() {
    const spans = this.#spans.map(({ start, end, label }) =>
      ({ start: toPoints(this.#text, start), end: toPoints(this.#text, end), label }));
    return { answer: { spans }, words: this.wordsOf({ spans }, { text: this.#text }) };
  }

  /** Of a card that need not be shown yet. */
  wordsOf({ spans }, { text }) {
    return spans.length === 0 ? say('NothingToMark')
      : spans.map(s => `${text.slice(toUnits(text, s.start), toUnits(text, s.end))} → ${this.#nameOf(s.label)}`).join(', ');
  }

  fault() {
    if (this.#waiting) return say('TextIsComing');
    return this.#spans.length === 0 && !this.#asIs ? say('NothingMarked', { key: this.#services.keys.of('unchanged') }) : null;
  }

  act(chord, press) {
    const { name, inField } = press;
    if (inField) return this.palette.act(chord, press);
    const move = MOVES[this.marked.isRightToLeft ? mirrored(name ?? '') : name];
    if (name === 'undo' || name === 'redo') return this.#step(name);
    if (name === 'send' || name === 'send-anywhere') this.#services.send(this.value);
    else if (name === 'unchanged') this.#leave();
    else if (move) this.#move(move);
    else if (name === 'span-previous' || name === 'span-next') this.#go(name === 'span-next' ? 1 : -1);
    else if (name === 'span-remove') this.#remove(this.#current);
    else return this.palette.act(chord, press);
    return true;
  }

  /** Esc: leaves the finder, or the selection. */
  leave() {
    if (this.palette.close()) return true;
    const left = this.#picking?.range !== null || this.#current !== null;
    this.#picking?.set(null);
    this.#current = null;
    this.#draw();
    return left;
  }

  sent() { this.#draft.end(); }

  save() { this.#draft.save(); }

  /** Of a reopened card only the beginning may have come: its spans wait for the whole text. */
  show(card, answer, draft) {
    const begun = this.#draft.begin(card.itemId, draft);
    answer ??= begun;
    const partly = answer && !card.queue && !card.whole && card.text.length >= EXCERPT;
    this.#itemId = card.itemId;
    this.palette.close();
    this.#begin(card.text, partly ? [] : answer?.spans ?? []);
    this.#waiting = partly ? answer : null;
  }

  /** The text of a reopened card has come whole. */
  whole(card) {
    this.#begin(card.text, (this.#waiting ?? this.value.answer).spans);
    this.#waiting = null;
  }

  #begin(text, spans) {
    this.#text = text;
    this.#places = new Places(text);
    this.#picking = new Picking(this.#places);
    this.#spans = spans.map(({ start, end, label }) => ({ start: toUnits(text, start), end: toUnits(text, end), label }));
    this.#current = null;
    this.#from = 0;
    this.#steps.clear();
    this.#draw();
  }

  #nameOf(id) { return this.#labels.find(l => l.id === id)?.name ?? ''; }

  #colourOf(id) { return this.#labels.find(l => l.id === id)?.colour; }

  // ---- selecting

  #select(start, end, exactly) {
    const range = exactly ? [this.#places.back(start), this.#places.on(end)] : this.#places.snap(start, end);
    this.#pick(range);
  }

  /** A click: a span, a word, or nothing; extended: from what is selected to here. */
  #point(unit, extended) {
    const token = unit === null ? null : this.#places.snap(unit, unit + 1), range = this.#picking.range;
    const span = unit === null ? null : this.#spans.findLast(s => s.start <= unit && s.end > unit);
    if (span && !(extended && range)) { this.#show(span); return; }
    const inside = range && token && token[0] >= range[0] && token[1] <= range[1];
    this.#pick(extended && range && token && !inside ? [Math.min(range[0], token[0]), Math.max(range[1], token[1])] : token);
  }

  #pick(range) {
    this.#picking.set(range);
    this.#current = null;
    this.#draw();
  }

  #move(move) {
    move(this.#picking, this.#current?.end ?? this.#from);
    if (this.#picking.range) this.#current = null;
    this.#draw();
  }

  #go(by) {
    if (this.#spans.length === 0) return;
    const at = this.#spans.indexOf(this.#current), next = at < 0 ? (by > 0 ? 0 : this.#spans.length - 1) : at + by;
    this.#show(this.#spans[Math.max(0, Math.min(this.#spans.length - 1, next))]);
  }

  #show(span) {
    this.#picking.set(null);
    this.#current = span;
    this.#draw();
  }

  // ---- changing

  /** Marks the selection, or gives the current span another label. */
  #label(label) {
    this.marked.take();
    const range = this.#picking.range, before = range ? null : this.#current;
    if (!range && !before) { this.#services.tell(say('SelectFirst')); return; }
    const span = { start: range?.[0] ?? before.start, end: range?.[1] ?? before.end, label: label.id };
    const others = this.#spans.filter(s => s !== before);
    const hit = others.find(s => s.start < span.end && s.end > span.start
      && (!this.#overlap || s.start === span.start && s.end === span.end && s.label === span.label));
    if (hit) { this.#services.tell(say('SpanLiesThere', { label: this.#nameOf(hit.label) })); return; }
    this.#services.tell(null);
    this.#picking.set(null);
    this.#change([...others, span].sort(order), span);
    this.#from = span.end;
  }

  #remove(span) { if (span) this.#change(this.#spans.filter(s => s !== span), null); }

  #step(name) {
    const spans = this.#steps.take(name, this.#spans);
    if (spans) {
      this.#spans = spans;
      this.#draft.changed();
      this.#show(null);
    }
    return spans !== undefined;
  }

  #change(spans, current) {
    this.#steps.note(this.#spans);
    this.#spans = spans;
    this.#current = current;
    this.#asIs = false;
    this.#draft.changed();
    this.#draw();
  }

  #leave() {
    if (this.#spans.length > 0) { this.#services.tell(say('SomethingIsMarked')); return; }
    this.#asIs = true;
    this.#services.send(this.value);
    this.#asIs = false;
  }

  #draw() {
    if (!this.#places || !this.#services.isShown(this.#itemId)) return;
    this.marked.draw(this.#text, this.#spans.map(s => ({ ...s, name: this.#nameOf(s.label), colour: this.#colourOf(s.label),
      isCurrent: s === this.#current })), this.#picking.range);
    this.palette.draw();
    this.none.hidden = this.#spans.length > 0;
    this.tray.replaceChildren(...this.#spans.length > 0 ? this.#spans.map(span => this.#chip(span))
      : [el('span', { className: 'muted' }, say('HowToMark'))]);
  }

  #chip(span) {
    const words = this.#text.slice(span.start, span.end);
    return el('span', { className: `picked${span === this.#current ? ' best' : ''}` },
      el('button', { type: 'button', className: 'link', dir: 'auto', onclick: () => this.#show(span) },
        swatch({ colour: this.#colourOf(span.label) }),
        words.length > 40 ? `${words.slice(0, 39)}…` : words, ' → ', this.#nameOf(span.label)),
      el('button', { type: 'button', className: 'link', ariaLabel: say('RemoveSpan', { text: words }),
        onclick: () => this.#remove(span) }, '×'));
  }
}

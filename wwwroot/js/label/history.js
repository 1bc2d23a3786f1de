// The last own answers, on any machine, to look back at and to reopen: 0 is the last one, higher ones are older.
import { post } from './api.js';

const LENGTH = 50;
/** Of the texts of older answers, until one is opened. */
export const EXCERPT = 200;


export class History {
  #project; #user; #rail; #onOpen; #onWhole; #entries = []; #at = -1;

  /** onOpen(entry): shows it, null: the card that is due; onWhole(entry): its text has come whole. */
  constructor({ project, user, rail, onOpen, onWhole }) {
    this.#project = project; this.#user = user; this.#rail = rail; this.#onOpen = onOpen; this.#onWhole = onWhole;
  }

  get isOpen() { return this.#at >= 0; }

  async load() {
    const body = await this.#ask({});
    if (!body) return;
    const own = new Set(this.#entries.map(e => e.itemId));
    this.#entries = [...this.#entries, ...body.answers.filter(a => !own.has(a.itemId))].slice(0, LENGTH);
    this.draw();
  }

  /** Notes an answer or a skip; known: what was said to the item before, {submissionId, at}. */
  add(card, result) {
    const before = this.#entries.find(e => e.itemId === card.itemId), entry = { ...card, ...result };
    this.#entries = [entry, ...this.#entries.filter(e => e !== before)].slice(0, LENGTH);
    return { entry, known: before ? { submissionId: before.submissionId, at: before.answeredAt } : null };
  }

  step(by) { this.open(this.#at + by); }

  leave() { this.#at = -1; }

  async open(at) {
    if (at < -1 || at >= this.#entries.length) return;
    const entry = this.#entries[at] ?? null;
    this.#at = at;
    this.#onOpen(entry);
    this.draw();
    if (!entry || entry.queue || entry.whole || entry.text.length < EXCERPT) return;
    const answer = (await this.#ask({ itemId: entry.itemId }))?.answers[0];
    if (!answer) return;
    Object.assign(entry, { text: answer.text, parts: answer.parts, whole: true });
    if (this.#entries[this.#at] === entry) this.#onWhole(entry);
  }

  /** A frame later: the next text comes first. */
  draw() { requestAnimationFrame(() => this.#rail.showLast(this.#entries, this.#at)); }

  async #ask(request) {
    const result = await post(this.#project, 'recent', request, { keepalive: false });
    return result.kind === 'ok' && result.body.user === this.#user ? result.body : null;
  }
}

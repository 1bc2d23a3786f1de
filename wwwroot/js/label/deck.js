// The cards of this tab: three at most, the first one on screen.
import { alive, post } from './api.js';

export const SIZE = 3;
const SPEAK_EVERY = 10000, RENEW_EVERY = 60000, WARN_BEFORE = 60000, ASK_AGAIN = 15000;

export class Deck {
  cards = []; end = null; schema = null; ranked = false;
  #project; #user; #tabs; #dead = []; #busy; #onChange; #onState; #fetching = false; #timers = []; #lastUse = Date.now(); #lastRenewed =
    Date.now();

  /** busy(): items whose answers are still on their way; onChange(reply or null): cards or end changed; onState(kind): ok, offline,
    sign-in, other-user, warn. */
  constructor({ project, user, tabs, busy, onChange, onState }) {
    this.#project = project; this.#user = user; this.#tabs = tabs; this.#busy = busy; this.#onChange = onChange; this.#onState = onState;
  }

  get current() { return this.cards[0] ?? null; }

  /** Before the first request: whose cards are whose. */
  async join() { this.#dead = await this.#tabs.join(); }

  async start() {
    this.#timers.push(setInterval(() => this.#tick(), RENEW_EVERY / 4),
      // after half a minute of silence another page of this person takes the cards over
      setInterval(() => { if (this.current) alive(this.#tabs.token); }, SPEAK_EVERY),
      setInterval(() => { if ((!this.current || !this.ranked) && !document.hidden) this.fetch(); }, ASK_AGAIN));
    await this.fetch(true);
  }

  /** What every request says about this deck. */
  request(withSchema = false) {
    return {
      token: this.#tabs.token, dead: this.#dead, withSchema,
      have: [...new Set([...this.cards.map(c => c.itemId), ...this.#busy()])],
      want: this.#fetching ? 0 : Math.max(0, SIZE - this.cards.length),
    };
  }

  async fetch(withSchema = this.schema === null) {
    if (this.#fetching) return;
    const request = this.request(withSchema);
    this.#fetching = true;
    const result = await post(this.#project, 'deck', request);
    this.#fetching = false;
    if (result.kind === 'ok') this.take(result.body);
    else if (result.kind === 'refused') { this.end = { code: 'refused', reason: result.reason }; this.#onChange(null); }
    else { this.#onState(result.kind === 'sign-in' ? 'sign-in' : 'offline'); this.#onChange(null); }
  }

  /** Cards of a reply, whichever request brought it. */
  take(reply) {
    if (reply.user !== this.#user) { this.#onState('other-user'); return; }
    if (reply.schema) this.schema = reply.schema;
    else this.learn(reply.progress.schema);
    const held = new Set([...this.cards.map(c => c.itemId), ...this.#busy()]);
    this.cards.push(...reply.cards.filter(c => !held.has(c.itemId)));
    this.#dead = reply.cards.length > 0 ? [] : this.#dead;
    this.end = this.cards.length > 0 ? null : reply.end;
    this.#lastRenewed = Date.now();
    // until then it is asked again: the picture of the pool changes without an answer
    this.ranked = reply.progress.ranked;
    this.#onState('ok');
    this.#onChange(reply);
  }

  /** The answer set has this version now: one that is older is asked for anew. */
  learn(version) { if (this.schema && version > this.schema.version) this.fetch(true); }

  /** The card on screen is done; the next one is there without a word to the server. */
  advance() { this.cards.shift(); }

  used() {
    this.#lastUse = Date.now();
    if (this.current && this.current.leaseUntil - Date.now() < WARN_BEFORE) this.#renew();
  }

  async #tick() {
    if (!this.current || document.hidden) return;
    const now = Date.now(), left = Math.min(...this.cards.map(c => c.leaseUntil)) - now;
    if (now - this.#lastRenewed >= RENEW_EVERY - 1000 && this.#lastUse > this.#lastRenewed) await this.#renew();
    else if (left < WARN_BEFORE) this.#onState('warn');
  }

  async #renew() {
    this.#lastRenewed = Date.now();
    const keep = this.cards.map(c => c.itemId);
    const result = await post(this.#project, 'renew', { token: this.#tabs.token, keep, free: [] });
    if (result.kind !== 'ok' || result.body.user !== this.#user) return;
    for (const card of this.cards) card.leaseUntil = result.body.leaseUntil;
    this.#onState('ok');
    // somebody else has one of them by now: start afresh behind the card on screen
    if (result.body.kept < keep.length) { this.cards.splice(1); this.fetch(); }
  }

  /** Closing the page gives back the cards ahead; the one on screen stays reserved for a return. */
  release() {
    const free = this.cards.splice(1).map(c => c.itemId);
    if (free.length > 0) post(this.#project, 'renew', { token: this.#tabs.token, keep: [], free });
  }

  stop() {
    this.release();
    this.#timers.forEach(clearInterval);
  }
}

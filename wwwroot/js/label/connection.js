// What the page says about the server: what waits here, what was refused, and why there is no card.
import { say } from './words.js';

const LOST = ['offline', 'sign-in', 'other-user'];

export class Connection {
  #page; #status = { waiting: 0, state: 'saved' }; #deckState = 'ok'; #refused = [];

  constructor(page) { this.#page = page; }

  draw() { this.#page.stage.showStatus(this.#status, this.#refused, () => this.#page.panels.open('refused', this.#refused)); }

  /** From the outbox. */
  onStatus(status) {
    const { schema, deck, history } = this.#page;
    this.#status = status;
    this.draw();
    if (!schema || deck?.current) return;
    if (!history.isOpen && status.state !== 'saving') this.#page.showCurrent();
    // the last reply may have been made for a fuller deck, with neither a card nor the reason why there is none
    if (status.state === 'saved' && !deck.end) deck.fetch();
  }

  /** From the deck: ok, warn, or what is lost. */
  onDeckState(state) {
    const warned = this.#deckState === 'warn';
    this.#deckState = state;
    // what else was said stays until the next text
    if (state === 'warn') this.#page.stage.say(say('GoesBackSoon'));
    else if (warned) this.#page.stage.say(null);
    if (this.#status.waiting > 0) return;
    if (LOST.includes(state)) this.onStatus({ ...this.#status, state });
    else if (state === 'ok' && this.#status.state !== 'saved') this.onStatus({ ...this.#status, state: 'saved' });
  }

  onReply(body) {
    if (body.acknowledged.some(a => a.kept === 'Surplus'))
      this.#page.stage.say(say('HadAnswered'));
    else if (body.acknowledged.some(a => a.kept === 'Older'))
      this.#page.stage.say(say('NewerThere'));
    else if (body.acknowledged.some(a => a.kept === 'Noted'))
      this.#page.stage.say(say('KeptAsNote'));
  }

  onRefused(list) {
    const { panels } = this.#page;
    this.#refused = list;
    this.draw();
    if (panels.name !== 'refused') return;
    if (list.length > 0) panels.open('refused', list); else panels.close();
  }

  showEmpty() {
    const { deck, outbox, stage } = this.#page, lost = [this.#status.state, this.#deckState].find(s => LOST.includes(s));
    stage.showEmpty(deck.end ? 'end' : lost ?? 'loading', deck.end, outbox.waiting);
  }
}

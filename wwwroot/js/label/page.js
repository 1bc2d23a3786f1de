// The label page's conductor: keys in, cards out, answers into the outbox. Nothing here waits for the network.
import { post } from './api.js';
import { Attention } from './attention.js';
import { Commands } from './commands.js';
import { Connection } from './connection.js';
import { Deck } from './deck.js';
import { editorOf } from './editors/editors.js';
import { History } from './history.js';
import { Keyboard } from './keyboard.js';
import { Keys } from './keys.js';
import { Notes } from './notes.js';
import { about, newId, openStore, Outbox } from './outbox.js';
import { Panels } from './panels.js';
import { Rail } from './rail.js';
import { Stage } from './stage.js';
import { Tabs } from './tabs.js';
import { say, use } from './words.js';

let page = null;

/** Starts on the page's root element; called again for another project it ends the earlier one. */
export async function start(root, options) {
  page?.stop();
  page = new LabelPage(root, options);
  await page.start();
}

export function stop() { page?.stop(); page = null; }
/** What others did meanwhile. */
export function learn(progress) { page?.rail.showProgress(progress); page?.deck?.learn(progress.schema); }

class LabelPage {
  #abort = new AbortController(); #startedAt = 0;

  constructor(root, { project, user, keys, bare, words }) {
    use(words);
    Object.assign(this, { project, user, root, shown: null, schema: null });
    this.keys = new Keys(keys, bare);
    this.keyboard = new Keyboard(this.keys, () => { this.stage.showKeys(); this.editor?.redraw(); });
    Object.assign(this, { commands: new Commands(this), notes: new Notes(this) });
    this.panels = new Panels(this.keys, { skip: i => this.skip(i), saveNote: text => this.notes.save(text),
      forget: id => this.outbox.forget(id) });
    this.stage = new Stage(root.querySelector('[data-part="stage"]'), this.keys, this.panels, name => this.commands.run(name));
    this.rail = new Rail(root, i => this.history.open(i));
    this.history = new History({ project, user, rail: this.rail, onOpen: entry => this.show(entry),
      onWhole: entry => { this.stage.showText(entry); this.editor.whole?.(entry); } });
    this.connection = new Connection(this);
    this.attention = new Attention(() => this.deck?.used());
  }

  async start() {
    const on = (target, name, run, capture = false) => target.addEventListener(name, run, { signal: this.#abort.signal, capture });
    // before the portal's own keys, so that ? opens one help, not two
    on(document, 'keydown', event => this.commands.onKey(event), true);
    on(window, 'online', () => { this.outbox?.flush(true); if (!this.deck?.current) this.deck?.fetch(); });
    on(window, 'pagehide', () => this.deck?.release());
    on(window, 'pageshow', event => { if (event.persisted) this.deck?.fetch(); });
    on(document, 'portal-help', event => { event.preventDefault(); this.commands.run('help'); });
    on(document, 'portal-reload', event => { event.preventDefault(); this.rail.showCircuitLost(); });
    on(document, 'visibilitychange', () => { if (!document.hidden) this.outbox?.flush(true); });

    const { project, user, connection } = this, store = await openStore(), tabs = this.tabs = new Tabs(user, project);
    this.outbox = new Outbox({
      store, user, project, deck: () => this.deck.request(), onReply: body => { this.deck.take(body); connection.onReply(body); },
      onStatus: status => connection.onStatus(status), onRefused: list => connection.onRefused(list),
    });
    this.deck = new Deck({ project, user, tabs, busy: () => this.outbox.items(), onChange: reply => this.onDeck(reply),
      onState: state => connection.onDeckState(state) });
    this.stage.showEmpty('loading');
    await Promise.all([this.outbox.load(), this.deck.join()]);
    // the deck asks first: a request under way makes the outbox ask for no cards beside it
    await Promise.all([this.deck.start(), this.outbox.flush(), this.history.load()]);
  }

  stop() {
    this.#abort.abort();
    for (const part of [this.attention, this.deck, this.outbox, this.tabs]) part?.stop();
  }

  /** reply: null where no reply brought the change. */
  onDeck(reply) {
    if (reply) { this.rail.showProgress(reply.progress, reply.firstHeld ?? []); this.stage.showRanked(reply.progress.ranked); }
    if (this.deck.schema !== this.schema) this.#useSchema(this.deck.schema);
    // a reopened answer stays open, whatever came or did not
    const isUpToDate = !this.schema || this.shown?.itemId === this.deck.current?.itemId;
    if (!this.history.isOpen && (!isUpToDate || !this.deck.current)) this.showCurrent();
  }

  #useSchema(schema) {
    this.schema = schema;
    this.editor?.renew(schema);
    this.editor ??= editorOf(schema, { keys: this.keys, user: this.user, draft: (itemId, answer) => this.#draft(itemId, answer),
      send: value => this.send(value), isShown: itemId => this.shown?.itemId === itemId, tell: words => this.stage.say(words),
      item: this.stage.item, signal: this.#abort.signal });
    this.stage.setSchema(schema, this.editor);
    this.connection.draw();
  }

  showCurrent() {
    this.history.leave();
    this.shown = this.deck.current;
    if (this.shown) this.show(null);
    else this.connection.showEmpty();
  }

  /** entry: an earlier answer that was reopened; null: the card that is due. */
  show(entry) {
    if (!entry && !this.deck.current) { this.showCurrent(); return; }
    this.shown = entry ?? this.deck.current;
    this.stage.showCard(entry ? { queue: 'Random', ...entry } : this.shown, entry !== null);
    this.editor.show(this.shown, entry?.answer ?? null, entry ? null : this.shown.draft ?? null);
    this.#startedAt = Date.now();
    this.attention.take();
  }

  // ---- what a person gives

  /** Unfinished text, for another machine. */
  #draft(itemId, answer) {
    post(this.project, 'drafts', { records: [{ submissionId: newId(), user: this.user, itemId, answer }] });
  }

  /** value: {answer, words}, as the editor gives it. */
  send(value) {
    const card = this.shown, fault = card && value && this.editor.fault(value);
    const judge = why => why ? this.stage.say(why) : this.answer(value);
    // a check that takes its time must not answer for the next card
    if (fault instanceof Promise) fault.then(why => { if (this.shown === card) judge(why); });
    else if (card && value) judge(fault);
  }

  answer({ answer, words }) {
    const activeMs = this.attention.take(), suggested = !this.history.isOpen && !!this.shown.suggestion;
    this.#finish({ answer, answerText: words }, 'answers', { answer, startedAt: this.#startedAt, activeMs, suggested }, activeMs);
  }

  skip(index) {
    const reason = this.schema.skipReasons[index];
    if (!this.shown || !reason) return;
    this.panels.close();
    this.#finish({ answer: null, answerText: say('Skipped', { reason }) }, 'skip', { reason }, this.attention.take());
  }

  /** The key's whole path: show the next card, then keep and send. */
  #finish(result, route, body, activeMs) {
    const card = this.shown, revising = this.history.isOpen, { entry, known } = this.history.add(card, result);
    this.editor.sent?.();
    if (!revising) this.deck.advance();
    this.stage.say(null);
    this.showCurrent();
    const record = this.outbox.add(route, card.itemId, body, about(card, result.answerText), known);
    Object.assign(entry, { submissionId: record.submissionId, answeredAt: record.at });
    if (!revising && route === 'answers') this.rail.countAnswer(activeMs);
    if (!this.deck.current) this.deck.fetch();
    this.history.draw();
  }
}

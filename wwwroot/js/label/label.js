// The label page's conductor: keys in, cards out, answers into the outbox. Nothing here waits for the network.
import { Attention } from './attention.js';
import { Choices } from './choices.js';
import { Deck } from './deck.js';
import { openStore, Outbox } from './outbox.js';
import { post, put } from './api.js';
import { Keyboard } from './keyboard.js';
import { Keys } from './keys.js';
import { Rail } from './rail.js';
import { Stage } from './stage.js';
import { Tabs } from './tabs.js';
import { Writing } from './writing.js';

const HISTORY = 50, EXCERPT = 200;
let page = null;

/** Starts on the page's root element; called again for another project it ends the earlier one. */
export async function start(root, options) {
  page?.stop();
  page = new LabelPage(root, options);
  await page.start();
}

export function stop() { page?.stop(); page = null; }

class LabelPage {
  constructor(root, { project, user, keys, bare }) {
    this.project = project; this.user = user; this.history = []; this.openAt = -1; this.shown = null; this.startedAt = 0;
    this.connection = 'saved'; this.standing = null; this.refused = []; this.schema = null; this.root = root;
    this.keys = new Keys(keys, bare);
    this.keyboard = new Keyboard(this.keys, (changed, on) => this.saveKeys(changed, on));
    this.abort = new AbortController();
    const actions = {
      undo: () => this.reopen(this.openAt + 1), skipMenu: () => this.skipMenu(), skip: i => this.skip(i), flag: () => this.flag(), note: () => this.note(),
      saveNote: text => this.saveNote(text), guideline: () => this.guideline(), help: () => this.help(), accept: () => this.accept(),
      forget: id => this.outbox.forget(id), showRefused: () => this.stage.openRefused(this.refused),
    };
    this.stage = new Stage(root.querySelector('[data-part="stage"]'), this.keys, actions);
    this.rail = new Rail(root, i => this.reopen(i));
    this.attention = new Attention(() => this.deck?.used());
  }

  async start() {
    const signal = this.abort.signal;
    // before the portal's own keys, so that ? opens one help, not two
    document.addEventListener('keydown', event => this.onKey(event), { signal, capture: true });
    addEventListener('online', () => { this.outbox?.flush(true); if (!this.deck?.current) this.deck?.fetch(); }, { signal });
    addEventListener('pagehide', () => this.deck?.release(), { signal });
    addEventListener('pageshow', event => { if (event.persisted) this.deck?.fetch(); }, { signal });
    document.addEventListener('portal-reload', event => { event.preventDefault(); this.rail.showCircuitLost(); }, { signal });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.outbox?.flush(true); }, { signal });

    const store = await openStore();
    this.tabs = new Tabs(this.user, this.project);
    this.outbox = new Outbox({
      store, user: this.user, project: this.project, deck: () => this.deck.request(),
      onReply: body => { this.deck.take(body); this.tellConflicts(body); },
      onStatus: status => this.onStatus(status),
      onRefused: list => { this.refused = list; if (this.status) this.onStatus(this.status); if (this.stage.panelName === 'refused') list.length ? this.stage.openRefused(list) : this.stage.close(); },
    });
    this.deck = new Deck({
      project: this.project, user: this.user, tabs: this.tabs, busy: () => this.outbox.items(),
      onChange: progress => this.onDeck(progress), onState: state => this.onDeckState(state),
    });
    this.stage.showEmpty('loading');
    await Promise.all([this.outbox.load(), this.deck.join()]);
    // the deck asks first: a request under way makes the outbox ask for no cards beside it
    await Promise.all([this.deck.start(), this.outbox.flush(), this.loadHistory()]);
  }

  stop() {
    this.abort.abort(); this.attention.stop(); this.deck?.release(); this.deck?.stop(); this.outbox?.stop(); this.tabs?.leave();
  }

  // ---- what comes in

  onDeck(progress) {
    if (progress) {
      this.rail.showProgress(progress);
      this.standing = progress.ranked ? null : 'The pool is not ranked yet: items come in random order until it is.';
    }
    if (this.deck.schema && !this.schema) this.useSchema(this.deck.schema);
    if (this.openAt < 0 && this.schema && this.shown?.itemId !== this.deck.current?.itemId || !this.deck.current) this.showCurrent();
  }

  useSchema(schema) {
    this.schema = schema;
    this.editor = schema.taskType === 'choice' ? new Choices(schema.choices, this.keys, label => this.choose(label))
      : new Writing({ limit: schema.answerLimit, pattern: schema.answerPattern, completions: schema.completions, keys: this.keys, keyOf: item => `dataefficiency.draft.${this.user}.${item}`, onSend: () => this.send(), onDraft: (item, text) => this.draft(item, text) });
    this.stage.setSchema(schema, this.editor.element);
    this.stage.showStatus(this.status, this.refused.length);
  }

  onStatus(status) {
    this.status = status;
    this.connection = status.state;
    this.stage.showStatus(status, this.refused.length);
    if (!this.schema || this.deck?.current) return;
    if (this.openAt < 0 && status.state !== 'saving') this.showCurrent();
    // the last reply may have been made for a fuller deck, with neither a card nor the reason why there is none
    if (status.state === 'saved' && !this.deck.end) this.deck.fetch();
  }

  onDeckState(state) {
    this.deckState = state;
    this.stage.say(state === 'warn' ? 'This item goes back to the others in a minute unless you go on.' : this.standing);
    if (state !== 'ok' && state !== 'warn' && this.status?.waiting === 0) this.onStatus({ ...this.status, state });
    else if (state === 'ok' && this.status?.waiting === 0 && this.connection !== 'saved') this.onStatus({ ...this.status, state: 'saved' });
  }

  tellConflicts(body) {
    if (body.acknowledged.some(a => a.kept === 'Surplus'))
      this.stage.say('Somebody else had answered that item by then; your answer is kept beside theirs.');
  }

  async loadHistory() {
    const result = await post(this.project, 'recent', {}, { keepalive: false });
    if (result.kind !== 'ok' || result.body.user !== this.user) return;
    const own = new Set(this.history.map(h => h.itemId));
    this.history = [...this.history, ...result.body.answers.filter(a => !own.has(a.itemId))].slice(0, HISTORY);
    this.drawHistory();
  }

  // ---- what is shown

  showCurrent() {
    this.openAt = -1;
    const card = this.deck.current;
    this.shown = card;
    if (card) this.show(card, card.draft ?? null);
    else {
      const lost = ['offline', 'sign-in', 'other-user'];
      this.stage.showEmpty(this.deck.end ? 'end' : lost.includes(this.connection) ? this.connection : lost.includes(this.deckState) ? this.deckState : 'loading', this.deck.end, this.outbox.waiting);
    }
  }

  show(card, draft, answer = null) {
    this.stage.showCard(card, this.openAt >= 0);
    if (this.editor instanceof Writing) this.editor.show(card.itemId, answer, draft);
    else this.editor.show(answer);
    this.startedAt = Date.now();
    this.attention.take();
  }

  drawHistory() { requestAnimationFrame(() => this.rail.showLast(this.history, this.openAt)); }

  // ---- what a person does

  onKey(event) {
    if (!this.schema || event.defaultPrevented) return;
    if (this.keyboard.waiting) {
      if (this.keyboard.take(event)) event.preventDefault();
      return;
    }
    const choices = this.editor instanceof Choices ? this.editor : null;
    const action = this.keys.actionOf(event, { mode: this.stage.panelName, type: this.schema.taskType, labels: this.schema.choices, finderInput: choices?.input, offering: this.editor.offering });
    if (!action) return;
    event.preventDefault();
    switch (action.name) {
      case 'choose': return this.choose(action.label);
      case 'choose-found': { const label = choices.foundAt(action.index); return label && this.choose(label); }
      case 'move': return this.editor.move(action.by);
      case 'accept': return this.accept();
      case 'finder': return this.shown && choices.open(action.text);
      case 'send': case 'send-anywhere': return this.send(event);
      case 'undo': return this.reopen(this.openAt + 1);
      case 'redo': return this.reopen(this.openAt - 1);
      case 'skip-menu': return this.skipMenu();
      case 'skip': return this.skip(action.index);
      case 'flag': return this.flag();
      case 'note': return this.note();
      case 'draft': return this.editor instanceof Writing && this.shown ? this.editor.saveNow() : undefined;
      case 'guideline': return this.guideline();
      case 'help': return this.help();
      case 'escape': return this.escape(event);
    }
  }

  escape(event) {
    const choices = this.editor instanceof Choices ? this.editor : null;
    if (this.stage.panelName) { document.activeElement?.blur?.(); this.stage.close(); }
    else if (choices?.isOpen) choices.close();
    else if (event.target !== document.body && event.target instanceof HTMLElement && event.target.matches('textarea, input')) event.target.blur();
    else if (this.openAt >= 0) this.showCurrent(), this.drawHistory();
  }

  choose(label) { this.answer({ label: label.id }, label.name); }

  send(event) {
    if (this.stage.panelName === 'note' && event) { document.activeElement?.blur?.(); this.stage.close(); return; }
    if (this.editor instanceof Writing) {
      const { text, fault } = this.editor;
      if (!this.shown || event?.key === 'Enter' && !event.ctrlKey && this.editor.complete()) return;
      if (fault) { this.stage.say(fault); return; }
      this.editor.sent();
      this.answer({ text }, text);
    } else if (this.editor instanceof Choices && this.editor.isOpen) {
      const label = this.editor.foundAt(null);
      if (label) this.choose(label);
    }
  }

  /** Takes the suggestion that stands beside the item. */
  accept() {
    const suggestion = this.openAt < 0 ? this.shown?.suggestion : null;
    if (!suggestion) return;
    if (this.editor instanceof Writing) this.editor.sent();
    this.answer(suggestion, this.stage.wordsOf(suggestion));
  }

  /** The key's whole path: note, show the next card, then keep and send. */
  answer(answer, answerText) {
    const card = this.shown;
    if (!card) return;
    const activeMs = this.attention.take(), body = { answer, startedAt: this.startedAt, activeMs, suggested: this.openAt < 0 && !!card.suggestion };
    this.finish(card, { answer, answerText }, 'answers', body, activeMs);
  }

  finish(card, result, route, body, activeMs) {
    const revising = this.openAt >= 0, known = this.history.find(h => h.itemId === card.itemId);
    const entry = { ...card, ...result };
    this.history = [entry, ...this.history.filter(h => h.itemId !== card.itemId)].slice(0, HISTORY);
    if (!revising) this.deck.advance();
    this.stage.say(this.standing);
    this.showCurrent();
    const about = { text: card.text.slice(0, EXCERPT), answer: result.answerText };
    const { submissionId, at } = this.outbox.add(route, card.itemId, body, about, known && { submissionId: known.submissionId, at: known.answeredAt });
    Object.assign(entry, { submissionId, answeredAt: at });
    if (!revising && route === 'answers') this.rail.countAnswer(activeMs);
    if (!this.deck.current) this.deck.fetch();
    this.drawHistory();
  }

  skipMenu() {
    if (!this.shown) return;
    if (this.stage.panelName === 'skip') this.stage.close(); else this.stage.openSkip();
  }

  skip(index) {
    const reason = this.schema.skipReasons[index], card = this.shown;
    if (!card || !reason) return;
    this.stage.close();
    if (this.editor instanceof Writing) this.editor.sent();
    this.finish(card, { answer: null, answerText: `skipped: ${reason}` }, 'skip', { reason }, this.attention.take());
  }

  /** 0 is the last answer, higher ones are older, below 0 is the newest card. */
  async reopen(at) {
    if (at < -1 || at >= this.history.length) return;
    if (at < 0) { this.showCurrent(); this.drawHistory(); return; }
    const entry = this.history[at];
    this.openAt = at;
    this.shown = entry;
    this.show({ queue: 'Random', ...entry }, null, entry.answer);
    this.drawHistory();
    if (entry.queue || entry.whole || entry.text.length < EXCERPT) return;
    const result = await post(this.project, 'recent', { itemId: entry.itemId }, { keepalive: false });
    if (result.kind !== 'ok' || !result.body.answers[0]) return;
    const { text, parts } = result.body.answers[0];
    Object.assign(entry, { text, parts, whole: true });
    if (this.shown === entry) this.stage.showText(entry);
  }

  flag() { if (this.shown) this.remark(this.shown, { flagged: !this.shown.flagged }); }
  note() { if (this.shown) { this.noted = this.shown; this.stage.openNote(this.shown.note); } }

  saveNote(text) {
    const note = text.trim() || null;
    if (this.noted && note !== (this.noted.note ?? null)) this.remark(this.noted, { note });
  }

  remark(card, change) {
    Object.assign(card, change);
    if (card === this.shown) this.stage.showRemark(card);
    this.outbox.add('remarks', card.itemId, { flagged: !!card.flagged, note: card.note ?? null }, { text: card.text.slice(0, EXCERPT), answer: 'flag or note' });
  }

  draft(itemId, text) {
    if (this.shown?.itemId !== itemId) return;
    const record = { submissionId: '00000000-0000-0000-0000-000000000000', user: this.user, itemId, answer: text === null ? null : { text } };
    post(this.project, 'drafts', { records: [record] });
  }

  guideline() {
    const box = this.root.querySelector('details.guideline');
    if (!box) return;
    box.open = !box.open;
    if (box.open) box.scrollIntoView({ block: 'nearest' });
  }

  help() { if (this.stage.panelName === 'help') this.stage.close(); else this.stage.openHelp(this.keyboard); }

  async saveKeys(changed, bare) {
    // at once: who needs the switch cannot wait for the server
    this.keys.bare = bare;
    const result = await put('keys', { bare, changed });
    if (result.kind !== 'ok') return result.reason ?? 'The server cannot be reached: your keys are not stored.';
    this.keys.use(result.body);
    this.stage.showKeys();
    this.editor?.redraw();
    return null;
  }
}

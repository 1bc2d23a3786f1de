// What is on screen: the text, the question, the editor, the panels and the keys. It knows no network.
import { clock, count, el, kbd } from './markup.js';

const queueNames = {
  First32: card => `among the least sure of ${count(card.pool)}`,
  Active: card => card.place > 0 ? `no. ${count(card.place)} by need of ${count(card.pool)}` : 'new, not ranked yet',
  Random: () => 'random pick',
};

export class Stage {
  /** actions: undo, skipMenu, skip(index), flag, note, saveNote(text), guideline, help, accept, forget(id), showRefused. */
  constructor(root, keys, actions) {
    this.root = root; this.keys = keys; this.actions = actions; this.panelName = null;
    this.project = el('span', { dir: 'auto' });
    this.place = el('span');
    this.flagged = el('span', { className: 'tag wait', hidden: true }, 'flagged');
    this.saved = el('span', { className: 'saved' });
    this.saved.setAttribute('role', 'status');
    this.notice = el('p', { className: 'notice', hidden: true });
    this.notice.setAttribute('role', 'status');
    this.item = el('blockquote', { className: 'item skeleton', dir: 'auto', tabIndex: -1 });
    this.fields = el('details', { className: 'fields', hidden: true });
    this.question = el('p', { className: 'question', dir: 'auto' });
    this.editor = el('div', { className: 'editor-place' });
    this.suggestion = el('p', { className: 'suggestion', hidden: true });
    this.panel = el('section', { className: 'panel', hidden: true });
    this.footer = el('footer', { className: 'keys' }, ...[['undo', 'undo', actions.undo], ['skip-menu', 'skip', actions.skipMenu], ['flag', 'flag', actions.flag],
      ['note', 'note', actions.note], ['guideline', 'guideline', actions.guideline], ['help', 'all keys', actions.help]].map(([action, name, run]) => {
      const button = el('button', { type: 'button', className: 'keyed', onclick: run }, kbd(''), el('span', {}, name));
      button.dataset.action = action;
      return button;
    }));
    this.showKeys();
    root.replaceChildren(el('div', { className: 'meta' }, this.project, this.place, this.flagged, this.saved), this.notice,
      this.item, this.fields, this.question, this.suggestion, this.editor, this.panel, this.footer);
  }

  showKeys() {
    for (const button of this.footer.children) button.firstChild.textContent = this.keys.of(button.dataset.action);
  }

  setSchema(schema, editor) {
    this.schema = schema;
    this.project.textContent = schema.project;
    this.question.textContent = schema.instruction;
    this.editor.replaceChildren(editor);
  }

  /** The words of a card come first: everything else may follow a frame later. */
  showCard(card, reopened) {
    this.root.dataset.item = card.itemId;
    this.item.className = 'item';
    this.showText(card);
    this.item.scrollTop = 0;
    this.place.textContent = reopened ? 'your earlier answer' : `item ${count(card.line)} · ${(queueNames[card.queue] ?? queueNames.Random)(card)}`;
    this.root.classList.toggle('reopened', !!reopened);
    this.question.hidden = this.editor.hidden = false;
    this.showRemark(card);
    this.#showSuggestion(reopened ? null : card.suggestion);
    this.#showFields(card.metadata);
    if (this.panelName === 'skip' || this.panelName === 'note') this.close();
  }

  /** One text, or its named parts; only ever as text. */
  showText({ text, parts }) {
    if (!parts) this.item.textContent = text;
    else this.item.replaceChildren(...parts.map(part => el('div', { className: 'part' },
      el('span', { className: 'part-name', dir: 'auto' }, part.name), el('div', { className: 'part-text', dir: 'auto' }, part.text))));
  }

  wordsOf(answer) { return answer.text ?? this.schema.choices.find(c => c.id === answer.label)?.name ?? ''; }

  #showSuggestion(answer) {
    this.suggestion.hidden = !answer;
    this.suggestion.replaceChildren(...answer ? ['The model suggests ', el('b', { dir: 'auto' }, this.wordsOf(answer)),
      el('button', { type: 'button', className: 'keyed', onclick: this.actions.accept }, kbd(this.keys.of('accept')), el('span', {}, 'accept'))] : []);
  }

  showRemark(card) { this.flagged.hidden = !card?.flagged; }

  /** No card: waiting, offline, or an end with its reason. */
  showEmpty(state, end, waiting) {
    delete this.root.dataset.item;
    this.root.classList.remove('reopened');
    this.question.hidden = this.editor.hidden = state !== 'loading' || !this.schema;
    this.fields.hidden = this.flagged.hidden = this.suggestion.hidden = true;
    this.place.textContent = '';
    this.item.className = state === 'loading' ? 'item skeleton' : 'item empty';
    const kept = waiting > 0 ? ` ${count(waiting)} ${waiting === 1 ? 'answer is' : 'answers are'} kept here and sent as soon as it can be.` : '';
    this.item.textContent = state === 'loading' ? ''
      : state === 'offline' ? `The server cannot be reached, and all cards of this page are done.${kept}`
      : state === 'sign-in' ? `You are signed out.${kept}`
      : state === 'other-user' ? 'Somebody else is signed in now. Reload the page to label as that person.'
      : `${end?.reason ?? 'There is nothing to label now.'}${end?.freeAt ? ` The first comes back at ${clock(end.freeAt)} at the latest.` : ''}${kept}`;
    if (state !== 'loading') this.item.append(el('p', {}, el('a', { href: '' + document.baseURI }, 'To your projects')));
  }

  #showFields(metadata) {
    const rows = metadata && typeof metadata === 'object' ? Object.entries(metadata) : [];
    this.fields.hidden = rows.length === 0;
    if (rows.length > 0) this.fields.replaceChildren(el('summary', {}, `${count(rows.length)} more ${rows.length === 1 ? 'field' : 'fields'}`),
      el('dl', {}, ...rows.flatMap(([name, value]) => [el('dt', { dir: 'auto' }, name), el('dd', { dir: 'auto' }, typeof value === 'string' ? value : JSON.stringify(value))])));
  }

  /** state: saved, saving, offline, sign-in, other-user. */
  showStatus({ waiting, state, lasting }, refused) {
    const kept = `${count(waiting)} kept here`;
    const text = { saved: '✓ all saved', saving: waiting > 1 ? `saving ${count(waiting)}` : 'saving', offline: waiting ? `offline · ${kept}` : 'offline',
      'sign-in': `sign in again · ${kept}`, 'other-user': `another person is signed in · ${kept}` }[state];
    const bad = state !== 'saved' && state !== 'saving';
    this.root.dataset.connection = state;
    this.root.dataset.waiting = waiting;
    this.saved.className = `saved ${bad ? 'warn' : state}`;
    this.saved.replaceChildren(bad ? el('i', { className: 'dot' }) : '', state === 'sign-in'
      ? el('a', { href: `sign-in?returnUrl=${encodeURIComponent(location.pathname)}` }, text) : text,
    lasting === false ? ' · kept only until this tab closes' : '',
    refused > 0 ? el('button', { type: 'button', className: 'link', onclick: this.actions.showRefused }, ` · ${count(refused)} refused`) : '');
  }

  say(text) {
    this.notice.textContent = text ?? '';
    this.notice.hidden = !text;
  }

  close() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.panelName = null;
    if (this.panel.contains(document.activeElement)) this.item.focus({ preventScroll: true });
  }

  #open(name, title, ...children) {
    this.panelName = name;
    this.panel.dataset.name = name;
    this.panel.replaceChildren(el('div', { className: 'cardhead' }, el('h2', { className: 'panel-title' }, title),
      el('button', { type: 'button', className: 'link', onclick: () => this.close() }, 'close ', kbd(this.keys.of('escape')))), ...children);
    this.panel.hidden = false;
    this.panel.scrollIntoView({ block: 'nearest' });
  }

  openSkip() {
    this.#open('skip', 'Why skip this item?', el('div', { className: 'chips' }, ...this.schema.skipReasons.map((reason, i) =>
      el('button', { type: 'button', className: 'chip', onclick: () => this.actions.skip(i) }, kbd(this.keys.of(`label-${i + 1}`)), el('span', {}, reason)))));
  }

  openNote(text) {
    const input = el('textarea', { rows: 3, value: text ?? '', dir: 'auto', maxLength: 4000, ariaLabel: 'Note on this item', onblur: () => this.actions.saveNote(input.value) });
    this.#open('note', 'Note on this item', input, el('p', { className: 'note' }, 'Kept when you leave the field.'));
    input.focus();
  }

  openHelp(keyboard) { this.#open('help', 'Keys', keyboard.element); }

  openRefused(list) {
    this.#open('refused', 'Not taken by the server', el('ul', { className: 'refused' }, ...list.map(r => el('li', {},
      el('p', { dir: 'auto' }, el('b', {}, r.about?.answer ?? r.route), ` — ${r.about?.text ?? ''}`), el('p', { className: 'note' }, r.reason, r.code ? el('code', {}, ` ${r.code}`) : null),
      el('button', { type: 'button', className: 'btn ghost', onclick: event => copy(event.target, r) }, 'Copy'), ' ',
      el('button', { type: 'button', className: 'btn ghost', onclick: () => this.actions.forget(r.submissionId) }, 'Remove from this list')))));
  }
}

async function copy(button, record) {
  const text = JSON.stringify({ item: record.itemId, ...record.about, ...record.body, reason: record.reason }, null, 2);
  try { await navigator.clipboard.writeText(text); } catch {
    // plain http has no clipboard: show the text selected instead
    const area = el('textarea', { value: text, rows: 6, readOnly: true });
    button.after(area);
    area.select();
    return;
  }
  button.textContent = 'Copied';
}

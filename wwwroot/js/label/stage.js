// What is on screen: the text, the question, the editor and the keys. It knows no network.
import { clock, count, el, kbd } from './markup.js';

const queueNames = {
  First32: card => `among the least sure of ${count(card.pool)}`,
  Active: card => card.place > 0 ? `no. ${count(card.place)} by need of ${count(card.pool)}` : 'new, not ranked yet',
  Random: () => 'random pick',
};
// of commands: their names in the map of keys, and as people read them
const BUTTONS = [['undo', 'undo'], ['skip-menu', 'skip'], ['flag', 'flag'], ['note', 'note'], ['guideline', 'guideline'],
  ['help', 'all keys']];

/** "Ben: 2 items until 14:32", in the reader's zone. */
export const holds = ({ name, items, until }) =>
  `${name ?? 'You, in another tab'}: ${count(items)} ${items === 1 ? 'item' : 'items'} until ${clock(until)}`;

export class Stage {
  #keys; #panels; #run; #standing = null; #schema = null;

  /** run(name): does what the button of that name asks for. */
  constructor(root, keys, panels, run) {
    this.root = root; this.#keys = keys; this.#panels = panels; this.#run = run;
    const status = (name, properties) => {
      const element = el(name, properties);
      element.setAttribute('role', 'status');
      return element;
    };
    this.project = el('span', { dir: 'auto' });
    this.place = el('span');
    this.flagged = el('span', { className: 'tag wait', hidden: true }, 'flagged');
    this.saved = status('span', { className: 'saved' });
    this.notice = status('p', { className: 'notice', hidden: true });
    this.item = el('blockquote', { className: 'item skeleton', dir: 'auto', tabIndex: -1 });
    this.remark = el('p', { className: 'remark', dir: 'auto', hidden: true });
    this.fields = el('details', { className: 'fields', hidden: true });
    this.question = el('p', { className: 'question', dir: 'auto' });
    this.editor = el('div', { className: 'editor-place' });
    this.suggestion = el('p', { className: 'suggestion', hidden: true });
    this.footer = el('footer', { className: 'keys' }, ...BUTTONS.map(([action, name]) => {
      const button = el('button', { type: 'button', className: 'keyed', onclick: () => run(action) }, kbd(''), el('span', {}, name));
      button.dataset.action = action;
      return button;
    }));
    this.showKeys();
    root.replaceChildren(el('div', { className: 'meta' }, this.project, this.place, this.flagged, this.saved), this.notice, this.item,
      this.remark, this.fields, this.question, this.suggestion, this.editor, panels.element, this.footer);
  }

  showKeys() {
    for (const button of this.footer.children) button.firstChild.textContent = this.#keys.of(button.dataset.action);
  }

  setSchema(schema, editor) {
    this.#schema = schema;
    this.project.textContent = schema.project;
    this.question.textContent = schema.instruction;
    this.editor.replaceChildren(editor);
  }

  /** The words of a card come first: everything else may follow a frame later. */
  showCard(card, reopened) {
    this.root.dataset.item = card.itemId;
    this.root.classList.remove('loading');
    this.item.className = 'item';
    this.showText(card);
    this.item.scrollTop = 0;
    this.place.textContent = reopened ? 'your earlier answer'
      : `item ${count(card.line)} · ${(queueNames[card.queue] ?? queueNames.Random)(card)}`;
    this.root.classList.toggle('reopened', reopened);
    this.question.hidden = this.editor.hidden = false;
    this.showRemark(card);
    this.#showSuggestion(reopened ? null : card.suggestion);
    this.#showFields(card.metadata);
    if (this.#panels.name === 'skip' || this.#panels.name === 'note') this.#panels.close();
  }

  /** One text, or its named parts; only ever as text. */
  showText({ text, parts }) {
    if (!parts) this.item.textContent = text;
    else this.item.replaceChildren(...parts.map(part => el('div', { className: 'part' },
      el('span', { className: 'part-name', dir: 'auto' }, part.name), el('div', { className: 'part-text', dir: 'auto' }, part.text))));
  }

  wordsOf(answer) { return answer.text ?? this.#schema.choices.find(c => c.id === answer.label)?.name ?? ''; }

  #showSuggestion(answer) {
    this.suggestion.hidden = !answer;
    this.suggestion.replaceChildren(...answer ? ['The model suggests ', el('b', { dir: 'auto' }, this.wordsOf(answer)),
      el('button', { type: 'button', className: 'keyed', onclick: () => this.#run('accept') },
        kbd(this.#keys.of('accept')), el('span', {}, 'accept'))] : []);
  }

  showRemark(card) {
    this.flagged.hidden = !card.flagged;
    this.remark.hidden = !card.note;
    this.remark.replaceChildren(el('b', {}, 'Your note: '), card.note ?? '');
  }

  #showFields(metadata) {
    const rows = metadata && typeof metadata === 'object' ? Object.entries(metadata) : [];
    this.fields.hidden = rows.length === 0;
    if (rows.length === 0) return;
    this.fields.replaceChildren(el('summary', {}, `${count(rows.length)} more ${rows.length === 1 ? 'field' : 'fields'}`),
      el('dl', {}, ...rows.flatMap(([name, value]) => [el('dt', { dir: 'auto' }, name),
        el('dd', { dir: 'auto' }, typeof value === 'string' ? value : JSON.stringify(value))])));
  }

  /** No card: loading, offline, signed out, or an end with its reason. */
  showEmpty(state, end, waiting) {
    delete this.root.dataset.item;
    this.root.classList.remove('reopened');
    this.root.classList.toggle('loading', state === 'loading');
    this.question.hidden = state !== 'loading' || !this.#schema;
    this.editor.hidden = state !== 'loading';
    this.fields.hidden = this.flagged.hidden = this.suggestion.hidden = this.remark.hidden = true;
    this.place.textContent = '';
    this.item.className = state === 'loading' ? 'item skeleton' : 'item empty';
    const kept = waiting > 0
      ? ` ${count(waiting)} ${waiting === 1 ? 'answer is' : 'answers are'} kept here and sent as soon as it can be.` : '';
    this.item.textContent = state === 'loading' ? ''
      : state === 'offline' ? `The server cannot be reached, and all cards of this page are done.${kept}`
      : state === 'sign-in' ? `You are signed out.${kept}`
      : state === 'other-user' ? 'Somebody else is signed in now. Reload the page to label as that person.'
      : `${end.reason}${end.freeAt ? ` The first comes back at ${clock(end.freeAt)} at the latest.` : ''}${kept}`;
    if (state === 'end' && end.held) this.item.append(el('ul', {}, ...end.held.map(h => el('li', { dir: 'auto' }, `${holds(h)}.`))));
    if (state !== 'loading') this.item.append(el('p', {}, el('a', { href: '' + document.baseURI }, 'To your projects')));
  }

  /** state: saved, saving, offline, sign-in, other-user; onRefused: opens their list. */
  showStatus({ waiting, state, lasting }, refused, onRefused) {
    const kept = `${count(waiting)} kept here`;
    // before anything has come there is nothing that could be called saved
    const text = { saved: this.#schema ? '✓ all saved' : 'loading', saving: waiting > 1 ? `saving ${count(waiting)}` : 'saving',
      offline: waiting ? `offline · ${kept}` : 'offline', 'sign-in': `sign in again · ${kept}`,
      'other-user': `another person is signed in · ${kept}` }[state];
    const bad = state !== 'saved' && state !== 'saving';
    this.root.dataset.connection = state;
    this.root.dataset.waiting = waiting;
    this.saved.className = `saved ${bad ? 'warn' : this.#schema ? state : 'saving'}`;
    this.saved.replaceChildren(bad ? el('i', { className: 'dot' }) : '',
      state === 'sign-in' ? el('a', { href: `sign-in?returnUrl=${encodeURIComponent(location.pathname)}` }, text) : text,
      lasting === false ? ' · kept only until this tab closes' : '', refused.length === 0 ? ''
        : el('button', { type: 'button', className: 'link', onclick: onRefused }, ` · ${count(refused.length)} refused`));
  }

  /** What holds as long as nothing else is to be said. */
  showRanked(ranked) { this.#standing = ranked ? null : 'The pool is not ranked yet: items come in random order until it is.'; }

  say(text) {
    this.notice.textContent = text ?? this.#standing ?? '';
    this.notice.hidden = !this.notice.textContent;
  }
}

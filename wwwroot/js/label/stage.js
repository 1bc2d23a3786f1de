// What is on screen: the text, the question, the editor and the keys. It knows no network.
import { clock, el, kbd } from './markup.js';
import { say } from './words.js';

const queueNames = {
  First32: () => 'QueueFirst32', Active: card => card.place > 0 ? 'QueueActive' : card.place < 0 ? 'QueueNeed' : 'QueueNew',
  Random: () => 'QueueRandom',
};
// of commands: their names in the map of keys, and the words on them
const BUTTONS = [['undo', 'ButtonUndo'], ['skip-menu', 'ButtonSkip'], ['flag', 'ButtonFlag'], ['note', 'ButtonNote'],
  ['guideline', 'ButtonGuideline'], ['help', 'ButtonHelp']];

/** "Ben: 2 items until 14:32", in the reader's zone. */
export const holds = ({ name, items, until }) =>
  say(name ? 'HeldBy' : 'HeldByYou', { name, items, time: clock(until) });

export class Stage {
  #keys; #panels; #run; #standing = null; #schema = null; #editor = null;

  /** run(name): does what the button of that name asks for. */
  constructor(root, keys, panels, run) {
    this.root = root; this.#keys = keys; this.#panels = panels; this.#run = run;
    const status = (name, properties) => {
      const element = el(name, properties);
      element.setAttribute('role', 'status');
      return element;
    };
    this.project = el('span', { className: 'of', dir: 'auto' });
    this.place = el('span');
    this.flagged = el('span', { className: 'tag wait', hidden: true }, say('Flagged'));
    this.saved = status('span', { className: 'saved' });
    this.notice = status('p', { className: 'notice', hidden: true });
    this.item = el('blockquote', { className: 'item skeleton', dir: 'auto', tabIndex: -1 });
    this.remark = el('p', { className: 'remark', dir: 'auto', hidden: true });
    this.returned = el('p', { className: 'returned', dir: 'auto', hidden: true });
    this.fields = el('details', { className: 'fields', hidden: true });
    this.question = el('p', { className: 'question', dir: 'auto' });
    this.editor = el('div', { className: 'editor-place' });
    this.suggestion = el('p', { className: 'suggestion', hidden: true });
    this.footer = el('footer', { className: 'keys' }, ...BUTTONS.map(([action, words]) => {
      const button = el('button', { type: 'button', className: 'keyed', onclick: () => run(action) }, kbd(''), el('span', {}, say(words)));
      button.dataset.action = action;
      return button;
    }));
    this.showKeys();
    root.replaceChildren(el('div', { className: 'meta' }, this.project, this.place, this.flagged, this.saved), this.notice, this.returned,
      this.item, this.remark, this.fields, this.question, this.suggestion, this.editor, panels.element, this.footer);
  }

  showKeys() {
    for (const button of this.footer.children) button.firstChild.textContent = this.#keys.of(button.dataset.action);
  }

  setSchema(schema, editor) {
    this.#schema = schema;
    this.project.textContent = this.project.title = schema.project;
    this.question.textContent = schema.instruction;
    // taking it out and in again would take the focus from a field of it
    this.#editor = editor;
    if (this.editor.firstChild !== editor.element) this.editor.replaceChildren(editor.element);
  }

  /** The words of a card come first: everything else may follow a frame later. */
  showCard(card, reopened) {
    this.root.dataset.item = card.itemId;
    this.root.classList.remove('loading');
    this.item.className = 'item';
    this.showText(card);
    this.item.scrollTop = 0;
    this.place.textContent = reopened ? say('YourEarlierAnswer')
      : say((queueNames[card.queue] ?? queueNames.Random)(card), card);
    this.root.classList.toggle('reopened', reopened);
    this.question.hidden = this.editor.hidden = false;
    this.showRemark(card);
    this.#showSuggestion(card, reopened ? null : card.suggestion);
    this.#showFields(card.metadata);
    if (this.#panels.name === 'skip' || this.#panels.name === 'note') this.#panels.close();
  }

  /** One text, or its named parts; only ever as text. */
  showText({ text, parts }) {
    if (!parts) this.item.textContent = text;
    else this.item.replaceChildren(...parts.map(part => el('div', { className: 'part' },
      el('span', { className: 'part-name', dir: 'auto' }, part.name), el('div', { className: 'part-text', dir: 'auto' }, part.text))));
  }

  #showSuggestion(card, answer) {
    this.suggestion.hidden = !answer;
    this.suggestion.replaceChildren(...answer ? [`${say('Suggests')} `, el('b', { dir: 'auto' }, this.#editor.wordsOf(answer, card)),
      el('button', { type: 'button', className: 'keyed', onclick: () => this.#run('accept') },
        kbd(this.#keys.of('accept')), el('span', {}, say('Accept')))] : []);
  }

  showRemark(card) {
    this.returned.hidden = typeof card.returned !== 'string';
    this.returned.replaceChildren(el('b', {}, `${say('SentBack')} `), card.returned ?? '');
    this.flagged.hidden = !card.flagged;
    this.remark.hidden = !card.note;
    this.remark.replaceChildren(el('b', {}, `${say('YourNote')} `), card.note ?? '');
  }

  #showFields(metadata) {
    const rows = metadata && typeof metadata === 'object' ? Object.entries(metadata) : [];
    this.fields.hidden = rows.length === 0;
    if (rows.length === 0) return;
    this.fields.replaceChildren(el('summary', {}, say('MoreFields', { fields: rows.length })),
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
    this.fields.hidden = this.flagged.hidden = this.suggestion.hidden = this.remark.hidden = this.returned.hidden = true;
    this.place.textContent = '';
    this.item.className = state === 'loading' ? 'item skeleton' : 'item empty';
    const kept = waiting > 0 && state !== 'other-user' ? say('KeptHere', { answers: waiting }) : '';
    const back = state === 'end' && end.freeAt ? say('FirstComesBack', { time: clock(end.freeAt) }) : '';
    const why = { offline: () => say('Unreachable'), 'sign-in': () => say('SignedOut'), 'other-user': () => say('SomebodyElse') }[state];
    this.item.textContent = state === 'loading' ? '' : [why ? why() : end.reason, back, kept].filter(s => s).join(' ');
    if (state === 'end' && end.held) this.item.append(el('ul', {}, ...end.held.map(h => el('li', { dir: 'auto' }, `${holds(h)}.`))));
    if (state !== 'loading') this.item.append(el('p', {}, el('a', { href: '' + document.baseURI }, say('ToYourProjects'))));
  }

  /** state: saved, saving, offline, sign-in, other-user; onRefused: opens their list. */
  showStatus({ waiting, state, lasting }, refused, onRefused) {
    // before anything has come there is nothing that could be called saved
    const text = say({ saved: this.#schema ? 'StatusSaved' : 'StatusLoading', saving: waiting > 1 ? 'StatusSavingSeveral' : 'StatusSaving',
      offline: waiting ? 'StatusOfflineKept' : 'StatusOffline', 'sign-in': 'StatusSignIn', 'other-user': 'StatusOtherUser' }[state],
      { answers: waiting });
    const bad = state !== 'saved' && state !== 'saving';
    this.root.dataset.connection = state;
    this.root.dataset.waiting = waiting;
    this.saved.className = `saved ${bad ? 'warn' : this.#schema ? state : 'saving'}`;
    this.saved.replaceChildren(bad ? el('i', { className: 'dot' }) : '',
      state === 'sign-in' ? el('a', { href: `sign-in?returnUrl=${encodeURIComponent(location.pathname)}` }, text) : text,
      lasting === false ? ` · ${say('StatusNotLasting')}` : '', refused.length === 0 ? ''
        : el('button', { type: 'button', className: 'link', onclick: onRefused },
          ` · ${say('StatusRefused', { answers: refused.length })}`));
  }

  /** What holds as long as nothing else is to be said. */
  showRanked(ranked) { this.#standing = ranked ? null : say('NotRankedYet'); }

  say(text) {
    this.notice.textContent = text ?? this.#standing ?? '';
    this.notice.hidden = !this.notice.textContent;
  }
}

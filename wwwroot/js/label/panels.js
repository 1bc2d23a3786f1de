// What opens below the answers, one at a time: reasons to skip, a note, the guideline, all keys, what was refused.
import { el, kbd } from './markup.js';
import { say } from './words.js';

export class Panels {
  name = null; #keys; #actions;

  /** actions: skip(index), saveNote(text), forget(submissionId). */
  constructor(keys, actions) {
    this.#keys = keys; this.#actions = actions;
    this.element = el('section', { className: 'panel', hidden: true });
  }

  toggle(name, content) { if (this.name === name) this.close(); else this.open(name, content); }

  open(name, content) {
    const [title, ...children] = this.#drawn[name](content);
    this.name = this.element.dataset.name = name;
    this.element.replaceChildren(el('div', { className: 'cardhead' }, el('h2', { className: 'panel-title' }, title),
      el('button', { type: 'button', className: 'link', onclick: () => this.close() }, `${say('Close')} `, kbd(this.#keys.of('escape')))),
        ...children);
    this.element.hidden = false;
    this.element.scrollIntoView({ block: 'nearest' });
    this.element.querySelector('textarea')?.focus();
  }

  close() {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.name = null;
  }

  /** Closes what is open, its field left first; false: nothing was. */
  leave() {
    if (!this.name) return false;
    document.activeElement?.blur?.();
    this.close();
    return true;
  }

  #drawn = {
    skip: reasons => [say('WhySkip'), el('div', { className: 'chips' }, ...reasons.map((reason, i) =>
      el('button', { type: 'button', className: 'chip', onclick: () => this.#actions.skip(i) },
        kbd(this.#keys.of(`label-${i + 1}`)), el('span', {}, reason))))],
    note: text => [say('NoteOnItem'), el('textarea', { rows: 3, value: text ?? '', dir: 'auto', maxLength: 4000,
      ariaLabel: say('NoteOnItem'), onblur: event => this.#actions.saveNote(event.target.value) }),
    el('p', { className: 'note' }, say('NoteKept'))],
    guideline: prose => [say('Guideline'), prose],
    help: keyboard => [say('Keys'), keyboard],
    refused: list => [say('NotTaken'), el('ul', { className: 'refused' }, ...list.map(record => el('li', {},
      el('p', { dir: 'auto' }, el('b', {}, record.about?.answer ?? record.route), ` — ${record.about?.text ?? ''}`),
      el('p', { className: 'note' }, record.reason, record.code ? el('code', {}, ` ${record.code}`) : null),
      el('button', { type: 'button', className: 'btn ghost', onclick: event => copy(event.target, record) }, say('Copy')), ' ',
      el('button', { type: 'button', className: 'btn ghost', onclick: () => this.#actions.forget(record.submissionId) },
        say('RemoveFromList')))))],
  };
}

async function copy(button, record) {
  const text = JSON.stringify({ item: record.itemId, ...record.about, ...record.body, reason: record.reason, code: record.code }, null, 2);
  try { await navigator.clipboard.writeText(text); } catch {
    // plain http has no clipboard: show the text selected instead
    const area = el('textarea', { value: text, rows: 6, readOnly: true });
    button.after(area);
    area.select();
    return;
  }
  button.textContent = say('Copied');
}

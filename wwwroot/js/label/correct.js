// An answer given beside the label page, in a review or to an item of the table: with the editor and the keys that annotators have.
import { editorOf } from './editors/editors.js';
import { inTextField, Keys } from './keys.js';
import { el } from './markup.js';
import { use } from './words.js';

/**
 * place: empties into the editor; card: {itemId, text}; answer: what the editor begins with, or null; page: is told "SaveAsync" with
 * the answer's JSON, and "CancelAsync". Returns what ends it.
 */
export function open(place, { user, card, answer, schema, keys, bare, words }, page) {
  use(words);
  const end = new AbortController(), map = new Keys(keys, bare);
  const notice = el('p', { className: 'notice', hidden: true });
  notice.setAttribute('role', 'status');
  // spans are marked in a text of their own: the page's is not the script's to change
  const item = el('blockquote', { className: 'item', dir: 'auto' });
  let sending = false;
  const tell = text => { notice.textContent = text ?? ''; notice.hidden = !text; };
  const send = async value => {
    if (sending || !value) return;
    sending = true;
    try {
      const why = await editor.fault(value);
      tell(why);
      if (!why && !end.signal.aborted) await page.invokeMethodAsync('SaveAsync', JSON.stringify(value.answer));
    } finally { sending = false; }
  };
  const editor = editorOf(schema, { keys: map, user: `review.${user}`, send, tell, item, isShown: () => true, signal: end.signal });
  // out of the finder or the field first: one key too many throws nothing away
  const leave = () => {
    const field = document.activeElement;
    if (editor.leave?.()) return true;
    if (editor.element.contains(field) && inTextField(field)) field.blur();
    else page.invokeMethodAsync('CancelAsync');
    return true;
  };
  place.replaceChildren(...schema.taskType === 'spans' ? [item] : [], editor.element, notice);
  editor.show({ ...card, whole: true }, answer, null);
  place.scrollIntoView({ block: 'nearest' });

  // before the page's own keys: what is typed here decides nothing there
  document.addEventListener('keydown', event => {
    const press = event.defaultPrevented ? null : map.read(event, editor.element);
    if (!press) return;
    const taken = press.name === 'escape' ? leave() : editor.act(press.chord, press);
    if (taken) event.preventDefault();
    if (taken || press.isBare && !press.inField) event.stopPropagation();
  }, { capture: true, signal: end.signal });
  return { close: () => { end.abort(); editor.sent?.(); } };
}

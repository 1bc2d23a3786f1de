// The item's text with its spans and the selection in it. Only text nodes hold the text, so that places in the page are places in the
// text: a label's name hangs on a mark as an attribute.
import { el } from '../markup.js';

export class MarkedText {
  #root; #text = ''; #on; #took = false;

  /** on: {select(start, end, exactly), point(unit, extended)} of what the mouse did, in UTF-16. */
  constructor(root, on, signal) {
    this.#root = root; this.#on = on;
    root.addEventListener('pointerdown', () => { this.#took = false; }, { signal });
    root.addEventListener('click', event => this.#click(event), { signal });
    // a drag may end outside of the text; fingers move the ends afterwards, so theirs is taken with the label
    document.addEventListener('pointerup', event => {
      if (event.pointerType === 'mouse') this.#took = this.take(event.altKey);
    }, { signal });
  }

  get isRightToLeft() { return getComputedStyle(this.#root).direction === 'rtl'; }

  /** spans: {start, end, name, colour, isCurrent}; selected: [start, end] or null. */
  draw(text, spans, selected) {
    this.#text = text;
    const borders = [...new Set([0, text.length, ...spans.flatMap(s => [s.start, s.end]), ...selected ?? []])].sort((a, b) => a - b);
    this.#root.replaceChildren(...borders.slice(1).map((end, i) => this.#piece(borders[i], end, spans, selected)));
    this.#root.querySelector('.current, .selected')?.scrollIntoView({ block: 'nearest' });
  }

  #piece(start, end, spans, selected) {
    const over = spans.filter(s => s.start < end && s.end > start).sort((a, b) => b.end - b.start - (a.end - a.start));
    const isSelected = selected && selected[0] < end && selected[1] > start, text = this.#text.slice(start, end);
    if (over.length === 0 && !isSelected) return document.createTextNode(text);
    const piece = el('mark', { className: 'span' }, text), top = over.at(-1), ending = over.filter(s => s.end === end);
    piece.classList.toggle('selected', !!isSelected);
    piece.classList.toggle('current', over.some(s => s.isCurrent));
    piece.classList.toggle('several', over.length > 1);
    if (top) piece.style.setProperty('--label', top.colour);
    if (ending.length > 0) piece.dataset.labels = ending.map(s => s.name).join(', ');
    return piece;
  }

  /** Takes over what the browser has selected in the text; false: nothing. exactly: to the character, not to whole words. */
  take(exactly = false) {
    const selection = getSelection();
    if (selection.rangeCount === 0 || selection.isCollapsed) return false;
    const range = selection.getRangeAt(0);
    if (!this.#root.contains(range.startContainer) || !this.#root.contains(range.endContainer)) return false;
    const [start, end] = [this.#unit(range.startContainer, range.startOffset), this.#unit(range.endContainer, range.endOffset)];
    selection.removeAllRanges();
    if (start < end) this.#on.select(start, end, exactly);
    return start < end;
  }

  /** A drag ends in a click as well. */
  #click(event) {
    if (this.#took || !getSelection().isCollapsed) return;
    this.#on.point(this.#under(event), event.shiftKey || event.pointerType === 'touch');
  }

  /** The character under the pointer, not the nearest place between two; null: none. */
  #under({ clientX, clientY }) {
    const caret = document.caretPositionFromPoint?.(clientX, clientY);
    const old = caret ? null : document.caretRangeFromPoint?.(clientX, clientY);
    const node = caret?.offsetNode ?? old?.startContainer, offset = caret?.offset ?? old?.startOffset;
    if (!(node instanceof Text) || !this.#root.contains(node)) return null;
    const at = [offset, offset - 1].find(place => {
      if (place < 0 || place >= node.length) return false;
      const character = document.createRange();
      character.setStart(node, place);
      character.setEnd(node, place + 1);
      return [...character.getClientRects()].some(r => clientX >= r.left && clientX <= r.right);
    });
    return at === undefined ? null : this.#unit(node, at);
  }

  /** UTF-16 units of the text before a place of the page. */
  #unit(node, offset) {
    const before = document.createRange();
    before.setStart(this.#root, 0);
    before.setEnd(node, offset);
    return before.toString().length;
  }
}

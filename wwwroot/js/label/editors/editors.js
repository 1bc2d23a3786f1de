// One editor for every kind of task. Each has the same contract:
//   element                     what is drawn under the question
//   show(card, answer, draft)   another card, or an earlier answer reopened (draft: unfinished, from the server)
//   wordsOf(answer, card)       an answer to a card in a few words, for suggestions
//   value                       {answer, words} as it would be sent now, or null
//   fault()                     why it cannot be sent: a sentence, null, or a promise of either
//   act(chord, press)           what a key means inside the editor (press: Keys.read); true: it was taken
//   redraw()                    the person has other keys now
//   renew(schema)               the task is worded otherwise now; what is typed stays
// and, where there is something to keep or to close: sent(), save(), leave(), whole(card): the text of a reopened card
// has come whole.
import { Choices } from './choices.js';
import { Labels } from './labels.js';
import { Rewriting } from './rewriting.js';
import { Spans } from './spans.js';
import { Writing } from './writing.js';

const EDITORS = { choice: Choices, labels: Labels, text: Writing, rewrite: Rewriting, spans: Spans };

/**
 * services: {keys, user: whose drafts lie in this browser, send(value), isShown(itemId), tell(words), item: where the text stands,
 * signal: of the page's end}, and draft(itemId, answer) where unfinished text goes to the server.
 */
export const editorOf = (schema, services) => new EDITORS[schema.taskType](schema, services);

// Talking to the server: what a reply means for the record that was sent.
import { say } from './words.js';

const TIMEOUT = 20000;
// browsers refuse keepalive bodies of 64 KiB and more
const KEEPALIVE_LIMIT = 60 * 1024;
let token = null;

async function fetchToken() {
  const response = await fetch('api/v1/antiforgery', { redirect: 'manual', cache: 'no-store', credentials: 'same-origin' });
  token = response.ok && isJson(response) ? await response.json() : null;
}

const isJson = response => /\bjson\b/.test(response.headers.get('content-type') ?? '');

async function send(url, text, keepalive, method) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    return await fetch(url, {
      method, redirect: 'manual', credentials: 'same-origin', signal: abort.signal,
      keepalive: keepalive && new Blob([text]).size < KEEPALIVE_LIMIT, body: text,
      headers: { 'content-type': 'application/json', ...(token ? { [token.header]: token.token } : {}) },
    });
  } finally { clearTimeout(timer); }
}

/**
 * Returns {kind: 'ok', body} | {kind: 'sign-in'} | {kind: 'retry', status?, after?} | {kind: 'refused', reason}.
 * Only a JSON body counts as a reply: a bare 200 may be a sign-in page or a proxy.
 */
export const post = (project, route, body, { keepalive = true } = {}) =>
  ask(`api/v1/projects/${project}/${route}`, body, keepalive, 'POST');

/** A tab says that it lives: nothing waits for the reply. */
export const alive = token => ask('api/v1/tabs/alive', { token }, false, 'POST');

export const put = (route, body) => ask(`api/v1/${route}`, body, false, 'PUT');

async function ask(url, body, keepalive, method) {
  const text = JSON.stringify(body);
  try {
    if (!token) await fetchToken();
    let response = await send(url, text, keepalive, method);
    let problem = null;
    if (response.status === 400) {
      problem = await read(response);
      if (isTokenProblem(problem)) {
        await fetchToken();
        response = await send(url, text, keepalive, method);
        problem = null;
        // a fresh token that is refused as well: the sign-in changed under the page
        if (response.status === 400 && isTokenProblem(problem = await read(response))) return { kind: 'sign-in' };
      }
    }
    if (response.type === 'opaqueredirect' || response.status === 401) { token = null; return { kind: 'sign-in' }; }
    if (response.status === 408 || response.status === 429 || response.status >= 500)
      return { kind: 'retry', status: response.status, after: 1000 * Number(response.headers.get('retry-after')) || 0 };
    if (response.ok) {
      const reply = await read(response);
      return reply ? { kind: 'ok', body: reply } : { kind: 'retry' };
    }
    problem ??= await read(response);
    // nothing in it was taken, and the reply says for each why
    if (Array.isArray(problem?.refused)) return { kind: 'ok', body: problem };
    return { kind: 'refused', status: response.status, code: problem?.code,
      reason: problem?.detail ?? problem?.title ?? say('ServerAnswered', { status: String(response.status) }) };
  } catch {
    return { kind: 'retry' };
  }
}

async function read(response) {
  if (!isJson(response)) return null;
  try { return await response.json(); } catch { return null; }
}

const isTokenProblem = problem => /antiforgery/.test(`${problem?.code ?? ''} ${problem?.type ?? ''} ${problem?.title ?? ''}`.toLowerCase());

import type { StartedFetch } from '../../world/network.ts';
import { failureOf } from './failures.ts';
import type { OperationRules } from './operations.ts';

/** How one request ended for the process that sent it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'failure'; readonly isUnsent: boolean; readonly isPermanent: boolean };

/**
 * Calls `onOutcome` when a request has ended, before the product learns of it. Of an error response that is cut, the status is
 * what counts.
 */
export function watchOutcome({ answer }: StartedFetch, onOutcome: (outcome: Outcome) => void): void {
  const fail = (error: unknown): void => onOutcome({ kind: 'failure', ...failureOf(error) });
  answer.then((response) => {
    const { status } = response;
    const isSuccess = status >= 200 && status < 300;
    const read = response.text.bind(response);
    response.text = async () => {
      try {
        const text = await read();
        onOutcome({ kind: 'answer', status, text });
        return text;
      } catch (error) {
        if (isSuccess) fail(error);
        else onOutcome({ kind: 'answer', status, text: '' });
        throw error;
      }
    };
  }, fail);
}

/** Whether a successful response contains what the client reads itself (README: "Responses are not validated beyond"). */
export function isUsable(answer: OperationRules['answer'], text: string): boolean {
  if (answer === 'nothing' || (answer === 'value' && text === '')) return true;
  const body = parsed(text);
  if (answer === 'value') return body !== undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { id, items, hasMore, nextCursor } = body as Readonly<Record<string, unknown>>;
  if (answer === 'record') return true;
  if (answer === 'object') return typeof id === 'string';
  return Array.isArray(items) && hasMore === (typeof nextCursor === 'string');
}

/** The data of a usable response. */
export function dataOf(answer: OperationRules['answer'], text: string): unknown {
  if (answer === 'nothing' || text === '') return undefined;
  const body = parsed(text);
  return answer === 'page' ? { nextCursor: null, ...Object(body) } : body;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { ToriiError } from './errors.ts';
import { SharedMap } from './registry.ts';

/** Details of a refusal, for logs only. They can contain expected values, which must not be sent to the caller. */
export interface RefusalDetail {
  /** The name of the claim that was refused. */
  readonly claim?: string;
  /** The values that the verifier accepts. */
  readonly expected?: readonly string[];
  /** The value of that claim. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
  readonly actual?: string;
  /** The key id in the token. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
  readonly kid?: string;
  /** The `detail` passed to `refuse`. Safe to log: shortened, printable ASCII, `[withheld]` if it looks like a secret. */
  readonly check?: string;
  /** Why the keys are not available, or why the key that the token names cannot be used. */
  readonly problem?: string;
}

/** What a verifier did, for logs and metrics. Never contains a token. */
export type VerifierEvent =
  /** A token was valid. The checks run after this event, so a `refused` event can follow. */
  | {
      readonly type: 'verified';
      readonly userId: string;
      readonly environmentId: string | null;
      readonly fromCache: boolean;
    }
  /** A request was let through without a token: public path, CORS preflight, or optional auth. */
  | {
      readonly type: 'passed';
      readonly why: 'public_path' | 'preflight' | 'signed_out';
      /** The path as it was sent. Safe to log: shortened, printable ASCII only, and `[withheld]` if it looks like a secret. */
      readonly path: string | undefined;
    }
  /** A request or a token was refused. */
  | { readonly type: 'refused'; readonly error: ToriiError; readonly detail: RefusalDetail }
  /** The key set of an issuer was fetched. */
  | {
      readonly type: 'keys_fetched';
      readonly url: string;
      readonly kids: readonly string[];
      readonly durationMs: number;
    }
  /** The key set could not be fetched. */
  | {
      readonly type: 'keys_failed';
      readonly url: string;
      readonly problem: string;
      /** Copies of the message and the code of the failure. Without values that look like a secret. */
      readonly cause: Error;
      /** Whether the keys from an earlier fetch can still be used. */
      readonly usable: boolean;
    }
  /** A key was left out: it cannot be read, has a null member, or shares its `kid`. */
  | {
      readonly type: 'key_ignored';
      /** The URL of the key set. `undefined` for keys that were passed as an option. */
      readonly url: string | undefined;
      /** Safe to log. `undefined` if the key has no `kid`. */
      readonly kid: string | undefined;
      readonly problem: string;
    }
  /** A token named an unknown key, and the key set was not fetched again because of the rate limit on key fetches. */
  | { readonly type: 'key_search_limited'; readonly url: string };

export type VerifierEventListener = (event: VerifierEvent) => void;

const details: SharedMap<ToriiError, RefusalDetail> = new SharedMap('refusals');

/** Attaches details that only `onEvent` receives. Not as properties: apps may send an error's properties to the caller. */
export function withDetail<E extends ToriiError>(
  error: E,
  detail: Omit<RefusalDetail, 'actual'> & { readonly actual?: unknown },
): E {
  const { actual, kid, check, ...rest } = detail;
  details.set(error, {
    ...rest,
    ...(actual !== undefined && { actual: loggable(actual) }),
    ...(kid !== undefined && { kid: loggable(kid) }),
    ...(check !== undefined && { check: loggable(check) }),
  });
  return error;
}

export async function reportRefusals<T>(emit: VerifierEventListener, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToriiError) emit({ type: 'refused', error, detail: detailOf(error) });
    throw error;
  }
}

function detailOf(error: ToriiError): RefusalDetail {
  const detail = details.get(error);
  return typeof detail === 'object' && detail !== null ? detail : {};
}

// Matches tokens (`eyJ` is `{"` in base64url), keys and webhook secrets. The lookbehind prevents quadratic time (ReDoS).
const secret = /eyJ|(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{20,}|[sp]k_(?:live|test)_|whsec_/;

/** Makes a value from a request safe to log: at most 200 printable ASCII characters, or `[withheld]` if it may be a secret. */
export function loggable(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  if (secret.test(text)) return '[withheld]';
  const printable = text.slice(0, 200).replace(/[^\x20-\x7E]/g, '?');
  return text.length > 200 ? `${printable}…` : printable;
}

import { instantNow } from '@torii/core/internal';
import type { FeedInstant, FeedReader } from '../src/feed.ts';

/** Records what a feed reports. */
export class RecordingReader implements FeedReader {
  readonly issuer = 'https://acme.torii.so';
  readonly environmentId = 'env_1';
  readonly channel = '0123456789abcdef01234567';
  readonly retentionSeconds: number;
  readonly silenceMs: number;
  /** Everything that was reported, in order. */
  readonly log: string[] = [];
  /** Every text that was received. */
  readonly texts: string[] = [];
  /** The texts of the last snapshot, and what came after it. */
  held: string[] = [];
  storeMs: number | undefined;
  /** How old the state of the last snapshot was when it began. */
  snapshotAgeMs = 0;
  readonly proofs: FeedInstant[] = [];
  readonly problems: Error[] = [];
  refusal: Error | undefined;

  constructor({ retentionSeconds = 5_100, silenceMs = 25 } = {}) {
    this.retentionSeconds = retentionSeconds;
    this.silenceMs = silenceMs;
  }

  snapshotBegins(options?: { readonly reset?: boolean; readonly askedAt?: FeedInstant }): void {
    this.log.push(options?.reset ? 'begins reset' : 'begins');
    const now = this.now();
    this.snapshotAgeMs = now.steadyMs - (options?.askedAt ?? now).steadyMs;
    this.held = [];
  }

  received(texts: readonly string[], storeMs?: number): void {
    this.texts.push(...texts);
    this.held.push(...texts);
    this.storeMs = storeMs;
  }

  later(_current: string, ours: string): string {
    return ours;
  }

  snapshotEnds(): void {
    this.log.push('ends');
  }

  proven(askedAt: FeedInstant): void {
    this.proofs.push(askedAt);
  }

  now(): FeedInstant {
    return instantNow();
  }

  failed(problem: unknown): void {
    this.problems.push(problem as Error);
  }

  refused(error: Error): void {
    this.refusal = error;
  }

  /** Whether the feed has proven something since. */
  hasProofAfter({ steadyMs }: FeedInstant): boolean {
    return this.proofs.some((proof) => proof.steadyMs > steadyMs);
  }
}

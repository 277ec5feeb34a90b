import type { ReceivedDelivery } from '@torii/core/webhooks';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { BodyForm } from './plan.ts';

const pieceMs = 2_000;
const pieces = 3;
/** A receiver that reads more of a body without an end would read it for ever. */
const mostBytes = 32 * 1024 * 1024;
const mostEmptyPieces = 600_000;
const bigPiece = new Uint8Array(64 * 1024).fill(120);
const nothing = new Uint8Array();

/** How long a body takes to arrive. */
export function bodyMsOf(form: BodyForm): number {
  return form === 'slow stream' || form === 'broken stream' ? pieces * pieceMs : 0;
}

export function isEndless(form: BodyForm): boolean {
  return form === 'endless stream' || form === 'endless stream of nothing';
}

interface Payload {
  readonly payload: ReceivedDelivery['payload'];
  /** What the app does right after it has passed on the body. */
  readonly afterwards: () => void;
}

/** The payload that an adapter would pass to the receiver. */
export function payloadOf(
  world: World,
  process: VirtualProcess,
  text: string,
  form: BodyForm,
  onAsked: () => void,
): Payload {
  const afterwards = (): void => {};
  if (isEndless(form)) return { payload: endless(world, process, form), afterwards };
  const bytes = new TextEncoder().encode(text);
  switch (form) {
    case 'text':
      return { payload: text, afterwards };
    case 'bytes':
      return { payload: bytes, afterwards };
    case 'reused bytes':
      return { payload: bytes, afterwards: () => void bytes.set(bytes.map((byte) => (byte === 49 ? 50 : byte))) };
    case 'function':
      return {
        payload: () => {
          onAsked();
          return bytes;
        },
        afterwards,
      };
    default:
      return { payload: inPieces(world, process, bytes, form), afterwards };
  }
}

async function* inPieces(
  world: World,
  process: VirtualProcess,
  bytes: Uint8Array,
  form: BodyForm,
): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < pieces; at++) {
    if (form !== 'stream') {
      await new Promise<void>((resolve) => {
        world.schedule.after(pieceMs, () => process.deliver(resolve));
      });
    }
    if (form === 'broken stream' && at === pieces - 1) throw new Error('aborted');
    yield bytes.subarray(at * size, (at + 1) * size);
  }
}

async function* endless(world: World, process: VirtualProcess, form: BodyForm): AsyncGenerator<Uint8Array> {
  const piece = form === 'endless stream' ? bigPiece : nothing;
  const most = form === 'endless stream' ? mostBytes / bigPiece.length : mostEmptyPieces;
  for (let number = 0; number < most; number++) yield piece;
  world.violate(36, `${process.name} reads a body that does not end`);
}

import type { ReceivedDelivery } from '@torii/core/webhooks';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { BodyForm } from './plan.ts';

const pieceMs = 2_000;
const pieces = 3;

/** How long a body takes to arrive. */
export function bodyMsOf(form: BodyForm): number {
  return form === 'slow stream' || form === 'broken stream' ? pieces * pieceMs : 0;
}

/** The payload that an adapter would pass to the receiver. */
export function payloadOf(
  world: World,
  process: VirtualProcess,
  text: string,
  form: BodyForm,
): ReceivedDelivery['payload'] {
  const bytes = new TextEncoder().encode(text);
  if (form === 'text') return text;
  if (form === 'bytes') return bytes;
  if (form === 'function') return () => bytes;
  const size = Math.ceil(bytes.length / pieces);
  const parts = Array.from({ length: pieces }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  return stream(
    parts,
    async () => {
      if (form === 'stream') return;
      await new Promise<void>((resolve) => {
        world.schedule.after(pieceMs, () => process.deliver(resolve));
      });
    },
    form === 'broken stream',
  );
}

async function* stream(
  parts: readonly Uint8Array[],
  wait: () => Promise<void>,
  breaks: boolean,
): AsyncGenerator<Uint8Array> {
  for (const [at, part] of parts.entries()) {
    await wait();
    if (breaks && at === parts.length - 1) throw new Error('aborted');
    yield part;
  }
}

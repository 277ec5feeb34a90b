import { type Profiler, Session } from 'node:inspector/promises';
import type { Prepared } from './scenarios.ts';

const samplingMicroseconds = 200;

/** Warms up, then records this thread for some time, or until nothing is left to do. */
export async function record({ run }: Prepared, milliseconds: number): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds });
    await repeatFor(run, milliseconds / 4);
    await session.post('Profiler.start');
    await repeatFor(run, milliseconds);
    const { profile } = await session.post('Profiler.stop');
    return profile;
  } finally {
    session.disconnect();
  }
}

async function repeatFor(run: Prepared['run'], milliseconds: number): Promise<void> {
  const begun = performance.now();
  while ((await run()) && performance.now() - begun < milliseconds);
}

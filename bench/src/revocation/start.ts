import type { Material } from '../material.ts';
import { tellProgress } from '../progress.ts';
import { scaled } from '../settings.ts';
import type { Scope } from './entries.ts';
import { FleetProcess } from './fleet.ts';
import type { StoreServer } from './servers.ts';
import { store } from './stored.ts';

export const storedEntries: number = scaled(100_000);

/** Milliseconds from `createRevocations` to the first snapshot, each in a new process. */
export async function measureStart(
  server: StoreServer,
  material: Material,
  scope: Scope,
  rounds: number,
  signingKey?: string,
): Promise<readonly number[]> {
  const title = `Start over ${server.name}${signingKey === undefined ? '' : ', signed'}`;
  const onProgress = (share: number): void => tellProgress(title, share / 2);
  const signing = signingKey === undefined ? {} : { signingKey };
  await store(server, scope, storedEntries, { ...signing, onProgress });
  const setup = { store: server.name, port: server.port, feeds: 1, ...scope, jwk: material.jwk, ...signing };
  const milliseconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    tellProgress(title, 0.5 + round / rounds / 2);
    await using process = new FleetProcess(setup);
    const ready = await process.next('ready');
    if (ready.entries !== storedEntries) throw new Error(`Only ${ready.entries} entries were read.`);
    milliseconds.push(ready.milliseconds);
  }
  return milliseconds;
}

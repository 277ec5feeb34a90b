import { setImmediate as nextTurn } from 'node:timers/promises';
import { createVerifier, type Verifier } from '@torii/core';
import { formatNumber } from './limits.ts';
import type { Material } from './material.ts';
import { tellProgress } from './progress.ts';
import type { Table } from './section.ts';

export interface ManyIssuers {
  readonly verifiers: ReadonlyMap<number, Verifier>;
  readonly memory: Table;
}

/** Creates a verifier for each number of issuers. Each has verified one token of each issuer, so that all keys are known. */
export async function createManyIssuers(material: Material, sizes: readonly number[]): Promise<ManyIssuers> {
  const verifiers = new Map<number, Verifier>();
  const rows: string[][] = [];
  for (const [n, size] of sizes.entries()) {
    tellProgress('Preparing issuers', n / sizes.length);
    let serial = 0;
    const first = await material.mint(size, { issuerOf: () => issuer(serial++) });
    const before = await heapBytes();
    const verifier = createVerifier({
      issuer: Array.from({ length: size }, (_, index) => issuer(index)),
      fetch: async () => Response.json({ keys: [material.jwk] }),
    });
    const verifyAll = async (): Promise<void> => {
      for (let token = first.pop(); token !== undefined; token = first.pop()) await verifier.verify(token);
    };
    await Promise.all(Array.from({ length: 32 }, verifyAll));
    const bytes = (await heapBytes()) - before;
    verifiers.set(size, verifier);
    if (size >= 100) rows.push([formatNumber(size), `${formatNumber(bytes / 1e6)} MB`, formatNumber(bytes / size)]);
  }
  const memory = {
    title: 'Memory of a verifier with many issuers',
    columns: ['issuers', 'heap', 'bytes for each issuer'],
    rows,
    note: 'With the keys of all issuers, and one remembered token for each issuer, at most 5,000.',
  };
  return { verifiers, memory };
}

/** The issuers of tokens, in turn. */
export function issuersInTurn(size: number): (serial: number) => string {
  return (serial) => issuer(serial % size);
}

function issuer(n: number): string {
  return `https://tenant-${n}.example.com`;
}

async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}

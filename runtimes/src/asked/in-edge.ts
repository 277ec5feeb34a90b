// The entry point for edge-runtime: bundled, and evaluated inside it.
import { answer } from './answer.ts';

Object.assign(globalThis, { answer });

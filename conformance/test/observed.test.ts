import { createNodeHttpApp } from '../adapters/node-http.ts';
import { describeObserved } from './observed-answers.ts';

describeObserved('node:http', createNodeHttpApp);

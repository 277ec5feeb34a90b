import { testOddResponses } from './odd-responses.ts';

testOddResponses(4);

import { policies } from './scenarios/policies/policies.ts';

export const scenarios = [policies];

import { describeRun } from './run.ts';

describeRun('postgres');

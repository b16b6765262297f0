import { describeRun } from './run.ts';

describeRun('sqlite');

import { describeRun } from './run.ts';

describeRun('mysql');

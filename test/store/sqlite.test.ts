import { describeDatabase } from '../support/databases.ts';
import { conformance } from './contract/conformance.ts';

describeDatabase('sqlite', 'the store', () => conformance('sqlite'));

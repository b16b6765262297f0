import { describeDatabase } from '../support/databases.ts';
import { conformance } from './contract/conformance.ts';

describeDatabase('postgres', 'the store', () => conformance('postgres'));

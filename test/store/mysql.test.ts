import { describeDatabase } from '../support/databases.ts';
import { conformance } from './contract/conformance.ts';

describeDatabase('mysql', 'the store', () => conformance('mysql'));

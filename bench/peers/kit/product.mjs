// What only the peers' bench takes from the build; the rest comes through bench/kit/product.mjs.

export { Archiver } from '../../../dist/src/relay/archiver.js';
export { Discarder } from '../../../dist/src/retention/discarder.js';
export { Warehouse } from '../../../dist/src/store/warehouse.js';

// What jest does after all tests: end the keeper, and with it the database servers and their
// folders. A test run that never gets here loses nothing, since the keeper sees its stdin close.
import { stopKeeper } from './global-setup.ts';

/** Ends what global-setup started; resolves when servers and folders are gone. */
export default async function globalTeardown(): Promise<void> {
  await stopKeeper();
}

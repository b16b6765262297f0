// A page that has loaded the single-file bundle, and readers that run in it. It comes from this machine, so that a
// browser lets it talk to the server, and nothing stands between the two.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { ConsumerOptions } from '../../src/client/public.ts';

/** The bundle's exports, inside the page. */
export type PageClient = typeof import('../../src/client/browser.ts');
declare const aftercommit: PageClient;

const BUNDLE = join(__dirname, '../../dist/browser/client.js');
/** A page may load no script from elsewhere, and this one has none of its own. */
const LOAD = `async (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  globalThis.aftercommit = await import(url);
}`;

/** Resolves when the page at `url` has loaded the client, which is `aftercommit` there. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  if (!existsSync(BUNDLE)) throw new Error('There is no build; run npm run build, or npm test.');
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(url);
  await page.evaluate(`(${LOAD})(${JSON.stringify(readFileSync(BUNDLE, 'utf8'))})`);
  return page;
}

/** A batch as the page's handler was given it. */
export interface PageBatch {
  readonly ids: readonly string[];
  readonly data: readonly unknown[];
  readonly after: string;
  readonly upTo: string;
}

export interface PageReader {
  /** What the handler was given so far. */
  batches(): Promise<PageBatch[]>;
  /** How often it was ready, and how often it was in trouble. */
  counts(): Promise<{ ready: number; trouble: number }>;
  /** The handler takes no batch from now on, until it is released. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** Aborts its signal; resolves when the run has. */
  stop(): Promise<void>;
  /** Resolves with the code of the error that ended the run; null when there was none. */
  ended(): Promise<string | null>;
}

/** Runs a consumer in the page, of the page's own server or of another. */
export async function readInPage(
  page: Page,
  options: ConsumerOptions & { readonly url?: string; readonly key?: string },
): Promise<PageReader> {
  const reader = await page.evaluateHandle(({ url, key, ...given }) => {
    const batches: PageBatch[] = [];
    const counts = { ready: 0, trouble: 0 };
    const stopping = new AbortController();
    const gate = { opened: Promise.resolve(), open: () => {} };
    const consumer = aftercommit.createClient({ url, key }).consumer({
      ...given,
      onReady: () => {
        counts.ready += 1;
      },
      onTrouble: () => {
        counts.trouble += 1;
      },
    });
    const run = consumer.run(
      ({ events, after, upTo }) => {
        const ids = events.map((event) => event.id);
        batches.push({ ids, data: events.map((event) => event.data), after, upTo });
        return gate.opened;
      },
      { signal: stopping.signal },
    );
    const ended = run.then(
      () => null,
      (error) => String(error.code ?? error),
    );
    return { batches, counts, stopping, gate, ended };
  }, options);
  return {
    batches: () => reader.evaluate(({ batches }) => batches),
    counts: () => reader.evaluate(({ counts }) => counts),
    hold: () =>
      reader.evaluate(({ gate }) => {
        gate.opened = new Promise((resolve) => {
          gate.open = resolve;
        });
      }),
    release: () => reader.evaluate(({ gate }) => gate.open()),
    stop: () =>
      reader.evaluate(async ({ stopping, ended }) => {
        stopping.abort();
        await ended;
      }),
    ended: () => reader.evaluate(({ ended }) => ended),
  };
}

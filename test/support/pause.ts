// For tests in which time itself is what happens; whoever waits for a state uses until.ts.

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

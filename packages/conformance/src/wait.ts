/** Waiting for conditions, never for time: a test that waits is as fast as what it waits for. */

/** After so long a condition counts as never coming true, and the test gets to say what it was waiting for. */
const PATIENCE_MS = 8_000;

/** Turns that are waited for without pausing; slower engines than that do not deserve a busy processor. */
const EAGER_TURNS = 2_000;

/** Lets the event loop turn: everything that could already run has run. */
export async function turns(count: number = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Settles once `condition` holds; throws what `missing` says if it never does. */
export async function eventually(condition: () => boolean | Promise<boolean>, missing: () => string): Promise<void> {
  const start = performance.now();
  for (let turn = 0; !(await condition()); turn++) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`Still waiting ${missing()}`);
    if (turn < EAGER_TURNS) await turns();
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

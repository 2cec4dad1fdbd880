/** A sign of life while something takes long; on a terminal only, and gone without a trace. */
import type { Clock } from '@rollcall/client';
import type { Outlet } from './command.js';

/** What answers sooner needs no sign. */
const PATIENCE_MS = 400;
const FRAME_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ERASE_LINE = '\r\u001b[2K';

/** The answer takes it away. */
export function spin(outlet: Outlet, clock: Clock, text: string): () => void {
  if (outlet.isTTY !== true) return () => undefined;
  let frame = 0;
  const draw = (): void => {
    outlet.write(`${ERASE_LINE}${FRAMES[frame++ % FRAMES.length]} ${text}`);
    cancel = clock.after(FRAME_MS, draw);
  };
  let cancel = clock.after(PATIENCE_MS, draw);
  return () => {
    cancel();
    if (frame > 0) outlet.write(ERASE_LINE);
  };
}

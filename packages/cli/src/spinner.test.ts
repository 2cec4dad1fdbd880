import { SimulatedClock } from '@rollcall/conformance';
import { describe, expect, it } from 'vitest';
import { spin } from './spinner.js';

function outlet(isTTY: boolean): { text: string; readonly isTTY: boolean; write(text: string): void } {
  return {
    text: '',
    isTTY,
    write(text) {
      this.text += text;
    },
  };
}

describe('a sign of life', () => {
  it('is given to those who wait at a terminal, and leaves no trace', async () => {
    const [clock, terminal] = [new SimulatedClock(), outlet(true)];
    const done = spin(terminal, clock, 'waiting');
    await clock.advance(399);
    expect(terminal.text).toBe('');
    await clock.advance(101);
    expect(terminal.text).toBe('\r\u001b[2K⠋ waiting\r\u001b[2K⠙ waiting');
    done();
    await clock.advance(1000);
    expect(terminal.text.endsWith('⠙ waiting\r\u001b[2K')).toBe(true);
  });

  it('is for nobody else, and not for what is quick', async () => {
    const [clock, pipe, terminal] = [new SimulatedClock(), outlet(false), outlet(true)];
    const done = [spin(pipe, clock, 'waiting'), spin(terminal, clock, 'waiting')];
    await clock.advance(300);
    done[1]?.();
    await clock.advance(9000);
    done[0]?.();
    expect([pipe.text, terminal.text]).toEqual(['', '']);
  });
});

/** Why a door could not open, in words that say what to do. */
import { environmentName, type Option } from '@rollcall/core';

export interface Opening {
  /** What it speaks: `HTTP`. */
  readonly what: string;
  readonly bind: string;
  readonly port: number;
  /** By which it is told to listen elsewhere. */
  readonly option: Pick<Option<unknown>, 'flag' | 'placeholder'>;
}

export async function opened(start: () => Promise<void>, { what, bind, port, option: { flag, placeholder } }: Opening): Promise<void> {
  try {
    await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const other = `another one with --${flag} ${placeholder} or ${environmentName(flag)}, 0 for any that is free`;
    if (code === 'EADDRINUSE') throw new Error(`${what} port ${port} on ${bind} is taken. Choose ${other}.`, { cause: error });
    if (code === 'EACCES') {
      throw new Error(`${what} port ${port} on ${bind} is not allowed for this user. Choose ${other}.`, { cause: error });
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`${bind} is no address of this machine. Choose one with --bind ADDR or ROLLCALL_BIND.`, { cause: error });
    }
    throw error;
  }
}

/** The console, where it is wanted. */
import { consoleFolders } from '@rollcall/console';
import { ConsoleFace } from '../faces/console/server.js';
import type { ServeOptions } from '../options/options.js';
import type { HttpFace } from '../shared/http-face.js';

/** `root` answers for paths that nobody has, and says for the console too what went wrong. */
export function consoleFaces({ console }: Pick<ServeOptions, 'console'>, root: HttpFace): readonly HttpFace[] {
  return console ? [new ConsoleFace({ folders: consoleFolders, failed: (error, head) => root.failed(error, head) })] : [];
}

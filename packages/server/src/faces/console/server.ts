/** The console before the HTTP door: a few files for everybody. What they show, they ask the native API, each with its own token. */
import type { HttpAnswer, HttpFace, HttpHead, HttpRequest, HttpRoute } from '../../shared/http-face.js';
import { readConsoleFiles, type ConsoleFiles, type ConsoleFolders } from './files.js';
import { leadBrowserToPage, leadToPage, showFile, showPage } from './handler.js';

export interface ConsoleFaceOptions {
  readonly folders: ConsoleFolders;
  /** Says what went wrong: as the face that answers for paths that nobody has. */
  readonly failed: HttpFace['failed'];
}

export class ConsoleFace implements HttpFace {
  readonly name = 'console';
  readonly prefix = '/ui';
  readonly routes: readonly HttpRoute[];
  readonly #options: ConsoleFaceOptions;
  #files: Promise<ConsoleFiles> | null = null;

  constructor(options: ConsoleFaceOptions) {
    this.#options = options;
    const route = (path: string, handle: HttpRoute['handle']): HttpRoute => ({ method: 'GET', path, right: 'none', lane: null, handle });
    this.routes = [
      route('/', leadBrowserToPage),
      route('/ui', leadToPage),
      route('/ui/', (request) => this.#withFiles(showPage, request)),
      route('/ui/:hash/*', (request) => this.#withFiles(showFile, request)),
    ];
  }

  failed(error: unknown, head: HttpHead): HttpAnswer {
    return this.#options.failed(error, head);
  }

  /** Read when they are first asked for: most registries are never looked at. What could not be read is tried again. */
  async #withFiles(show: (request: HttpRequest, files: ConsoleFiles) => HttpAnswer, request: HttpRequest): Promise<HttpAnswer> {
    this.#files ??= readConsoleFiles(this.#options.folders);
    try {
      return show(request, await this.#files);
    } catch (error) {
      void this.#files.catch(() => (this.#files = null));
      throw error;
    }
  }
}

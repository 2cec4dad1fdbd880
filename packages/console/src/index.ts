/** Where the files of the console lie, for the server that carries them. Everything else in this package runs in a browser. */

export interface ConsoleFolders {
  /** The page, its styles and its icon, as they were written. */
  readonly page: string;
  /** The modules that the page loads, as they were built. */
  readonly modules: string;
}

/** Each as a `file:` URL, with a slash at its end. */
export const consoleFolders: ConsoleFolders = {
  page: new URL('../static/', import.meta.url).href,
  modules: new URL('../dist/', import.meta.url).href,
};

/** One tab of a browser: what it shows, what is typed into it, and what it complains of. */
import { writeFile } from 'node:fs/promises';
import { until } from '../acceptance/asking.js';

type Body = Readonly<Record<string, unknown>>;
type Send = (method: string, params: Body) => Promise<Body>;

export interface Looks {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

const DESKTOP: Looks = { width: 1280, height: 800 };

export class Tab {
  readonly #send: Send;
  /** Errors of scripts, and what the page's policy refused. */
  readonly complaints: string[] = [];
  /** What it asked for, wherever that was. */
  readonly asked: string[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  heard(method: string, params: Body): void {
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params['exceptionDetails']));
    if (method === 'Network.requestWillBeSent') this.asked.push((params['request'] as { readonly url: string }).url);
    if (method !== 'Log.entryAdded') return;
    const { source, text } = params['entry'] as { readonly source: string; readonly text: string };
    // What is not answered, or refused, the page says itself.
    if (source !== 'network') this.complaints.push(text);
  }

  async begin(url: string): Promise<void> {
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.#send(`${domain}.enable`, {});
    await this.look(DESKTOP);
    await this.go(url);
  }

  async go(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
  }

  async look({ width, height, dark = false }: Looks): Promise<void> {
    await this.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
    await this.#send('Emulation.setEmulatedMedia', { features });
  }

  /** What an expression is, in the page. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { readonly value: Value }).value;
  }

  /** All that can be read on it. */
  text(): Promise<string> {
    // While a page is left for the next one there is none.
    return this.evaluate<string>("document.body?.innerText ?? ''").catch(() => '');
  }

  /** Settles when this stands on the page: as it is read, white space aside. */
  async shows(text: string | RegExp): Promise<void> {
    let last = '';
    const fits = (shown: string): boolean => (typeof text === 'string' ? shown.includes(text) : text.test(shown));
    try {
      await until(async () => fits((last = (await this.text()).replaceAll(/\s+/g, ' '))));
    } catch (error) {
      throw new Error(`The page does not show ${String(text)}, but: ${last}`, { cause: error });
    }
  }

  async hides(text: string): Promise<void> {
    await until(async () => !(await this.text()).includes(text));
  }

  /** Follows the link, or presses the button, on which this stands. */
  async press(text: string): Promise<void> {
    const found = `[...document.querySelectorAll('a, button')].find((one) => one.innerText.trim().startsWith(${JSON.stringify(text)}))`;
    await until(() => this.evaluate<boolean>(`${found} !== undefined`));
    await this.evaluate(`${found}.click()`);
  }

  /** Into whatever has the focus. */
  async type(text: string): Promise<void> {
    await this.#send('Input.insertText', { text });
  }

  /** `Enter`, `ArrowDown`, `/`. */
  async key(key: string): Promise<void> {
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const codes: Readonly<Record<string, number>> = { Enter: 13, Tab: 9, Escape: 27, ArrowDown: 40, ArrowUp: 38 };
    const pressed = { key, windowsVirtualKeyCode: codes[key] ?? key.charCodeAt(0), ...(text === undefined ? {} : { text }) };
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...pressed });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...pressed });
  }

  async focused(): Promise<string> {
    return this.evaluate('document.activeElement.innerText ?? ""');
  }

  async picture(path: string): Promise<void> {
    const { data } = await this.#send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    await writeFile(path, Buffer.from(data as string, 'base64'));
  }
}

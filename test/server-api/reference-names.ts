import type { Form } from '../e2e/server-api-client.ts';
import type { Values } from './reference-endpoint.ts';

const stems: Readonly<Record<string, string>> = { type: 'app:t', watcher: 'watcher', lobby: 'lobby' };
const shared = new Set(['watcher', 'lobby']);

/** The values of the names in the forms of one case. */
export class Names {
  readonly #caseNumber: number;
  readonly #kept = new Map<string, string>();

  constructor(caseNumber: number) {
    this.#caseNumber = caseNumber;
  }

  /** From now on `$name` stands for this value. */
  keep(name: string, value: string): void {
    this.#kept.set(name, value);
  }

  /** A form with the names replaced; `@name` is the value of that parameter in `base`. */
  form(form: Form, base: Form): Form {
    return Object.fromEntries(
      Object.entries(form).flatMap(([key, values]) => {
        const found = this.#values(values, base);
        return found === undefined ? [] : [[this.text(key), found]];
      }),
    );
  }

  /** An answer with the names replaced; values other than texts, lists and plain objects stay unchanged. */
  answer(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.answer(each));
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.answer(each)]));
  }

  text(text: string): string {
    return text.replace(/\$(\d+|[a-zA-Z]+)/g, (_, name: string) => this.#name(name));
  }

  #values(values: Values, base: Form): Values | undefined {
    if (typeof values !== 'string') return values.map((value) => this.text(value));
    return values.startsWith('@') ? base[values.slice(1)] : this.text(values);
  }

  #name(name: string): string {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    if (/^\d/.test(name)) return `c${this.#caseNumber}-`.padEnd(Number(name), 'x');
    return `${stems[name] ?? name}${shared.has(name) ? '' : this.#caseNumber}`;
  }
}

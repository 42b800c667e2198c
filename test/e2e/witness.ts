/** A text that must not leak, and what it is. */
export interface SecretText {
  readonly what: string;
  readonly text: string;
}

/** A text that strangers or operators may read, and where it was. */
export interface PublicText {
  readonly where: string;
  readonly text: string;
}

/** A secret that occurs in a text. */
export interface Leak {
  readonly what: string;
  readonly form: string;
  readonly where: string;
}

/** Collects the secrets of a run and the texts that it shows. */
export class Witness {
  readonly #secrets = new Map<string, string>();
  readonly shown: PublicText[] = [];

  get secrets(): readonly SecretText[] {
    return [...this.#secrets].map(([text, what]) => ({ what, text }));
  }

  keep(what: string, text: string): void {
    this.#secrets.set(text, what);
  }

  show(where: string, text: string): void {
    this.shown.push({ where, text });
  }
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Base64 of a longer text shows a part at one of three offsets; its first and last characters mix with the neighbours. */
function base64Forms(text: string, encoding: 'base64' | 'base64url'): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(encoding);
    return whole.slice(offset === 0 ? 0 : 4);
  });
}

/** The forms in which a text could be in a log. */
export function formsOf(text: string): readonly (readonly [form: string, text: string])[] {
  const [head = '', payload = '', signature = ''] = text.split('.');
  const token =
    head.startsWith('eyJ') && signature !== ''
      ? ([
          ['part', payload],
          ['part', signature],
        ] as const)
      : [];
  const forms = [
    ['plain', text],
    ...token,
    ['JSON', escaped(text)],
    ['JSON in JSON', escaped(escaped(text))],
    ['url', encodeURIComponent(text)],
    ['form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['hex', Buffer.from(text).toString('hex')],
    ...base64Forms(text, 'base64').map((form) => ['base64', form] as const),
    ...base64Forms(text, 'base64url').map((form) => ['base64url', form] as const),
  ] as const;
  return [...new Map(forms.map(([form, each]) => [each, form])).entries()].map(([each, form]) => [form, each]);
}

/** Finds every secret that occurs in a shown text, in upper or lower case. */
export function findLeaks(secrets: readonly SecretText[], shown: readonly PublicText[]): readonly Leak[] {
  const texts = shown.map(({ where, text }) => ({ where, text: text.toLowerCase() }));
  return secrets.flatMap(({ what, text: secret }) => {
    if (secret.length < 8) throw new Error(`unable to search; ${what} is too short to be a secret`);
    return formsOf(secret).flatMap(([form, part]) => {
      const wanted = part.toLowerCase();
      return texts.filter(({ text }) => text.includes(wanted)).map(({ where }) => ({ what, form, where }));
    });
  });
}

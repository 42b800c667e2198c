/** Ends a run at any of its calls, as a Lambda that is killed: what it has asked for happens, and it never goes on. */
export class Life {
  isOver: boolean = false;
  readonly over: Promise<void>;
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(): void {
    this.isOver = true;
    this.#end();
  }
}

const never = (): Promise<never> => new Promise(() => {});

/** The function, whose promises never settle once the life is over. */
export const mortalCall =
  <Args extends readonly unknown[], Result>(life: Life, call: (...args: Args) => Result) =>
  (...args: Args): Result => {
    if (life.isOver) return never() as Result;
    const result = call(...args);
    if (!(result instanceof Promise)) return result;
    const settled = result.then(
      (value: unknown) => (life.isOver ? never() : value),
      (error: unknown) => (life.isOver ? never() : Promise.reject(error)),
    );
    return settled as Result;
  };

/** The object, whose functions all are so; those that do not return a promise must not be called afterwards. */
export function mortal<T extends object>(life: Life, target: T): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      return typeof value === 'function' ? mortalCall(life, value.bind(object)) : value;
    },
  });
}

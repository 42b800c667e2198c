import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * What a use case took from the table and its index. The reads of the member list are separate, because they grow with
 * the room; all reads of the index are of them.
 */
export interface Units {
  /** Includes `indexWriteUnits`. */
  writeUnits: number;
  /** Of the entries of the index that the writes added, changed or removed. Only dynoxide counts them. */
  indexWriteUnits: number;
  readUnits: number;
  writes: number;
  /** All but those of the member list; includes `queries`. */
  reads: number;
  queries: number;
  listReadUnits: number;
  listReads: number;
}

const WRITES: ReadonlySet<string> = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand']);

const none = (): Units => ({
  writeUnits: 0,
  indexWriteUnits: 0,
  readUnits: 0,
  writes: 0,
  reads: 0,
  queries: 0,
  listReadUnits: 0,
  listReads: 0,
});

/** Figure by figure. */
export function combine(one: Units, other: Units, how: (one: number, other: number) => number): Units {
  const combined = none();
  for (const name of Object.keys(combined) as (keyof Units)[]) combined[name] = how(one[name], other[name]);
  return combined;
}

export const add = (one: Units, other: Units): Units => combine(one, other, (a, b) => a + b);
export const divide = (units: Units, by: number): Units => combine(units, units, (value) => value / by);

/** Sums what DynamoDB says each operation consumed. */
export class UnitsMeter {
  #sum = none();

  /** Counts every operation of this client from now on. */
  watch(client: DynamoDBDocumentClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
        const command = context.commandName ?? '';
        try {
          const result = await next(args);
          this.#count(command, args.input, consumed(args.input, result.output), unitsOfIndex(result.output));
          return result;
        } catch (error) {
          // A write whose condition fails is charged too, by the size of the row: counted here as the smallest.
          if (isConditionFailed(error)) this.#count(command, args.input, 1, 0);
          throw error;
        }
      },
      { step: 'initialize', name: 'unitsMeter', priority: 'high' },
    );
  }

  /** What was taken since the last call of this. */
  take(): Units {
    const sum = this.#sum;
    this.#sum = none();
    return sum;
  }

  #count(command: string, input: object, units: number, indexUnits: number): void {
    if (WRITES.has(command)) {
      this.#sum.writes += 1;
      this.#sum.writeUnits += units;
      this.#sum.indexWriteUnits += indexUnits;
    } else if (isListOfMembers(command, input)) {
      this.#sum.listReads += 1;
      this.#sum.listReadUnits += units;
    } else {
      this.#sum.reads += 1;
      if (command === 'QueryCommand') this.#sum.queries += 1;
      this.#sum.readUnits += units;
    }
  }
}

const isConditionFailed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

function isListOfMembers(command: string, input: object): boolean {
  const values = 'ExpressionAttributeValues' in input ? (input.ExpressionAttributeValues as object) : {};
  return command === 'QueryCommand' && (':prefix' in values || 'IndexName' in input);
}

interface Capacity {
  readonly CapacityUnits?: number;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

function capacitiesIn(output: object): readonly (Capacity | undefined)[] {
  const capacity = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined;
  return (Array.isArray(capacity) ? capacity : [capacity]) as readonly (Capacity | undefined)[];
}

const sumOf = (parts: readonly (Capacity | undefined)[]): number =>
  parts.reduce((sum, part) => sum + (part?.CapacityUnits ?? 0), 0);

const unitsOfIndex = (output: object): number =>
  sumOf(capacitiesIn(output).flatMap((part) => Object.values(part?.GlobalSecondaryIndexes ?? {})));

/** DynamoDB charges a query that finds nothing as one of the smallest; not every emulator says so. */
function consumed(input: object, output: object): number {
  const units = sumOf(capacitiesIn(output));
  const isQuery = 'KeyConditionExpression' in input;
  const isConsistent = 'ConsistentRead' in input && input.ConsistentRead === true;
  return isQuery ? Math.max(units, isConsistent ? 1 : 0.5) : units;
}

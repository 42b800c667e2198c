import { isRecord, listOf } from '../base/json.ts';

/** Whether a record passes one pattern of a mapping's filter criteria. */
export type Filter = (record: unknown) => boolean;

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** The scalars of a field: its value, or the items of its list. */
const leavesOf = (value: unknown): unknown[] => listOf(value).filter(isScalar);

const refuse = (what: unknown): never => {
  throw new Error(`the local stack does not support ${JSON.stringify(what)} in a filter pattern`);
};

/**
 * Compiles a pattern, given as JSON: nested objects with lists of exact values and of the operator `exists`. Throws on
 * any other operator.
 */
export function compileFilter(pattern: string): Filter {
  return compileNode(JSON.parse(pattern));
}

function compileNode(node: unknown): Filter {
  if (Array.isArray(node)) {
    const conditions = node.map(compileCondition);
    return (value) => conditions.some((holds) => holds(leavesOf(value)));
  }
  if (!isRecord(node)) return refuse(node);
  const fields = Object.entries(node).map(([key, inner]) => {
    if (key.startsWith('$')) refuse(key);
    return [key, compileNode(inner)] as const;
  });
  const matches: Filter = (value) => {
    if (Array.isArray(value)) return value.some(matches);
    return fields.every(([key, holds]) => holds(isRecord(value) ? value[key] : undefined));
  };
  return matches;
}

type Condition = (leaves: readonly unknown[]) => boolean;

function compileCondition(condition: unknown): Condition {
  if (isScalar(condition)) return (leaves) => leaves.includes(condition);
  const [[operator, operand] = [], ...more] = isRecord(condition) ? Object.entries(condition) : [];
  if (more.length > 0) return refuse(condition);
  // As in EventBridge, `exists` sees scalars only: an object counts as absent, although its fields may exist.
  if (operator === 'exists' && typeof operand === 'boolean') return (leaves) => leaves.length > 0 === operand;
  return refuse(condition);
}

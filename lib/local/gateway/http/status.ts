/** The status code of a function's answer; undefined when it has none that API Gateway accepts. */
export function readStatus(answer: { readonly statusCode?: unknown }): number | undefined {
  const status = Number(answer.statusCode);
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

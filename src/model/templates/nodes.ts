/** A node of the syntax tree; which of the children it has depends on its type. */
export interface Node {
  readonly type: string;
  readonly [child: string]: unknown;
}

/** Whether something is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The nodes directly below, of whatever kind. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  const collect = (value: unknown): void => {
    if (value instanceof Map) for (const entry of value.entries()) entry.forEach(collect);
    else if (Array.isArray(value)) (value as unknown[]).forEach(collect);
    else if (isNode(value)) found.push(value);
  };
  // Operators are tokens of the parser, not nodes.
  for (const [name, value] of Object.entries(node)) if (name !== 'operator') collect(value);
  return found;
}

/** The text of a string literal or the name of an identifier; null for other nodes. */
export function textOf(node: unknown, type: 'StringLiteral' | 'Identifier'): string | null {
  return isNode(node) && node.type === type && typeof node['value'] === 'string' ? node['value'] : null;
}

/** The operator of a binary or unary expression. */
export function operatorOf(node: Node): string {
  const operator = node['operator'] as { readonly value?: unknown } | undefined;
  return typeof operator?.value === 'string' ? operator.value : '';
}

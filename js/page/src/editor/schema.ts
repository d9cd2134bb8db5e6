// Looks a place of a document up in a JSON Schema; as much of JSON Schema as the policy's uses.
import type { EditorState } from '@codemirror/state';
import { syntaxTree } from '@codemirror/language';

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>;

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  type?: string;
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** A schema with what it refers to; its own words come first. */
export function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/$defs/', '');
  const { $ref: _, ...own } = schema;
  return { ...resolved(root.$defs?.[name] ?? {}, root), ...own };
}

/** The schema of a value in the document. */
export function schemaOf(node: SyntaxNode, state: EditorState, root: Schema): Schema | undefined {
  const { parent } = node;
  if (!parent || parent.name === 'JsonText') return root;
  if (parent.name === 'Property') {
    const holder = parent.parent && schemaOf(parent.parent, state, root);
    const own = holder?.properties?.[nameOf(parent, state) ?? ''];
    return own && resolved(own, root);
  }
  if (parent.name === 'Array') {
    const items = schemaOf(parent, state, root)?.items;
    return items && resolved(items, root);
  }
  return undefined;
}

/** The name of a property. */
export function nameOf(property: SyntaxNode, state: EditorState): string | undefined {
  const name = property.getChild('PropertyName');
  if (!name) return undefined;
  try {
    return JSON.parse(state.sliceDoc(name.from, name.to)) as string;
  } catch {
    return undefined;
  }
}

export type { SyntaxNode };

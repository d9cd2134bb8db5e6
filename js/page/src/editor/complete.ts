// Completion of a policy: the names and values that its JSON Schema knows.
import { insertCompletionText, snippet, snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

import { nameOf, resolved, schemaOf, type Schema, type SyntaxNode } from './schema.js';

export type { Schema };

const VALUES = ['String', 'Number', 'True', 'False', 'Null', 'Object', 'Array'];

export function complete(root: Schema): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const { state, pos } = context;
    const node = syntaxTree(state).resolveInner(pos, -1);
    const typed = typedBefore(node, state, pos);
    if (!context.explicit && typed.from === pos) return null;
    const property = enclosing(node, pos, state);
    if (property) return valueOptions(property, state, root, typed);
    const object = ancestor(node, 'Object');
    if (!object) {
      const blank = state.doc.toString().trim() === '';
      return blank ? { from: pos, options: [snippetCompletion('{\n  #{}\n}', { label: '{ }', type: 'type' })] } : null;
    }
    return nameOptions(object, state, root, typed);
  };
}

/** The piece of a word or string before the cursor, which a completion takes the place of. */
function typedBefore(node: SyntaxNode, state: EditorState, pos: number): { from: number; to: number } {
  if (node.name === 'PropertyName' || node.name === 'String') return { from: node.from, to: pos };
  const line = state.doc.lineAt(pos);
  const word = /"?[\w$-]*$/.exec(line.text.slice(0, pos - line.from));
  return { from: pos - (word?.[0].length ?? 0), to: pos };
}

function ancestor(node: SyntaxNode | null, name: string): SyntaxNode | null {
  for (let at = node; at; at = at.parent) if (at.name === name) return at;
  return null;
}

/** The property whose value the cursor is in, or the array. */
function enclosing(node: SyntaxNode, pos: number, state: EditorState): SyntaxNode | undefined {
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (at.name === 'PropertyName' || at.name === 'Object') return undefined;
    if (at.name === 'Array') return at;
    const colon = at.name === 'Property' ? state.sliceDoc(at.from, pos).indexOf(':') : -1;
    if (colon >= 0) return at;
  }
  return undefined;
}

/** The schema's own order. */
const order = (at: number): string => String(at).padStart(3, '0');

type Typed = { from: number; to: number };

function nameOptions(object: SyntaxNode, state: EditorState, root: Schema, typed: Typed): CompletionResult | null {
  const schema = schemaOf(object, state, root);
  const properties = schema?.properties;
  if (!properties) return null;
  const there = new Set(object.getChildren('Property').filter((each) => each.from !== typed.from).map((each) => nameOf(each, state)));
  const valued = /^[\w$]*"?\s*:/.test(state.sliceDoc(typed.to, typed.to + 60));
  const options = Object.entries(properties)
    .filter(([name]) => !there.has(name))
    .map(([name, raw], at): Completion => {
      const own = resolved(raw, root);
      const label = JSON.stringify(name);
      const shown = { label, type: 'property', sortText: order(at), ...(own.title && { detail: own.title }), ...(own.description && { info: own.description }) };
      return { ...shown, apply: valued ? literally : unquoted(snippet(`${label}: ${placeholder(own)}`)) };
    });
  return { from: typed.from, options, validFor: /^"?[\w$]*$/ };
}

type Apply = (view: EditorView, completion: Completion, from: number, to: number) => void;

/** The rest of the word or string behind the cursor, such as the quote that was closed by itself, goes with what was typed. */
function unquoted(apply: Apply): Apply {
  return (view, completion, from, to) => {
    const rest = /^[\w$.-]*"?/.exec(view.state.sliceDoc(to, to + 80));
    const open = view.state.sliceDoc(from, to).startsWith('"');
    apply(view, completion, from, open ? to + (rest?.[0].length ?? 0) : to);
  };
}

const literally = unquoted((view, { label }, from, to) => view.dispatch(insertCompletionText(view.state, label, from, to)));

/** What a new property begins with. */
function placeholder(schema: Schema): string {
  if (schema.enum) return '#{}';
  switch (schema.type) {
    case 'string':
      return '"#{}"';
    case 'array':
      return '[#{}]';
    case 'object':
      return '{ #{} }';
    default:
      return '#{}';
  }
}

function valueOptions(holder: SyntaxNode, state: EditorState, root: Schema, typed: Typed): CompletionResult | null {
  const value = holder.name === 'Array' ? undefined : VALUES.map((name) => holder.getChild(name)).find(Boolean);
  if (value && (value.name === 'Object' || value.name === 'Array')) return null;
  const schema = holder.name === 'Array' ? itemsOf(holder, state, root) : propertyOf(holder, state, root);
  if (!schema) return null;
  const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : [schema.default, ...(schema.examples ?? [])]);
  const texts = [...new Set(values.filter((each) => each !== undefined).map((each) => JSON.stringify(each)))];
  const options = texts.map((label, at): Completion => ({ label, type: 'constant', sortText: order(at), apply: literally, ...(schema.description && { info: schema.description }) }));
  const open = holder.name === 'Array' && schema.type === 'object' ? [snippetCompletion('{ #{} }', { label: '{ }', type: 'type' })] : [];
  return { from: typed.from, options: [...open, ...options], validFor: /^"?[\w$.-]*$/ };
}

function propertyOf(property: SyntaxNode, state: EditorState, root: Schema): Schema | undefined {
  const holder = property.parent && schemaOf(property.parent, state, root);
  const own = holder?.properties?.[nameOf(property, state) ?? ''];
  return own && resolved(own, root);
}

function itemsOf(array: SyntaxNode, state: EditorState, root: Schema): Schema | undefined {
  const items = schemaOf(array, state, root)?.items;
  return items && resolved(items, root);
}

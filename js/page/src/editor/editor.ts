// The policy's editor: CodeMirror in a shadow tree, where its styles need no exception of the content security policy.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

import schema from '../../../generated/policy.schema.json' with { type: 'json' };
import type { Problem } from '../engine/types.js';
import { complete, type Schema } from './complete.js';
import { describe } from './describe.js';

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-value)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--field)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '6px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', minHeight: '8.5em', maxHeight: '26em', overflow: 'auto' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--selection) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '6px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionInfo': { maxWidth: '22em', padding: '8px 10px', whiteSpace: 'pre-line' },
  '.cm-diagnostic': { padding: '6px 10px', whiteSpace: 'pre-line' },
});

export class Editor {
  readonly #view: EditorView;
  readonly #label = new Compartment();

  constructor(host: HTMLElement, text: string, changed: (text: string) => void) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    const extensions = [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion(),
      lintGutter(),
      json(),
      jsonLanguage.data.of({ autocomplete: complete(schema as Schema) }),
      describe(schema as Schema),
      syntaxHighlighting(colours),
      look,
      EditorView.lineWrapping,
      this.#label.of([]),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
    ];
    this.#view = new EditorView({ parent: root, root, state: EditorState.create({ doc: text, extensions }) });
  }

  /** Takes a text that came from elsewhere. */
  take(text: string): void {
    const { doc } = this.#view.state;
    if (doc.toString() !== text) this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  label(label: string): void {
    this.#view.dispatch({ effects: this.#label.reconfigure(EditorView.contentAttributes.of({ 'aria-label': label })) });
  }

  /** Marks what the core says of the policy, at its place. */
  mark(problems: (Problem & { severity?: string })[]): void {
    const { length } = this.#view.state.doc;
    const marks = problems.flatMap(({ at, message, help, severity }): Diagnostic[] => {
      if (!at) return [];
      const from = Math.min(at.start, length);
      const to = Math.min(Math.max(at.end, from), length);
      return [{ from, to, severity: severity === 'warning' || severity === 'info' ? severity : 'error', message: `${message}\n${help}` }];
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, marks));
  }

  show(start: number, end: number): void {
    const { length } = this.#view.state.doc;
    const selection = { anchor: Math.min(start, length), head: Math.min(end, length) };
    this.#view.dispatch({ selection, scrollIntoView: true });
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }
}
